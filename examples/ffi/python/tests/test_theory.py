"""The theory: reference values, and that curves, batches, derivatives and minima agree with each other."""
import math

import numpy as np
import pytest
from conftest import ROOT

import icltheory as icl
from icltheory import Parameter, Quantity

ACCURACY = 5e-14  # of the library's theory.h
LINES = [line for line in (ROOT / "test" / "data" / "theory_values.csv").read_text().splitlines() if line[0] != "#"]
TABLE = np.genfromtxt(LINES, delimiter=",", names=True)
TABLE = TABLE[(TABLE["test_alpha"] == TABLE["alpha"]) & (TABLE["test_rho"] == TABLE["rho"])]


@pytest.mark.parametrize("name", ["icl", "idg", "gap", "bayes", "xi"])
def test_values_of_the_reference_table(name):
    values = icl.theory_batch(*(TABLE[column] for column in ("tau", "alpha", "kappa", "rho", "lambda")),
                              Quantity[name.upper()])
    # The gap is accurate relative to the terms that it is made of.
    expected, scale = TABLE[name], TABLE["scale"] if name == "gap" else np.abs(TABLE[name])
    assert len(values) > 1000
    finite = np.isfinite(expected)
    assert (np.abs(values[finite] - expected[finite]) <= ACCURACY * scale[finite]).all()
    assert (values[~finite] == expected[~finite]).all()


def test_the_readme_s_number():
    assert f"{icl.Theory(2, 10, 0.5, 0.01, 0.1).value(Quantity.ICL):.4f}" == "0.6177"


def test_parameters_are_attributes():
    theory = icl.Theory(2, 10, 0.5, 0.01, 0.1)
    assert (theory.tau, theory.alpha, theory.kappa, theory.rho, theory.lambda_) == (2, 10, 0.5, 0.01, 0.1)
    theory.alpha = 20
    assert theory.test_alpha == 20
    theory.test_alpha, theory.test_rho = 5, 0.5
    theory.alpha = 30
    assert (theory.test_alpha, theory.test_rho) == (5, 0.5)
    del theory.test_alpha, theory.test_rho
    assert (theory.test_alpha, theory.test_rho) == (30, 0.01)
    with pytest.raises(icl.DomainError, match="tau is -1"):
        theory.tau = -1
    with pytest.raises(icl.ArgumentError):
        del theory.tau
    assert theory.tau == 2
    assert icl.Theory.tau is vars(icl.Theory)["tau"]  # on the class, the descriptor


def test_infinite_parameters_and_divergence():
    theory = icl.Theory(math.inf, math.inf, math.inf, 0, 0)
    assert theory.value(Quantity.ICL) == 0
    assert icl.Theory(1, 10, 0.5, 0.01, 0).value(Quantity.ICL) == math.inf


def test_a_curve_is_its_points():
    theory, at = icl.Theory(2, 10, 0.5, 0.01, 0.1), np.geomspace(0.1, 10, 7)
    curve = theory.curve(Quantity.IDG, Parameter.TAU, at)
    for tau, value in zip(at, curve):
        theory.tau = tau
        assert theory.value(Quantity.IDG) == value
    assert theory.curve(Quantity.IDG, Parameter.TAU, at, out=at) is at  # in place
    assert (at == curve).all()


def test_a_batch_broadcasts(library):
    tau, kappa = np.geomspace(0.1, 10, 5)[:, None], np.array([0.5, 1, np.inf])
    values = icl.theory_batch(tau, 10, kappa, 0.01, 0.1, Quantity.ICL)
    assert values.shape == (5, 3)
    theory = icl.Theory(tau[3, 0], 10, kappa[1], 0.01, 0.1)
    assert values[3, 1] == theory.value(Quantity.ICL)
    assert icl.theory_batch(tau[3, 0], 10, 1, 0.01, 0.1, Quantity.ICL).shape == ()
    full = np.broadcast_to(tau, (5, 3)).copy()
    assert icl.theory_batch(full, 10, kappa, 0.01, 0.1, Quantity.ICL, out=full) is full  # in place
    passed = library.icl_theory_batch.arguments
    assert np.shares_memory(passed[1], full) and not np.shares_memory(passed[2], full) and (full == values).all()
    with pytest.raises(ValueError, match="broadcast"):
        icl.theory_batch(np.ones(2), np.ones(3), 1, 1, 1, Quantity.ICL)
    with pytest.raises(TypeError, match="alpha is an array of"):
        icl.theory_batch(1, "ten", 1, 1, 1, Quantity.ICL)


def test_a_derivative_is_the_limit_of_differences():
    # With step h = 1e-4 tau, a central difference is off by h^2 f'''/6, relative to f' some 1e-8; rounding adds
    # 2e-15/1e-4 of f/(tau f'), some 1e-10.
    theory, step = icl.Theory(2, 10, 0.5, 0.01, 0.1), 2e-4
    below, above = theory.curve(Quantity.ICL, Parameter.TAU, [2 - step, 2 + step])
    derivative = theory.derivative(Quantity.ICL, Parameter.TAU)
    assert derivative == pytest.approx((above - below) / (2 * step), rel=1e-6)


def test_the_minimum_is_least_and_stationary():
    theory = icl.Theory(1, 10, 0.5, 0.1, 0)
    best = theory.minimum(Quantity.ICL, Parameter.LAMBDA, 0, math.inf)
    assert 0 < best.at < math.inf
    assert (theory.curve(Quantity.ICL, Parameter.LAMBDA, best.at * np.geomspace(1e-3, 1e3, 101)) >= best.value).all()
    assert best.at in theory.stationary(Quantity.ICL, Parameter.LAMBDA, 0, math.inf)
    theory.lambda_ = best.at
    assert theory.value(Quantity.ICL) == pytest.approx(best.value, rel=ACCURACY)


def test_more_stationary_points_than_there_is_room_for(library, monkeypatch):
    """There are never more than a few, so the library is made to find twenty at the first call."""
    theory, real, calls = icl.Theory(1, 10, 0.5, 0.1, 0), library.icl_theory_stationary, []

    def many(*arguments):
        calls.append(arguments[5])
        real(*arguments)
        if len(calls) == 1:
            arguments[7]._obj.value = 20
    expected = theory.stationary(Quantity.ICL, Parameter.LAMBDA, 0, math.inf)
    monkeypatch.setattr(library, "icl_theory_stationary", many)
    assert (theory.stationary(Quantity.ICL, Parameter.LAMBDA, 0, math.inf) == expected).all()
    assert calls == [16, 20]
