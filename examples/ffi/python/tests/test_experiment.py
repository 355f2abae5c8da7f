"""Experiments: their replicates, their checkpoint, their curves."""
import os

import numpy as np
import pytest

import icltheory as icl
from icltheory import Parameter, Quantity

QUANTITIES = [Quantity.ICL, Quantity.IDG, Quantity.GAP]


SETTINGS = dict(d=5, tau=2, alpha=3, kappa=0.9, rho=0.1, lambda_=0.1, replicates=6, seed=4)


def make(**changes):
    return icl.Experiment(**{**SETTINGS, **changes})


def test_results_are_those_of_the_replicates():
    experiment = make()
    with pytest.raises(icl.StateError):
        experiment.result(Quantity.ICL)
    assert experiment.run(threads=2) is experiment
    values = {quantity: experiment.values(quantity) for quantity in QUANTITIES}
    for quantity, replicates in values.items():
        mean, error = experiment.result(quantity)
        assert replicates.shape == (6,)
        assert mean == pytest.approx(replicates.mean(), rel=1e-14)  # six terms
        assert error == pytest.approx(replicates.std(ddof=1) / 6**0.5, rel=1e-12)
    np.testing.assert_allclose(values[Quantity.GAP], values[Quantity.ICL] - values[Quantity.IDG], atol=1e-13)
    out = np.empty(6)
    assert experiment.values(Quantity.ICL, out=out) is out and (out == values[Quantity.ICL]).all()


def test_sizes_and_theory():
    experiment = make()
    sizes = experiment.sizes()
    assert sizes == (5, 15, 5, 50) and sizes.k == 5  # 4.5 rounds away from 0
    theory = icl.Theory(sizes.n / 25, sizes.l / 5, sizes.k / 5, 0.1, 0.1)
    assert experiment.theory(Quantity.BAYES) == theory.value(Quantity.BAYES)


def test_settings_are_attributes():
    experiment = make()
    experiment.run()
    before = experiment.result(Quantity.ICL)
    experiment.tau = 3
    with pytest.raises(icl.StateError):
        experiment.result(Quantity.ICL)
    changes = dict(tau=2, alpha=2, kappa=2, rho=0.2, lambda_=0.5, distribution=icl.Distribution.SPHERE, replicates=3,
                   seed=9)
    for name, value in changes.items():
        setattr(experiment, name, value)
        assert getattr(experiment, name) == value
    assert experiment.run().result(Quantity.ICL) == make(**changes).run().result(Quantity.ICL) != before
    assert experiment.values(Quantity.ICL).shape == (3,)


def test_a_checkpoint_resumes_to_the_bit(tmp_path):
    path, complete = tmp_path / "täsk\udcff", make().run()
    seen = []

    def stop_after_three(done, total):
        seen.append(done)
        if done == 3:
            raise InterruptedError
    with pytest.raises(InterruptedError):
        make(checkpoint=path).run(progress=stop_after_three)
    size = os.path.getsize(path)
    assert size > 0
    seen.clear()
    resumed = make(checkpoint=path)
    assert resumed.checkpoint == path
    resumed.run(progress=lambda done, total: seen.append(done))
    assert min(seen) >= 3  # these were not computed again
    assert (resumed.values(Quantity.ICL) == complete.values(Quantity.ICL)).all()
    grown = os.path.getsize(path)
    assert grown > size
    make(checkpoint=path).run()
    assert os.path.getsize(path) == grown  # nothing was left to do
    resumed.checkpoint = None
    with pytest.raises(ValueError, match="without null characters"):
        resumed.checkpoint = "a\0b"
    assert resumed.checkpoint is None


def test_a_file_that_is_no_checkpoint(tmp_path):
    path = tmp_path / "file"
    path.write_text("something else")
    with pytest.raises(icl.InputOutputError) as caught:
        make(checkpoint=str(path)).run()
    assert isinstance(caught.value, OSError) and str(path) in str(caught.value)
    assert path.read_text() == "something else"


def test_a_curve_is_its_points():
    experiment, at = make(tau=None), [3.0, 0.5]
    curve = experiment.curve(Parameter.TAU, at, QUANTITIES, threads=2)
    assert curve.mean.shape == curve.standard_error.shape == curve.theory.shape == (2, 3)
    for point, tau in enumerate(at):
        single = make(tau=tau).run()
        for column, quantity in enumerate(QUANTITIES):
            assert single.result(quantity) == (curve.mean[point, column], curve.standard_error[point, column])
            assert single.theory(quantity) == curve.theory[point, column]
        assert single.sizes() == tuple(curve.sizes[point])


def test_a_curve_without_simulation():
    quantities = [Quantity.ICL, Quantity.XI]
    theory, sizes = make().theory_curve(Parameter.TAU, [1, 2], quantities)
    assert sizes[:, 3].tolist() == [25, 50]
    expected = icl.theory_batch(np.array([[1], [2]]), 3, 1, 0.1, 0.1, Quantity.XI)
    np.testing.assert_array_equal(theory[:, 1:], expected)
    with pytest.raises(icl.ArgumentError):
        make().curve(Parameter.TAU, [1, 2], quantities)  # the effective ridge is not simulated
    with pytest.raises(icl.ArgumentError):
        make().theory_curve(Parameter.TEST_RHO, [1, 2])
