/* The equations behind the corrected level, on internals: every average is summed here once more, row by row. */
#include "support.h"

#include "finite.h"
#include "rng.h"
#include "sequence.h"

enum { D = 4, WIDTH = D + 1, K = 3, L = 8 };

typedef struct {
  icl_task_pool *pool;
  icl_test_law *law;
  icl__pretraining fit;
  double B[WIDTH * WIDTH];
  icl__summary_basis basis;
} setup;

static setup setup_of(int64_t k, int64_t n, double rho, double lambda) {
  setup s = {.fit = {.l = L, .n = n, .rho = rho, .lambda = lambda}};
  if (k) OK(icl_task_pool_create(D, k, ICL_TASKS_GAUSSIAN, 3, &s.pool));
  else OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 3, &s.pool));
  s.fit.pool = s.pool;
  OK(icl_test_law_create_pool(s.pool, L, rho, &s.law));
  OK(icl_test_law_moments(s.law, NULL, s.B, NULL));
  OK(icl__summary_basis_create(s.law, lambda, &s.basis));
  return s;
}

static void setup_destroy(setup *s) {
  icl__summary_basis_destroy(&s->basis);
  icl_test_law_destroy(s->law);
  icl_task_pool_destroy(s->pool);
}

START_TEST(coordinates) {
  setup s = setup_of(_i == 0 ? K : _i == 1 ? 1 : 0, 20, _i == 1 ? 0.0 : 0.1, 0.0);
  int64_t rank = s.basis.rank;
  ck_assert_int_eq(rank, _i == 1 ? D : WIDTH); /* one task without noise: h_last = w.h/d */
  for (int64_t a = 0; a < rank; a++) {
    for (int64_t b = 0; b < rank; b++) {
      double second = 0.0, square = 0.0;
      for (int i = 0; i < WIDTH; i++) {
        square += s.basis.map[a * WIDTH + i] * s.basis.map[b * WIDTH + i];
        for (int j = 0; j < WIDTH; j++) {
          second += s.basis.map[a * WIDTH + i] * s.B[i * WIDTH + j] * s.basis.map[b * WIDTH + j];
        }
      }
      NEAR(second, a == b, 1e-11);
      NEAR(square, a == b ? s.basis.ridge[a] : 0.0, 1e-11 * sqrt(s.basis.ridge[a] * s.basis.ridge[b]));
    }
  }
  setup_destroy(&s);
}
END_TEST

/* lambda = xi (1 - (d/n) sum 1/(1 + xi p)) from 1e-12 to 1e12. */
START_TEST(effective_ridge) {
  static const int64_t sizes[] = {1, 10, 19, 20, 21, 100, 1000000};
  for (int which = 0; which < 7; which++) {
    for (int power = -12; power <= 12; power += 2) {
      setup s = setup_of(K, sizes[which], 0.1, pow(10.0, power));
      icl__effective_ridge ridge = icl__pool_effective_ridge(&s.fit, &s.basis);
      double sum = 0.0, lost = 1.0; /* n - d rank is taken out, as otherwise it is a difference of large sums */
      for (int64_t j = 0; j < s.basis.rank; j++) {
        sum += ridge.xi * s.basis.ridge[j] / (1.0 + ridge.xi * s.basis.ridge[j]) * D / (double)s.fit.n;
      }
      double surplus = (double)(s.fit.n - D * s.basis.rank) / (double)s.fit.n;
      if (surplus < 0.0) lost = -surplus / (sum + surplus); /* cancellation there is the equation's own */
      CLOSE(ridge.xi * (surplus + sum), s.fit.lambda, 1e-13 * (1.0 + 10.0 * lost));
      setup_destroy(&s);
    }
  }
}
END_TEST

/* Eigenvalues far from each other, and m J rows for J large ones: those are above xi, and to leading order
 * sum_large xi/s = sum_small s/xi + n lambda/(m xi). */
START_TEST(effective_ridge_in_a_gap) {
  static const double two[] = {1e-40, 1.0}, four[] = {4.0, 1e-40, 1.0, 9e-40};
  CLOSE(icl__sampled_effective_ridge(1, 2, two, 1, 0.0).xi, 1e-20, 1e-14);
  CLOSE(icl__sampled_effective_ridge(6, 4, four, 3, 0.0).xi, sqrt(1e-39 / 1.25), 1e-14);
  CLOSE(icl__sampled_effective_ridge(6, 4, four, 3, 1e-40).xi, sqrt((1e-39 + 2e-40) / 1.25), 1e-14); /* n/m = 2 */
}
END_TEST

/* A feature sample's summary is that of the row of the same number and task, to the bit. */
START_TEST(features_are_rows) {
  setup s = setup_of(_i ? 0 : K, 20, 0.1, 0.1);
  icl__sequence_law law = {s.pool, L, 0.1, 5, ICL__FAMILY_FEATURES};
  double scratch[2][3 * D + 1], query[D], row[WIDTH], target, context[WIDTH];
  for (int64_t i = 0; i < 50; i++) {
    int64_t index = icl__sequence_row(&law, i, scratch[0], query, row, &target);
    ck_assert(index >= (_i ? -1 : 0) && index < K);
    const double *task = icl__sequence_context(&law, i, index, scratch[1], context);
    ck_assert(memcmp(row, context, sizeof row) == 0);
    if (!_i) ck_assert(task == &s.pool->tasks[index * D]);
  }
  setup_destroy(&s);
}
END_TEST

static void make_sample(const setup *s, int64_t count, icl__feature_sample *sample, icl__feature_average *average,
                        double **numbers) {
  icl__progress progress = icl__progress_begin(NULL, -1);
  OK(icl__feature_sample_create(&s->fit, &s->basis, count, 1, &progress, sample));
  OK(icl__feature_average_create(sample, sample->count, NULL, average));
  *numbers = doubles(3 * sample->count);
  average->slope = *numbers;
  average->square = &(*numbers)[sample->count];
  average->noise = &(*numbers)[2 * sample->count];
  OK(icl__feature_average_set_delta(average, 0.0));
}

/* Each task is as frequent in each batch. By the summaries: B of the sample is B of the pool but for the noise, and
 * the sum of h_last, chi-squared like c X/l, is near its mean. Here by counting, through the tasks' own norms. */
START_TEST(tasks_are_balanced) {
  setup s = setup_of(K, 20, 0.0, 0.1);
  icl__feature_sample sample;
  icl__feature_average average;
  double *numbers, B[WIDTH * WIDTH] = {0};
  make_sample(&s, 1000, &sample, &average, &numbers);
  ck_assert_int_eq(sample.batch, 63); /* 1000/16 = 62.5, then a multiple of 3 */
  ck_assert_int_eq(sample.count, 63 * ICL__BATCHES);
  for (int64_t i = 0; i < sample.count; i++) {
    for (int64_t j = 0; j < WIDTH * WIDTH; j++) {
      B[j] += sample.summary[i * WIDTH + j / WIDTH] * sample.summary[i * WIDTH + j % WIDTH] / (double)sample.count;
    }
  }
  /* E y y' = 1; an entry scatters by sqrt(E y^4/N), below 0.3 here. */
  for (int64_t j = 0; j < WIDTH * WIDTH; j++) NEAR(B[j], j / WIDTH == j % WIDTH, 0.3);
  free(numbers);
  icl__feature_average_destroy(&average);
  icl__feature_sample_destroy(&sample);
  setup_destroy(&s);
}
END_TEST

/* E f(t) over a chi-squared law over its mean: by 2 x/freedom, x = e^v, the trapezoidal rule in v, which converges
 * exponentially. kind 0, 1, 2: slope, square, noise. */
static double mean_over_query(double freedom, double s, int kind) {
  double sum = 0.0, norm = 0.0;
  for (double v = -60.0; v < 8.0; v += 0.01) {
    double x = exp(v), t = 2.0 * x / freedom, density = exp(0.5 * freedom * v - x), u = 1.0 / (1.0 + t * s);
    norm += density;
    sum += density * (kind == 0 ? t * u : kind == 1 ? t * t * u * u : t * u * u);
  }
  return sum / norm;
}

/* How well 24 nodes do: at d = 4 the density of t has a root-like start, which polynomials follow slowly. The worst is
 * noise, the mean of 1/t seen through s = 30. */
START_TEST(query_quadrature) {
  static const struct {
    int64_t d;
    double slope, noise;
  } cases[] = {{4, 5e-3, 5e-2}, {10, 1e-4, 1e-3}, {20, 1e-7, 1e-6}, {100, 1e-10, 1e-10}};
  static const double deltas[] = {0.0, 0.3, 1.0}, scales[] = {0.01, 1.0, 30.0};
  setup s = setup_of(K, 20, 0.1, 0.1);
  icl__feature_sample sample = {.d = cases[_i].d, .rank = 1, .batch = 1, .count = 1, .pool = s.pool};
  double y = 1.0, out, slope, square, noise, d = (double)cases[_i].d;
  sample.summary = &y;
  for (int which = 0; which < 9; which++) {
    double delta = deltas[which / 3], scale = scales[which % 3], freedom = 2.0 + (d - 2.0) / (1.0 + delta);
    icl__feature_average average;
    OK(icl__feature_average_create(&sample, 1, NULL, &average));
    average.n = 1.0;
    average.rho = 1.0;
    average.slope = &slope;
    average.square = &square;
    average.noise = &noise;
    OK(icl__feature_average_set_delta(&average, delta));
    OK(icl__average_resolvent(&average, &scale, &out));
    CLOSE(slope * d, mean_over_query(freedom, scale, 0), cases[_i].slope);
    CLOSE(square * d, mean_over_query(freedom, scale, 1), cases[_i].slope);
    CLOSE(noise, mean_over_query(freedom, scale, 2), cases[_i].noise);
    CLOSE(out, slope, 1e-14);
    icl__feature_average_destroy(&average);
  }
  setup_destroy(&s);
}
END_TEST

/* n E[(square |w - coefficients y|^2 + rho noise) y y'] for a summary of fewer coordinates than tokens have: the rows'
 * tasks and residuals, d numbers each, are what needs memory then. 1000 rows fill the blocks of 96. */
START_TEST(residuals_of_low_rank) {
  enum { TOKENS = 40, RANK = 2, ROWS = 1000 };
  double summary[ROWS * RANK], coefficients[TOKENS * RANK], slope[ROWS], square[ROWS], noise[ROWS];
  double g[RANK * RANK] = {1.0, 0.2, 0.2, 0.7}, out[RANK * RANK], expected[RANK * RANK] = {0};
  icl_task_pool *pool;
  icl__feature_average average;
  OK(icl_task_pool_create(TOKENS, 1, ICL_TASKS_GAUSSIAN, 3, &pool));
  icl__feature_sample sample = {pool, TOKENS, RANK, ROWS, ROWS, summary, NULL};
  fill_pseudo(ROWS * RANK, summary, 1);
  fill_pseudo(TOKENS * RANK, coefficients, 2);
  OK(icl__feature_average_create(&sample, ROWS, NULL, &average));
  average.n = 7.0;
  average.rho = 0.3;
  average.slope = slope;
  average.square = square;
  average.noise = noise;
  OK(icl__feature_average_set_delta(&average, 0.1));
  OK(icl__average_resolvent(&average, g, out));
  OK(icl__average_residual(&average, coefficients, out));
  for (int row = 0; row < ROWS; row++) {
    const double *y = &summary[row * RANK];
    double residual = 0.0;
    for (int i = 0; i < TOKENS; i++) {
      double defect = pool->tasks[i] - coefficients[i * RANK] * y[0] - coefficients[i * RANK + 1] * y[1];
      residual += defect * defect;
    }
    double weight = 7.0 / ROWS * (square[row] * residual + 0.3 * noise[row]);
    for (int i = 0; i < RANK * RANK; i++) expected[i] += weight * y[i / RANK] * y[i % RANK];
  }
  for (int i = 0; i < RANK * RANK; i++) NEAR(out[i], expected[i], 1e-12 * expected[0]);
  icl__feature_average_destroy(&average);
  icl_task_pool_destroy(pool);
}
END_TEST

static double quadratic(int64_t r, const double *matrix, const double *y) {
  double sum = 0.0;
  for (int64_t i = 0; i < r * r; i++) sum += y[i / r] * matrix[i] * y[i % r];
  return sum;
}

/* F(g) g + m ridge g = 1, and V = g n E[(square (|w - Gbar h|^2 + y'V y) + rho noise) y y'] g, from the rows; in h as
 * far as Gbar goes: h = B Y'y. V = d spread. What the solver leaves is 1e-11 and 1e-12, and V's
 * equation is seen through (1 - L)^-1, at most 1/0.01 here. */
static void check_fixed_points(const setup *s, const icl__feature_average *average, const double *g,
                               const icl__prediction *prediction, double m) {
  const icl__feature_sample *sample = average->sample;
  double F[WIDTH * WIDTH] = {0}, V[WIDTH * WIDTH] = {0}, factor = (double)s->fit.n / (double)sample->count;
  for (int64_t row = 0; row < sample->count; row++) {
    const double *y = &sample->summary[row * WIDTH];
    double h[WIDTH] = {0}, image[WIDTH] = {0}, mapped[WIDTH] = {0}, residual = 0.0;
    const double *w = &s->pool->tasks[row % sample->batch * K / sample->batch * D]; /* batch is a multiple of K */
    for (int i = 0; i < WIDTH; i++) {
      for (int a = 0; a < WIDTH; a++) mapped[i] += s->basis.map[a * WIDTH + i] * y[a];
    }
    for (int i = 0; i < WIDTH * WIDTH; i++) h[i / WIDTH] += s->B[i] * mapped[i % WIDTH];
    for (int i = 0; i < D; i++) {
      double defect = w[i];
      for (int j = 0; j < WIDTH; j++) defect -= prediction->gamma[i * WIDTH + j] * h[j];
      residual += defect * defect;
    }
    double weight = average->square[row] * (residual + D * quadratic(WIDTH, prediction->spread, y)) +
                    s->fit.rho * average->noise[row];
    for (int i = 0; i < WIDTH * WIDTH; i++) image[i / WIDTH] += g[i] * y[i % WIDTH];
    for (int i = 0; i < WIDTH * WIDTH; i++) {
      F[i] += factor * average->slope[row] * y[i / WIDTH] * y[i % WIDTH];
      V[i] += factor * weight * image[i / WIDTH] * image[i % WIDTH] / D;
    }
  }
  for (int i = 0; i < WIDTH * WIDTH; i++) {
    double product = 0.0;
    for (int j = 0; j < WIDTH; j++) {
      double entry = F[i / WIDTH * WIDTH + j] + (i / WIDTH == j) * m * s->basis.ridge[j];
      product += entry * g[j * WIDTH + i % WIDTH];
    }
    NEAR(product, i / WIDTH == i % WIDTH, 1e-9); /* 1e-11 by a condition below 100 */
    NEAR(prediction->spread[i], V[i], 1e-9 * prediction->spread[0]);
  }
}

START_TEST(fixed_points_row_by_row) {
  static const struct {
    int64_t n;
    double lambda;
  } points[] = {{10, 0.0}, {10, 1e-2}, {30, 0.0}, {30, 1e-2}, {20, 1e-3}};
  setup s = setup_of(K, points[_i].n, 0.1, points[_i].lambda);
  icl__feature_sample sample;
  icl__feature_average average;
  icl__finite_report report;
  double *numbers, gamma[D * WIDTH], spread[WIDTH * WIDTH], g[WIDTH * WIDTH] = {0};
  icl__prediction prediction = {gamma, spread};
  make_sample(&s, 2000, &sample, &average, &numbers);
  OK(icl__feature_average_set_delta(&average, 0.2));
  for (int i = 0; i < WIDTH; i++) g[i * (WIDTH + 1)] = 100.0; /* far from it: the safeguards have work */
  OK(icl__finite_solve(&s.fit, &s.basis, &average, g, &prediction, &report));
  ck_assert(report.residual <= 1e-11 && report.spread_residual <= 1e-10);
  double m = (double)s.fit.n / D * (points[_i].n < 20 && points[_i].lambda == 0.0 ? 1.0 : points[_i].lambda);
  check_fixed_points(&s, &average, g, &prediction, m);
  free(numbers);
  icl__feature_average_destroy(&average);
  icl__feature_sample_destroy(&sample);
  setup_destroy(&s);
}
END_TEST

/* Steps at and around the interpolation threshold, where damped iteration takes hundreds. */
START_TEST(few_iterations) {
  static const double lambdas[] = {0.0, 1e-10, 1e-6, 1e-3, 1.0};
  enum { N = 12, SIZE = N + 1 };
  static double numbers[(1 + ICL__BATCHES) * 2 * SIZE * SIZE];
  int64_t sizes[] = {N * N, N * SIZE - 1, N * SIZE + 1, 2 * N * N, N * N / 2}, worst = 0, products = 0;
  icl_task_pool *pool;
  OK(icl_task_pool_create(N, 18, ICL_TASKS_GAUSSIAN, 3, &pool));
  icl_test_law *law;
  OK(icl_test_law_create_pool(pool, 10 * N, 0.01, &law));
  icl__summary_basis basis;
  OK(icl__summary_basis_create(law, 0.0, &basis));
  for (int which = 0; which < 25; which++) {
    icl__pretraining fit = {pool, 10 * N, sizes[which / 5], 0.01, lambdas[which % 5]};
    icl__prediction out[1 + ICL__BATCHES];
    icl__finite_report reports[1 + ICL__BATCHES];
    icl__progress progress = icl__progress_begin(NULL, -1);
    for (int i = 0; i <= ICL__BATCHES; i++) {
      out[i] = (icl__prediction){&numbers[2 * i * SIZE * SIZE], &numbers[(2 * i + 1) * SIZE * SIZE]};
    }
    OK(icl__finite_corrected(&fit, &basis, 4000, 0, &progress, out, reports));
    for (int i = 0; i <= ICL__BATCHES; i++) {
      ck_assert(reports[i].residual <= 1e-11);
      if (reports[i].iterations > worst) worst = reports[i].iterations;
      if (reports[i].products > products) products = reports[i].products;
    }
  }
  ck_assert_msg(worst <= 25 && products <= 400, "%d steps, %d averages", (int)worst, (int)products);
  icl__summary_basis_destroy(&basis);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(pool);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("finite equations");
  TCase *c = tcase_create("finite equations");
  tcase_add_loop_test(c, coordinates, 0, 3);
  tcase_add_test(c, effective_ridge);
  tcase_add_test(c, effective_ridge_in_a_gap);
  tcase_add_loop_test(c, features_are_rows, 0, 2);
  tcase_add_test(c, tasks_are_balanced);
  tcase_add_loop_test(c, query_quadrature, 0, 4);
  tcase_add_test(c, residuals_of_low_rank);
  tcase_add_loop_test(c, fixed_points_row_by_row, 0, 5);
  suite_add_tcase(s, c);
  TCase *slow = tagged_case(s, "slow");
  tcase_add_test(slow, few_iterations);
  return s;
}

SUITE_MAIN(suite)
