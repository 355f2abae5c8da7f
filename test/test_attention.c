/* Linear attention against the definition: explicit loops over the whole matrix Z + (1/l) (V Z)(K Z)' (Q Z). */
#include "support.h"

#include <float.h>

static const int64_t dimensions[] = {1, 2, 3, 5, 16, 33}, lengths[] = {1, 2, 5, 40};
enum { SIZES = 24 };

/* One prompt and the matrices of one attention layer, filled with pseudorandom numbers. */
typedef struct {
  int64_t d, l;
  double *V, *K, *Q, *M; /* (d+1) x (d+1); M = K'Q */
  double *x, *y;         /* (l+1) x d and l + 1 */
} prompt;

static prompt new_prompt(int index, int reducible) {
  prompt p = {.d = dimensions[index % 6], .l = lengths[index / 6]};
  int64_t width = p.d + 1;
  uint64_t offset = UINT64_C(100000) * (uint64_t)index;
  double **matrices[] = {&p.V, &p.K, &p.Q, &p.M};
  for (int i = 0; i < 4; i++) fill_pseudo(width * width, *matrices[i] = doubles(width * width), offset += 5000);
  fill_pseudo((p.l + 1) * p.d, p.x = doubles((p.l + 1) * p.d), offset += 5000);
  fill_pseudo(p.l + 1, p.y = doubles(p.l + 1), offset += 5000);
  for (int64_t j = 0; reducible && j < p.d; j++) p.V[p.d * width + j] = 0.0;
  for (int64_t i = 0; i < width * width; i++) {
    p.M[i] = 0.0;
    for (int64_t a = 0; a < width; a++) p.M[i] += p.K[a * width + i / width] * p.Q[a * width + i % width];
  }
  return p;
}

static void free_prompt(prompt *p) {
  free(p->V);
  free(p->K);
  free(p->Q);
  free(p->M);
  free(p->x);
  free(p->y);
}

/* C (rows x columns) = A (rows x inner) B (inner x columns). */
static void multiply(int64_t rows, int64_t inner, int64_t columns, const double *A, const double *B, double *C) {
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < columns; j++) {
      C[i * columns + j] = 0.0;
      for (int64_t a = 0; a < inner; a++) C[i * columns + j] += A[i * inner + a] * B[a * columns + j];
    }
  }
}

/* Entry (d+1, l+1) of the attention's output, every matrix formed as written. */
static double attention_by_definition(const prompt *p) {
  int64_t width = p->d + 1, tokens = p->l + 1;
  double *Z = doubles(width * tokens), *VZ = doubles(width * tokens), *KZ = doubles(width * tokens);
  double *QZ = doubles(width * tokens), *VZ_KZ = doubles(width * width), *out = doubles(width * tokens);
  for (int64_t i = 0; i < tokens; i++) {
    for (int64_t j = 0; j < p->d; j++) Z[j * tokens + i] = p->x[i * p->d + j];
    Z[p->d * tokens + i] = i < p->l ? p->y[i] : 0.0;
  }
  multiply(width, width, tokens, p->V, Z, VZ);
  multiply(width, width, tokens, p->K, Z, KZ);
  multiply(width, width, tokens, p->Q, Z, QZ);
  for (int64_t i = 0; i < width * width; i++) {
    VZ_KZ[i] = 0.0;
    for (int64_t t = 0; t < tokens; t++) VZ_KZ[i] += VZ[i / width * tokens + t] * KZ[i % width * tokens + t];
  }
  multiply(width, width, tokens, VZ_KZ, QZ, out);
  double prediction = Z[width * tokens - 1] + out[width * tokens - 1] / (double)p->l;
  free(Z);
  free(VZ);
  free(KZ);
  free(QZ);
  free(VZ_KZ);
  free(out);
  return prediction;
}

/* Numbers are below 1. The prediction sums tokens * (d+1)^4 products over l (two inner products of length d+1 in M z,
 * one in v.z, tokens), each of at most d + 1 rounded terms in a row: a bound on the rounding that no cancellation
 * breaks. */
static double rounding(const prompt *p) {
  double width = (double)p->d + 1.0;
  return 2.0 * pow(width, 4.0) * (4.0 * width + (double)p->l) * DBL_EPSILON;
}

START_TEST(prediction_is_the_definition) {
  for (int index = 0; index < 2 * SIZES; index++) {
    prompt p = new_prompt(index % SIZES, index / SIZES);
    double prediction = NAN, expected = attention_by_definition(&p);
    OK(icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &prediction));
    ck_assert_double_gt(fabs(expected), 1e4 * rounding(&p)); /* the bound must not hide a wrong number */
    NEAR(prediction, expected, rounding(&p));
    free_prompt(&p);
  }
}
END_TEST

START_TEST(reduced_model_is_the_attention) {
  for (int index = 0; index < SIZES; index++) {
    prompt p = new_prompt(index, 1);
    double full = NAN, reduced = NAN, *gamma = doubles(p.d * (p.d + 1)), *query = doubles(p.d);
    double *context = doubles(p.d + 1), target;
    OK(icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &full));
    OK(icl_attention_reduce(p.d, p.V, p.M, gamma));
    OK(icl_features(p.d, p.l, 1, p.x, p.y, query, context, &target));
    OK(icl_gamma_predict(p.d, 1, gamma, query, context, &reduced));
    NEAR(reduced, full, rounding(&p));
    ck_assert_double_gt(fabs(full), 1e4 * rounding(&p));
    free(gamma);
    free(query);
    free(context);
    free_prompt(&p);
  }
}
END_TEST

START_TEST(reduction_is_its_formula) {
  for (int index = 0; index < 6; index++) {
    prompt p = new_prompt(index, 1);
    int64_t d = p.d, width = d + 1;
    double *gamma = doubles(d * width), v22 = p.V[width * width - 1];
    OK(icl_attention_reduce(d, p.V, p.M, gamma));
    for (int64_t i = 0; i < d; i++) {
      for (int64_t j = 0; j < d; j++) CLOSE(gamma[i * width + j], v22 * p.M[j * width + i] / (double)d, 1e-15);
      CLOSE(gamma[i * width + d], v22 * p.M[d * width + i], 1e-15);
    }
    free(gamma);
    free_prompt(&p);
  }
}
END_TEST

/* The prompt's labels y_1 .. y_l count, the target does not; nor does the last column of M, which multiplies 0. */
START_TEST(unseen_numbers_do_not_matter) {
  prompt p = new_prompt(8, 0);
  double before, after;
  OK(icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &before));
  p.y[p.l] = 1e30;
  for (int64_t i = 0; i <= p.d; i++) p.M[i * (p.d + 1) + p.d] += 1.0;
  OK(icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &after));
  ck_assert(before == after);
  free_prompt(&p);
}
END_TEST

/* A sum of l terms below 1 has at most l^2 eps of rounding; h scales it by d/l. */
static void check_features(int64_t d, int64_t l, const double *x, const double *y, const double *query,
                           const double *context, double target) {
  double square = 0.0;
  ck_assert_int_eq(memcmp(query, &x[l * d], (size_t)d * sizeof *query), 0);
  ck_assert(target == y[l]);
  for (int64_t j = 0; j < d; j++) {
    double sum = 0.0;
    for (int64_t i = 0; i < l; i++) sum += y[i] * x[i * d + j];
    NEAR(context[j], (double)d / (double)l * sum, (double)(d * (l + 2)) * DBL_EPSILON);
  }
  for (int64_t i = 0; i < l; i++) square += y[i] * y[i];
  NEAR(context[d], square / (double)l, (double)(l + 2) * DBL_EPSILON);
}

START_TEST(features_are_their_sums) {
  enum { N = 3 };
  for (int index = 0; index < SIZES; index++) {
    int64_t d = dimensions[index % 6], l = lengths[index / 6], tokens = (l + 1) * d;
    double *x = doubles(N * tokens), *y = doubles(N * (l + 1));
    double *query = doubles(N * d), *context = doubles(N * (d + 1));
    double *alone = doubles(N * (d + 1)), target[N];
    fill_pseudo(N * tokens, x, 1);
    fill_pseudo(N * (l + 1), y, 77777);
    OK(icl_features(d, l, N, x, y, query, context, target));
    for (int64_t mu = 0; mu < N; mu++) {
      check_features(d, l, &x[mu * tokens], &y[mu * (l + 1)], &query[mu * d], &context[mu * (d + 1)], target[mu]);
    }
    OK(icl_features(d, l, N, x, y, NULL, alone, NULL)); /* each output may be left out */
    ck_assert_int_eq(memcmp(alone, context, (size_t)(N * (d + 1)) * sizeof *alone), 0);
    OK(icl_features(d, l, N, x, y, alone, NULL, NULL));
    ck_assert_int_eq(memcmp(alone, query, (size_t)(N * d) * sizeof *alone), 0);
    OK(icl_features(d, l, N, x, y, NULL, NULL, alone));
    ck_assert_int_eq(memcmp(alone, target, sizeof target), 0);
    free(x);
    free(y);
    free(query);
    free(context);
    free(alone);
  }
}
END_TEST

/* q' Gamma h by loops, for numbers of rows around the block size of the library's products. */
START_TEST(gamma_prediction_is_its_sum) {
  static const int64_t counts[] = {1, 2, 255, 256, 257, 600};
  for (int index = 0; index < 24; index++) {
    int64_t d = dimensions[index % 4], n = counts[index / 4], width = d + 1;
    double *gamma = doubles(d * width), *query = doubles(n * d);
    double *context = doubles(n * width), *prediction = doubles(n);
    fill_pseudo(d * width, gamma, 0);
    fill_pseudo(n * d, query, 10000);
    fill_pseudo(n * width, context, 20000);
    OK(icl_gamma_predict(d, n, gamma, query, context, prediction));
    for (int64_t mu = 0; mu < n; mu++) {
      double sum = 0.0;
      for (int64_t e = 0; e < d * width; e++) {
        sum += query[mu * d + e / width] * gamma[e] * context[mu * width + e % width];
      }
      NEAR(prediction[mu], sum, (double)(d * width) * (2.0 * (double)width) * DBL_EPSILON);
    }
    free(gamma);
    free(query);
    free(context);
    free(prediction);
  }
}
END_TEST

/* <Gamma_1 + 2 Gamma_2, q h'> = <Gamma_1, q h'> + 2 <Gamma_2, q h'>. */
START_TEST(prediction_is_linear_in_gamma) {
  enum { D = 7, N = 20, P = D * (D + 1) };
  double first[P], second[P], sum[P], query[N * D], context[N * (D + 1)], predictions[3][N];
  fill_pseudo(P, first, 0);
  fill_pseudo(P, second, 1000);
  fill_pseudo(N * D, query, 2000);
  fill_pseudo(N * (D + 1), context, 3000);
  for (int i = 0; i < P; i++) sum[i] = first[i] + 2.0 * second[i];
  OK(icl_gamma_predict(D, N, first, query, context, predictions[0]));
  OK(icl_gamma_predict(D, N, second, query, context, predictions[1]));
  OK(icl_gamma_predict(D, N, sum, query, context, predictions[2]));
  for (int mu = 0; mu < N; mu++) {
    NEAR(predictions[2][mu], predictions[0][mu] + 2.0 * predictions[1][mu], 3.0 * P * 2 * (D + 1) * DBL_EPSILON);
  }
}
END_TEST

/* ---- Bad input ---- */

START_TEST(v21_must_be_zero) {
  prompt p = new_prompt(3, 1); /* d = 5 */
  double gamma[30];
  for (int64_t j = 0; j < p.d; j++) {
    static const double tiny[] = {1.0, 1e-300, -1e-3};
    for (int i = 0; i < 3; i++) {
      for (int e = 0; e < 30; e++) gamma[e] = 7.0;
      p.V[p.d * (p.d + 1) + j] = tiny[i];
      FAILS(ICL_ERR_DOMAIN, "v21", icl_attention_reduce(p.d, p.V, p.M, gamma));
      for (int e = 0; e < 30; e++) ck_assert(gamma[e] == 7.0);
    }
    p.V[p.d * (p.d + 1) + j] = -0.0; /* a zero all the same */
    OK(icl_attention_reduce(p.d, p.V, p.M, gamma));
  }
  free_prompt(&p);
}
END_TEST

/* Sets one entry of an array, at the front, in the middle or at its end, for the duration of a call. */
#define WITH_BAD_ENTRY(array, count, name, call)                     \
  for (int bad_ = 0; bad_ < 9; bad_++) {                             \
    static const double numbers_[] = {NAN, INFINITY, -INFINITY};     \
    int64_t where_ = bad_ % 3 * ((count) - 1) / 2;                   \
    double kept_ = (array)[where_];                                  \
    (array)[where_] = numbers_[bad_ / 3];                            \
    FAILS(ICL_ERR_NONFINITE, name, call);                            \
    (array)[where_] = kept_;                                         \
  }

START_TEST(nonfinite_prompts) {
  prompt p = new_prompt(14, 1); /* d = 3, l = 5 */
  double out = 7.0, gamma[12];
  int64_t width = p.d + 1;
  for (int i = 0; i < 12; i++) gamma[i] = 7.0;
  ck_assert_int_eq(p.d, 3);
  WITH_BAD_ENTRY(p.V, width * width, "V[", icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &out))
  WITH_BAD_ENTRY(p.M, width * width, "M[", icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &out))
  WITH_BAD_ENTRY(p.x, (p.l + 1) * p.d, "x[", icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &out))
  WITH_BAD_ENTRY(p.y, p.l, "y[", icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, &out))
  WITH_BAD_ENTRY(p.V, width * width, "V[", icl_attention_reduce(p.d, p.V, p.M, gamma))
  WITH_BAD_ENTRY(p.M, width * width, "M[", icl_attention_reduce(p.d, p.V, p.M, gamma))
  ck_assert(out == 7.0);
  for (int i = 0; i < 12; i++) ck_assert(gamma[i] == 7.0);
  free_prompt(&p);
}
END_TEST

START_TEST(nonfinite_rows) {
  enum { D = 3, L = 4, N = 5, P = D * (D + 1) };
  double x[N * (L + 1) * D], y[N * (L + 1)], gamma[P], query[N * D], context[N * (D + 1)], out[N], all[N * (D + 1)];
  fill_pseudo(N * (L + 1) * D, x, 0);
  fill_pseudo(N * (L + 1), y, 1000);
  fill_pseudo(P, gamma, 2000);
  OK(icl_features(D, L, N, x, y, query, context, NULL));
  for (int i = 0; i < N * (D + 1); i++) all[i] = 7.0;
  for (int i = 0; i < N; i++) out[i] = 7.0;
  WITH_BAD_ENTRY(x, N * (L + 1) * D, "x[", icl_features(D, L, N, x, y, all, all, all))
  WITH_BAD_ENTRY(y, N * (L + 1), "y[", icl_features(D, L, N, x, y, all, all, all))
  WITH_BAD_ENTRY(gamma, P, "gamma[", icl_gamma_predict(D, N, gamma, query, context, out))
  WITH_BAD_ENTRY(query, N * D, "query[", icl_gamma_predict(D, N, gamma, query, context, out))
  WITH_BAD_ENTRY(context, N * (D + 1), "context[", icl_gamma_predict(D, N, gamma, query, context, out))
  for (int i = 0; i < N * (D + 1); i++) ck_assert(all[i] == 7.0);
  for (int i = 0; i < N; i++) ck_assert(out[i] == 7.0);
}
END_TEST

/* Finite numbers whose products are not. */
START_TEST(overflow) {
  prompt p = new_prompt(14, 1); /* d = 3, l = 5 */
  double huge = 1e200, out[3] = {7.0, 7.0, 7.0}, gamma[12], query[3], context[4] = {7.0, 7.0, 7.0, 7.0};
  for (int i = 0; i < 12; i++) gamma[i] = 7.0;
  p.y[2] = huge;
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_features(p.d, p.l, 1, p.x, p.y, out, context, out));
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_attention_predict(p.d, p.l, p.V, p.M, p.x, p.y, out));
  p.V[15] = p.M[5] = huge; /* v22 and an entry of M11 */
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_attention_reduce(p.d, p.V, p.M, gamma));
  for (int i = 0; i < 12; i++) ck_assert(gamma[i] == 7.0);
  for (int i = 0; i < 4; i++) ck_assert(context[i] == 7.0);
  for (int i = 0; i < 12; i++) gamma[i] = huge;
  fill_pseudo(3, query, 0);
  context[1] = huge;
  FAILS(ICL_ERR_NONFINITE, "prediction", icl_gamma_predict(p.d, 1, gamma, query, context, out));
  for (int i = 0; i < 3; i++) ck_assert(out[i] == 7.0);
  free_prompt(&p);
}
END_TEST

START_TEST(large_numbers_that_do_not_overflow) {
  double x[4] = {1e100, -1e100, 1.0, 1.0}, y[2] = {1e100, 1.0}, query[2], context[3], target;
  OK(icl_features(2, 1, 1, x, y, query, context, &target)); /* h = [2e200, -2e200; 1e200] */
  CLOSE(context[0], 2e200, 1e-15);
  CLOSE(context[1], -2e200, 1e-15);
  CLOSE(context[2], 1e200, 1e-15);
}
END_TEST

START_TEST(bad_sizes) {
  static const int64_t bad[] = {0, -1, INT64_MIN}, huge[] = {INT64_MAX, INT64_C(1) << 62, INT64_C(1) << 60};
  double a[4] = {7.0, 7.0, 7.0, 7.0}, b[4] = {0.0, 0.0, 0.0, 0.0}, out = 7.0;
  for (int i = 0; i < 3; i++) {
    FAILS(ICL_ERR_DOMAIN, "d is", icl_features(bad[i], 1, 1, b, b, a, a, a));
    FAILS(ICL_ERR_DOMAIN, "l is", icl_features(1, bad[i], 1, b, b, a, a, a));
    FAILS(ICL_ERR_DOMAIN, "n is", icl_features(1, 1, bad[i], b, b, a, a, a));
    FAILS(ICL_ERR_DOMAIN, "d is", icl_gamma_predict(bad[i], 1, b, b, b, a));
    FAILS(ICL_ERR_DOMAIN, "n is", icl_gamma_predict(1, bad[i], b, b, b, a));
    FAILS(ICL_ERR_DOMAIN, "d is", icl_attention_predict(bad[i], 1, b, b, b, b, &out));
    FAILS(ICL_ERR_DOMAIN, "l is", icl_attention_predict(1, bad[i], b, b, b, b, &out));
    FAILS(ICL_ERR_DOMAIN, "d is", icl_attention_reduce(bad[i], b, b, a));
    FAILS(ICL_ERR_SIZE, "d is", icl_features(huge[i], 1, 1, b, b, a, a, a));
    FAILS(ICL_ERR_SIZE, "", icl_features(1, huge[i], 1, b, b, a, a, a));
    FAILS(ICL_ERR_SIZE, "", icl_features(1, 1, huge[i], b, b, a, a, a));
    FAILS(ICL_ERR_SIZE, "d is", icl_gamma_predict(huge[i], 1, b, b, b, a));
    FAILS(ICL_ERR_SIZE, "", icl_gamma_predict(1, huge[i], b, b, b, a));
    FAILS(ICL_ERR_SIZE, "d is", icl_attention_predict(huge[i], 1, b, b, b, b, &out));
    FAILS(ICL_ERR_SIZE, "", icl_attention_predict(1, huge[i], b, b, b, b, &out));
    FAILS(ICL_ERR_SIZE, "d is", icl_attention_reduce(huge[i], b, b, a));
  }
  ck_assert(out == 7.0);
  for (int i = 0; i < 4; i++) ck_assert(a[i] == 7.0);
}
END_TEST

START_TEST(null_arguments) {
  double a[4] = {7.0, 7.0, 7.0, 7.0}, b[4] = {0.0, 0.0, 0.0, 0.0};
  FAILS(ICL_ERR_ARGUMENT, "x is NULL", icl_features(1, 1, 1, NULL, b, a, a, a));
  FAILS(ICL_ERR_ARGUMENT, "y is NULL", icl_features(1, 1, 1, b, NULL, a, a, a));
  FAILS(ICL_ERR_ARGUMENT, "gamma", icl_gamma_predict(1, 1, NULL, b, b, a));
  FAILS(ICL_ERR_ARGUMENT, "query", icl_gamma_predict(1, 1, b, NULL, b, a));
  FAILS(ICL_ERR_ARGUMENT, "context", icl_gamma_predict(1, 1, b, b, NULL, a));
  FAILS(ICL_ERR_ARGUMENT, "prediction", icl_gamma_predict(1, 1, b, b, b, NULL));
  FAILS(ICL_ERR_ARGUMENT, "V is NULL", icl_attention_predict(1, 1, NULL, b, b, b, a));
  FAILS(ICL_ERR_ARGUMENT, "M is NULL", icl_attention_predict(1, 1, b, NULL, b, b, a));
  FAILS(ICL_ERR_ARGUMENT, "x is NULL", icl_attention_predict(1, 1, b, b, NULL, b, a));
  FAILS(ICL_ERR_ARGUMENT, "y is NULL", icl_attention_predict(1, 1, b, b, b, NULL, a));
  FAILS(ICL_ERR_ARGUMENT, "prediction", icl_attention_predict(1, 1, b, b, b, b, NULL));
  FAILS(ICL_ERR_ARGUMENT, "V is NULL", icl_attention_reduce(1, NULL, b, a));
  FAILS(ICL_ERR_ARGUMENT, "M is NULL", icl_attention_reduce(1, b, NULL, a));
  FAILS(ICL_ERR_ARGUMENT, "gamma", icl_attention_reduce(1, b, b, NULL));
  for (int i = 0; i < 4; i++) ck_assert(a[i] == 7.0);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("attention");
  TCase *values = tcase_create("values"), *interface = tcase_create("interface");
  tcase_add_test(values, prediction_is_the_definition);
  tcase_add_test(values, reduced_model_is_the_attention);
  tcase_add_test(values, reduction_is_its_formula);
  tcase_add_test(values, unseen_numbers_do_not_matter);
  tcase_add_test(values, features_are_their_sums);
  tcase_add_test(values, gamma_prediction_is_its_sum);
  tcase_add_test(values, prediction_is_linear_in_gamma);
  tcase_add_test(interface, v21_must_be_zero);
  tcase_add_test(interface, nonfinite_prompts);
  tcase_add_test(interface, nonfinite_rows);
  tcase_add_test(interface, overflow);
  tcase_add_test(interface, large_numbers_that_do_not_overflow);
  tcase_add_test(interface, bad_sizes);
  tcase_add_test(interface, null_arguments);
  suite_add_tcase(s, values);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
