"""Handles: when they are destroyed, and that what was made from them stays."""
import copy
import gc
import pickle

import pytest

import icltheory as icl


def make_each():
    pool = icl.TaskPool(3, 5, seed=1)
    return [icl.Theory(2, 10, 0.5, 0.01, 0.1), pool, icl.Dataset(pool, 4, 10, 0.1), icl.Estimator(),
            icl.TestLaw.fresh(3, 4, 0.1), icl.FiniteTheory(pool, 4, 10, 0.1, 0.1), icl.Experiment(3)]


def use(handle):
    """One call of the library."""
    return handle._pointer


@pytest.mark.parametrize("index", range(7), ids=[type(handle).__name__ for handle in make_each()])
def test_a_with_statement_closes(index, library):
    handle = make_each()[index]
    destroy = getattr(library, handle._kind + "_destroy")
    destroy.arguments = None
    with handle as same:
        assert same is handle and destroy.arguments is None
    assert destroy.arguments == (handle._address,)
    destroy.arguments = None
    handle.close()
    assert destroy.arguments is None  # once is enough
    with pytest.raises(ValueError, match=f"this {type(handle).__name__} was closed"):
        use(handle)


def test_a_handle_goes_with_its_object(library):
    destroy = library.icl_task_pool_destroy
    gc.collect()  # what earlier tests left
    destroy.arguments = None
    pool = icl.TaskPool(3, 5)
    address = pool._address
    del pool
    assert destroy.arguments == (address,)


def test_closed_handles_are_refused_as_arguments(pool):
    pool.close()
    for call in (lambda: pool.k, pool.tasks, lambda: icl.Dataset(pool, 2, 3, 0.1),
                 lambda: icl.TestLaw.pool(pool, 2, 0.1), lambda: icl.sequences_draw(pool, 2, 3, 0.1)):
        with pytest.raises(ValueError, match="this TaskPool was closed"):
            call()


def test_what_was_made_from_a_pool_stays(pool, dataset):
    law = icl.TestLaw.pool(pool, 8, 0.1)
    before = dataset.rows()
    pool.close()
    assert (dataset.rows().context == before.context).all()
    assert law.moments().c > 0


def test_handles_are_not_copied(pool):
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="a TaskPool cannot be copied or pickled"):
            attempt(pool)


def test_settings_keep_their_value_when_a_new_one_is_refused():
    estimator = icl.Estimator(0.5)
    with pytest.raises(icl.DomainError):
        estimator.lambda_ = -1
    assert estimator.lambda_ == 0.5
    assert isinstance(icl.Estimator.lambda_, type(icl.Experiment.seed))  # on the class, the descriptor
    with pytest.raises(AttributeError, match="tau was not set"):
        icl.Experiment(3).tau
