//! `icltheory/finite.h`: learning curves at finite size and for a given pool.

use icltheory_sys as sys;

use crate::arrays::size;
use crate::error::{check, Result};
use crate::handle::Handle;
use crate::run::{with_run, Run};
use crate::tasks::TaskPool;
use crate::test_law::{Estimate, TestLaw};

/// How much of the finite size is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Level {
    /// The pool's own second moments.
    Pool = sys::ICL_FINITE_POOL,
    /// Those, and the fluctuations of the features.
    Corrected = sys::ICL_FINITE_CORRECTED,
}

/// The theory of one finite model: the mean test error, over datasets, of the Gamma fitted.
///
/// ```
/// use icltheory::{Distribution, FiniteTheory, Level, TaskPool, TestLaw};
/// let pool = TaskPool::new(20, 10, Distribution::Gaussian, 1)?;
/// let mut theory = FiniteTheory::new(&pool, 200, 800, 0.01, 0.1, Level::Pool)?;
/// theory.solve(None)?;
/// let fresh = TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian)?;
/// assert!((theory.error(&fresh)?.mean / 0.6661 - 1.0).abs() < 0.03); // 0.6661 is one fit
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct FiniteTheory {
    handle: Handle<sys::icl_finite_theory>,
}

impl FiniteTheory {
    /// Pretraining on n sequences of context length l and noise rho from a pool, with the ridge lambda; unsolved.
    pub fn new(pool: &TaskPool, l: usize, n: usize, rho: f64, lambda: f64, level: Level) -> Result<Self> {
        let (pool, l, n, level) = (pool.handle.as_ptr(), size(l, "l")?, size(n, "n")?, level as i32);
        // SAFETY: a valid handle, and `out` is what it writes to.
        let create = |out: *mut _| unsafe { sys::icl_finite_theory_create(pool, l, n, rho, lambda, level, out) };
        Ok(FiniteTheory { handle: Handle::new(create)? })
    }

    /// Sets the number of feature samples of [`Level::Corrected`], at least 64 (d+1), and drops the result.
    pub fn set_samples(&mut self, samples: usize) -> Result<()> {
        let samples = size(samples, "count")?;
        // SAFETY: a valid handle, here and below.
        check(unsafe { sys::icl_finite_theory_set_samples(self.handle.as_mut_ptr(), samples) })
    }

    /// Sets the seed of the feature samples, and drops the result.
    pub fn set_seed(&mut self, seed: u64) -> Result<()> {
        check(unsafe { sys::icl_finite_theory_set_seed(self.handle.as_mut_ptr(), seed) })
    }

    /// Solves, replacing an earlier result; after a failure there is none.
    pub fn solve(&mut self, run: Option<&mut Run>) -> Result<()> {
        let theory = self.handle.as_mut_ptr();
        with_run(run, |run| unsafe { sys::icl_finite_theory_solve(theory, run) })
    }

    /// The predicted test error of any law of the same dimension. The standard error is that of the feature samples, 0
    /// for [`Level::Pool`].
    pub fn error(&self, law: &TestLaw) -> Result<Estimate> {
        let (theory, law) = (self.handle.as_ptr(), law.handle.as_ptr());
        Estimate::read(|mean, standard_error| {
            check(unsafe { sys::icl_finite_theory_error(theory, law, mean, standard_error) })
        })
    }
}
