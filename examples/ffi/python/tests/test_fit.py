"""Fits and test errors, against the normal equations in NumPy and against samples."""
import numpy as np
import pytest

import icltheory as icl
from icltheory import Method, Quantity

EPSILON = np.finfo(float).eps
TOLERANCE = 1e-13  # asked for, below


def features_matrix(dataset):
    """The n x d(d+1) matrix whose product with Gamma's entries is the predictions."""
    query, context, target = dataset.rows()
    return np.einsum("ni,nj->nij", query, context).reshape(len(target), -1), target


@pytest.mark.parametrize("method", [Method.AUTO, Method.PRIMAL, Method.DUAL, Method.CG], ids=lambda method: method.name)
@pytest.mark.parametrize("n", [30, 12], ids=["n > p", "n < p"])
def test_a_fit_solves_the_normal_equations(method, n, pool):
    dataset, lambda_ = icl.Dataset(pool, 8, n, 0.1, seed=3), 0.3
    F, y = features_matrix(dataset)
    matrix = F.T @ F + n / 4 * lambda_ * np.eye(20)
    expected = np.linalg.solve(matrix, F.T @ y).reshape(4, 5)
    # A relative residual r leaves an error of at most cond r; NumPy's own is some n EPSILON.
    bound = np.linalg.cond(matrix) * (TOLERANCE + 100 * EPSILON) * np.linalg.norm(expected)
    estimator = icl.Estimator(lambda_, method=method, tolerance=TOLERANCE).fit(dataset)
    assert np.linalg.norm(estimator.gamma() - expected) <= bound
    report = estimator.report()
    assert report.method == method or method == Method.AUTO
    assert isinstance(report.method, Method) and 0 <= report.relative_residual <= TOLERANCE
    assert report.training_error == pytest.approx(np.mean((y - F @ expected.ravel()) ** 2), rel=1e-9)


def test_without_ridge_the_fit_is_the_least_of_those_that_interpolate(pool):
    dataset = icl.Dataset(pool, 8, 12, 0.1, seed=3)
    F, y = features_matrix(dataset)
    expected = np.linalg.lstsq(F, y, rcond=None)[0]
    estimator = icl.Estimator(method=Method.DUAL, tolerance=TOLERANCE).fit(dataset)
    bound = np.linalg.cond(F) ** 2 * (TOLERANCE + 100 * EPSILON) * np.linalg.norm(expected)
    assert np.linalg.norm(estimator.gamma().ravel() - expected) <= bound < 1e-8 * np.linalg.norm(expected)


def test_a_path_is_its_fits(dataset):
    lambdas = [0.1, 1e-3, 10]
    estimator = icl.Estimator(method=Method.PRIMAL)
    path = estimator.fit_path(dataset, lambdas)
    assert path.shape == (3, 4, 5) and (estimator.gamma() == path[2]).all()
    for lambda_, gamma in zip(lambdas, path):
        single = icl.Estimator(lambda_, method=Method.PRIMAL).fit(dataset).gamma()
        # Both are refined to a residual of rounding; their difference, by the condition of the equations, below 1e6.
        np.testing.assert_allclose(gamma, single, rtol=0, atol=1e6 * EPSILON * np.abs(single).max())
    out = np.empty((3, 4, 5))
    assert estimator.fit_path(dataset, lambdas, out=out, threads=2) is out and (out == path).all()


def test_settings_take_effect(dataset, gamma):
    estimator = icl.Estimator(5.0, method=Method.CG, tolerance=1e-3, max_iterations=7)
    assert (estimator.lambda_, estimator.method, estimator.tolerance, estimator.max_iterations) == (5, 3, 1e-3, 7)
    estimator.lambda_, estimator.method, estimator.tolerance, estimator.max_iterations = 0.1, Method.AUTO, 1e-8, 1000
    assert (estimator.fit(dataset).gamma() == gamma).all()
    out = np.empty((4, 5))
    assert estimator.gamma(out=out) is out and (out == gamma).all()


def test_a_result_is_there_only_after_a_fit(dataset):
    estimator = icl.Estimator(0.1)
    for read in (estimator.gamma, estimator.report):
        with pytest.raises(icl.StateError):
            read()
    estimator.fit(dataset)
    with pytest.raises(icl.StateError):
        estimator.fit(icl.Dataset.empty(3))
    with pytest.raises(icl.StateError):  # of which dimension would it be?
        estimator.gamma()


def test_a_result_of_unknown_size_is_not_read(dataset, library, monkeypatch):
    """Ctrl-C at the last moment: the library has a result for d = 6, the estimator's last one was of d = 4."""
    estimator, real = icl.Estimator(0.1).fit(dataset), library.icl_estimator_fit

    def interrupted(*arguments):
        real(*arguments)
        raise KeyboardInterrupt
    monkeypatch.setattr(library, "icl_estimator_fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(icl.Dataset(icl.TaskPool(6, 6), 8, 60, 0.1))
    with pytest.raises(icl.StateError):
        estimator.gamma()


def test_what_did_not_converge_can_be_read(dataset):
    estimator = icl.Estimator(1e-9, method=Method.CG, tolerance=1e-15, max_iterations=1)
    with pytest.raises(icl.NotConvergedError):
        estimator.fit(dataset)
    assert estimator.gamma().shape == (4, 5) and estimator.report().relative_residual > 1e-15


def test_the_readme_s_number():
    with icl.TaskPool(20, 10, seed=1) as pool, icl.Dataset(pool, 200, 800, 0.01, seed=1) as data:
        gamma = icl.Estimator(0.1).fit(data).gamma()
    assert f"{icl.TestLaw.fresh(20, 200, 0.01).error(gamma):.4f}" == "0.6661"


def laws(pool):
    structured = np.diag([4.0, 2, 1, 0.5])
    return {"fresh": icl.TestLaw.fresh(4, 8, 0.1), "gaussian": icl.TestLaw.gaussian(8, 0.1, structured),
            "pool": icl.TestLaw.pool(pool, 8, 0.1)}


@pytest.mark.parametrize("kind", ["fresh", "gaussian", "pool"])
def test_the_test_error_is_its_moments_and_its_samples(kind, pool, gamma):
    law = laws(pool)[kind]
    assert law.d == 4
    error, (A, B, c) = law.error(gamma), law.moments()
    by_moments = c + np.trace(gamma @ B @ gamma.T) / 4 - 2 * np.trace(gamma @ A.T) / 4
    assert error == pytest.approx(by_moments, rel=1e3 * EPSILON * c / error)  # some 100 terms of size c
    sampled = law.error_sampled(gamma, 20000, seed=5, threads=2)
    assert abs(sampled.mean - error) < 5 * sampled.standard_error  # a fixed seed; 5 sigma, one in a million
    assert 0 < sampled.standard_error < 0.05 * error


def test_the_best_gamma_is_best(pool):
    law = laws(pool)["pool"]
    A, B, _ = law.moments()
    best = law.optimal_gamma(0.2)
    expected = np.linalg.solve(B + 0.2 * np.eye(5), A.T).T
    np.testing.assert_allclose(best, expected, rtol=0, atol=1e3 * np.linalg.cond(B) * EPSILON * np.abs(expected).max())
    ridgeless, random = law.optimal_gamma(), np.random.default_rng(1)
    assert all(law.error(ridgeless + 0.1 * random.normal(size=(4, 5))) > law.error(ridgeless) for _ in range(10))
    out = np.empty((4, 5))
    assert law.optimal_gamma(0.2, out=out) is out and (out == best).all()


def test_a_law_is_made_by_its_kind():
    with pytest.raises(TypeError, match="TestLaw.fresh"):
        icl.TestLaw()
    gaussian, sphere = (icl.TestLaw.fresh(4, 8, 0.1, distribution=kind).moments().B for kind in icl.Distribution)
    assert not np.allclose(gaussian, sphere)


def test_baselines(pool):
    """No predictor undercuts dMMSE on its pool, and Bayes ridge regression on fresh Gaussian tasks."""
    laws_ = laws(pool)
    dmmse = {kind: icl.dmmse_error(pool, laws_[kind], 4000, seed=1, threads=2) for kind in ("pool", "fresh")}
    ridge = {kind: icl.bayes_ridge_error(laws_[kind], 4000, seed=1, threads=2) for kind in ("pool", "fresh")}
    assert 0.1 <= dmmse["pool"].mean < ridge["pool"].mean
    assert 0.1 <= ridge["fresh"].mean < dmmse["fresh"].mean
    assert all(0 < estimate.standard_error < 0.1 * estimate.mean for estimate in [*dmmse.values(), *ridge.values()])
    assert icl.dmmse_error(pool, laws_["pool"], 4000, seed=1) == dmmse["pool"]  # on any number of threads
    assert icl.bayes_ridge_error(laws_["pool"], 4000, seed=1) == ridge["pool"]


def test_the_finite_theory_is_the_mean_of_fits(pool):
    """Means over 200 datasets of n = 200, against the theory: its own error is a few per cent at d = 4."""
    law = icl.TestLaw.pool(pool, 8, 0.1)
    theory = icl.FiniteTheory(pool, 8, 200, 0.1, 0.1, samples=4000, seed=1)
    with pytest.raises(icl.StateError):
        theory.error(law)
    predicted = theory.solve(threads=2).error(law)
    errors = [law.error(icl.Estimator(0.1).fit(icl.Dataset(pool, 8, 200, 0.1, seed=seed)).gamma())
              for seed in range(200)]
    standard_error = np.std(errors, ddof=1) / 200**0.5 + predicted.standard_error
    assert abs(predicted.mean - np.mean(errors)) < 0.05 * predicted.mean + 5 * standard_error
    by_pool = icl.FiniteTheory(pool, 8, 200, 0.1, 0.1, icl.Level.POOL).solve().error(law)
    assert by_pool.standard_error == 0 and by_pool.mean != predicted.mean
    theory.seed = 2  # drops the result
    with pytest.raises(icl.StateError):
        theory.error(law)
    assert theory.samples == 4000 and theory.seed == 2
    assert theory.solve().error(law).mean == pytest.approx(predicted.mean, abs=10 * predicted.standard_error)


def test_quantities_of_one_point_agree():
    theory = icl.Theory(2, 10, 0.5, 0.01, 0.1)
    fresh, pool, gap = (theory.value(quantity) for quantity in (Quantity.ICL, Quantity.IDG, Quantity.GAP))
    assert gap == pytest.approx(fresh - pool, abs=10 * EPSILON * fresh)
