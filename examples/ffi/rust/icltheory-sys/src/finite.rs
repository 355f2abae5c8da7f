//! `icltheory/finite.h`: learning curves at finite size and for a given pool.

use crate::run::icl_run;
use crate::status::icl_status;
use crate::tasks::icl_task_pool;
use crate::testerror::icl_test_law;

/// The pool's own second moments
pub const ICL_FINITE_POOL: i32 = 1;
/// Those, and the fluctuations of the features
pub const ICL_FINITE_CORRECTED: i32 = 2;

opaque!(
    /// A finite model and what is predicted of it.
    icl_finite_theory
);

extern "C" {
    /// Creates the theory of one finite model, unsolved.
    pub fn icl_finite_theory_create(
        pool: *const icl_task_pool,
        l: i64,
        n: i64,
        rho: f64,
        lambda: f64,
        level: i32,
        out: *mut *mut icl_finite_theory,
    ) -> icl_status;

    /// Sets the number of feature samples of ICL_FINITE_CORRECTED, and drops the result.
    pub fn icl_finite_theory_set_samples(theory: *mut icl_finite_theory, count: i64) -> icl_status;

    /// Sets the seed of the feature samples, and drops the result.
    pub fn icl_finite_theory_set_seed(theory: *mut icl_finite_theory, seed: u64) -> icl_status;

    /// Solves, replacing an earlier result.
    pub fn icl_finite_theory_solve(theory: *mut icl_finite_theory, run: *const icl_run) -> icl_status;

    /// The predicted test error, of any test law.
    pub fn icl_finite_theory_error(
        theory: *const icl_finite_theory,
        law: *const icl_test_law,
        error: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;

    /// Destroys a theory.
    pub fn icl_finite_theory_destroy(theory: *mut icl_finite_theory);
}
