/* Gamma by ridge regression: settings, the choice of solver, and the measurement of what it found. */
#include "estimator.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "dataset.h"

typedef struct {
  int32_t method;
  int64_t iterations;
  double relative_residual, training_error;
} fit_report;

struct icl_estimator {
  double lambda, tolerance;
  int32_t method;
  int64_t max_iterations;
  /* the result; gamma is NULL when there is none */
  int64_t d;
  double *gamma;
  fit_report report;
};

icl_status icl_estimator_create(icl_estimator **out) {
  icl_estimator *estimator;
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *estimator, &estimator));
  estimator->tolerance = ICL__DEFAULT_TOLERANCE;
  estimator->max_iterations = ICL__DEFAULT_ITERATIONS;
  *out = estimator;
  return ICL_OK;
}

icl_status icl_estimator_set_lambda(icl_estimator *estimator, double lambda) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_nonnegative(lambda, "lambda"));
  estimator->lambda = lambda;
  return ICL_OK;
}

icl_status icl_estimator_set_method(icl_estimator *estimator, int32_t method) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (method < ICL_METHOD_AUTO || method > ICL_METHOD_CG) {
    return icl__fail(ICL_ERR_ARGUMENT, "method is %" PRId32 "; ICL_METHOD_AUTO (0) .. ICL_METHOD_CG (3) was expected",
                     method);
  }
  estimator->method = method;
  return ICL_OK;
}

icl_status icl_estimator_set_tolerance(icl_estimator *estimator, double relative) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (!(relative > 0.0 && relative < 1.0)) {
    return icl__fail(ICL_ERR_DOMAIN, "relative is %.17g; a number between 0 and 1 was expected", relative);
  }
  estimator->tolerance = relative;
  return ICL_OK;
}

icl_status icl_estimator_set_max_iterations(icl_estimator *estimator, int64_t count) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_size(count, "count"));
  estimator->max_iterations = count;
  return ICL_OK;
}

/* |y - F Gamma| and the norm of the residual from the rows, `in_rows` that of K a = y, else of the normal equations. */
static icl_status evaluate(const icl__ridge_problem *problem, int in_rows, icl__ridge_solution *solution) {
  int64_t n = problem->n, p = problem->p;
  double *residual;
  ICL__TRY(icl__new_doubles(n + p, &residual));
  icl_status status = icl__ridge_gradient(problem, solution->gamma, &residual[n], residual);
  if (!status) {
    solution->error = icl__norm(n, residual);
    if (in_rows) icl__axpy(n, -problem->mu, solution->weights, residual);
    solution->residual = in_rows ? icl__norm(n, residual) : icl__norm(p, &residual[n]);
  }
  icl__free(residual);
  return status;
}

/* See icl_estimator_report: |K a - y|/|y| for a dual solution with n < p, else of the normal equations. */
static icl_status measure(const icl__ridge_problem *problem, icl__ridge_solution *solution, fit_report *out) {
  int in_rows = solution->dual && problem->n < problem->p;
  if (!solution->measured || in_rows != solution->dual) ICL__TRY(evaluate(problem, in_rows, solution));
  double scale = icl__norm(problem->n, problem->target);
  if (!in_rows) ICL__TRY(icl__normal_scale(problem, &scale));
  out->iterations = solution->iterations;
  out->relative_residual = scale == 0.0 ? 0.0 : solution->residual / scale;
  out->training_error = solution->error * (solution->error / (double)problem->n);
  if (isfinite(scale) && isfinite(out->relative_residual) && isfinite(out->training_error)) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "products of the rows of dataset overflow or underflow");
}

enum { BY_ORTHOGONAL_FACTORS = -1 };

static icl_status solve_by(icl__ridge_problem *problem, int32_t method, icl__ridge_solution *solution) {
  solution->measured = 0;
  switch (method) {
    case ICL_METHOD_PRIMAL: return icl__ridge_primal(problem, solution);
    case ICL_METHOD_DUAL: return icl__ridge_dual(problem, solution);
    case ICL_METHOD_CG:
      return (icl__cg_in_rows(problem) ? icl__ridge_cg_dual : icl__ridge_cg_primal)(problem, solution);
    default: return icl__ridge_orthogonal(problem, solution);
  }
}

/* Another method after one that missed the tolerance. Whichever is better stays, and the first one where the second
 * cannot work on these data. But want of memory says nothing about them: it is a failure of its own. */
static icl_status improve(icl__ridge_problem *problem, int32_t method, icl__ridge_solution *solution,
                          fit_report *found) {
  double *first;
  ICL__TRY(icl__new_doubles(problem->p, &first));
  icl__ridge_solution before = *solution;
  fit_report second = *found;
  memcpy(first, solution->gamma, (size_t)problem->p * sizeof *first);
  if (found->method == ICL_METHOD_CG) second.method = icl__direct_method(problem);
  icl_status status = solve_by(problem, method, solution);
  int works = !status && (solution->accurate || method == BY_ORTHOGONAL_FACTORS); /* which are the last resort */
  if (works) status = measure(problem, solution, &second);
  if (works && !status && second.relative_residual < found->relative_residual) {
    *found = second;
  } else {
    memcpy(solution->gamma, first, (size_t)problem->p * sizeof *first);
    *solution = before;
  }
  icl__free(first);
  return status == ICL_ERR_CANCELED || status == ICL_ERR_MEMORY ? status : ICL_OK;
}

/* Solves and measures. Each method that cannot work on these data, or misses the tolerance, gives way to a slower and
 * surer one: conjugate gradients that AUTO chose to the direct method, if AUTO would make its matrix, and as soon as
 * they have taken its time; the direct methods to orthogonal decompositions. Conjugate gradients that were asked for
 * stay alone. */
static icl_status solve(icl__ridge_problem *problem, int32_t method, icl__ridge_solution *solution,
                        fit_report *found) {
  int32_t direct = icl__direct_method(problem);
  int gives_way = method == ICL_METHOD_AUTO && icl__direct_is_possible(problem);
  found->method = method == ICL_METHOD_AUTO ? icl__choose_method(problem) : method;
  problem->cg_iterations = gives_way ? icl__affordable_iterations(problem) : problem->max_iterations;
  solution->iterations = 0;
  ICL__TRY(solve_by(problem, found->method, solution));
  if (!solution->accurate && found->method == ICL_METHOD_CG && gives_way) {
    found->method = direct;
    ICL__TRY(solve_by(problem, direct, solution));
  }
  if (!solution->accurate && found->method != ICL_METHOD_CG) {
    ICL__TRY(solve_by(problem, BY_ORTHOGONAL_FACTORS, solution));
  }
  ICL__TRY(measure(problem, solution, found));
  if (found->relative_residual > problem->tolerance && found->method == ICL_METHOD_CG && gives_way) {
    ICL__TRY(improve(problem, direct, solution, found));
  }
  int refined = found->iterations > 0 && found->iterations < problem->max_iterations; /* by Cholesky factors */
  int unfinished = found->method == ICL_METHOD_CG ? gives_way : refined;
  if (found->relative_residual > problem->tolerance && unfinished) {
    ICL__TRY(improve(problem, BY_ORTHOGONAL_FACTORS, solution, found));
  }
  return ICL_OK;
}

/* Memory of one fit or path, from one allocation. */
static icl_status new_problem(icl__operator *operator, const icl_estimator *estimator, icl__ridge_problem *problem,
                              icl__ridge_solution *solution, double **memory) {
  int64_t n = operator->source->n, d = operator->source->d, p = d * (d + 1);
  ICL__TRY(icl__new_doubles(d * d + (d + 1) * (d + 1) + 2 * d + 1 + 2 * p + 2 * n, memory));
  *problem = (icl__ridge_problem){.operator = operator, .progress = operator->progress, .d = d, .n = n, .p = p,
                                  .tolerance = estimator->tolerance, .max_iterations = estimator->max_iterations};
  problem->query = *memory;
  problem->context = &problem->query[d * d];
  problem->query_values = &problem->context[(d + 1) * (d + 1)];
  problem->context_values = &problem->query_values[d];
  problem->right = &problem->context_values[d + 1];
  problem->target = &problem->right[p];
  solution->weights = &problem->target[n];
  solution->gamma = &solution->weights[n];
  memset(solution->weights, 0, (size_t)(n + p) * sizeof(double));
  return ICL_OK;
}

static icl_status fail_doubtful(int32_t method) {
  if (method == ICL_METHOD_CG) {
    return icl__fail(ICL_ERR_NOT_CONVERGED, "the features lack rank or nearly so, too little for conjugate gradients; "
                     "a larger ridge, ICL_METHOD_PRIMAL or ICL_METHOD_DUAL was expected");
  }
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the features lack rank and differ in size by orders of magnitude; a larger "
                   "ridge, or labels and rows of one size, were expected");
}

static double ridge_weight(int64_t n, int64_t d, double lambda) { return (double)n / (double)d * lambda; }

/* Whatever is made of them later, LAPACK is not to meet infinities. */
static icl_status check_moments(const icl__ridge_problem *problem) {
  int64_t d = problem->d;
  ICL__TRY(icl__check_finite(problem->query, d * d, "the second moment of the queries of dataset"));
  return icl__check_finite(problem->context, (d + 1) * (d + 1), "the second moment of the contexts of dataset");
}

/* Contexts of one task differ by about sqrt(d/l) of themselves, and what the last entry h_d tells beside the others by
 * sqrt(rho/(c l)): with that much, for tasks of one size, in dimensions where numbers of rows are near their means, no
 * direction is left to a few of the rows, and the second moments tell the condition of the features. That is not known
 * of longer contexts, of rows without noise, and of tasks or rows that were given. */
static int is_spread(const icl__ridge_problem *problem, const icl__sequence_law *law) {
  double size = icl__norm(problem->n, problem->target);
  return law && law->pool->distribution && problem->d >= 16 && law->l <= 1000 * problem->d &&
         law->rho >= 1e-3 * size * (size / (double)problem->n);
}

/* The ridges in the order of the steps; gamma, where there is one, takes each solution at its index. The solution of
 * the highest index is the estimator's result. With `solved` every ridge is solved from the start and handed to it. */
typedef struct {
  double lambda;
  int64_t index;
} path_step;

typedef struct {
  int64_t count;
  const path_step *steps;
  double *gamma;
  icl__solved_fn solved;
  void *context; /* of solved */
} ridge_path;

static icl_status fit_ridges(icl_estimator *estimator, icl__operator *operator, const icl__sequence_law *law,
                             const ridge_path *path) {
  icl__ridge_problem problem = {0};
  icl__ridge_solution solution = {0};
  fit_report found = {0}, last = {0};
  double *memory = NULL, *gamma = NULL, worst = 0.0;
  int32_t doubtful = 0; /* the method of a solution that is */
  int64_t d = operator->source->d;
  icl_status status = new_problem(operator, estimator, &problem, &solution, &memory);
  if (!status) status = icl__new_doubles(problem.p, &gamma);
  if (!status) {
    status = icl__operator_moments(operator, problem.query, problem.context, problem.right, problem.target);
  }
  if (!status) status = check_moments(&problem);
  if (!status) status = icl__find_spectrum(&problem);
  if (!status) problem.spread = is_spread(&problem, law);
  operator->weight = 0; /* from here on progress is counted by what is left of each ridge */
  for (int64_t step = 0; !status && step < path->count; step++) {
    int64_t index = path->steps[step].index;
    problem.lambda = path->steps[step].lambda;
    problem.mu = ridge_weight(problem.n, problem.d, problem.lambda);
    problem.window = operator->progress->total - (path->count - step) * ICL__RIDGE_UNITS;
    if (path->solved) memset(solution.weights, 0, (size_t)(problem.n + problem.p) * sizeof(double)); /* and gamma */
    status = solve(&problem, estimator->method, &solution, &found);
    if (!status) status = icl__ridge_progress(&problem, 1.0);
    if (!solution.accurate) doubtful = found.method;
    int missed = found.relative_residual > problem.tolerance; /* that is what `solved` says then */
    if (!status && path->solved && doubtful && !missed) status = fail_doubtful(doubtful);
    if (!status && path->solved) {
      status = path->solved(path->context, index, solution.gamma, found.relative_residual);
    }
    if (status) break;
    worst = fmax(worst, found.relative_residual);
    if (path->gamma) {
      memcpy(&path->gamma[index * problem.p], solution.gamma, (size_t)problem.p * sizeof *path->gamma);
    }
    if (index < path->count - 1) continue;
    memcpy(gamma, solution.gamma, (size_t)problem.p * sizeof *gamma);
    last = found;
  }
  icl__ridge_matrix_destroy(&problem.gram);
  icl__ridge_matrix_destroy(&problem.kernel);
  icl__free(memory);
  if (status) {
    icl__free(gamma);
    return status;
  }
  estimator->d = d;
  estimator->gamma = gamma;
  estimator->report = last;
  if (worst <= estimator->tolerance) return doubtful ? fail_doubtful(doubtful) : ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the relative residual is %.3g; at most %.3g was asked for", worst,
                   estimator->tolerance);
}

/* Of an earlier fit: a fit that fails has none. */
static void drop_result(icl_estimator *estimator) {
  icl__free(estimator->gamma);
  estimator->gamma = NULL;
}

/* Everything that can be known to be too large before a row is drawn. */
static icl_status check_sizes(const icl_estimator *estimator, const icl__row_source *source, const ridge_path *path) {
  int64_t n = source->n, p = source->d * (source->d + 1), elements;
  ICL__TRY(icl__check_blas(n, "the number of rows"));
  ICL__TRY(icl__check_blas(p + source->d + 1, "(d+1)^2"));
  int64_t size = estimator->method == ICL_METHOD_PRIMAL ? p : estimator->method == ICL_METHOD_DUAL ? n : 1;
  ICL__TRY(icl__check_product(size, size + 1, 1, "the matrix of the equations", &elements));
  for (int64_t i = 0; i < path->count; i++) {
    if (isfinite(ridge_weight(n, source->d, path->steps[i].lambda))) continue;
    return icl__fail(ICL_ERR_DOMAIN, "lambda is %.17g; n lambda/d overflows", path->steps[i].lambda);
  }
  return ICL_OK;
}

/* Rows from memory where they may be stored, and then the fits. */
static icl_status fit_rows(icl_estimator *estimator, icl__row_source source, const icl__sequence_law *law, int store,
                           const icl_run *run, const ridge_path *path) {
  icl__operator operator;
  double *rows = NULL;
  drop_result(estimator);
  if (!source.n) return icl__fail(ICL_ERR_STATE, "dataset has no rows; at least 1 was expected");
  ICL__TRY(check_sizes(estimator, &source, path));
  int64_t load = source.law && store ? icl__row_items(source.n) : 0;
  int64_t total = load + icl__operator_lanes(source.n) + path->count * ICL__RIDGE_UNITS;
  icl__progress progress = icl__progress_begin(run, total);
  icl_status status = ICL_OK;
  if (load) status = icl__source_load(&source, &progress, &rows);
  if (!status) status = icl__operator_create(&source, &progress, &operator);
  if (!status) {
    status = fit_ridges(estimator, &operator, law, path);
    icl__operator_destroy(&operator);
  }
  icl__free(rows);
  return status;
}

static icl_status fit(icl_estimator *estimator, const icl_dataset *dataset, const icl_run *run,
                      const ridge_path *path) {
  icl__row_source source = icl__dataset_source(dataset);
  return fit_rows(estimator, source, source.law, icl__dataset_fits(dataset), run, path);
}

icl_status icl_estimator_fit(icl_estimator *estimator, const icl_dataset *dataset, const icl_run *run) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  path_step step = {estimator->lambda, 0};
  ridge_path path = {.count = 1, .steps = &step};
  return fit(estimator, dataset, run, &path);
}

/* Descending ridges: each solution is a good start for the next, harder one. Equal ones in the order given. */
static int by_descending_ridge(const void *a, const void *b) {
  const path_step *x = a, *y = b;
  if (x->lambda != y->lambda) return x->lambda < y->lambda ? 1 : -1;
  return (x->index > y->index) - (x->index < y->index);
}

icl_status icl_estimator_fit_path(icl_estimator *estimator, const icl_dataset *dataset, int64_t count,
                                  const double *lambda, const icl_run *run, double *gamma) {
  int64_t elements;
  double *staged;
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  ICL__TRY(icl__check_size(count, "count"));
  ICL__TRY(icl__check_pointer(lambda, "lambda"));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  int64_t d = icl_dataset_dimension(dataset), p = d * (d + 1);
  ICL__TRY(icl__check_product(count, p + 2, 1, "gamma", &elements));
  for (int64_t i = 0; i < count; i++) ICL__TRY(icl__check_nonnegative(lambda[i], "lambda"));
  drop_result(estimator);
  ICL__TRY(icl__new_doubles(elements, &staged));
  path_step *steps = (path_step *)&staged[count * p];
  for (int64_t i = 0; i < count; i++) steps[i] = (path_step){lambda[i], i};
  qsort(steps, (size_t)count, sizeof *steps, by_descending_ridge);
  ridge_path path = {.count = count, .steps = steps, .gamma = staged};
  icl_status status = fit(estimator, dataset, run, &path);
  if (!status) memcpy(gamma, staged, (size_t)(count * p) * sizeof *gamma);
  icl__free(staged);
  return status;
}

icl_status icl__estimator_fit_each(icl_estimator *estimator, const icl__row_source *source,
                                   const icl__sequence_law *law, int64_t count, const double *lambda,
                                   const icl_run *run, icl__solved_fn solved, void *context) {
  path_step *steps;
  ICL__TRY(icl__new(count * (int64_t)sizeof *steps, &steps));
  for (int64_t i = 0; i < count; i++) steps[i] = (path_step){lambda[i], i};
  ridge_path path = {count, steps, NULL, solved, context};
  icl_status status = fit_rows(estimator, *source, law, 0, run, &path);
  icl__free(steps);
  return status;
}

static icl_status check_fitted(const icl_estimator *estimator) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (estimator->gamma) return ICL_OK;
  return icl__fail(ICL_ERR_STATE, "estimator has no Gamma; a successful icl_estimator_fit was expected first");
}

icl_status icl_estimator_gamma(const icl_estimator *estimator, double *gamma) {
  ICL__TRY(check_fitted(estimator));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  memcpy(gamma, estimator->gamma, (size_t)(estimator->d * (estimator->d + 1)) * sizeof *gamma);
  return ICL_OK;
}

icl_status icl_estimator_report(const icl_estimator *estimator, int32_t *method, int64_t *iterations,
                                double *relative_residual, double *training_error) {
  ICL__TRY(check_fitted(estimator));
  const fit_report *report = &estimator->report;
  if (method) *method = report->method;
  if (iterations) *iterations = report->iterations;
  if (relative_residual) *relative_residual = report->relative_residual;
  if (training_error) *training_error = report->training_error;
  return ICL_OK;
}

void icl_estimator_destroy(icl_estimator *estimator) {
  if (!estimator) return;
  icl__free(estimator->gamma);
  icl__free(estimator);
}
