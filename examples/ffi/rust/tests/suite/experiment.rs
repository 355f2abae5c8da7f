//! Replicated experiments.

use crate::{assert_close, assert_fails};
use icltheory::*;
use std::ops::ControlFlow::{Break, Continue};
use std::path::PathBuf;

const QUANTITIES: [Quantity; 3] = [Quantity::Icl, Quantity::Idg, Quantity::Gap];

fn experiment(replicates: usize) -> Experiment {
    let mut experiment = Experiment::new(8).unwrap();
    for (parameter, value) in [(Parameter::Tau, 1.5), (Parameter::Alpha, 2.0), (Parameter::Kappa, 0.5)] {
        experiment.set(parameter, value).unwrap();
    }
    experiment.set(Parameter::Rho, 0.1).unwrap();
    experiment.set(Parameter::Lambda, 0.01).unwrap();
    experiment.set_replicates(replicates).unwrap();
    experiment
}

#[test]
fn means_and_standard_errors_are_those_of_the_replicates() {
    let mut experiment = experiment(7);
    assert_fails(experiment.result(Quantity::Icl), Status::State, "results");
    assert_fails(experiment.replicates(Quantity::Icl), Status::State, "results");
    experiment.run(None).unwrap();
    for quantity in QUANTITIES {
        let (values, result) = (experiment.replicates(quantity).unwrap(), experiment.result(quantity).unwrap());
        assert_eq!(values.len(), 7);
        let mean = values.iter().sum::<f64>() / 7.0;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        assert_close(result.mean, mean, 1e-14);
        assert_close(result.standard_error, (squares / 6.0 / 7.0).sqrt(), 1e-13);
    }
    assert_fails(experiment.result(Quantity::Bayes), Status::Argument, "quantity is 4");
    experiment.set_replicates(9).unwrap();
    assert_fails(experiment.replicates(Quantity::Icl), Status::State, "results");
}

#[test]
fn ten_replicates_unless_set() {
    let mut experiment = Experiment::new(2).unwrap();
    assert_fails(experiment.run(None), Status::State, "tau was not set");
    for parameter in [Parameter::Tau, Parameter::Alpha, Parameter::Kappa] {
        experiment.set(parameter, 1.0).unwrap();
    }
    experiment.run(None).unwrap();
    assert_eq!(experiment.replicates(Quantity::Icl).unwrap().len(), 10);
    experiment.set_replicates(1).unwrap();
    experiment.run(None).unwrap();
    assert_eq!(experiment.result(Quantity::Icl).unwrap().standard_error, f64::INFINITY);
}

#[test]
fn sizes_and_theory_at_the_ratios_realised() {
    let mut experiment = experiment(2);
    assert_eq!(experiment.sizes().unwrap(), Sizes { d: 8, l: 16, k: Some(4), n: Some(96) });
    let point = Point { tau: 1.5, alpha: 2.0, kappa: 0.5, rho: 0.1, lambda: 0.01 };
    let theory = Theory::new(point).unwrap();
    for quantity in [Quantity::Icl, Quantity::Idg, Quantity::Gap, Quantity::Bayes, Quantity::Xi] {
        assert_eq!(experiment.theory(quantity).unwrap(), theory.value(quantity).unwrap());
    }
    experiment.set(Parameter::Kappa, f64::INFINITY).unwrap();
    experiment.set(Parameter::Tau, f64::INFINITY).unwrap();
    assert_eq!(experiment.sizes().unwrap(), Sizes { d: 8, l: 16, k: None, n: None });
    experiment.run(None).unwrap();
    assert_eq!(experiment.result(Quantity::Gap).unwrap().mean, 0.0);
}

#[test]
fn settings_reach_the_library() {
    let result = |change: fn(&mut Experiment) -> Result<()>| {
        let mut experiment = experiment(3);
        change(&mut experiment).unwrap();
        experiment.run(None).unwrap();
        experiment.result(Quantity::Icl).unwrap()
    };
    let plain = result(|_| Ok(()));
    assert_eq!(plain, result(|experiment| experiment.set_seed(0)));
    assert_ne!(plain, result(|experiment| experiment.set_seed(1)));
    assert_eq!(plain, result(|experiment| experiment.set_distribution(Distribution::Gaussian)));
    assert_ne!(plain, result(|experiment| experiment.set_distribution(Distribution::Sphere)));
}

/// A point of a curve is what a run gives there, to the bit.
#[test]
fn curves() {
    let (mut experiment, tau) = (experiment(5), [0.5, 1.5]);
    let curve = experiment.curve(Parameter::Tau, &tau, &QUANTITIES, None).unwrap();
    let theory = experiment.theory_curve(Parameter::Tau, &tau, &[Quantity::Bayes, Quantity::Icl]).unwrap();
    assert_eq!((curve.mean.len(), theory.theory.len()), (6, 4));
    for (i, at) in tau.iter().enumerate() {
        experiment.set(Parameter::Tau, *at).unwrap();
        experiment.run(None).unwrap();
        for (j, quantity) in QUANTITIES.iter().enumerate() {
            let result = experiment.result(*quantity).unwrap();
            assert_eq!((curve.mean[3 * i + j], curve.standard_error[3 * i + j]), (result.mean, result.standard_error));
            assert_eq!(curve.theory[3 * i + j], experiment.theory(*quantity).unwrap());
        }
        assert_eq!((curve.sizes[i], theory.sizes[i]), (experiment.sizes().unwrap(), experiment.sizes().unwrap()));
        assert_eq!(theory.theory[2 * i], experiment.theory(Quantity::Bayes).unwrap());
        assert_eq!(theory.theory[2 * i + 1], curve.theory[3 * i]);
    }
    assert_fails(experiment.curve(Parameter::TestRho, &tau, &QUANTITIES, None), Status::Argument, "vary");
    assert_fails(experiment.curve(Parameter::Tau, &[], &QUANTITIES, None), Status::Domain, "count is 0");
    assert_fails(experiment.curve(Parameter::Tau, &tau, &[], None), Status::Domain, "quantity_count is 0");
}

/// A file of this test process, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Scratch(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Canceled after some replicates and resumed: what is finished is not computed again, and no bit differs.
#[test]
fn checkpoints() {
    let (scratch, mut plain, mut kept) = (Scratch::new("checkpoint"), experiment(6), experiment(6));
    plain.run(None).unwrap();
    kept.set_checkpoint(&scratch.0).unwrap();
    let mut run = Run::new().unwrap();
    run.set_progress(|done, _| if done < 4 { Continue(()) } else { Break(()) });
    assert_fails(kept.run(Some(&mut run)), Status::Canceled, "progress callback");
    drop(run);
    let mut first = None;
    let mut run = Run::new().unwrap();
    run.set_progress(|done, _| {
        first.get_or_insert(done);
        Continue(())
    });
    kept.run(Some(&mut run)).unwrap();
    drop(run);
    assert_eq!(first, Some(4));
    assert_eq!(kept.replicates(Quantity::Icl).unwrap(), plain.replicates(Quantity::Icl).unwrap());
}

#[test]
fn checkpoints_that_cannot_be() {
    let mut experiment = experiment(1);
    assert_fails(experiment.set_checkpoint(""), Status::Argument, "path");
    assert_fails(experiment.set_checkpoint("a\0b"), Status::Argument, "NUL");
    experiment.set_checkpoint(env!("CARGO_TARGET_TMPDIR")).unwrap(); // a folder
    assert_fails(experiment.run(None), Status::Io, env!("CARGO_TARGET_TMPDIR"));
    experiment.clear_checkpoint().unwrap();
    experiment.run(None).unwrap();
}
