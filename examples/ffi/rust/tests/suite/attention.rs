//! Linear attention and its reduced form.

use crate::{assert_close, assert_fails};
use icltheory::*;

/// Numbers without a pattern, between -1 and 1.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let tasks = TaskPool::new(count, 1, Distribution::Gaussian, seed).unwrap().tasks().unwrap();
    tasks.iter().map(|number| number.sin()).collect()
}

/// Full attention with v21 = 0 predicts what its Gamma does.
#[test]
fn full_and_reduced_attention_agree() {
    let (d, l) = (3, 5);
    let (mut v, m) = (numbers(16, 1), numbers(16, 2));
    v[12..15].fill(0.0);
    let (x, mut y) = (numbers((l + 1) * d, 3), numbers(l, 4));
    let full = attention_predict(d, l, &v, &m, &x, &y).unwrap();
    y.push(0.25);
    let rows = features(d, l, &x, &y).unwrap();
    assert_eq!((&rows.query[..], &rows.target[..]), (&x[15..], &[0.25][..]));
    let gamma = attention_reduce(d, &v, &m).unwrap();
    let reduced = gamma_predict(d, &gamma, &rows.query, &rows.context).unwrap();
    assert_close(reduced[0], full, 1e-13);
    v[12] = 1e-300;
    assert_fails(attention_reduce(d, &v, &m), Status::Domain, "V");
}

/// The residuals of a dataset, by predictions.
#[test]
fn predictions_and_errors_agree() {
    let (data, gamma) = (crate::small_dataset(), numbers(20, 5));
    let rows = data.rows(0..50).unwrap();
    let predictions = gamma_predict(4, &gamma, &rows.query, &rows.context).unwrap();
    let squares = predictions.iter().zip(&rows.target).map(|(a, b)| (a - b) * (a - b));
    assert_close(squares.sum::<f64>() / 50.0, data.error(&gamma, None).unwrap().mean, 1e-13);
}
