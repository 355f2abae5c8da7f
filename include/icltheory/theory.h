/* Closed-form learning curves in the limit d -> infinity at fixed alpha = l/d, kappa = k/d, tau = n/d^2.
 *
 * For isotropic tokens and tasks. Formulas: PNAS 122(28) e2502599122, in the cancellation-free form that doc/theory.md
 * derives; the numbers in brackets below are its equations. */
#ifndef ICLTHEORY_THEORY_H
#define ICLTHEORY_THEORY_H

#include <icltheory/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The parameters of a learning curve. All are dimensionless. */
enum {
  ICL_TAU = 1,   /**< pretraining sample size, n/d^2; finite, > 0 */
  ICL_ALPHA = 2, /**< context length, l/d; finite, > 0 */
  ICL_KAPPA = 3, /**< task diversity, k/d; > 0, may be INFINITY: a fresh task per sequence */
  ICL_RHO = 4,   /**< label-noise variance; finite, >= 0 */
  ICL_LAMBDA = 5 /**< ridge; finite, >= 0; 0 is the limit lambda -> 0+ */
};

/** The quantities that the theory gives. */
enum {
  ICL_QUANTITY_ICL = 1,   /**< test error on a fresh task: in-context learning [eq. 13] */
  ICL_QUANTITY_IDG = 2,   /**< test error on a pretraining task: in-distribution generalisation [eq. 12] */
  ICL_QUANTITY_GAP = 3,   /**< ICL - IDG, evaluated without the subtraction [eq. 14] */
  ICL_QUANTITY_BAYES = 4, /**< ICL error of Bayes-optimal ridge regression on the context alone [eq. 15] */
  ICL_QUANTITY_XI = 5     /**< effective ridge [eq. 8] */
};

/** One point of parameter space. Opaque. */
typedef struct icl_theory icl_theory;

/** Creates a point of parameter space.
 *
 * @param tau, alpha, kappa, rho, lambda see the ranges above.
 * @param[out] out the new handle, to be given to icl_theory_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT (out is NULL), ICL_ERR_DOMAIN, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_theory_create(double tau, double alpha, double kappa, double rho, double lambda, icl_theory **out);

/** Changes one parameter.
 *
 * @param theory the point.
 * @param parameter ICL_TAU .. ICL_LAMBDA.
 * @param value its new value, in the range above.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_theory_set(icl_theory *theory, int32_t parameter, double value);

/** Reads one parameter.
 *
 * @param theory the point.
 * @param parameter ICL_TAU .. ICL_LAMBDA.
 * @param[out] value its value.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Thread-safe. Since 0.1. */
icl_status icl_theory_get(const icl_theory *theory, int32_t parameter, double *value);

/** Evaluates one quantity. Mean squared errors are per test sequence, noise included: never below rho.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param[out] value the quantity; +INFINITY where an error diverges (lambda = 0 at tau = 1).
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_NONFINITE (parameters so extreme that the formulas overflow). Cost: well
 * below a microsecond. Thread-safe. Since 0.1. */
icl_status icl_theory_value(const icl_theory *theory, int32_t quantity, double *value);

/** Evaluates one quantity along one parameter, the others as they are.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param vary the parameter that changes, ICL_TAU .. ICL_LAMBDA.
 * @param count number of points, >= 1.
 * @param at count values of that parameter; all are checked before anything is written.
 * @param[out] values count values of the quantity; may be the same array as at.
 * @return as icl_theory_value, and ICL_ERR_DOMAIN for a bad count or value, ICL_ERR_SIZE, ICL_ERR_MEMORY. Thread-safe.
 * Since 0.1. */
icl_status icl_theory_curve(const icl_theory *theory, int32_t quantity, int32_t vary, int64_t count, const double *at,
                            double *values);

/** Evaluates one quantity at many points.
 *
 * @param count number of points, >= 1.
 * @param tau, alpha, kappa, rho, lambda count values each; all are checked before anything is written.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param[out] values count values; may be the same array as one of the inputs.
 * @return as icl_theory_curve. Thread-safe. Since 0.1. */
icl_status icl_theory_batch(int64_t count, const double *tau, const double *alpha, const double *kappa,
                            const double *rho, const double *lambda, int32_t quantity, double *values);

/** Destroys a point. NULL is fine. Since 0.1. */
void icl_theory_destroy(icl_theory *theory);

#ifdef __cplusplus
}
#endif

#endif
