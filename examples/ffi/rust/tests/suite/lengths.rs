//! Slices of the wrong length, and sizes whose products overflow: refused before the library is called.

use crate::{assert_fails, small_dataset, small_pool};
use icltheory::*;

/// `call` takes a slice of `length` numbers and refuses any other.
#[track_caller]
fn assert_length<T>(name: &str, length: usize, mut call: impl FnMut(&[f64]) -> Result<T>) {
    let numbers = vec![0.5; length + 1];
    for wrong in [0, length - 1, length + 1] {
        let message = format!("{name} has {wrong} elements; {length} of shape");
        assert_fails(call(&numbers[..wrong]), Status::Argument, &message);
    }
    if let Err(error) = call(&numbers[..length]) {
        assert!(!error.message().contains("of shape"), "{error}");
    }
}

const ONES: [f64; 64] = [1.0; 64];

#[test]
fn tasks_and_laws() {
    assert_length("tasks", 6, |tasks| TaskPool::from_tasks(2, 3, tasks));
    assert_length("covariance", 4, |covariance| TestLaw::gaussian(2, 1, 0.0, covariance));
    let law = TestLaw::fresh(3, 5, 0.1, Distribution::Gaussian).unwrap();
    assert_length("gamma", 12, |gamma| law.error(gamma));
    assert_length("gamma", 12, |gamma| law.error_sampled(gamma, 2, 1, None));
    assert_length("gamma", 20, |gamma| small_dataset().error(gamma, None));
}

#[test]
fn rows_and_sequences() {
    let mut own = Dataset::empty(2).unwrap();
    assert_length("query", 6, |query| own.append_rows(query, &ONES[..9], &ONES[..3]));
    assert_length("context", 9, |context| own.append_rows(&ONES[..6], context, &ONES[..3]));
    assert_length("x", 24, |x| own.append_sequences(3, x, &ONES[..12]));
    assert_length("x", 24, |x| features(2, 3, x, &ONES[..12]));
    // The number of sequences follows from the labels: 13 are no multiple of l + 1.
    assert_fails(own.append_sequences(3, &ONES[..24], &ONES[..13]), Status::Argument, "y has 13 elements; 12");
    assert_fails(features(2, 3, &ONES[..24], &ONES[..13]), Status::Argument, "y has 13 elements; 12");
    assert_fails(own.append_rows(&[], &[], &[]), Status::Domain, "count is 0");
    assert_eq!(own.size(), 3 + 3 + 3); // the right lengths above
}

#[test]
fn attention() {
    let ones = |count| &ONES[..count];
    assert_length("gamma", 6, |gamma| gamma_predict(2, gamma, ones(4), ones(6)));
    assert_length("context", 6, |context| gamma_predict(2, ones(6), ones(4), context));
    assert_fails(gamma_predict(2, ones(6), ones(5), ones(6)), Status::Argument, "query has 5 elements; 4");
    assert_length("V", 9, |v| attention_predict(2, 3, v, ones(9), ones(8), ones(3)));
    assert_length("M", 9, |m| attention_predict(2, 3, ones(9), m, ones(8), ones(3)));
    assert_length("x", 8, |x| attention_predict(2, 3, ones(9), ones(9), x, ones(3)));
    assert_length("y", 3, |y| attention_predict(2, 3, ones(9), ones(9), ones(8), y));
    assert_length("V", 9, |v| attention_reduce(2, v, ones(9)));
    assert_length("M", 9, |m| attention_reduce(2, ones(9), m));
}

#[test]
fn batches() {
    let all = Points { tau: &ONES, alpha: &ONES, kappa: &ONES, rho: &ONES, lambda: &ONES };
    assert_length("alpha", 64, |alpha| Points { alpha, ..all }.values(Quantity::Icl));
    assert_length("kappa", 64, |kappa| Points { kappa, ..all }.values(Quantity::Icl));
    assert_length("rho", 64, |rho| Points { rho, ..all }.values(Quantity::Icl));
    assert_length("lambda", 64, |lambda| Points { lambda, ..all }.values(Quantity::Icl));
    let none = Points { tau: &[], alpha: &[], kappa: &[], rho: &[], lambda: &[] };
    assert_fails(none.values(Quantity::Icl), Status::Domain, "count is 0");
}

#[test]
fn products_that_overflow() {
    const HUGE: usize = usize::MAX;
    assert_fails(TaskPool::from_tasks(HUGE, 2, &[]), Status::Size, "tasks");
    assert_fails(TaskPool::new(HUGE, 1, Distribution::Gaussian, 1), Status::Size, "d is");
    assert_fails(TestLaw::gaussian(HUGE, 1, 0.0, &[]), Status::Size, "covariance");
    assert_fails(features(HUGE, 1, &ONES[..2], &ONES[..2]), Status::Size, "x of shape");
    assert_fails(features(2, HUGE, &[], &[]), Status::Size, "l is");
    assert_fails(gamma_predict(HUGE, &[], &[], &[]), Status::Size, "gamma");
    assert_fails(attention_predict(1, HUGE, &ONES[..4], &ONES[..4], &[], &[]), Status::Argument, "x has 0");
    assert_fails(attention_reduce(HUGE, &[], &[]), Status::Size, "V");
    assert_fails(draw_sequences(&small_pool(), 1, HUGE, 0.0, 1, None), Status::Size, "x of shape");
    // 4 exabytes are no multiplication too many, but more than there is.
    assert_fails(draw_sequences(&small_pool(), 1, 1 << 56, 0.0, 1, None), Status::Memory, "x of shape");
    assert_fails(Dataset::new(&small_pool(), HUGE, 1, 0.0, 1), Status::Size, "l is");
}

#[test]
fn rows_out_of_range() {
    let data = small_dataset();
    assert_fails(data.rows(40..51), Status::Domain, "rows 40..51 were asked for; the dataset has 50");
    assert_fails(data.rows(0..usize::MAX), Status::Domain, "the dataset has 50");
    assert_fails(data.rows(7..7), Status::Domain, "count is 0");
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = 9..7;
    assert_fails(data.rows(reversed), Status::Domain, "count is 0");
}
