/* Rows, tokens and naively drawn sequences have one law; rows are the features of the tokens of the same seed. */
#include "support.h"

enum { D = 3, TASK_ROWS = 100000 };

static const double task[D] = {1.3, -0.4, 0.9};
static const double rho = 0.3;

static double label_variance(void) {
  double norm = 0.0;
  for (int j = 0; j < D; j++) norm += task[j] * task[j];
  return norm / D + rho;
}

static icl_dataset *one_task_dataset(int64_t l, int64_t n, uint64_t seed) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  OK(icl_task_pool_create_from(D, 1, task, &pool));
  OK(icl_dataset_create(pool, l, n, rho, seed, &dataset));
  icl_task_pool_destroy(pool);
  return dataset;
}

/* Three ways to a sample of n rows (q, h, y) of one task, side by side as n x (2 D + 2): the O(d) law, the features of
 * drawn tokens, and the features of tokens drawn here from the definition of the model by another generator. */
enum { WIDTH = 2 * D + 2 };
typedef enum { FROM_ROWS, FROM_TOKENS, FROM_DEFINITION } origin;

static double naive_normal(uint64_t *state) {
  double u = 0.5 * (1.0 + pseudo((*state)++)), v = pseudo((*state)++);
  return sqrt(-2.0 * log(1.0 - u)) * cos(3.14159265358979323846 * v);
}

static void naive_sequences(int64_t l, int64_t n, double *x, double *y) {
  uint64_t state = UINT64_C(1) << 40;
  for (int64_t i = 0; i < n * (l + 1); i++) {
    y[i] = sqrt(rho) * naive_normal(&state);
    for (int j = 0; j < D; j++) {
      x[i * D + j] = naive_normal(&state) / sqrt((double)D);
      y[i] += x[i * D + j] * task[j];
    }
  }
}

static double *sample(origin from, int64_t l, int64_t n) {
  double *query = doubles(n * D), *context = doubles(n * (D + 1)), *target = doubles(n), *out = doubles(n * WIDTH);
  if (from == FROM_ROWS) {
    icl_dataset *dataset = one_task_dataset(l, n, 1);
    OK(icl_dataset_copy_rows(dataset, 0, n, query, context, target));
    icl_dataset_destroy(dataset);
  } else {
    double *x = doubles(n * (l + 1) * D), *y = doubles(n * (l + 1));
    icl_task_pool *pool;
    OK(icl_task_pool_create_from(D, 1, task, &pool));
    if (from == FROM_TOKENS) OK(icl_sequences_draw(pool, l, n, rho, 2, NULL, x, y, NULL));
    else naive_sequences(l, n, x, y);
    OK(icl_features(D, l, n, x, y, query, context, target));
    icl_task_pool_destroy(pool);
    free(x);
    free(y);
  }
  for (int64_t i = 0; i < n; i++) {
    memcpy(&out[i * WIDTH], &query[i * D], D * sizeof *out);
    memcpy(&out[i * WIDTH + D], &context[i * (D + 1)], (D + 1) * sizeof *out);
    out[i * WIDTH + 2 * D + 1] = target[i];
  }
  free(query);
  free(context);
  free(target);
  return out;
}

/* Mean and standard error of a product of up to three columns (-1: none). */
static void product_moment(const double *rows, int64_t n, int a, int b, int c, double *mean, double *error) {
  double sum = 0.0, square = 0.0;
  for (int64_t i = 0; i < n; i++) {
    const double *row = &rows[i * WIDTH];
    double value = row[a] * (b < 0 ? 1.0 : row[b]) * (c < 0 ? 1.0 : row[c]);
    sum += value;
    square += value * value;
  }
  *mean = sum / (double)n;
  *error = sqrt((square / (double)n - *mean * *mean) / (double)n);
}

/* E[v_a] and E[v_a v_b] of v = (q, h, y) given the task [theory, section 3]; NAN where no closed form is claimed. */
static double expected_moment(int64_t length, int a, int b) {
  double c = label_variance(), l = (double)length;
  int query_a = a < D, query_b = b < D;
  double w_a = a < 2 * D ? task[a % D] : c, w_b = b < 0 || b >= 2 * D ? c : task[b % D];
  if (b < 0) return query_a || a == WIDTH - 1 ? 0.0 : w_a; /* E h = [w; c] */
  if (a == WIDTH - 1 && b == WIDTH - 1) return c;
  if (b == WIDTH - 1) return query_a ? w_a / D : 0.0;
  if (query_a && query_b) return a == b ? 1.0 / D : 0.0;
  if (query_a || query_b) return 0.0;
  if (b == 2 * D) return (1.0 + 2.0 / l) * c * w_a; /* w_a is c itself for a = 2 D */
  return (1.0 + 1.0 / l) * w_a * w_b + (a == b ? D / l * c : 0.0);
}

/* 164 statistics in each of six cases and 44 in three, 1116 in all, bound 5.5 standard errors: P(any fails) < 1116 *
 * 4e-8 = 5e-5 for Gaussian means of a right program. Third moments are heavier-tailed, but of 100,000 rows still within
 * a fraction of that. The seeds are fixed, so what passes once passes always. */
static void check_moments(origin from, int64_t l) {
  double *rows = sample(from, l, TASK_ROWS), *other = sample(FROM_DEFINITION, l, TASK_ROWS);
  for (int a = 0; a < WIDTH; a++) {
    for (int b = -1; b < WIDTH; b++) {
      if (b >= 0 && b < a) continue;
      double mean, error, mean_other, error_other;
      product_moment(rows, TASK_ROWS, a, b, -1, &mean, &error);
      ck_assert_msg(fabs(mean - expected_moment(l, a, b)) < 5.5 * error, "l = %d, columns %d, %d: %g, not %g +- %g",
                    (int)l, a, b, mean, expected_moment(l, a, b), error);
      for (int c = b; c < WIDTH && b >= 0 && from != FROM_DEFINITION; c++) {
        product_moment(rows, TASK_ROWS, a, b, c, &mean, &error);
        product_moment(other, TASK_ROWS, a, b, c, &mean_other, &error_other);
        ck_assert_msg(fabs(mean - mean_other) < 5.5 * hypot(error, error_other), "l = %d, columns %d, %d, %d: %g, %g",
                      (int)l, a, b, c, mean, mean_other);
      }
    }
  }
  free(rows);
  free(other);
}

START_TEST(rows_and_tokens_have_the_law) {
  static const int64_t lengths[] = {1, 2, 7};
  check_moments((origin)(_i / 3), lengths[_i % 3]);
}
END_TEST

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov for two samples of n: distance sqrt(n/2) exceeds 2.2 with probability 1.2e-4. */
static double two_sample_distance(int64_t n, double *a, double *b) {
  double distance = 0.0;
  int64_t i = 0, j = 0;
  qsort(a, (size_t)n, sizeof *a, by_value);
  qsort(b, (size_t)n, sizeof *b, by_value);
  while (i < n && j < n) {
    if (a[i] <= b[j]) i++;
    else j++;
    distance = fmax(distance, fabs((double)(i - j)) / (double)n);
  }
  return distance * sqrt((double)n / 2);
}

/* Whole distributions of sum y^2, of a summary h_1, of h along the task and of the prediction target, rows and tokens
 * against the definition. */
START_TEST(distributions_agree) {
  int64_t l = _i < 4 ? 1 : 5, n = TASK_ROWS;
  int column = _i % 4;
  double *reference = doubles(n), *drawn = doubles(n);
  for (int from = FROM_ROWS; from <= FROM_TOKENS; from++) {
    for (int side = 0; side < 2; side++) {
      double *rows = sample(side ? FROM_DEFINITION : (origin)from, l, n), *out = side ? reference : drawn;
      for (int64_t i = 0; i < n; i++) {
        const double *row = &rows[i * WIDTH], *h = &row[D];
        double along = h[0] * task[0] + h[1] * task[1] + h[2] * task[2];
        out[i] = column == 0 ? h[D] : column == 1 ? h[0] : column == 2 ? along - h[D] : row[WIDTH - 1] * row[0];
      }
      free(rows);
    }
    double distance = two_sample_distance(n, drawn, reference);
    ck_assert_msg(distance < 2.2, "l = %d, statistic %d: distance %g", (int)l, column, distance);
  }
  free(reference);
  free(drawn);
}
END_TEST

/* Single tokens, not only their features: x ~ N(0, I/d) and the noise y - x.w ~ N(0, rho), all independent. */
START_TEST(tokens_have_the_law) {
  enum { L = 4, N = 50000, COLUMNS = 2 * (D + 1) };
  double *x = doubles(N * (L + 1) * D), *y = doubles(N * (L + 1));
  icl_task_pool *pool;
  OK(icl_task_pool_create_from(D, 1, task, &pool));
  OK(icl_sequences_draw(pool, L, N, rho, 5, NULL, x, y, NULL));
  for (int pair = 0; pair < L; pair++) { /* tokens pair and pair + 1; the last pair has the query */
    double sum[COLUMNS][COLUMNS] = {{0}}, fourth[COLUMNS] = {0};
    for (int64_t i = 0; i < N; i++) {
      double value[COLUMNS]; /* each of variance 1 */
      for (int side = 0; side < 2; side++) {
        const double *token = &x[(i * (L + 1) + pair + side) * D];
        double noise = y[i * (L + 1) + pair + side];
        for (int j = 0; j < D; j++) {
          value[side * (D + 1) + j] = token[j] * sqrt((double)D);
          noise -= token[j] * task[j];
        }
        value[side * (D + 1) + D] = noise / sqrt(rho);
      }
      for (int a = 0; a < COLUMNS; a++) {
        fourth[a] += pow(value[a], 4) / N;
        for (int b = 0; b < COLUMNS; b++) sum[a][b] += value[a] * value[b] / N;
      }
    }
    for (int a = 0; a < COLUMNS; a++) {
      NEAR(fourth[a], 3.0, 5 * sqrt(96.0 / N));
      for (int b = 0; b < COLUMNS; b++) NEAR(sum[a][b], a == b ? 1.0 : 0.0, 5 * sqrt((a == b ? 2.0 : 1.0) / N));
    }
  }
  icl_task_pool_destroy(pool);
  free(x);
  free(y);
}
END_TEST

/* Rounding: features sum l terms of size |x||y| ~ S/l, so relative to the row a few l eps; 1e-12 for l = 50. */
static void check_features(icl_task_pool *pool, int64_t d, int64_t l, int64_t n, double noise) {
  double *x = doubles(n * (l + 1) * d), *y = doubles(n * (l + 1));
  double *query = doubles(2 * n * d), *context = doubles(2 * n * (d + 1)), *target = doubles(2 * n);
  icl_dataset *dataset;
  OK(icl_dataset_create(pool, l, n, noise, 99, &dataset));
  OK(icl_dataset_copy_rows(dataset, 0, n, query, context, target));
  OK(icl_sequences_draw(pool, l, n, noise, 99, NULL, x, y, NULL));
  OK(icl_features(d, l, n, x, y, &query[n * d], &context[n * (d + 1)], &target[n]));
  for (int64_t i = 0; i < n * d; i++) ck_assert(query[i] == query[n * d + i]);
  for (int64_t i = 0; i < n; i++) ck_assert(target[i] == target[n + i]);
  for (int64_t i = 0; i < n; i++) {
    double scale = 0.0;
    for (int64_t j = 0; j <= d; j++) scale = fmax(scale, fabs(context[i * (d + 1) + j]));
    for (int64_t j = 0; j <= d; j++) {
      NEAR(context[(n + i) * (d + 1) + j], context[i * (d + 1) + j], 1e-12 * scale);
    }
  }
  icl_dataset_destroy(dataset);
  free(x);
  free(y);
  free(query);
  free(context);
  free(target);
}

START_TEST(rows_are_the_features_of_the_tokens) {
  static const int64_t sizes[][2] = {{1, 1}, {1, 5}, {4, 1}, {9, 50}, {30, 7}};
  for (size_t which = 0; which < sizeof sizes / sizeof *sizes; which++) {
    int64_t d = sizes[which][0], l = sizes[which][1];
    icl_task_pool *pools[3];
    double *zero = doubles(d);
    memset(zero, 0, (size_t)d * sizeof *zero);
    OK(icl_task_pool_create(d, 3, ICL_TASKS_GAUSSIAN, 4, &pools[0]));
    OK(icl_task_pool_create_infinite(d, ICL_TASKS_SPHERE, 4, &pools[1]));
    OK(icl_task_pool_create_from(d, 1, zero, &pools[2]));
    for (int j = 0; j < 3; j++) {
      check_features(pools[j], d, l, 17, 0.2);
      check_features(pools[j], d, l, 17, 0.0);
      icl_task_pool_destroy(pools[j]);
    }
    free(zero);
  }
}
END_TEST

START_TEST(rows_are_a_prefix_and_random_access) {
  enum { L = 9, N = 300 };
  double query[N * D], context[N * (D + 1)], target[N], row_query[D], row_context[D + 1], row_target;
  icl_dataset *longer = one_task_dataset(L, N, 8), *shorter = one_task_dataset(L, 10, 8);
  OK(icl_dataset_copy_rows(longer, 0, N, query, context, target));
  for (int64_t i = 0; i < N; i++) {
    icl_dataset *from = i < 10 ? shorter : longer;
    OK(icl_dataset_copy_rows(from, i, 1, row_query, row_context, &row_target));
    ck_assert_int_eq(memcmp(row_query, &query[i * D], sizeof row_query), 0);
    ck_assert_int_eq(memcmp(row_context, &context[i * (D + 1)], sizeof row_context), 0);
    ck_assert(row_target == target[i]);
  }
  OK(icl_dataset_copy_rows(longer, 3, 2, NULL, NULL, target));
  icl_dataset_destroy(longer);
  icl_dataset_destroy(shorter);
}
END_TEST

/* Every task of the pool is drawn equally often, and fresh tasks differ from row to row and from seed to seed. */
START_TEST(tasks_of_sequences) {
  enum { K = 5, N = 20000 };
  int64_t *index = malloc(N * sizeof *index), count[K] = {0};
  double *x = doubles(N * 2), *y = doubles(N * 2), chi_squared = 0.0;
  icl_task_pool *pool, *fresh;
  OK(icl_task_pool_create(1, K, ICL_TASKS_GAUSSIAN, 4, &pool));
  OK(icl_task_pool_create_infinite(1, ICL_TASKS_GAUSSIAN, 4, &fresh));
  OK(icl_sequences_draw(pool, 1, N, 0.0, 3, NULL, x, y, index));
  double tasks[K];
  OK(icl_task_pool_copy(pool, tasks));
  for (int64_t i = 0; i < N; i++) {
    ck_assert(index[i] >= 0 && index[i] < K);
    count[index[i]]++;
    CLOSE(y[2 * i], x[2 * i] * tasks[index[i]], 1e-12); /* no noise: the label is x w */
  }
  for (int j = 0; j < K; j++) chi_squared += pow((double)count[j] - N / (double)K, 2) / (N / (double)K);
  ck_assert(chi_squared < 23.5); /* 4 degrees of freedom: P = 1e-4 */
  OK(icl_sequences_draw(fresh, 1, N, 0.0, 3, NULL, x, y, index));
  double first = y[0] / x[0], square = 0.0;
  for (int64_t i = 0; i < N; i++) {
    double w = y[2 * i] / x[2 * i];
    ck_assert(index[i] == -1 && (i == 0 || w != first));
    square += w * w / N;
  }
  NEAR(square, 1.0, 5 * sqrt(2.0 / N));
  OK(icl_sequences_draw(fresh, 1, 1, 0.0, 4, NULL, x, y, NULL));
  ck_assert(y[0] / x[0] != first);
  icl_task_pool_destroy(pool);
  icl_task_pool_destroy(fresh);
  free(index);
  free(x);
  free(y);
}
END_TEST

START_TEST(appended_rows_come_back) {
  enum { L = 4, N = 37 };
  double x[N * (L + 1) * D], y[N * (L + 1)], query[N * D], context[N * (D + 1)], target[N];
  double got_query[2 * N * D], got_context[2 * N * (D + 1)], got_target[2 * N];
  fill_pseudo(N * (L + 1) * D, x, 0);
  fill_pseudo(N * (L + 1), y, 9999);
  OK(icl_features(D, L, N, x, y, query, context, target));
  icl_dataset *dataset;
  OK(icl_dataset_create_empty(D, &dataset));
  ck_assert_int_eq(icl_dataset_size(dataset), 0);
  for (int64_t i = 0; i < N; i += 5) { /* in chunks of five, the last one smaller */
    int64_t count = i + 5 <= N ? 5 : N - i;
    OK(icl_dataset_append_sequences(dataset, L, count, &x[i * (L + 1) * D], &y[i * (L + 1)]));
  }
  OK(icl_dataset_append_features(dataset, N, query, context, target));
  ck_assert_int_eq(icl_dataset_size(dataset), 2 * N);
  ck_assert_int_eq(icl_dataset_dimension(dataset), D);
  OK(icl_dataset_copy_rows(dataset, 0, 2 * N, got_query, got_context, got_target));
  for (int half = 0; half < 2; half++) {
    ck_assert_int_eq(memcmp(&got_query[half * N * D], query, sizeof query), 0);
    ck_assert_int_eq(memcmp(&got_context[half * N * (D + 1)], context, sizeof context), 0);
    ck_assert_int_eq(memcmp(&got_target[half * N], target, sizeof target), 0);
  }
  icl_dataset_destroy(dataset);
}
END_TEST

START_TEST(error_of_a_gamma) {
  enum { L = 6, N = 700 };
  double gamma[D * (D + 1)], query[N * D], context[N * (D + 1)], target[N], sum = 0.0, square = 0.0;
  double mean, standard_error;
  fill_pseudo(D * (D + 1), gamma, 0);
  icl_dataset *dataset = one_task_dataset(L, N, 8);
  OK(icl_dataset_copy_rows(dataset, 0, N, query, context, target));
  for (int64_t mu = 0; mu < N; mu++) {
    double error = target[mu];
    for (int i = 0; i < D; i++) {
      for (int j = 0; j <= D; j++) error -= query[mu * D + i] * gamma[i * (D + 1) + j] * context[mu * (D + 1) + j];
    }
    sum += error * error / N;
    square += pow(error, 4) / N;
  }
  OK(icl_dataset_error(dataset, gamma, NULL, &mean, &standard_error));
  CLOSE(mean, sum, 1e-13);
  CLOSE(standard_error, sqrt((square - sum * sum) / (N - 1)), 1e-10);
  OK(icl_dataset_error(dataset, gamma, NULL, NULL, NULL));
  icl_dataset_destroy(dataset);
}
END_TEST

START_TEST(bad_input) {
  double row[64] = {0}, mean = -7.0;
  icl_dataset *generated = one_task_dataset(4, 10, 1), *empty, *untouched = NULL;
  icl_task_pool *pool;
  OK(icl_dataset_create_empty(D, &empty));
  OK(icl_task_pool_create(D, 2, ICL_TASKS_GAUSSIAN, 1, &pool));
  FAILS(ICL_ERR_ARGUMENT, "pool", icl_dataset_create(NULL, 4, 10, 0.1, 1, &untouched));
  FAILS(ICL_ERR_DOMAIN, "l is 0", icl_dataset_create(pool, 0, 10, 0.1, 1, &untouched));
  FAILS(ICL_ERR_DOMAIN, "n is -1", icl_dataset_create(pool, 4, -1, 0.1, 1, &untouched));
  FAILS(ICL_ERR_DOMAIN, "rho is -2;", icl_dataset_create(pool, 4, 10, -2.0, 1, &untouched));
  FAILS(ICL_ERR_DOMAIN, "rho", icl_dataset_create(pool, 4, 10, NAN, 1, &untouched));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_dataset_create(pool, 4, 10, 0.1, 1, NULL));
  ck_assert_ptr_null(untouched);
  FAILS(ICL_ERR_DOMAIN, "d is 0", icl_dataset_create_empty(0, &untouched));
  FAILS(ICL_ERR_SIZE, "d is", icl_dataset_create_empty(INT64_MAX, &untouched));
  FAILS(ICL_ERR_UNSUPPORTED, "dataset", icl_dataset_append_features(generated, 1, row, row, row));
  FAILS(ICL_ERR_UNSUPPORTED, "dataset", icl_dataset_append_sequences(generated, 1, 1, row, row));
  FAILS(ICL_ERR_SIZE, "context", icl_dataset_append_features(empty, INT64_MAX / 2, row, row, row));
  row[2] = NAN;
  FAILS(ICL_ERR_NONFINITE, "query[2]", icl_dataset_append_features(empty, 1, row, &row[8], &row[8]));
  FAILS(ICL_ERR_NONFINITE, "x[2]", icl_dataset_append_sequences(empty, 1, 1, row, &row[16]));
  ck_assert_int_eq(icl_dataset_size(empty), 0);
  FAILS(ICL_ERR_STATE, "0 rows", icl_dataset_error(empty, &row[8], NULL, &mean, NULL));
  FAILS(ICL_ERR_NONFINITE, "gamma[2]", icl_dataset_error(generated, row, NULL, &mean, NULL));
  FAILS(ICL_ERR_DOMAIN, "first is 8", icl_dataset_copy_rows(generated, 8, 3, row, NULL, NULL));
  FAILS(ICL_ERR_DOMAIN, "first is 1 ", icl_dataset_copy_rows(generated, 1, INT64_MAX, row, NULL, NULL));
  FAILS(ICL_ERR_DOMAIN, "first is 92233", icl_dataset_copy_rows(generated, INT64_MAX, 1, row, NULL, NULL));
  FAILS(ICL_ERR_DOMAIN, "first is -1", icl_dataset_copy_rows(generated, -1, 3, row, NULL, NULL));
  FAILS(ICL_ERR_DOMAIN, "count is 0", icl_dataset_copy_rows(generated, 0, 0, row, NULL, NULL));
  FAILS(ICL_ERR_SIZE, "x would have", icl_sequences_draw(pool, INT64_MAX / 4, 10, 0.1, 1, NULL, row, row, NULL));
  FAILS(ICL_ERR_ARGUMENT, "x is NULL", icl_sequences_draw(pool, 4, 1, 0.1, 1, NULL, NULL, row, NULL));
  ck_assert(mean == -7.0);
  ck_assert_int_eq(icl_dataset_size(NULL), -1);
  ck_assert_int_eq(icl_dataset_dimension(NULL), -1);
  icl_dataset_destroy(NULL);
  icl_dataset_destroy(generated);
  icl_dataset_destroy(empty);
  icl_task_pool_destroy(pool);
}
END_TEST

/* Labels in other units: tasks times S and rho times S^2 make h times S in its first d entries and times S^2 in its
 * last, and all labels times S; for S a power of two to the bit, also where rho c is no normal number. */
START_TEST(rows_in_any_units) {
  enum { L = 4, N = 20 };
  static const int exponents[] = {0, -100, -300, -500, 340, 500};
  double query[2][N * D], context[2][N * (D + 1)], target[2][N], x[2][N * (L + 1) * D], y[2][N * (L + 1)];
  for (int which = 0; which < 6; which++) {
    double tasks[2 * D], scale = ldexp(1.0, exponents[which]);
    int to = which > 0;
    icl_task_pool *pool;
    icl_dataset *dataset;
    fill_pseudo(2 * D, tasks, 3);
    for (int i = 0; i < 2 * D; i++) tasks[i] *= scale;
    OK(icl_task_pool_create_from(D, 2, tasks, &pool));
    OK(icl_dataset_create(pool, L, N, rho * scale * scale, 5, &dataset));
    OK(icl_dataset_copy_rows(dataset, 0, N, query[to], context[to], target[to]));
    OK(icl_sequences_draw(pool, L, N, rho * scale * scale, 5, NULL, x[to], y[to], NULL));
    for (int i = 0; to && i < N * (D + 1); i++) {
      double unit = i % (D + 1) < D ? scale : scale * scale;
      ck_assert_msg(context[1][i] == context[0][i] * unit, "2^%d: h[%d] is %g, not %g of its unit", exponents[which],
                    i, context[1][i] / unit, context[0][i]);
    }
    ck_assert_mem_eq(query[to], query[0], sizeof query[0]);
    ck_assert_mem_eq(x[to], x[0], sizeof x[0]);
    for (int i = 0; i < N; i++) ck_assert(target[to][i] == target[0][i] * scale);
    for (int i = 0; i < N * (L + 1); i++) ck_assert(y[to][i] == y[0][i] * scale);
    icl_dataset_destroy(dataset);
    icl_task_pool_destroy(pool);
  }
}
END_TEST

/* NaN or infinity anywhere in what is appended: an error that says where, and nothing is appended. */
START_TEST(appended_rows_are_finite) {
  enum { L = 2, N = 2 };
  static const double bad[] = {NAN, INFINITY, -INFINITY};
  double query[N * D], context[N * (D + 1)], target[N], x[N * (L + 1) * D], y[N * (L + 1)];
  double *arrays[] = {query, context, target, x, y};
  static const char *names[] = {"query[", "context[", "target[", "x[", "y["};
  static const int lengths[] = {N * D, N * (D + 1), N, N * (L + 1) * D, N * (L + 1)};
  icl_dataset *dataset;
  OK(icl_dataset_create_empty(D, &dataset));
  for (int which = 0; which < 5; which++) fill_pseudo(lengths[which], arrays[which], (uint64_t)which * 100);
  for (int which = 0; which < 5; which++) {
    for (int i = 0; i < 3 * lengths[which]; i++) {
      double *entry = &arrays[which][i / 3], before = *entry;
      *entry = bad[i % 3];
      if (which < 3) {
        FAILS(ICL_ERR_NONFINITE, names[which], icl_dataset_append_features(dataset, N, query, context, target));
      } else {
        FAILS(ICL_ERR_NONFINITE, names[which], icl_dataset_append_sequences(dataset, L, N, x, y));
      }
      ck_assert_int_eq(icl_dataset_size(dataset), 0);
      *entry = before;
    }
  }
  OK(icl_dataset_append_features(dataset, N, query, context, target));
  OK(icl_dataset_append_sequences(dataset, L, N, x, y));
  icl_dataset_destroy(dataset);
}
END_TEST

/* One row has an error but no standard error. Squared errors of 1e200 have both, though no double holds the squares of
 * their deviations; larger ones that overflow themselves have none. What is refused leaves the mean, too. */
START_TEST(errors_without_a_standard_error) {
  double gamma[D * (D + 1)] = {0}, mean = -7.0, standard_error = -7.0;
  icl_dataset *one = one_task_dataset(4, 1, 1), *many = one_task_dataset(4, 600, 1);
  FAILS(ICL_ERR_STATE, "1 rows", icl_dataset_error(one, gamma, NULL, &mean, &standard_error));
  FAILS(ICL_ERR_STATE, "at least 2", icl_dataset_error(one, gamma, NULL, NULL, &standard_error));
  ck_assert(mean == -7.0 && standard_error == -7.0);
  OK(icl_dataset_error(one, gamma, NULL, &mean, NULL));
  ck_assert(mean > 0.0 && mean < INFINITY);
  double less, less_error;
  gamma[1] = 0x1p200; /* beside which the targets are nothing */
  OK(icl_dataset_error(many, gamma, NULL, &less, &less_error));
  gamma[1] = 0x1p330;
  OK(icl_dataset_error(many, gamma, NULL, &mean, &standard_error));
  ck_assert(mean > 1e190 && mean < 1e210);
  ck_assert(mean == ldexp(less, 260) && standard_error == ldexp(less_error, 260));
  mean = standard_error = -7.0;
  gamma[1] = 1e160;
  FAILS(ICL_ERR_NONFINITE, "overflow", icl_dataset_error(many, gamma, NULL, &mean, &standard_error));
  ck_assert(mean == -7.0 && standard_error == -7.0);
  icl_dataset_destroy(one);
  icl_dataset_destroy(many);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("dataset");
  TCase *c = tcase_create("dataset");
  tcase_add_loop_test(c, rows_and_tokens_have_the_law, 0, 9);
  tcase_add_loop_test(c, distributions_agree, 0, 8);
  tcase_add_test(c, tokens_have_the_law);
  tcase_add_test(c, rows_are_the_features_of_the_tokens);
  tcase_add_test(c, rows_are_a_prefix_and_random_access);
  tcase_add_test(c, rows_in_any_units);
  tcase_add_test(c, tasks_of_sequences);
  tcase_add_test(c, appended_rows_come_back);
  tcase_add_test(c, error_of_a_gamma);
  tcase_add_test(c, appended_rows_are_finite);
  tcase_add_test(c, errors_without_a_standard_error);
  tcase_add_test(c, bad_input);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
