#include "attention.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "operator.h"

static double largest(int64_t count, const double *array) {
  double bound = 0.0;
  for (int64_t i = 0; i < count; i++) bound = fmax(bound, fabs(array[i]));
  return bound;
}

/* Every partial sum of a feature is at most d l |y| max(|x|, |y|). */
static int products_fit(int64_t d, int64_t l, double labels, double others) {
  double sums = labels * (double)d * (double)l;
  return sums <= DBL_MAX && sums * fmax(labels, others) <= DBL_MAX;
}

/* Finite numbers, and features of them. Sums are enough almost always, and are fast. */
static icl_status check_magnitudes(int64_t d, int64_t l, int64_t tokens, const double *x, int64_t labels,
                                   const double *y) {
  double x_sum = icl__absolute_sum(tokens, x), y_sum = icl__absolute_sum(labels, y);
  if (isfinite(x_sum) && isfinite(y_sum) && products_fit(d, l, y_sum, x_sum)) return ICL_OK;
  ICL__TRY(icl__check_finite(x, tokens, "x"));
  ICL__TRY(icl__check_finite(y, labels, "y"));
  double x_most = largest(tokens, x), y_most = largest(labels, y);
  if (products_fit(d, l, y_most, x_most)) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "x and y are as large as %g; their products overflow", fmax(x_most, y_most));
}

icl_status icl__check_sequences(int64_t d, int64_t l, int64_t n, const double *x, const double *y) {
  int64_t tokens;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_size(l, "l"));
  ICL__TRY(icl__check_size(n, "n"));
  ICL__TRY(icl__check_pointer(x, "x"));
  ICL__TRY(icl__check_pointer(y, "y"));
  if (l >= INT32_MAX) return icl__fail(ICL_ERR_SIZE, "l is %" PRId64 "; BLAS can index at most %d", l, INT32_MAX - 1);
  ICL__TRY(icl__check_product(n, l + 1, d, "x", &tokens));
  return check_magnitudes(d, l, tokens, x, n * (l + 1), y);
}

void icl__write_features(int64_t d, int64_t l, int64_t n, const double *x, const double *y, double *query,
                         double *context, double *target) {
  for (int64_t mu = 0; mu < n; mu++) {
    const double *tokens = &x[mu * (l + 1) * d], *labels = &y[mu * (l + 1)];
    if (query) memcpy(&query[mu * d], &tokens[l * d], (size_t)d * sizeof *query);
    if (target) target[mu] = labels[l];
    if (!context) continue;
    double *h = &context[mu * (d + 1)];
    icl__gemv(ICL__TRANSPOSED, l, d, (double)d / (double)l, tokens, labels, 0.0, h);
    h[d] = icl__dot(l, labels, labels) / (double)l;
  }
}

icl_status icl_features(int64_t d, int64_t l, int64_t n, const double *x, const double *y, double *query,
                        double *context, double *target) {
  ICL__TRY(icl__check_sequences(d, l, n, x, y));
  icl__write_features(d, l, n, x, y, query, context, target);
  return ICL_OK;
}

static icl_status check_predictions(int64_t n, const double *prediction) {
  for (int64_t mu = 0; mu < n; mu++) {
    if (isfinite(prediction[mu])) continue;
    return icl__fail(ICL_ERR_NONFINITE, "prediction[%" PRId64 "] is %g for these gamma, query and context", mu,
                     prediction[mu]);
  }
  return ICL_OK;
}

icl_status icl_gamma_predict(int64_t d, int64_t n, const double *gamma, const double *query, const double *context,
                             double *prediction) {
  int64_t elements;
  double *work;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_size(n, "n"));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  ICL__TRY(icl__check_pointer(query, "query"));
  ICL__TRY(icl__check_pointer(context, "context"));
  ICL__TRY(icl__check_pointer(prediction, "prediction"));
  ICL__TRY(icl__check_product(n, d + 1, 1, "context", &elements));
  ICL__TRY(icl__check_finite(gamma, d * (d + 1), "gamma"));
  ICL__TRY(icl__check_finite(query, n * d, "query"));
  ICL__TRY(icl__check_finite(context, elements, "context"));
  /* The predictions go to memory of their own first: should one overflow, the caller's array stays as it is. */
  ICL__TRY(icl__new_doubles(ICL__ITEM_ROWS * (d + 1) + n, &work));
  double *values = &work[ICL__ITEM_ROWS * (d + 1)];
  for (int64_t first = 0; first < n; first += ICL__ITEM_ROWS) {
    int64_t count = n - first < ICL__ITEM_ROWS ? n - first : ICL__ITEM_ROWS;
    icl__rows rows = {d, count, &query[first * d], &context[first * (d + 1)], NULL};
    icl__block_predict(&rows, gamma, work, &values[first]);
  }
  icl_status status = check_predictions(n, values);
  if (!status) memcpy(prediction, values, (size_t)n * sizeof *prediction);
  icl__free(work);
  return status;
}

static icl_status check_attention(int64_t d, const double *V, const double *M) {
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_pointer(V, "V"));
  ICL__TRY(icl__check_pointer(M, "M"));
  ICL__TRY(icl__check_finite(V, (d + 1) * (d + 1), "V"));
  return icl__check_finite(M, (d + 1) * (d + 1), "M");
}

/* Column l+1 of Z is z = [x_{l+1}; 0], so entry (d+1, l+1) of Z + (1/l) (V Z)(K Z)'(Q Z) is
 *
 *     (1/l) v' (Z Z') (M z),    v' the last row of V.
 *
 * Z Z' is never formed: with s = M z, the sum runs over the l+1 columns of Z as sum_i (v.z_i)(z_i.s). */
icl_status icl_attention_predict(int64_t d, int64_t l, const double *V, const double *M, const double *x,
                                 const double *y, double *prediction) {
  int64_t tokens;
  double *s;
  ICL__TRY(check_attention(d, V, M));
  ICL__TRY(icl__check_size(l, "l"));
  ICL__TRY(icl__check_pointer(x, "x"));
  ICL__TRY(icl__check_pointer(y, "y"));
  ICL__TRY(icl__check_pointer(prediction, "prediction"));
  if (l == INT64_MAX) return icl__fail(ICL_ERR_SIZE, "l is %" PRId64 "; too large", l);
  ICL__TRY(icl__check_product(l + 1, d, 1, "x", &tokens));
  ICL__TRY(icl__check_finite(x, tokens, "x"));
  ICL__TRY(icl__check_finite(y, l, "y"));
  int64_t width = d + 1;
  ICL__TRY(icl__new_doubles(width, &s));
  const double *query = &x[l * d], *v = &V[d * width];
  for (int64_t i = 0; i < width; i++) s[i] = icl__dot(d, &M[i * width], query);
  double sum = icl__dot(d, v, query) * icl__dot(d, query, s);
  for (int64_t i = 0; i < l; i++) {
    const double *token = &x[i * d];
    sum += (icl__dot(d, v, token) + v[d] * y[i]) * (icl__dot(d, token, s) + y[i] * s[d]);
  }
  icl__free(s);
  sum /= (double)l;
  if (!isfinite(sum)) return icl__fail(ICL_ERR_NONFINITE, "prediction overflows for these V, M, x and y");
  *prediction = sum;
  return ICL_OK;
}

icl_status icl_attention_reduce(int64_t d, const double *V, const double *M, double *gamma) {
  ICL__TRY(check_attention(d, V, M));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  int64_t width = d + 1;
  for (int64_t j = 0; j < d; j++) {
    if (V[d * width + j] == 0.0) continue;
    return icl__fail(ICL_ERR_DOMAIN, "V[%" PRId64 "] (entry %" PRId64 " of v21) is %g; exactly 0 was expected",
                     d * width + j, j, V[d * width + j]);
  }
  double v22 = V[d * width + d];
  double used = largest(d, &M[d * width]); /* m21, and M11 row by row: m12 and m22 play no part */
  for (int64_t j = 0; j < d; j++) used = fmax(used, largest(d, &M[j * width]));
  if (!isfinite(fabs(v22) * used)) return icl__fail(ICL_ERR_NONFINITE, "gamma overflows for these V and M");
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < d; j++) gamma[i * width + j] = v22 * M[j * width + i] / (double)d;
    gamma[i * width + d] = v22 * M[d * width + i];
  }
  return ICL_OK;
}
