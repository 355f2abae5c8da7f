//! Failures: kind, message, and that they stay apart.

use crate::{assert_fails, point, small_pool};
use icltheory::*;

#[test]
fn codes_and_kinds_are_one_to_one() {
    let known = [-1, -2, -3, -4, -5, -100, -101, -200, -201, -300, -301];
    for code in known {
        let status = Status::from_code(code);
        assert!(!matches!(status, Status::Unknown(_)), "{code}");
        assert_eq!(status.code(), code);
        assert_ne!(status.description(), "unknown status");
    }
    assert_eq!(Status::from_code(-77), Status::Unknown(-77));
    assert_eq!(Status::Unknown(-77).code(), -77);
    assert_eq!(Status::Unknown(-77).description(), "unknown status");
}

#[test]
fn messages_name_the_argument_and_its_value() {
    assert_fails(Theory::new(Point { tau: -1.5, ..point() }), Status::Domain, "tau is -1.5");
    assert_fails(Theory::new(Point { rho: f64::NAN, ..point() }), Status::Domain, "rho is");
    assert_fails(TaskPool::new(0, 1, Distribution::Gaussian, 1), Status::Domain, "d is 0");
    assert_fails(TaskPool::from_tasks(1, 2, &[1.0, f64::INFINITY]), Status::NonFinite, "tasks");
    assert_fails(Dataset::new(&small_pool(), 0, 1, 0.0, 1), Status::Domain, "l is 0");
    assert_fails(Dataset::new(&small_pool(), 1, 1, -1.0, 1), Status::Domain, "rho is -1");
    assert_fails(TestLaw::fresh(1, 1, f64::INFINITY, Distribution::Sphere), Status::Domain, "rho");
    assert_fails(TestLaw::gaussian(1, 1, 0.0, &[-1.0]), Status::Domain, "covariance");
    assert_fails(FiniteTheory::new(&small_pool(), 1, 0, 0.0, 0.0, Level::Pool), Status::Domain, "n is 0");
    assert_fails(Estimator::new().unwrap().set_tolerance(1.0), Status::Domain, "relative is 1");
    assert_fails(Estimator::new().unwrap().set_lambda(-0.5), Status::Domain, "lambda is -0.5");
    assert_fails(Estimator::new().unwrap().set_max_iterations(0), Status::Domain, "count is 0");
    assert_fails(Run::new().unwrap().set_threads(5000), Status::Domain, "threads is 5000");
}

/// An error keeps its message when the next call fails.
#[test]
fn messages_are_copied() {
    let first = TaskPool::new(0, 1, Distribution::Gaussian, 1).unwrap_err();
    let second = TaskPool::new(1, 0, Distribution::Gaussian, 1).unwrap_err();
    assert!(first.message().starts_with("d is 0") && second.message().starts_with("k is 0"));
    assert_eq!(first.to_string(), format!("number outside its range: {}", first.message()));
    let boxed: Box<dyn std::error::Error + Send + Sync> = first.into();
    assert!(boxed.to_string().contains("d is 0"));
}
