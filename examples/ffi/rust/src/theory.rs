//! `icltheory/theory.h`: closed-form learning curves in the limit of large dimension.

use std::ops::RangeInclusive;
use std::ptr;

use icltheory_sys as sys;

use crate::arrays::{check_shape, count, room, size};
use crate::error::{check, read, Result};
use crate::handle::Handle;

/// The parameters of a learning curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Parameter {
    /// Pretraining sample size, n/d^2.
    Tau = sys::ICL_TAU,
    /// Context length, l/d.
    Alpha = sys::ICL_ALPHA,
    /// Task diversity, k/d.
    Kappa = sys::ICL_KAPPA,
    /// Label-noise variance.
    Rho = sys::ICL_RHO,
    /// Ridge; 0 is the limit from above.
    Lambda = sys::ICL_LAMBDA,
    /// Context length of test sequences; follows `Alpha` until it is set.
    TestAlpha = sys::ICL_TEST_ALPHA,
    /// Label noise of test sequences; follows `Rho` until it is set.
    TestRho = sys::ICL_TEST_RHO,
}

/// The quantities that the theory gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Quantity {
    /// Test error on a fresh task: in-context learning.
    Icl = sys::ICL_QUANTITY_ICL,
    /// Test error on a pretraining task: in-distribution generalisation.
    Idg = sys::ICL_QUANTITY_IDG,
    /// `Icl` - `Idg`.
    Gap = sys::ICL_QUANTITY_GAP,
    /// ICL error of Bayes-optimal ridge regression on the context alone.
    Bayes = sys::ICL_QUANTITY_BAYES,
    /// Effective ridge.
    Xi = sys::ICL_QUANTITY_XI,
}

/// A point of parameter space. `tau`, `alpha`, `kappa` and `lambda` may be `f64::INFINITY`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Pretraining sample size, n/d^2; > 0.
    pub tau: f64,
    /// Context length, l/d; > 0.
    pub alpha: f64,
    /// Task diversity, k/d; > 0.
    pub kappa: f64,
    /// Label-noise variance; finite, >= 0.
    pub rho: f64,
    /// Ridge; >= 0, and 0 is the limit from above.
    pub lambda: f64,
}

/// Many points, by coordinate: five slices of one length.
///
/// ```
/// use icltheory::{Points, Quantity};
/// let tau = [0.5, 1.0, 2.0];
/// let points = Points { tau: &tau, alpha: &[10.0; 3], kappa: &[0.5; 3], rho: &[0.01; 3], lambda: &[0.0; 3] };
/// let errors = points.values(Quantity::Icl)?;
/// assert_eq!(errors[1], f64::INFINITY); // the interpolation threshold
/// # Ok::<(), icltheory::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points<'a> {
    /// n/d^2.
    pub tau: &'a [f64],
    /// l/d.
    pub alpha: &'a [f64],
    /// k/d.
    pub kappa: &'a [f64],
    /// Label-noise variances.
    pub rho: &'a [f64],
    /// Ridges.
    pub lambda: &'a [f64],
}

impl Points<'_> {
    /// One quantity at each point.
    pub fn values(&self, quantity: Quantity) -> Result<Vec<f64>> {
        let shape = [self.tau.len()];
        check_shape("alpha", self.alpha, &shape)?;
        check_shape("kappa", self.kappa, &shape)?;
        check_shape("rho", self.rho, &shape)?;
        check_shape("lambda", self.lambda, &shape)?;
        let mut values = room("values", &shape)?;
        let (tau, alpha, kappa) = (self.tau.as_ptr(), self.alpha.as_ptr(), self.kappa.as_ptr());
        let (rho, lambda) = (self.rho.as_ptr(), self.lambda.as_ptr());
        let (points, quantity, out) = (size(shape[0], "count")?, quantity as i32, values.as_mut_ptr());
        // SAFETY: all six arrays have that many elements.
        check(unsafe { sys::icl_theory_batch(points, tau, alpha, kappa, rho, lambda, quantity, out) })?;
        Ok(values)
    }
}

/// Where a quantity is least, and its value there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimum {
    /// The parameter; of equal minima the smallest.
    pub at: f64,
    /// The quantity.
    pub value: f64,
}

/// The theory at one point of parameter space.
///
/// ```
/// use icltheory::{Parameter, Point, Quantity, Theory};
/// let mut theory = Theory::new(Point { tau: 2.0, alpha: 10.0, kappa: 0.5, rho: 0.01, lambda: 0.0 })?;
/// let plain = theory.value(Quantity::Icl)?;
/// let best = theory.minimum(Quantity::Icl, Parameter::Lambda, 0.0..=f64::INFINITY)?;
/// assert!(best.at > 0.0 && best.value < plain);
/// theory.set(Parameter::Lambda, best.at)?;
/// assert_eq!(theory.value(Quantity::Icl)?, best.value);
/// # Ok::<(), icltheory::Error>(())
/// ```
///
/// It may be shared between threads while nobody changes it; this does not compile:
///
/// ```compile_fail
/// # use icltheory::{Parameter, Point, Quantity, Theory};
/// # let mut theory = Theory::new(Point { tau: 2.0, alpha: 10.0, kappa: 0.5, rho: 0.01, lambda: 0.0 }).unwrap();
/// std::thread::scope(|scope| {
///     scope.spawn(|| theory.value(Quantity::Icl));
///     theory.set(Parameter::Tau, 1.0)
/// });
/// ```
#[derive(Debug)]
pub struct Theory {
    handle: Handle<sys::icl_theory>,
}

impl Theory {
    /// The theory at `point`.
    pub fn new(point: Point) -> Result<Self> {
        let Point { tau, alpha, kappa, rho, lambda } = point;
        // SAFETY: `out` is what it writes to.
        let handle = Handle::new(|out| unsafe { sys::icl_theory_create(tau, alpha, kappa, rho, lambda, out) })?;
        Ok(Theory { handle })
    }

    /// Changes one parameter.
    pub fn set(&mut self, parameter: Parameter, value: f64) -> Result<()> {
        // SAFETY: a valid handle, here and below.
        check(unsafe { sys::icl_theory_set(self.handle.as_mut_ptr(), parameter as i32, value) })
    }

    /// Lets `TestAlpha` or `TestRho` follow pretraining's again, as it does in a new point.
    pub fn clear(&mut self, parameter: Parameter) -> Result<()> {
        check(unsafe { sys::icl_theory_clear(self.handle.as_mut_ptr(), parameter as i32) })
    }

    /// Reads one parameter.
    pub fn get(&self, parameter: Parameter) -> Result<f64> {
        read(|value| unsafe { sys::icl_theory_get(self.handle.as_ptr(), parameter as i32, value) })
    }

    /// Evaluates one quantity; `f64::INFINITY` where an error diverges.
    pub fn value(&self, quantity: Quantity) -> Result<f64> {
        read(|value| unsafe { sys::icl_theory_value(self.handle.as_ptr(), quantity as i32, value) })
    }

    /// Evaluates one quantity at each value of one parameter, the others as they are.
    pub fn curve(&self, quantity: Quantity, vary: Parameter, at: &[f64]) -> Result<Vec<f64>> {
        let mut values = room("values", &[at.len()])?;
        let (points, out) = (size(at.len(), "count")?, values.as_mut_ptr());
        let (quantity, vary) = (quantity as i32, vary as i32);
        // SAFETY: both arrays have that many elements.
        check(unsafe { sys::icl_theory_curve(self.handle.as_ptr(), quantity, vary, points, at.as_ptr(), out) })?;
        Ok(values)
    }

    /// Differentiates one quantity with respect to one parameter, exactly.
    pub fn derivative(&self, quantity: Quantity, parameter: Parameter) -> Result<f64> {
        let (quantity, parameter) = (quantity as i32, parameter as i32);
        read(|value| unsafe { sys::icl_theory_derivative(self.handle.as_ptr(), quantity, parameter, value) })
    }

    /// Finds the least value of one quantity along one parameter. The interval may begin at 0 and end at
    /// `f64::INFINITY`.
    pub fn minimum(&self, quantity: Quantity, vary: Parameter, interval: RangeInclusive<f64>) -> Result<Minimum> {
        let (theory, quantity, vary) = (self.handle.as_ptr(), quantity as i32, vary as i32);
        let (lower, upper) = (*interval.start(), *interval.end());
        let mut at = 0.0;
        let value =
            read(|value| unsafe { sys::icl_theory_minimum(theory, quantity, vary, lower, upper, &mut at, value) })?;
        Ok(Minimum { at, value })
    }

    /// Finds every stationary point of one quantity along one parameter, ascending.
    pub fn stationary(&self, quantity: Quantity, vary: Parameter, interval: RangeInclusive<f64>) -> Result<Vec<f64>> {
        let (theory, quantity, vary) = (self.handle.as_ptr(), quantity as i32, vary as i32);
        let (lower, upper) = (*interval.start(), *interval.end());
        let find = |capacity, at| {
            // SAFETY: `at` has room for `capacity` points.
            read(|found| unsafe {
                sys::icl_theory_stationary(theory, quantity, vary, lower, upper, capacity, at, found)
            })
        };
        let found = find(0, ptr::null_mut())?;
        let mut at = room("at", &[count(found)])?;
        find(found, at.as_mut_ptr())?;
        Ok(at)
    }
}
