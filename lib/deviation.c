/* Scaled by powers of two: a result has the bits of the plain sum of squares where nothing in that under- or overflows.
 * */
#include "deviation.h"

#include <math.h>

double icl__power_below(double x) {
  int exponent;
  frexp(fmax(x, 0x1p-1074), &exponent);
  return ldexp(1.0, exponent - 1);
}

double icl__squared_deviations(int64_t count, const double *values, double center, double *unit) {
  double largest = 0.0, sum = 0.0;
  for (int64_t i = 0; i < count; i++) largest = fmax(largest, fabs(values[i] - center));
  *unit = icl__power_below(largest);
  for (int64_t i = 0; i < count; i++) {
    double deviation = (values[i] - center) / *unit;
    sum += deviation * deviation;
  }
  return sum;
}

double icl__standard_error(int64_t count, const double *values, double mean) {
  double unit, n = (double)count, sum = icl__squared_deviations(count, values, mean, &unit);
  return unit * sqrt(sum / (n - 1.0) / n);
}
