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

/** The parameters of a learning curve. All are dimensionless. Where several are at their limits, lambda -> 0+ is taken
 * first, then tau, kappa and alpha to infinity, in this order. */
enum {
  ICL_TAU = 1,        /**< pretraining sample size, n/d^2; > 0, may be INFINITY: population Gamma */
  ICL_ALPHA = 2,      /**< context length, l/d; > 0, may be INFINITY: the task is known but for what noise hides */
  ICL_KAPPA = 3,      /**< task diversity, k/d; > 0, may be INFINITY: a fresh task per sequence */
  ICL_RHO = 4,        /**< label-noise variance; finite, >= 0 */
  ICL_LAMBDA = 5,     /**< ridge; >= 0, may be INFINITY: Gamma = 0; 0 is the limit lambda -> 0+ */
  ICL_TEST_ALPHA = 6, /**< context length of test sequences; follows ICL_ALPHA until it is set; > 0, may be INFINITY */
  ICL_TEST_RHO = 7    /**< label noise of test sequences; follows ICL_RHO until it is set; finite, >= 0 */
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
 * @param tau, alpha, kappa, rho, lambda numbers in the ranges above.
 * @param[out] out the new handle, to be given to icl_theory_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT (out is NULL), ICL_ERR_DOMAIN, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_theory_create(double tau, double alpha, double kappa, double rho, double lambda, icl_theory **out);

/** Changes one parameter.
 *
 * @param theory the point.
 * @param parameter ICL_TAU .. ICL_TEST_RHO.
 * @param value its new value, in the range above.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_theory_set(icl_theory *theory, int32_t parameter, double value);

/** Lets a test parameter follow pretraining's again, as it does in a new point.
 *
 * @param theory the point.
 * @param parameter ICL_TEST_ALPHA or ICL_TEST_RHO.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_theory_clear(icl_theory *theory, int32_t parameter);

/** Reads one parameter.
 *
 * @param theory the point.
 * @param parameter ICL_TAU .. ICL_TEST_RHO.
 * @param[out] value its value; of a test parameter that was not set, pretraining's.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Thread-safe. Since 0.1. */
icl_status icl_theory_get(const icl_theory *theory, int32_t parameter, double *value);

/** Evaluates one quantity. Mean squared errors are per test sequence, noise included: never below rho.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param[out] value the quantity, to a relative error of 5e-14 (measured: 1.4e-15; the gap relative to the terms it is
 * made of); +INFINITY where an error diverges, as at tau = 1 without ridge, or exceeds the largest double; the gap is
 * +INFINITY where ICL is, 0 for kappa = INFINITY, and -INFINITY in one corner (kappa = tau < 1/3, alpha = INFINITY,
 * lambda = 0).
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_NONFINITE (only on a machine whose long double is a double: parameters
 * beyond 1e+-30 for which something overflows on the way). Cost: 50 ns without, 200 ns with ridge; 2 us for parameters
 * beyond 1e+-30. Thread-safe. Since 0.1. */
icl_status icl_theory_value(const icl_theory *theory, int32_t quantity, double *value);

/** Evaluates one quantity along one parameter, the others as they are.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param vary the parameter that changes, ICL_TAU .. ICL_TEST_RHO.
 * @param count number of points, >= 1.
 * @param at count values of that parameter; all are checked before anything is written.
 * @param[out] values count values of the quantity; may be the same array as at.
 * @return as icl_theory_value, and ICL_ERR_DOMAIN for a bad count or value, ICL_ERR_SIZE, ICL_ERR_MEMORY. Cost: that of
 * count values. Thread-safe. Since 0.1. */
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

/** Differentiates one quantity with respect to one parameter, exactly (implicit differentiation, eq. 16).
 *
 * With respect to alpha and rho the derivative is total while the test parameters follow them, partial once those are
 * set. At rho = 0 and lambda = 0 it is the one from the right; with respect to an infinite parameter it is 0.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param parameter ICL_TAU .. ICL_TEST_RHO.
 * @param[out] value the derivative.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_SINGULAR (the quantity is infinite, has a kink or an infinite slope: at
 * tau = 1 without ridge, for instance). Cost: about 1 us. Thread-safe. Since 0.1. */
icl_status icl_theory_derivative(const icl_theory *theory, int32_t quantity, int32_t parameter, double *value);

/** Finds the least value of one quantity along one parameter, the others as they are: the optimal ridge, the optimal
 * context length, and so on. Global: all stationary points of the interval are compared, and its ends. (Of parameters
 * beyond 1e+-100, 0 and infinity apart, a curve may have features where no number is, or none is looked at.)
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param vary the parameter, ICL_TAU .. ICL_TEST_RHO.
 * @param lower, upper the interval, 0 <= lower < upper; lower may be 0 and upper INFINITY: there the limit of the curve
 * counts.
 * @param[out] at where the minimum is; of equal minima the smallest. Where the gap falls to -INFINITY on one side of
 * kappa = tau (alpha = INFINITY, lambda = 0), the number next to it. NULL if unwanted.
 * @param[out] value the minimum. NULL if unwanted.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_MEMORY. Cost: some thousand derivatives, 1 to 5 ms.
 * Thread-safe. Since 0.1. */
icl_status icl_theory_minimum(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                              double *at, double *value);

/** Finds every stationary point of one quantity along one parameter between lower and upper: every change of
 * sign of the slope where the quantity is finite and smooth. A constant stretch has none.
 *
 * @param theory the point.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param vary the parameter, ICL_TAU .. ICL_TEST_RHO.
 * @param lower, upper the interval, 0 <= lower < upper; lower may be 0 and upper INFINITY.
 * @param capacity room in at; 0 to count only.
 * @param[out] at the first capacity stationary points, ascending; may be NULL if capacity is 0.
 * @param[out] count their number, which may exceed capacity.
 * @return as icl_theory_minimum. Thread-safe. Since 0.1. */
icl_status icl_theory_stationary(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                                 int64_t capacity, double *at, int64_t *count);

/** Destroys a point.
 *
 * @param theory the point, which no computation uses; or NULL. Since 0.1. */
void icl_theory_destroy(icl_theory *theory);

#ifdef __cplusplus
}
#endif

#endif
