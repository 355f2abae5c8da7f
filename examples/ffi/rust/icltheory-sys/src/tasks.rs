//! `icltheory/tasks.h`: the pool of pretraining tasks.

use crate::status::icl_status;

/// w ~ N(0, I_d)
pub const ICL_TASKS_GAUSSIAN: i32 = 1;
/// w uniform on the sphere of radius sqrt(d)
pub const ICL_TASKS_SPHERE: i32 = 2;

opaque!(
    /// A pool of tasks; never changes once created.
    icl_task_pool
);

extern "C" {
    /// Draws a pool of k tasks.
    pub fn icl_task_pool_create(
        d: i64,
        k: i64,
        distribution: i32,
        seed: u64,
        out: *mut *mut icl_task_pool,
    ) -> icl_status;

    /// The infinite pool: every sequence has a fresh task.
    pub fn icl_task_pool_create_infinite(
        d: i64,
        distribution: i32,
        seed: u64,
        out: *mut *mut icl_task_pool,
    ) -> icl_status;

    /// A pool of the caller's tasks, which are copied.
    pub fn icl_task_pool_create_from(d: i64, k: i64, tasks: *const f64, out: *mut *mut icl_task_pool) -> icl_status;

    /// The token dimension d; -1 for NULL.
    pub fn icl_task_pool_dimension(pool: *const icl_task_pool) -> i64;

    /// The number of tasks k; 0 for the infinite pool, -1 for NULL.
    pub fn icl_task_pool_size(pool: *const icl_task_pool) -> i64;

    /// Copies the tasks out.
    pub fn icl_task_pool_copy(pool: *const icl_task_pool, tasks: *mut f64) -> icl_status;

    /// Destroys a pool.
    pub fn icl_task_pool_destroy(pool: *mut icl_task_pool);
}
