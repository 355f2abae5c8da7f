//! `icltheory/dataset.h`: pretraining sequences in reduced form.

use crate::run::icl_run;
use crate::status::icl_status;
use crate::tasks::icl_task_pool;

opaque!(
    /// Pretraining data.
    icl_dataset
);

extern "C" {
    /// A dataset of n sequences whose tasks come from a pool.
    pub fn icl_dataset_create(
        pool: *const icl_task_pool,
        l: i64,
        n: i64,
        rho: f64,
        seed: u64,
        out: *mut *mut icl_dataset,
    ) -> icl_status;

    /// An empty dataset, to be filled by the caller in chunks.
    pub fn icl_dataset_create_empty(d: i64, out: *mut *mut icl_dataset) -> icl_status;

    /// Appends raw sequences, reduced to rows.
    pub fn icl_dataset_append_sequences(
        dataset: *mut icl_dataset,
        l: i64,
        count: i64,
        x: *const f64,
        y: *const f64,
    ) -> icl_status;

    /// Appends rows.
    pub fn icl_dataset_append_features(
        dataset: *mut icl_dataset,
        count: i64,
        query: *const f64,
        context: *const f64,
        target: *const f64,
    ) -> icl_status;

    /// Sets how much memory a fit may use for the rows of a generated dataset.
    pub fn icl_dataset_set_memory_limit(dataset: *mut icl_dataset, bytes: i64) -> icl_status;

    /// Copies rows out, drawing them if the dataset is generated.
    pub fn icl_dataset_copy_rows(
        dataset: *const icl_dataset,
        first: i64,
        count: i64,
        query: *mut f64,
        context: *mut f64,
        target: *mut f64,
    ) -> icl_status;

    /// The token dimension d; -1 for NULL.
    pub fn icl_dataset_dimension(dataset: *const icl_dataset) -> i64;

    /// The number of rows n; -1 for NULL.
    pub fn icl_dataset_size(dataset: *const icl_dataset) -> i64;

    /// Mean squared error of Gamma on the rows of the dataset.
    pub fn icl_dataset_error(
        dataset: *const icl_dataset,
        gamma: *const f64,
        run: *const icl_run,
        mean: *mut f64,
        standard_error: *mut f64,
    ) -> icl_status;

    /// Destroys a dataset.
    pub fn icl_dataset_destroy(dataset: *mut icl_dataset);

    /// Draws raw sequences.
    pub fn icl_sequences_draw(
        pool: *const icl_task_pool,
        l: i64,
        n: i64,
        rho: f64,
        seed: u64,
        run: *const icl_run,
        x: *mut f64,
        y: *mut f64,
        task: *mut i64,
    ) -> icl_status;
}
