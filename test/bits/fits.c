/* What the BLAS has a part in: `fits write FILE` writes it down, the same bytes with every compiler; `fits compare
 * FILE` computes it again, under another kernel of the BLAS, and compares to rounding. One and four own threads give
 * the same bits in either case.
 *
 * A direct method leaves an error of a few eps (cond(F) |Gamma| + cond(F)^2 |y - F Gamma|/|F|) [doc/numerics.md], and
 * |F| > 1 here; twenty times that is allowed between two of them, which is still below 1e-10. Conjugate gradients that
 * stop at the tolerance t leave t cond(A), A the matrix of the equations, in each. */
#include "../ridge_problem.h"

#include <stdio.h>

enum { D = 6, P = D * (D + 1), NUMBERS = P + 2 };

static const int64_t sizes[] = {1, 21, 42, 126, 420};
static const double lambdas[] = {0.0, 1e-3, 10.0};

static FILE *file;
static int writes;

/* Gamma, its ICL error, and that error sampled: quadratic in a Gamma that is not large. */
static void fit(const problem *s, int32_t method, double lambda, int64_t threads, double *numbers) {
  icl_estimator *estimator;
  icl_test_law *law;
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, threads));
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  OK(icl_estimator_set_lambda(estimator, lambda));
  OK(icl_estimator_fit(estimator, s->dataset, run));
  OK(icl_estimator_gamma(estimator, numbers));
  OK(icl_test_law_create_fresh(D, 9, 0.1, ICL_TASKS_GAUSSIAN, &law));
  OK(icl_test_error(law, numbers, &numbers[P]));
  OK(icl_test_error_sampled(law, numbers, 500, 3, run, &numbers[P + 1], NULL));
  icl_test_law_destroy(law);
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
}

/* The largest relative difference that two builds may have. */
static double bound_of(const problem *s, int32_t method, double lambda, const double *gamma) {
  long double *errors = malloc((size_t)s->n * sizeof *errors);
  double number = condition(s, s->n < s->p, lambda);
  training_errors(s, gamma, errors);
  double misfit = (double)long_norm(s->n, errors) / norm(P, gamma);
  free(errors);
  if (method == ICL_METHOD_CG && s->n < s->p && lambda > 0.0) number = fmax(number, condition(s, 0, lambda));
  return method == ICL_METHOD_CG ? 2e-8 * number : 20.0 * 2.3e-16 * (sqrt(number) + number * misfit);
}

static void compare(const problem *s, int32_t method, double lambda, const double *found, const double *expected) {
  double bound = bound_of(s, method, lambda, found), difference = distance(P, found, expected) / norm(P, expected);
  ck_assert_msg(difference <= bound, "n = %d, method %d, lambda = %g: %.3g, not %.3g", (int)s->n, method, lambda,
                difference, bound);
  ck_assert(method == ICL_METHOD_CG || bound < 1e-10);
  for (int i = P; i < NUMBERS; i++) CLOSE(found[i], expected[i], 4.0 * bound * (1.0 + norm(P, expected)));
  if (getenv("ICL_SHOW_BOUNDS")) {
    printf("n = %d, method %d, lambda = %g: %.1e of %.1e\n", (int)s->n, method, lambda, difference, bound);
  }
}

START_TEST(fits) {
  double one[NUMBERS], four[NUMBERS], other[NUMBERS], lambda = lambdas[_i / 3 % 3];
  int32_t method = 1 + _i % 3;
  problem s = draw_problem(D, 9, sizes[_i / 9], 0.1);
  fit(&s, method, lambda, 1, one);
  fit(&s, method, lambda, 4, four);
  ck_assert_mem_eq(one, four, sizeof one);
  if (writes) {
    ck_assert_int_eq(fwrite(one, sizeof one, 1, file), 1);
  } else {
    ck_assert_int_eq(fread(other, sizeof other, 1, file), 1);
    compare(&s, method, lambda, one, other);
  }
  problem_free(&s);
}
END_TEST

/* Sums over rounding of 500 contexts, 1e-12; fixed points that are solved to 1e-11, with two digits to spare. */
START_TEST(other_numbers) {
  static const double bounds[] = {1e-12, 1e-12, 1e-9, 1e-7};
  double found[4], other[4];
  icl_task_pool *pool;
  icl_test_law *law;
  icl_finite_theory *theory;
  OK(icl_task_pool_create(D, 9, ICL_TASKS_GAUSSIAN, 1, &pool));
  OK(icl_test_law_create_pool(pool, 8, 0.1, &law));
  OK(icl_dmmse_error(pool, law, 500, 1, NULL, &found[0], NULL));
  OK(icl_bayes_ridge_error(law, 500, 1, NULL, &found[1], NULL));
  OK(icl_finite_theory_create(pool, 8, 60, 0.1, 0.01, ICL_FINITE_CORRECTED, &theory));
  OK(icl_finite_theory_set_samples(theory, 2000));
  OK(icl_finite_theory_solve(theory, NULL));
  OK(icl_finite_theory_error(theory, law, &found[2], &found[3]));
  icl_finite_theory_destroy(theory);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(pool);
  if (writes) {
    ck_assert_int_eq(fwrite(found, sizeof found, 1, file), 1);
  } else {
    ck_assert_int_eq(fread(other, sizeof other, 1, file), 1);
    for (int i = 0; i < 4; i++) CLOSE(found[i], other[i], bounds[i]);
  }
}
END_TEST

int main(int count, char **arguments) {
  if (count < 3) return 2;
  writes = strcmp(arguments[1], "write") == 0;
  file = fopen(arguments[2], writes ? "wb" : "rb");
  if (!file) return 2;
  Suite *suite = suite_create("fits");
  TCase *c = tcase_create("fits");
  tcase_add_loop_test(c, fits, 0, 5 * 3 * 3);
  tcase_add_test(c, other_numbers);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK); /* one file from one test to the next */
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return fclose(file) != 0 || failed;
}
