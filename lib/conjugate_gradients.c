/* Hestenes and Stiefel's iteration. The residual that it carries along drifts from the true one by rounding, so before
 * it reports success the true one is computed from the data; if that is still too large the iteration starts again from
 * it ("residual replacement"). Two things end it early:
 *
 * - p'Ap <= 0 or not finite: A is not positive on p. In exact arithmetic that means p is in the null space, so nothing
 *   can be gained along it.
 * - stagnation: the true residual, when replaced, has not halved since the last replacement, or the carried one has not
 *   fallen below its best for 200 iterations: rounding is all that is left.
 *
 * The x kept is the one of the smallest true residual seen. */
#include "conjugate_gradients.h"

#include <math.h>
#include <string.h>

#include "blas.h"

enum { PATIENCE = 200, PROGRESS_UNITS = 1000 };

typedef struct {
  double *residual, *direction, *image, *preconditioned, *best; /* size each */
  double best_norm, goal, first_norm;
} iteration_state;

/* Digits won, of those wanted, as the measure of progress. */
static icl_status report(const iteration_state *state, icl__progress *progress, double norm) {
  if (!(norm < state->first_norm) || progress->total < 0) return icl__progress_add(progress, 0);
  double part = log(state->first_norm / fmax(norm, state->goal)) / log(state->first_norm / state->goal);
  int64_t reached = progress->total - PROGRESS_UNITS + (int64_t)(part * (PROGRESS_UNITS - 1));
  return icl__progress_add(progress, reached > progress->done ? reached - progress->done : 0);
}

/* The true residual, and x kept if it is the best. */
static icl_status replace_residual(const icl__linear_system *system, iteration_state *state, const double *x,
                                   double *norm) {
  ICL__TRY(system->residual(system->context, x, state->residual));
  *norm = icl__norm(system->size, state->residual);
  if (*norm < state->best_norm) {
    state->best_norm = *norm;
    memcpy(state->best, x, (size_t)system->size * sizeof *x);
  }
  return ICL_OK;
}

static double precondition(const icl__linear_system *system, iteration_state *state) {
  if (system->precondition) system->precondition(system->context, state->residual, state->preconditioned);
  else memcpy(state->preconditioned, state->residual, (size_t)system->size * sizeof(double));
  return icl__dot(system->size, state->residual, state->preconditioned);
}

/* From a true residual until the carried one has reached the goal, or stalls. *norm is the carried residual's. */
static icl_status iterate(const icl__linear_system *system, iteration_state *state, icl__progress *progress,
                          int64_t max_iterations, double *x, int64_t *iterations, double *norm) {
  int64_t size = system->size, since_best = 0;
  double least = *norm, product = precondition(system, state);
  memcpy(state->direction, state->preconditioned, (size_t)size * sizeof *x);
  while (*norm > state->goal && *iterations < max_iterations && since_best < PATIENCE) {
    ICL__TRY(system->apply(system->context, state->direction, state->image));
    double curvature = icl__dot(size, state->direction, state->image);
    if (!(curvature > 0.0 && product > 0.0 && isfinite(curvature))) return ICL_OK;
    double step = product / curvature;
    icl__axpy(size, step, state->direction, x);
    icl__axpy(size, -step, state->image, state->residual);
    *norm = icl__norm(size, state->residual);
    ++*iterations;
    since_best = *norm < least ? 0 : since_best + 1;
    least = fmin(least, *norm);
    ICL__TRY(report(state, progress, *norm));
    double next = precondition(system, state);
    double ratio = next / product;
    for (int64_t i = 0; i < size; i++) state->direction[i] = state->preconditioned[i] + ratio * state->direction[i];
    product = next;
  }
  return ICL_OK;
}

icl_status icl__conjugate_gradients(const icl__linear_system *system, double scale, double tolerance,
                                    int64_t max_iterations, icl__progress *progress, double *work, double *x,
                                    int64_t *iterations) {
  int64_t size = system->size;
  iteration_state state = {work, &work[size], &work[2 * size], &work[3 * size], &work[4 * size], INFINITY, 0.0, 0.0};
  double norm, previous = INFINITY;
  *iterations = 0;
  /* Half of what is asked for, so that rounding between here and the caller's own measurement does not matter. */
  state.goal = 0.5 * tolerance * scale;
  ICL__TRY(replace_residual(system, &state, x, &norm));
  state.first_norm = fmax(norm, scale);
  while (norm > state.goal && norm < 0.5 * previous && *iterations < max_iterations) {
    previous = norm;
    ICL__TRY(iterate(system, &state, progress, max_iterations, x, iterations, &norm));
    ICL__TRY(replace_residual(system, &state, x, &norm));
  }
  if (isfinite(state.best_norm)) memcpy(x, state.best, (size_t)size * sizeof *x);
  return ICL_OK;
}
