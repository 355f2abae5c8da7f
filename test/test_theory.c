/* The closed-form curves, held against Marchenko-Pastur integrals that share no algebra with the library, against each
 * other, and against facts about the model. test_theory_reference holds them against reference values. */
#include "support.h"

typedef struct {
  double tau, alpha, kappa, rho, lambda;
} point;

static icl_status evaluate(point p, int32_t quantity, double *value) {
  icl_theory *theory = NULL;
  icl_status status = icl_theory_create(p.tau, p.alpha, p.kappa, p.rho, p.lambda, &theory);
  if (!status) status = icl_theory_value(theory, quantity, value);
  icl_theory_destroy(theory);
  return status;
}

static double value_of(point p, int32_t quantity) {
  double value = NAN;
  icl_status status = evaluate(p, quantity, &value);
  ck_assert_msg(!status, "quantity %d at tau %.17g alpha %.17g kappa %.17g rho %.17g lambda %.17g: %s", quantity, p.tau,
                p.alpha, p.kappa, p.rho, p.lambda, icl_last_error_message());
  return value;
}

/* Points away from tau = 1 at lambda = 0, on a coarse grid; kappa = infinity last. */
static const double grid_tau[] = {0.3, 0.8, 1.5, 5.0}, grid_alpha[] = {0.5, 2.0, 10.0};
static const double grid_kappa[] = {0.3, 0.5, 1.0, 1.5, 4.0, INFINITY}, grid_rho[] = {0.0, 0.1, 0.7};
enum { GRID = 4 * 3 * 6 * 3 };

static point grid_point(int index, double lambda) {
  point p = {.lambda = lambda};
  p.tau = grid_tau[index % 4];
  p.alpha = grid_alpha[index / 4 % 3];
  p.rho = grid_rho[index / 12 % 3];
  p.kappa = grid_kappa[index / 36];
  return p;
}

/* ---- Marchenko-Pastur integrals, the independent way ---- */

enum { NODES = 600 };

typedef struct {
  double M, r1; /* mean of 1/(R+nu), R/(R+nu) */
  double m2, t1, r2, r3; /* mean of R^j/(R+nu)^2, j = 0 .. 3 */
} integrals;

/* The law of R = (1/k) sum w w': density sqrt((b-x)(x-a))/(2 pi c x) on [a, b] = [(1-sqrt c)^2, (1+sqrt c)^2],
 * c = 1/kappa, and the mass 1 - kappa at 0 where kappa < 1. With x = 1 + c + 2 sqrt(c) cos(theta) a mean is
 * (2/pi) int sin^2(theta) f(x)/x, which the Gauss-Chebyshev rule of the second kind sums with geometric convergence:
 * the nearest singularities are x = -nu and x = 0, of error max(sqrt c, 1/sqrt c)^(-2 NODES). For c = 1 the sine
 * cancels the latter but leaves a finite end point, which counts half. With kappa = 1 or outside (0.9, 1.1), and
 * nu > 0.05, the rule is exact to rounding. */
static integrals integrate(double nu, double kappa) {
  integrals sum = {0};
  const double pi = acos(-1.0), c = 1.0 / kappa, zero = c == 1.0 ? 1.0 / (NODES + 1) : fmax(1.0 - kappa, 0.0);
  for (int i = 0; i <= NODES; i++) {
    double sine = sin(i * pi / (NODES + 1)), cosine = cos(i * pi / (NODES + 1));
    double x = i ? 1.0 + c + 2.0 * sqrt(c) * cosine : 0.0; /* node 0 stands for the mass at 0 */
    double weight = i ? 2.0 / (NODES + 1) * sine * sine / x : zero;
    sum.M += weight / (x + nu);
    sum.r1 += weight * x / (x + nu);
    weight /= (x + nu) * (x + nu);
    sum.m2 += weight;
    sum.t1 += weight * x;
    sum.r2 += weight * x * x;
    sum.r3 += weight * x * x * x;
  }
  return sum;
}

START_TEST(quadrature_is_right) {
  /* Total mass 1 and first moment 1: x + nu times the integrands. */
  for (int j = 0; j < 5; j++) {
    integrals sum = integrate(0.3, grid_kappa[j]);
    NEAR(sum.r1 + 0.3 * sum.M, 1.0, 1e-13);
    NEAR(sum.r3 + 2.0 * 0.3 * sum.r2 + 0.3 * 0.3 * sum.t1, 1.0, 1e-13);
  }
}
END_TEST

/* xi from lambda = xi (1 - e1/tau), e1 = mean (R+q)/(R+q+xi) = 1 - xi M(q+xi), whose right side increases in xi where
 * it is positive: bisection. */
static double ridge_by_bisection(point p, double q) {
  double lower = 0.0, upper = 1.0;
  for (int step = 0; step < 200; step++) {
    double xi = upper < 1e6 && step < 30 ? upper : 0.5 * (lower + upper);
    double e1 = 1.0 - xi * integrate(q + xi, p.kappa).M;
    int small = xi * (1.0 - e1 / p.tau) < p.lambda || 1.0 < e1 / p.tau;
    if (small) lower = xi;
    if (small && xi == upper) upper *= 2.0;
    else if (!small) upper = xi;
    if (upper - lower <= 1e-15 * upper) break;
  }
  return 0.5 * (lower + upper);
}

/* Where the xi of the library, put into the defining equation, leaves it: relative to the equation's terms. */
static void check_defining_equation(point p, double q, double xi) {
  double left = xi * integrate(q + xi, p.kappa).M, right = 1.0 - p.tau + p.tau * p.lambda / xi;
  NEAR(left, right, 1e-12 * (left + 1.0 + p.tau));
}

/* The errors in their textbook forms, with Gamma = R (R+nu)^-1 in the limit, B = R + q for the pool, 1 + q fresh:
 *   gamma = mean (R+q)^2/(R+nu)^2 / tau,
 *   e_IDG = (rho + 1 + mean[R^2 (R+q)/(R+nu)^2 - 2 R^2/(R+nu)])/(1 - gamma),
 *   e_ICL = rho + 1 + mean[R^2 (1+q)/(R+nu)^2 - 2 R/(R+nu)] + (e_IDG/tau)(1+q) mean (R+q)/(R+nu)^2.
 * They subtract numbers of order 1 + q, where the library's forms only add. */
static void check_errors(point p, double q, double xi) {
  double nu = q + xi;
  integrals t = integrate(nu, p.kappa);
  double gamma = (t.r2 + 2.0 * q * t.t1 + q * q * t.m2) / p.tau;
  double squared = t.r3 + q * t.r2, cross = t.r3 + nu * t.r2; /* mean R^2/(R+nu) */
  double idg = (p.rho + 1.0 + squared - 2.0 * cross) / (1.0 - gamma);
  double icl = p.rho + 1.0 + (1.0 + q) * t.r2 - 2.0 * t.r1 + idg / p.tau * (1.0 + q) * (t.t1 + q * t.m2);
  CLOSE(value_of(p, ICL_QUANTITY_IDG), idg, 1e-10);
  CLOSE(value_of(p, ICL_QUANTITY_ICL), icl, 1e-10);
  NEAR(value_of(p, ICL_QUANTITY_GAP), icl - idg, 1e-10 * (icl + idg));
}

START_TEST(theory_equals_integrals) {
  static const double lambdas[] = {0.0, 1e-3, 0.1, 2.0};
  for (int index = 0; index < GRID / 6 * 5; index++) { /* finite kappa */
    point p = grid_point(index, lambdas[(index / 4 + index) % 4]);
    double q = (1.0 + p.rho) / p.alpha, xi = 0.0;
    if (p.lambda > 0.0 || p.tau < 1.0) {
      xi = ridge_by_bisection(p, q);
      /* Bisection finds xi to the rounding of e1, 1e-15 or so, times tau/(tau - e1), below 1e3 on this grid. */
      CLOSE(value_of(p, ICL_QUANTITY_XI), xi, 1e-11);
      check_defining_equation(p, q, value_of(p, ICL_QUANTITY_XI));
    } else {
      ck_assert(value_of(p, ICL_QUANTITY_XI) == 0.0);
    }
    check_errors(p, q, xi);
  }
}
END_TEST

/* For lambda > 0 everything is smooth in q = (1+rho)/alpha at 0, with differences of at most 1e3 q on these points:
 * from alpha = 1e16 on, the values are those of q = 0 to 1e-12. The integrals' nearest singularity is then x = -xi. */
START_TEST(long_contexts_have_a_limit) {
  static const double alphas[] = {1e16, 1e20, 1e28, 1e32, 1e36, 1e60, 1e150, 1e200}, lambdas[] = {0.05, 0.3};
  for (int i = 0; i < 4 * 5 * 2; i++) {
    point p = {grid_tau[i % 4], 0.0, grid_kappa[i / 4 % 5], 0.5, lambdas[i / 20]};
    double xi = ridge_by_bisection(p, 0.0);
    for (int a = 0; a < 8; a++) {
      p.alpha = alphas[a];
      CLOSE(value_of(p, ICL_QUANTITY_XI), xi, 1e-11);
      check_errors(p, 0.0, xi);
    }
  }
}
END_TEST

START_TEST(bayes_equals_integral) {
  static const double alphas[] = {0.2, 0.5, 1.0, 2.0, 10.0}, rhos[] = {0.1, 0.5, 2.0};
  for (int i = 0; i < 15; i++) {
    point p = {1.0, alphas[i % 5], 1.0, rhos[i / 5], 0.1};
    double x = p.rho / p.alpha;
    if (x < 0.05) continue; /* too near the edge for the rule */
    CLOSE(value_of(p, ICL_QUANTITY_BAYES), p.rho + x * integrate(x, p.alpha).M, 1e-13);
  }
}
END_TEST

START_TEST(bayes_limits) {
  static const double alphas[] = {0.2, 0.5, 1.0, 2.0, 10.0};
  for (int i = 0; i < 5; i++) {
    point p = {1.0, alphas[i], 1.0, 0.0, 0.1};
    double limit = fmax(1.0 - p.alpha, 0.0);
    NEAR(value_of(p, ICL_QUANTITY_BAYES), limit, 1e-15);
    p.rho = 1e-20; /* x M(x) leaves its limit by O(x), at alpha = 1 by sqrt(x) */
    NEAR(value_of(p, ICL_QUANTITY_BAYES), limit, 2e-10);
  }
}
END_TEST

/* Not even by a rounding. With few tasks and long contexts the errors are rho and 1e-16 more. */
START_TEST(no_error_is_below_the_noise) {
  double u[4];
  for (uint64_t seed = 0; seed < 5000; seed++) {
    fill_pseudo(4, u, 4 * seed);
    point p = {exp(1.5 + 1.4 * u[0]), pow(10.0, 12.0 + 10.0 * u[1]), pow(10.0, -12.0 + 10.0 * u[2]), 10.0,
               exp(4.0 * u[3])};
    ck_assert_double_ge(value_of(p, ICL_QUANTITY_IDG), p.rho);
    ck_assert_double_ge(value_of(p, ICL_QUANTITY_ICL), p.rho);
  }
}
END_TEST

/* xi > lambda by eq. 8; where the difference is below a rounding, xi is lambda. */
START_TEST(no_effective_ridge_is_below_the_ridge) {
  double u[4];
  for (uint64_t seed = 0; seed < 5000; seed++) {
    fill_pseudo(4, u, 4 * seed);
    point p = {pow(10.0, 25.0 + 5.0 * u[0]), pow(10.0, 12.0 + 10.0 * u[1]), pow(10.0, -12.0 + 10.0 * u[2]), 10.0,
               pow(10.0, -8.0 + 10.0 * u[3])};
    ck_assert_double_ge(value_of(p, ICL_QUANTITY_XI), p.lambda);
  }
}
END_TEST

START_TEST(bayes_is_below_every_icl) {
  static const double lambdas[] = {0.0, 1e-3, 0.1, 2.0};
  for (int index = 0; index < 4 * GRID; index++) {
    point p = grid_point(index % GRID, lambdas[index / GRID]);
    double bayes = value_of(p, ICL_QUANTITY_BAYES);
    ck_assert_double_ge(bayes, p.rho);
    ck_assert_double_le(bayes, value_of(p, ICL_QUANTITY_ICL) * (1.0 + 1e-14));
  }
}
END_TEST

/* ---- Limits and identities ---- */

/* Away from tau = 1 the values are analytic in lambda near 0, so e(lambda) - e(0) = e'(0) lambda (1 + O(lambda)), and
 * the secant slope at lambda = 1e-6, doubled, bounds the error at every smaller lambda; 1e-14 is for rounding. */
static void check_ridgeless_limit(int index, int32_t quantity) {
  double limit = value_of(grid_point(index, 0.0), quantity);
  double slope = 2.0 * fabs(value_of(grid_point(index, 1e-6), quantity) - limit) / 1e-6;
  double rounding = 1e-14 * (fabs(limit) + value_of(grid_point(index, 0.0), ICL_QUANTITY_ICL));
  ck_assert_double_le(slope, 1e4 * (1.0 + limit)); /* else nothing would be tested below */
  for (double lambda = 1e-9; lambda > 1e-300; lambda *= 1e-4) {
    NEAR(value_of(grid_point(index, lambda), quantity), limit, slope * lambda + rounding);
  }
}

START_TEST(ridgeless_is_the_limit_of_ridge) {
  for (int index = 0; index < GRID; index++) {
    check_ridgeless_limit(index, ICL_QUANTITY_ICL);
    check_ridgeless_limit(index, ICL_QUANTITY_IDG);
    check_ridgeless_limit(index, ICL_QUANTITY_GAP);
    check_ridgeless_limit(index, ICL_QUANTITY_XI);
  }
}
END_TEST

START_TEST(gap_is_the_difference) {
  static const double lambdas[] = {0.0, 1e-6, 1e-2, 3.0};
  for (int index = 0; index < 4 * GRID; index++) {
    point p = grid_point(index % GRID, lambdas[index / GRID]);
    double icl = value_of(p, ICL_QUANTITY_ICL), idg = value_of(p, ICL_QUANTITY_IDG);
    NEAR(value_of(p, ICL_QUANTITY_GAP), icl - idg, 1e-14 * (icl + idg)); /* some ten roundings of 1e-16 */
  }
}
END_TEST

START_TEST(fresh_tasks_have_no_gap) {
  for (int index = GRID / 6 * 5; index < GRID; index++) { /* kappa = infinity */
    for (int j = 0; j < 2; j++) {
      point p = grid_point(index, j ? 0.1 : 0.0);
      ck_assert(value_of(p, ICL_QUANTITY_IDG) == value_of(p, ICL_QUANTITY_ICL));
      ck_assert(value_of(p, ICL_QUANTITY_GAP) == 0.0);
    }
  }
}
END_TEST

/* gap = C/kappa (1 + O(1/(kappa nu))) at large kappa, nu > 0.1 on the grid. */
START_TEST(gap_closes_like_the_inverse_diversity) {
  for (int index = 0; index < GRID / 6; index++) {
    point p = grid_point(index, 0.05);
    p.kappa = 1e6;
    double at_million = value_of(p, ICL_QUANTITY_GAP) * p.kappa;
    p.kappa = 1e9;
    double at_billion = value_of(p, ICL_QUANTITY_GAP) * p.kappa;
    ck_assert_double_gt(fabs(at_billion), 1e-3);
    NEAR(at_million, at_billion, 1e-3 * fabs(at_billion) + 1e-4);
    double fresh = (p.kappa = INFINITY, value_of(p, ICL_QUANTITY_ICL));
    p.kappa = 1e9; /* continuous at infinity */
    CLOSE(value_of(p, ICL_QUANTITY_ICL), fresh, 1e-7);
    CLOSE(value_of(p, ICL_QUANTITY_IDG), fresh, 1e-7);
  }
}
END_TEST

/* As kappa -> 0 the pool explains nothing: e1 -> q/(q+xi), and xi is the positive root of
 * xi^2 + (q - q/tau - lambda) xi - lambda q = 0, up to O(kappa/nu). Numbers are chosen so that its terms only add. */
START_TEST(tiny_diversity) {
  static const double kappas[] = {1e-16, 1e-60, 1e-140, 1e-160, 1e-200, 1e-300};
  for (int i = 0; i < 24; i++) {
    point p = {i % 2 ? 0.5 : 1.0, i / 2 % 2 ? 2.0 : 0.1, kappas[i / 4], 0.5, 3.0};
    double q = (1.0 + p.rho) / p.alpha, b = 3.0 + q / p.tau - q;
    double xi = 0.5 * (b + sqrt(b * b + 4.0 * 3.0 * q));
    CLOSE(value_of(p, ICL_QUANTITY_XI), xi, 1e-13);
    double idg = p.rho / (1.0 - q * q / ((q + xi) * (q + xi)) / p.tau); /* a memorised pool: only noise is left */
    CLOSE(value_of(p, ICL_QUANTITY_IDG), idg, 1e-13);
    double icl = p.rho + 1.0 + idg / p.tau * (1.0 + q) * q / ((q + xi) * (q + xi)); /* nothing learned, but variance */
    CLOSE(value_of(p, ICL_QUANTITY_ICL), icl, 1e-13);
  }
}
END_TEST

/* ---- Facts about the model ---- */

static const int32_t error_quantities[] = {ICL_QUANTITY_ICL, ICL_QUANTITY_IDG};

START_TEST(double_descent_peaks_at_interpolation) {
  static const double taus[] = {0.7, 0.8, 0.9, 0.95, 0.99, 1.0, 1.01, 1.05, 1.1, 1.2, 1.4};
  for (int e = 0; e < 2; e++) {
    point p = {0.0, 2.0, 0.7, 0.1, 1e-6};
    double values[11];
    for (int i = 0; i < 11; i++) p.tau = taus[i], values[i] = value_of(p, error_quantities[e]);
    for (int i = 1; i <= 5; i++) ck_assert_double_gt(values[i], values[i - 1]);
    for (int i = 6; i < 11; i++) ck_assert_double_lt(values[i], values[i - 1]);
    ck_assert_double_gt(values[5], 20.0 * values[0]);
  }
}
END_TEST

START_TEST(ridge_removes_the_peak) {
  for (int e = 0; e < 2; e++) {
    double before = INFINITY;
    for (double tau = 0.1; tau < 4.0; tau += 0.05) {
      double value = value_of((point){tau, 2.0, 0.7, 0.1, 1.0}, error_quantities[e]);
      ck_assert_double_lt(value, before);
      before = value;
    }
  }
}
END_TEST

START_TEST(ridgeless_interpolation_diverges) {
  static const double rhos[] = {0.0, 0.1, 3.0}, kappas[] = {0.3, 1.0, 7.0, INFINITY};
  for (int i = 0; i < 12; i++) {
    point p = {1.0, 1.0 + i, kappas[i % 4], rhos[i / 4], 0.0};
    ck_assert(value_of(p, ICL_QUANTITY_ICL) == INFINITY);
    ck_assert(value_of(p, ICL_QUANTITY_IDG) == INFINITY);
    ck_assert(value_of(p, ICL_QUANTITY_GAP) == (p.kappa == INFINITY ? 0.0 : INFINITY));
    ck_assert(value_of(p, ICL_QUANTITY_XI) == 0.0);
    ck_assert(isfinite(value_of(p, ICL_QUANTITY_BAYES)));
    p.lambda = 1e-12; /* ever so little ridge, and it is finite again */
    ck_assert(isfinite(value_of(p, ICL_QUANTITY_ICL)));
  }
}
END_TEST

/* With tau = c alpha and alpha -> infinity: gap -> (1-kappa)_+ (1 + rho/(c (1+rho))). The corrections are O(q) with
 * q = (1+rho)/alpha, times up to 1/(1-kappa)^2 = 100 here: 1e-4 is ample at alpha = 1e8. */
START_TEST(task_diversity_transition) {
  static const double kappas[] = {0.1, 0.5, 0.9, 1.1, 2.0, 10.0}, ratios[] = {0.5, 2.0, 1e6};
  for (int i = 0; i < 18; i++) {
    double kappa = kappas[i % 6], ratio = ratios[i / 6], rho = 0.3;
    point p = {ratio * 1e8, 1e8, kappa, rho, 0.0};
    double limit = fmax(1.0 - kappa, 0.0) * (1.0 + rho / (ratio * (1.0 + rho)));
    NEAR(value_of(p, ICL_QUANTITY_GAP), limit, 1e-4);
  }
  NEAR(value_of((point){1e16, 1e8, 1.0, 0.3, 0.0}, ICL_QUANTITY_GAP), 0.0, 1e-3); /* at kappa = 1: O(sqrt q) */
}
END_TEST

/* Falls and rises of the ridgeless ICL error as alpha goes from 0.1 to 1000. */
static void count_turns(double tau, double kappa, double rho, int *falls, int *rises) {
  double before = value_of((point){tau, 0.1, kappa, rho, 0.0}, ICL_QUANTITY_ICL);
  *falls = *rises = 0;
  for (double alpha = 0.102; alpha < 1000.0; alpha *= 1.02) {
    double value = value_of((point){tau, alpha, kappa, rho, 0.0}, ICL_QUANTITY_ICL);
    *falls += value < before;
    *rises += value > before;
    before = value;
  }
}

START_TEST(longer_contexts_can_hurt) {
  int falls, rises;
  count_turns(20.0, 1.1, 0.5, &falls, &rises);
  ck_assert_int_gt(falls, 5);
  ck_assert_int_gt(rises, 5);
  count_turns(20.0, 5.0, 0.1, &falls, &rises);
  ck_assert_int_gt(falls, 5);
  ck_assert_int_eq(rises, 0);
}
END_TEST

/* The exponent b of e ~ alpha^b between alpha = 1e8 and 1e10, where the next term is smaller by alpha^(-1/2). */
static double growth(double tau, double kappa) {
  double low = value_of((point){tau, 1e8, kappa, 0.2, 0.0}, ICL_QUANTITY_ICL);
  double high = value_of((point){tau, 1e10, kappa, 0.2, 0.0}, ICL_QUANTITY_ICL);
  return log(high / low) / log(100.0);
}

START_TEST(memorising_models_diverge_with_context) {
  NEAR(growth(5.0, 0.5), 1.0, 1e-3);
  NEAR(growth(0.7, 0.5), 1.0, 1e-3);
  NEAR(growth(5.0, 1.0), 0.5, 1e-3);
  NEAR(growth(0.5, 0.5), 0.5, 1e-3);
  NEAR(growth(5.0, 2.0), 0.0, 1e-3); /* more tasks than are memorised */
  /* The error on the pool's own tasks stays: rho tau/(tau-1) or rho tau (1-kappa)/((1-tau)(tau-kappa)). */
  CLOSE(value_of((point){5.0, 1e10, 0.5, 0.2, 0.0}, ICL_QUANTITY_IDG), 0.2 * 5.0 / 4.0, 1e-7);
  CLOSE(value_of((point){0.7, 1e10, 0.5, 0.2, 0.0}, ICL_QUANTITY_IDG), 0.2 * 0.7 * 0.5 / (0.3 * 0.2), 1e-7);
}
END_TEST

/* ---- The interface ---- */

START_TEST(curve_and_batch_equal_value) {
  enum { COUNT = 40 };
  double at[5][COUNT], curve[COUNT], batch[COUNT];
  for (int i = 0; i < COUNT; i++) {
    for (int j = 0; j < 5; j++) at[j][i] = 3.0 + 2.9 * pseudo((uint64_t)(5 * i + j));
  }
  at[2][7] = INFINITY;
  at[4][9] = 0.0;
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_XI; quantity++) {
    OK(icl_theory_batch(COUNT, at[0], at[1], at[2], at[3], at[4], quantity, batch));
    for (int i = 0; i < COUNT; i++) {
      point p = {at[0][i], at[1][i], at[2][i], at[3][i], at[4][i]};
      ck_assert(batch[i] == value_of(p, quantity));
    }
    for (int32_t vary = ICL_TAU; vary <= ICL_LAMBDA; vary++) {
      icl_theory *theory;
      OK(icl_theory_create(0.8, 2.0, 0.7, 0.1, 0.01, &theory));
      OK(icl_theory_curve(theory, quantity, vary, COUNT, at[vary - 1], curve));
      double unchanged;
      OK(icl_theory_get(theory, vary, &unchanged));
      ck_assert(unchanged == ((const double[]){0.8, 2.0, 0.7, 0.1, 0.01})[vary - 1]);
      for (int i = 0; i < COUNT; i++) {
        double value;
        OK(icl_theory_set(theory, vary, at[vary - 1][i]));
        OK(icl_theory_value(theory, quantity, &value));
        ck_assert(curve[i] == value);
      }
      icl_theory_destroy(theory);
    }
  }
}
END_TEST

START_TEST(arrays_may_alias) {
  double at[3] = {0.5, 2.0, 4.0}, values[3], ones[3] = {1.0, 1.0, 1.0};
  icl_theory *theory;
  OK(icl_theory_create(1.0, 1.0, 1.0, 1.0, 1.0, &theory));
  OK(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 3, at, values));
  double batch[3] = {0.5, 2.0, 4.0};
  OK(icl_theory_batch(3, batch, ones, ones, ones, ones, ICL_QUANTITY_ICL, batch));
  OK(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 3, at, at));
  for (int i = 0; i < 3; i++) ck_assert(at[i] == values[i] && batch[i] == values[i]);
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(negative_zero_is_zero) {
  double one = 1.0, zero = -0.0, batch, curve;
  icl_theory *theory;
  OK(icl_theory_batch(1, &one, &one, &one, &zero, &one, ICL_QUANTITY_ICL, &batch));
  ck_assert(batch == value_of((point){1.0, 1.0, 1.0, 0.0, 1.0}, ICL_QUANTITY_ICL));
  OK(icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, &theory));
  OK(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 1, &zero, &curve));
  ck_assert(curve == value_of((point){2.0, 1.0, 1.0, 1.0, 0.0}, ICL_QUANTITY_ICL));
  FAILS(ICL_ERR_DOMAIN, "tau", icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 1, &zero, &curve));
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(one_bad_entry_writes_nothing) {
  static const double bad[] = {NAN, -1.0, INFINITY, 0.0, -INFINITY};
  double columns[5][4], values[4] = {7.0, 7.0, 7.0, 7.0};
  icl_theory *theory;
  OK(icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, &theory));
  static const char *const names[] = {"tau", "alpha", "kappa", "rho", "lambda"};
  for (int trial = 0; trial < 5 * 5 * 4; trial++) {
    int j = trial % 5, entry = trial / 5 % 4, kind = trial / 20;
    if (kind == 3 && j >= 3) continue; /* rho = 0 and lambda = 0 are fine */
    if (kind == 2 && j != 3) continue; /* infinity is fine but for rho */
    for (int i = 0; i < 20; i++) columns[i / 4][i % 4] = 2.0;
    columns[j][entry] = bad[kind];
    FAILS(ICL_ERR_DOMAIN, names[j],
          icl_theory_batch(4, columns[0], columns[1], columns[2], columns[3], columns[4], ICL_QUANTITY_ICL, values));
    FAILS(ICL_ERR_DOMAIN, names[j], icl_theory_curve(theory, ICL_QUANTITY_ICL, j + 1, 4, columns[j], values));
    for (int i = 0; i < 4; i++) ck_assert(values[i] == 7.0);
  }
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(bad_parameters) {
  static const char *const names[] = {"tau", "alpha", "kappa", "rho", "lambda"};
  static const double bad[] = {NAN, -1.0, -INFINITY, INFINITY, 0.0, -1e-300};
  icl_theory *theory, *none = (icl_theory *)&theory;
  OK(icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, &theory));
  for (int trial = 0; trial < 6 * 5; trial++) {
    int j = trial % 5, kind = trial / 5;
    double p[5] = {2.0, 2.0, 2.0, 2.0, 2.0}, value;
    p[j] = bad[kind];
    if ((kind == 3 && j != 3) || (kind == 4 && j >= 3)) { /* infinity but for rho; rho = 0, lambda = 0 */
      OK(icl_theory_set(theory, j + 1, p[j]));
      OK(icl_theory_get(theory, j + 1, &value));
      ck_assert(value == p[j]);
      OK(icl_theory_set(theory, j + 1, j ? 1.0 : 2.0));
      continue;
    }
    FAILS(ICL_ERR_DOMAIN, names[j], icl_theory_create(p[0], p[1], p[2], p[3], p[4], &none));
    ck_assert(none == (icl_theory *)&theory);
    FAILS(ICL_ERR_DOMAIN, names[j], icl_theory_set(theory, j + 1, p[j]));
    OK(icl_theory_get(theory, j + 1, &value));
    ck_assert(value == (j ? 1.0 : 2.0));
  }
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(unknown_codes) {
  static const int32_t parameters[] = {0, -1, 99, INT32_MAX, INT32_MIN};
  static const int32_t quantities[] = {0, -1, 99, INT32_MAX, INT32_MIN};
  double value = 7.0, one = 1.0;
  icl_theory *theory;
  OK(icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, &theory));
  for (int i = 0; i < 5; i++) {
    FAILS(ICL_ERR_ARGUMENT, "parameter", icl_theory_set(theory, parameters[i], 1.0));
    FAILS(ICL_ERR_ARGUMENT, "parameter", icl_theory_get(theory, parameters[i], &value));
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_value(theory, quantities[i], &value));
    FAILS(ICL_ERR_ARGUMENT, "vary", icl_theory_curve(theory, ICL_QUANTITY_ICL, parameters[i], 1, &one, &value));
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_curve(theory, quantities[i], ICL_TAU, 1, &one, &value));
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_batch(1, &one, &one, &one, &one, &one, quantities[i], &value));
  }
  static const int64_t counts[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++) {
    FAILS(ICL_ERR_DOMAIN, "count", icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, counts[i], &one, &value));
    FAILS(ICL_ERR_DOMAIN, "count",
          icl_theory_batch(counts[i], &one, &one, &one, &one, &one, ICL_QUANTITY_ICL, &value));
  }
  ck_assert(value == 7.0);
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(null_arguments) {
  double value = 7.0, one = 1.0;
  icl_theory *theory;
  OK(icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, &theory));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_theory_create(2.0, 1.0, 1.0, 1.0, 1.0, NULL));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_set(NULL, ICL_TAU, 1.0));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_get(NULL, ICL_TAU, &value));
  FAILS(ICL_ERR_ARGUMENT, "value", icl_theory_get(theory, ICL_TAU, NULL));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_value(NULL, ICL_QUANTITY_ICL, &value));
  FAILS(ICL_ERR_ARGUMENT, "value", icl_theory_value(theory, ICL_QUANTITY_ICL, NULL));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_curve(NULL, ICL_QUANTITY_ICL, ICL_TAU, 1, &one, &value));
  FAILS(ICL_ERR_ARGUMENT, "at", icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 1, NULL, &value));
  FAILS(ICL_ERR_ARGUMENT, "values", icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, 1, &one, NULL));
  static const char *const names[] = {"tau", "alpha", "kappa", "rho", "lambda", "values"};
  for (int j = 0; j < 6; j++) {
    const double *p[5] = {&one, &one, &one, &one, &one};
    if (j < 5) p[j] = NULL;
    FAILS(ICL_ERR_ARGUMENT, names[j],
          icl_theory_batch(1, p[0], p[1], p[2], p[3], p[4], ICL_QUANTITY_ICL, j < 5 ? &value : NULL));
  }
  ck_assert(value == 7.0);
  icl_theory_destroy(theory);
  icl_theory_destroy(NULL);
}
END_TEST

/* Whatever the magnitudes: a number that makes sense. One beyond the largest double is infinity; so is the peak. */
static void check_extreme(point p, int32_t quantity) {
  double value = value_of(p, quantity);
  int is_error = quantity == ICL_QUANTITY_ICL || quantity == ICL_QUANTITY_IDG || quantity == ICL_QUANTITY_BAYES;
  int sensible = !isnan(value);
  if (is_error) sensible = sensible && value >= p.rho * (1.0 - 1e-15);
  if (quantity == ICL_QUANTITY_XI) sensible = sensible && value >= p.lambda * (1.0 - 1e-15);
  ck_assert_msg(sensible, "quantity %d at tau %g alpha %g kappa %g rho %g lambda %g: %g", quantity, p.tau, p.alpha,
                p.kappa, p.rho, p.lambda, value);
}

START_TEST(extreme_parameters_have_answers) {
  static const double values[] = {5e-324, 1e-300, 1e-150, 1e-20, 1e-5, 1.0, 1e5, 1e20, 1e150, 1e300};
  for (int index = 0; index < 11 * 11 * 11 * 11 * 11; index++) {
    int i = index, rho = i % 11, lambda = (i /= 11) % 11, kappa = (i /= 11) % 11, tau = (i /= 11) % 11;
    int alpha = i / 11;
    point p = {tau < 10 ? values[tau] : INFINITY, alpha < 10 ? values[alpha] : INFINITY,
               kappa < 10 ? values[kappa] : INFINITY, rho < 10 ? values[rho] : 0.0, lambda < 10 ? values[lambda] : 0.0};
    check_extreme(p, 1 + index % 5);
    check_extreme(p, 1 + (index / 11 + 1) % 5);
  }
}
END_TEST

/* Beyond the double range on the way, q = 1e600, but not in the end: with no data to speak of Gamma = 0 [eq. 12, 13]; a
 * context of pure noise leaves the label's variance. */
START_TEST(answers_beyond_the_range_of_double) {
  point p = {2.0, 1e-300, 2.0, 1e300, 2.0};
  CLOSE(value_of(p, ICL_QUANTITY_ICL), 2e300, 1e-14); /* (1 + rho) tau/(tau - 1), a = q/nu = 1 */
  CLOSE(value_of(p, ICL_QUANTITY_IDG), 2e300, 1e-14);
  ck_assert(value_of((point){1e-300, 1e-300, 1.0, 1.0, 0.0}, ICL_QUANTITY_XI) == INFINITY);
  CLOSE(value_of((point){2.0, 1.0, 1.0, 0.0, 5e-324}, ICL_QUANTITY_XI), 1e-323, 1e-14); /* lambda tau/(tau - 1) */
}
END_TEST

START_TEST(test_parameters_follow_until_set) {
  icl_theory *theory;
  double value, before, after;
  OK(icl_theory_create(0.7, 3.0, 1.2, 0.1, 0.01, &theory));
  OK(icl_theory_get(theory, ICL_TEST_ALPHA, &value));
  ck_assert(value == 3.0);
  OK(icl_theory_value(theory, ICL_QUANTITY_IDG, &before));
  OK(icl_theory_set(theory, ICL_TEST_ALPHA, 3.0)); /* equal: nothing is shifted */
  OK(icl_theory_value(theory, ICL_QUANTITY_IDG, &after));
  ck_assert(after == before);
  OK(icl_theory_set(theory, ICL_ALPHA, 5.0));
  OK(icl_theory_get(theory, ICL_TEST_ALPHA, &value));
  ck_assert(value == 3.0); /* stays where it was set */
  OK(icl_theory_clear(theory, ICL_TEST_ALPHA));
  OK(icl_theory_get(theory, ICL_TEST_ALPHA, &value));
  ck_assert(value == 5.0);
  OK(icl_theory_set(theory, ICL_TEST_RHO, 0.0));
  OK(icl_theory_set(theory, ICL_RHO, 0.4));
  OK(icl_theory_get(theory, ICL_TEST_RHO, &value));
  ck_assert(value == 0.0);
  FAILS(ICL_ERR_DOMAIN, "test rho", icl_theory_set(theory, ICL_TEST_RHO, INFINITY));
  FAILS(ICL_ERR_DOMAIN, "test alpha", icl_theory_set(theory, ICL_TEST_ALPHA, 0.0));
  FAILS(ICL_ERR_DOMAIN, "test alpha", icl_theory_set(theory, ICL_TEST_ALPHA, NAN));
  FAILS(ICL_ERR_ARGUMENT, "parameter", icl_theory_clear(theory, ICL_RHO));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_clear(NULL, ICL_TEST_RHO));
  icl_theory_destroy(theory);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("theory");
  TCase *values = tcase_create("values"), *facts = tcase_create("facts"), *interface = tcase_create("interface");
  tcase_add_test(values, quadrature_is_right);
  tcase_add_test(values, theory_equals_integrals);
  tcase_add_test(values, long_contexts_have_a_limit);
  tcase_add_test(values, bayes_equals_integral);
  tcase_add_test(values, bayes_limits);
  tcase_add_test(values, no_error_is_below_the_noise);
  tcase_add_test(values, no_effective_ridge_is_below_the_ridge);
  tcase_add_test(values, bayes_is_below_every_icl);
  tcase_add_test(values, ridgeless_is_the_limit_of_ridge);
  tcase_add_test(values, gap_is_the_difference);
  tcase_add_test(values, fresh_tasks_have_no_gap);
  tcase_add_test(values, gap_closes_like_the_inverse_diversity);
  tcase_add_test(values, tiny_diversity);
  tcase_add_test(facts, double_descent_peaks_at_interpolation);
  tcase_add_test(facts, ridge_removes_the_peak);
  tcase_add_test(facts, ridgeless_interpolation_diverges);
  tcase_add_test(facts, task_diversity_transition);
  tcase_add_test(facts, longer_contexts_can_hurt);
  tcase_add_test(facts, memorising_models_diverge_with_context);
  tcase_add_test(interface, curve_and_batch_equal_value);
  tcase_add_test(interface, arrays_may_alias);
  tcase_add_test(interface, negative_zero_is_zero);
  tcase_add_test(interface, one_bad_entry_writes_nothing);
  tcase_add_test(interface, bad_parameters);
  tcase_add_test(interface, unknown_codes);
  tcase_add_test(interface, null_arguments);
  tcase_add_test(interface, extreme_parameters_have_answers);
  tcase_add_test(interface, answers_beyond_the_range_of_double);
  tcase_add_test(interface, test_parameters_follow_until_set);
  suite_add_tcase(s, values);
  suite_add_tcase(s, facts);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
