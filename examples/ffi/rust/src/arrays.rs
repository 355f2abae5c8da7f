//! Sizes and slices, checked before the library sees them: it is told sizes, and trusts that arrays have them.

use crate::error::{Error, Result, Status};

/// A size as the library takes it.
pub(crate) fn size(value: usize, name: &str) -> Result<i64> {
    i64::try_from(value)
        .map_err(|_| Error::new(Status::Size, format!("{} is {}; an int64_t was expected", name, value)))
}

/// A size that the library gave, which is not negative.
pub(crate) fn count(value: i64) -> usize {
    usize::try_from(value).expect("a size")
}

/// d + 1. At the end of the range it is d, which `elements` or `size` refuses.
pub(crate) fn next(size: usize) -> usize {
    size.saturating_add(1)
}

/// The number of elements of an array of this shape.
fn elements(name: &str, shape: &[usize]) -> Result<usize> {
    let product = shape.iter().try_fold(1usize, |product, &factor| product.checked_mul(factor));
    product.ok_or_else(|| Error::new(Status::Size, format!("{} of shape {:?} cannot be indexed", name, shape)))
}

/// A slice that is given has this shape.
pub(crate) fn check_shape(name: &str, slice: &[f64], shape: &[usize]) -> Result<()> {
    let expected = elements(name, shape)?;
    if slice.len() == expected {
        return Ok(());
    }
    let message = format!("{} has {} elements; {} of shape {:?} were expected", name, slice.len(), expected, shape);
    Err(Error::new(Status::Argument, message))
}

/// Room for what the library writes, of this shape.
pub(crate) fn room<T: Clone + Default>(name: &str, shape: &[usize]) -> Result<Vec<T>> {
    let elements = elements(name, shape)?;
    let mut vector = Vec::new();
    vector
        .try_reserve_exact(elements)
        .map_err(|error| Error::new(Status::Memory, format!("{} of shape {:?}: {}", name, shape, error)))?;
    vector.resize(elements, T::default());
    Ok(vector)
}
