/* Prints a hash of the bits of the theory over a fixed set of points, one line for each quantity and way to ask for it.
 * The first part is computed in double only; what is marked "long" needs long double, and "libm" the C library's exp
 * and log, too. */
#include <icltheory.h>
#include <math.h>
#include <stdlib.h>

#include "../hash.h"

enum { POINTS = 20000, LONG_POINTS = 2000, CURVES = 60 };

static double parameter[5][POINTS];

static void require(icl_status status) {
  if (!status) return;
  fprintf(stderr, "%s\n", icl_last_error_message());
  exit(3);
}

/* Uniform words: Weyl's sequence, scrambled. */
static uint64_t scrambled(uint64_t index) {
  uint64_t word = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ (word >> 31)) * UINT64_C(0xbf58476d1ce4e5b9);
  return word ^ (word >> 29);
}

/* (1 + u) 2^e with |e| <= range, made by exact products alone. */
static double number(uint64_t index, int range) {
  uint64_t word = scrambled(index);
  double x = 1.0 + (double)(word >> 12) * 0x1p-52;
  for (int e = (int)(scrambled(~index) % (uint64_t)(2 * range + 1)) - range; e; e += e < 0 ? 1 : -1) {
    x *= e < 0 ? 0.5 : 2.0;
  }
  return x;
}

/* Every eighth of a parameter is at a limit, or where kinks and poles are. */
static void make_points(int range) {
  static const double special[5] = {1.0, INFINITY, INFINITY, 0.0, 0.0};
  for (int j = 0; j < 5; j++) {
    for (uint64_t i = 0; i < POINTS; i++) {
      uint64_t index = 8 * i + (uint64_t)j;
      parameter[j][i] = scrambled(index + 99) % 8 ? number(index, range) : special[j];
    }
  }
}

static icl_theory *point(int i) {
  icl_theory *theory;
  require(icl_theory_create(parameter[0][i], parameter[1][i], parameter[2][i], parameter[3][i], parameter[4][i],
                            &theory));
  return theory;
}

static void batches(const char *name) {
  static double values[POINTS];
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_XI; quantity++) {
    require(icl_theory_batch(POINTS, parameter[0], parameter[1], parameter[2], parameter[3], parameter[4], quantity,
                             values));
    report(name, quantity, POINTS, values);
  }
}

/* With test parameters of their own. */
static void curves(void) {
  static double values[CURVES * 200];
  for (int32_t vary = ICL_TAU; vary <= ICL_TEST_RHO; vary++) {
    for (int i = 0; i < CURVES; i++) {
      icl_theory *theory = point(i);
      require(icl_theory_set(theory, ICL_TEST_ALPHA, parameter[1][i + 1000] < 1e300 ? parameter[1][i + 1000] : 3.0));
      require(icl_theory_set(theory, ICL_TEST_RHO, parameter[3][i + 1000]));
      require(icl_theory_curve(theory, 1 + i % 3, vary, 200, &parameter[0][i + 2000], &values[200 * i]));
      icl_theory_destroy(theory);
    }
    report("curve", vary, CURVES * 200, values);
  }
}

/* -1 where there is none. */
static void derivatives(void) {
  static double values[LONG_POINTS];
  for (int32_t by = ICL_TAU; by <= ICL_TEST_RHO; by++) {
    for (int i = 0; i < LONG_POINTS; i++) {
      icl_theory *theory = point(i);
      values[i] = -1.0;
      icl_status status = icl_theory_derivative(theory, 1 + i % 5, by, &values[i]);
      if (status != ICL_ERR_SINGULAR) require(status);
      icl_theory_destroy(theory);
    }
    report("long-derivative", by, LONG_POINTS, values);
  }
}

static void extremes(void) {
  static double minima[2 * CURVES], stationary[9 * CURVES];
  for (int32_t vary = ICL_TAU; vary <= ICL_LAMBDA; vary++) {
    memset(stationary, 0, sizeof stationary);
    for (int i = 0; i < CURVES; i++) {
      icl_theory *theory = point(i);
      int64_t count;
      require(icl_theory_minimum(theory, 1 + i % 3, vary, 0.0, INFINITY, &minima[2 * i], &minima[2 * i + 1]));
      require(icl_theory_stationary(theory, 1 + i % 3, vary, 0.0, 1e6, 8, &stationary[9 * i], &count));
      stationary[9 * i + 8] = (double)count;
      icl_theory_destroy(theory);
    }
    report("libm-minimum", vary, 2 * CURVES, minima);
    report("libm-stationary", vary, 9 * CURVES, stationary);
  }
}

int main(void) {
  make_points(40); /* 1e-12 to 1e12: plain double */
  batches("batch");
  make_points(12);
  curves();
  derivatives();
  extremes();
  make_points(500); /* 1e-150 to 1e150 */
  batches("long-batch");
  return 0;
}
