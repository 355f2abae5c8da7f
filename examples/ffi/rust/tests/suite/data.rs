//! Task pools and datasets.

use crate::{assert_close, assert_fails, small_dataset, small_pool};
use icltheory::*;
use std::ops::ControlFlow;

#[test]
fn pools() {
    let pool = small_pool();
    assert_eq!((pool.dimension(), pool.size()), (4, Some(3)));
    let tasks = pool.tasks().unwrap();
    let larger = TaskPool::new(4, 5, Distribution::Gaussian, 1).unwrap();
    assert_eq!(larger.tasks().unwrap()[..12], tasks);
    assert_ne!(TaskPool::new(4, 3, Distribution::Gaussian, 2).unwrap().tasks().unwrap(), tasks);
    let copy = TaskPool::from_tasks(4, 3, &tasks).unwrap();
    assert_eq!(copy.tasks().unwrap(), tasks);
    let infinite = TaskPool::infinite(4, Distribution::Sphere, 1).unwrap();
    assert_eq!((infinite.dimension(), infinite.size()), (4, None));
    assert_fails(infinite.tasks(), Status::Unsupported, "infinite");
}

#[test]
fn rows_are_a_prefix_of_more_rows() {
    let (few, many) = (small_dataset(), Dataset::new(&small_pool(), 10, 90, 0.1, 1).unwrap());
    assert_eq!((few.dimension(), few.size(), many.size()), (4, 50, 90));
    let rows = few.rows(10..50).unwrap();
    assert_eq!(rows, many.rows(10..50).unwrap());
    assert_eq!((rows.query.len(), rows.context.len(), rows.target.len()), (160, 200, 40));
    assert_ne!(rows, Dataset::new(&small_pool(), 10, 50, 0.1, 2).unwrap().rows(10..50).unwrap());
}

/// Where rows are drawn again at each pass, fits are the same to the bit, and there is no first pass that stores them.
#[test]
fn memory_limit() {
    let (stored, mut drawn) = (small_dataset(), small_dataset());
    drawn.set_memory_limit(0).unwrap();
    let fit = |data| {
        let (mut fit, mut work) = (Estimator::new().unwrap(), None);
        let mut run = Run::new().unwrap();
        run.set_progress(|_, total| {
            work = total;
            ControlFlow::Continue(())
        });
        fit.fit(data, Some(&mut run)).unwrap();
        drop(run);
        (fit.gamma().unwrap(), work.unwrap())
    };
    let (of_stored, of_drawn) = (fit(&stored), fit(&drawn));
    assert_eq!(of_stored.0, of_drawn.0);
    assert!(of_stored.1 > of_drawn.1);
}

/// Sequences drawn, appended and reduced are the rows of the dataset of the same arguments, to rounding.
#[test]
fn appended_sequences() {
    let drawn = draw_sequences(&small_pool(), 10, 50, 0.1, 1, None).unwrap();
    assert!(drawn.tasks.unwrap().iter().all(|&task| task < 3));
    let mut own = Dataset::empty(4).unwrap();
    own.append_sequences(10, &drawn.x, &drawn.y).unwrap();
    assert_eq!((own.dimension(), own.size()), (4, 50));
    let (a, b) = (own.rows(0..50).unwrap(), small_dataset().rows(0..50).unwrap());
    assert_eq!(features(4, 10, &drawn.x, &drawn.y).unwrap(), a);
    assert_eq!((&a.query, &a.target), (&b.query, &b.target));
    // Sums of ten terms of size |x||y| d/l, in another order.
    a.context.iter().zip(&b.context).for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{a} {b}"));
    let mut generated = small_dataset();
    assert_fails(generated.append_sequences(10, &drawn.x, &drawn.y), Status::Unsupported, "dataset");
}

#[test]
fn sequences_of_the_infinite_pool_have_no_index() {
    let pool = TaskPool::infinite(4, Distribution::Gaussian, 1).unwrap();
    let drawn = draw_sequences(&pool, 10, 5, 0.1, 1, None).unwrap();
    assert_eq!(drawn.tasks, None);
    let other = TaskPool::infinite(4, Distribution::Gaussian, 2).unwrap();
    assert_ne!(draw_sequences(&other, 10, 5, 0.1, 1, None).unwrap().y, drawn.y);
    let sphere = TaskPool::infinite(4, Distribution::Sphere, 1).unwrap();
    assert_ne!(draw_sequences(&sphere, 10, 5, 0.1, 1, None).unwrap().y, drawn.y);
}

#[test]
fn one_row_has_no_standard_error() {
    let mut own = Dataset::empty(1).unwrap();
    assert_fails(own.error(&[0.0, 0.0], None), Status::State, "rows");
    own.append_rows(&[1.0], &[1.0, 1.0], &[3.0]).unwrap();
    let one = own.error(&[0.5, 0.5], None).unwrap();
    assert_eq!((one.mean, one.standard_error), (4.0, f64::INFINITY));
    own.append_rows(&[1.0], &[1.0, 1.0], &[1.0]).unwrap();
    let two = own.error(&[0.5, 0.5], None).unwrap(); // squared errors 4 and 0
    assert_close(two.mean, 2.0, 1e-15);
    assert_close(two.standard_error, 2.0, 1e-15);
}
