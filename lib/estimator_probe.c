#include "estimator_probe.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "rng.h"

enum { PROBES = 2 };

typedef struct {
  const icl__linear_system *of;
  const double *right;
  double reached; /* the least true residual */
  int index;
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
  return this->of->report(this->of->context, (this->index + part) / PROBES);
}

/* b of the length of the system's own right-hand side. Entries stay away from 0, as a weak direction is often that of
 * one feature or row. */
static void draw_right(const icl__linear_system *system, int64_t index, double *right) {
  icl__stream stream = {{0, ICL__PURPOSE_PROBE}, {(uint64_t)index, 0, 0}};
  icl__rng_normals(&stream, system->size, right);
  for (int64_t i = 0; i < system->size; i++) right[i] += copysign(0.5, right[i]);
  double unit = icl__norm(system->size, system->right) / icl__norm(system->size, right);
  for (int64_t i = 0; i < system->size; i++) right[i] *= unit;
}

icl_status icl__probe(const icl__linear_system *system, int64_t max_iterations, int *solved, double *growth,
                      double *mean_inverse) {
  int64_t size = system->size, iterations;
  double *memory, tolerance = 1e-3 / sqrt((double)size); /* of the part in one direction, 1e-3 */
  ICL__TRY(icl__new_doubles(8 * size, &memory));
  double *right = memory, *x = &memory[size];
  icl_status status = ICL_OK;
  *solved = 1;
  *growth = *mean_inverse = 0.0;
  for (int index = 0; !status && *solved && index < PROBES; index++) {
    draw_right(system, index, right);
    memset(x, 0, (size_t)size * sizeof *x);
    double scale = icl__norm(size, right);
    probe this = {system, right, INFINITY, index};
    icl__linear_system equations = {size, &this, right, apply, residual, precondition, report};
    status = icl__conjugate_gradients(&equations, scale, tolerance, max_iterations, &memory[2 * size], x, &iterations);
    *solved = this.reached <= tolerance * scale;
    *growth = fmax(*growth, icl__norm(size, x) / scale);
    *mean_inverse = fmax(*mean_inverse, icl__dot(size, x, right) / scale / scale);
  }
  icl__free(memory);
  return status;
}
