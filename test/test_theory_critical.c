/* Stationary points and minima of the closed-form curves: against dense scans, folds, and limits worked out by hand. */
#include "theory_curves.h"

#include <float.h>

/* ---- Stationary points ---- */

enum { CAPACITY = 64 };

static int64_t stationary(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                          double *at) {
  int64_t count = -1;
  OK(icl_theory_stationary(theory, quantity, vary, lower, upper, at ? CAPACITY : 0, at, &count));
  ck_assert_int_le(count, CAPACITY);
  for (int64_t i = 0; at && i < count; i++) {
    ck_assert(at[i] > (i ? at[i - 1] : lower) && at[i] < upper);
  }
  return count;
}

/* The places beside which curves may have features as narrow as their distance from there: what would be poles and
 * kinks but for the ridge and the effective noise. */
static int special_points(const icl_theory *theory, int32_t vary, double *special) {
  special[0] = 1.0;
  special[1] = get(theory, vary == ICL_TAU ? ICL_KAPPA : ICL_TAU);
  return vary == ICL_TAU || vary == ICL_KAPPA ? 2 : vary == ICL_ALPHA || vary == ICL_TEST_ALPHA;
}

/* The slope p Q' changes its sign there, seen from a relative distance h of a millionth, of a third of the way to the
 * next point or of a hundredth of the way to a special place; and there itself it is 0 to rounding: as it is linear
 * between, of its size h away by at most 2 eps/h for the rounding of p, plus 1e-17 of the scale for its own (it is
 * computed in long double). */
static void check_point(icl_theory *theory, int32_t quantity, int32_t vary, int64_t count, const double *at,
                        int64_t i) {
  double h = 1e-6, special[2];
  int specials = special_points(theory, vary, special);
  for (int s = 0; s < specials; s++) {
    if (at[i] != special[s]) h = fmin(h, fabs(at[i] / special[s] - 1.0) / 100.0);
  }
  if (i > 0) h = fmin(h, (1.0 - at[i - 1] / at[i]) / 3.0);
  if (i < count - 1) h = fmin(h, (at[i + 1] / at[i] - 1.0) / 3.0);
  double before = slope_at(theory, quantity, vary, at[i] * (1.0 - h));
  double after = slope_at(theory, quantity, vary, at[i] * (1.0 + h)), slope = slope_at(theory, quantity, vary, at[i]);
  ck_assert_msg(before * after < 0.0, "slopes %g, %g, %g: %s", before, slope, after, describe(theory, quantity, vary));
  double tolerance = 2.0 * DBL_EPSILON / h * fmax(fabs(before), fabs(after)) + 1e-17 * scale_of(theory, quantity);
  NEAR_AT(slope, 0.0, tolerance, theory, quantity, vary);
}

enum { SCAN = 20000 };

static void fill_scan(double lower, double upper, double *at) {
  for (int i = 0; i < SCAN; i++) at[i] = lower * pow(upper / lower, i / (SCAN - 1.0));
}

/* Turns of scanned values: rises of more than the rounding `unit` after falls of more than that, and falls after rises.
 * Each has a bracket: from the last value further than that from its extremum to the one where it is noticed. */
typedef struct {
  double lower, upper;
} bracket;

static int find_turns(const double *at, const double *values, const double *unit, bracket *turns) {
  int count = 0, direction = 0, extremum = 0;
  for (int i = 1; i < SCAN; i++) {
    double change = values[i] - values[extremum];
    if (direction == 0 && fabs(change) > unit[i]) direction = change > 0.0 ? 1 : -1, extremum = i;
    else if (direction * change > 0.0) extremum = i;
    else if (-direction * change > unit[i]) {
      int first = extremum;
      while (first > 0 && direction * (values[extremum] - values[first]) <= unit[i]) first--;
      ck_assert_int_lt(count, CAPACITY);
      turns[count++] = (bracket){at[first], at[i]};
      direction = -direction;
      extremum = i;
    }
  }
  return count;
}

/* No turn of the scan is missed: every bracket has a point, and there are at least as many points. */
static void check_scan(icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                       const double *at) {
  static double values[SCAN], unit[SCAN], idg[SCAN];
  double points[CAPACITY];
  bracket turns[CAPACITY];
  int64_t count = stationary(theory, quantity, vary, lower, upper, points);
  OK(icl_theory_curve(theory, quantity, vary, SCAN, at, values));
  memcpy(unit, values, sizeof unit);
  if (quantity == ICL_QUANTITY_GAP) {
    OK(icl_theory_curve(theory, ICL_QUANTITY_ICL, vary, SCAN, at, unit));
    OK(icl_theory_curve(theory, ICL_QUANTITY_IDG, vary, SCAN, at, idg));
    for (int i = 0; i < SCAN; i++) unit[i] += idg[i];
  }
  for (int i = 0; i < SCAN; i++) unit[i] *= 1e-14; /* the largest error seen is 1.3e-15 */
  int turned = find_turns(at, values, unit, turns);
  ck_assert_msg(turned <= count, "%d turns, %d points: %s", turned, (int)count, describe(theory, quantity, vary));
  for (int i = 0, j = 0; i < turned; i++) {
    while (j < count && points[j] < turns[i].lower) j++;
    ck_assert_msg(j < count && points[j] <= turns[i].upper, "no point in [%.17g, %.17g]: %s", turns[i].lower,
                  turns[i].upper, describe(theory, quantity, vary));
  }
  for (int64_t i = 0; i < count; i++) check_point(theory, quantity, vary, count, points, i);
}

/* With respect to tau the ridgeless errors have their pole at 1: one side of it. */
static void check_wide_scan(icl_theory *theory, int32_t quantity, int32_t vary) {
  static double at[SCAN];
  double own = get(theory, vary), lower = 1e-4, upper = 1e4;
  if (vary >= ICL_TEST_ALPHA) OK(icl_theory_set(theory, vary, own));
  if (vary == ICL_TAU && get(theory, ICL_LAMBDA) == 0.0) *(own < 1.0 ? &upper : &lower) = 1.0;
  fill_scan(lower * 1.0001, upper / 1.0001, at);
  check_scan(theory, quantity, vary, lower, upper, at);
}

START_TEST(no_stationary_point_is_missed) {
  int points = _i;
  for (int32_t quantity = 1; quantity <= QUANTITIES; quantity++) {
    for (int32_t vary = 1; vary <= PARAMETERS; vary++) {
      int constant = (quantity == ICL_QUANTITY_GAP || quantity == ICL_QUANTITY_XI) && vary >= ICL_TEST_ALPHA;
      if (constant || (quantity == ICL_QUANTITY_BAYES && vary < ICL_TEST_ALPHA)) continue;
      for (int i = 0; i < 4; i++) {
        icl_theory *theory = random_theory(3000 + (uint64_t)(1000 * points + 35 * i + 7 * quantity + vary));
        check_wide_scan(theory, quantity, vary);
        icl_theory_destroy(theory);
      }
    }
  }
}
END_TEST

/* Places around c, ascending, from c/1000 to 2 c, of equally spaced ln |p/c - 1| down to 1e-14. */
static void fill_cluster(double c, double *at) {
  for (int i = 0; i < SCAN / 2; i++) {
    double distance = 0.999 * pow(1e-14, i / (SCAN / 2 - 1.0));
    at[i] = c * (1.0 - distance);
    at[SCAN - 1 - i] = c * (1.0 + distance);
  }
}

/* Long contexts, little ridge, and tau or kappa near each other or near 1. */
static icl_theory *narrow_theory(uint64_t seed) {
  double u[8];
  fill_pseudo(8, u, 8 * seed);
  double tau = exp(u[0]), kappa = exp(u[1]), near = copysign(pow(10.0, 7.0 * u[7] - 7.0), u[6]);
  if (seed % 3 == 0) kappa = tau * (1.0 + near);
  if (seed % 3 == 1) kappa = 1.0 + near;
  if (seed % 3 == 2) tau = 1.0 + near;
  return theory_at(tau, pow(10.0, 7.0 + 7.0 * u[2]), fmax(kappa, 0.01), exp(2.0 * u[3] - 2.0),
                   seed / 3 % 2 ? 0.0 : pow(10.0, 6.0 * u[4] - 8.0));
}

/* Features as narrow as the rounding of tau and kappa. Beside a pole at 1, only the side on which c is. */
START_TEST(no_narrow_stationary_point_is_missed) {
  static double at[SCAN];
  for (int i = 0; i < 60; i++) {
    int32_t quantity = 1 + i % 3, vary = i / 3 % 2 ? ICL_TAU : ICL_KAPPA;
    icl_theory *theory = narrow_theory(7000 + (uint64_t)(60 * _i + i));
    double special[2], lower = 0.0, upper = INFINITY;
    special_points(theory, vary, special);
    int pole = vary == ICL_TAU && get(theory, ICL_LAMBDA) == 0.0;
    double c = pole ? special[1] : special[i / 6 % 2];
    fill_cluster(c, at);
    if (pole) *(c < 1.0 ? &upper : &lower) = 1.0;
    for (int j = 0; pole && j < SCAN; j++) at[j] = fmin(fmax(at[j], lower * (1.0 + 1e-15)), upper * (1.0 - 1e-15));
    check_scan(theory, quantity, vary, lower, upper, at);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* Pairs that random points seldom have: within 1e-6 of c, where a ridge of 1e-13 smooths a kink. */
START_TEST(pairs_beside_kinks) {
  static const struct {
    int32_t quantity, vary;
    double c, tau, alpha, kappa, rho, lambda;
    int64_t count;
  } rows[] = {
    {ICL_QUANTITY_ICL, ICL_KAPPA, 1.0, 17.0, 2.2e13, 0.15, 0.45, 5e-13, 2},
    {ICL_QUANTITY_GAP, ICL_KAPPA, 1.0, 17.0, 2.2e13, 0.15, 0.45, 5e-13, 2},
    {ICL_QUANTITY_ICL, ICL_TAU, 0.018, 1.0, 3e13, 0.018, 0.006, 1e-8, 4},
    {ICL_QUANTITY_IDG, ICL_TAU, 0.9985, 1.0, 6e13, 0.9985, 1.8, 0.0, 2},
  };
  static double at[SCAN];
  for (int i = 0; i < 4; i++) {
    icl_theory *theory = theory_at(rows[i].tau, rows[i].alpha, rows[i].kappa, rows[i].rho, rows[i].lambda);
    double upper = rows[i].lambda > 0.0 ? INFINITY : 1.0;
    fill_cluster(rows[i].c, at);
    for (int j = 0; j < SCAN; j++) at[j] = fmin(at[j], upper * (1.0 - 1e-15));
    check_scan(theory, rows[i].quantity, rows[i].vary, 0.0, upper, at);
    ck_assert_int_eq(stationary(theory, rows[i].quantity, rows[i].vary, 0.0, upper, NULL), rows[i].count);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* Families of curves, one parameter of which makes a pair of stationary points appear: `other` from `none` to
 * `pair`. */
static const struct {
  int32_t quantity, vary, other;
  double none, pair;
  double tau, alpha, kappa, rho, lambda;
} folds[] = {
  {ICL_QUANTITY_ICL, ICL_TAU, ICL_KAPPA, 0.8, 0.5, 1.0, 10.0, 1.0, 0.7, 1.0},
  {ICL_QUANTITY_ICL, ICL_TAU, ICL_RHO, 0.05, 0.1, 1.0, 4.0, 0.15, 1.0, 0.45},
  {ICL_QUANTITY_ICL, ICL_ALPHA, ICL_LAMBDA, 0.03, 0.02, 5.0, 1.0, 0.5, 0.2, 1.0},
  {ICL_QUANTITY_IDG, ICL_KAPPA, ICL_ALPHA, 30.0, 50.0, 0.5, 1.0, 1.0, 0.1, 0.0},
  {ICL_QUANTITY_IDG, ICL_ALPHA, ICL_TAU, 0.1, 0.12, 1.0, 1.0, 0.0925, 4.633, 0.00049},
  {ICL_QUANTITY_GAP, ICL_LAMBDA, ICL_ALPHA, 3.0, 5.0, 2.0, 1.0, 5.0, 0.3, 1.0},
};
enum { FOLDS = 6 };

/* The distance of the nearest two of the points, relative; *nearest is the lower one. */
static double nearest_pair(int64_t count, const double *at, double *nearest) {
  double distance = INFINITY;
  for (int64_t i = 1; i < count; i++) {
    if (at[i] / at[i - 1] - 1.0 >= distance) continue;
    distance = at[i] / at[i - 1] - 1.0;
    *nearest = at[i - 1];
  }
  return distance;
}

/* An interval just around the pair holds both, one from between them one, beside them none. */
static void check_narrow_intervals(icl_theory *theory, int32_t quantity, int32_t vary, double low, double distance) {
  double high = low * (1.0 + distance), middle = 0.5 * (low + high);
  for (double margin = 0.1; margin < 20.0; margin *= 10.0) {
    double lower = low * (1.0 - margin * distance), upper = high * (1.0 + margin * distance);
    ck_assert_int_eq(stationary(theory, quantity, vary, lower, upper, NULL), 2);
    ck_assert_int_eq(stationary(theory, quantity, vary, middle, upper, NULL), 1);
    ck_assert_int_eq(stationary(theory, quantity, vary, lower, middle, NULL), 1);
    ck_assert_int_eq(stationary(theory, quantity, vary, high * (1.0 + 0.1 * margin * distance), upper, NULL), 0);
  }
}

/* The value of `other` where the pair appears, by bisection of the count; the last value that has it. Beyond it the
 * distance of the two grows like the square root. */
START_TEST(pairs_are_found_beside_their_fold) {
  double at[CAPACITY], none = folds[_i].none, pair = folds[_i].pair, before = 0.0, low = 0.0;
  int32_t quantity = folds[_i].quantity, vary = folds[_i].vary, other = folds[_i].other;
  icl_theory *theory = theory_at(folds[_i].tau, folds[_i].alpha, folds[_i].kappa, folds[_i].rho, folds[_i].lambda);
  OK(icl_theory_set(theory, other, none));
  int64_t least = stationary(theory, quantity, vary, 1e-6, 1e6, NULL);
  double side = pair > none ? 1.0 : -1.0;
  for (double middle; middle = 0.5 * (none + pair), middle != none && middle != pair;) {
    OK(icl_theory_set(theory, other, middle));
    int64_t count = stationary(theory, quantity, vary, 1e-6, 1e6, NULL);
    ck_assert(count == least || count == least + 2);
    *(count == least ? &none : &pair) = middle;
  }
  for (double distance = 1e-12; distance < 1e-5; distance *= 10.0) {
    OK(icl_theory_set(theory, other, pair * (1.0 + side * distance)));
    int64_t count = stationary(theory, quantity, vary, 1e-6, 1e6, at);
    ck_assert_int_eq(count, least + 2);
    double between = nearest_pair(count, at, &low);
    if (before > 0.0) CLOSE(between / before, sqrt(10.0), 0.02); /* the fold is known to 1e-14 or so of 1e-12 */
    before = between;
    for (int64_t i = 0; i < count; i++) check_point(theory, quantity, vary, count, at, i);
    check_narrow_intervals(theory, quantity, vary, low, between);
  }
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(constant_curves_have_no_stationary_point) {
  icl_theory *theory = theory_at(3.0, 2.0, 1.5, 0.1, 0.0);
  for (int32_t vary = ICL_ALPHA; vary <= ICL_RHO; vary++) { /* xi = 0 for tau > 1 */
    ck_assert_int_eq(stationary(theory, ICL_QUANTITY_XI, vary, 0.0, INFINITY, NULL), 0);
  }
  ck_assert_int_eq(stationary(theory, ICL_QUANTITY_XI, ICL_TAU, 1.0, INFINITY, NULL), 0);
  ck_assert_int_eq(stationary(theory, ICL_QUANTITY_XI, ICL_TAU, 0.0, INFINITY, NULL), 0); /* falls to 0: a kink */
  for (int32_t vary = ICL_TAU; vary <= ICL_LAMBDA; vary++) {
    OK(icl_theory_set(theory, ICL_TEST_ALPHA, 2.0));
    OK(icl_theory_set(theory, ICL_TEST_RHO, 0.1));
    ck_assert_int_eq(stationary(theory, ICL_QUANTITY_BAYES, vary, 0.0, INFINITY, NULL), 0);
  }
  OK(icl_theory_set(theory, ICL_KAPPA, INFINITY));
  for (int32_t vary = ICL_TAU; vary <= ICL_TEST_RHO; vary++) {
    if (vary == ICL_KAPPA) continue;
    ck_assert_int_eq(stationary(theory, ICL_QUANTITY_GAP, vary, 0.0, INFINITY, NULL), 0);
  }
  OK(icl_theory_set(theory, ICL_LAMBDA, INFINITY)); /* 1 + rho */
  for (int32_t vary = ICL_TAU; vary <= ICL_KAPPA; vary++) {
    ck_assert_int_eq(stationary(theory, ICL_QUANTITY_ICL, vary, 0.0, INFINITY, NULL), 0);
  }
  icl_theory_destroy(theory);
}
END_TEST

/* Through the pole at tau = 1 the slope changes sign: no stationary point; with a ridge there is one, the peak. The
 * error falls beyond it, and (kappa = 2) before it has a minimum. */
START_TEST(poles_are_no_stationary_points) {
  double at[CAPACITY];
  icl_theory *theory = theory_at(2.0, 3.0, 2.0, 0.3, 0.0);
  ck_assert_int_eq(stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.5, 2.0, NULL), 0);
  ck_assert_int_eq(stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, INFINITY, at), 1);
  ck_assert_double_lt(at[0], 0.5);
  for (double lambda = 1e-2; lambda > 1e-30; lambda *= 1e-4) {
    OK(icl_theory_set(theory, ICL_LAMBDA, lambda));
    ck_assert_int_eq(stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.5, 2.0, at), 1);
    NEAR(at[0], 1.0, 2.0 * lambda + 1e-15); /* measured: 1 - 1.01 lambda */
  }
  icl_theory_destroy(theory);
}
END_TEST

/* Parameters far from 1, up to where the search's window ends: noise would show as a great number of points. */
START_TEST(extreme_curves) {
  static const double values[] = {5e-324, 1e-200, 1.0, 1e200, 1.7e308};
  double at[CAPACITY];
  for (int i = 0; i < 5 * 5 * 5; i++) {
    icl_theory *theory = theory_at(values[i % 5], values[i / 5 % 5], values[i / 25], 0.1, i % 2 ? 0.1 : 0.0);
    int32_t quantity = 1 + (i / 7) % QUANTITIES, vary = 1 + i % PARAMETERS;
    ck_assert_int_le(stationary(theory, quantity, vary, 0.0, INFINITY, at), 4);
    icl_theory_destroy(theory);
  }
  for (int i = 0; i < 5 * 2; i++) { /* tau near a small kappa in long contexts */
    icl_theory *theory = theory_at(1.0, values[3], values[1], 0.1, i % 2 ? 0.1 : 0.0);
    ck_assert_int_le(stationary(theory, 1 + i / 2, ICL_TAU, 1e-210, 1e-190, at), 4);
    icl_theory_destroy(theory);
  }
}
END_TEST

START_TEST(capacity_limits_what_is_written) {
  double all[CAPACITY], at[CAPACITY];
  icl_theory *theory = theory_at(5.0, 1.0, 0.5, 0.2, 0.01);
  int64_t count = stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, all);
  ck_assert_int_eq(count, 3);
  for (int64_t capacity = 0; capacity <= 4; capacity++) {
    for (int i = 0; i < 5; i++) at[i] = 7.0;
    count = -1;
    OK(icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, capacity, capacity ? at : NULL,
                             &count));
    ck_assert_int_eq(count, 3);
    for (int i = 0; i < 5; i++) ck_assert(at[i] == (i < capacity && i < 3 ? all[i] : 7.0));
  }
  icl_theory_destroy(theory);
}
END_TEST

/* Counts add up over a division of (0, infinity); the points do not depend on the interval but for rounding. */
START_TEST(intervals_add_up) {
  static const double cuts[] = {1e-30, 1e-3, 1.0, 5.5, 80.0, 1e5, 1e30};
  double all[CAPACITY], at[CAPACITY];
  icl_theory *theory = theory_at(5.0, 1.0, 0.5, 0.2, 0.01);
  int64_t total = stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, all);
  for (int i = 0; i < 7; i++) {
    int64_t below = stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, cuts[i], at);
    for (int64_t j = 0; j < below; j++) CLOSE(at[j], all[j], 1e-14);
    int64_t above = stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, cuts[i], INFINITY, at);
    for (int64_t j = 0; j < above; j++) CLOSE(at[j], all[below + j], 1e-14);
    ck_assert_int_eq(below + above, total);
  }
  icl_theory_destroy(theory);
}
END_TEST

/* ---- Minima ---- */

static double minimum(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                      double *at) {
  double value = NAN;
  OK(icl_theory_minimum(theory, quantity, vary, lower, upper, at, &value));
  ck_assert(*at >= lower && *at <= upper);
  return value;
}

/* Not above any value of a scan, nor a limit at the ends, and itself a value of the curve (or a limit): so it is the
 * least. */
START_TEST(minima_are_below_every_scan) {
  static double places[SCAN], values[SCAN];
  fill_scan(1e-4, 1e4, places);
  for (int trial = 0; trial < 40; trial++) {
    int32_t quantity = 1 + trial % 3, vary = 1 + (40 * _i + trial) % PARAMETERS;
    icl_theory *theory = random_theory(5000 + (uint64_t)(40 * _i + trial));
    if (vary >= ICL_TEST_ALPHA) OK(icl_theory_set(theory, vary, get(theory, vary)));
    double at, least = minimum(theory, quantity, vary, 1e-4, 1e4, &at), below = INFINITY;
    ck_assert(least == value_at(theory, quantity, vary, at));
    OK(icl_theory_curve(theory, quantity, vary, SCAN, places, values));
    for (int i = 0; i < SCAN; i++) below = fmin(below, values[i]);
    double scale = fabs(least) + (quantity == ICL_QUANTITY_GAP ? value_at(theory, ICL_QUANTITY_ICL, vary, at) : 0.0);
    ck_assert_msg(least <= below + 1e-14 * scale, "%.17g at %.17g, not %.17g: %s", least, at, below,
                  describe(theory, quantity, vary));
    double everywhere_at, everywhere = minimum(theory, quantity, vary, 0.0, INFINITY, &everywhere_at);
    ck_assert_double_le(everywhere, least + 1e-14 * scale);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* Two candidates for the least ICL error, an inner minimum and the upper end: as a third number changes, the minimum
 * jumps from one to the other, and its value is continuous. On both sides of the jump, found by bisection to
 * neighbouring numbers, the two are equal to rounding. */
static void check_exchange(icl_theory *theory, int32_t vary, int32_t other, double inner, double end, double lower,
                           double upper) {
  double at, least = 0.0, points[CAPACITY];
  for (double middle; middle = 0.5 * (inner + end), middle != inner && middle != end;) {
    if (other) OK(icl_theory_set(theory, other, middle));
    double top = other ? upper : middle;
    least = minimum(theory, ICL_QUANTITY_ICL, vary, lower, top, &at);
    *(at == top ? &end : &inner) = middle;
  }
  if (!other) upper = end;
  int64_t count = stationary(theory, ICL_QUANTITY_ICL, vary, lower, upper, points);
  ck_assert_int_eq(count, 2);
  ck_assert_double_lt(points[1], 0.6 * upper); /* far from each other */
  double first = value_at(theory, ICL_QUANTITY_ICL, vary, points[0]);
  CLOSE(first, least, 1e-14);
  CLOSE(value_at(theory, ICL_QUANTITY_ICL, vary, upper), least, 1e-14);
  ck_assert_double_gt(value_at(theory, ICL_QUANTITY_ICL, vary, points[1]), 1.2 * least); /* the barrier between */
}

START_TEST(the_lower_of_two_minima_is_taken) {
  icl_theory *theory = theory_at(1.0, 3.0, 2.0, 0.3, 0.01); /* double descent: before the peak, or at the end */
  check_exchange(theory, ICL_TAU, 0, 1.2, 3.0, 0.01, NAN);
  icl_theory_destroy(theory);
  theory = theory_at(5.0, 1.0, 0.2, 0.2, 0.01); /* a context before overfitting begins, or as long as can be */
  check_exchange(theory, ICL_ALPHA, 0, 200.0, 1e4, 0.5, NAN);
  check_exchange(theory, ICL_ALPHA, ICL_LAMBDA, 1e-4, 0.01, 0.5, 2000.0);
  double at;
  OK(icl_theory_set(theory, ICL_LAMBDA, 0.01));
  CLOSE(minimum(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, &at),
        value_at(theory, ICL_QUANTITY_ICL, ICL_ALPHA, INFINITY), 1e-15);
  ck_assert(at == INFINITY);
  icl_theory_destroy(theory);
}
END_TEST

/* The least value over the whole half-line sits at 0 or infinity and is the limit there. */
static void check_end(icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper, double end,
                      double limit) {
  double at, value = minimum(theory, quantity, vary, lower, upper, &at);
  ck_assert_msg(at == end, "minimum at %.17g, not %g: %s", at, end, describe(theory, quantity, vary));
  if (isinf(limit)) ck_assert(value == limit);
  else NEAR_AT(value, limit, 1e-14 * fabs(limit), theory, quantity, vary);
}

START_TEST(minima_at_infinity) {
  icl_theory *theory = theory_at(2.0, 3.0, INFINITY, 0.1, 0.0); /* fresh tasks, ridgeless: longer contexts are better */
  double limit = value_at(theory, ICL_QUANTITY_ICL, ICL_ALPHA, INFINITY);
  check_end(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, INFINITY, limit);
  CLOSE(limit, 0.1 * 2.0 / (2.0 - 1.0), 1e-15); /* R = 1: rho tau/(tau - 1) */
  limit = value_at(theory, ICL_QUANTITY_ICL, ICL_TAU, INFINITY); /* more data: rho + q/(1 + q) */
  check_end(theory, ICL_QUANTITY_ICL, ICL_TAU, 2.0, INFINITY, INFINITY, limit);
  CLOSE(limit, 0.1 + (1.1 / 3.0) / (1.0 + 1.1 / 3.0), 1e-15);
  OK(icl_theory_set(theory, ICL_KAPPA, 2.0)); /* more tasks */
  limit = value_at(theory, ICL_QUANTITY_ICL, ICL_KAPPA, INFINITY);
  check_end(theory, ICL_QUANTITY_ICL, ICL_KAPPA, 0.0, INFINITY, INFINITY, limit);
  OK(icl_theory_set(theory, ICL_LAMBDA, 0.1)); /* the effective ridge falls to lambda with more data */
  check_end(theory, ICL_QUANTITY_XI, ICL_TAU, 0.0, INFINITY, INFINITY, 0.1);
  check_end(theory, ICL_QUANTITY_BAYES, ICL_ALPHA, 0.0, INFINITY, INFINITY, 0.1);
  icl_theory_destroy(theory);
}
END_TEST

/* Limits at 0, whatever the ridge:
 * - tau -> 0: Gamma = 0, 1 + rho.
 * - alpha -> 0: all is noise, q -> infinity. For tau > 1, xi/q -> 0, 1 - gamma = (tau - 1)/tau and both errors are
 *   (1 + rho) tau/(tau - 1); for tau < 1, nu = q/tau, 1 - gamma = 1 - tau and they are (1 + rho)/(1 - tau).
 * - kappa -> 0: R = 0 but for a fraction kappa of directions, and e_IDG = rho/(1 - gamma) with gamma = (q/nu)^2/tau. */
START_TEST(minima_at_zero) {
  for (int i = 0; i < 4; i++) {
    double rho = 0.7, lambda = i / 2 ? 0.2 : 0.0, tau = i % 2 ? 3.0 : 0.4, at, value;
    icl_theory *theory = theory_at(tau, 2.0, 0.5, rho, lambda);
    double noise = tau > 1.0 ? (1.0 + rho) * tau / (tau - 1.0) : (1.0 + rho) / (1.0 - tau);
    value = minimum(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, 1e-250, &at); /* where the curve is flat */
    CLOSE(value, noise, 1e-14);
    ck_assert(at == 0.0);
    value = minimum(theory, ICL_QUANTITY_IDG, ICL_ALPHA, 0.0, 1e-250, &at);
    CLOSE(value, noise, 1e-14);
    value = minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1e-250, &at);
    CLOSE(value, 1.0 + rho, 1e-14);
    double q = (1.0 + rho) / 2.0, xi = value_at(theory, ICL_QUANTITY_XI, ICL_KAPPA, 1e-300);
    double gamma = q / (q + xi) * q / (q + xi) / tau;
    value = minimum(theory, ICL_QUANTITY_IDG, ICL_KAPPA, 0.0, 1e-250, &at);
    CLOSE(value, rho / (1.0 - gamma), 1e-13);
    icl_theory_destroy(theory);
  }
}
END_TEST

/* e_IDG of a memorised pool rises from its limit at kappa = 0; e_ICL of a noisy task with few data from 1 + rho. */
START_TEST(minima_at_zero_of_whole_curves) {
  icl_theory *theory = theory_at(3.0, 20.0, 0.5, 0.1, 0.0);
  check_end(theory, ICL_QUANTITY_IDG, ICL_KAPPA, 0.0, INFINITY, 0.0, 0.1 * 3.0 / 2.0);
  check_end(theory, ICL_QUANTITY_XI, ICL_TAU, 0.0, 1.0, 1.0, 0.0);
  check_end(theory, ICL_QUANTITY_ICL, ICL_RHO, 0.0, INFINITY, 0.0, value_at(theory, ICL_QUANTITY_ICL, ICL_RHO, 0.0));
  check_end(theory, ICL_QUANTITY_BAYES, ICL_RHO, 0.0, INFINITY, 0.0, 0.0);
  icl_theory_destroy(theory);
  theory = theory_at(0.4, 0.3, 0.2, 3.0, 0.0);
  check_end(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, 0.0, 4.0);
  icl_theory_destroy(theory);
  theory = theory_at(0.3, 10.0, 0.2, 0.0, 0.0); /* a pool learned without noise: no ridge is best */
  check_end(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, 0.0, INFINITY, 0.0, value_of(theory, ICL_QUANTITY_IDG));
  ck_assert_double_gt(derivative_of(theory, ICL_QUANTITY_IDG, ICL_LAMBDA), 0.0);
  icl_theory_destroy(theory);
}
END_TEST

/* The gap may fall below every bound with the noise, and it vanishes with the data; in infinite contexts the limit of a
 * small ridge is not the value without: gamma -> kappa/tau, not 1/tau. */
START_TEST(limits_that_are_no_values) {
  icl_theory *theory = theory_at(0.1, INFINITY, 0.15, 2.0, 0.0);
  check_end(theory, ICL_QUANTITY_GAP, ICL_RHO, 0.0, INFINITY, INFINITY, -INFINITY);
  icl_theory_destroy(theory);
  theory = theory_at(0.5, 3.0, 5.0, 0.1, 0.2);
  check_end(theory, ICL_QUANTITY_GAP, ICL_TAU, 0.0, 0.1, 0.0, 0.0);
  icl_theory_destroy(theory);
  theory = theory_at(3.0, INFINITY, 0.4, 0.3, 0.1);
  check_end(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, 0.0, 1e-18, 0.0, 0.3 * 3.0 / (3.0 - 0.4));
  ck_assert(value_at(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, 0.0) > 0.4);
  icl_theory_destroy(theory);
}
END_TEST

/* The slope in lambda is negative at 0 and the error tends to 1 + rho from below: the best ridge is inside. */
START_TEST(optimal_ridge) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    double u[4], at, value;
    fill_pseudo(4, u, 9000 + 4 * seed);
    double tau = exp(1.5 * u[0]), alpha = exp(1.0 + u[1]), rho = exp(u[3]);
    icl_theory *theory = theory_at(tau, alpha, exp(1.5 * u[2]), rho, 0.0);
    ck_assert_double_lt(derivative_of(theory, ICL_QUANTITY_ICL, ICL_LAMBDA), 0.0);
    value = minimum(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0, INFINITY, &at);
    ck_assert(at > 0.0 && at < INFINITY);
    ck_assert_double_lt(value, fmin(value_of(theory, ICL_QUANTITY_ICL), 1.0 + rho));
    check_point(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 1, &at, 0);
    icl_theory_destroy(theory);
  }
}
END_TEST

START_TEST(the_smallest_of_equal_minima) {
  double at;
  icl_theory *theory = theory_at(3.0, 2.0, 1.5, 0.1, 0.0);
  ck_assert(minimum(theory, ICL_QUANTITY_XI, ICL_ALPHA, 0.0, INFINITY, &at) == 0.0 && at == 0.0);
  ck_assert(minimum(theory, ICL_QUANTITY_XI, ICL_KAPPA, 0.25, 8.0, &at) == 0.0 && at == 0.25);
  ck_assert(minimum(theory, ICL_QUANTITY_XI, ICL_TAU, 0.5, INFINITY, &at) == 0.0 && at == 1.0); /* 0 from there on */
  ck_assert(minimum(theory, ICL_QUANTITY_BAYES, ICL_TAU, 2.0, 3.0, &at) == value_of(theory, ICL_QUANTITY_BAYES));
  ck_assert(at == 2.0);
  OK(icl_theory_set(theory, ICL_KAPPA, INFINITY));
  ck_assert(minimum(theory, ICL_QUANTITY_GAP, ICL_TAU, 0.5, 2.0, &at) == 0.0 && at == 0.5);
  OK(icl_theory_set(theory, ICL_ALPHA, INFINITY));
  OK(icl_theory_set(theory, ICL_RHO, 0.0));
  ck_assert(minimum(theory, ICL_QUANTITY_BAYES, ICL_ALPHA, 0.0, INFINITY, &at) == 0.0 && at == 1.0); /* (1 - alpha)_+ */
  icl_theory_destroy(theory);
}
END_TEST

/* Kinks and infinite values: the population's gap at infinite context is (1 - kappa)_+; ridgeless ICL is infinite for
 * kappa <= 1, and falls beyond. */
START_TEST(minima_at_kinks) {
  double at, value;
  icl_theory *theory = theory_at(INFINITY, INFINITY, 0.5, 0.3, 0.0);
  value = minimum(theory, ICL_QUANTITY_GAP, ICL_KAPPA, 0.0, INFINITY, &at);
  ck_assert(value == 0.0 && at == 1.0);
  OK(icl_theory_set(theory, ICL_TAU, 3.0));
  value = minimum(theory, ICL_QUANTITY_ICL, ICL_KAPPA, 0.1, 0.9, &at);
  ck_assert(value == INFINITY && at == 0.1);
  value = minimum(theory, ICL_QUANTITY_ICL, ICL_KAPPA, 0.1, INFINITY, &at);
  CLOSE(value, 0.3 * 3.0 / 2.0, 1e-14);
  ck_assert(at == INFINITY);
  icl_theory_destroy(theory);
}
END_TEST

/* ---- The interface ---- */

START_TEST(bad_arguments) {
  static const int32_t codes[] = {0, -1, 8, INT32_MAX, INT32_MIN};
  double value = 7.0, at = 7.0;
  int64_t count = 7;
  icl_theory *theory = theory_at(2.0, 1.0, 1.0, 1.0, 1.0);
  for (int i = 0; i < 5; i++) {
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_minimum(theory, codes[i], ICL_TAU, 0.0, 1.0, &at, &value));
    FAILS(ICL_ERR_ARGUMENT, "vary", icl_theory_minimum(theory, ICL_QUANTITY_ICL, codes[i], 0.0, 1.0, &at, &value));
    FAILS(ICL_ERR_ARGUMENT, "quantity", icl_theory_stationary(theory, codes[i], ICL_TAU, 0.0, 1.0, 1, &at, &count));
    FAILS(ICL_ERR_ARGUMENT, "vary",
          icl_theory_stationary(theory, ICL_QUANTITY_ICL, codes[i], 0.0, 1.0, 1, &at, &count));
  }
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_minimum(NULL, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, &at, &value));
  FAILS(ICL_ERR_ARGUMENT, "theory", icl_theory_stationary(NULL, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, 1, &at, &count));
  FAILS(ICL_ERR_ARGUMENT, "at", icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, 1, NULL, &count));
  FAILS(ICL_ERR_ARGUMENT, "count", icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, 1, &at, NULL));
  FAILS(ICL_ERR_DOMAIN, "capacity",
        icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, -1, &at, &count));
  ck_assert(value == 7.0 && at == 7.0 && count == 7);
  double least;
  OK(icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, NULL, NULL));
  OK(icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, &at, NULL));
  OK(icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, NULL, &value));
  ck_assert(minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.0, 1.0, &least) == value && least == at);
  icl_theory_destroy(theory);
}
END_TEST

/* alpha = infinity, lambda = 0, 1/3 < tau < 1, rho > 0: the gap is +infinity up to kappa = tau, and comes from
 * -infinity beyond it, like -1/(kappa - tau); along tau the other way round. */
START_TEST(minima_beside_a_pole) {
  icl_theory *theory = theory_at(0.36, INFINITY, 0.36, 0.5, 0.0);
  double at, least = minimum(theory, ICL_QUANTITY_GAP, ICL_KAPPA, 0.0, INFINITY, &at);
  ck_assert(at == nextafter(0.36, 1.0) && least == value_at(theory, ICL_QUANTITY_GAP, ICL_KAPPA, at));
  ck_assert_double_lt(least, 1e-3 * value_at(theory, ICL_QUANTITY_GAP, ICL_KAPPA, 0.3600001));
  ck_assert(minimum(theory, ICL_QUANTITY_GAP, ICL_KAPPA, 0.36, 1.0, &at) == least && at == nextafter(0.36, 1.0));
  ck_assert_double_lt(minimum(theory, ICL_QUANTITY_GAP, ICL_TAU, 0.35, 0.9, &at), -1e9);
  ck_assert(at == nextafter(0.36, 0.0));
  ck_assert(minimum(theory, ICL_QUANTITY_GAP, ICL_KAPPA, 0.1, 0.36, &at) == INFINITY);
  icl_theory_destroy(theory);
}
END_TEST

/* kappa beside tau, without ridge: the gap falls with alpha until the effective noise is as small as the square of the
 * distance, 1e22 here, and rises to infinity from there on. That is far beyond all parameters themselves. */
START_TEST(a_minimum_at_long_contexts) {
  double points[CAPACITY], at, least;
  icl_theory *theory;
  OK(icl_theory_create(0.25, 1.0, 0.2499999999965563, 0.6, 0.0, &theory));
  int64_t count = stationary(theory, ICL_QUANTITY_GAP, ICL_ALPHA, 1.0, INFINITY, points);
  ck_assert_int_eq(count, 2); /* a maximum at 4.1 */
  OK(icl_theory_minimum(theory, ICL_QUANTITY_GAP, ICL_ALPHA, 1.0, INFINITY, &at, &least));
  ck_assert(at == points[1] && at > 1e20 && at < 1e23);
  double near[] = {at / 1.01, at * 1.01}, values[2];
  OK(icl_theory_curve(theory, ICL_QUANTITY_GAP, ICL_ALPHA, 2, near, values));
  ck_assert(least < values[0] && least < values[1] && least < -1e9);
  icl_theory_destroy(theory);
}
END_TEST

/* IDG falls from 3e-292 at lambda = 0 to 6e-293 around lambda = 1e100, with a slope of some 1e-311: a number that
 * double hardly has, while lambda times the slope is one like any other. */
START_TEST(minima_where_the_slope_underflows) {
  icl_theory *theory = theory_at(0.8, 1.77e-20, 1.13e-312, 0.0, 0.0);
  double at, least = minimum(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, 0.0, 1e195, &at);
  ck_assert_double_lt(value_at(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, 1e100), 1e-292);
  for (double lambda = 1e-300; lambda < 1e195; lambda *= 1e3) {
    ck_assert_double_le(least, value_at(theory, ICL_QUANTITY_IDG, ICL_LAMBDA, lambda) * (1.0 + 1e-13));
  }
  icl_theory_destroy(theory);
}
END_TEST

START_TEST(bad_intervals) {
  static const struct {
    double lower, upper;
    const char *name;
  } bad[] = {
    {-1.0, 1.0, "lower"}, {NAN, 1.0, "lower"}, {INFINITY, INFINITY, "lower"}, {-INFINITY, 1.0, "lower"},
    {0.0, 0.0, "upper"}, {1.0, 1.0, "upper"}, {2.0, 1.0, "upper"}, {1.0, NAN, "upper"}, {1.0, -INFINITY, "upper"},
  };
  double value = 7.0, at = 7.0;
  int64_t count = 7;
  icl_theory *theory = theory_at(2.0, 1.0, 1.0, 1.0, 1.0);
  for (int i = 0; i < 9; i++) {
    for (int32_t vary = 1; vary <= PARAMETERS; vary++) {
      FAILS(ICL_ERR_DOMAIN, bad[i].name,
            icl_theory_minimum(theory, ICL_QUANTITY_ICL, vary, bad[i].lower, bad[i].upper, &at, &value));
      FAILS(ICL_ERR_DOMAIN, bad[i].name,
            icl_theory_stationary(theory, ICL_QUANTITY_ICL, vary, bad[i].lower, bad[i].upper, 1, &at, &count));
    }
  }
  ck_assert(value == 7.0 && at == 7.0 && count == 7);
  OK(icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.5, nextafter(0.5, 1.0), &at, &value)); /* the narrowest */
  OK(icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_TAU, 0.5, nextafter(0.5, 1.0), 0, NULL, &count));
  ck_assert_int_eq(count, 0);
  icl_theory_destroy(theory);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("theory_critical");
  TCase *points = tcase_create("stationary points"), *minima = tcase_create("minima");
  TCase *interface = tcase_create("interface");
  tcase_add_loop_test(points, no_stationary_point_is_missed, 0, 3);
  tcase_add_loop_test(points, no_narrow_stationary_point_is_missed, 0, 3);
  tcase_add_test(points, pairs_beside_kinks);
  tcase_add_loop_test(points, pairs_are_found_beside_their_fold, 0, FOLDS);
  tcase_add_test(points, constant_curves_have_no_stationary_point);
  tcase_add_test(points, poles_are_no_stationary_points);
  tcase_add_test(points, extreme_curves);
  tcase_add_test(points, capacity_limits_what_is_written);
  tcase_add_test(points, intervals_add_up);
  tcase_add_loop_test(minima, minima_are_below_every_scan, 0, 3);
  tcase_add_test(minima, the_lower_of_two_minima_is_taken);
  tcase_add_test(minima, minima_at_infinity);
  tcase_add_test(minima, minima_at_zero);
  tcase_add_test(minima, minima_at_zero_of_whole_curves);
  tcase_add_test(minima, limits_that_are_no_values);
  tcase_add_test(minima, optimal_ridge);
  tcase_add_test(minima, the_smallest_of_equal_minima);
  tcase_add_test(minima, minima_at_kinks);
  tcase_add_test(minima, minima_beside_a_pole);
  tcase_add_test(minima, a_minimum_at_long_contexts);
  tcase_add_test(minima, minima_where_the_slope_underflows);
  tcase_add_test(interface, bad_arguments);
  tcase_add_test(interface, bad_intervals);
  suite_add_tcase(s, points);
  suite_add_tcase(s, minima);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
