/* Data that fits do not like: singular, nearly singular, tiny and huge. Every method gives the answer of 128-bit
 * arithmetic, as near as rounding of the data lets it be known, or says that it could not; never NaN, never another
 * answer with ICL_OK. Data whose products underflow are refused. */
#include "hostile_rows.h"

#include <stdio.h>

static const double lambdas[] = {0.0, 1e-300, 1e-20, 1e-10, 1e-4, 1.0, 1e10, 1e300};
enum { LAMBDAS = sizeof lambdas / sizeof *lambdas };

/* ---- how far an answer may be off ----
 *
 * Rounding. Features are products, so F is known to N eps |F|, N = max(n, p) (for n x p numbers that is generous), and
 * a solver can do no better. To first order Gamma = (F'F + mu)^-1 F'y moves by
 *
 *     N eps s_1 ( |Gamma| max_j s_j/(s_j^2 + mu) + |y - F Gamma|/(s_r^2 + mu) ),
 *
 * s_1 and s_r the extreme singular values that are data. A direct method that works with a singular matrix and a ridge
 * has mu for s_r^2 + mu, which lib/ridge_matrix.c allows where (s_1^2 + mu)/mu < 1e8. Beside this an answer may
 * underflow.
 *
 * Conjugate gradients stop at the tolerance t = 1e-8: an error of t |F'y| over the least eigenvalue of F'F + mu, or
 * for n < p in the rows of t |y| max_j s_j/(s_j^2 + mu). Where that estimate, with a mean for the least eigenvalue,
 * exceeds 1e-4 |Gamma| they have to refuse; p is below 100 here, and the mean at most sqrt(p) below the largest. */
typedef struct {
  quad largest, least, gain; /* s_1, s_r, max s/(s^2 + mu) */
  quad right, target;        /* |F'y|, |y| */
  int deficient;             /* F has a null space: r < p */
} spectrum;

static spectrum spectrum_of(const exact_problem *s, double lambda) {
  spectrum out = {.largest = largest_singular(s)};
  quad mu = exact_weight(s, lambda), square = 0, cut = (quad)DBL_EPSILON * (s->n > s->p ? s->n : s->p) * out.largest;
  out.least = out.largest;
  for (int64_t j = 0; j < s->p; j++) {
    quad value = s->singular[j], product = 0;
    ck_assert(value >= 8 * cut || value <= cut / 8); /* else two right answers would differ */
    if (!is_kept(s, j)) {
      out.deficient = 1;
      continue;
    }
    out.least = value < out.least ? value : out.least;
    out.gain = value / (value * value + mu) > out.gain ? value / (value * value + mu) : out.gain;
    for (int64_t row = 0; row < s->n; row++) product += s->left[row * s->p + j] * s->target[row];
    square += product * product;
  }
  out.right = quad_sqrt(square);
  square = 0;
  for (int64_t row = 0; row < s->n; row++) square += (quad)s->target[row] * s->target[row];
  out.target = quad_sqrt(square);
  return out;
}

static quad rounding_bound(const exact_problem *s, const spectrum *of, double lambda, int32_t method,
                           const quad *exact) {
  quad mu = exact_weight(s, lambda), least = of->least * of->least + mu, bound;
  int singular = method == ICL_METHOD_DUAL ? s->n > s->p || of->deficient : of->deficient;
  int64_t size = s->n > s->p ? s->n : s->p;
  if (of->largest == 0) return 0;
  if (singular && mu > 0 && of->largest * of->largest / mu < (quad)1e8L * size) least = mu;
  bound = of->gain * quad_norm(s->p, exact) + exact_error(s, exact) / least;
  return (quad)DBL_EPSILON * size * of->largest * bound;
}

static quad iteration_bound(const exact_problem *s, const spectrum *of, double lambda, const quad *exact) {
  const quad tolerance = (quad)1e-8L;
  quad mu = exact_weight(s, lambda), least = of->deficient && mu > 0 ? mu : of->least * of->least + mu;
  quad in_rows = s->n < s->p ? tolerance * of->target * of->gain : 0;
  quad in_gamma = of->right == 0 ? 0 : tolerance * of->right / least, known = 1e-3 * quad_norm(s->p, exact);
  quad bound = in_rows > in_gamma ? in_rows : in_gamma;
  return bound < known ? bound : known;
}

static quad error_bound(const exact_problem *s, const spectrum *of, double lambda, int32_t method, const quad *exact) {
  quad bound = rounding_bound(s, of, lambda, method, exact) + 4 * (quad)0x1p-1074 * s->p;
  return method == ICL_METHOD_CG ? bound + iteration_bound(s, of, lambda, exact) : bound;
}

/* ---- fits ---- */

typedef struct {
  icl_status status;
  int32_t used;
  double gamma[MOST_UNKNOWNS], residual, training;
} answer;

static icl_dataset *dataset_of(const exact_problem *s) {
  icl_dataset *dataset;
  OK(icl_dataset_create_empty(s->d, &dataset));
  OK(icl_dataset_append_features(dataset, s->n, s->query, s->context, s->target));
  return dataset;
}

static answer fit(const exact_problem *s, int32_t method, double lambda) {
  answer a = {.used = -1};
  icl_estimator *estimator;
  icl_dataset *dataset = dataset_of(s);
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  OK(icl_estimator_set_lambda(estimator, lambda));
  a.status = icl_estimator_fit(estimator, dataset, NULL);
  icl_dataset_destroy(dataset);
  if (a.status == ICL_ERR_NONFINITE) {
    ck_assert_ptr_nonnull(strstr(icl_last_error_message(), "underflow"));
    icl_estimator_destroy(estimator);
    return a;
  }
  ck_assert_msg(a.status == ICL_OK || a.status == ICL_ERR_NOT_CONVERGED, "method %d, lambda %g: %s", method, lambda,
                icl_last_error_message());
  OK(icl_estimator_gamma(estimator, a.gamma));
  OK(icl_estimator_report(estimator, &a.used, NULL, &a.residual, &a.training));
  for (int64_t j = 0; j < s->p; j++) ck_assert(isfinite(a.gamma[j]));
  ck_assert(isfinite(a.residual) && isfinite(a.training));
  ck_assert(a.status != ICL_OK || a.residual <= 1e-8);
  /* What has a small residual may be refused for want of rank. */
  ck_assert(a.status == ICL_OK || a.residual > 1e-8 || strstr(icl_last_error_message(), "lack rank"));
  icl_estimator_destroy(estimator);
  return a;
}

/* Whether an answer is there is known beforehand, but for conjugate gradients that were asked for. */
static void check_status(const answer *a, int32_t method, double lambda, const quad *exact, int64_t p, int may_miss) {
  int underflows = quad_norm(p, exact) < (quad)DBL_MIN;
  if (a->status == ICL_OK || method == ICL_METHOD_CG || may_miss || underflows) return;
  ck_abort_msg("method %d, lambda %g: the residual is %g", method, lambda, a->residual);
}

static int compared, missed;

static void check_answer(const exact_problem *s, int32_t method, double lambda, outcome expected) {
  quad exact[MOST_UNKNOWNS], difference[MOST_UNKNOWNS];
  spectrum of = spectrum_of(s, lambda);
  answer a = fit(s, method, lambda);
  exact_gamma(s, lambda, exact);
  ck_assert_msg((a.status == ICL_ERR_NONFINITE) == (expected == REFUSED), "method %d, lambda %g: status %d", method,
                lambda, a.status);
  if (expected == REFUSED) return;
  check_status(&a, method, lambda, exact, s->p, expected == MAY_MISS);
  compared++;
  missed += a.status != ICL_OK;
  if (a.status) return;
  quad bound = error_bound(s, &of, lambda, a.used, exact);
  for (int64_t j = 0; j < s->p; j++) difference[j] = a.gamma[j] - exact[j];
  ck_assert_msg(quad_norm(s->p, difference) <= bound, "method %d (%d), lambda %g: error %.3Lg, at most %.3Lg", method,
                a.used, lambda, (long double)quad_norm(s->p, difference), (long double)bound);
}

START_TEST(right_or_refused) {
  static exact_problem s;
  problems[_i].build(&s);
  decompose(&s);
  for (int j = 0; j < LAMBDAS; j++) {
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
      check_answer(&s, method, lambdas[j], problems[_i].expected);
    }
  }
  if (getenv("ICL_COUNT_CALLS")) fprintf(stderr, "%d fits, %d not converged\n", compared, missed);
}
END_TEST

/* A solution of the path below the normal numbers, of which a residual means nothing. */
static int underflows(const exact_problem *s) {
  quad exact[MOST_UNKNOWNS];
  exact_gamma(s, lambdas[LAMBDAS - 1], exact);
  return quad_norm(s->p, exact) < (quad)DBL_MIN;
}

/* Paths share matrices, and conjugate gradients begin at the solution of the next larger ridge. */
START_TEST(right_or_refused_on_a_path) {
  static exact_problem s;
  double gamma[LAMBDAS * MOST_UNKNOWNS];
  problems[_i].build(&s);
  decompose(&s);
  for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
    icl_dataset *dataset = dataset_of(&s);
    icl_estimator *estimator;
    OK(icl_estimator_create(&estimator));
    OK(icl_estimator_set_method(estimator, method));
    icl_status status = icl_estimator_fit_path(estimator, dataset, LAMBDAS, lambdas, NULL, gamma);
    icl_estimator_destroy(estimator);
    icl_dataset_destroy(dataset);
    ck_assert(problems[_i].expected != REFUSED || status);
    for (int j = 0; !status && j < LAMBDAS; j++) {
      quad exact[MOST_UNKNOWNS], difference[MOST_UNKNOWNS];
      spectrum of = spectrum_of(&s, lambdas[j]);
      exact_gamma(&s, lambdas[j], exact);
      /* By which of its methods AUTO found it is not told. */
      quad bound = error_bound(&s, &of, lambdas[j], ICL_METHOD_DUAL, exact);
      if (method % ICL_METHOD_CG == 0) bound += iteration_bound(&s, &of, lambdas[j], exact);
      for (int64_t i = 0; i < s.p; i++) difference[i] = gamma[j * s.p + i] - exact[i];
      ck_assert_msg(quad_norm(s.p, difference) <= bound, "method %d, lambda %g: error %.3Lg, at most %.3Lg", method,
                    lambdas[j], (long double)quad_norm(s.p, difference), (long double)bound);
    }
    ck_assert(!status || method == ICL_METHOD_CG || problems[_i].expected != ANSWERED || underflows(&s));
  }
}
END_TEST

/* The bounds are worth something: the reference is the solution, and another lambda's answer is beyond them. */
START_TEST(the_reference_is_right) {
  static exact_problem s;
  quad exact[MOST_UNKNOWNS], other[MOST_UNKNOWNS], gradient;
  square(&s);
  decompose(&s);
  exact_gamma(&s, 0.5, exact);
  for (int64_t j = 0; j < s.p; j++) {
    gradient = exact_weight(&s, 0.5) * exact[j];
    for (int64_t row = 0; row < s.n; row++) {
      quad error = -(quad)s.target[row], feature = 0;
      for (int64_t i = 0; i < s.p; i++) {
        feature = (quad)s.query[2 * row + i / 3] * s.context[3 * row + i % 3];
        error += feature * exact[i];
      }
      gradient += (quad)s.query[2 * row + j / 3] * s.context[3 * row + j % 3] * error;
    }
    ck_assert(quad_abs(gradient) < (quad)1e-30L);
  }
  spectrum of = spectrum_of(&s, 0.5);
  exact_gamma(&s, 0.5 * (1.0 + 1e-13), other);
  for (int64_t j = 0; j < s.p; j++) other[j] -= exact[j];
  ck_assert(quad_norm(s.p, other) > rounding_bound(&s, &of, 0.5, ICL_METHOD_PRIMAL, exact));
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("hostile");
  TCase *c = tcase_create("hostile");
  tcase_add_loop_test(c, right_or_refused, 0, PROBLEMS);
  tcase_add_loop_test(c, right_or_refused_on_a_path, 0, PROBLEMS);
  tcase_add_test(c, the_reference_is_right);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
