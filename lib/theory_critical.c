/* Stationary points and minima along one parameter p.
 *
 * In ln p the curves have no feature narrower than about 1, but at tau = 1, kappa = 1 and kappa = tau, where ridge and
 * effective noise alone smooth what would be a pole or a kink. So the derivative is sampled on a grid that is uniform
 * in ln p and in ln |p/c - 1| for those points c. Every change of its sign is bisected; and where it comes near zero
 * without changing it, its extremum is sought, so that two close points are found as well. */
#include <float.h>
#include <icltheory/theory.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "theory_curve.h"

static const double step = 0.1; /* of the logarithms */
enum {
  CLUSTER = 360,  /* down to |p/c - 1| = e^-36, the rounding of p */
  LEAST_GRID = 16 /* of a narrow interval: enough to see where the slope is nearest to zero */
};

static icl__theory_point at(const icl__theory_curve *curve, double value) {
  icl__theory_point point = curve->point;
  switch (curve->vary) {
    case ICL_TAU: point.tau = value; break;
    case ICL_ALPHA: point.alpha = value; break;
    case ICL_KAPPA: point.kappa = value; break;
    case ICL_RHO: point.rho = value; break;
    case ICL_LAMBDA: point.lambda = value; break;
    case ICL_TEST_ALPHA: point.test_alpha = value; break;
    default: point.test_rho = value; break;
  }
  if (curve->vary == ICL_ALPHA && !point.has_test_alpha) point.test_alpha = value;
  if (curve->vary == ICL_RHO && !point.has_test_rho) point.test_rho = value;
  return point;
}

static double value_at(const icl__theory_curve *curve, double p) {
  icl__theory_point point = at(curve, p);
  return icl__theory_value(&point, curve->quantity);
}

/* p dQ/dp; NaN where there is no derivative. */
static double slope_at(const icl__theory_curve *curve, double p) {
  icl__theory_point point = at(curve, p);
  double slope;
  return icl__theory_slope(&point, curve->quantity, curve->vary, p, &slope) ? slope : NAN;
}

/* The same, 0 where it may be rounding of a plateau: its error was seen to be at most 3 epsilons of the value. */
static double sure_slope_at(const icl__theory_curve *curve, double p) {
  double slope = slope_at(curve, p), rounding = 64.0 * (double)LDBL_EPSILON * fabs(value_at(curve, p));
  return fabs(slope) <= rounding ? 0.0 : slope;
}

/* The p where kinks and poles are, or would be but for the ridge and the effective noise. */
static int special_points(const icl__theory_curve *curve, double *special) {
  special[0] = 1.0;
  special[1] = curve->vary == ICL_TAU ? curve->point.kappa : curve->point.tau;
  if (curve->vary == ICL_TAU || curve->vary == ICL_KAPPA) return special[1] < INFINITY ? 2 : 1;
  return curve->vary == ICL_ALPHA || curve->vary == ICL_TEST_ALPHA;
}

static void widen(double scale, double *least, double *largest) {
  if (!(scale > 0.0 && scale < INFINITY)) return;
  *least = fmin(*least, fmin(scale, 1.0 / scale));
  *largest = fmax(*largest, fmax(scale, 1.0 / scale));
}

/* The effective noise smooths what is beside a pole or a kink at c if its root is as large as the distance p/c - 1. */
static void widen_by_distance(double p, double c, double *least, double *largest) {
  double distance = p / c - 1.0;
  widen(distance * distance, least, largest);
}

/* Beyond 1e20 times every scale of the problem the curve is its limit, to rounding. */
static void find_window(const icl__theory_curve *curve, double *lower, double *upper) {
  double least = 1.0, largest = 1.0;
  icl__theory_point point = at(curve, 1.0);
  widen(point.tau, &least, &largest);
  widen(point.alpha, &least, &largest);
  widen((1.0 + point.rho) / point.alpha, &least, &largest);
  widen(point.kappa, &least, &largest);
  widen(point.rho, &least, &largest);
  widen(point.lambda, &least, &largest);
  widen(point.test_alpha, &least, &largest);
  widen(point.test_rho, &least, &largest);
  widen_by_distance(point.tau, 1.0, &least, &largest);
  widen_by_distance(point.kappa, 1.0, &least, &largest);
  widen_by_distance(point.kappa, point.tau, &least, &largest);
  *lower = fmax(curve->lower, fmax(1e-20 * least, 1e-300));
  *upper = fmin(curve->upper, fmin(1e20 * largest, 1e300));
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The grid, ascending, ends included; *count may be 0. */
static icl_status make_grid(const icl__theory_curve *curve, double **out, int64_t *count) {
  double lower, upper, special[2], *grid;
  find_window(curve, &lower, &upper);
  *count = 0;
  *out = NULL;
  if (!(lower < upper)) return ICL_OK;
  double first = log(lower), length = log(upper) - first; /* upper/lower may overflow */
  int64_t size = (int64_t)fmax(length / step, LEAST_GRID);
  int specials = special_points(curve, special);
  ICL__TRY(icl__new_doubles(size + (int64_t)specials * (2 * CLUSTER + 1), &grid));
  for (int64_t i = 0; i < size; i++) {
    grid[i] = fmin(fmax(exp(first + length * (double)i / (double)(size - 1)), lower), upper);
  }
  grid[0] = lower;
  grid[size - 1] = upper;
  for (int s = 0; s < specials; s++) {
    for (int i = -CLUSTER; i <= CLUSTER; i++) {
      double distance = i ? copysign(exp(-step * abs(i)), i) : 0.0, p = special[s] * (1.0 + distance);
      if (p > lower && p < upper) grid[size++] = p;
    }
  }
  qsort(grid, (size_t)size, sizeof *grid, ascending);
  for (int64_t i = 0; i < size; i++) {
    if (*count == 0 || grid[i] > grid[*count - 1]) grid[(*count)++] = grid[i];
  }
  *out = grid;
  return ICL_OK;
}

typedef struct {
  const icl__theory_curve *curve;
  int64_t capacity, count;
  double *at;
} point_collector;

/* Bisects the change of sign between low and high, down to neighbouring numbers. */
static void add_root(point_collector *found, double low, double high, double sign_low) {
  for (int i = 0; i < 200; i++) {
    double middle = low + 0.5 * (high - low);
    if (middle <= low || middle >= high) break;
    double slope = slope_at(found->curve, middle);
    if (slope == 0.0 || isnan(slope)) {
      low = high = middle;
    } else if ((slope > 0.0) == (sign_low > 0.0)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  double root = low + 0.5 * (high - low);
  if (found->count < found->capacity) found->at[found->count] = root;
  found->count++;
}

/* The slope has this sign at low and high, but may pass zero between: by golden sections towards its extremum, a point
 * where the sign is the other, or NaN. */
static double other_sign(const icl__theory_curve *curve, double low, double high, double sign) {
  const double golden = 0.38196601125010515;
  double a = low + golden * (high - low), b = high - golden * (high - low);
  double fa = sign * slope_at(curve, a), fb = sign * slope_at(curve, b);
  for (int i = 0; i < 60 && high - low > 1e-15 * high; i++) {
    if (fa < 0.0) return a;
    if (fb < 0.0) return b;
    if (fa < fb) {
      high = b;
      b = a;
      fb = fa;
      a = low + golden * (high - low);
      fa = sign * slope_at(curve, a);
    } else {
      low = a;
      a = b;
      fa = fb;
      b = high - golden * (high - low);
      fb = sign * slope_at(curve, b);
    }
  }
  return NAN;
}

static int sign_of(double x) { return (x > 0.0) - (x < 0.0); }

/* Whether the slope is nearest to zero at i, as far as the grid shows: nearer than at its neighbours, and of their
 * sign, or 0. Sets them to those that exist. */
static int is_nearest(const double *slope, int64_t count, int64_t i, int64_t *low, int64_t *high) {
  *low = i > 0 && !isnan(slope[i - 1]) ? i - 1 : i;
  *high = i < count - 1 && !isnan(slope[i + 1]) ? i + 1 : i;
  int sign = sign_of(slope[*low]), middle = sign_of(slope[i]);
  if (*low == *high || sign == 0 || sign != sign_of(slope[*high]) || middle == -sign) return 0;
  return (*low == i || fabs(slope[*low]) > fabs(slope[i])) && (*high == i || fabs(slope[*high]) >= fabs(slope[i]));
}

static void search_grid(const double *grid, const double *slope, int64_t count, point_collector *found) {
  int64_t last = -1, low, high; /* last: the last one with a sign, of this stretch of derivatives */
  for (int64_t i = 0; i < count; i++) {
    if (isnan(slope[i])) last = -1;
    if (isnan(slope[i])) continue;
    if (last >= 0 && sign_of(slope[last]) == -sign_of(slope[i])) add_root(found, grid[last], grid[i], slope[last]);
    if (slope[i] != 0.0) last = i;
    if (!is_nearest(slope, count, i, &low, &high)) continue;
    double sign = sign_of(slope[low]), between = other_sign(found->curve, grid[low], grid[high], sign);
    if (isnan(between)) continue;
    add_root(found, grid[low], between, sign);
    add_root(found, between, grid[high], -sign);
    last = i = high;
  }
}

icl_status icl__theory_stationary(const icl__theory_curve *curve, int64_t capacity, double *points, int64_t *count) {
  point_collector found = {.curve = curve, .capacity = capacity, .at = points};
  double *grid, *slope;
  int64_t size;
  ICL__TRY(make_grid(curve, &grid, &size));
  icl_status status = icl__new_doubles(size + 1, &slope);
  if (!status) {
    for (int64_t i = 0; i < size; i++) slope[i] = sure_slope_at(curve, grid[i]);
    search_grid(grid, slope, size, &found);
    icl__free(slope);
    *count = found.count;
  }
  icl__free(grid);
  return status;
}

/* At an end that is no value of the parameter, or where another limit would be taken first: the limit of the curve. */
static double value_at_end(const icl__theory_curve *curve, double end) {
  int known = end > 0.0 || curve->vary == ICL_RHO || curve->vary == ICL_LAMBDA || curve->vary == ICL_TEST_RHO;
  if (end == INFINITY && (curve->vary == ICL_RHO || curve->vary == ICL_TEST_RHO)) known = 0;
  if (curve->point.alpha == INFINITY && curve->vary != ICL_ALPHA && (end == 0.0 || end == INFINITY)) known = 0;
  if (known) return value_at(curve, end);
  /* Powers of the parameter go on to 0 or infinity; all else has arrived. */
  double value = value_at(curve, end == 0.0 ? 1e-300 : 1e300), before = value_at(curve, end == 0.0 ? 1e-290 : 1e290);
  if (fabs(value) > 1e3 * fabs(before)) return copysign(INFINITY, value);
  return fabs(value) < 1e-3 * fabs(before) ? 0.0 : value;
}

/* Later candidates have to be lower by more than rounding. */
static void consider(double p, double value, double *best_at, double *best) {
  if (!(value < *best - 4.0 * DBL_EPSILON * fabs(*best)) && !(*best == INFINITY && value < INFINITY)) return;
  *best_at = p;
  *best = value;
}

/* On one side of kappa = tau the gap may fall to -infinity, and be +infinity at it and beyond: then there is no least
 * value but that of the next number. */
static void consider_neighbours(const icl__theory_curve *curve, double special, double *best_at, double *best) {
  const double neighbours[2] = {nextafter(special, 0.0), nextafter(special, INFINITY)};
  for (int i = 0; i < 2; i++) {
    double p = neighbours[i];
    if (p > curve->lower && p < curve->upper) consider(p, value_at(curve, p), best_at, best);
  }
}

icl_status icl__theory_minimum(const icl__theory_curve *curve, double *best_at, double *best) {
  double special[2], *points = NULL;
  int64_t count, room = 64;
  int specials = special_points(curve, special);
  ICL__TRY(icl__new_doubles(room + 2, &points));
  icl_status status = icl__theory_stationary(curve, room, points, &count);
  if (!status) {
    count = count < room ? count : room;
    for (int s = 0; s < specials; s++) {
      if (special[s] > curve->lower && special[s] < curve->upper) points[count++] = special[s];
    }
    qsort(points, (size_t)count, sizeof *points, ascending);
    *best_at = curve->lower;
    *best = value_at_end(curve, curve->lower);
    for (int64_t i = 0; i < count; i++) consider(points[i], value_at(curve, points[i]), best_at, best);
    consider(curve->upper, value_at_end(curve, curve->upper), best_at, best);
    for (int s = 0; s < specials; s++) consider_neighbours(curve, special[s], best_at, best);
  }
  icl__free(points);
  return status;
}
