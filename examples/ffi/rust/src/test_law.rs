//! `icltheory/testerror.h`: the test error of any Gamma, exactly, at finite size.

use icltheory_sys as sys;

use crate::arrays::{check_shape, next, room, size};
use crate::error::{check, read, Result};
use crate::handle::Handle;
use crate::run::{with_run, Run};
use crate::tasks::{Distribution, TaskPool};

/// A mean, and the standard error of that mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// One standard deviation of it; infinite where one number is all there is.
    pub standard_error: f64,
}

impl Estimate {
    /// What `call` writes to its two last arguments.
    pub(crate) fn read(call: impl FnOnce(*mut f64, *mut f64) -> Result<()>) -> Result<Self> {
        let (mut mean, mut standard_error) = (0.0, f64::INFINITY);
        call(&mut mean, &mut standard_error)?;
        Ok(Estimate { mean, standard_error })
    }
}

/// The moments of a law: the error of Gamma is c + tr(Gamma B Gamma')/d - 2 tr(Gamma A')/d.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// A = E\[w h'\], d x (d+1).
    pub a: Vec<f64>,
    /// B = E\[h h'\], (d+1) x (d+1).
    pub b: Vec<f64>,
    /// c = E|w|^2/d + rho, the error of Gamma = 0.
    pub c: f64,
}

/// A law of test sequences; never changes once created.
///
/// ```
/// use icltheory::{Distribution, TestLaw};
/// let law = TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian)?;
/// assert!((law.error(&[0.0; 20 * 21])? - 1.01).abs() < 1e-14);
/// let best = law.optimal_gamma(0.0)?;
/// assert!(law.error(&best)? < 0.2);
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct TestLaw {
    pub(crate) handle: Handle<sys::icl_test_law>,
    d: usize,
}

impl TestLaw {
    /// Fresh tasks, never seen in pretraining: the ICL error.
    pub fn fresh(d: usize, l: usize, rho: f64, distribution: Distribution) -> Result<Self> {
        let (dimension, l, distribution) = (size(d, "d")?, size(l, "l")?, distribution as i32);
        // SAFETY: `out` is what it writes to, here and below.
        let create = |out: *mut _| unsafe { sys::icl_test_law_create_fresh(dimension, l, rho, distribution, out) };
        Ok(TestLaw { handle: Handle::new(create)?, d })
    }

    /// Fresh Gaussian tasks of this covariance, d x d: the ICL error on structured tasks.
    pub fn gaussian(d: usize, l: usize, rho: f64, covariance: &[f64]) -> Result<Self> {
        check_shape("covariance", covariance, &[d, d])?;
        let (dimension, l, covariance) = (size(d, "d")?, size(l, "l")?, covariance.as_ptr());
        // SAFETY: the covariance has d d elements.
        let create = |out: *mut _| unsafe { sys::icl_test_law_create_gaussian(dimension, l, rho, covariance, out) };
        Ok(TestLaw { handle: Handle::new(create)?, d })
    }

    /// Tasks of a pool, each as likely as the others: the IDG error. For an infinite pool it is the law of fresh tasks.
    pub fn pool(pool: &TaskPool, l: usize, rho: f64) -> Result<Self> {
        let (d, l) = (pool.dimension(), size(l, "l")?);
        let create = |out: *mut _| unsafe { sys::icl_test_law_create_pool(pool.handle.as_ptr(), l, rho, out) };
        Ok(TestLaw { handle: Handle::new(create)?, d })
    }

    /// The token dimension d.
    pub fn dimension(&self) -> usize {
        self.d
    }

    fn check_gamma(&self, gamma: &[f64]) -> Result<()> {
        check_shape("gamma", gamma, &[self.d, next(self.d)])
    }

    /// The exact test error of Gamma, d x (d+1), label noise included.
    pub fn error(&self, gamma: &[f64]) -> Result<f64> {
        self.check_gamma(gamma)?;
        // SAFETY: gamma has d (d+1) elements.
        read(|error| unsafe { sys::icl_test_error(self.handle.as_ptr(), gamma.as_ptr(), error) })
    }

    /// The same error estimated from drawn test sequences, at least 2: a check of [`TestLaw::error`].
    pub fn error_sampled(&self, gamma: &[f64], samples: usize, seed: u64, run: Option<&mut Run>) -> Result<Estimate> {
        self.check_gamma(gamma)?;
        let (law, gamma, samples) = (self.handle.as_ptr(), gamma.as_ptr(), size(samples, "count")?);
        Estimate::read(|mean, standard_error| {
            // SAFETY: gamma has d (d+1) elements.
            with_run(run, |run| unsafe {
                sys::icl_test_error_sampled(law, gamma, samples, seed, run, mean, standard_error)
            })
        })
    }

    /// The moments.
    pub fn moments(&self) -> Result<Moments> {
        let mut a = room("A", &[self.d, next(self.d)])?;
        let mut b = room("B", &[next(self.d), next(self.d)])?;
        let (law, a_out, b_out) = (self.handle.as_ptr(), a.as_mut_ptr(), b.as_mut_ptr());
        // SAFETY: room for d (d+1) and (d+1)^2 elements.
        let c = read(|c| unsafe { sys::icl_test_law_moments(law, a_out, b_out, c) })?;
        Ok(Moments { a, b, c })
    }

    /// The Gamma that pretraining on infinitely many sequences of this law gives, d x (d+1).
    pub fn optimal_gamma(&self, lambda: f64) -> Result<Vec<f64>> {
        let mut gamma = room("gamma", &[self.d, next(self.d)])?;
        // SAFETY: room for d (d+1) elements.
        check(unsafe { sys::icl_test_law_optimal_gamma(self.handle.as_ptr(), lambda, gamma.as_mut_ptr()) })?;
        Ok(gamma)
    }
}
