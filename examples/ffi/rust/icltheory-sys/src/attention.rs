//! `icltheory/attention.h`: linear attention on one prompt, and its reduced form.

use crate::status::icl_status;

extern "C" {
    /// Reduces n raw sequences to rows (q, h, y).
    pub fn icl_features(
        d: i64,
        l: i64,
        n: i64,
        x: *const f64,
        y: *const f64,
        query: *mut f64,
        context: *mut f64,
        target: *mut f64,
    ) -> icl_status;

    /// Predictions q' Gamma h of the reduced model.
    pub fn icl_gamma_predict(
        d: i64,
        n: i64,
        gamma: *const f64,
        query: *const f64,
        context: *const f64,
        prediction: *mut f64,
    ) -> icl_status;

    /// The prediction of full linear attention, any V and M, on one prompt.
    pub fn icl_attention_predict(
        d: i64,
        l: i64,
        V: *const f64,
        M: *const f64,
        x: *const f64,
        y: *const f64,
        prediction: *mut f64,
    ) -> icl_status;

    /// The Gamma of a linear attention whose v21 (the first d entries of V's last row) is 0.
    pub fn icl_attention_reduce(d: i64, V: *const f64, M: *const f64, gamma: *mut f64) -> icl_status;
}
