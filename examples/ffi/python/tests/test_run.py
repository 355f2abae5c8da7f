"""Long computations: threads, progress, and how they end early."""
import signal
import sys
import threading
import time
import traceback

import numpy as np
import pytest

import icltheory as icl
from icltheory._run import Run

LAW = icl.TestLaw.fresh(20, 40, 0.1)
LONG = 3 * 10**5  # contexts of a baseline, some ten seconds, of which the tests take hundredths


def long_calls():
    """Each function that takes threads and progress, on small data."""
    pool = icl.TaskPool(4, 6, seed=1)
    data, law, gamma = icl.Dataset(pool, 8, 3000, 0.1, seed=2), icl.TestLaw.fresh(4, 8, 0.1), np.zeros((4, 5))
    experiment = icl.Experiment(4, tau=2, alpha=2, kappa=1)
    finite = icl.FiniteTheory(pool, 8, 90, 0.1, 0.1, samples=500)
    return {
        "Estimator.fit": lambda **run: icl.Estimator(0.1).fit(data, **run).gamma(),
        "Estimator.fit_path": lambda **run: icl.Estimator().fit_path(data, [0.1, 1], **run),
        "Dataset.error": lambda **run: data.error(gamma, **run),
        "TestLaw.error_sampled": lambda **run: law.error_sampled(gamma, 3000, **run),
        "sequences_draw": lambda **run: icl.sequences_draw(pool, 8, 3000, 0.1, **run).x,
        "dmmse_error": lambda **run: icl.dmmse_error(pool, law, 3000, **run),
        "bayes_ridge_error": lambda **run: icl.bayes_ridge_error(law, 3000, **run),
        "FiniteTheory.solve": lambda **run: finite.solve(**run).error(law),
        "Experiment.run": lambda **run: experiment.run(**run).values(icl.Quantity.ICL),
        "Experiment.curve": lambda **run: experiment.curve(icl.Parameter.TAU, [1, 2], **run).mean,
    }


each_long_call = pytest.mark.parametrize("name", list(long_calls()))


class Stop(Exception):
    pass


def stop(done, total):
    raise Stop(done)


@each_long_call
def test_results_are_the_same_on_threads(name):
    call = long_calls()[name]
    np.testing.assert_array_equal(call(threads=1), call(threads=3))
    np.testing.assert_array_equal(call(), call(threads=0))


@each_long_call
def test_progress_is_reported(name):
    seen = []
    long_calls()[name](progress=lambda done, total: seen.append((done, total)))
    assert seen and [done for done, _ in seen] == sorted(done for done, _ in seen)
    if name == "FiniteTheory.solve":
        assert all(total is None for _, total in seen)
    else:
        assert all(0 <= done <= total for done, total in seen)


@each_long_call
def test_what_progress_raises_cancels_and_is_raised(name, library):
    library.icl_run_destroy.arguments = None
    with pytest.raises(Stop) as caught:
        long_calls()[name](threads=2, progress=stop)
    assert library.icl_run_destroy.arguments is not None
    assert [entry.name for entry in traceback.extract_tb(caught.value.__traceback__)][-1] == "stop"
    assert "canceled" in library.icl_last_error_message().decode()


def test_an_exception_keeps_its_cause_and_context():
    def stop_with_cause(done, total):
        try:
            raise KeyError("first")
        except KeyError as error:
            raise Stop from error
    with pytest.raises(Stop) as caught:
        icl.bayes_ridge_error(LAW, LONG, progress=stop_with_cause)
    assert isinstance(caught.value.__cause__, KeyError) and isinstance(caught.value.__context__, KeyError)


def test_progress_is_not_called_again_after_it_has_raised():
    """The library stops at once; where it asks again all the same, the first exception stays."""
    calls = []

    def count(done, total):
        calls.append(done)
        raise Stop(done)
    with pytest.raises(Stop, match="^3$"), Run(1, count) as run:
        assert [run._report(done, 5, None) for done in (3, 4)] == [1, 1]
    assert calls == [3]


def test_an_output_is_untouched_where_a_call_was_canceled(pool):
    out = (np.full((3000, 9, 4), 7.0), np.full((3000, 9), 7.0), np.full(3000, 7))
    with pytest.raises(Stop):
        icl.sequences_draw(pool, 8, 3000, 0.1, out=out, progress=stop)
    assert all((array == 7).all() for array in out)


def test_what_progress_returns_means_nothing():
    assert icl.bayes_ridge_error(LAW, 100, progress=lambda done, total: True).mean > 0.1


def test_progress_may_compute(dataset, gamma):
    inner = []

    def nested(done, total):
        inner.append(dataset.error(gamma, progress=lambda *_: None).mean)
    icl.bayes_ridge_error(LAW, 100, progress=nested)
    assert inner and set(inner) == {dataset.error(gamma).mean}


def test_wrong_arguments_of_a_run():
    for wrong, kind in [(dict(threads=-1), icl.DomainError), (dict(threads=5000), icl.DomainError),
                        (dict(threads=1.5), TypeError), (dict(progress=3), TypeError)]:
        with pytest.raises(kind, match="threads is|progress is"):
            icl.bayes_ridge_error(LAW, 10, **wrong)


class Alarm(BaseException):
    pass


def ring(number, frame):
    raise Alarm


@pytest.mark.parametrize("progress", [None, lambda done, total: None], ids=["without progress", "with progress"])
@pytest.mark.parametrize("number, handler, kind", [(signal.SIGINT, signal.default_int_handler, KeyboardInterrupt),
                                                   (signal.SIGALRM, ring, Alarm)], ids=["SIGINT", "SIGALRM"])
def test_a_signal_ends_a_computation(number, handler, kind, progress, library, capfd):
    """At twenty different times, since a signal may be handled anywhere in the callback, and before it too."""
    hook, before, began = sys.unraisablehook, signal.signal(number, handler), time.monotonic()
    called = library.icl_bayes_ridge_error

    def send_once_called(delay):
        while called.arguments is None:
            time.sleep(0.001)
        time.sleep(delay)
        signal.pthread_kill(threading.main_thread().ident, number)
    try:
        for attempt in range(20):
            called.arguments = None
            sender = threading.Thread(target=send_once_called, args=(0.01 + 0.0007 * attempt,))
            sender.start()
            with pytest.raises(kind) as caught:
                icl.bayes_ridge_error(LAW, LONG, progress=progress)
            sender.join()
            assert caught.value.__context__ is None
    finally:
        signal.signal(number, before)
    assert sys.unraisablehook is hook
    assert time.monotonic() - began < 30  # some 0.03 s each, but 10 s each where the computation goes on
    assert capfd.readouterr().err == ""  # nothing was lost


def test_other_exceptions_that_nobody_can_raise_go_where_they_went():
    """Those of a finaliser, during a computation."""
    lost, before = [], sys.unraisablehook

    class Noisy:
        def __del__(self):
            raise Stop
    sys.unraisablehook = lambda unraisable: lost.append(unraisable.exc_type)
    try:
        icl.bayes_ridge_error(LAW, 100, progress=lambda done, total: Noisy() and None)
    finally:
        sys.unraisablehook = before
    assert lost and set(lost) == {Stop}


def test_other_threads_run_during_a_call():
    """The interpreter does not switch threads by itself here: whoever counts does so while the library computes."""
    count, done, interval = [0], threading.Event(), sys.getswitchinterval()

    def counting():
        while not done.is_set():
            time.sleep(0.0005)
            count[0] += 1
    thread = threading.Thread(target=counting)
    sys.setswitchinterval(60)
    try:
        thread.start()
        before = count[0]
        icl.TestLaw.fresh(300, 10, 0.1).optimal_gamma(0.1)  # no callback; some 0.1 s
        during = count[0] - before
    finally:
        sys.setswitchinterval(interval)
        done.set()
        thread.join()
    assert during >= 5


def test_handles_are_shared_by_threads(pool, dataset):
    """Two threads of Python, each with fits of its own, on one dataset and one law."""
    law = icl.TestLaw.pool(pool, 8, 0.1)
    lambdas, errors = [0.01 * 2**step for step in range(8)], {}

    def fit(some):
        for lambda_ in some:
            errors[lambda_] = law.error(icl.Estimator(lambda_).fit(dataset).gamma())
    threads = [threading.Thread(target=fit, args=(lambdas[first::2],)) for first in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [errors[lambda_] for lambda_ in lambdas] == [
        law.error(icl.Estimator(lambda_).fit(dataset).gamma()) for lambda_ in lambdas]


def test_messages_and_hooks_belong_to_threads():
    """A failure and a cancelled call in another thread leave this one's hook alone, and are raised there."""
    caught, hook = [], sys.unraisablehook

    def fail():
        for call in (lambda: icl.TaskPool(0, 1), lambda: icl.bayes_ridge_error(LAW, LONG, progress=stop)):
            try:
                call()
            except Exception as error:
                caught.append((type(error), sys.unraisablehook is hook))
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert caught == [(icl.DomainError, True), (Stop, True)]
