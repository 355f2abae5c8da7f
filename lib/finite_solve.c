/* The fixed points of level (b) in the coordinates of eq. F3, where the resolvent g is close to a multiple of
 * 1/(1 + xi ridge):
 *
 *     g^-1 = F(g) + m diag(ridge),     F(g) = n E[slope(y'g y) y y'],     m = n lambda/d, or n/d        [eq. F9]
 *     V = g ( M + n E[square (y'V y) y y'] ) g,     M = n E[(square |w - Gbar h|^2 + rho noise) y y']   [eq. F12]
 *
 * With g = C C', the derivative of F along C X C' is, seen through C, minus
 *
 *     L X = C' n E[square (y'C X C'y) y y'] C,
 *
 * which is symmetric, positive semidefinite and of norm below 1 at the fixed point [eq. F13]. So both equations take
 * the same symmetric positive definite operator 1 - L: a Newton step for g is the X of (1 - L) X = 1 - C'(F + m
 * ridge)C, g <- C (1 + X) C', and V = C X C' with (1 - L) X = C'M C. Conjugate gradients solve them; all eigenvalues of
 * L are well below 1 but one, which is near 1 at the interpolation threshold with little ridge, so they take a few
 * steps. Where a Newton step does not lower the residual, or leaves the positive definite matrices, the step g <- (F(g)
 * + m ridge)^-1 is taken from where it started: from anywhere that iteration converges to the one fixed point
 * [doc/finite.md, section 4]. */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "conjugate_gradients.h"
#include "finite.h"

/* Newton's method squares the residual, so what it reaches beyond the tolerance is rounding. */
static const double tolerance = 1e-11, linear_tolerance = 1e-12, probe_tolerance = 0.03;
enum { MAX_STEPS = 200, MAX_PRODUCTS = 500 };

typedef struct {
  icl__feature_average *average;
  const icl__summary_basis *basis;
  int64_t rank;
  double ridge; /* m */
  double *factor; /* C: g = C C' */
  double *F, *defect, *X, *work, *spare, *fallback; /* rank x rank each */
  double *iteration; /* of conjugate gradients: 6 of the same */
  double reached;    /* the least residual of the linear equations */
  icl__finite_report report;
} solver;

enum { MATRICES = 13 };

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

/* out = (1 - L) x. */
static icl_status apply(void *context, const double *x, double *out) {
  solver *this = context;
  int64_t r = this->rank;
  through(this, 1, x, out);
  ICL__TRY(icl__average_response(this->average, out, this->spare));
  through(this, 0, this->spare, out);
  for (int64_t i = 0; i < r * r; i++) out[i] = x[i] - out[i];
  make_symmetric(r, out);
  this->report.products++;
  return ICL_OK;
}

static icl_status residual_of(void *context, const double *x, double *out) {
  solver *this = context;
  int64_t size = this->rank * this->rank;
  ICL__TRY(apply(this, x, out));
  for (int64_t i = 0; i < size; i++) out[i] = this->defect[i] - out[i];
  this->reached = fmin(this->reached, icl__norm(size, out));
  return ICL_OK;
}

static void leave_alone(void *context, const double *x, double *out) {
  const solver *this = context;
  memcpy(out, x, (size_t)(this->rank * this->rank) * sizeof *out);
}

/* The averages report progress. */
static icl_status report_nothing(void *context, double part) {
  (void)context;
  (void)part;
  return ICL_OK;
}

/* X = (1 - L)^-1 defect, to a residual of `relative`; the one reached is returned. */
static icl_status solve_linear(solver *this, double relative, double *reached) {
  int64_t size = this->rank * this->rank, steps;
  double scale = icl__norm(size, this->defect);
  icl__linear_system equations = {size, this, this->defect, apply, residual_of, leave_alone, report_nothing};
  memset(this->X, 0, (size_t)size * sizeof *this->X);
  this->reached = scale;
  ICL__TRY(icl__conjugate_gradients(&equations, scale, relative, MAX_PRODUCTS, this->iteration, this->X, &steps));
  *reached = scale > 0.0 ? this->reached / scale : 0.0;
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
static icl_status solve_resolvent(solver *this, double *g) {
  double *fallback = this->fallback;
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

/* Gbar = n E[slope w y'] g, in terms of h in the end, then V. coefficients and cross hold rank (d+1) numbers each. V is
 * in units of labels squared, whose square may be too small for a residual: its equation is solved in other units. */
static icl_status predict(solver *this, const double *g, double *coefficients, double *cross, icl__prediction *out) {
  int64_t d = this->basis->d, r = this->rank;
  int exponent = 0;
  ICL__TRY(icl__average_cross(this->average, cross));
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, r, r, 1.0, cross, g, 0.0, coefficients);
  ICL__TRY(icl__average_residual(this->average, coefficients, this->F));
  through(this, 0, this->F, this->defect);
  make_symmetric(r, this->defect);
  frexp(icl__norm(r * r, this->defect), &exponent);
  for (int64_t i = 0; i < r * r; i++) this->defect[i] = ldexp(this->defect[i], -exponent);
  ICL__TRY(solve_linear(this, linear_tolerance, &this->report.spread_residual));
  through(this, 1, this->X, out->spread);
  for (int64_t i = 0; i < r * r; i++) out->spread[i] = ldexp(out->spread[i] / (double)d, exponent);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, d + 1, r, 1.0, coefficients, this->basis->map, 0.0, out->gamma);
  if (this->report.spread_residual <= 100.0 * linear_tolerance) return ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the fluctuations' equation has a residual of %g; %g was expected",
                   this->report.spread_residual, linear_tolerance);
}

static icl_status solver_create(const icl__pretraining *fit, const icl__summary_basis *basis,
                                icl__feature_average *average, solver *out, double **memory) {
  int64_t size = basis->rank * basis->rank;
  double per_token = (double)fit->n / (double)basis->d;
  double **matrices[] = {&out->factor, &out->F, &out->defect, &out->X, &out->work, &out->spare, &out->fallback,
                         &out->iteration};
  *out = (solver){.average = average, .basis = basis, .rank = basis->rank};
  average->n = (double)fit->n;
  average->rho = fit->rho;
  average->interpolates = icl__interpolates(fit, basis);
  out->ridge = average->interpolates ? per_token : per_token * fit->lambda;
  ICL__TRY(icl__new_doubles(MATRICES * size + 2 * basis->rank * (basis->d + 1), memory));
  for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++) *matrices[i] = &(*memory)[(int64_t)i * size];
  return ICL_OK;
}

icl_status icl__finite_solve(const icl__pretraining *fit, const icl__summary_basis *basis,
                             icl__feature_average *average, double *g, icl__prediction *out,
                             icl__finite_report *report) {
  solver this;
  double *memory;
  int64_t product = basis->rank * (basis->d + 1);
  ICL__TRY(solver_create(fit, basis, average, &this, &memory));
  double *coefficients = &memory[MATRICES * basis->rank * basis->rank], *cross = &coefficients[product];
  icl_status status = solve_resolvent(&this, g);
  if (!status) status = predict(&this, g, coefficients, cross, out);
  *report = this.report;
  icl__free(memory);
  return status;
}

/* (1 + delta) s^2 = <v, (1 - L)^-1 v>, v = C'y y'C, of one row [eq. F14]. As a quadratic form of (1 - L)^-1 its error
 * is the square of that of the conjugate gradients. */
static icl_status probe(solver *this, const double *y, double *delta) {
  int64_t r = this->rank;
  double *whitened = this->work, reached, s = 0.0;
  icl__gemv(ICL__TRANSPOSED, r, r, 1.0, this->factor, y, 0.0, whitened);
  for (int64_t i = 0; i < r; i++) {
    for (int64_t j = 0; j < r; j++) this->defect[i * r + j] = whitened[i] * whitened[j];
    s += whitened[i] * whitened[i];
  }
  ICL__TRY(solve_linear(this, probe_tolerance, &reached));
  *delta = icl__dot(r * r, this->defect, this->X) / (s * s) - 1.0;
  return ICL_OK;
}

icl_status icl__finite_probe(const icl__pretraining *fit, const icl__summary_basis *basis,
                             icl__feature_average *average, double *g, double *delta, icl__finite_report *report) {
  const icl__feature_sample *sample = average->sample;
  solver this;
  double *memory;
  ICL__TRY(solver_create(fit, basis, average, &this, &memory));
  icl_status status = solve_resolvent(&this, g);
  average->symmetric = 0; /* one row's matrix has no symmetry, whatever the pool */
  for (int64_t batch = 0; batch < ICL__BATCHES && !status; batch++) {
    int64_t row = batch * sample->batch + (2 * batch + 1) * (sample->batch / (INT64_C(2) * ICL__BATCHES));
    status = probe(&this, &sample->summary[row * sample->rank], &delta[batch]);
  }
  average->symmetric = 1;
  *report = this.report;
  icl__free(memory);
  return status;
}
