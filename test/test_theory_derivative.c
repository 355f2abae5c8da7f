/* Derivatives of the closed-form curves: against differences of the values, identities, and limits worked out by
 * hand. */
#include "theory_curves.h"

/* With h a relative step, D(h) = (Q(p + ph) - Q(p - ph))/(2 h) = pQ' + h^2 p^3 Q'''/6 + .., and (4 D(h) - D(2h))/3
 * leaves h^4 p^5 Q^(5)/30. The singularities of Q nearest to real p are tau = 1 at lambda = 0, and complex ones where
 * the roots of eq. 9 and 10 vanish: all more than p/3 away on the points below. On a circle of radius p/4 the values
 * are within 10 times the scale S, so by Cauchy's estimate |p^5 Q^(5)| <= 5! 10 S 4^5, and the error is at most 4e4 h^4
 * S = 4e-8 S at h = 1e-3; rounding adds 2e-15 S/h. */
static void check_difference(icl_theory *theory, int32_t quantity, int32_t parameter) {
  const double h = 1e-3, p = get(theory, parameter);
  double difference[2], slope = p * derivative_of(theory, quantity, parameter);
  for (int i = 0; i < 2; i++) {
    double step = p * h * (i + 1), above = p + step, below = p - step;
    difference[i] = p * (value_at(theory, quantity, parameter, above) - value_at(theory, quantity, parameter, below)) /
                    (above - below);
  }
  double tolerance = 4e4 * h * h * h * h * scale_of(theory, quantity);
  NEAR_AT(slope, (4.0 * difference[0] - difference[1]) / 3.0, tolerance, theory, quantity, parameter);
}

START_TEST(derivatives_equal_differences) {
  static const double taus[] = {0.3, 0.6, 1.6, 5.0}, kappas[] = {0.2, 0.9, 1.7, 6.0}, lambdas[] = {0.0, 0.01, 0.7};
  for (int i = 0; i < 4 * 4 * 3 * 4; i++) {
    double alpha = 1.0 + 2.5 * (i % 5), rho = 0.1 + 0.3 * (i % 7), lambda = lambdas[i / 16 % 3];
    icl_theory *theory = theory_at(taus[i % 4], alpha, kappas[i / 4 % 4], rho, lambda);
    if (i / 48 & 1) OK(icl_theory_set(theory, ICL_TEST_ALPHA, 4.0));
    if (i / 48 & 2) OK(icl_theory_set(theory, ICL_TEST_RHO, 0.5));
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
      for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
        int following = (parameter == ICL_TEST_ALPHA && !(i / 48 & 1)) || (parameter == ICL_TEST_RHO && !(i / 48 & 2));
        if ((parameter == ICL_LAMBDA && lambda == 0.0) || following) continue;
        check_difference(theory, quantity, parameter);
      }
    }
    icl_theory_destroy(theory);
  }
}
END_TEST

/* With respect to a test parameter that follows, what it would be if it were set there: it alone moves. So the total
 * derivative is the sum of the partial ones. Each is good to its rounding, 1.2e-16. */
static void check_chain_rule(icl_theory *theory, int32_t quantity, int32_t parameter, int32_t test) {
  OK(icl_theory_clear(theory, test));
  double total = derivative_of(theory, quantity, parameter), alone = derivative_of(theory, quantity, test);
  OK(icl_theory_set(theory, test, get(theory, parameter)));
  double partial = derivative_of(theory, quantity, parameter), by_test = derivative_of(theory, quantity, test);
  ck_assert_msg(alone == by_test, "%.17g and %.17g: %s", alone, by_test, describe(theory, quantity, test));
  NEAR_AT(total, partial + by_test, 1e-15 * (fabs(partial) + fabs(by_test)), theory, quantity, parameter);
}

START_TEST(total_is_the_sum_of_partial_derivatives) {
  for (uint64_t seed = 0; seed < 300; seed++) {
    icl_theory *theory = random_theory(1000 + seed);
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
      check_chain_rule(theory, quantity, ICL_ALPHA, ICL_TEST_ALPHA);
      check_chain_rule(theory, quantity, ICL_RHO, ICL_TEST_RHO);
    }
    ck_assert(derivative_of(theory, ICL_QUANTITY_GAP, ICL_TEST_RHO) == 0.0);
    ck_assert(derivative_of(theory, ICL_QUANTITY_XI, ICL_TEST_ALPHA) == 0.0);
    ck_assert(derivative_of(theory, ICL_QUANTITY_BAYES, ICL_ALPHA) == 0.0); /* its test law is set */
    ck_assert(derivative_of(theory, ICL_QUANTITY_BAYES, ICL_TAU) == 0.0);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* gap = ICL - IDG, also under shifts; lambda = xi (1 - e1/tau) gives dxi/dtau = -((xi - lambda)/tau) dxi/dlambda; and
 * xi depends on alpha and rho by q = (1 + rho)/alpha only. */
START_TEST(derivatives_obey_identities) {
  for (uint64_t seed = 0; seed < 300; seed++) {
    icl_theory *theory = random_theory(2000 + seed);
    for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
      double icl = derivative_of(theory, ICL_QUANTITY_ICL, parameter);
      double idg = derivative_of(theory, ICL_QUANTITY_IDG, parameter);
      NEAR_AT(derivative_of(theory, ICL_QUANTITY_GAP, parameter), icl - idg, 1e-15 * (fabs(icl) + fabs(idg)), theory,
              ICL_QUANTITY_GAP, parameter);
    }
    double xi = value_of(theory, ICL_QUANTITY_XI), tau = get(theory, ICL_TAU), lambda = get(theory, ICL_LAMBDA);
    double by_lambda = derivative_of(theory, ICL_QUANTITY_XI, ICL_LAMBDA);
    NEAR_AT(derivative_of(theory, ICL_QUANTITY_XI, ICL_TAU), -(xi - lambda) / tau * by_lambda,
            1e-15 * (xi + lambda) / tau * by_lambda, theory, ICL_QUANTITY_XI, ICL_TAU);
    double by_alpha = get(theory, ICL_ALPHA) * derivative_of(theory, ICL_QUANTITY_XI, ICL_ALPHA);
    double by_rho = (1.0 + get(theory, ICL_RHO)) * derivative_of(theory, ICL_QUANTITY_XI, ICL_RHO);
    NEAR_AT(by_alpha, -by_rho, 1e-15 * fabs(by_rho), theory, ICL_QUANTITY_XI, ICL_ALPHA);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* From the right at 0, where Q(h) = Q + h Q' + h^2 Q''/2 + h^3 Q'''/6: (4 Q(h) - 3 Q(0) - Q(2h))/(2h) leaves h^2
 * Q'''/3. In lambda the values are analytic within r = (1 - tau)^2/(4 (1 + alpha)) or more: beside the peak gamma is a
 * function of lambda M/(1 - tau)^2, M <= 1/q = alpha. In rho within r = 1/8 (BAYES: (1 - alpha)^2/8). With 10 S, S =
 * |Q| + |Q(r) - Q|, for a bound there, |Q'''| <= 60 S/r^3, so the error is at most 20 h^2 S/r^3; rounding adds 1e-14
 * S/h. */
static void check_right_difference(icl_theory *theory, int32_t quantity, int32_t parameter, double r) {
  const double h = 1e-4 * r;
  double first = value_of(theory, quantity), second = value_at(theory, quantity, parameter, h);
  double scale = scale_of(theory, quantity) + fabs(value_at(theory, quantity, parameter, r) - first);
  double slope = (4.0 * second - 3.0 * first - value_at(theory, quantity, parameter, 2.0 * h)) / (2.0 * h);
  double tolerance = scale * (20.0 * h * h / (r * r * r) + 1e-14 / h);
  NEAR_AT(derivative_of(theory, quantity, parameter), slope, tolerance, theory, quantity, parameter);
}

START_TEST(derivatives_from_the_right_at_zero) {
  static const double taus[] = {0.3, 0.6, 1.6, 5.0}, kappas[] = {0.2, 0.9, 1.7, INFINITY};
  for (int i = 0; i < 4 * 4 * 3; i++) {
    double tau = taus[i % 4], alpha = i / 16 == 1 ? 0.5 : 3.0, close = (1.0 - tau) * (1.0 - tau) / 4.0 / (1.0 + alpha);
    icl_theory *theory = theory_at(tau, alpha, kappas[i / 4 % 4], 0.0, 0.0);
    if (i / 16 == 2) OK(icl_theory_set(theory, ICL_TEST_RHO, 0.0));
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
      check_right_difference(theory, quantity, ICL_LAMBDA, fmin(close, 0.125));
      double r = quantity == ICL_QUANTITY_BAYES ? (1.0 - alpha) * (1.0 - alpha) / 8.0 : 0.125;
      check_right_difference(theory, quantity, ICL_RHO, fmin(r, 0.125));
      if (i / 16 == 2) check_right_difference(theory, quantity, ICL_TEST_RHO, fmin(r, 0.125));
    }
    icl_theory_destroy(theory);
  }
  icl_theory *theory = theory_at(2.0, 0.5, 1.0, 0.0, 0.1); /* BAYES = rho + max(1 - alpha, 0) + rho alpha/(1 - alpha) */
  CLOSE(derivative_of(theory, ICL_QUANTITY_BAYES, ICL_RHO), 2.0, 1e-15);
  CLOSE(derivative_of(theory, ICL_QUANTITY_BAYES, ICL_ALPHA), -1.0, 1e-15);
  icl_theory_destroy(theory);
}
END_TEST

/* As tau -> 0, xi -> (1+q)/tau and Gamma -> R/xi. To first order in 1/xi
 *     e_IDG = 1 + rho - 2 <R^2>/xi + (1 + rho) <E^2>/(xi^2 tau),
 *     e_ICL = 1 + rho - 2 <R>/xi + (1 + rho) (1 + q) <E>/(xi^2 tau)
 * with means over the spectrum: <R> = 1, <E> = 1 + q, <R^2> = 1 + 1/kappa, <E^2> = <R^2> + 2 q + q^2. */
START_TEST(derivatives_with_few_data) {
  double alpha = 3.0, kappa = 0.7, rho = 0.2, q = (1.0 + rho) / alpha, R2 = 1.0 + 1.0 / kappa;
  double idg = ((1.0 + rho) * (R2 + 2.0 * q + q * q) - 2.0 * R2 * (1.0 + q)) / ((1.0 + q) * (1.0 + q));
  double icl = (1.0 + rho) - 2.0 / (1.0 + q);
  for (double tau = 1e-9; tau > 1e-150; tau *= 1e-20) {
    icl_theory *theory = theory_at(tau, alpha, kappa, rho, 0.3); /* corrections of the order tau */
    CLOSE(derivative_of(theory, ICL_QUANTITY_IDG, ICL_TAU), idg, 1e-7);
    CLOSE(derivative_of(theory, ICL_QUANTITY_ICL, ICL_TAU), icl, 1e-7);
    CLOSE(derivative_of(theory, ICL_QUANTITY_GAP, ICL_TAU), icl - idg, 1e-7);
    CLOSE(derivative_of(theory, ICL_QUANTITY_XI, ICL_TAU) * tau, -(1.0 + q) / tau, 1e-7);
    icl_theory_destroy(theory);
  }
}
END_TEST

START_TEST(derivatives_by_infinite_parameters) {
  static const int32_t infinite[] = {ICL_TAU, ICL_ALPHA, ICL_KAPPA, ICL_LAMBDA, ICL_TEST_ALPHA};
  for (int i = 0; i < 5; i++) {
    icl_theory *theory = theory_at(0.7, 3.0, 1.6, 0.2, 0.1);
    OK(icl_theory_set(theory, infinite[i], INFINITY));
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
      if (infinite[i] == ICL_LAMBDA && quantity == ICL_QUANTITY_XI) continue; /* infinite */
      ck_assert(derivative_of(theory, quantity, infinite[i]) == 0.0);
    }
    icl_theory_destroy(theory);
  }
  icl_theory *theory = theory_at(0.7, 3.0, INFINITY, 0.2, 0.0); /* no gap, whatever else changes */
  for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
    ck_assert(derivative_of(theory, ICL_QUANTITY_GAP, parameter) == 0.0);
  }
  OK(icl_theory_set(theory, ICL_LAMBDA, INFINITY)); /* Gamma = 0: errors are 1 + test rho */
  for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
    double by_rho = parameter == ICL_RHO || parameter == ICL_TEST_RHO;
    ck_assert(derivative_of(theory, ICL_QUANTITY_ICL, parameter) == by_rho);
    ck_assert(derivative_of(theory, ICL_QUANTITY_IDG, parameter) == by_rho);
  }
  icl_theory_destroy(theory);
}
END_TEST

/* Bit p of a mask: there is no derivative with respect to parameter p. */
enum { NONE = 0, ALL = 0xfe, BY_TAU = 1 << ICL_TAU, BY_KAPPA = 1 << ICL_KAPPA, BY_LAMBDA = 1 << ICL_LAMBDA };
enum { BY_RHO = 1 << ICL_RHO, BY_ALPHA = 1 << ICL_ALPHA, BY_TEST_ALPHA = 1 << ICL_TEST_ALPHA };

static void check_singular(const icl_theory *theory, int32_t quantity, int mask) {
  for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
    double value = 7.0;
    icl_status status = icl_theory_derivative(theory, quantity, parameter, &value);
    icl_status expected = mask >> parameter & 1 ? ICL_ERR_SINGULAR : ICL_OK;
    ck_assert_msg(status == expected, "%d instead of %d: %s", status, expected, describe(theory, quantity, parameter));
    ck_assert_msg(expected == ICL_OK ? isfinite(value) : value == 7.0, "%g: %s", value,
                  describe(theory, quantity, parameter));
    if (expected) ck_assert_ptr_nonnull(strstr(icl_last_error_message(), "no derivative"));
  }
}

START_TEST(no_derivative_at_the_peak) {
  for (int i = 0; i < 4; i++) {
    icl_theory *theory = theory_at(1.0, i % 2 ? 2.0 : INFINITY, i / 2 ? 0.5 : 3.0, 0.1, 0.0);
    check_singular(theory, ICL_QUANTITY_ICL, ALL);
    check_singular(theory, ICL_QUANTITY_IDG, ALL);
    check_singular(theory, ICL_QUANTITY_GAP, ALL);
    check_singular(theory, ICL_QUANTITY_XI, BY_TAU | BY_LAMBDA); /* a kink, and sqrt(lambda) */
    check_singular(theory, ICL_QUANTITY_BAYES, NONE);
    OK(icl_theory_set(theory, ICL_LAMBDA, 1e-20));
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) check_singular(theory, quantity, NONE);
    icl_theory_destroy(theory);
  }
  icl_theory *theory = theory_at(1.0, 2.0, INFINITY, 0.1, 0.0);
  check_singular(theory, ICL_QUANTITY_GAP, NONE);
  icl_theory_destroy(theory);
}
END_TEST

/* The table of doc/theory.md, section 8: an infinite context without ridge. */
START_TEST(no_derivative_where_long_contexts_have_none) {
  static const struct {
    double tau, kappa, rho;
    int icl, idg, gap, xi;
  } rows[] = {
    {3.0, 0.4, 0.1, ALL, BY_LAMBDA, ALL, BY_LAMBDA}, /* kappa < min(tau, 1): infinite for rho > 0 */
    {0.7, 0.4, 0.1, ALL, BY_LAMBDA, ALL, BY_LAMBDA},
    {3.0, 0.4, 0.0, BY_RHO | BY_LAMBDA, BY_LAMBDA, BY_RHO | BY_LAMBDA, BY_LAMBDA},
    {0.7, 0.4, 0.0, BY_RHO | BY_LAMBDA, BY_LAMBDA, BY_RHO | BY_LAMBDA, BY_LAMBDA},
    {3.0, 1.0, 0.1, ALL, BY_LAMBDA, ALL, BY_LAMBDA}, /* the boundary: a kink in kappa, but for IDG */
    {3.0, 1.0, 0.0, BY_RHO | BY_LAMBDA | BY_KAPPA, BY_LAMBDA, BY_RHO | BY_LAMBDA | BY_KAPPA, BY_LAMBDA},
    {0.7, 0.7, 0.1, ALL, ALL, ALL, BY_TAU | BY_KAPPA | BY_LAMBDA},
    {0.7, 0.7, 0.0, BY_RHO | BY_LAMBDA | BY_TAU | BY_KAPPA, BY_RHO | BY_LAMBDA | BY_TAU | BY_KAPPA,
     BY_RHO | BY_LAMBDA | BY_TAU | BY_KAPPA, BY_TAU | BY_KAPPA | BY_LAMBDA},
    {INFINITY, 0.4, 0.1, NONE, NONE, NONE, NONE}, /* the population's Gamma */
    {INFINITY, 1.0, 0.1, BY_KAPPA, NONE, BY_KAPPA, NONE},
    {3.0, 1.5, 0.1, NONE, NONE, NONE, NONE}, /* kappa > min(tau, 1) */
    {0.7, 0.8, 0.1, NONE, NONE, NONE, NONE},
    {0.7, 1.0, 0.1, NONE, NONE, NONE, NONE},
  };
  for (int i = 0; i < 13; i++) {
    icl_theory *theory = theory_at(rows[i].tau, INFINITY, rows[i].kappa, rows[i].rho, 0.0);
    check_singular(theory, ICL_QUANTITY_ICL, rows[i].icl);
    check_singular(theory, ICL_QUANTITY_IDG, rows[i].idg);
    check_singular(theory, ICL_QUANTITY_GAP, rows[i].gap);
    check_singular(theory, ICL_QUANTITY_XI, rows[i].xi);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* Where they exist there, against the limits of section 8: their formulas are smooth, so a central difference of
 * relative step h leaves 1e2 h^2, and rounding 1e-15/h. */
START_TEST(derivatives_of_the_limits_of_long_contexts) {
  static const double taus[] = {3.0, 0.7, INFINITY, 3.0}, kappas[] = {0.4, 0.4, 0.4, 1.0};
  const double h = 1e-5;
  for (int i = 0; i < 4 * 4; i++) {
    double rho = i / 4 % 2 ? 0.2 : 0.0;
    icl_theory *theory = theory_at(taus[i % 4], INFINITY, kappas[i % 4], rho, 0.0);
    if (i / 8) OK(icl_theory_set(theory, ICL_TEST_ALPHA, 2.0));
    if (i / 8) OK(icl_theory_set(theory, ICL_TEST_RHO, 0.6));
    for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
      for (int32_t parameter = 1; parameter <= PARAMETERS; parameter++) {
        double p = get(theory, parameter), value;
        if (parameter == ICL_LAMBDA || p == 0.0 || p == INFINITY) continue;
        if (icl_theory_derivative(theory, quantity, parameter, &value)) continue; /* those are tested above */
        double difference = (value_at(theory, quantity, parameter, p * (1.0 + h)) -
                             value_at(theory, quantity, parameter, p * (1.0 - h))) / (2.0 * p * h);
        NEAR_AT(value, difference, 1e-8 * (scale_of(theory, quantity) + 1.0) / p, theory, quantity, parameter);
      }
    }
    icl_theory_destroy(theory);
  }
  icl_theory *population = theory_at(INFINITY, INFINITY, 0.4, 0.0, 0.0); /* xi = lambda there */
  for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
    check_right_difference(population, quantity, ICL_LAMBDA, 0.1);
    OK(icl_theory_set(population, ICL_TEST_ALPHA, 2.0));
    check_right_difference(population, quantity, ICL_LAMBDA, 0.1);
    OK(icl_theory_clear(population, ICL_TEST_ALPHA));
  }
  icl_theory_destroy(population);
  icl_theory *theory = theory_at(3.0, INFINITY, 0.4, 0.0, 0.0); /* IDG = rho tau/(tau - 1) */
  CLOSE(derivative_of(theory, ICL_QUANTITY_IDG, ICL_RHO), 1.5, 1e-15);
  OK(icl_theory_set(theory, ICL_KAPPA, 1.0));
  CLOSE(derivative_of(theory, ICL_QUANTITY_IDG, ICL_RHO), 1.5, 1e-15);
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(bayes_has_a_kink_without_noise) {
  icl_theory *theory = theory_at(2.0, 1.0, 3.0, 0.0, 0.1); /* 1 - alpha until alpha = 1, and sqrt(rho) there */
  check_singular(theory, ICL_QUANTITY_BAYES, BY_ALPHA | BY_RHO | BY_TEST_ALPHA | 1 << ICL_TEST_RHO);
  check_singular(theory, ICL_QUANTITY_ICL, NONE);
  OK(icl_theory_set(theory, ICL_RHO, 1e-10));
  check_singular(theory, ICL_QUANTITY_BAYES, NONE);
  OK(icl_theory_set(theory, ICL_RHO, 0.0));
  OK(icl_theory_set(theory, ICL_ALPHA, 1.0 + 1e-10));
  check_singular(theory, ICL_QUANTITY_BAYES, NONE);
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(bad_arguments) {
  static const int32_t codes[] = {0, -1, 8, INT32_MAX, INT32_MIN};
  double value = 7.0;
  icl_theory *theory = theory_at(2.0, 1.0, 1.0, 1.0, 1.0);
  for (int i = 0; i < 5; i++) {
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_derivative(theory, codes[i], ICL_TAU, &value));
    FAILS(ICL_ERR_ARGUMENT, "parameter", icl_theory_derivative(theory, ICL_QUANTITY_ICL, codes[i], &value));
  }
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_derivative(NULL, ICL_QUANTITY_ICL, ICL_TAU, &value));
  FAILS(ICL_ERR_ARGUMENT, "value", icl_theory_derivative(theory, ICL_QUANTITY_ICL, ICL_TAU, NULL));
  ck_assert(value == 7.0);
  icl_theory_destroy(theory);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("theory_derivative");
  TCase *values = tcase_create("values"), *singular = tcase_create("singular"), *interface = tcase_create("interface");
  tcase_add_test(values, derivatives_equal_differences);
  tcase_add_test(values, total_is_the_sum_of_partial_derivatives);
  tcase_add_test(values, derivatives_obey_identities);
  tcase_add_test(values, derivatives_from_the_right_at_zero);
  tcase_add_test(values, derivatives_with_few_data);
  tcase_add_test(values, derivatives_by_infinite_parameters);
  tcase_add_test(singular, no_derivative_at_the_peak);
  tcase_add_test(singular, no_derivative_where_long_contexts_have_none);
  tcase_add_test(values, derivatives_of_the_limits_of_long_contexts);
  tcase_add_test(singular, bayes_has_a_kink_without_noise);
  tcase_add_test(interface, bad_arguments);
  suite_add_tcase(s, values);
  suite_add_tcase(s, singular);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
