//! `icltheory/baseline.h`: what could be known from one context.

use crate::run::icl_run;
use crate::status::icl_status;
use crate::tasks::icl_task_pool;
use crate::testerror::icl_test_law;

extern "C" {
    /// The error of dMMSE, the discrete minimum-mean-squared-error predictor, by sampling contexts.
    pub fn icl_dmmse_error(
        pool: *const icl_task_pool,
        law: *const icl_test_law,
        count: i64,
        seed: u64,
        run: *const icl_run,
        mean: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;

    /// The error of Bayes ridge regression, by sampling the tokens of contexts.
    pub fn icl_bayes_ridge_error(
        law: *const icl_test_law,
        count: i64,
        seed: u64,
        run: *const icl_run,
        mean: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;
}
