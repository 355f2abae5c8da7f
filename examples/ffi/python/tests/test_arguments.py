"""Arguments: what is copied, what is refused, and that messages name the argument."""
import numpy as np
import pytest

import icltheory as icl
from icltheory import _arguments


def rows(n=5, d=3):
    random = np.random.default_rng(1)
    return random.normal(size=(d, d + 1)), random.normal(size=(n, d)), random.normal(size=(n, d + 1))


def test_arrays_that_fit_reach_the_library_as_they_are(library):
    gamma, query, context = rows()
    out = np.empty(5)
    assert icl.gamma_predict(gamma, query, context, out=out) is out
    passed = library.icl_gamma_predict.arguments
    assert passed[2] is gamma and passed[3] is query and passed[4] is context and passed[5] is out
    # The address is that of the data.
    declared = library.icl_gamma_predict.function.argtypes[2]
    assert declared.from_param(gamma).value == gamma.__array_interface__["data"][0]


def test_a_read_only_input_is_not_copied(library):
    gamma, query, context = rows()
    query.flags.writeable = False
    icl.gamma_predict(gamma, query, context)
    assert library.icl_gamma_predict.arguments[3] is query


@pytest.mark.parametrize("change", [np.asfortranarray, lambda a: a.astype(">f8"), lambda a: a.tolist(),
                                    lambda a: np.repeat(a, 2, axis=1)[:, ::2]],
                         ids=["Fortran order", "byte order", "list", "strided"])
def test_other_arrays_are_copied(change, library):
    gamma, query, context = rows()
    changed = change(query)
    np.testing.assert_array_equal(icl.gamma_predict(gamma, changed, context), icl.gamma_predict(gamma, query, context))
    assert not np.shares_memory(_arguments.input_array("query", changed, "n", "d"), changed)


def test_integers_are_real_numbers_and_complex_ones_are_not():
    gamma, query, context = rows()
    ones = np.ones((5, 3), dtype=int)
    np.testing.assert_array_equal(icl.gamma_predict(gamma, ones, context),
                                  icl.gamma_predict(gamma, ones.astype(float), context))
    for wrong in (query * 1j, query.astype(str), np.full((5, 3), None)):
        with pytest.raises(TypeError, match="query is an array of .*; real numbers were expected"):
            icl.gamma_predict(gamma, wrong, context)


def test_shapes_are_checked():
    gamma, query, context = rows()
    with pytest.raises(ValueError, match=r"context has the shape \(5, 3\); \(5, 4\) was expected"):
        icl.gamma_predict(gamma, query, query)
    with pytest.raises(ValueError, match=r"query has the shape \(3,\); \(n, d\) was expected"):
        icl.gamma_predict(gamma, query[0], context)
    with pytest.raises(ValueError, match=r"gamma has the shape \(3, 3\); \(3, 4\) was expected"):
        icl.gamma_predict(gamma[:, :3], query, context)
    with pytest.raises(ValueError, match=r"covariance has the shape \(3, 4\); \(d, d\) was expected"):
        icl.TestLaw.gaussian(5, 0.1, gamma)


def test_an_output_has_to_be_just_right():
    gamma, query, context = rows()
    read_only = np.empty(5)
    read_only.flags.writeable = False
    for wrong, kind, message in [
            (np.empty(5, np.float32), TypeError, "out is of float32; an array of float64 was expected"),
            ([0.0] * 5, TypeError, "out is of list; an array of float64 was expected"),
            (np.empty(4), ValueError, r"out has the shape \(4,\); \(5,\) was expected"),
            (np.empty(10)[::2], ValueError, "out was expected to be C-contiguous"),
            (read_only, ValueError, "out was expected to be .* writeable"),
            (query.reshape(-1)[5:10], ValueError, "out shares memory with an input")]:
        with pytest.raises(kind, match=message):
            icl.gamma_predict(gamma, query, context, out=wrong)


def test_numbers_that_c_would_cut_are_refused():
    for wrong in (2**63, -2**63 - 1):
        with pytest.raises(ValueError, match="k is "):
            icl.TaskPool(2, wrong)
    for wrong in (2**64, -1):
        with pytest.raises(ValueError, match="seed is "):
            icl.TaskPool(2, 3, seed=wrong)
    for wrong in (2.0, "2", None):
        with pytest.raises(TypeError, match="d is .*; an integer was expected"):
            icl.TaskPool(wrong, 3)
    with pytest.raises(TypeError, match="tau is None; a real number was expected"):
        icl.Theory(None, 1, 1, 1, 1)
    assert icl.TaskPool(np.int32(2), np.uint8(3), seed=np.uint64(2**64 - 1)).k == 3


def test_codes_are_members_or_their_numbers():
    theory = icl.Theory(2, 10, 0.5, 0.01, 0.1)
    assert theory.value(1) == theory.value(icl.Quantity.ICL)
    for wrong in (0, 6):
        with pytest.raises(ValueError, match="is not a valid Quantity"):
            theory.value(wrong)
