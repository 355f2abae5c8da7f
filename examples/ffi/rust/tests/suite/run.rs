//! Progress: its numbers, canceling, panics.

use crate::{assert_fails, small_dataset, small_pool};
use icltheory::*;
use std::ops::ControlFlow::{self, Break, Continue};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread;

/// What a callback was told.
fn record(reports: &mut Vec<(i64, Option<i64>)>) -> impl FnMut(i64, Option<i64>) -> ControlFlow<()> + Send + '_ {
    let caller = thread::current().id();
    move |done, total| {
        assert_eq!(thread::current().id(), caller);
        reports.push((done, total));
        Continue(())
    }
}

/// A run with this callback and two threads, for one call.
fn run_with<T>(
    callback: impl FnMut(i64, Option<i64>) -> ControlFlow<()> + Send,
    call: impl FnOnce(Option<&mut Run>) -> T,
) -> T {
    let mut run = Run::new().unwrap();
    run.set_threads(2).unwrap();
    run.set_progress(callback);
    call(Some(&mut run))
}

fn experiment() -> Experiment {
    let mut experiment = Experiment::new(6).unwrap();
    for (parameter, value) in [(Parameter::Tau, 1.5), (Parameter::Alpha, 2.0), (Parameter::Kappa, 1.0)] {
        experiment.set(parameter, value).unwrap();
    }
    experiment
}

#[track_caller]
fn assert_complete(reports: &[(i64, Option<i64>)]) {
    assert!(!reports.is_empty());
    assert!(reports.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 == pair[1].1), "{reports:?}");
    let (done, total) = reports[reports.len() - 1];
    assert_eq!(Some(done), total);
}

#[test]
fn every_long_function_reports() {
    let (data, pool, mut own) = (small_dataset(), small_pool(), experiment());
    let (law, gamma) = (TestLaw::pool(&pool, 10, 0.1).unwrap(), [0.1; 20]);
    let mut fit = Estimator::new().unwrap();
    let mut reports = [(); 8].map(|()| Vec::new());
    run_with(record(&mut reports[0]), |run| fit.fit(&data, run)).unwrap();
    run_with(record(&mut reports[1]), |run| fit.fit_path(&data, &[0.1, 1.0], run)).unwrap();
    run_with(record(&mut reports[2]), |run| data.error(&gamma, run)).unwrap();
    run_with(record(&mut reports[3]), |run| law.error_sampled(&gamma, 100, 1, run)).unwrap();
    run_with(record(&mut reports[4]), |run| dmmse_error(&pool, &law, 100, 1, run)).unwrap();
    run_with(record(&mut reports[5]), |run| bayes_ridge_error(&law, 100, 1, run)).unwrap();
    run_with(record(&mut reports[6]), |run| draw_sequences(&pool, 10, 100, 0.1, 1, run)).unwrap();
    run_with(record(&mut reports[7]), |run| own.run(run)).unwrap();
    reports.iter().for_each(|reports| assert_complete(reports));
    assert_eq!(reports[7][reports[7].len() - 1], (10, Some(10))); // replicates
    let mut curve = Vec::new();
    run_with(record(&mut curve), |run| own.curve(Parameter::Tau, &[1.0, 2.0], &[Quantity::Icl], run)).unwrap();
    assert_complete(&curve);
    assert_eq!(curve[curve.len() - 1].0, 20);
}

#[test]
fn an_unknown_total_is_none() {
    let mut theory = FiniteTheory::new(&small_pool(), 200, 800, 0.01, 0.1, Level::Corrected).unwrap();
    theory.set_samples(320).unwrap();
    let mut reports = Vec::new();
    run_with(record(&mut reports), |run| theory.solve(run)).unwrap();
    assert!(!reports.is_empty() && reports.iter().all(|report| report.1.is_none()));
}

#[test]
fn canceling() {
    let mut fit = Estimator::new().unwrap();
    fit.fit(&small_dataset(), None).unwrap();
    let mut calls = 0;
    let stop = |_, _| {
        calls += 1;
        Break(())
    };
    assert_fails(run_with(stop, |run| fit.fit(&small_dataset(), run)), Status::Canceled, "progress callback");
    assert_eq!(calls, 1);
    assert_fails(fit.gamma(), Status::State, "a successful fit was expected");
    let mut own = experiment();
    let third = |done, _| if done < 3 { Continue(()) } else { Break(()) };
    assert_fails(run_with(third, |run| own.run(run)), Status::Canceled, "progress callback");
    assert_fails(own.result(Quantity::Icl), Status::State, "results");
    fit.fit(&small_dataset(), None).unwrap(); // handles can be used again
    own.run(None).unwrap();
}

/// The panic arrives whole, once, after the library has returned; handles stay usable, and tell no size that is wrong.
#[test]
fn panicking() {
    let larger = Dataset::new(&TaskPool::new(9, 3, Distribution::Gaussian, 1).unwrap(), 10, 50, 0.1, 1).unwrap();
    let mut fit = Estimator::new().unwrap();
    fit.fit(&small_dataset(), None).unwrap();
    let mut calls = 0;
    {
        let mut run = Run::new().unwrap();
        run.set_progress(|done, total| {
            calls += 1;
            // At the end nothing is left to cancel: the fit is complete.
            if Some(done) == total {
                std::panic::panic_any(42)
            }
            Continue(())
        });
        let caught = catch_unwind(AssertUnwindSafe(|| fit.fit(&larger, Some(&mut run))));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&42));
        assert_fails(fit.gamma(), Status::State, "a successful fit was expected");
        run.clear_progress();
        fit.fit(&larger, Some(&mut run)).unwrap();
    }
    assert!(calls > 0);
    assert_eq!(fit.gamma().unwrap().len(), 90);
}

#[test]
fn a_panic_is_not_asked_again() {
    let mut calls = 0;
    let mut own = experiment();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        run_with(
            |_, _| {
                calls += 1;
                panic!("on purpose")
            },
            |run| own.run(run),
        )
    }));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"on purpose"));
    assert_eq!(calls, 1);
}

/// A callback may use the library for something else, even fail there, and may be replaced.
#[test]
fn callbacks_may_call_the_library() {
    let mut run = Run::new().unwrap();
    run.set_progress(|_, _| Break(()));
    let mut nested = 0;
    run.set_progress(|_, _| {
        assert!(TaskPool::new(0, 0, Distribution::Gaussian, 0).is_err());
        nested += Estimator::new().unwrap().fit(&small_dataset(), None).map_or(0, |()| 1);
        Continue(())
    });
    Estimator::new().unwrap().fit(&small_dataset(), Some(&mut run)).unwrap();
    assert!(format!("{run:?}").contains("progress: true"));
    drop(run);
    assert!(nested > 0);
}
