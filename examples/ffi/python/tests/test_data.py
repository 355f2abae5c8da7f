"""Pools, datasets, sequences and the model itself, against NumPy."""
import numpy as np
import pytest

import icltheory as icl

EPSILON = np.finfo(float).eps


def numpy_features(x, y):
    """Equation 3 of doc/theory.md."""
    length, d = x.shape[1] - 1, x.shape[2]
    summary = d / length * np.einsum("ni,nij->nj", y[:, :-1], x[:, :-1])
    square = np.sum(y[:, :-1] ** 2, axis=1, keepdims=True) / length
    return x[:, -1], np.concatenate([summary, square], axis=1), y[:, -1]


def sequences(n=7, length=5, d=3):
    random = np.random.default_rng(1)
    return random.normal(size=(n, length + 1, d)), random.normal(size=(n, length + 1))


def test_pools():
    pool = icl.TaskPool(4, 6, seed=1)
    assert (pool.d, pool.k) == (4, 6)
    tasks = pool.tasks()
    assert tasks.shape == (6, 4)
    assert (icl.TaskPool(4, 3, seed=1).tasks() == tasks[:3]).all()  # a smaller pool is a prefix
    assert (icl.TaskPool.from_tasks(tasks).tasks() == tasks).all()
    out = np.empty((6, 4))
    assert pool.tasks(out) is out and (out == tasks).all()
    sphere = icl.TaskPool(4, 6, distribution=icl.Distribution.SPHERE).tasks()
    # A norm of four terms: each square, their sum and the draw's scaling round a few times.
    np.testing.assert_allclose((sphere**2).sum(axis=1), 4, rtol=10 * EPSILON)


def test_the_infinite_pool():
    pool = icl.TaskPool.infinite(4, seed=1)
    assert (pool.d, pool.k) == (4, 0)
    with pytest.raises(icl.UnsupportedError):
        pool.tasks()
    assert (icl.sequences_draw(pool, 3, 5, 0.1).task == -1).all()


def test_features_are_those_of_numpy():
    x, y = sequences()
    rows = icl.features(x, y)
    # Sums of 5 products of size 1: each rounds at most 6 times, in either order.
    for given, expected in zip(rows, numpy_features(x, y)):
        np.testing.assert_allclose(given, expected, rtol=0, atol=12 * EPSILON * np.abs(expected).max() * 5)
    out = (np.empty((7, 3)), np.empty((7, 4)), np.empty(7))
    again = icl.features(x, y, out=out)
    assert all(a is b for a, b in zip(again, out)) and (again.context == rows.context).all()
    with pytest.raises(ValueError, match=r"y has the shape \(7, 5\); \(7, 6\) was expected"):
        icl.features(x, y[:, 1:])


def test_predictions_are_those_of_numpy():
    x, y = sequences()
    query, context, _ = icl.features(x, y)
    gamma = np.random.default_rng(2).normal(size=(3, 4))
    expected = np.einsum("ni,ij,nj->n", query, gamma, context)
    size = np.einsum("ni,ij,nj->n", *map(np.abs, (query, gamma, context)))  # of what is summed, 12 terms
    assert (np.abs(icl.gamma_predict(gamma, query, context) - expected) <= 30 * EPSILON * size).all()


def test_attention_is_that_of_numpy_and_its_reduced_form():
    x, y = sequences()
    random = np.random.default_rng(3)
    V, M = random.normal(size=(2, 4, 4))
    prompt = np.vstack([x[0].T, np.append(y[0, :-1], 0)])
    # The prompt's last column has no label, and is no part of the sum over the context in equation 2.
    full = prompt + V @ prompt @ (prompt.T @ M @ prompt) / 5
    # Some hundred products of size up to 10 each.
    assert icl.attention_predict(V, M, x[0], y[0, :-1]) == pytest.approx(full[3, 5], abs=1e4 * EPSILON)
    V[3, :3] = 0
    query, context, _ = icl.features(x, y)
    reduced = icl.gamma_predict(icl.attention_reduce(V, M), query, context)[0]
    assert reduced == pytest.approx(icl.attention_predict(V, M, x[0], y[0, :-1]), abs=1e4 * EPSILON)
    out = np.empty((3, 4))
    assert icl.attention_reduce(V, M, out=out) is out


def test_a_dataset_has_the_features_of_its_sequences(pool, dataset):
    drawn = icl.sequences_draw(pool, 8, 60, 0.1, seed=2)
    rows = dataset.rows()
    # Drawn in O(d), not through the tokens: doc/theory.md gives equal numbers to rounding.
    for given, expected in zip(rows, numpy_features(drawn.x, drawn.y)):
        np.testing.assert_allclose(given, expected, rtol=0, atol=1e3 * EPSILON * np.abs(expected).max())
    assert drawn.task.dtype == np.int64 and set(drawn.task) <= set(range(6))
    out = tuple(np.empty_like(array) for array in drawn)
    again = icl.sequences_draw(pool, 8, 60, 0.1, seed=2, out=out, threads=2)
    assert all(a is b for a, b in zip(again, out)) and all((a == b).all() for a, b in zip(again, drawn))


def test_rows(dataset):
    rows = dataset.rows()
    assert (len(dataset), dataset.d) == (60, 4)
    assert rows.query.shape == (60, 4) and rows.context.shape == (60, 5) and rows.target.shape == (60,)
    assert (dataset.rows(10, 5).context == rows.context[10:15]).all()
    assert (dataset.rows(50).target == rows.target[50:]).all()
    out = (np.empty((5, 4)), np.empty((5, 5)), np.empty(5))
    assert dataset.rows(10, 5, out=out).target is out[2]
    for first, count in [(-1, 5), (58, 3), (0, 0), (0, -1), (60, None), (70, None), (2**62, 2**62)]:
        with pytest.raises(icl.DomainError):
            dataset.rows(first, count)


def test_data_of_the_caller(pool, dataset):
    rows, drawn = dataset.rows(), icl.sequences_draw(pool, 8, 60, 0.1, seed=2)
    own = icl.Dataset.empty(4)
    with pytest.raises(icl.StateError):
        own.error(np.zeros((4, 5)))
    own.append_features(*rows)
    own.append_sequences(drawn.x[:10], drawn.y[:10])
    assert len(own) == 70
    assert (own.rows(0, 60).context == rows.context).all()
    assert (own.rows(60).context == icl.features(drawn.x[:10], drawn.y[:10]).context).all()
    with pytest.raises(icl.UnsupportedError):
        dataset.append_features(*rows)
    with pytest.raises(ValueError, match=r"context has the shape \(60, 4\); \(60, 5\) was expected"):
        own.append_features(rows.query, rows.query, rows.target)


def test_the_error_on_a_dataset_is_that_of_numpy(dataset, gamma):
    query, context, target = dataset.rows()
    squares = (target - np.einsum("ni,ij,nj->n", query, gamma, context)) ** 2
    estimate = dataset.error(gamma)
    # 60 terms, each from 20 products.
    assert estimate.mean == pytest.approx(squares.mean(), rel=1e3 * EPSILON)
    assert estimate.standard_error == pytest.approx(squares.std(ddof=1) / 60**0.5, rel=1e3 * EPSILON)
    assert dataset.error(gamma, threads=2) == estimate


def test_the_memory_limit_changes_no_bit(dataset, gamma):
    dataset.memory_limit = 100
    assert dataset.memory_limit == 100
    assert (icl.Estimator(0.1).fit(dataset).gamma() == gamma).all()
