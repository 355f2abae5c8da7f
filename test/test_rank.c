/* Data without full rank, or nearly so, and in other units: an answer that is reported as one has to be right. */
#include "ridge_fit.h"

enum { D = 6, P = D * (D + 1) };

/* Every row `copies` times, with targets `apart` from each other whose mean is the row's. With mu copied too, the
 * answer is that of the rows. */
static problem repeat(const problem *s, int64_t copies, double apart) {
  int64_t n = s->n, d = s->d;
  double *query = doubles(copies * n * d), *context = doubles(copies * n * (d + 1)), *target = doubles(copies * n);
  for (int64_t mu = 0; mu < copies * n; mu++) {
    memcpy(&query[mu * d], &s->query[(mu % n) * d], (size_t)d * sizeof *query);
    memcpy(&context[mu * (d + 1)], &s->context[(mu % n) * (d + 1)], (size_t)(d + 1) * sizeof *context);
    target[mu] = s->target[mu % n] + apart * ((double)(mu / n) - 0.5 * (double)(copies - 1));
  }
  problem repeated = given_problem(d, copies * n, query, context, target);
  free(query);
  free(context);
  free(target);
  return repeated;
}

/* An answer that is reported as one has to be right. 10 rows twice, fewer than p: the kernel equations have no solution
 * without ridge. 60 rows twice, more than p: a regular problem. 30 rows twice: the normal equations have many solutions
 * without ridge, which conjugate gradients presume not to be so (see estimator.h); a ridge lambda makes the residual
 * they reach an error of tolerance times condition. */
START_TEST(rank_deficient_rows) {
  static const int64_t rows[] = {10, 30, 60};
  static const double ridges[] = {0.0, 1e-3, 1e-6, 1e-9};
  double gamma[P], expected[P];
  for (int i = 0; i < 12; i++) {
    double lambda = ridges[i % 4], tolerance = 1e-10;
    problem s = draw_problem(D, 9, rows[i / 4], 0.1), twice = repeat(&s, 2, 1.0);
    reference(&s, lambda, expected);
    outcome out = fit(twice.dataset, &(settings){ICL_METHOD_CG, lambda, tolerance, 5000, 1}, gamma);
    double error = distance(P, gamma, expected) / norm(P, expected);
    if (s.n == 10 && lambda == 0.0) ck_assert_int_eq(out.status, ICL_ERR_NOT_CONVERGED);
    if (s.n == 60 || lambda == 1e-3) ck_assert_int_eq(out.status, ICL_OK);
    if (out.status == ICL_OK && !(s.n == 30 && lambda == 0.0)) {
      double number = condition(&s, s.n < P && twice.n < P, lambda); /* A and mu of both rows are twice those of one */
      ck_assert_msg(error < tolerance * number, "n = %d, lambda = %g: error %g", (int)twice.n, lambda, error);
    }
    problem_free(&s);
    problem_free(&twice);
  }
}
END_TEST

/* AUTO knows what it was given: without ridge or with one that is next to nothing it finds the minimum-norm solution. d
 * = 14, p = 210: 200 rows twenty times, so many that conjugate gradients are less work. */
START_TEST(auto_on_rank_deficient_rows) {
  static const double ridges[] = {0.0, 1e-14, 1e-12};
  enum { WIDE = 14 * 15 };
  double gamma[WIDE], expected[WIDE];
  problem s = draw_problem(14, 30, 200, 0.1), many = repeat(&s, 20, 1.0);
  for (int i = 0; i < 3; i++) {
    outcome out = fit(many.dataset, &(settings){ICL_METHOD_AUTO, ridges[i], 1e-8, 0, 1}, gamma);
    reference(&s, ridges[i], expected);
    double error = distance(WIDE, gamma, expected) / norm(WIDE, expected);
    ck_assert_int_eq(out.status, ICL_OK);
    ck_assert_msg(error < 1e-4, "lambda = %g: method %d, error %g", ridges[i], out.method, error);
  }
  problem_free(&s);
  problem_free(&many);
}
END_TEST

/* 93 rows twice, n < p, without ridge. Conjugate gradients find the minimum-norm solution where equal rows have equal
 * targets, but cannot know that; where they have not, K a = y has no solution. The kernel is singular, and only the
 * singular values give the least squares of minimum norm. */
START_TEST(auto_goes_on_to_singular_values) {
  enum { WIDE = 30 * 31 };
  double gamma[WIDE], expected[WIDE];
  problem s = draw_problem(30, 45, 93, 0.1);
  reference(&s, 0.0, expected);
  for (int i = 0; i < 2; i++) {
    problem twice = repeat(&s, 2, (double)i);
    outcome out = fit(twice.dataset, &(settings){ICL_METHOD_AUTO, 0.0, 1e-7, 0, 1}, gamma);
    ck_assert_int_eq(out.status, ICL_OK);
    ck_assert_int_eq(out.method, ICL_METHOD_DUAL);
    ck_assert_double_lt(distance(WIDE, gamma, expected), 1e-7 * condition(&s, 1, 0.0) * norm(WIDE, expected));
    problem_free(&twice);
  }
  problem_free(&s);
}
END_TEST

/* Labels in other units: the last entry of h goes with their square, so the columns of F differ by S. Direct methods
 * are right whatever S: the training error is S^2 times that of S = 1. Conjugate gradients that are asked for say when
 * they cannot. */
START_TEST(labels_in_any_units) {
  static const int exponents[] = {0, 8, 16, 24, 32, 53, 100, 200};
  double gamma[P], expected = 0.0;
  for (int i = 0; i < 8; i++) {
    int exponent = exponents[i];
    for (int sign = -1; sign <= 1; sign += 2) {
      double scale = ldexp(1.0, sign * exponent), tasks[2 * D * D], training;
      icl_task_pool *pool;
      icl_dataset *dataset;
      icl_estimator *estimator;
      fill_pseudo(2 * D * D, tasks, 5);
      for (int j = 0; j < 2 * D * D; j++) tasks[j] *= scale;
      OK(icl_task_pool_create_from(D, 2 * D, tasks, &pool));
      OK(icl_dataset_create(pool, 9, 10 * P, 0.1 * scale * scale, 3, &dataset));
      OK(icl_estimator_create(&estimator));
      for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
        OK(icl_estimator_set_method(estimator, method));
        icl_status status = icl_estimator_fit(estimator, dataset, NULL);
        ck_assert(status == ICL_OK || (method == ICL_METHOD_CG && status == ICL_ERR_NOT_CONVERGED));
        OK(icl_estimator_report(estimator, NULL, NULL, NULL, &training));
        if (exponent == 0) expected = training;
        if (status == ICL_OK) CLOSE(training / (scale * scale), expected, 1e-12); /* the square of 1e-8, and rounding */
      }
      OK(icl_estimator_gamma(estimator, gamma));
      icl_estimator_destroy(estimator);
      icl_dataset_destroy(dataset);
      icl_task_pool_destroy(pool);
    }
  }
}
END_TEST

/* n < p without ridge: F Gamma = y, whatever is made of a row and its target. The direct methods, by Cholesky factors
 * or not, see that a row of small numbers is no row of zeros. */
START_TEST(rows_in_any_units) {
  double gamma[P], expected[P];
  problem s = draw_problem(D, 9, 33, 0.1);
  reference(&s, 0.0, expected);
  for (int exponent = 0; exponent <= 90; exponent += 30) {
    double factor = ldexp(1.0, -exponent);
    for (int i = 0; i < D; i++) s.query[5 * D + i] *= factor;
    s.target[5] *= factor;
    problem scaled = given_problem(D, 33, s.query, s.context, s.target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(scaled.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_int_eq(out.status, ICL_OK);
      ck_assert_double_lt(distance(P, gamma, expected), 1e-14 * condition(&s, 1, 0.0) * norm(P, expected));
    }
    problem_free(&scaled);
    for (int i = 0; i < D; i++) s.query[5 * D + i] /= factor;
    s.target[5] /= factor;
  }
  problem_free(&s);
}
END_TEST

/* Queries with q_1 = q_0 and contexts of which the last entry has another unit. The features have rank 3, and Gamma of
 * minimum norm has two rows of half the solution g of y = q_0 h'g. Its singular values tell 3 from 2 only while the
 * unit is far above rounding; beyond that there is no answer, and not the one of rank 2. */
START_TEST(units_without_rank) {
  enum { ROWS = 20 };
  for (int exponent = 0; exponent <= 70; exponent += 7) {
    double query[2 * ROWS], context[3 * ROWS], target[ROWS], gamma[6];
    long double matrix[9] = {0}, right[3] = {0}, largest = 0.0L;
    fill_pseudo(2 * ROWS, query, 1);
    fill_pseudo(3 * ROWS, context, 50);
    fill_pseudo(ROWS, target, 150);
    for (int row = 0; row < ROWS; row++) {
      double *h = &context[3 * row], q = query[2 * row + 1] = query[2 * row];
      h[2] *= ldexp(1.0, -exponent);
      for (int i = 0; i < 3; i++) {
        right[i] += (long double)q * h[i] * target[row];
        for (int j = 0; j < 3; j++) matrix[3 * i + j] += (long double)q * h[i] * q * h[j];
      }
    }
    solve_exactly(3, matrix, right);
    for (int i = 0; i < 3; i++) largest = fmaxl(largest, fabsl(right[i]) / 2.0L);
    problem s = given_problem(2, ROWS, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      icl_estimator *estimator = estimator_of(&(settings){method, 0.0, 1e-8, 0, 1});
      icl_status status = icl_estimator_fit(estimator, s.dataset, NULL);
      ck_assert_msg(status == ICL_OK || (exponent > 14 && status == ICL_ERR_NOT_CONVERGED), "2^-%d: %d", exponent,
                    status);
      if (!status) OK(icl_estimator_gamma(estimator, gamma));
      /* 10 eps s_1/s_3 is at most 1e-8, of the norm and so of the smallest entries, 2^-exponent of it; times 100 */
      for (int j = 0; !status && j < 6; j++) NEAR(gamma[j], (double)(right[j % 3] / 2.0L), 1e-6 * (double)largest);
      icl_estimator_destroy(estimator);
    }
    problem_free(&s);
  }
}
END_TEST

/* Two equal rows q, h of d = 1 with another unit of h's last entry, and a ridge that is small beside them: Gamma = q h'
 * q h'y'/(|q h|^2 + mu/2), y' the mean label. Rounding of the large entry must not get into the small one. */
START_TEST(units_without_rank_and_a_ridge) {
  for (int exponent = 0; exponent <= 60; exponent += 5) {
    double query[2] = {0.7, 0.7}, context[4] = {0.3, ldexp(0.9, exponent), 0.3, ldexp(0.9, exponent)};
    double target[2] = {1.1, 1.2}, gamma[2], lambda = 1e-8;
    double first = query[0] * context[0], second = query[0] * context[1];
    double factor = 1.15 / (first * first + second * second + lambda);
    problem s = given_problem(1, 2, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      ck_assert_int_eq(fit(s.dataset, &(settings){method, lambda, 1e-8, 0, 1}, gamma).status, ICL_OK);
      NEAR(gamma[0], factor * first, 5e-8 * factor * hypot(first, second)); /* 2e-8 (|Gamma| + |y|/|F|) */
      NEAR(gamma[1], factor * second, 5e-8 * factor * hypot(first, second));
    }
    problem_free(&s);
  }
}
END_TEST

/* Gamma of least norm of five rows of d = 2 without ridge, three with q_1 = 0, then two with q_0 = 0. So the first row
 * of Gamma solves three equations, in any units; the second has two, or one that is there twice. */
static void five_rows(const double *query, const double *context, const double *target, int twice, long double *out) {
  const double *fourth = &context[9], *fifth = &context[12];
  long double matrix[9], gram[4] = {0}, right[2] = {target[3] / query[7], target[4] / query[9]};
  for (int i = 0; i < 9; i++) matrix[i] = context[i];
  for (int i = 0; i < 3; i++) out[i] = target[i] / query[2 * i];
  solve_exactly(3, matrix, out);
  for (int i = 0; i < 3; i++) {
    gram[0] += (long double)fourth[i] * fourth[i];
    gram[1] += (long double)fourth[i] * fifth[i];
    gram[3] += (long double)fifth[i] * fifth[i];
  }
  gram[2] = gram[1];
  if (twice) right[0] /= gram[0], right[1] = 0.0L;
  else solve_exactly(2, gram, right);
  for (int i = 0; i < 3; i++) out[3 + i] = right[0] * fourth[i] + right[1] * fifth[i];
}

/* n < p, in other units of the contexts' last entry: a singular value that is small because of these is no zero, and
 * where rounding hides that, there is no answer. With units of up to 2^-14 the loss is below 1e-8, and there is one. */
START_TEST(few_rows_in_any_units) {
  int answers = 0;
  for (int i = 0; i < 2 * 16; i++) {
    int exponent = 4 * (i / 2), twice = i % 2;
    double query[10], context[15], target[5], gamma[6], largest = 0.0;
    long double expected[6];
    fill_pseudo(10, query, 1);
    fill_pseudo(15, context, 40);
    fill_pseudo(5, target, 90);
    for (int row = 0; row < 5; row++) {
      query[2 * row + (row < 3)] = 0.0;
      context[3 * row + 2] *= ldexp(1.0, -exponent);
    }
    if (twice) {
      query[9] = query[7], target[4] = target[3];
      memcpy(&context[12], &context[9], 3 * sizeof *context);
    }
    five_rows(query, context, target, twice, expected);
    problem s = given_problem(2, 5, query, context, target);
    for (int j = 0; j < 6; j++) {
      expected[j] *= j % 3 == 2 ? ldexpl(1.0L, -exponent) : 1.0L;
      largest = fmax(largest, fabs((double)expected[j]));
    }
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(s.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_msg(exponent > 14 || out.status == ICL_OK, "2^-%d: %d", exponent, out.status);
      for (int j = 0; !out.status && j < 6; j++) {
        NEAR(j % 3 == 2 ? gamma[j] * ldexp(1.0, -exponent) : gamma[j], (double)expected[j], 1e-6 * largest);
      }
      answers += !out.status;
    }
    problem_free(&s);
  }
  ck_assert_int_lt(answers, 2 * 16 * 3);
}
END_TEST

/* Two blocks of rows: those with q = (0, 1) lack rank, as h_1 = h_2; those with q = (1, 0) do not, but h_0 is small
 * there. Then the feature q_0 h_0 is small though neither q_0 nor h_0 is elsewhere. It is not taken for zero. */
START_TEST(a_small_feature) {
  enum { ROWS = 60 };
  for (int which = 0; which < 2 * 17; which++) {
    int exponent = 5 * (which / 2), n = which % 2 ? ROWS : 5; /* p = 6 */
    double query[2 * ROWS], context[3 * ROWS], target[ROWS], gamma[6];
    fill_pseudo(3 * ROWS, context, 7);
    for (int row = 0; row < n; row++) {
      double *h = &context[3 * row];
      int first = 2 * row < n;
      query[2 * row] = first;
      query[2 * row + 1] = !first;
      target[row] = h[0] + 0.5 * h[1] - 0.25 * h[2];
      if (first) h[0] = ldexp(h[0], -exponent);
      else target[row] = h[0] + (h[2] = h[1]);
    }
    problem s = given_problem(2, n, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(s.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_msg(exponent > 15 || out.status == ICL_OK, "2^-%d: %d", exponent, out.status);
      if (out.status) continue;
      static const double expected[] = {1.0, 0.5, -0.25, 1.0, 0.5, 0.5};
      for (int j = 0; j < 6; j++) NEAR(j ? gamma[j] : ldexp(gamma[0], -exponent), expected[j], 1e-6);
    }
    problem_free(&s);
  }
}
END_TEST

/* More rows than p, all equal but one, which is small and alone tells (2, -1) from others with g_0 + g_1 = 1. */
START_TEST(a_small_row) {
  for (int exponent = 0; exponent <= 80; exponent += 5) {
    double query[] = {1.0, 1.0, 1.0, ldexp(1.0, -exponent)}, context[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0};
    double target[] = {1.0, 1.0, 1.0, 3.0 * query[3]}, gamma[2];
    problem s = given_problem(1, 4, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(s.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_msg(exponent > 15 || out.status == ICL_OK, "2^-%d: %d", exponent, out.status);
      if (out.status) continue;
      NEAR(gamma[0], 2.0, 1e-6);
      NEAR(gamma[1], -1.0, 1e-6);
    }
    problem_free(&s);
  }
}
END_TEST

/* Fewer rows than p, two queries that are the same and contexts that differ in a small feature; all in units S, whose
 * squares, and those of features, underflow in the end. No answer is better than one that is not. */
START_TEST(a_small_feature_in_small_units) {
  double gamma[6];
  for (int exponent = 0; exponent >= -480; exponent -= 60) {
    double S = ldexp(1.0, exponent), query[] = {S, S, S, S}, target[] = {1.0, -5.0};
    double context[] = {S, 1e-20 * S, S, 2.0 * S, -1e-20 * S, 2.0 * S};
    problem s = given_problem(2, 2, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(s.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert(out.status == ICL_ERR_NOT_CONVERGED || out.training < 1e-12); /* the rows are independent */
    }
    problem_free(&s);
  }
}
END_TEST

/* 39 rows four times, which need the small columns, as 39 > d^2; labels of 3e-5: what is lost to their unit is some eps
 * 1e6. */
START_TEST(small_labels_without_rank) {
  enum { FEW = 39 };
  double gamma[P], expected[P], scale = 3e-5;
  problem s = draw_problem(D, 9, FEW, 0.1);
  for (int row = 0; row < FEW; row++) {
    for (int i = 0; i < D; i++) s.context[row * (D + 1) + i] *= scale;
    s.context[row * (D + 1) + D] *= scale * scale;
    s.target[row] *= scale;
  }
  problem scaled = given_problem(D, FEW, s.query, s.context, s.target);
  reference(&scaled, 0.0, expected);
  problem many = repeat(&scaled, 4, 0.0);
  for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
    ck_assert_int_eq(fit(many.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma).status, ICL_OK);
    ck_assert_double_lt(distance(P, gamma, expected), 1e-8 * norm(P, expected));
  }
  problem_free(&s);
  problem_free(&scaled);
  problem_free(&many);
}
END_TEST

/* Two or three tasks, 8 rows, no noise: the summary's last entry is then linear in the others for each task, so where
 * one has few of the rows the features lack rank though they were drawn. And contexts so long that those of a task are
 * the same but for 1e-4. AUTO finds what the direct method does; conjugate gradients that are asked for refuse, or find
 * it too. */
START_TEST(drawn_without_rank) {
  static const int64_t lengths[] = {20, 200000000};
  enum { SMALL = 6 };
  double expected[SMALL], gamma[SMALL];
  int refused = 0;
  for (int i = 0; i < 2; i++) {
    for (uint64_t seed = 0; seed < 100; seed++) {
      icl_task_pool *pool;
      icl_dataset *dataset;
      OK(icl_task_pool_create(2, 2 + i, ICL_TASKS_GAUSSIAN, seed, &pool));
      OK(icl_dataset_create(pool, lengths[i], 8, 0.0, seed, &dataset));
      outcome best = fit(dataset, &(settings){ICL_METHOD_PRIMAL, 0.0, 1e-8, 0, 1}, expected);
      outcome usual = fit(dataset, &(settings){ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert(best.status == ICL_OK && usual.status == ICL_OK);
      ck_assert_double_lt(distance(SMALL, gamma, expected), 1e-3 * norm(SMALL, expected));
      outcome steps = fit(dataset, &(settings){ICL_METHOD_CG, 0.0, 1e-8, 0, 1}, gamma);
      refused += steps.status != ICL_OK;
      if (!steps.status) ck_assert_double_lt(distance(SMALL, gamma, expected), 1e-3 * norm(SMALL, expected));
      icl_dataset_destroy(dataset);
      icl_task_pool_destroy(pool);
    }
  }
  ck_assert(refused > 5 && refused < 190); /* the binomial parts of 8 rows leave some tasks with too few of them */
}
END_TEST

/* One task without noise: w'h = d h_last for all rows, so that the features lack rank, but for the rounding of each
 * row, and rows differ in size. That is no lack of an answer. */
START_TEST(rows_of_one_task) {
  double gamma[5 * 6];
  for (int which = 0; which < 5 * 2 * 2 * 10; which++) {
    int64_t d = 1 + which % 5, l = which / 5 % 2 ? 1000000 : 1, n = which / 10 % 2 ? 2 * d * (d + 1) : d * d / 3 + 2;
    icl_task_pool *pool;
    icl_dataset *dataset;
    OK(icl_task_pool_create(d, 1, ICL_TASKS_GAUSSIAN, (uint64_t)which, &pool));
    OK(icl_dataset_create(pool, l, n, 0.0, (uint64_t)which, &dataset));
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_msg(out.status == ICL_OK, "d = %d, l = %d, n = %d: %s", (int)d, (int)l, (int)n,
                    icl_last_error_message());
    }
    icl_dataset_destroy(dataset);
    icl_task_pool_destroy(pool);
  }
}
END_TEST

/* 400 tasks on a line, one of them ten times as large: the contexts' second moment in the direction that noise alone
 * tells is that of a few rows, and says nothing of the features' condition. */
START_TEST(a_rare_large_task) {
  enum { WIDE = 16 * 17, TASKS = 400 };
  double tasks[TASKS * 16], expected[WIDE], gamma[WIDE], square = 0.0;
  icl_task_pool *pool;
  for (int i = 0; i < TASKS * 16; i++) {
    tasks[i] = sin(i % 16 + 1.0) * (i < 16 ? 10.0 : 1.0);
    square += tasks[i] * tasks[i];
  }
  OK(icl_task_pool_create_from(16, TASKS, tasks, &pool));
  for (uint64_t seed = 1; seed <= 6; seed++) {
    icl_dataset *dataset;
    OK(icl_dataset_create(pool, 16000, 353, 1.2e-3 * square / (TASKS * 16), seed, &dataset));
    outcome best = fit(dataset, &(settings){ICL_METHOD_PRIMAL, 0.0, 1e-8, 0, 1}, expected);
    outcome usual = fit(dataset, &(settings){ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1}, gamma);
    ck_assert(best.status == ICL_OK && usual.status == ICL_OK);
    ck_assert_double_lt(distance(WIDE, gamma, expected), 1e-3 * norm(WIDE, expected));
    outcome steps = fit(dataset, &(settings){ICL_METHOD_CG, 0.0, 1e-8, 0, 1}, gamma);
    ck_assert(steps.status || distance(WIDE, gamma, expected) < 1e-3 * norm(WIDE, expected));
    icl_dataset_destroy(dataset);
  }
  icl_task_pool_destroy(pool);
}
END_TEST

/* Each row with y and with -y: F'y is 0, or rounding, and so is Gamma. That is no sign of a lack of rank. */
START_TEST(labels_orthogonal_to_the_features) {
  problem s = draw_problem(D, 9, 4 * P, 0.1);
  double gamma[P];
  for (int row = 0; row < 4 * P; row += 2) {
    double factor = row % 4 ? 1.0 : 3.0; /* queries of which 3 y' = -y: products that are not exactly opposite */
    for (int i = 0; i < D; i++) s.query[(row + 1) * D + i] = factor * s.query[row * D + i];
    memcpy(&s.context[(row + 1) * (D + 1)], &s.context[row * (D + 1)], (D + 1) * sizeof *s.context);
    s.target[row + 1] = -s.target[row] / factor;
  }
  problem pairs = given_problem(D, 4 * P, s.query, s.context, s.target);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
    ck_assert_int_eq(fit(pairs.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma).status, ICL_OK);
    ck_assert_double_lt(norm(P, gamma), 1e-12);
  }
  problem_free(&s);
  problem_free(&pairs);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("rank");
  TCase *c = tcase_create("rank");
  tcase_add_test(c, rank_deficient_rows);
  tcase_add_test(c, labels_in_any_units);
  tcase_add_test(c, rows_in_any_units);
  tcase_add_test(c, units_without_rank);
  tcase_add_test(c, units_without_rank_and_a_ridge);
  tcase_add_test(c, few_rows_in_any_units);
  tcase_add_test(c, a_small_feature);
  tcase_add_test(c, a_small_row);
  tcase_add_test(c, a_small_feature_in_small_units);
  tcase_add_test(c, drawn_without_rank);
  tcase_add_test(c, rows_of_one_task);
  tcase_add_test(c, labels_orthogonal_to_the_features);
  suite_add_tcase(s, c);
  tcase_add_test(tagged_case(s, "long_double"), small_labels_without_rank);
  TCase *slow = tagged_case(s, "slow");
  tcase_add_test(slow, auto_on_rank_deficient_rows);
  tcase_add_test(slow, auto_goes_on_to_singular_values);
  tcase_add_test(slow, a_rare_large_task);
  return s;
}

SUITE_MAIN(suite)
