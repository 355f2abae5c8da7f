/* Ridge regression for Gamma: primal = dual = a solution by other means, for all shapes and ranks of the data. */
#include "ridge_problem.h"

/* The one that is less work. */
static int32_t direct_method(const problem *s) { return s->n < s->p ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL; }

/* Returns the iterations: steps of refinement, or 0 where the singular value decomposition was used. */
static int64_t fit(const problem *s, int32_t method, double lambda, double *gamma, double *residual) {
  icl_estimator *estimator;
  double training;
  int32_t used;
  int64_t iterations;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  OK(icl_estimator_set_lambda(estimator, lambda));
  OK(icl_estimator_fit(estimator, s->dataset, NULL));
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, &used, &iterations, residual, &training));
  if (method != ICL_METHOD_AUTO) ck_assert_int_eq(used, method);
  long double *errors = malloc((size_t)s->n * sizeof *errors);
  training_errors(s, gamma, errors);
  double size = (double)long_norm(s->n, errors), mean = size * size / (double)s->n;
  /* A residual r is good to delta = p eps |y|, about 1e-14; so the mean of r^2 is to 2 delta rms(r) + delta^2. */
  NEAR(training, mean, 2e-14 * sqrt(mean) + 1e-28);
  free(errors);
  icl_estimator_destroy(estimator);
  return iterations;
}

/* The quotient of the largest and the least norm of a column of [F; sqrt(mu) I]. */
static double range_of_columns(const problem *s, double lambda) {
  double largest = 0.0, least = INFINITY, mu = (double)s->n / (double)s->d * lambda;
  for (int64_t j = 0; j < s->p; j++) {
    double sum = mu;
    for (int64_t row = 0; row < s->n; row++) {
      double feature = (double)s->features[row * s->p + j];
      sum += feature * feature;
    }
    largest = fmax(largest, sqrt(sum));
    least = fmin(least, sqrt(sum));
  }
  return largest / least;
}

/* A Cholesky factor is to be used where the matrix is regular without its ridge, or has a condition number below 1e8
 * (and here every regular one is below the solver's bound for that, 1e13), and for Gamma below 1e9 over the range of
 * columns; with rounding between the two left out, and of that range's powers of two. */
static void check_path(const problem *s, int32_t method, double lambda, int64_t iterations) {
  int kernel = method == ICL_METHOD_DUAL;
  int regular = kernel ? s->n <= s->p : s->n >= s->p;
  double number = regular || lambda > 0.0 ? condition(s, kernel, lambda) : INFINITY;
  double carried = kernel ? 0.0 : number * range_of_columns(s, lambda);
  if (regular) ck_assert_double_lt(number, 1e12);
  if (regular || (number < 0.5e8 && carried < 0.25e9)) {
    ck_assert_msg(iterations >= 1 && iterations <= 6, "n = %d, lambda = %g, method %d: %d steps", (int)s->n, lambda,
                  method, (int)iterations);
  } else if (number > 2e8) {
    ck_assert_msg(iterations == 0, "n = %d, lambda = %g, method %d: %d steps", (int)s->n, lambda, method,
                  (int)iterations);
  }
}

/* Both direct methods, every regime: n below, at and above p = 20, lambda from 0 to large. Refinement takes the error
 * to a few eps cond(F); cond(F) is below 2000 here (n = p being the worst), so 1e-10 is generous but fails for any real
 * fault. */
START_TEST(methods_agree_with_long_double) {
  static const int64_t sizes[] = {1, 3, 12, 19, 20, 21, 40, 200};
  static const double lambdas[] = {0.0, 1e-12, 1e-5, 0.1, 100.0};
  double gamma[20], exact[20], residual;
  for (size_t which = 0; which < sizeof sizes / sizeof *sizes; which++) {
    problem s = draw_problem(4, 9, sizes[which], 0.1);
    ck_assert_double_lt(sqrt(condition(&s, s.n < s.p, 0.0)), 2000.0);
    for (size_t j = 0; j < sizeof lambdas / sizeof *lambdas; j++) {
      reference(&s, lambdas[j], exact);
      for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
        check_path(&s, method, lambdas[j], fit(&s, method, lambdas[j], gamma, &residual));
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

/* p = 240. The condition number with this ridge is below 1e6, so Cholesky factors are used for all; the residual is of
 * the normal equations, written out in long double. */
START_TEST(larger_problems) {
  static const int64_t sizes[] = {150, 800};
  for (int which = 0; which < 2; which++) {
    problem s = draw_problem(15, 30, sizes[which], 0.01);
    double *primal = doubles(s.p), *dual = doubles(s.p), residual;
    int64_t steps[2] = {fit(&s, ICL_METHOD_PRIMAL, 1e-3, primal, &residual)};
    steps[1] = fit(&s, ICL_METHOD_DUAL, 1e-3, dual, &residual);
    ck_assert(distance(s.p, primal, dual) < 1e-11 * norm(s.p, primal));
    for (int i = 0; i < 2; i++) ck_assert_msg(steps[i] >= 1 && steps[i] <= 6, "%d steps", (int)steps[i]);
    ck_assert_double_lt(normal_residual(&s, 1e-3, primal), 1e-12);
    ck_assert(residual < 1e-12);
    free(primal);
    free(dual);
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
    fit(&s, direct_method(&s), 0.0, limit, &residual);
    double previous = 0.0;
    for (double lambda = 1e-4; lambda > 1e-9; lambda *= 0.1) {
      fit(&s, direct_method(&s), lambda, ridge, &residual);
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
  fit(&s, ICL_METHOD_DUAL, 0.0, gamma, &residual);
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
    for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
      for (int j = 0; j < 6; j++) {
        double lambda = j ? pow(10.0, -2.0 * j - 2.0) : 0.0; /* twice the data: twice |y - F Gamma|^2 and twice mu */
        reference(&s, lambda, expected);
        int64_t iterations = fit(&twice, method, lambda, gamma, &residual);
        int regular = n > s.p && method != ICL_METHOD_DUAL; /* the normal equations of 60 different rows */
        if (!j) ck_assert_msg(regular ? iterations > 0 : iterations == 0, "%d steps", (int)iterations);
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
    ck_assert_int_eq(fit(&s, method, 0.0, gamma, &residual), 0);
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
  for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
    for (double lambda = 0.0; lambda < 2.0; lambda += 0.5) {
      int64_t iterations = fit(&s, method, lambda, gamma, &residual);
      /* For the normal equations n < p is singular without ridge. */
      if (method == ICL_METHOD_PRIMAL && lambda == 0.0) ck_assert_int_eq(iterations, 0);
      else ck_assert(iterations >= 1 && iterations <= 6);
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
    fit(&s, direct_method(&s), 0.0, expected, &residual);
    for (int which = 0; which < 4; which++) {
      for (int64_t i = 0; i < s.n * 4; i++) query[i] = s.query[i] * scales[which];
      problem scaled = given_problem(4, s.n, query, s.context, s.target);
      icl_estimator *estimator;
      OK(icl_estimator_create(&estimator));
      OK(icl_estimator_set_method(estimator, direct_method(&s)));
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

/* F = 2 I and the ridge 12, powers of two throughout: the first step is exact, and the second sees that. */
START_TEST(refinement_stops_in_time) {
  double query[2] = {1.0, 1.0}, context[4] = {2.0, 0.0, 0.0, 2.0}, target[2] = {4.0, 8.0}, gamma[2], residual;
  problem s = given_problem(1, 2, query, context, target);
  for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
    ck_assert_int_eq(fit(&s, method, 6.0, gamma, &residual), 2);
    ck_assert(gamma[0] == 0.5 && gamma[1] == 1.0 && residual == 0.0);
  }
  problem_free(&s);
}
END_TEST

typedef struct {
  int32_t method;
  double lambda, tolerance;
  int64_t max_iterations;
} settings;

typedef struct {
  icl_status status;
  int64_t iterations;
  double residual, training;
} outcome;

/* gamma is to be there after ICL_OK and ICL_ERR_NOT_CONVERGED. */
static outcome fit_as(const problem *s, const settings *set, double *gamma) {
  icl_estimator *estimator;
  outcome out;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, set->method));
  OK(icl_estimator_set_lambda(estimator, set->lambda));
  OK(icl_estimator_set_tolerance(estimator, set->tolerance));
  OK(icl_estimator_set_max_iterations(estimator, set->max_iterations));
  out.status = icl_estimator_fit(estimator, s->dataset, NULL);
  ck_assert_msg(out.status == ICL_OK || out.status == ICL_ERR_NOT_CONVERGED, "%s", icl_last_error_message());
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, NULL, &out.iterations, &out.residual, &out.training));
  icl_estimator_destroy(estimator);
  return out;
}

/* Singular values of F down to 1e-12 of the largest are data, not rounding. For n >= p one column of the contexts is
 * scaled by s, which divides that column of Gamma by s; for n < p one row and its target, which changes nothing. F is
 * known to eps |F|, an error of eps cond(F)/s in what belongs to the small singular values, with cond(F) below 30
 * before the scaling. At s = 1e-7 the normal equations have a condition number of 1e15: Cholesky succeeds with them,
 * and is not to be trusted. */
static problem scale_column(const problem *s, double factor) {
  double *context = doubles(s->n * 5);
  memcpy(context, s->context, (size_t)(s->n * 5) * sizeof *context);
  for (int64_t mu = 0; mu < s->n; mu++) context[mu * 5 + 4] *= factor;
  problem scaled = given_problem(4, s->n, s->query, context, s->target);
  free(context);
  return scaled;
}

static problem scale_row(const problem *s, double factor) {
  double *query = doubles(s->n * 4), *target = doubles(s->n);
  memcpy(query, s->query, (size_t)(s->n * 4) * sizeof *query);
  memcpy(target, s->target, (size_t)s->n * sizeof *target);
  for (int i = 0; i < 4; i++) query[i] *= factor;
  target[0] *= factor;
  problem scaled = given_problem(4, s->n, query, s->context, target);
  free(query);
  free(target);
  return scaled;
}

START_TEST(small_singular_values_are_kept) {
  static const double factors[] = {1e-7, 1e-9, 1e-10, 1e-11, 1e-12};
  double expected[20], gamma[20];
  for (int i = 0; i < 10; i++) {
    problem s = draw_problem(4, 9, i < 5 ? 12 : 60, 0.1);
    double factor = factors[i % 5];
    problem scaled = i < 5 ? scale_row(&s, factor) : scale_column(&s, factor);
    ck_assert_double_lt(sqrt(condition(&s, i < 5, 0.0)), 30.0);
    reference(&s, 0.0, expected);
    for (int j = 4; j < 20 && i >= 5; j += 5) expected[j] /= factor;
    for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
      /* What is lost may exceed the tolerance: the best Gamma is there all the same. */
      outcome out = fit_as(&scaled, &(settings){method, 0.0, 1e-8, 1000}, gamma);
      /* The matrix of full rank is as good as before once it is scaled by its diagonal; the other one is singular. */
      int singular = (i < 5) == (method == ICL_METHOD_PRIMAL);
      ck_assert_msg(singular == (out.iterations == 0), "method %d: %d steps", method, (int)out.iterations);
      double error = distance(20, gamma, expected) / norm(20, expected);
      ck_assert_msg(error < 2.3e-16 * 30.0 / factor, "n = %d, factor %g, method %d: error %g", (int)s.n, factor, method,
                    error);
    }
    problem_free(&s);
    problem_free(&scaled);
  }
}
END_TEST

/* Contexts of which one entry is the sum of two others, to rounding: F has zeros among its singular values, which
 * rounding makes a few eps |F|, and they must not be divided by. Expected is the limit lambda -> 0+ in long double:
 * with 1e-9 it is off by 1e-9 n/d |A^-1|, with cond(A) below 3e4, |A| above n/d, and so below 3e-5. Division by a
 * rounding error would be off by many orders of magnitude. */
START_TEST(rounded_zeros_are_dropped) {
  static const int64_t sizes[] = {30, 200};
  double expected[42], gamma[42], residual;
  for (int which = 0; which < 2; which++) {
    problem full = draw_problem(6, 9, sizes[which], 0.1);
    for (int64_t mu = 0; mu < full.n; mu++) {
      double *h = &full.context[mu * 7];
      h[4] = h[0] + h[1];
    }
    problem s = given_problem(6, full.n, full.query, full.context, full.target);
    reference(&s, 1e-9, expected);
    for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
      fit(&s, method, 0.0, gamma, &residual);
      double error = distance(42, gamma, expected) / norm(42, expected);
      ck_assert_msg(error < 3e-5, "n = %d, method %d: error %g", (int)s.n, method, error);
    }
    problem_free(&s);
    problem_free(&full);
  }
}
END_TEST

/* One step for the direct methods is Cholesky's solution: well-conditioned data need no more. */
START_TEST(iterations_are_bounded) {
  static const int64_t sizes[] = {12, 60};
  double gamma[20];
  for (int which = 0; which < 2; which++) {
    problem s = draw_problem(4, 9, sizes[which], 0.1);
    for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit_as(&s, &(settings){method, 0.1, 1e-8, 1}, gamma);
      ck_assert_int_eq(out.status, ICL_OK);
      ck_assert_int_eq(out.iterations, 1);
    }
    problem_free(&s);
  }
}
END_TEST

/* Two rows that differ by 1e-5: cond(K) is 3e12, and one step of Cholesky leaves a residual of about eps cond(K). */
static problem with_close_rows(void) {
  problem s = draw_problem(4, 9, 12, 0.1);
  for (int j = 0; j < 4; j++) s.query[j] = s.query[4 + j] * (1.0 + 1e-5 * pseudo((uint64_t)j));
  memcpy(s.context, &s.context[5], 5 * sizeof *s.context);
  problem close = given_problem(4, 12, s.query, s.context, s.target);
  problem_free(&s);
  return close;
}

START_TEST(reported_residual_of_the_kernel) {
  problem s = with_close_rows();
  double gamma[20];
  outcome out = fit_as(&s, &(settings){ICL_METHOD_DUAL, 0.0, 0.5, 1}, gamma);
  ck_assert_int_eq(out.iterations, 1);
  ck_assert_double_gt(out.residual, 1e-8);
  CLOSE(out.residual, kernel_residual(&s, 0.0, gamma), 0.01);
  ck_assert_double_gt(fabs(normal_residual(&s, 0.0, gamma) / out.residual - 1.0), 0.1); /* another number */
  problem_free(&s);
}
END_TEST

/* No number of steps comes to 1e-8 there, for a itself is large and F'a rounded. The singular value decomposition
 * does. */
START_TEST(missed_tolerance_turns_to_singular_values) {
  problem s = with_close_rows();
  double gamma[20];
  outcome out = fit_as(&s, &(settings){ICL_METHOD_DUAL, 0.0, 1e-8, 1000}, gamma);
  ck_assert_int_eq(out.status, ICL_OK);
  ck_assert_int_eq(out.iterations, 0);
  ck_assert_double_lt(normal_residual(&s, 0.0, gamma), 1e-8);
  problem_free(&s);
}
END_TEST

/* What is reported is the header's formula also where it is far above rounding: a dual solution of n >= p rows after
 * one step, of equations with a condition number just below 1e8. y - F Gamma is good to eps |y|, 1e-6 of this residual.
 * */
START_TEST(reported_residual_of_the_dual) {
  problem s = draw_problem(4, 9, 40, 0.1);
  double gamma[20], lambda = 1e-6;
  outcome out = fit_as(&s, &(settings){ICL_METHOD_DUAL, lambda, 0.5, 1}, gamma);
  ck_assert_int_eq(out.iterations, 1);
  ck_assert_double_gt(out.residual, 1e-12);
  CLOSE(out.residual, normal_residual(&s, lambda, gamma), 1e-3);
  problem_free(&s);
}
END_TEST

/* An estimator keeps nothing of an earlier fit. */
START_TEST(fits_one_after_the_other) {
  problem good = draw_problem(4, 9, 60, 0.1), few = draw_problem(4, 9, 12, 0.1);
  icl_estimator *estimator;
  int64_t iterations;
  double gamma[20], expected[20], residual;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, ICL_METHOD_PRIMAL));
  for (int round = 0; round < 2; round++) {
    OK(icl_estimator_fit(estimator, good.dataset, NULL));
    OK(icl_estimator_report(estimator, NULL, &iterations, NULL, NULL));
    ck_assert_int_gt(iterations, 0);
    OK(icl_estimator_fit(estimator, few.dataset, NULL)); /* F'F is singular */
    OK(icl_estimator_report(estimator, NULL, &iterations, NULL, NULL));
    ck_assert_int_eq(iterations, 0);
    OK(icl_estimator_gamma(estimator, gamma));
    fit(&few, ICL_METHOD_PRIMAL, 0.0, expected, &residual);
    ck_assert_int_eq(memcmp(gamma, expected, sizeof gamma), 0);
  }
  icl_estimator_destroy(estimator);
  problem_free(&good);
  problem_free(&few);
}
END_TEST

/* Rows that are generated and the same rows appended give the same bits. */
START_TEST(generated_and_appended_rows) {
  problem s = draw_problem(6, 9, 100, 0.1);
  problem appended = given_problem(6, 100, s.query, s.context, s.target);
  double one[42], other[42], residual;
  fit(&s, ICL_METHOD_PRIMAL, 0.01, one, &residual);
  fit(&appended, ICL_METHOD_PRIMAL, 0.01, other, &residual);
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

/* What no double holds, for every method: an error, never NaN. */
START_TEST(overflows) {
  enum { N = 30 };
  double query[N * 2], context[N * 3], target[N], gamma[6];
  fill_pseudo(N * 2, query, 0);
  fill_pseudo(N * 3, context, 100);
  fill_pseudo(N, target, 200);
  icl_estimator *estimator;
  OK(icl_estimator_create(&estimator));
  problem s = given_problem(2, N, query, context, target);
  for (int i = 0; i < N; i++) target[i] *= 1e160; /* of which only the mean square is too large */
  problem loud = given_problem(2, N, query, context, target);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
    OK(icl_estimator_set_method(estimator, method));
    OK(icl_estimator_set_lambda(estimator, 1e308));
    FAILS(ICL_ERR_DOMAIN, "lambda is 1e+308", icl_estimator_fit(estimator, s.dataset, NULL));
    OK(icl_estimator_set_lambda(estimator, 0.0));
    FAILS(ICL_ERR_NONFINITE, "overflow", icl_estimator_fit(estimator, loud.dataset, NULL));
    FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_gamma(estimator, gamma));
  }
  icl_estimator_destroy(estimator);
  problem_free(&s);
  problem_free(&loud);
}
END_TEST

START_TEST(features_that_overflow) {
  enum { N = 30 };
  double query[N * 2], context[N * 3], target[N], gamma[6];
  fill_pseudo(N * 2, query, 0);
  fill_pseudo(N * 3, context, 100);
  fill_pseudo(N, target, 200);
  for (int i = 0; i < N * 2; i++) query[i] *= 1e200;
  for (int i = 0; i < N * 3; i++) context[i] *= _i ? 1e200 : 1e-200; /* 1e-200: features do not, but moments */
  problem s = given_problem(2, _i == 2 ? N : 4, query, context, target); /* p = 6 */
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
    icl_estimator *estimator;
    OK(icl_estimator_create(&estimator));
    OK(icl_estimator_set_method(estimator, method));
    FAILS(ICL_ERR_NONFINITE, "dataset", icl_estimator_fit(estimator, s.dataset, NULL));
    FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_gamma(estimator, gamma));
    icl_estimator_destroy(estimator);
  }
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
  tcase_add_test(c, refinement_stops_in_time);
  tcase_add_test(c, small_singular_values_are_kept);
  tcase_add_test(c, rounded_zeros_are_dropped);
  tcase_add_test(c, iterations_are_bounded);
  tcase_add_test(c, reported_residual_of_the_kernel);
  tcase_add_test(c, missed_tolerance_turns_to_singular_values);
  tcase_add_test(c, reported_residual_of_the_dual);
  tcase_add_test(c, fits_one_after_the_other);
  tcase_add_test(c, generated_and_appended_rows);
  tcase_add_test(c, states_and_bad_input);
  tcase_add_test(c, overflows);
  tcase_add_loop_test(c, features_that_overflow, 0, 3);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
