//! `icltheory/dataset.h`: pretraining sequences, drawn or given.

use std::ops::Range;
use std::ptr;

use icltheory_sys as sys;

use crate::arrays::{check_shape, count, next, room, size};
use crate::error::{check, Error, Result, Status};
use crate::handle::Handle;
use crate::run::{with_run, Run};
use crate::tasks::TaskPool;
use crate::test_law::Estimate;

/// Sequences in reduced form: n rows (q, h, y).
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// q, n x d.
    pub query: Vec<f64>,
    /// h, n x (d+1).
    pub context: Vec<f64>,
    /// y, n.
    pub target: Vec<f64>,
}

impl Rows {
    /// Room for n rows.
    pub(crate) fn room(n: usize, d: usize) -> Result<Self> {
        Ok(Rows {
            query: room("query", &[n, d])?,
            context: room("context", &[n, next(d)])?,
            target: room("target", &[n])?,
        })
    }
}

/// Raw sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequences {
    /// Tokens, n x (l+1) x d; the last of each sequence is its query.
    pub x: Vec<f64>,
    /// Labels, n x (l+1); the last one is the target.
    pub y: Vec<f64>,
    /// The task of each sequence, as its index in the pool; `None` for the infinite pool.
    pub tasks: Option<Vec<usize>>,
}

/// Pretraining data: generated on demand, or given by the caller.
///
/// ```
/// use icltheory::{Dataset, Distribution, TaskPool};
/// let pool = TaskPool::new(20, 10, Distribution::Gaussian, 1)?;
/// let drawn = Dataset::new(&pool, 200, 800, 0.01, 1)?;
/// let rows = drawn.rows(0..100)?;
/// let mut own = Dataset::empty(20)?;
/// own.append_rows(&rows.query, &rows.context, &rows.target)?;
/// assert_eq!(own.rows(0..100)?, rows);
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct Dataset {
    pub(crate) handle: Handle<sys::icl_dataset>,
}

impl Dataset {
    /// n sequences of context length l and noise rho, whose tasks come from a pool. Row i depends on (pool, l, rho,
    /// seed, i) only, so a dataset is a prefix of a longer one.
    pub fn new(pool: &TaskPool, l: usize, n: usize, rho: f64, seed: u64) -> Result<Self> {
        let (l, n) = (size(l, "l")?, size(n, "n")?);
        // SAFETY: a valid handle, and `out` is what it writes to.
        let create = |out: *mut _| unsafe { sys::icl_dataset_create(pool.handle.as_ptr(), l, n, rho, seed, out) };
        Ok(Dataset { handle: Handle::new(create)? })
    }

    /// No rows yet; `append_sequences` and `append_rows` add some.
    pub fn empty(d: usize) -> Result<Self> {
        let d = size(d, "d")?;
        // SAFETY: `out` is what it writes to.
        Ok(Dataset { handle: Handle::new(|out| unsafe { sys::icl_dataset_create_empty(d, out) })? })
    }

    /// Appends raw sequences of context length l: tokens n x (l+1) x d and labels n x (l+1), where n follows from the
    /// number of labels.
    pub fn append_sequences(&mut self, l: usize, x: &[f64], y: &[f64]) -> Result<()> {
        let n = y.len() / next(l);
        check_shape("y", y, &[n, next(l)])?;
        check_shape("x", x, &[n, next(l), self.dimension()])?;
        let (l, n) = (size(l, "l")?, size(n, "count")?);
        // SAFETY: a valid handle; both arrays have the shapes checked.
        check(unsafe { sys::icl_dataset_append_sequences(self.handle.as_mut_ptr(), l, n, x.as_ptr(), y.as_ptr()) })
    }

    /// Appends rows: queries n x d, contexts n x (d+1), targets n.
    pub fn append_rows(&mut self, query: &[f64], context: &[f64], target: &[f64]) -> Result<()> {
        let (n, d) = (target.len(), self.dimension());
        check_shape("query", query, &[n, d])?;
        check_shape("context", context, &[n, next(d)])?;
        let (dataset, n) = (self.handle.as_mut_ptr(), size(n, "count")?);
        let (query, context, target) = (query.as_ptr(), context.as_ptr(), target.as_ptr());
        // SAFETY: a valid handle; the arrays have the shapes checked.
        check(unsafe { sys::icl_dataset_append_features(dataset, n, query, context, target) })
    }

    /// Sets how much memory a fit may use for the rows of a generated dataset, 4 GiB if not set. Results do not depend
    /// on it.
    pub fn set_memory_limit(&mut self, bytes: usize) -> Result<()> {
        let bytes = size(bytes, "bytes")?;
        // SAFETY: a valid handle.
        check(unsafe { sys::icl_dataset_set_memory_limit(self.handle.as_mut_ptr(), bytes) })
    }

    /// Copies rows out, drawing them if the dataset is generated.
    pub fn rows(&self, range: Range<usize>) -> Result<Rows> {
        if range.end > self.size() {
            let message = format!("rows {:?} were asked for; the dataset has {}", range, self.size());
            return Err(Error::new(Status::Domain, message));
        }
        let mut rows = Rows::room(range.len(), self.dimension())?;
        let (dataset, first, n) = (self.handle.as_ptr(), size(range.start, "first")?, size(range.len(), "count")?);
        let (query, context, target) = (rows.query.as_mut_ptr(), rows.context.as_mut_ptr(), rows.target.as_mut_ptr());
        // SAFETY: a valid handle; room for n rows.
        check(unsafe { sys::icl_dataset_copy_rows(dataset, first, n, query, context, target) })?;
        Ok(rows)
    }

    /// The token dimension d.
    pub fn dimension(&self) -> usize {
        // SAFETY: a valid handle.
        count(unsafe { sys::icl_dataset_dimension(self.handle.as_ptr()) })
    }

    /// The number of rows n.
    pub fn size(&self) -> usize {
        // SAFETY: a valid handle.
        count(unsafe { sys::icl_dataset_size(self.handle.as_ptr()) })
    }

    /// Mean squared error of Gamma, d x (d+1), on the rows; the standard error takes them as independent.
    pub fn error(&self, gamma: &[f64], run: Option<&mut Run>) -> Result<Estimate> {
        check_shape("gamma", gamma, &[self.dimension(), next(self.dimension())])?;
        let (dataset, gamma, one) = (self.handle.as_ptr(), gamma.as_ptr(), self.size() == 1);
        Estimate::read(|mean, standard_error| {
            let standard_error = if one { ptr::null_mut() } else { standard_error };
            // SAFETY: gamma has d (d+1) elements.
            with_run(run, |run| unsafe { sys::icl_dataset_error(dataset, gamma, run, mean, standard_error) })
        })
    }
}

/// Draws raw sequences: the same data as [`Dataset::new`] of the same arguments, whose rows are their features.
///
/// ```
/// use icltheory::{draw_sequences, Distribution, TaskPool};
/// let pool = TaskPool::new(3, 2, Distribution::Gaussian, 1)?;
/// let drawn = draw_sequences(&pool, 10, 5, 0.0, 1, None)?;
/// assert_eq!((drawn.x.len(), drawn.y.len()), (5 * 11 * 3, 5 * 11));
/// let task = drawn.tasks.unwrap()[0]; // without noise the first label is x.w
/// let label: f64 = drawn.x[..3].iter().zip(&pool.tasks()?[3 * task..]).map(|(x, w)| x * w).sum();
/// assert!((drawn.y[0] - label).abs() < 1e-14);
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn draw_sequences(
    pool: &TaskPool,
    l: usize,
    n: usize,
    rho: f64,
    seed: u64,
    run: Option<&mut Run>,
) -> Result<Sequences> {
    let mut x = room("x", &[n, next(l), pool.dimension()])?;
    let mut y = room("y", &[n, next(l)])?;
    let mut task: Vec<i64> = room("task", &[n])?;
    let (l, n) = (size(l, "l")?, size(n, "n")?);
    let (x_out, y_out, task_out, from) = (x.as_mut_ptr(), y.as_mut_ptr(), task.as_mut_ptr(), pool.handle.as_ptr());
    // SAFETY: a valid handle; room for the shapes above.
    with_run(run, |run| unsafe { sys::icl_sequences_draw(from, l, n, rho, seed, run, x_out, y_out, task_out) })?;
    let tasks = pool.size().map(|_| task.into_iter().map(count).collect());
    Ok(Sequences { x, y, tasks })
}
