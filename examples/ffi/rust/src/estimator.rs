//! `icltheory/estimator.h`: pretraining, Gamma by ridge regression on a dataset.

use icltheory_sys as sys;

use crate::arrays::{count, next, room, size};
use crate::dataset::Dataset;
use crate::error::{check, Error, Result, Status};
use crate::handle::Handle;
use crate::run::{with_run, Run};

/// How the ridge problem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Method {
    /// The one of least estimated time.
    Auto = sys::ICL_METHOD_AUTO,
    /// Normal equations, p x p with p = d(d+1).
    Primal = sys::ICL_METHOD_PRIMAL,
    /// Kernel equations, n x n.
    Dual = sys::ICL_METHOD_DUAL,
    /// Preconditioned conjugate gradients.
    ConjugateGradients = sys::ICL_METHOD_CG,
}

impl Method {
    fn from_code(code: i32) -> Result<Self> {
        let known = [Method::Auto, Method::Primal, Method::Dual, Method::ConjugateGradients];
        let found = known.iter().find(|&&method| method as i32 == code);
        found.copied().ok_or_else(|| Error::new(Status::Unsupported, format!("method {} is newer than this", code)))
    }
}

/// How a fit went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitReport {
    /// The method used: what `Auto` chose.
    pub method: Method,
    /// Iterations of conjugate gradients, or of the refinement of a direct solution.
    pub iterations: usize,
    /// Relative residual, recomputed from the data after the solve.
    pub relative_residual: f64,
    /// Mean squared error on the training rows.
    pub training_error: f64,
}

/// Settings and results of a fit.
///
/// ```
/// use icltheory::{Dataset, Distribution, Estimator, TaskPool};
/// let pool = TaskPool::new(5, 5, Distribution::Gaussian, 1)?;
/// let data = Dataset::new(&pool, 50, 100, 0.01, 1)?;
/// let mut fit = Estimator::new()?;
/// fit.set_lambda(0.1)?;
/// fit.fit(&data, None)?;
/// let gamma = fit.gamma()?; // gamma[i * 6 + j], 5 x 6
/// let error = data.error(&gamma, None)?.mean;
/// assert!((error / fit.report()?.training_error - 1.0).abs() < 1e-12);
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct Estimator {
    handle: Handle<sys::icl_estimator>,
    /// d of the result, which tells the size of Gamma; `None` when there may be none.
    fitted: Option<usize>,
}

impl Estimator {
    /// lambda 0, method `Auto`, tolerance 1e-8, at most 1000 iterations.
    pub fn new() -> Result<Self> {
        // SAFETY: `out` is what it writes to.
        let handle = Handle::new(|out| unsafe { sys::icl_estimator_create(out) })?;
        Ok(Estimator { handle, fitted: None })
    }

    /// Sets the ridge; 0 is the limit from above.
    pub fn set_lambda(&mut self, lambda: f64) -> Result<()> {
        // SAFETY: a valid handle, here and below.
        check(unsafe { sys::icl_estimator_set_lambda(self.handle.as_mut_ptr(), lambda) })
    }

    /// Sets the method.
    pub fn set_method(&mut self, method: Method) -> Result<()> {
        check(unsafe { sys::icl_estimator_set_method(self.handle.as_mut_ptr(), method as i32) })
    }

    /// Sets the relative residual that a fit must reach, between 0 and 1.
    pub fn set_tolerance(&mut self, relative: f64) -> Result<()> {
        check(unsafe { sys::icl_estimator_set_tolerance(self.handle.as_mut_ptr(), relative) })
    }

    /// Bounds the iterations.
    pub fn set_max_iterations(&mut self, iterations: usize) -> Result<()> {
        let iterations = size(iterations, "count")?;
        check(unsafe { sys::icl_estimator_set_max_iterations(self.handle.as_mut_ptr(), iterations) })
    }

    /// Fits Gamma, replacing an earlier result. After a failure there is none, but after [`Status::NotConverged`] the
    /// best Gamma found and its report can be read.
    pub fn fit(&mut self, dataset: &Dataset, run: Option<&mut Run>) -> Result<()> {
        self.replace(dataset, |estimator, data| {
            // SAFETY: valid handles.
            with_run(run, |run| unsafe { sys::icl_estimator_fit(estimator, data, run) })
        })
    }

    /// Fits Gamma for several ridges at once: count x d x (d+1), in their order. The result that can be read afterwards
    /// is that of the last ridge.
    pub fn fit_path(&mut self, dataset: &Dataset, lambda: &[f64], run: Option<&mut Run>) -> Result<Vec<f64>> {
        let d = dataset.dimension();
        let mut gamma = room("gamma", &[lambda.len(), d, next(d)])?;
        let (ridges, lambda, out) = (size(lambda.len(), "count")?, lambda.as_ptr(), gamma.as_mut_ptr());
        self.replace(dataset, |estimator, data| {
            // SAFETY: valid handles; room for a matrix for each ridge.
            with_run(run, |run| unsafe { sys::icl_estimator_fit_path(estimator, data, ridges, lambda, run, out) })
        })?;
        Ok(gamma)
    }

    /// Keeps `fitted` right. A callback may panic and leave through `fit`: until that has returned, nothing is there.
    fn replace(
        &mut self,
        dataset: &Dataset,
        fit: impl FnOnce(*mut sys::icl_estimator, *const sys::icl_dataset) -> Result<()>,
    ) -> Result<()> {
        self.fitted = None;
        let result = fit(self.handle.as_mut_ptr(), dataset.handle.as_ptr());
        let readable = result.as_ref().map_or_else(|error| error.status() == Status::NotConverged, |()| true);
        self.fitted = Some(dataset.dimension()).filter(|_| readable);
        result
    }

    /// The token dimension of the result.
    fn dimension(&self) -> Result<usize> {
        let message = "the estimator has no Gamma; a successful fit was expected first";
        self.fitted.ok_or_else(|| Error::new(Status::State, message.to_owned()))
    }

    /// The fitted Gamma, d x (d+1).
    pub fn gamma(&self) -> Result<Vec<f64>> {
        let d = self.dimension()?;
        let mut gamma = room("gamma", &[d, next(d)])?;
        // SAFETY: room for the result, of dimension d.
        check(unsafe { sys::icl_estimator_gamma(self.handle.as_ptr(), gamma.as_mut_ptr()) })?;
        Ok(gamma)
    }

    /// How the fit went.
    pub fn report(&self) -> Result<FitReport> {
        self.dimension()?;
        let (mut method, mut iterations, mut residual, mut error) = (0, 0, 0.0, 0.0);
        let estimator = self.handle.as_ptr();
        check(unsafe {
            sys::icl_estimator_report(estimator, &mut method, &mut iterations, &mut residual, &mut error)
        })?;
        Ok(FitReport {
            method: Method::from_code(method)?,
            iterations: count(iterations),
            relative_residual: residual,
            training_error: error,
        })
    }
}
