//! The theory at finite size, and the baselines.

use crate::{assert_close, assert_fails, small_pool};
use icltheory::*;

fn theory(pool: &TaskPool, level: Level) -> FiniteTheory {
    FiniteTheory::new(pool, 200, 800, 0.01, 0.1, level).unwrap()
}

/// The README's fit (0.6661) is one dataset; its error scatters by a few per cent around the mean predicted, which the
/// limit of large d (0.6177) misses by 8 per cent.
#[test]
fn levels() {
    let pool = TaskPool::new(20, 10, Distribution::Gaussian, 1).unwrap();
    let fresh = TestLaw::fresh(20, 200, 0.01, Distribution::Gaussian).unwrap();
    let known = TestLaw::pool(&pool, 200, 0.01).unwrap();
    for level in [Level::Pool, Level::Corrected] {
        let mut theory = theory(&pool, level);
        theory.set_samples(64 * 21).unwrap();
        assert_fails(theory.error(&fresh), Status::State, "solve");
        theory.solve(None).unwrap();
        let (icl, idg) = (theory.error(&fresh).unwrap(), theory.error(&known).unwrap());
        assert_close(icl.mean, 0.6661, 0.03);
        assert!(idg.mean < icl.mean && idg.mean > 0.01);
        assert_eq!(icl.standard_error > 0.0, level == Level::Corrected);
        assert!(icl.standard_error < 0.02 * icl.mean);
    }
}

#[test]
fn samples_and_seed() {
    let pool = small_pool();
    let law = TestLaw::pool(&pool, 200, 0.01).unwrap();
    let mut theory = theory(&pool, Level::Corrected);
    assert_fails(theory.set_samples(10), Status::Domain, "count is 10");
    let mut error = |seed, threads| {
        let mut run = Run::new().unwrap();
        run.set_threads(threads).unwrap();
        theory.set_samples(1000).unwrap();
        theory.set_seed(seed).unwrap();
        theory.solve(Some(&mut run)).unwrap();
        theory.error(&law).unwrap()
    };
    assert_eq!(error(1, 1), error(1, 2));
    assert_ne!(error(1, 1), error(2, 1));
    let other = TestLaw::fresh(5, 200, 0.01, Distribution::Gaussian).unwrap();
    assert_fails(theory.error(&other), Status::Argument, "law");
}

/// No predictor does better than the one that knows the pool on the pool's tasks, nor, on fresh Gaussian ones, than
/// Bayes ridge regression. The differences are many standard errors.
#[test]
fn baselines_are_optimal_where_they_should_be() {
    let pool = TaskPool::new(20, 10, Distribution::Gaussian, 1).unwrap();
    let (known, fresh) =
        (TestLaw::pool(&pool, 40, 0.1).unwrap(), TestLaw::fresh(20, 40, 0.1, Distribution::Gaussian).unwrap());
    let mut run = Run::new().unwrap();
    run.set_threads(2).unwrap();
    let mut errors = |law| {
        let dmmse = dmmse_error(&pool, law, 500, 1, Some(&mut run)).unwrap();
        (dmmse, bayes_ridge_error(law, 500, 1, Some(&mut run)).unwrap())
    };
    let (in_pool, outside) = (errors(&known), errors(&fresh));
    let below = |a: Estimate, b: Estimate| a.mean + 5.0 * (a.standard_error + b.standard_error) < b.mean;
    assert!(below(in_pool.0, in_pool.1) && below(outside.1, outside.0));
    assert!(in_pool.0.mean >= 0.1 && outside.1.mean >= 0.1);
    assert_ne!(dmmse_error(&pool, &fresh, 500, 2, None).unwrap(), outside.0);
    assert_ne!(bayes_ridge_error(&fresh, 500, 2, None).unwrap(), outside.1);
    // The same contexts whatever the number of threads; and in the limit of large d, to O(1/d), here 2/d.
    assert_eq!(bayes_ridge_error(&fresh, 500, 1, None).unwrap(), outside.1);
    let limit = Theory::new(Point { tau: 1.0, alpha: 2.0, kappa: 1.0, rho: 0.1, lambda: 0.0 }).unwrap();
    assert_close(outside.1.mean, limit.value(Quantity::Bayes).unwrap(), 2.0 / 20.0);
}

#[test]
fn baselines_refuse() {
    let (pool, law) = (small_pool(), TestLaw::fresh(5, 10, 0.1, Distribution::Gaussian).unwrap());
    assert_fails(dmmse_error(&pool, &law, 10, 1, None), Status::Argument, "4");
    let infinite = TaskPool::infinite(5, Distribution::Gaussian, 1).unwrap();
    assert_fails(dmmse_error(&infinite, &law, 10, 1, None), Status::Unsupported, "infinite");
    assert_fails(bayes_ridge_error(&law, 1, 1, None), Status::Domain, "count is 1");
}
