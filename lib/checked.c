#include "checked.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>

icl_status icl__check_pointer(const void *pointer, const char *name) {
  if (pointer) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "%s is NULL; a pointer was expected", name);
}

icl_status icl__check_at_least(int64_t value, int64_t least, const char *name) {
  if (value >= least) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "%s is %" PRId64 "; a number >= %" PRId64 " was expected", name, value, least);
}

icl_status icl__check_size(int64_t value, const char *name) { return icl__check_at_least(value, 1, name); }

icl_status icl__check_nonnegative(double value, const char *name) {
  if (value >= 0.0 && value < INFINITY) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "%s is %.17g; a finite number >= 0 was expected", name, value);
}

icl_status icl__check_positive(double value, const char *name) {
  if (value > 0.0 && value < INFINITY) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "%s is %.17g; a finite number > 0 was expected", name, value);
}

icl_status icl__check_nonnegative_or_infinite(double value, const char *name) {
  if (value >= 0.0) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "%s is %.17g; a number >= 0 or infinity was expected", name, value);
}

icl_status icl__check_positive_or_infinite(double value, const char *name) {
  if (value > 0.0) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "%s is %.17g; a number > 0 or infinity was expected", name, value);
}

enum { LANES = 8 };

/* By lanes that compilers turn into vectors. */
double icl__absolute_sum(int64_t count, const double *array) {
  double lane[LANES] = {0.0}, sum = 0.0;
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (int j = 0; j < LANES; j++) lane[j] += fabs(array[i + j]);
  }
  for (; i < count; i++) sum += fabs(array[i]);
  for (int j = 0; j < LANES; j++) sum += lane[j];
  return sum;
}

icl_status icl__check_finite(const double *array, int64_t count, const char *name) {
  if (isfinite(icl__absolute_sum(count, array))) return ICL_OK;
  for (int64_t i = 0; i < count; i++) {
    if (!isfinite(array[i])) {
      return icl__fail(ICL_ERR_NONFINITE, "%s[%" PRId64 "] is %g; finite numbers were expected", name, i, array[i]);
    }
  }
  return ICL_OK;
}

icl_status icl__check_product(int64_t a, int64_t b, int64_t c, const char *name, int64_t *product) {
  int64_t limit = PTRDIFF_MAX / (int64_t)sizeof(double);
  if (a > limit / b || a * b > limit / c) {
    return icl__fail(ICL_ERR_SIZE, "%s would have %" PRId64 " x %" PRId64 " x %" PRId64 " elements; at most %" PRId64
                     " can be addressed", name, a, b, c, limit);
  }
  *product = a * b * c;
  return ICL_OK;
}

icl_status icl__check_dimension(int64_t d) {
  int64_t elements;
  ICL__TRY(icl__check_size(d, "d"));
  if (d >= INT32_MAX) {
    return icl__fail(ICL_ERR_SIZE, "d is %" PRId64 "; BLAS can index at most %d", d, INT32_MAX - 1);
  }
  return icl__check_product(d, d + 1, 1, "a d x (d+1) matrix", &elements);
}
