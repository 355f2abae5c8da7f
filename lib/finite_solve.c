/* The fixed points of level (b) in the coordinates of eq. F3, where the resolvent g is close to a multiple of
 * 1/(1 + xi ridge):
 *
 *     g^-1 = F(g) + m diag(ridge),     F(g) = n E[slope(y'g y) y y'],     m = n lambda/d, or n/d        [eq. F9]
 *     V = g ( M + n E[square (y'V y) y y'] ) g,     M = n E[(square |w - Gbar h|^2 + rho noise) y y']   [eq. F13]
 *
 * With g = C C', the derivative of F along C X C' is, seen through C, minus
 *
 *     L X = C' n E[square (y'C X C'y) y y'] C,
 *
 * which is symmetric, positive semidefinite and of norm below 1 at the fixed point [eq. F12]. So both equations take
 * the same symmetric positive definite operator 1 - L: a Newton step for g is the X of (1 - L) X = 1 - C'(F + m ridge)C,
 * g <- C (1 + X) C', and V = C X C' with (1 - L) X = C'M C. Conjugate gradients solve them; all eigenvalues of L are
 * O(1/d) but one, which is near 1 at tau = 1 with little ridge, so they take a few steps. Where a Newton step does not
 * lower the residual, or leaves the positive definite matrices, the step g <- (F(g) + m ridge)^-1 is taken from where it
 * started: from anywhere that iteration converges to the one fixed point [doc/finite.md, section 4]. */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "finite.h"
#include "thread.h"

/* Newton's method squares the residual, so what it reaches beyond the tolerance is rounding. */
static const double tolerance = 1e-11, linear_tolerance = 1e-12;
enum { MAX_STEPS = 200, MAX_PRODUCTS = 500 };

typedef struct {
  icl__feature_average *average;
  const icl__summary_basis *basis;
  int64_t rank;
  double ridge; /* m */
  double *factor;                                         /* C: g = C C' */
  double *F, *defect, *X, *residual, *direction, *image, *work, *spare; /* rank x rank each */
  icl__finite_report report;
} solver;

enum { MATRICES = 9 };

/* out = C' A C, or C A C'; may be A itself. */
static void through(solver *this, int outward, const double *A, double *out) {
  int64_t r = this->rank;
  icl__gemm(ICL__PLAIN, outward, r, r, r, 1.0, A, this->factor, 0.0, this->work);
  icl__gemm(outward ? ICL__PLAIN : ICL__TRANSPOSED, ICL__PLAIN, r, r, r, 1.0, this->factor, this->work, 0.0, out);
}

static void make_symmetric(int64_t r, double *matrix) {
  for (int64_t i = 0; i < r; i++) {
    for (int64_t j = 0; j < i; j++) {
      matrix[i * r + j] = matrix[j * r + i] = 0.5 * (matrix[i * r + j] + matrix[j * r + i]);
    }
  }
}

/* image = (1 - L) direction. */
static icl_status apply(solver *this) {
  int64_t r = this->rank;
  through(this, 1, this->direction, this->image);
  ICL__TRY(icl__average_response(this->average, this->image, this->spare));
  through(this, 0, this->spare, this->image);
  for (int64_t i = 0; i < r * r; i++) this->image[i] = this->direction[i] - this->image[i];
  make_symmetric(r, this->image);
  this->report.products++;
  return ICL_OK;
}

/* X = (1 - L)^-1 defect by conjugate gradients, to a residual of `relative`, which is returned. */
static icl_status solve_linear(solver *this, double relative, double *reached) {
  int64_t size = this->rank * this->rank;
  memset(this->X, 0, (size_t)size * sizeof *this->X);
  memcpy(this->residual, this->defect, (size_t)size * sizeof *this->X);
  memcpy(this->direction, this->defect, (size_t)size * sizeof *this->X);
  double square = icl__dot(size, this->residual, this->residual), first = square;
  for (int step = 0; step < MAX_PRODUCTS && square > relative * relative * first; step++) {
    ICL__TRY(apply(this));
    double curvature = icl__dot(size, this->direction, this->image), before = square;
    if (!(curvature > 0.0)) break; /* rounding: 1 - L is positive definite */
    icl__axpy(size, square / curvature, this->direction, this->X);
    icl__axpy(size, -square / curvature, this->image, this->residual);
    square = icl__dot(size, this->residual, this->residual);
    for (int64_t i = 0; i < size; i++) {
      this->direction[i] = this->residual[i] + square / before * this->direction[i];
    }
  }
  *reached = first > 0.0 ? sqrt(square / first) : 0.0;
  return ICL_OK;
}

/* factor = the lower triangle C of A = C C', zeros above. *definite is 0 where A is not positive definite. */
static icl_status factorise(int64_t r, const double *A, double *factor, int *definite) {
  double norm, inverse_norm;
  memcpy(factor, A, (size_t)(r * r) * sizeof *factor);
  ICL__TRY(icl__cholesky(r, factor, &norm, &inverse_norm));
  *definite = isfinite(inverse_norm);
  for (int64_t i = 0; i < r; i++) {
    for (int64_t j = i + 1; j < r; j++) factor[i * r + j] = 0.0;
  }
  return ICL_OK;
}

/* g = F^-1, by the Cholesky factor of F. */
static icl_status invert(solver *this, const double *F, double *g) {
  int64_t r = this->rank;
  int definite;
  ICL__TRY(factorise(r, F, this->work, &definite));
  if (!definite) {
    return icl__fail(ICL_ERR_SINGULAR, "the feature samples do not span the space of the context summary; more of them"
                     " were expected");
  }
  memset(g, 0, (size_t)(r * r) * sizeof *g);
  for (int64_t i = 0; i < r; i++) {
    g[i * (r + 1)] = 1.0;
    icl__cholesky_solve(r, this->work, &g[i * r]);
  }
  make_symmetric(r, g);
  return ICL_OK;
}

/* F = F(g) + m ridge, defect = 1 - C'F C and its size. */
static icl_status evaluate(solver *this, const double *g, double *size, int *definite) {
  int64_t r = this->rank;
  ICL__TRY(factorise(r, g, this->factor, definite));
  if (!*definite) return ICL_OK;
  ICL__TRY(icl__average_resolvent(this->average, g, this->F));
  this->report.products++;
  for (int64_t j = 0; j < r; j++) this->F[j * (r + 1)] += this->ridge * this->basis->ridge[j];
  make_symmetric(r, this->F);
  through(this, 0, this->F, this->defect);
  for (int64_t i = 0; i < r * r; i++) this->defect[i] = (i % (r + 1) == 0) - this->defect[i];
  make_symmetric(r, this->defect);
  *size = icl__norm(r * r, this->defect) / sqrt((double)r);
  if (isfinite(*size)) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "the features are so large or so small that the resolvent overflows");
}

/* Newton's step from g, whose factor and defect are there: g = C (1 + X) C'. */
static icl_status newton_step(solver *this, double size, double *g) {
  int64_t r = this->rank;
  double reached;
  ICL__TRY(solve_linear(this, fmin(0.1, size), &reached));
  for (int64_t j = 0; j < r; j++) this->X[j * (r + 1)] += 1.0;
  through(this, 1, this->X, g);
  make_symmetric(r, g);
  return ICL_OK;
}

/* On return the rows' numbers and the factor are those of g. */
static icl_status solve_resolvent(solver *this, double *g, double *fallback) {
  double best = INFINITY, size = INFINITY;
  int definite, plain = 1;
  for (int step = 0; step < MAX_STEPS; step++) {
    ICL__TRY(evaluate(this, g, &size, &definite));
    if ((!definite || size >= best) && !plain) { /* the last Newton step was none */
      memcpy(g, fallback, (size_t)(this->rank * this->rank) * sizeof *g);
      best = INFINITY;
      plain = 1;
      continue;
    }
    if (!definite) break;
    this->report.iterations = step + 1;
    this->report.residual = size;
    if (size <= tolerance) return ICL_OK;
    best = size;
    plain = 0;
    ICL__TRY(invert(this, this->F, fallback));
    ICL__TRY(newton_step(this, size, g));
  }
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the resolvent's equation has a residual of %g after %d steps; %g was"
                   " expected", size, MAX_STEPS, tolerance);
}

/* Gbar = n E[slope w y'] g, then V, then both in terms of h. coefficients and cross hold rank (d+1) numbers each. */
static icl_status predict(solver *this, const double *g, double *coefficients, double *cross, icl__prediction *out) {
  int64_t d = this->basis->d, r = this->rank;
  ICL__TRY(icl__average_cross(this->average, cross));
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, r, r, 1.0, cross, g, 0.0, coefficients);
  ICL__TRY(icl__average_residual(this->average, coefficients, this->F));
  through(this, 0, this->F, this->defect);
  make_symmetric(r, this->defect);
  ICL__TRY(solve_linear(this, linear_tolerance, &this->report.spread_residual));
  through(this, 1, this->X, this->X);
  icl__prediction_set(this->basis, coefficients, this->X, 1.0, cross, out);
  if (this->report.spread_residual <= 100.0 * linear_tolerance) return ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the fluctuations' equation has a residual of %g; %g was expected",
                   this->report.spread_residual, linear_tolerance);
}

icl_status icl__finite_solve(const icl__pretraining *fit, const icl__summary_basis *basis,
                             icl__feature_average *average, double *g, icl__prediction *out,
                             icl__finite_report *report) {
  int64_t r = basis->rank, size = r * r, product = r * (basis->d + 1);
  solver this = {.average = average, .basis = basis, .rank = r};
  double *memory, per_token = (double)fit->n / (double)basis->d;
  average->n = (double)fit->n;
  average->rho = fit->rho;
  average->interpolates = icl__interpolates(fit, basis);
  this.ridge = average->interpolates ? per_token : per_token * fit->lambda;
  ICL__TRY(icl__new_doubles(MATRICES * size + 2 * product + size, &memory));
  double **matrices[MATRICES] = {&this.factor, &this.F, &this.defect, &this.X, &this.residual, &this.direction,
                                 &this.image, &this.work, &this.spare};
  for (int i = 0; i < MATRICES; i++) *matrices[i] = &memory[i * size];
  double *coefficients = &memory[MATRICES * size], *cross = &coefficients[product], *fallback = &cross[product];
  icl_status status = solve_resolvent(&this, g, fallback);
  if (!status) status = predict(&this, g, coefficients, cross, out);
  *report = this.report;
  icl__free(memory);
  return status;
}

/* Level (a)'s resolvent [eq. F8]: g = (xi d/(n lambda)) / (1 + xi ridge), or lambda g for the interpolating limit. */
static void first_guess(const icl__pretraining *fit, const icl__summary_basis *basis, double *g) {
  icl__pool_ridge ridge = icl__pool_effective_ridge(fit, basis);
  double scale = (double)basis->d / (double)fit->n * (ridge.ratio > 0.0 ? 1.0 / ridge.ratio : ridge.xi);
  memset(g, 0, (size_t)(basis->rank * basis->rank) * sizeof *g);
  for (int64_t j = 0; j < basis->rank; j++) g[j * (basis->rank + 1)] = scale / (1.0 + ridge.xi * basis->ridge[j]);
}

/* Each batch by one worker, from the solution of all rows. */
typedef struct {
  const icl__pretraining *fit;
  const icl__summary_basis *basis;
  const icl__feature_sample *sample;
  double *numbers;        /* slope, square, noise of all rows */
  const double *resolvent; /* of all rows */
  double *own;            /* per batch */
  icl__feature_average *average; /* per batch */
  icl__prediction *out;
  icl__finite_report *reports;
  icl_status status[ICL__BATCHES];
} batches;

static void solve_batch(void *context, int64_t item, int64_t worker) {
  batches *this = context;
  int64_t size = this->basis->rank * this->basis->rank;
  double *g = &this->own[item * size];
  (void)worker;
  memcpy(g, this->resolvent, (size_t)size * sizeof *g);
  this->status[item] = icl__finite_solve(this->fit, this->basis, &this->average[item], g, &this->out[item],
                                         &this->reports[item]);
}

static void set_numbers(const icl__feature_sample *sample, double *numbers, icl__feature_average *average) {
  average->slope = numbers;
  average->square = &numbers[sample->count];
  average->noise = &numbers[2 * sample->count];
}

static icl_status solve_batches(batches *this, icl__progress *progress) {
  icl__feature_average average[ICL__BATCHES];
  int64_t size = this->basis->rank * this->basis->rank, ready = 0;
  this->average = average;
  icl_status status = icl__new_doubles(ICL__BATCHES * size, &this->own);
  for (int64_t item = 0; item < ICL__BATCHES && !status; item++) {
    status = icl__feature_average_create(this->sample, this->sample->batch, NULL, &average[item]);
    if (status) break;
    average[item].first = item * this->sample->batch;
    set_numbers(this->sample, this->numbers, &average[item]);
    ready++;
  }
  if (!status) status = icl__parallel(progress, ICL__BATCHES, 1, solve_batch, this);
  for (int64_t item = 0; item < ICL__BATCHES && !status; item++) {
    if (!this->status[item]) continue;
    status = icl__fail(this->status[item], "one batch of the feature samples had no solution (%s); more samples were"
                       " expected", icl_status_string(this->status[item]));
  }
  while (ready > 0) icl__feature_average_destroy(&average[--ready]);
  icl__free(this->own);
  return status;
}

icl_status icl__finite_corrected(const icl__pretraining *fit, const icl__summary_basis *basis, int64_t samples,
                                 uint64_t seed, icl__progress *progress, icl__prediction *out,
                                 icl__finite_report *reports) {
  icl__feature_sample sample = {0};
  icl__feature_average average = {0};
  double *g = NULL, *numbers = NULL;
  ICL__TRY(icl__feature_sample_create(fit, basis, samples, seed, progress, &sample));
  icl_status status = icl__new_doubles(3 * sample.count, &numbers);
  if (!status) status = icl__new_doubles(basis->rank * basis->rank, &g);
  if (!status) status = icl__feature_average_create(&sample, sample.count, progress, &average);
  if (!status) {
    set_numbers(&sample, numbers, &average);
    first_guess(fit, basis, g);
    status = icl__finite_solve(fit, basis, &average, g, out, reports);
  }
  if (!status) {
    batches each = {.fit = fit, .basis = basis, .sample = &sample, .numbers = numbers, .resolvent = g,
                    .out = &out[1], .reports = &reports[1]};
    status = solve_batches(&each, progress);
  }
  icl__feature_average_destroy(&average);
  icl__feature_sample_destroy(&sample);
  icl__free(g);
  icl__free(numbers);
  return status;
}
