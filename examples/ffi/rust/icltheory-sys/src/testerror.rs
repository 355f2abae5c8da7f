//! `icltheory/testerror.h`: the test error of any Gamma, exactly, at finite size.

use crate::run::icl_run;
use crate::status::icl_status;
use crate::tasks::icl_task_pool;

opaque!(
    /// A law of test sequences; never changes once created.
    icl_test_law
);

extern "C" {
    /// Fresh tasks, never seen in pretraining.
    pub fn icl_test_law_create_fresh(
        d: i64,
        l: i64,
        rho: f64,
        distribution: i32,
        out: *mut *mut icl_test_law,
    ) -> icl_status;

    /// Fresh Gaussian tasks w ~ N(0, C).
    pub fn icl_test_law_create_gaussian(
        d: i64,
        l: i64,
        rho: f64,
        covariance: *const f64,
        out: *mut *mut icl_test_law,
    ) -> icl_status;

    /// Tasks of a pool, each as likely as the others.
    pub fn icl_test_law_create_pool(
        pool: *const icl_task_pool,
        l: i64,
        rho: f64,
        out: *mut *mut icl_test_law,
    ) -> icl_status;

    /// The exact test error of Gamma.
    pub fn icl_test_error(law: *const icl_test_law, gamma: *const f64, error: *mut f64) -> icl_status;

    /// The same error estimated from drawn test sequences.
    pub fn icl_test_error_sampled(
        law: *const icl_test_law,
        gamma: *const f64,
        count: i64,
        seed: u64,
        run: *const icl_run,
        mean: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;

    /// The moments A = E[w h'], B = E[h h'] and c, the error of Gamma = 0.
    pub fn icl_test_law_moments(law: *const icl_test_law, A: *mut f64, B: *mut f64, c: *mut f64) -> icl_status;

    /// The Gamma that pretraining on infinitely many sequences of this law gives.
    pub fn icl_test_law_optimal_gamma(law: *const icl_test_law, lambda: f64, gamma: *mut f64) -> icl_status;

    /// Destroys a law.
    pub fn icl_test_law_destroy(law: *mut icl_test_law);
}
