//! Closed-form learning curves.

use crate::{assert_close, assert_fails, point};
use icltheory::{Parameter, Point, Points, Quantity, Status, Theory};

/// Rows: tau, alpha, kappa, rho, lambda, test_alpha, test_rho, icl, idg, gap, scale of the gap's terms, bayes, xi.
fn reference_rows() -> Vec<Vec<f64>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../test/data/theory_values.csv");
    let text = std::fs::read_to_string(path).expect("the reference values");
    let lines = text.lines().filter(|line| !line.starts_with(['#', 't']));
    lines.map(|line| line.split(',').map(|number| number.parse().unwrap()).collect()).collect()
}

/// The header of `icl_theory_value` promises a relative error of 5e-14, of the gap relative to its terms.
#[test]
fn reference_values() {
    const PROMISED: f64 = 5e-14;
    let rows = reference_rows();
    assert!(rows.len() > 100);
    for row in rows {
        let point = Point { tau: row[0], alpha: row[1], kappa: row[2], rho: row[3], lambda: row[4] };
        let mut theory = Theory::new(point).unwrap();
        theory.set(Parameter::TestAlpha, row[5]).unwrap();
        theory.set(Parameter::TestRho, row[6]).unwrap();
        assert_close(theory.value(Quantity::Icl).unwrap(), row[7], PROMISED);
        assert_close(theory.value(Quantity::Idg).unwrap(), row[8], PROMISED);
        let gap = theory.value(Quantity::Gap).unwrap();
        assert!(gap == row[9] || (gap - row[9]).abs() <= PROMISED * row[10], "{gap} and {} at {point:?}", row[9]);
        assert_close(theory.value(Quantity::Bayes).unwrap(), row[11], PROMISED);
        assert_close(theory.value(Quantity::Xi).unwrap(), row[12], PROMISED);
    }
}

/// For kappa = infinity xi solves tau xi^2 - (tau lambda + (1 + q)(1 - tau)) xi - (1 + q) tau lambda = 0
/// [doc/theory.md, section 8]; each term is computed to a few roundings of itself.
#[test]
fn infinite_parameters() {
    let mut theory = Theory::new(Point { kappa: f64::INFINITY, ..point() }).unwrap();
    let (tau, lambda, q) = (2.0, 0.1, 1.01 / 10.0);
    let xi = theory.value(Quantity::Xi).unwrap();
    let (square, linear) = (tau * xi * xi, (tau * lambda + (1.0 + q) * (1.0 - tau)) * xi);
    let constant = (1.0 + q) * tau * lambda;
    assert!((square - linear - constant).abs() < 1e-13 * (square + linear.abs() + constant));
    assert_eq!(theory.value(Quantity::Gap).unwrap(), 0.0);
    theory.set(Parameter::Tau, f64::INFINITY).unwrap();
    theory.set(Parameter::Alpha, f64::INFINITY).unwrap();
    theory.set(Parameter::Lambda, 0.0).unwrap();
    assert_close(theory.value(Quantity::Icl).unwrap(), 0.01, 1e-15); // nothing is left but noise
    theory.set(Parameter::Lambda, f64::INFINITY).unwrap();
    assert_close(theory.value(Quantity::Icl).unwrap(), 1.01, 1e-15); // Gamma = 0
}

#[test]
fn divergence_is_infinite() {
    let theory = Theory::new(Point { tau: 1.0, lambda: 0.0, ..point() }).unwrap();
    assert_eq!(theory.value(Quantity::Icl).unwrap(), f64::INFINITY);
    assert_fails(
        theory.derivative(Quantity::Icl, Parameter::Tau),
        Status::Singular,
        "no derivative with respect to tau",
    );
}

#[test]
fn parameters_follow_until_set() {
    let mut theory = Theory::new(point()).unwrap();
    let all = [Parameter::Tau, Parameter::Alpha, Parameter::Kappa, Parameter::Rho, Parameter::Lambda];
    let values = all.map(|parameter| theory.get(parameter).unwrap());
    assert_eq!(values, [2.0, 10.0, 0.5, 0.01, 0.1]);
    assert_eq!(theory.get(Parameter::TestAlpha).unwrap(), 10.0);
    theory.set(Parameter::TestAlpha, 3.0).unwrap();
    theory.set(Parameter::TestRho, 0.5).unwrap();
    theory.set(Parameter::Alpha, 4.0).unwrap();
    assert_eq!(theory.get(Parameter::TestAlpha).unwrap(), 3.0);
    assert_eq!(theory.get(Parameter::TestRho).unwrap(), 0.5);
    theory.clear(Parameter::TestAlpha).unwrap();
    assert_eq!(theory.get(Parameter::TestAlpha).unwrap(), 4.0);
    assert_fails(theory.clear(Parameter::Tau), Status::Argument, "parameter is 1");
}

/// A curve, a batch and single values agree to the bit.
#[test]
fn curves_and_batches() {
    let mut theory = Theory::new(point()).unwrap();
    let tau = [0.3, 1.0, 2.5, f64::INFINITY];
    let curve = theory.curve(Quantity::Idg, Parameter::Tau, &tau).unwrap();
    let points = Points { tau: &tau, alpha: &[10.0; 4], kappa: &[0.5; 4], rho: &[0.01; 4], lambda: &[0.1; 4] };
    assert_eq!(points.values(Quantity::Idg).unwrap(), curve);
    for (at, value) in tau.iter().zip(curve) {
        theory.set(Parameter::Tau, *at).unwrap();
        assert_eq!(theory.value(Quantity::Idg).unwrap(), value);
    }
}

/// Central differences of the relative step 1e-5. They are off by its square, 1e-10, times ratios of derivatives of
/// order one, and by the rounding of e, 5e-14 promised, over the step: 5e-9 over x e'/e, which is above 0.01 here.
#[test]
fn derivatives() {
    let theory = Theory::new(point()).unwrap();
    for parameter in [Parameter::Tau, Parameter::Alpha, Parameter::Kappa, Parameter::Rho, Parameter::Lambda] {
        let (at, exact) = (theory.get(parameter).unwrap(), theory.derivative(Quantity::Icl, parameter).unwrap());
        let (h, value) = (1e-5 * at, theory.value(Quantity::Icl).unwrap());
        assert!((at * exact / value).abs() > 0.01);
        let ends = theory.curve(Quantity::Icl, parameter, &[at - h, at + h]).unwrap();
        assert!(((ends[1] - ends[0]) / (2.0 * h) - exact).abs() < 1e-6 * exact.abs(), "{parameter:?}");
    }
}

/// Along tau without ridge the error falls, rises to its peak at 1 and falls again.
#[test]
fn minimum_and_stationary_points() {
    let theory = Theory::new(Point { lambda: 0.0, ..point() }).unwrap();
    let valley = theory.stationary(Quantity::Icl, Parameter::Tau, 0.0..=1.0).unwrap();
    assert_eq!(valley.len(), 1);
    let least = theory.minimum(Quantity::Icl, Parameter::Tau, 0.0..=1.0).unwrap();
    assert_close(least.at, valley[0], 1e-9);
    assert_eq!(theory.curve(Quantity::Icl, Parameter::Tau, &[least.at]).unwrap(), [least.value]);
    let (left, right) = (valley[0] * 0.999, valley[0] * 1.001);
    let beside = theory.curve(Quantity::Icl, Parameter::Tau, &[left, right]).unwrap();
    assert!(beside.iter().all(|&value| value > least.value));
    // Both ends of the interval count.
    let found = |interval| theory.stationary(Quantity::Icl, Parameter::Tau, interval).unwrap().len();
    assert_eq!((found(left..=right), found(0.0..=left), found(right..=1.0)), (1, 0, 0));
    let from_right = theory.minimum(Quantity::Icl, Parameter::Tau, right..=0.9).unwrap();
    let from_left = theory.minimum(Quantity::Icl, Parameter::Tau, 0.0..=left).unwrap();
    assert_eq!((from_left.at, from_right.at), (left, right));
    assert_eq!(theory.stationary(Quantity::Bayes, Parameter::Tau, 0.0..=1.0).unwrap(), []);
    assert_fails(theory.minimum(Quantity::Icl, Parameter::Tau, 2.0..=1.0), Status::Domain, "upper");
}
