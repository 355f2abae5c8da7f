//! `icltheory/tasks.h`: the pool of pretraining tasks.

use icltheory_sys as sys;

use crate::arrays::{check_shape, count, room, size};
use crate::error::{check, Result};
use crate::handle::Handle;

/// The law of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Distribution {
    /// w ~ N(0, I).
    Gaussian = sys::ICL_TASKS_GAUSSIAN,
    /// w uniform on the sphere of radius sqrt(d).
    Sphere = sys::ICL_TASKS_SPHERE,
}

/// A pool of tasks w in R^d that sequences take one of; never changes once created.
///
/// ```
/// use icltheory::{Distribution, TaskPool};
/// let pool = TaskPool::new(20, 10, Distribution::Sphere, 1)?;
/// let first = &pool.tasks()?[..20];
/// assert!((first.iter().map(|w| w * w).sum::<f64>() - 20.0).abs() < 1e-12);
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct TaskPool {
    pub(crate) handle: Handle<sys::icl_task_pool>,
}

impl TaskPool {
    /// Draws k tasks. Task j depends on (seed, j) only, so a smaller pool is a prefix of a larger one.
    pub fn new(d: usize, k: usize, distribution: Distribution, seed: u64) -> Result<Self> {
        let (d, k) = (size(d, "d")?, size(k, "k")?);
        // SAFETY: `out` is what it writes to, here and below.
        let handle = Handle::new(|out| unsafe { sys::icl_task_pool_create(d, k, distribution as i32, seed, out) })?;
        Ok(TaskPool { handle })
    }

    /// The infinite pool: every sequence has a fresh task.
    pub fn infinite(d: usize, distribution: Distribution, seed: u64) -> Result<Self> {
        let d = size(d, "d")?;
        let handle =
            Handle::new(|out| unsafe { sys::icl_task_pool_create_infinite(d, distribution as i32, seed, out) })?;
        Ok(TaskPool { handle })
    }

    /// A pool of these tasks, k x d, which are copied.
    pub fn from_tasks(d: usize, k: usize, tasks: &[f64]) -> Result<Self> {
        check_shape("tasks", tasks, &[k, d])?;
        let (d, k) = (size(d, "d")?, size(k, "k")?);
        // SAFETY: `tasks` has k d elements.
        let handle = Handle::new(|out| unsafe { sys::icl_task_pool_create_from(d, k, tasks.as_ptr(), out) })?;
        Ok(TaskPool { handle })
    }

    /// The token dimension d.
    pub fn dimension(&self) -> usize {
        // SAFETY: a valid handle, here and below.
        count(unsafe { sys::icl_task_pool_dimension(self.handle.as_ptr()) })
    }

    /// The number of tasks k; `None` for the infinite pool.
    pub fn size(&self) -> Option<usize> {
        Some(count(unsafe { sys::icl_task_pool_size(self.handle.as_ptr()) })).filter(|&k| k > 0)
    }

    /// The tasks of a finite pool, k x d.
    pub fn tasks(&self) -> Result<Vec<f64>> {
        let mut tasks = room("tasks", &[self.size().unwrap_or(0), self.dimension()])?;
        // SAFETY: room for k d elements; for the infinite pool it fails.
        check(unsafe { sys::icl_task_pool_copy(self.handle.as_ptr(), tasks.as_mut_ptr()) })?;
        Ok(tasks)
    }
}
