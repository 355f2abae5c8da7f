/* Hestenes and Stiefel's iteration. The residual that it carries along drifts from the true one by rounding, so before
 * it reports success the true one is computed from the data; if that is still too large the iteration starts again from
 * it ("residual replacement"). Two things end it early:
 *
 * - p'Ap <= 0 or not finite: A is not positive on p. In exact arithmetic that means p is in the null space, so nothing
 *   can be gained along it.
 * - stagnation: the true residual, when replaced, has not halved since the last replacement, or the carried one has not
 *   fallen below its best for 200 iterations: rounding is all that is left.
 *
 * The x kept is the one of the smallest true residual seen, among those where it was replaced; before that is done, x
 * goes back to where the carried one was smallest. */
#include "conjugate_gradients.h"

#include <math.h>
#include <string.h>

#include "blas.h"

enum { PATIENCE = 200 };

typedef struct {
  double *residual, *direction, *image, *preconditioned; /* size each */
  double *best;                                          /* x of the smallest true residual */
  double *nearest;                                       /* x of the smallest carried residual */
  double best_norm, goal, first_norm;
} iteration_state;

/* Digits won, of those wanted, as the measure of progress. */
static icl_status report(const icl__linear_system *system, const iteration_state *state, double norm) {
  if (!(norm < state->first_norm)) return system->report(system->context, 0.0);
  double first = log(state->first_norm), wanted = first - log(state->goal); /* the quotient may overflow */
  double won = first - log(fmax(norm, state->goal));
  return system->report(system->context, wanted > 0.0 ? won / wanted : 0.0);
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
  system->precondition(system->context, state->residual, state->preconditioned);
  return icl__dot(system->size, state->residual, state->preconditioned);
}

/* From a true residual until the carried one has reached the goal, or stalls; x ends where it was smallest. *norm is
 * the carried residual's. */
static icl_status iterate(const icl__linear_system *system, iteration_state *state, int64_t max_iterations, double *x,
                          int64_t *iterations, double *norm) {
  int64_t size = system->size, since_best = 0;
  double least = *norm, product = precondition(system, state);
  memcpy(state->direction, state->preconditioned, (size_t)size * sizeof *x);
  memcpy(state->nearest, x, (size_t)size * sizeof *x);
  while (*norm > state->goal && *iterations < max_iterations && since_best < PATIENCE) {
    ICL__TRY(system->apply(system->context, state->direction, state->image));
    double curvature = icl__dot(size, state->direction, state->image);
    if (!(curvature > 0.0 && product > 0.0 && isfinite(curvature))) break;
    double step = product / curvature;
    icl__axpy(size, step, state->direction, x);
    icl__axpy(size, -step, state->image, state->residual);
    *norm = icl__norm(size, state->residual);
    ++*iterations;
    since_best++;
    if (*norm < least) {
      since_best = 0;
      least = *norm;
      memcpy(state->nearest, x, (size_t)size * sizeof *x);
    }
    ICL__TRY(report(system, state, *norm));
    double next = precondition(system, state);
    double ratio = next / product;
    for (int64_t i = 0; i < size; i++) state->direction[i] = state->preconditioned[i] + ratio * state->direction[i];
    product = next;
  }
  memcpy(x, state->nearest, (size_t)size * sizeof *x);
  return ICL_OK;
}

icl_status icl__conjugate_gradients(const icl__linear_system *system, double scale, double tolerance,
                                    int64_t max_iterations, double *work, double *x, int64_t *iterations) {
  int64_t size = system->size;
  iteration_state state = {.residual = work, .direction = &work[size], .image = &work[2 * size]};
  double norm, previous = INFINITY;
  state.preconditioned = &work[3 * size];
  state.best = &work[4 * size];
  state.nearest = &work[5 * size];
  state.best_norm = INFINITY;
  *iterations = 0;
  /* Half of what is asked for, so that rounding between here and the caller's own measurement does not matter. */
  state.goal = 0.5 * tolerance * scale;
  if (icl__norm(size, x) > 0.0) {
    ICL__TRY(replace_residual(system, &state, x, &norm));
  } else { /* b, at no cost */
    memcpy(state.residual, system->right, (size_t)size * sizeof *x);
    memcpy(state.best, x, (size_t)size * sizeof *x);
    state.best_norm = norm = icl__norm(size, system->right);
  }
  state.first_norm = fmax(norm, scale);
  while (norm > state.goal && state.goal > 0.0 && norm < 0.5 * previous && *iterations < max_iterations) {
    previous = norm;
    ICL__TRY(iterate(system, &state, max_iterations, x, iterations, &norm));
    ICL__TRY(replace_residual(system, &state, x, &norm));
  }
  if (isfinite(state.best_norm)) memcpy(x, state.best, (size_t)size * sizeof *x);
  return ICL_OK;
}
