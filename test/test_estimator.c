/* Ridge regression for Gamma: primal = dual = a solution by other means, for all shapes and ranks of the data. */
#include "support.h"

/* A small problem written out: features (n x p) in long double, to check a Gamma without the solver's help. */
typedef struct {
  int64_t d, n, p;
  double *query, *context, *target;
  long double *features;
  icl_dataset *dataset;
} problem;

static problem problem_of(icl_dataset *dataset) {
  problem s = {.d = icl_dataset_dimension(dataset), .n = icl_dataset_size(dataset), .dataset = dataset};
  s.p = s.d * (s.d + 1);
  s.query = doubles(s.n * s.d);
  s.context = doubles(s.n * (s.d + 1));
  s.target = doubles(s.n);
  s.features = malloc((size_t)(s.n * s.p) * sizeof *s.features);
  OK(icl_dataset_copy_rows(dataset, 0, s.n, s.query, s.context, s.target));
  for (int64_t mu = 0; mu < s.n; mu++) {
    for (int64_t j = 0; j < s.p; j++) {
      s.features[mu * s.p + j] =
          (long double)s.query[mu * s.d + j / (s.d + 1)] * s.context[mu * (s.d + 1) + j % (s.d + 1)];
    }
  }
  return s;
}

static problem draw_problem(int64_t d, int64_t l, int64_t n, double rho) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  OK(icl_task_pool_create(d, 2 * d, ICL_TASKS_GAUSSIAN, 11, &pool));
  OK(icl_dataset_create(pool, l, n, rho, 12, &dataset));
  icl_task_pool_destroy(pool);
  return problem_of(dataset);
}

static problem given_problem(int64_t d, int64_t n, const double *query, const double *context, const double *target) {
  icl_dataset *dataset;
  OK(icl_dataset_create_empty(d, &dataset));
  OK(icl_dataset_append_features(dataset, n, query, context, target));
  return problem_of(dataset);
}

static void problem_free(problem *s) {
  icl_dataset_destroy(s->dataset);
  free(s->query);
  free(s->context);
  free(s->target);
  free(s->features);
}

static double ridge_weight(const problem *s, double lambda) { return (double)s->n / (double)s->d * lambda; }

static void fit(const problem *s, int32_t method, double lambda, double *gamma, double *residual) {
  icl_estimator *estimator;
  double training, sum = 0.0;
  int32_t used;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  OK(icl_estimator_set_lambda(estimator, lambda));
  OK(icl_estimator_fit(estimator, s->dataset, NULL));
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, &used, NULL, residual, &training));
  ck_assert_int_eq(used, method != ICL_METHOD_AUTO ? method : s->n < s->p ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL);
  for (int64_t mu = 0; mu < s->n; mu++) {
    long double error = s->target[mu];
    for (int64_t j = 0; j < s->p; j++) error -= s->features[mu * s->p + j] * gamma[j];
    sum += (double)(error * error) / (double)s->n;
  }
  /* A residual r is good to delta = p eps |y|, about 1e-14; so the mean of r^2 is to 2 delta rms(r) + delta^2. */
  NEAR(training, sum, 2e-14 * sqrt(sum) + 1e-28);
  icl_estimator_destroy(estimator);
}

/* The ridge solution by Gaussian elimination with pivoting in long double (64-bit mantissa): of the normal equations,
 * or for n < p of the kernel equations, so that the matrix is regular also for lambda = 0. */
static void solve_exactly(int64_t size, long double *matrix, long double *right) {
  for (int64_t column = 0; column < size; column++) {
    int64_t pivot = column;
    for (int64_t i = column + 1; i < size; i++) {
      if (fabsl(matrix[i * size + column]) > fabsl(matrix[pivot * size + column])) pivot = i;
    }
    for (int64_t j = 0; j < size; j++) {
      long double swap = matrix[column * size + j];
      matrix[column * size + j] = matrix[pivot * size + j];
      matrix[pivot * size + j] = swap;
    }
    long double swap = right[column];
    right[column] = right[pivot];
    right[pivot] = swap;
    for (int64_t i = column + 1; i < size; i++) {
      long double factor = matrix[i * size + column] / matrix[column * size + column];
      for (int64_t j = column; j < size; j++) matrix[i * size + j] -= factor * matrix[column * size + j];
      right[i] -= factor * right[column];
    }
  }
  for (int64_t i = size - 1; i >= 0; i--) {
    for (int64_t j = i + 1; j < size; j++) right[i] -= matrix[i * size + j] * right[j];
    right[i] /= matrix[i * size + i];
  }
}

static void reference(const problem *s, double lambda, double *gamma) {
  int primal = s->n >= s->p;
  int64_t size = primal ? s->p : s->n, other = primal ? s->n : s->p;
  long double *matrix = calloc((size_t)(size * size), sizeof *matrix), *right = calloc((size_t)size, sizeof *right);
  for (int64_t i = 0; i < size; i++) {
    for (int64_t j = 0; j < size; j++) {
      for (int64_t m = 0; m < other; m++) {
        matrix[i * size + j] += primal ? s->features[m * s->p + i] * s->features[m * s->p + j]
                                       : s->features[i * s->p + m] * s->features[j * s->p + m];
      }
    }
    matrix[i * size + i] += (long double)ridge_weight(s, lambda);
    for (int64_t m = 0; primal && m < other; m++) right[i] += s->features[m * s->p + i] * s->target[m];
    if (!primal) right[i] = s->target[i];
  }
  solve_exactly(size, matrix, right);
  for (int64_t j = 0; j < s->p; j++) {
    long double sum = primal ? right[j] : 0.0L;
    for (int64_t m = 0; !primal && m < s->n; m++) sum += right[m] * s->features[m * s->p + j];
    gamma[j] = (double)sum;
  }
  free(matrix);
  free(right);
}

static double norm(int64_t count, const double *x) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

static double distance(int64_t count, const double *x, const double *y) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sqrt(sum);
}

/* Every method, every regime: n below, at and above p = 20, lambda from 0 to large. Refinement takes the error to a few
 * eps cond(F); cond(F) is below 1e5 here (n = p being the worst), so 1e-10 is generous but fails for any real fault:
 * without refinement the error at n = p would be eps cond(F)^2 = 1e-6. */
START_TEST(methods_agree_with_long_double) {
  static const int64_t sizes[] = {1, 3, 12, 19, 20, 21, 40, 200};
  static const double lambdas[] = {0.0, 1e-12, 1e-5, 0.1, 100.0};
  double gamma[20], exact[20], residual;
  for (size_t which = 0; which < sizeof sizes / sizeof *sizes; which++) {
    problem s = draw_problem(4, 9, sizes[which], 0.1);
    for (size_t j = 0; j < sizeof lambdas / sizeof *lambdas; j++) {
      reference(&s, lambdas[j], exact);
      for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
        fit(&s, method, lambdas[j], gamma, &residual);
        ck_assert_msg(distance(20, gamma, exact) <= 1e-10 * norm(20, exact), "n = %d, lambda = %g, method %d: %g",
                      (int)s.n, lambdas[j], method, distance(20, gamma, exact) / norm(20, exact));
        ck_assert_msg(residual < 1e-11, "n = %d, lambda = %g, method %d: residual %g", (int)s.n, lambdas[j], method,
                      residual);
      }
    }
    problem_free(&s);
  }
}
END_TEST

/* The reported residual is that of the data: of the normal equations, written out in long double. */
START_TEST(larger_problems) {
  static const int64_t sizes[] = {150, 800};
  for (int which = 0; which < 2; which++) {
    problem s = draw_problem(15, 30, sizes[which], 0.01);
    double *primal = doubles(s.p), *dual = doubles(s.p), residual;
    fit(&s, ICL_METHOD_PRIMAL, 1e-3, primal, &residual);
    fit(&s, ICL_METHOD_DUAL, 1e-3, dual, &residual);
    ck_assert(distance(s.p, primal, dual) < 1e-11 * norm(s.p, primal));
    long double size = 0.0L, scale = 0.0L;
    long double *errors = malloc((size_t)s.n * sizeof *errors);
    for (int64_t mu = 0; mu < s.n; mu++) {
      errors[mu] = s.target[mu];
      for (int64_t j = 0; j < s.p; j++) errors[mu] -= s.features[mu * s.p + j] * primal[j];
    }
    for (int64_t j = 0; j < s.p; j++) {
      long double gradient = -(long double)ridge_weight(&s, 1e-3) * primal[j], right = 0.0L;
      for (int64_t mu = 0; mu < s.n; mu++) {
        gradient += errors[mu] * s.features[mu * s.p + j];
        right += s.target[mu] * s.features[mu * s.p + j];
      }
      size += gradient * gradient;
      scale += right * right;
    }
    ck_assert((double)sqrtl(size / scale) < 1e-12);
    fit(&s, ICL_METHOD_AUTO, 1e-3, dual, &residual);
    ck_assert(residual < 1e-12);
    free(primal);
    free(dual);
    free(errors);
    problem_free(&s);
  }
}
END_TEST

/* lambda = 0 is the limit: |Gamma_lambda - Gamma_0| = O(lambda), the constant below |K^-1| n/d of these data. */
START_TEST(ridgeless_is_the_limit_of_ridge) {
  static const int64_t sizes[] = {15, 90};
  double limit[20], ridge[20], residual;
  for (int which = 0; which < 2; which++) {
    problem s = draw_problem(4, 9, sizes[which], 0.1);
    fit(&s, ICL_METHOD_AUTO, 0.0, limit, &residual);
    double previous = 0.0;
    for (double lambda = 1e-4; lambda > 1e-9; lambda *= 0.1) {
      fit(&s, ICL_METHOD_AUTO, lambda, ridge, &residual);
      double step = distance(20, ridge, limit);
      /* A factor 10 in lambda is a factor 10 in the distance, once lambda is small. */
      if (previous > 0.0 && lambda < 2e-6) NEAR(previous / step, 10.0, 0.5);
      previous = step;
    }
    problem_free(&s);
  }
}
END_TEST

/* Interpolation: for n < p the minimum-norm solution fits every row and lies in the span of the features, so adding
 * anything orthogonal to them only makes it longer. */
START_TEST(minimum_norm) {
  problem s = draw_problem(4, 9, 12, 0.1);
  double gamma[20], residual;
  fit(&s, ICL_METHOD_AUTO, 0.0, gamma, &residual);
  for (int64_t mu = 0; mu < s.n; mu++) {
    long double prediction = 0.0L;
    for (int64_t j = 0; j < s.p; j++) prediction += s.features[mu * s.p + j] * gamma[j];
    NEAR((double)prediction, s.target[mu], 1e-12);
  }
  for (int trial = 0; trial < 5; trial++) {
    double other[20], kernel_part[20];
    fill_pseudo(20, other, (uint64_t)(100 * trial));
    /* other minus its projection on the row space: that projection is the minimum-norm fit of other's predictions. */
    double target[12];
    for (int64_t mu = 0; mu < s.n; mu++) {
      long double prediction = 0.0L;
      for (int64_t j = 0; j < s.p; j++) prediction += s.features[mu * s.p + j] * other[j];
      target[mu] = (double)prediction;
    }
    problem projected = given_problem(4, 12, s.query, s.context, target);
    fit(&projected, ICL_METHOD_PRIMAL, 0.0, kernel_part, &residual);
    double inner = 0.0;
    for (int64_t j = 0; j < 20; j++) inner += gamma[j] * (other[j] - kernel_part[j]);
    NEAR(inner, 0.0, 1e-12 * norm(20, gamma));
    problem_free(&projected);
  }
  problem_free(&s);
}
END_TEST

/* Rank-deficient data, without ridge or with a small one, whose answer is known by construction, for both methods:
 * every row twice, the copies with other targets: the fit is that of the mean targets, and for n < p no residual of
 * the kernel equations can vanish; */
START_TEST(repeated_rows) {
  static const int64_t sizes[] = {7, 60};
  for (int which = 0; which < 2; which++) {
    int64_t n = sizes[which];
    problem s = draw_problem(4, 9, n, 0.1);
    double *query = doubles(2 * n * 4), *context = doubles(2 * n * 5), *target = doubles(2 * n);
    double expected[20], gamma[20], residual;
    for (int64_t mu = 0; mu < 2 * n; mu++) {
      memcpy(&query[mu * 4], &s.query[(mu % n) * 4], 4 * sizeof *query);
      memcpy(&context[mu * 5], &s.context[(mu % n) * 5], 5 * sizeof *context);
      target[mu] = s.target[mu % n] + (mu < n ? 0.5 : -0.5);
    }
    problem twice = given_problem(4, 2 * n, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      for (int j = 0; j < 6; j++) {
        double lambda = j ? pow(10.0, -2.0 * j - 2.0) : 0.0; /* twice the data: twice |y - F Gamma|^2 and twice mu */
        reference(&s, lambda, expected);
        fit(&twice, method, lambda, gamma, &residual);
        /* What the solver promises where the null space meets a small ridge. */
        ck_assert_msg(distance(20, gamma, expected) < 2e-8 * norm(20, expected), "n = %d, method %d, lambda %g: %g",
                      (int)n, method, lambda, distance(20, gamma, expected) / norm(20, expected));
      }
    }
    problem_free(&s);
    problem_free(&twice);
    free(query);
    free(context);
    free(target);
  }
}
END_TEST

/* all queries along one axis: only that row of Gamma is determined, and the others are exactly what minimum norm says,
 * zero; */
START_TEST(queries_on_an_axis) {
  enum { D = 3, N = 50 };
  double query[N * D] = {0}, context[N * (D + 1)], target[N], gamma[D * (D + 1)], residual;
  fill_pseudo(N * (D + 1), context, 0);
  fill_pseudo(N, target, 777);
  long double matrix[16] = {0}, right[4] = {0};
  for (int64_t mu = 0; mu < N; mu++) {
    query[mu * D + 1] = 0.5 + 0.25 * pseudo(5000 + (uint64_t)mu);
    for (int i = 0; i <= D; i++) {
      long double feature = (long double)query[mu * D + 1] * context[mu * (D + 1) + i];
      right[i] += feature * target[mu];
      for (int j = 0; j <= D; j++) matrix[4 * i + j] += feature * query[mu * D + 1] * context[mu * (D + 1) + j];
    }
  }
  solve_exactly(4, matrix, right);
  problem s = given_problem(D, N, query, context, target);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
    fit(&s, method, 0.0, gamma, &residual);
    for (int j = 0; j <= D; j++) {
      CLOSE(gamma[D + 1 + j], (double)right[j], 1e-11);
      NEAR(gamma[j], 0.0, 1e-14);
      NEAR(gamma[2 * (D + 1) + j], 0.0, 1e-14);
    }
  }
  problem_free(&s);
}
END_TEST

/* and data that are all zero, where Gamma is. */
START_TEST(nothing_to_learn) {
  double zero[40] = {0}, gamma[6], residual, row[6], one = 1.0;
  fill_pseudo(6, row, 3);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
    for (int which = 0; which < 4; which++) {
      /* zero features, or zero targets; with and without ridge */
      problem s = which < 2 ? given_problem(2, 1, zero, zero, &one) : given_problem(2, 1, row, &row[2], zero);
      fit(&s, method, which % 2 ? 0.1 : 0.0, gamma, &residual);
      for (int j = 0; j < 6; j++) ck_assert(gamma[j] == 0.0);
      ck_assert(residual < 1e-15);
      problem_free(&s);
    }
  }
}
END_TEST

/* The smallest model: d = 1, one row: Gamma = y f/(f.f + mu) with f = q h. */
START_TEST(one_row) {
  double query = 0.7, context[2] = {1.5, -0.3}, target = 2.0, gamma[2], residual;
  double size = query * query * (context[0] * context[0] + context[1] * context[1]);
  problem s = given_problem(1, 1, &query, context, &target);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
    for (double lambda = 0.0; lambda < 2.0; lambda += 0.5) {
      fit(&s, method, lambda, gamma, &residual);
      for (int j = 0; j < 2; j++) CLOSE(gamma[j], target * query * context[j] / (size + lambda), 1e-14);
    }
  }
  problem_free(&s);
}
END_TEST

/* The solution scales with the data: F -> s F at lambda = 0 gives Gamma/s, also where the Gram matrix over- or
 * underflows and the singular value decomposition has to take over. */
START_TEST(scaled_features) {
  static const double scales[] = {1e-150, 1e-60, 1e60, 1e150};
  static const int64_t sizes[] = {12, 60};
  for (int shape = 0; shape < 2; shape++) {
    problem s = draw_problem(4, 9, sizes[shape], 0.1);
    double gamma[20], expected[20], residual, *query = doubles(s.n * 4);
    fit(&s, ICL_METHOD_AUTO, 0.0, expected, &residual);
    for (int which = 0; which < 4; which++) {
      for (int64_t i = 0; i < s.n * 4; i++) query[i] = s.query[i] * scales[which];
      problem scaled = given_problem(4, s.n, query, s.context, s.target);
      icl_estimator *estimator;
      OK(icl_estimator_create(&estimator));
      OK(icl_estimator_fit(estimator, scaled.dataset, NULL));
      OK(icl_estimator_gamma(estimator, gamma));
      for (int64_t j = 0; j < 20; j++) gamma[j] *= scales[which];
      ck_assert_msg(distance(20, gamma, expected) < 1e-9 * norm(20, expected), "scale %g, n = %d: %g", scales[which],
                    (int)s.n, distance(20, gamma, expected) / norm(20, expected));
      icl_estimator_destroy(estimator);
      problem_free(&scaled);
    }
    free(query);
    problem_free(&s);
  }
}
END_TEST

/* Rows that are generated and the same rows appended give the same bits. */
START_TEST(generated_and_appended_rows) {
  problem s = draw_problem(6, 9, 100, 0.1);
  problem appended = given_problem(6, 100, s.query, s.context, s.target);
  double one[42], other[42], residual;
  fit(&s, ICL_METHOD_AUTO, 0.01, one, &residual);
  fit(&appended, ICL_METHOD_AUTO, 0.01, other, &residual);
  ck_assert_int_eq(memcmp(one, other, sizeof one), 0);
  problem_free(&s);
  problem_free(&appended);
}
END_TEST

START_TEST(states_and_bad_input) {
  icl_estimator *estimator;
  icl_dataset *empty;
  double gamma[20] = {5.0}, residual;
  problem s = draw_problem(4, 9, 30, 0.1);
  OK(icl_estimator_create(&estimator));
  OK(icl_dataset_create_empty(4, &empty));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_estimator_create(NULL));
  FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_gamma(estimator, gamma));
  FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_report(estimator, NULL, NULL, &residual, NULL));
  ck_assert(gamma[0] == 5.0);
  FAILS(ICL_ERR_DOMAIN, "lambda is -1", icl_estimator_set_lambda(estimator, -1.0));
  FAILS(ICL_ERR_DOMAIN, "lambda is inf", icl_estimator_set_lambda(estimator, INFINITY));
  FAILS(ICL_ERR_DOMAIN, "lambda is nan", icl_estimator_set_lambda(estimator, NAN));
  FAILS(ICL_ERR_ARGUMENT, "method is 7", icl_estimator_set_method(estimator, 7));
  FAILS(ICL_ERR_ARGUMENT, "method is -1", icl_estimator_set_method(estimator, -1));
  FAILS(ICL_ERR_DOMAIN, "relative is 0", icl_estimator_set_tolerance(estimator, 0.0));
  FAILS(ICL_ERR_DOMAIN, "relative is nan", icl_estimator_set_tolerance(estimator, NAN));
  FAILS(ICL_ERR_DOMAIN, "count is 0", icl_estimator_set_max_iterations(estimator, 0));
  FAILS(ICL_ERR_ARGUMENT, "dataset", icl_estimator_fit(estimator, NULL, NULL));
  OK(icl_estimator_fit(estimator, s.dataset, NULL));
  FAILS(ICL_ERR_STATE, "no rows", icl_estimator_fit(estimator, empty, NULL));
  FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_gamma(estimator, gamma)); /* gone with the failed fit */
  /* A tolerance below rounding cannot be reached: the best Gamma is there all the same. */
  OK(icl_estimator_set_tolerance(estimator, 1e-30));
  FAILS(ICL_ERR_NOT_CONVERGED, "relative residual", icl_estimator_fit(estimator, s.dataset, NULL));
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, NULL, NULL, &residual, NULL));
  ck_assert(residual > 0.0 && residual < 1e-12);
  icl_estimator_destroy(estimator);
  icl_estimator_destroy(NULL);
  icl_dataset_destroy(empty);
  problem_free(&s);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("estimator");
  TCase *c = tcase_create("estimator");
  tcase_add_test(c, methods_agree_with_long_double);
  tcase_add_test(c, larger_problems);
  tcase_add_test(c, ridgeless_is_the_limit_of_ridge);
  tcase_add_test(c, minimum_norm);
  tcase_add_test(c, repeated_rows);
  tcase_add_test(c, queries_on_an_axis);
  tcase_add_test(c, nothing_to_learn);
  tcase_add_test(c, one_row);
  tcase_add_test(c, scaled_features);
  tcase_add_test(c, generated_and_appended_rows);
  tcase_add_test(c, states_and_bad_input);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
