from __future__ import annotations

import itertools
import multiprocessing
import os
import platform
import signal
import threading
import time

import pytest

from idcheck.errors import (
    MissingComponentError,
    PhotoEmptyError,
    UnforeseenError,
    UsageError,
    WorkerDiedError,
    WorkerError,
    WorkerTimeoutError,
)
from idcheck.workers import Workers, run
from tests import faults


def results(tasks, **how):
    return list(run(faults.obedient, tasks, Workers(**({"count": 2} | how))))


def children():
    return [process for process in multiprocessing.active_children() if process.is_alive()]


@pytest.fixture(autouse=True)
def _no_process_is_left():
    yield
    assert children() == []


def test_results_come_in_the_order_of_their_tasks_whatever_each_takes():
    tasks = ["wait a", "b", "c", "wait d", "e", "f", "g"]
    assert results(tasks, window=7) == tasks


def test_there_may_be_nothing_to_do():
    assert results([]) == []


@pytest.mark.parametrize(("fault", "cause"), [("die", "exit status 3"), ("crash", "Killed")])
def test_a_worker_that_dies_takes_its_own_task_with_it_and_nothing_else(fault, cause):
    found = results(["a", fault, "b", fault, "c", "d"])
    assert [r for r in found if isinstance(r, str)] == ["a", "b", "c", "d"]
    for place in (1, 3):
        assert isinstance(found[place], WorkerDiedError)
        assert cause in str(found[place])


def test_a_single_worker_is_replaced_as_often_as_it_dies():
    found = results(["die", "die", "a"], count=1)
    assert [type(r) for r in found] == [WorkerDiedError, WorkerDiedError, str]


def test_a_worker_that_hangs_is_ended_when_its_time_is_up():
    found = results(["a", "hang", "b", "c"], time_limit_s=1.0)
    assert [found[i] for i in (0, 2, 3)] == ["a", "b", "c"]
    assert isinstance(found[1], WorkerTimeoutError)


def test_the_errors_of_a_task_are_its_result():
    found = results(["refuse", "a", "err", "b"])
    assert isinstance(found[0], PhotoEmptyError)
    assert str(found[0]) == "no bytes"
    assert found[1::2] == ["a", "b"]
    assert isinstance(found[2], UnforeseenError)


def test_an_unforeseen_error_shows_its_type_and_place_but_not_its_words():
    error = str(results(["err"])[0])
    assert "ValueError" in error
    assert "faults.py" in error
    assert "王小明" not in error
    assert "110101" not in error


def test_no_more_is_taken_from_the_input_than_the_window():
    taken = itertools.count()
    given = []

    def tasks():
        for number in itertools.islice(taken, 30):
            given.append(number)
            yield f"{number}"

    for due, _ in enumerate(run(faults.obedient, tasks(), Workers(2, window=5))):
        assert len(given) <= due + 1 + 5
    assert len(given) == 30


def test_a_slow_task_does_not_let_the_others_run_away():
    given = []

    def tasks():
        for number in range(12):
            given.append(number)
            yield "wait" if number == 0 else f"{number}"

    running = run(faults.obedient, tasks(), Workers(2, window=4))
    assert next(running) == "wait"
    assert len(given) == 4
    running.close()


def test_every_worker_works_on_one_thread_and_there_are_as_many_as_asked_for():
    assert set(results(["environment"] * 4)) == {"1"}
    pids = results(["pid", "wait"] * 6, count=3)[::2]
    assert len(set(pids)) <= 3
    assert os.getpid() not in pids


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what keeps memory is a switch of glibc")
def test_a_worker_keeps_the_memory_of_one_photo_for_the_next():
    first, *later = results(["fill"] * 4, count=1)
    assert first > 1000  # pages that the system had to find
    assert max(later) < 100


def test_closing_early_ends_the_processes_even_those_that_hang():
    running = run(faults.obedient, ["a", "hang", *"bcdef"], Workers(2))
    assert next(running) == "a"
    assert len(children()) == 2
    running.close()
    assert children() == []


def test_an_input_that_fails_ends_the_run_and_the_processes():
    def tasks():
        yield "a"
        msg = "the archive ended"
        raise OSError(msg)

    with pytest.raises(OSError, match="the archive ended"):
        list(run(faults.obedient, tasks(), Workers(1)))


@pytest.fixture
def interruptible():
    """Ctrl-C raises, also where the shell that started this in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_the_run_and_the_processes(interruptible):
    running = run(faults.obedient, ["a", "hang"], Workers(1))
    assert next(running) == "a"
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert children() == []


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced():
    running = run(faults.obedient, ["pid", "pid", "pid"], Workers(1, window=1))
    first = int(str(next(running)))
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    rest = list(running)
    assert len(rest) == 2
    assert all(isinstance(r, WorkerDiedError) or r != first for r in rest)
    assert isinstance(rest[-1], int)


def test_what_fails_to_set_up_is_the_failure_of_the_run():
    with pytest.raises(MissingComponentError, match="weights are missing"):
        next(run(faults.without_component, ["a"], Workers(2)))
    with pytest.raises(WorkerDiedError, match="exit status 9"):
        next(run(faults.dead_on_arrival, ["a"], Workers(2)))


def test_a_replacement_that_cannot_be_set_up_does_not_go_round_in_circles(tmp_path):
    running = run(faults.Once(tmp_path / "mark"), ["a", "die", "b"], Workers(1))
    assert next(running) == "a"
    with pytest.raises(WorkerDiedError, match="exit status 9"):
        list(running)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"window": 0}, {"time_limit_s": 0.0}])
def test_what_cannot_work_is_refused(wrong):
    with pytest.raises(UsageError):
        Workers(**wrong)


def test_an_error_of_a_worker_is_caught_as_one():
    assert all(issubclass(e, WorkerError) for e in (WorkerDiedError, WorkerTimeoutError, UnforeseenError))
