//! `icltheory/estimator.h`: pretraining, Gamma by ridge regression on a dataset.

use crate::dataset::icl_dataset;
use crate::run::icl_run;
use crate::status::icl_status;

/// The one of least estimated time: CG, or else dual for n < p, primal for n >= p
pub const ICL_METHOD_AUTO: i32 = 0;
/// Normal equations: p x p; n p^2/2 + p^3/3 flop, 10 p^2 bytes
pub const ICL_METHOD_PRIMAL: i32 = 1;
/// Kernel equations: n x n; 2 n^2 d + n^3/3 flop, 8 n^2 bytes
pub const ICL_METHOD_DUAL: i32 = 2;
/// Preconditioned conjugate gradients: 4 n d (d+1) flop an iteration, no matrix at all
pub const ICL_METHOD_CG: i32 = 3;

opaque!(
    /// Settings and results of a fit.
    icl_estimator
);

extern "C" {
    /// Creates an estimator.
    pub fn icl_estimator_create(out: *mut *mut icl_estimator) -> icl_status;

    /// Sets the ridge.
    pub fn icl_estimator_set_lambda(estimator: *mut icl_estimator, lambda: f64) -> icl_status;

    /// Sets the method.
    pub fn icl_estimator_set_method(estimator: *mut icl_estimator, method: i32) -> icl_status;

    /// Sets the relative residual that a fit must reach, see icl_estimator_report.
    pub fn icl_estimator_set_tolerance(estimator: *mut icl_estimator, relative: f64) -> icl_status;

    /// Bounds the iterations, of conjugate gradients or of the refinement of a direct solution.
    pub fn icl_estimator_set_max_iterations(estimator: *mut icl_estimator, count: i64) -> icl_status;

    /// Fits Gamma.
    pub fn icl_estimator_fit(
        estimator: *mut icl_estimator,
        dataset: *const icl_dataset,
        run: *const icl_run,
    ) -> icl_status;

    /// Fits Gamma for several ridges at once.
    pub fn icl_estimator_fit_path(
        estimator: *mut icl_estimator,
        dataset: *const icl_dataset,
        count: i64,
        lambda: *const f64,
        run: *const icl_run,
        gamma: *mut f64,
    ) -> icl_status;

    /// Reads the fitted Gamma.
    pub fn icl_estimator_gamma(estimator: *const icl_estimator, gamma: *mut f64) -> icl_status;

    /// Reads how the fit went.
    pub fn icl_estimator_report(
        estimator: *const icl_estimator,
        method: *mut i32,
        iterations: *mut i64,
        relative_residual: *mut f64,
        training_error: *mut f64,
    ) -> icl_status;

    /// Destroys an estimator.
    pub fn icl_estimator_destroy(estimator: *mut icl_estimator);
}
