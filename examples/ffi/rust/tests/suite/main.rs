//! The binding against the library: one program, so that it is linked once. What the library computes has tests of its
//! own; here each function is held against another way to its result that a wrong argument would not survive.

mod attention;
mod data;
mod errors;
mod experiment;
mod finite;
mod lengths;
mod pipeline;
mod run;
mod theory;
mod threads;

use icltheory::{Dataset, Distribution, Error, Point, Result, Status, TaskPool};

/// |a - b| <= tolerance max(|a|, |b|), and equal infinities.
#[track_caller]
fn assert_close(a: f64, b: f64, tolerance: f64) {
    let bound = tolerance * a.abs().max(b.abs());
    assert!(
        a == b || (bound.is_finite() && (a - b).abs() <= bound),
        "{a} and {b} differ by {}; {bound} is allowed",
        (a - b).abs()
    );
}

/// The call failed, with this status and a message that contains `part`.
#[track_caller]
fn assert_fails<T>(result: Result<T>, status: Status, part: &str) {
    let error: Error = result.err().expect("a failure");
    assert_eq!(error.status(), status, "{error}");
    assert!(error.message().contains(part), "{:?} does not contain {:?}", error.message(), part);
}

fn point() -> Point {
    Point { tau: 2.0, alpha: 10.0, kappa: 0.5, rho: 0.01, lambda: 0.1 }
}

/// k = 3 tasks in R^4.
fn small_pool() -> TaskPool {
    TaskPool::new(4, 3, Distribution::Gaussian, 1).unwrap()
}

/// 50 rows of it.
fn small_dataset() -> Dataset {
    Dataset::new(&small_pool(), 10, 50, 0.1, 1).unwrap()
}
