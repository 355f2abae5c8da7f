//! `icltheory/experiment.h`: replicated experiments at finite size, beside the theory.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use icltheory_sys as sys;

use crate::arrays::{count, room, size};
use crate::error::{check, read, Error, Result, Status};
use crate::handle::Handle;
use crate::run::{with_run, Run};
use crate::tasks::Distribution;
use crate::test_law::Estimate;
use crate::theory::{Parameter, Quantity};

const DEFAULT_REPLICATES: usize = 10;

/// The sizes that ratios are rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sizes {
    /// Token dimension.
    pub d: usize,
    /// Context length.
    pub l: usize,
    /// Tasks in the pool; `None`: infinite.
    pub k: Option<usize>,
    /// Pretraining sequences; `None`: infinitely many, the population Gamma.
    pub n: Option<usize>,
}

impl Sizes {
    fn new(values: [i64; 4]) -> Self {
        let [d, l, k, n] = values.map(count);
        Sizes { d, l, k: Some(k).filter(|&k| k > 0), n: Some(n).filter(|&n| n > 0) }
    }

    fn from_rows(sizes: &[i64]) -> Vec<Self> {
        sizes.chunks_exact(4).map(|row| Sizes::new([row[0], row[1], row[2], row[3]])).collect()
    }
}

/// A simulated curve: arrays of points x quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Means over replicates.
    pub mean: Vec<f64>,
    /// Their standard errors; infinite for one replicate.
    pub standard_error: Vec<f64>,
    /// The theory at the ratios that the sizes realise.
    pub theory: Vec<f64>,
    /// The sizes of each point.
    pub sizes: Vec<Sizes>,
}

/// The theory of a curve: an array of points x quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct TheoryCurve {
    /// The theory at the ratios that the sizes realise.
    pub theory: Vec<f64>,
    /// The sizes of each point.
    pub sizes: Vec<Sizes>,
}

/// Settings and results of an experiment: replicates of pool, dataset, fit and test errors.
///
/// ```
/// use icltheory::{Experiment, Parameter, Quantity};
/// let mut experiment = Experiment::new(10)?;
/// experiment.set(Parameter::Tau, 2.0)?;
/// experiment.set(Parameter::Alpha, 5.0)?;
/// experiment.set(Parameter::Kappa, f64::INFINITY)?;
/// experiment.set_replicates(4)?;
/// experiment.run(None)?;
/// let error = experiment.result(Quantity::Icl)?;
/// assert!((error.mean / experiment.theory(Quantity::Icl)? - 1.0).abs() < 0.5); // d = 10 is small
/// assert_eq!((experiment.sizes()?.n, experiment.sizes()?.k), (Some(200), None));
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug)]
pub struct Experiment {
    handle: Handle<sys::icl_experiment>,
    replicates: usize,
}

impl Experiment {
    /// rho 0, lambda 0, Gaussian tasks, 10 replicates, seed 0, no checkpoint. Tau, alpha and kappa have to be set.
    pub fn new(d: usize) -> Result<Self> {
        let d = size(d, "d")?;
        // SAFETY: `out` is what it writes to.
        let handle = Handle::new(|out| unsafe { sys::icl_experiment_create(d, out) })?;
        let mut experiment = Experiment { handle, replicates: 0 };
        experiment.set_replicates(DEFAULT_REPLICATES)?; // room for replicates relies on it
        Ok(experiment)
    }

    /// Sets `Tau`, `Alpha`, `Kappa`, `Rho` or `Lambda`. Like every setting that results depend on, it drops those of an
    /// earlier run.
    pub fn set(&mut self, parameter: Parameter, value: f64) -> Result<()> {
        // SAFETY: a valid handle, here and below.
        check(unsafe { sys::icl_experiment_set(self.handle.as_mut_ptr(), parameter as i32, value) })
    }

    /// Sets the law of tasks, of the pool and of fresh test tasks.
    pub fn set_distribution(&mut self, distribution: Distribution) -> Result<()> {
        check(unsafe { sys::icl_experiment_set_distribution(self.handle.as_mut_ptr(), distribution as i32) })
    }

    /// Sets the number of replicates.
    pub fn set_replicates(&mut self, replicates: usize) -> Result<()> {
        let number = size(replicates, "count")?;
        check(unsafe { sys::icl_experiment_set_replicates(self.handle.as_mut_ptr(), number) })?;
        self.replicates = replicates;
        Ok(())
    }

    /// Sets the seed of all random numbers.
    pub fn set_seed(&mut self, seed: u64) -> Result<()> {
        check(unsafe { sys::icl_experiment_set_seed(self.handle.as_mut_ptr(), seed) })
    }

    /// Sets a file in which finished replicates are kept: a later run takes from it what it needs, with the same
    /// results to the bit.
    pub fn set_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = CString::new(path.as_ref().as_os_str().as_bytes())
            .map_err(|_| Error::new(Status::Argument, "path contains a NUL byte".to_owned()))?;
        check(unsafe { sys::icl_experiment_set_checkpoint(self.handle.as_mut_ptr(), path.as_ptr()) })
    }

    /// No checkpoint any more.
    pub fn clear_checkpoint(&mut self) -> Result<()> {
        check(unsafe { sys::icl_experiment_set_checkpoint(self.handle.as_mut_ptr(), ptr::null()) })
    }

    /// Computes the replicates. Progress counts them.
    pub fn run(&mut self, run: Option<&mut Run>) -> Result<()> {
        let experiment = self.handle.as_mut_ptr();
        with_run(run, |run| unsafe { sys::icl_experiment_run(experiment, run) })
    }

    /// The mean of `Icl`, `Idg` or `Gap` over replicates, after a run.
    pub fn result(&self, quantity: Quantity) -> Result<Estimate> {
        let experiment = self.handle.as_ptr();
        Estimate::read(|mean, standard_error| {
            check(unsafe { sys::icl_experiment_result(experiment, quantity as i32, mean, standard_error) })
        })
    }

    /// `Icl`, `Idg` or `Gap` of each replicate, after a run.
    pub fn replicates(&self, quantity: Quantity) -> Result<Vec<f64>> {
        let mut values = room("values", &[self.replicates])?;
        // SAFETY: room for the replicates of a run; one of another number is dropped when that is set.
        check(unsafe { sys::icl_experiment_replicates(self.handle.as_ptr(), quantity as i32, values.as_mut_ptr()) })?;
        Ok(values)
    }

    /// The sizes, before or after a run.
    pub fn sizes(&self) -> Result<Sizes> {
        let (mut d, mut l, mut k, mut n) = (0, 0, 0, 0);
        check(unsafe { sys::icl_experiment_sizes(self.handle.as_ptr(), &mut d, &mut l, &mut k, &mut n) })?;
        Ok(Sizes::new([d, l, k, n]))
    }

    /// The theory at the ratios that the sizes realise.
    pub fn theory(&self, quantity: Quantity) -> Result<f64> {
        read(|value| unsafe { sys::icl_experiment_theory(self.handle.as_ptr(), quantity as i32, value) })
    }

    /// Simulates a curve: at each value of one parameter, the others as they are, `Icl`, `Idg` or `Gap`. The
    /// experiment's own parameters and results stay as they are.
    pub fn curve(
        &mut self,
        vary: Parameter,
        at: &[f64],
        quantities: &[Quantity],
        run: Option<&mut Run>,
    ) -> Result<Curve> {
        let shape = [at.len(), quantities.len()];
        let (mut mean, mut standard_error) = (room("mean", &shape)?, room("standard_error", &shape)?);
        let simulated = (mean.as_mut_ptr(), standard_error.as_mut_ptr());
        let TheoryCurve { theory, sizes } = self.points(vary, at, quantities, run, simulated)?;
        Ok(Curve { mean, standard_error, theory, sizes })
    }

    /// The theory of a curve, of any quantity; nothing is simulated.
    pub fn theory_curve(&mut self, vary: Parameter, at: &[f64], quantities: &[Quantity]) -> Result<TheoryCurve> {
        self.points(vary, at, quantities, None, (ptr::null_mut(), ptr::null_mut()))
    }

    /// `simulated` are the mean and the standard error, with room for points x quantities, or null.
    fn points(
        &mut self,
        vary: Parameter,
        at: &[f64],
        quantities: &[Quantity],
        run: Option<&mut Run>,
        simulated: (*mut f64, *mut f64),
    ) -> Result<TheoryCurve> {
        let mut theory = room("theory", &[at.len(), quantities.len()])?;
        let mut sizes: Vec<i64> = room("sizes", &[at.len(), 4])?;
        let codes: Vec<i32> = quantities.iter().map(|&quantity| quantity as i32).collect();
        let (experiment, vary) = (self.handle.as_mut_ptr(), vary as i32);
        let (points, width) = (size(at.len(), "count")?, size(codes.len(), "quantity_count")?);
        let (at, codes, (mean, error)) = (at.as_ptr(), codes.as_ptr(), simulated);
        let (limit, out) = (theory.as_mut_ptr(), sizes.as_mut_ptr());
        // SAFETY: a valid handle; room for points x quantities and points x 4 numbers.
        with_run(run, |run| unsafe {
            sys::icl_experiment_curve(experiment, vary, points, at, width, codes, run, mean, error, limit, out)
        })?;
        Ok(TheoryCurve { theory, sizes: Sizes::from_rows(&sizes) })
    }
}
