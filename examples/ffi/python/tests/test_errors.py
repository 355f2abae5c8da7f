"""Failures of the library become exceptions."""
import pickle

import numpy as np
import pytest

import icltheory as icl
from icltheory._errors import error_of

BUILT_IN = {icl.Status.ARGUMENT: ValueError, icl.Status.DOMAIN: ValueError, icl.Status.NONFINITE: ValueError,
            icl.Status.SIZE: ValueError, icl.Status.STATE: RuntimeError, icl.Status.NOT_CONVERGED: RuntimeError,
            icl.Status.SINGULAR: ArithmeticError, icl.Status.MEMORY: MemoryError, icl.Status.IO: OSError,
            icl.Status.CANCELED: RuntimeError, icl.Status.UNSUPPORTED: RuntimeError}


@pytest.mark.parametrize("status", BUILT_IN, ids=lambda status: status.name)
def test_an_exception_is_also_the_built_in_one(status):
    error = error_of(status, "what went wrong")
    assert isinstance(error, BUILT_IN[status]) and isinstance(error, icl.IclError)
    assert (error.status, error.message, str(error)) == (status, "what went wrong", "what went wrong")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and (again.status, str(again)) == (status, "what went wrong")


def test_a_status_of_a_newer_library():
    error = error_of(-999, "new")
    assert type(error) is icl.IclError and error.status == -999


def test_messages_are_the_library_s(library):
    with pytest.raises(icl.DomainError) as caught:
        icl.TaskPool(0, 3)
    assert caught.value.status == icl.Status.DOMAIN
    assert str(caught.value) == "d is 0; a number >= 1 was expected" == library.icl_last_error_message().decode()


def test_each_status_that_a_call_can_provoke(pool, dataset, tmp_path):
    infinite, law = icl.TaskPool.infinite(4), icl.TestLaw.fresh(4, 8, 0.1)
    experiment = icl.Experiment(3, tau=1, alpha=1, kappa=1, checkpoint=tmp_path / "nowhere" / "file")
    peak = icl.Theory(1, 10, 0.5, 0.01, 0)
    strict = icl.Estimator(1e-9, method=icl.Method.CG, tolerance=1e-15, max_iterations=1)
    for kind, call in [
            (icl.ArgumentError, lambda: icl.dmmse_error(pool, icl.TestLaw.fresh(5, 8, 0.1), 10)),
            (icl.DomainError, lambda: law.error_sampled(np.zeros((4, 5)), 1)),
            (icl.NonfiniteError, lambda: law.error(np.full((4, 5), np.nan))),
            (icl.SizeError, lambda: icl.TaskPool(2**62, 2**62)),
            (icl.StateError, lambda: icl.Experiment(3).run()),
            (icl.NotConvergedError, lambda: strict.fit(dataset)),
            (icl.SingularError, lambda: peak.derivative(icl.Quantity.ICL, icl.Parameter.TAU)),
            (icl.OutOfMemoryError, lambda: icl.TaskPool(2**20, 2**30)),  # beyond any address
            (icl.InputOutputError, experiment.run),
            (icl.UnsupportedError, lambda: infinite.tasks(np.empty((0, 4))))]:
        with pytest.raises(kind) as caught:
            call()
        assert len(str(caught.value)) > 10
