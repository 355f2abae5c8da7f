//! Handles in several threads of the program.

use crate::{point, small_dataset, small_pool};
use icltheory::*;
use std::thread;

fn send_and_sync<T: Send + Sync>() {}

#[test]
fn handles_are_send_and_sync() {
    send_and_sync::<Theory>();
    send_and_sync::<TaskPool>();
    send_and_sync::<Dataset>();
    send_and_sync::<Estimator>();
    send_and_sync::<TestLaw>();
    send_and_sync::<FiniteTheory>();
    send_and_sync::<Experiment>();
    send_and_sync::<Run<'static>>();
    send_and_sync::<Error>();
}

#[test]
fn threads_share_a_theory() {
    let theory = Theory::new(point()).unwrap();
    let tau: Vec<f64> = (1..500).map(|i| f64::from(i) / 100.0).collect();
    let expected = theory.curve(Quantity::Icl, Parameter::Tau, &tau).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(theory.curve(Quantity::Icl, Parameter::Tau, &tau).unwrap(), expected);
            });
        }
    });
}

/// A dataset and a law shared, an estimator each.
#[test]
fn threads_share_a_dataset() {
    let (data, law) = (small_dataset(), TestLaw::fresh(4, 10, 0.1, Distribution::Gaussian).unwrap());
    let error = |lambda: f64| {
        let mut fit = Estimator::new().unwrap();
        fit.set_lambda(lambda).unwrap();
        fit.fit(&data, None).unwrap();
        law.error(&fit.gamma().unwrap()).unwrap()
    };
    let ridges = [0.01, 0.1, 1.0, 10.0];
    let expected = ridges.map(error);
    thread::scope(|scope| {
        let workers = ridges.map(|lambda| scope.spawn(move || error(lambda)));
        assert_eq!(workers.map(|worker| worker.join().unwrap()), expected);
    });
}

/// Pools are counted by those that need them: made, used and dropped in different threads.
#[test]
fn handles_move_between_threads() {
    let pool = small_pool();
    thread::scope(|scope| {
        for seed in 0..8 {
            let pool = &pool;
            let data = scope.spawn(move || Dataset::new(pool, 10, 50, 0.1, seed).unwrap()).join().unwrap();
            scope.spawn(move || assert_eq!(data.rows(0..50).unwrap().target.len(), 50));
        }
    });
}

/// Each thread has its own last message.
#[test]
fn errors_stay_in_their_thread() {
    thread::scope(|scope| {
        for d in 1..5 {
            scope.spawn(move || {
                for _ in 0..200 {
                    let error = TaskPool::from_tasks(d, 1, &vec![f64::NAN; d]).unwrap_err();
                    assert_eq!(error.status(), Status::NonFinite);
                    let error = Dataset::empty(d).unwrap().rows(0..0).unwrap_err();
                    assert_eq!(error.status(), Status::Domain);
                    let error = Theory::new(Point { tau: -(d as f64), ..point() }).unwrap_err();
                    assert!(error.message().starts_with(&format!("tau is -{d};")), "{error}");
                }
            });
        }
    });
}

/// Own threads of the library change no bit.
#[test]
fn results_do_not_depend_on_threads() {
    let fit = |threads| {
        let (mut run, mut fit) = (Run::new().unwrap(), Estimator::new().unwrap());
        run.set_threads(threads).unwrap();
        fit.set_method(Method::ConjugateGradients).unwrap();
        fit.set_lambda(0.1).unwrap();
        fit.fit(&small_dataset(), Some(&mut run)).unwrap();
        fit.gamma().unwrap()
    };
    assert_eq!(fit(1), fit(3));
    assert_eq!(fit(1), fit(0));
}
