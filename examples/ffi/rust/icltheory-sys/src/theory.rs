//! `icltheory/theory.h`: closed-form learning curves in the limit d -> infinity.

use crate::status::icl_status;

/// Pretraining sample size, n/d^2; > 0, may be INFINITY: population Gamma
pub const ICL_TAU: i32 = 1;
/// Context length, l/d; > 0, may be INFINITY: the task is known but for what noise hides
pub const ICL_ALPHA: i32 = 2;
/// Task diversity, k/d; > 0, may be INFINITY: a fresh task per sequence
pub const ICL_KAPPA: i32 = 3;
/// Label-noise variance; finite, >= 0
pub const ICL_RHO: i32 = 4;
/// Ridge; >= 0, may be INFINITY: Gamma = 0; 0 is the limit lambda -> 0+
pub const ICL_LAMBDA: i32 = 5;
/// Context length of test sequences; follows ICL_ALPHA until it is set; > 0, may be INFINITY
pub const ICL_TEST_ALPHA: i32 = 6;
/// Label noise of test sequences; follows ICL_RHO until it is set; finite, >= 0
pub const ICL_TEST_RHO: i32 = 7;
/// Test error on a fresh task: in-context learning
pub const ICL_QUANTITY_ICL: i32 = 1;
/// Test error on a pretraining task: in-distribution generalisation
pub const ICL_QUANTITY_IDG: i32 = 2;
/// ICL - IDG, evaluated without the subtraction
pub const ICL_QUANTITY_GAP: i32 = 3;
/// ICL error of Bayes-optimal ridge regression on the context alone
pub const ICL_QUANTITY_BAYES: i32 = 4;
/// Effective ridge
pub const ICL_QUANTITY_XI: i32 = 5;

opaque!(
    /// One point of parameter space.
    icl_theory
);

extern "C" {
    /// Creates a point of parameter space.
    pub fn icl_theory_create(
        tau: f64,
        alpha: f64,
        kappa: f64,
        rho: f64,
        lambda: f64,
        out: *mut *mut icl_theory,
    ) -> icl_status;

    /// Changes one parameter.
    pub fn icl_theory_set(theory: *mut icl_theory, parameter: i32, value: f64) -> icl_status;

    /// Lets a test parameter follow pretraining's again, as it does in a new point.
    pub fn icl_theory_clear(theory: *mut icl_theory, parameter: i32) -> icl_status;

    /// Reads one parameter.
    pub fn icl_theory_get(theory: *const icl_theory, parameter: i32, value: *mut f64) -> icl_status;

    /// Evaluates one quantity.
    pub fn icl_theory_value(theory: *const icl_theory, quantity: i32, value: *mut f64) -> icl_status;

    /// Evaluates one quantity along one parameter, the others as they are.
    pub fn icl_theory_curve(
        theory: *const icl_theory,
        quantity: i32,
        vary: i32,
        count: i64,
        at: *const f64,
        values: *mut f64,
    ) -> icl_status;

    /// Evaluates one quantity at many points.
    pub fn icl_theory_batch(
        count: i64,
        tau: *const f64,
        alpha: *const f64,
        kappa: *const f64,
        rho: *const f64,
        lambda: *const f64,
        quantity: i32,
        values: *mut f64,
    ) -> icl_status;

    /// Differentiates one quantity with respect to one parameter, exactly.
    pub fn icl_theory_derivative(
        theory: *const icl_theory,
        quantity: i32,
        parameter: i32,
        value: *mut f64,
    ) -> icl_status;

    /// Finds the least value of one quantity along one parameter, the others as they are.
    pub fn icl_theory_minimum(
        theory: *const icl_theory,
        quantity: i32,
        vary: i32,
        lower: f64,
        upper: f64,
        at: *mut f64,
        value: *mut f64,
    ) -> icl_status;

    /// Finds every stationary point of one quantity along one parameter between lower and upper.
    pub fn icl_theory_stationary(
        theory: *const icl_theory,
        quantity: i32,
        vary: i32,
        lower: f64,
        upper: f64,
        capacity: i64,
        at: *mut f64,
        count: *mut i64,
    ) -> icl_status;

    /// Destroys a point.
    pub fn icl_theory_destroy(theory: *mut icl_theory);
}
