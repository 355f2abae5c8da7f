//! `icltheory/attention.h`: linear attention on one prompt, and its reduced form.

use icltheory_sys as sys;

use crate::arrays::{check_shape, next, room, size};
use crate::dataset::Rows;
use crate::error::{check, read, Result};

/// Reduces raw sequences to rows (q, h, y): tokens n x (l+1) x d and labels n x (l+1), where n follows from the number
/// of labels.
///
/// ```
/// // One token x_1 = 2 with the label y_1 = 3, and the query 5 with the target 7.
/// let rows = icltheory::features(1, 1, &[2.0, 5.0], &[3.0, 7.0])?;
/// assert_eq!((rows.query, rows.context, rows.target), (vec![5.0], vec![6.0, 9.0], vec![7.0]));
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn features(d: usize, l: usize, x: &[f64], y: &[f64]) -> Result<Rows> {
    let n = y.len() / next(l);
    check_shape("y", y, &[n, next(l)])?;
    check_shape("x", x, &[n, next(l), d])?;
    let mut rows = Rows::room(n, d)?;
    let (d, l, n) = (size(d, "d")?, size(l, "l")?, size(n, "n")?);
    let (query, context, target) = (rows.query.as_mut_ptr(), rows.context.as_mut_ptr(), rows.target.as_mut_ptr());
    // SAFETY: the arrays have the shapes checked, and there is room for n rows.
    check(unsafe { sys::icl_features(d, l, n, x.as_ptr(), y.as_ptr(), query, context, target) })?;
    Ok(rows)
}

/// Predictions q' Gamma h of the reduced model: Gamma is d x (d+1), queries are n x d, contexts n x (d+1), where n
/// follows from the number of queries.
///
/// ```
/// assert_eq!(icltheory::gamma_predict(1, &[0.5, 0.1], &[2.0], &[3.0, 4.0])?, [2.0 * (0.5 * 3.0 + 0.1 * 4.0)]);
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn gamma_predict(d: usize, gamma: &[f64], query: &[f64], context: &[f64]) -> Result<Vec<f64>> {
    let n = query.len() / d.max(1);
    check_shape("gamma", gamma, &[d, next(d)])?;
    check_shape("query", query, &[n, d])?;
    check_shape("context", context, &[n, next(d)])?;
    let mut prediction = room("prediction", &[n])?;
    let (d, n, out) = (size(d, "d")?, size(n, "n")?, prediction.as_mut_ptr());
    // SAFETY: the arrays have the shapes checked, and there is room for n numbers.
    check(unsafe { sys::icl_gamma_predict(d, n, gamma.as_ptr(), query.as_ptr(), context.as_ptr(), out) })?;
    Ok(prediction)
}

/// The prediction of full linear attention on one prompt: the value matrix and the key-query product are
/// (d+1) x (d+1), tokens (l+1) x d, labels l.
///
/// ```
/// let (v, m) = ([0.0, 0.0, 0.0, 2.0], [3.0, 0.0, 0.0, 0.0]);
/// // v22 M11/l q (sum of y x): 2 * 3 * 5 * (3 * 2)
/// assert_eq!(icltheory::attention_predict(1, 1, &v, &m, &[2.0, 5.0], &[3.0])?, 180.0);
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn attention_predict(d: usize, l: usize, v: &[f64], m: &[f64], x: &[f64], y: &[f64]) -> Result<f64> {
    check_shape("V", v, &[next(d), next(d)])?;
    check_shape("M", m, &[next(d), next(d)])?;
    check_shape("x", x, &[next(l), d])?;
    check_shape("y", y, &[l])?;
    let (d, l, v, m) = (size(d, "d")?, size(l, "l")?, v.as_ptr(), m.as_ptr());
    // SAFETY: the arrays have the shapes checked.
    read(|out| unsafe { sys::icl_attention_predict(d, l, v, m, x.as_ptr(), y.as_ptr(), out) })
}

/// The Gamma, d x (d+1), of a linear attention whose v21, the first d entries of V's last row, is 0.
///
/// ```
/// let (v, m) = ([0.0, 0.0, 0.0, 2.0], [3.0, 0.0, 4.0, 0.0]);
/// assert_eq!(icltheory::attention_reduce(1, &v, &m)?, [6.0, 8.0]);
/// # Ok::<(), icltheory::Error>(())
/// ```
pub fn attention_reduce(d: usize, v: &[f64], m: &[f64]) -> Result<Vec<f64>> {
    check_shape("V", v, &[next(d), next(d)])?;
    check_shape("M", m, &[next(d), next(d)])?;
    let mut gamma = room("gamma", &[d, next(d)])?;
    let d = size(d, "d")?;
    // SAFETY: the arrays have the shapes checked, and there is room for d (d+1) numbers.
    check(unsafe { sys::icl_attention_reduce(d, v.as_ptr(), m.as_ptr(), gamma.as_mut_ptr()) })?;
    Ok(gamma)
}
