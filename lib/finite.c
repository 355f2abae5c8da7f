/* The theory at finite size: what is asked for and what is kept of its solution. For level (b) that is the prediction
 * from all feature samples and from each batch of them. The deviation of a mean over N samples that went through
 * nonlinear equations has the form b/N + noise of variance v/N; with G batches of N/G,
 *
 *     corrected = e_N - (mean over batches - e_N)/(G - 1)
 *
 * has no term in 1/N, and the scatter of the batches estimates v [doc/finite.md, eq. F16]. */
#include <icltheory/finite.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "deviation.h"
#include "finite.h"
#include "testerror.h"

enum { LEAST_PER_DIMENSION = 64 };

struct icl_finite_theory {
  icl__pretraining fit;
  int64_t d;
  int32_t level;
  icl_test_law *law; /* the pool's */
  icl__summary_basis basis;
  int64_t samples;
  uint64_t seed;
  int solved, diverges;
  int64_t count; /* of predictions: all samples', then each batch's */
  double *numbers;
  icl__prediction prediction[1 + ICL__BATCHES];
};

void icl_finite_theory_destroy(icl_finite_theory *theory) {
  if (!theory) return;
  icl_task_pool_destroy((icl_task_pool *)theory->fit.pool);
  icl_test_law_destroy(theory->law);
  icl__summary_basis_destroy(&theory->basis);
  icl__free(theory->numbers);
  icl__free(theory);
}

static icl_status check_arguments(const icl_task_pool *pool, int64_t l, int64_t n, double rho, double lambda,
                                  int32_t level, const void *out) {
  ICL__TRY(icl__check_pointer(pool, "pool"));
  ICL__TRY(icl__check_size(l, "l"));
  ICL__TRY(icl__check_size(n, "n"));
  ICL__TRY(icl__check_nonnegative(rho, "rho"));
  ICL__TRY(icl__check_nonnegative(lambda, "lambda"));
  ICL__TRY(icl__check_pointer(out, "out"));
  if (level != ICL_FINITE_POOL && level != ICL_FINITE_CORRECTED) {
    return icl__fail(ICL_ERR_ARGUMENT, "level is %" PRId32 "; ICL_FINITE_POOL (1) or ICL_FINITE_CORRECTED (2) was"
                     " expected", level);
  }
  if (isfinite((double)n / (double)pool->d * lambda)) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "lambda is %g and n %" PRId64 "; n lambda/d overflows", lambda, n);
}

/* The standard error falls like 1/sqrt(N d) at fixed ratios: 800000/d keep it below 0.3 % where it was measured largest
 * away from the threshold, (1, 5, 0.01) at tau = 0.5 and 2, at d = 10 and 20. What the extrapolation leaves of the bias
 * goes like (d/N)^2: hence no less than 40000, and 400 d. Below d = 8 all of it is cheap, but not needed. */
static int64_t default_samples(int64_t d) {
  if (d <= 8) return 100000;
  if (d <= 20) return 800000 / d;
  return d <= 100 ? 40000 : 400 * d;
}

/* The pool's law and coordinates, and room for the predictions. */
static icl_status prepare(icl_finite_theory *theory) {
  int64_t d = theory->d, width = d + 1, elements;
  ICL__TRY(icl__check_blas(width * width, "(d+1)^2")); /* matrices are taken as vectors, too */
  ICL__TRY(icl_test_law_create_pool(theory->fit.pool, theory->fit.l, theory->fit.rho, &theory->law));
  ICL__TRY(icl__test_law_check_moments(theory->law));
  ICL__TRY(icl__check_product(theory->count, width * 2, width, "the predictions", &elements));
  ICL__TRY(icl__new_doubles(elements, &theory->numbers));
  for (int64_t i = 0; i < theory->count; i++) {
    theory->prediction[i].gamma = &theory->numbers[2 * i * width * width];
    theory->prediction[i].spread = &theory->numbers[(2 * i + 1) * width * width];
  }
  ICL__TRY(icl__summary_basis_create(theory->law, theory->fit.lambda, &theory->basis));
  for (int64_t j = 0; j < theory->basis.rank; j++) {
    if (theory->basis.ridge[j] < INFINITY && theory->basis.spectrum[j] < INFINITY) continue;
    return icl__fail(ICL_ERR_NONFINITE, "the second moments of the context summary have an eigenvalue whose inverse"
                     " overflows or underflows");
  }
  return ICL_OK;
}

icl_status icl_finite_theory_create(const icl_task_pool *pool, int64_t l, int64_t n, double rho, double lambda,
                                    int32_t level, icl_finite_theory **out) {
  icl_finite_theory *theory;
  ICL__TRY(check_arguments(pool, l, n, rho, lambda, level, out));
  ICL__TRY(icl__new(sizeof *theory, &theory));
  theory->fit = (icl__pretraining){icl__task_pool_share(pool), l, n, rho, lambda};
  theory->d = pool->d;
  theory->level = level;
  theory->samples = default_samples(theory->d);
  theory->count = level == ICL_FINITE_POOL ? 1 : 1 + ICL__BATCHES;
  icl_status status = prepare(theory);
  if (status) {
    icl_finite_theory_destroy(theory);
    return status;
  }
  *out = theory;
  return ICL_OK;
}

icl_status icl_finite_theory_set_samples(icl_finite_theory *theory, int64_t count) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(icl__check_at_least(count, LEAST_PER_DIMENSION * (theory->d + 1), "count"));
  theory->samples = count;
  theory->solved = 0;
  return ICL_OK;
}

icl_status icl_finite_theory_set_seed(icl_finite_theory *theory, uint64_t seed) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  theory->seed = seed;
  theory->solved = 0;
  return ICL_OK;
}

/* lambda = 0 with as many rows as unknowns; or with fewer of them, where a row of small |q| has to be interpolated
 * whatever its noise: E 1/|q|^2 = d/(d-2). */
static int diverges(const icl_finite_theory *theory) {
  if (!theory->basis.rank) return 0;
  if (icl__is_threshold(&theory->fit, &theory->basis)) return 1;
  return theory->level == ICL_FINITE_CORRECTED && icl__interpolates(&theory->fit, &theory->basis) && theory->d <= 2 &&
         theory->fit.rho > 0.0;
}

icl_status icl_finite_theory_solve(icl_finite_theory *theory, const icl_run *run) {
  icl__finite_report reports[1 + ICL__BATCHES];
  icl__progress progress = icl__progress_begin(run, -1);
  icl_status status = ICL_OK;
  int64_t width, size;
  ICL__TRY(icl__check_pointer(theory, "theory"));
  width = theory->d + 1;
  size = 2 * theory->count * width * width;
  theory->solved = 0;
  theory->diverges = diverges(theory);
  memset(theory->numbers, 0, (size_t)size * sizeof *theory->numbers);
  if (theory->diverges || !theory->basis.rank) {
    /* Infinite; or all summaries are 0, and so is Gamma. */
  } else if (theory->level == ICL_FINITE_POOL) {
    status = icl__finite_pool(&theory->fit, &theory->basis, theory->law, theory->prediction);
  } else {
    status = icl__finite_corrected(&theory->fit, &theory->basis, theory->samples, theory->seed, &progress,
                                   theory->prediction, reports);
  }
  for (int64_t i = 0; i < size && !status; i++) {
    if (!isfinite(theory->numbers[i])) {
      status = icl__fail(ICL_ERR_NONFINITE, "the predicted second moments of Gamma overflow");
    }
  }
  theory->solved = status == ICL_OK;
  return status;
}

/* Y B_test Y' = (Y F)(Y F)' = 4^exponent moment for B_test = F F', rank x rank: squares of Y F may overflow where the
 * product with the spread does not. */
static icl_status test_moment(const icl_finite_theory *theory, const icl_test_law *law, double *moment,
                              int *exponent) {
  int64_t width = theory->d + 1, rank = theory->basis.rank, columns;
  double *root;
  icl__test_law_task_root(law, &columns);
  columns += theory->d;
  ICL__TRY(icl__new_doubles((width + rank) * columns, &root));
  double *image = &root[width * columns];
  icl_status status = icl__test_law_summary_root(law, root);
  if (!status && rank) {
    icl__gemm(ICL__PLAIN, ICL__PLAIN, rank, columns, width, 1.0, theory->basis.map, root, 0.0, image);
    frexp(icl__norm(rank * columns, image), exponent);
    for (int64_t i = 0; i < rank * columns; i++) image[i] = ldexp(image[i], -*exponent);
    icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, rank, rank, columns, 1.0, image, image, 0.0, moment);
  }
  icl__free(root);
  return status;
}

/* e = e_test(Gbar) + tr(spread Y B Y'). */
static icl_status all_errors(const icl_finite_theory *theory, const icl_test_law *law, double *errors) {
  int64_t size = theory->basis.rank * theory->basis.rank;
  double *moment;
  ICL__TRY(icl__new_doubles(size, &moment));
  int exponent = 0;
  icl_status status = test_moment(theory, law, moment, &exponent);
  for (int64_t i = 0; i < theory->count && !status; i++) {
    status = icl_test_error(law, theory->prediction[i].gamma, &errors[i]);
    if (status) break;
    errors[i] += ldexp(icl__dot(size, theory->prediction[i].spread, moment), 2 * exponent);
    if (!isfinite(errors[i])) status = icl__fail(ICL_ERR_NONFINITE, "the predicted error overflows");
  }
  icl__free(moment);
  return status;
}

icl_status icl_finite_theory_error(const icl_finite_theory *theory, const icl_test_law *law, double *error,
                                   double *standard_error) {
  double errors[1 + ICL__BATCHES] = {INFINITY}, mean = 0.0, scatter = 0.0;
  const double batches = ICL__BATCHES;
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(icl__check_pointer(law, "law"));
  ICL__TRY(icl__check_pointer(error, "error"));
  if (icl__test_law_dimension(law) != theory->d) {
    return icl__fail(ICL_ERR_ARGUMENT, "law has d = %" PRId64 "; d = %" PRId64 " as of the theory was expected",
                     icl__test_law_dimension(law), theory->d);
  }
  if (!theory->solved) return icl__fail(ICL_ERR_STATE, "theory is not solved; icl_finite_theory_solve was expected");
  if (!theory->diverges) ICL__TRY(all_errors(theory, law, errors));
  if (!theory->diverges && theory->level == ICL_FINITE_CORRECTED) {
    for (int i = 1; i <= ICL__BATCHES; i++) mean += errors[i] / batches;
    scatter = icl__standard_error(ICL__BATCHES, &errors[1], mean);
    errors[0] -= (mean - errors[0]) / (batches - 1.0);
  }
  if (!theory->diverges && !isfinite(errors[0])) {
    return icl__fail(ICL_ERR_NONFINITE, "the predicted error overflows");
  }
  *error = errors[0];
  if (standard_error) *standard_error = scatter;
  return ICL_OK;
}
