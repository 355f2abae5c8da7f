//! `icltheory/experiment.h`: replicated experiments at finite size, beside the theory.

use crate::run::icl_run;
use crate::status::icl_status;
use std::os::raw::c_char;

opaque!(
    /// Settings and results of an experiment.
    icl_experiment
);

extern "C" {
    /// Creates an experiment.
    pub fn icl_experiment_create(d: i64, out: *mut *mut icl_experiment) -> icl_status;

    /// Sets a parameter.
    pub fn icl_experiment_set(experiment: *mut icl_experiment, parameter: i32, value: f64) -> icl_status;

    /// Sets the law of tasks, of the pool and of fresh test tasks.
    pub fn icl_experiment_set_distribution(experiment: *mut icl_experiment, distribution: i32) -> icl_status;

    /// Sets the number of replicates.
    pub fn icl_experiment_set_replicates(experiment: *mut icl_experiment, count: i64) -> icl_status;

    /// Sets the seed of all random numbers.
    pub fn icl_experiment_set_seed(experiment: *mut icl_experiment, seed: u64) -> icl_status;

    /// Sets a file in which finished replicates are kept, so that they survive the end of the process, however sudden.
    pub fn icl_experiment_set_checkpoint(experiment: *mut icl_experiment, path: *const c_char) -> icl_status;

    /// Computes the replicates.
    pub fn icl_experiment_run(experiment: *mut icl_experiment, run: *const icl_run) -> icl_status;

    /// Reads the mean over replicates and its standard error, after a run.
    pub fn icl_experiment_result(
        experiment: *const icl_experiment,
        quantity: i32,
        mean: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;

    /// Reads the replicates one by one, after a run.
    pub fn icl_experiment_replicates(experiment: *const icl_experiment, quantity: i32, values: *mut f64) -> icl_status;

    /// Reads the sizes, before or after a run.
    pub fn icl_experiment_sizes(
        experiment: *const icl_experiment,
        d: *mut i64,
        l: *mut i64,
        k: *mut i64,
        n: *mut i64,
    ) -> icl_status;

    /// Evaluates the theory at the ratios that the sizes realise.
    pub fn icl_experiment_theory(experiment: *const icl_experiment, quantity: i32, value: *mut f64) -> icl_status;

    /// Computes a curve.
    pub fn icl_experiment_curve(
        experiment: *mut icl_experiment,
        vary: i32,
        count: i64,
        at: *const f64,
        quantity_count: i64,
        quantities: *const i32,
        run: *const icl_run,
        mean: *mut f64,
        standard_error: *mut f64,
        theory: *mut f64,
        sizes: *mut i64,
    ) -> icl_status;

    /// Destroys an experiment; its checkpoint file stays.
    pub fn icl_experiment_destroy(experiment: *mut icl_experiment);
}
