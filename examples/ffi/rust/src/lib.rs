#![doc = include_str!("../README.md")]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]

mod arrays;
mod attention;
mod baseline;
mod dataset;
mod error;
mod estimator;
mod experiment;
mod finite;
mod handle;
mod run;
mod tasks;
mod test_law;
mod theory;
mod version;

pub use attention::{attention_predict, attention_reduce, features, gamma_predict};
pub use baseline::{bayes_ridge_error, dmmse_error};
pub use dataset::{draw_sequences, Dataset, Rows, Sequences};
pub use error::{Error, Result, Status};
pub use estimator::{Estimator, FitReport, Method};
pub use experiment::{Curve, Experiment, Sizes, TheoryCurve};
pub use finite::{FiniteTheory, Level};
pub use run::Run;
pub use tasks::{Distribution, TaskPool};
pub use test_law::{Estimate, Moments, TestLaw};
pub use theory::{Minimum, Parameter, Point, Points, Quantity, Theory};
pub use version::{version, version_number};
