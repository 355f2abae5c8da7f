/* The right-hand sides that tell how conjugate gradients' errors grow, on internals: equations with one weak direction,
 * A = 1 - (1 - weak) v v', for which a b with the part e in direction v says e/weak, and all of them 1/weak at most. */
#include "support.h"

#include "estimator_probe.h"
#include "rng.h"

enum { SIZE = 300 };
static const double weak = 1e-6;

typedef struct {
  const double *direction; /* of norm 1 */
  double *right;           /* the first b, noted when it comes by */
  int64_t calls;
  double part; /* of the progress, last reported */
} equations;

static icl_status apply(void *context, const double *x, double *out) {
  const equations *this = context;
  double along = 0.0;
  for (int i = 0; i < SIZE; i++) along += this->direction[i] * x[i];
  for (int i = 0; i < SIZE; i++) out[i] = x[i] - (1.0 - weak) * along * this->direction[i];
  return ICL_OK;
}

/* Of its own equations the probe asks for no residual. */
static icl_status no_residual(void *context, const double *x, double *out) {
  (void)context, (void)x, (void)out;
  return ICL_ERR_ARGUMENT;
}

/* The first thing to be preconditioned is b, as x = 0. */
static void precondition(void *context, const double *x, double *out) {
  equations *this = context;
  if (this->right && this->calls++ == 0) memcpy(this->right, x, SIZE * sizeof *x);
  memcpy(out, x, SIZE * sizeof *x);
}

static icl_status report(void *context, double part) {
  equations *this = context;
  ck_assert(part >= this->part && part <= 1.0);
  this->part = part;
  return ICL_OK;
}

static double growth_along(const double *direction, double *first) {
  double growth, mean, ones[SIZE];
  int solved;
  for (int i = 0; i < SIZE; i++) ones[i] = 1.0;
  equations these = {.direction = direction, .right = first};
  icl__linear_system system = {SIZE, &these, ones, apply, no_residual, precondition, report};
  OK(icl__probe(&system, 1000, &solved, &growth, &mean));
  ck_assert(solved);
  CLOSE(mean, 1.0 + weak * growth * growth, 1e-3); /* b'x: e^2/weak, and 1 of the others */
  return growth;
}

/* One feature is weak: its entry of b is 1/2 at least, where the root mean square of x + sign(x)/2 for a Gaussian x is
 * sqrt(1 + sqrt(2/pi) + 1/4) = 1.43. */
START_TEST(a_weak_entry) {
  double direction[SIZE] = {0};
  for (int i = 0; i < SIZE; i++) {
    direction[i] = 1.0;
    ck_assert_double_ge(growth_along(direction, NULL), 0.9 * 0.5 / 1.43 / sqrt(SIZE) / weak);
    direction[i] = 0.0;
  }
}
END_TEST

/* A direction that the first b has no part in. The second one has less than a tenth of the usual part in 8 of 100
 * directions, to which this one does not belong. */
START_TEST(a_direction_orthogonal_to_the_first) {
  double first[SIZE], direction[SIZE], along = 0.0, square = 0.0, length = 0.0;
  for (int i = 0; i < SIZE; i++) direction[i] = i == 0;
  growth_along(direction, first);
  for (int i = 0; i < SIZE; i++) {
    direction[i] = pseudo((uint64_t)i);
    along += first[i] * direction[i];
    square += first[i] * first[i];
  }
  for (int i = 0; i < SIZE; i++) direction[i] -= along / square * first[i];
  for (int i = 0; i < SIZE; i++) length += direction[i] * direction[i];
  for (int i = 0; i < SIZE; i++) direction[i] /= sqrt(length);
  ck_assert_double_ge(growth_along(direction, NULL), 0.1 / sqrt(SIZE) / weak);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("probe");
  TCase *c = tcase_create("probe");
  tcase_add_test(c, a_weak_entry);
  tcase_add_test(c, a_direction_orthogonal_to_the_first);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
