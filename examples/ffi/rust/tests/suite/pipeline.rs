//! Pool, dataset, estimator, test law and theory: the program of the library's README, and what follows from it.

use crate::{assert_close, assert_fails, small_dataset};
use icltheory::*;

fn fitted(lambda: f64, method: Method) -> (Dataset, Estimator) {
    let pool = TaskPool::new(20, 10, Distribution::Gaussian, 1).unwrap();
    let data = Dataset::new(&pool, 200, 800, 0.01, 1).unwrap();
    drop(pool); // handles own what they need
    let mut fit = Estimator::new().unwrap();
    fit.set_lambda(lambda).unwrap();
    fit.set_method(method).unwrap();
    fit.fit(&data, None).unwrap();
    (data, fit)
}

#[test]
fn the_readme_program() {
    let (_, fit) = fitted(0.1, Method::Auto);
    let fresh = TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian).unwrap();
    let limit = Theory::new(crate::point()).unwrap().value(Quantity::Icl).unwrap();
    let error = fresh.error(&fit.gamma().unwrap()).unwrap();
    assert_eq!(format!("{error:.4} {limit:.4}"), "0.6661 0.6177");
}

/// All methods find the Gamma of a tolerance of 1e-8 by default, so that errors agree at least as well.
#[test]
fn methods_agree() {
    let fresh = TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian).unwrap();
    let error = |method| fresh.error(&fitted(0.1, method).1.gamma().unwrap()).unwrap();
    for method in [Method::Primal, Method::Dual, Method::ConjugateGradients] {
        assert_close(error(method), error(Method::Auto), 1e-6);
        assert_eq!(fitted(0.1, method).1.report().unwrap().method, method);
    }
}

#[test]
fn report() {
    let (data, fit) = fitted(0.1, Method::Primal);
    let report = fit.report().unwrap();
    assert!(report.iterations >= 1 && report.relative_residual <= 1e-8);
    let training = data.error(&fit.gamma().unwrap(), None).unwrap();
    assert_close(report.training_error, training.mean, 1e-12);
    assert!(training.standard_error > 0.0 && training.standard_error < training.mean);
}

#[test]
fn a_path_of_ridges() {
    let (data, mut fit) = fitted(1.0, Method::Primal);
    let single = fit.gamma().unwrap();
    let path = fit.fit_path(&data, &[0.1, 1.0], None).unwrap();
    assert_eq!(path.len(), 2 * 20 * 21);
    assert_eq!(fit.gamma().unwrap(), path[420..]); // the last ridge's
                                                   // Both reach a residual of 1e-8.
    let difference: f64 = path[420..].iter().zip(&single).map(|(a, b)| (a - b).powi(2)).sum();
    assert!(difference.sqrt() < 1e-6 * single.iter().map(|a| a * a).sum::<f64>().sqrt());
    assert!(path[..420] != path[420..]);
}

/// The error by its moments [doc/theory.md, eq. 7], whose terms cancel to 1e-14 of c at most.
#[test]
fn error_by_moments() {
    let (_, fit) = fitted(0.1, Method::Auto);
    let (gamma, law) = (fit.gamma().unwrap(), TestLaw::fresh(20, 200, 0.01, Distribution::Sphere).unwrap());
    let Moments { a, b, c } = law.moments().unwrap();
    let mut sum = 0.0;
    for row in 0..20 {
        for j in 0..21 {
            let product: f64 = (0..21).map(|m| gamma[row * 21 + m] * b[m * 21 + j]).sum();
            sum += gamma[row * 21 + j] * (product - 2.0 * a[row * 21 + j]);
        }
    }
    assert_close(law.error(&gamma).unwrap(), c + sum / 20.0, 1e-12);
}

/// 5 standard errors: by chance once in a million seeds, and the seed is fixed.
#[test]
fn error_by_sampling() {
    let (_, fit) = fitted(0.1, Method::Auto);
    let (gamma, law) = (fit.gamma().unwrap(), TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian).unwrap());
    let sampled = law.error_sampled(&gamma, 20_000, 3, None).unwrap();
    let exact = law.error(&gamma).unwrap();
    assert!((sampled.mean - exact).abs() < 5.0 * sampled.standard_error);
    assert!(sampled.standard_error < 0.05 * exact);
    assert_ne!(law.error_sampled(&gamma, 20_000, 4, None).unwrap(), sampled);
    assert_fails(law.error_sampled(&gamma, 1, 3, None), Status::Domain, "count is 1");
}

/// N(0, I) tasks are the fresh Gaussian ones, and the law of an infinite pool is that of fresh tasks.
#[test]
fn laws_that_are_equal() {
    let mut identity = vec![0.0; 400];
    (0..20).for_each(|i| identity[21 * i] = 1.0);
    let fresh = TestLaw::fresh(20, 30, 0.2, Distribution::Gaussian).unwrap();
    let structured = TestLaw::gaussian(20, 30, 0.2, &identity).unwrap();
    let infinite = TaskPool::infinite(20, Distribution::Gaussian, 1).unwrap();
    let pool = TestLaw::pool(&infinite, 30, 0.2).unwrap();
    let gamma = fresh.optimal_gamma(0.5).unwrap();
    assert_close(structured.error(&gamma).unwrap(), fresh.error(&gamma).unwrap(), 1e-12);
    assert_close(pool.error(&gamma).unwrap(), fresh.error(&gamma).unwrap(), 1e-12);
    assert_eq!((fresh.dimension(), structured.dimension(), pool.dimension()), (20, 20, 20));
    // No Gamma is better than the optimal one, and a larger ridge is worse.
    let error = |lambda| fresh.error(&fresh.optimal_gamma(lambda).unwrap()).unwrap();
    assert!(error(0.0) < error(0.1) && error(0.1) < error(0.5));
}

/// The last entry of B is E c^2 (1 + 2/l), where c = |w|^2/d + rho is 1 + rho on the sphere, and of variance 2/d for
/// Gaussian tasks.
#[test]
fn laws_that_differ() {
    let last = |distribution| *TestLaw::fresh(20, 30, 0.2, distribution).unwrap().moments().unwrap().b.last().unwrap();
    assert_close(last(Distribution::Sphere), 1.44 * (1.0 + 2.0 / 30.0), 1e-14);
    assert_close(last(Distribution::Gaussian), (1.44 + 2.0 / 20.0) * (1.0 + 2.0 / 30.0), 1e-14);
}

/// The bound on iterations and the tolerance reach the library, and what was found can be read.
#[test]
fn a_fit_that_does_not_converge() {
    let mut fit = Estimator::new().unwrap();
    fit.set_method(Method::ConjugateGradients).unwrap();
    fit.set_lambda(1e-3).unwrap();
    fit.set_tolerance(1e-15).unwrap();
    fit.set_max_iterations(1).unwrap();
    assert_fails(fit.fit(&small_dataset(), None), Status::NotConverged, "1e-15");
    assert_eq!(fit.gamma().unwrap().len(), 20);
    assert_eq!(fit.report().unwrap().iterations, 1);
}

#[test]
fn no_result_before_a_fit_or_after_a_failure() {
    let mut fit = Estimator::new().unwrap();
    assert_fails(fit.gamma(), Status::State, "a successful fit was expected");
    fit.fit(&small_dataset(), None).unwrap();
    assert!(fit.gamma().is_ok());
    assert_fails(fit.fit(&Dataset::empty(7).unwrap(), None), Status::State, "no rows");
    assert_fails(fit.gamma(), Status::State, "a successful fit was expected");
    assert_fails(fit.report(), Status::State, "a successful fit was expected");
}
