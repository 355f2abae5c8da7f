//! `icltheory/baseline.h`: what could be known from one context.

use icltheory_sys as sys;

use crate::arrays::size;
use crate::error::Result;
use crate::run::{with_run, Run};
use crate::tasks::TaskPool;
use crate::test_law::{Estimate, TestLaw};

/// The error of dMMSE, the predictor that knows the tasks of a finite pool, by sampling contexts, at least 2.
///
/// ```
/// use icltheory::{dmmse_error, Distribution, TaskPool, TestLaw};
/// let pool = TaskPool::new(10, 2, Distribution::Gaussian, 1)?;
/// let law = TestLaw::pool(&pool, 100, 0.1)?;
/// let error = dmmse_error(&pool, &law, 100, 1, None)?;
/// assert!((error.mean - 0.1).abs() < 1e-6); // so long a context tells which of the two tasks it is
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn dmmse_error(
    pool: &TaskPool,
    law: &TestLaw,
    samples: usize,
    seed: u64,
    run: Option<&mut Run>,
) -> Result<Estimate> {
    let (pool, law, samples) = (pool.handle.as_ptr(), law.handle.as_ptr(), size(samples, "count")?);
    Estimate::read(|mean, standard_error| {
        // SAFETY: valid handles.
        with_run(run, |run| unsafe { sys::icl_dmmse_error(pool, law, samples, seed, run, mean, standard_error) })
    })
}

/// The error of Bayes ridge regression, by sampling the tokens of contexts, at least 2.
///
/// ```
/// use icltheory::{bayes_ridge_error, Distribution, TestLaw};
/// let law = TestLaw::fresh(10, 20, 0.0, Distribution::Gaussian)?;
/// assert_eq!(bayes_ridge_error(&law, 100, 1, None)?.mean, 0.0); // no noise, and more labels than unknowns
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn bayes_ridge_error(law: &TestLaw, samples: usize, seed: u64, run: Option<&mut Run>) -> Result<Estimate> {
    let (law, samples) = (law.handle.as_ptr(), size(samples, "count")?);
    Estimate::read(|mean, standard_error| {
        // SAFETY: a valid handle.
        with_run(run, |run| unsafe { sys::icl_bayes_ridge_error(law, samples, seed, run, mean, standard_error) })
    })
}
