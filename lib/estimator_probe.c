#include "estimator_probe.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "rng.h"

typedef struct {
  const icl__linear_system *of;
  const double *right;
  double reached; /* the least true residual */
} probe;

static icl_status apply(void *context, const double *x, double *out) {
  const probe *this = context;
  return this->of->apply(this->of->context, x, out);
}

static icl_status residual(void *context, const double *x, double *out) {
  probe *this = context;
  ICL__TRY(apply(context, x, out));
  for (int64_t i = 0; i < this->of->size; i++) out[i] = this->right[i] - out[i];
  this->reached = fmin(this->reached, icl__norm(this->of->size, out));
  return ICL_OK;
}

static void precondition(void *context, const double *x, double *out) {
  const probe *this = context;
  this->of->precondition(this->of->context, x, out);
}

static icl_status report(void *context, double part) {
  const probe *this = context;
  return this->of->report(this->of->context, part);
}

icl_status icl__probe(const icl__linear_system *system, int64_t max_iterations, int *solved, double *growth,
                      double *mean_inverse) {
  static const icl__stream stream = {{0, ICL__PURPOSE_PROBE}, {0, 0, 0}};
  int64_t size = system->size, iterations;
  double *memory;
  ICL__TRY(icl__new_doubles(8 * size, &memory));
  double *right = memory, *x = &memory[size];
  icl__rng_normals(&stream, size, right);
  double unit = icl__norm(size, system->right) / icl__norm(size, right);
  for (int64_t i = 0; i < size; i++) right[i] *= unit;
  memset(x, 0, (size_t)size * sizeof *x);
  double scale = icl__norm(size, right), tolerance = 1e-3 / sqrt((double)size); /* of the part in one direction, 1e-3 */
  probe this = {system, right, INFINITY};
  icl__linear_system equations = {size, &this, right, apply, residual, precondition, report};
  icl_status status = icl__conjugate_gradients(&equations, scale, tolerance, max_iterations, &memory[2 * size], x,
                                               &iterations);
  if (!status) {
    *solved = this.reached <= tolerance * scale;
    *growth = icl__norm(size, x) / scale;
    *mean_inverse = icl__dot(size, x, right) / scale / scale;
  }
  icl__free(memory);
  return status;
}
