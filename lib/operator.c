/* The features are rank one, q h', so F and F' are matrix products with the n x d queries and n x (d+1) contexts:
 *
 *     F Gamma     = rowdot(Q Gamma, H)          2 n d (d+1) flop
 *     F' weights  = Q' diag(weights) H          2 n d (d+1) flop
 *
 * taken over blocks of rows, so that the intermediate n x (d+1) matrix stays in the cache. */
#include "operator.h"

#include <string.h>

#include "blas.h"

enum { BLOCK_ROWS = 256 };

int64_t icl__operator_work(int64_t d) { return BLOCK_ROWS * (d + 1); }

static int64_t block_rows(int64_t remaining) { return remaining < BLOCK_ROWS ? remaining : BLOCK_ROWS; }

void icl__operator_predict(const icl__rows *rows, const double *gamma, double *work, double *prediction) {
  int64_t d = rows->d, width = d + 1;
  for (int64_t first = 0; first < rows->n; first += BLOCK_ROWS) {
    int64_t count = block_rows(rows->n - first);
    const double *context = &rows->context[first * width];
    icl__gemm(ICL__PLAIN, ICL__PLAIN, count, width, d, 1.0, &rows->query[first * d], gamma, 0.0, work);
    for (int64_t mu = 0; mu < count; mu++) {
      prediction[first + mu] = icl__dot(width, &work[mu * width], &context[mu * width]);
    }
  }
}

void icl__operator_adjoint(const icl__rows *rows, const double *weights, double *work, double *gamma) {
  int64_t d = rows->d, width = d + 1;
  memset(gamma, 0, (size_t)(d * width) * sizeof *gamma);
  for (int64_t first = 0; first < rows->n; first += BLOCK_ROWS) {
    int64_t count = block_rows(rows->n - first);
    const double *context = &rows->context[first * width];
    for (int64_t mu = 0; mu < count; mu++) {
      for (int64_t j = 0; j < width; j++) work[mu * width + j] = weights[first + mu] * context[mu * width + j];
    }
    icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, d, width, count, 1.0, &rows->query[first * d], work, 1.0, gamma);
  }
}
