"""Does a stream of tasks in processes of their own, in order, and outlives any of them.

Every worker has a pipe of its own and at most one task, so that a worker that dies takes nothing with it but
that task. In the executors of :mod:`concurrent.futures` and of loky, workers share their queues: when one
dies, everything that was handed in fails. Processes are spawned, because a fork of a process that has used
OpenCV's threads deadlocks.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from idcheck.errors import IdcheckError, UnforeseenError, UsageError, WorkerDiedError, WorkerTimeoutError

T = TypeVar("T")
R = TypeVar("R")

_GRACE_S: Final = 2.0
"""For workers to finish what they are at when a run ends early; then they are killed."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's mallopt."""
_KEPT_BYTES: Final = 128 << 20
"""Freed memory that a worker keeps at most: a photo of 24 MP in colour, and what is made of it."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def usable_cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes work, and how far ahead.

    Attributes:
        count: processes.
        window: tasks that are taken from the input before the first of them has been handed out as a result,
            at most; None for four a process.
        time_limit_s: seconds that one task may take; None for no limit.

    Raises:
        UsageError: fewer than one process or task, or no time at all.
    """

    count: int = field(default_factory=usable_cores)
    window: int | None = None
    time_limit_s: float | None = None

    def __post_init__(self) -> None:
        least = min(self.count, 1 if self.window is None else self.window)
        if least < 1 or (self.time_limit_s is not None and not self.time_limit_s > 0):
            msg = "workers need a count and a window of at least 1, and a time limit above 0"
            raise UsageError(msg)


def run(
    setup: Callable[[], Callable[[T], R]], tasks: Iterable[T], workers: Workers
) -> Generator[R | IdcheckError, None, None]:
    """Do every task in one of several processes.

    When the iterator is closed or fails, the processes end with it. A program that calls this needs the
    guard ``if __name__ == "__main__":``, because spawned processes import its main module.

    Args:
        setup: called once in each process; makes the function that does a task. It and the tasks are pickled.
        tasks: taken as they are needed, never more than the window ahead.
        workers: how many processes, and how far ahead.

    Yields:
        for each task in turn its result, or the error that came in its place: the IdcheckError that the
        function raised, UnforeseenError for any other exception, WorkerDiedError where the process died, or
        WorkerTimeoutError.

    Raises:
        IdcheckError: `setup` failed; as above for other exceptions and for a process that died of it.
    """
    window = workers.window or 4 * workers.count
    crew = _Crew(setup, workers)
    numbered, more = enumerate(tasks), True
    taken = due = 0
    try:
        crew.start()
        while more or due < taken:
            while more and taken - due < window and crew.has_idle():
                following = next(numbered, None)
                if following is None:
                    more = False
                else:
                    crew.assign(*following)
                    taken += 1
            if due in crew.done:
                yield crew.done.pop(due)
                due += 1
                crew.collect(at_most_s=0)  # what was finished while the caller was busy
            elif more or due < taken:
                crew.collect()
    finally:
        crew.stop()


class _Crew(Generic[T, R]):
    """The workers, and the results that they have brought so far.

    Attributes:
        done: number of the task → its result.
    """

    def __init__(self, setup: Callable[[], Callable[[T], R]], how: Workers) -> None:
        self.done: dict[int, R | IdcheckError] = {}
        self._setup = setup
        self._how = how
        self._workers: list[_Worker] = []

    def start(self) -> None:
        while len(self._workers) < self._how.count:
            self._workers.append(_Worker(self._setup))

    def has_idle(self) -> bool:
        return any(worker.is_idle for worker in self._workers)

    def assign(self, number: int, task: T) -> None:
        """Give a task to a worker that has none."""
        worker = next(worker for worker in self._workers if worker.is_idle)
        try:
            worker.take(number, task, self._how.time_limit_s)
        except OSError:
            self._bury(worker)

    def collect(self, at_most_s: float = math.inf) -> None:
        """Wait until a worker has something to say, or its time is up."""
        deadline = min(worker.deadline for worker in self._workers)
        patience = max(0.0, min(at_most_s, deadline - time.monotonic()))
        spoken = wait([worker.pipe for worker in self._workers], patience if patience < math.inf else None)
        for worker in list(self._workers):
            if worker.pipe in spoken:
                self._hear(worker)
            elif worker.deadline <= time.monotonic():
                self._replace(worker, WorkerTimeoutError(f"took longer than {self._how.time_limit_s:g} s"))

    def _hear(self, worker: _Worker) -> None:
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if worker.is_ready:
            self.done[worker.finish()] = said
        elif said is not None:
            raise said
        else:
            worker.is_ready = True

    def _bury(self, worker: _Worker) -> None:
        worker.process.join(_GRACE_S)
        error = WorkerDiedError(f"its process died: {_cause_of_death(worker.process)}")
        if not worker.is_ready:
            raise error
        self._replace(worker, error)

    def _replace(self, worker: _Worker, error: IdcheckError) -> None:
        """Put another worker in the place of one that is no good; the error is the result of its task."""
        if worker.task is not None:
            self.done[worker.finish()] = error
        worker.end()
        self._workers[self._workers.index(worker)] = _Worker(self._setup)

    def stop(self) -> None:
        """End all processes: let those that work finish, within reason."""
        for worker in self._workers:
            worker.pipe.close()
        patience = time.monotonic() + _GRACE_S
        for worker in self._workers:
            worker.process.join(max(0.0, patience - time.monotonic()))
            worker.end()


class _Worker:
    """A process, the pipe to it, and the number of the task that it is at.

    Attributes:
        is_ready: whether its setup is done.
        deadline: when its task's time is up, on the monotonic clock, in s.
    """

    def __init__(self, setup: Callable[[], Callable[[Any], Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        with suppress(OSError):  # it died at once, as whoever listens to the pipe will hear
            self.pipe.send(setup)
        self.is_ready = False
        self.task: int | None = None
        self.deadline = math.inf

    @property
    def is_idle(self) -> bool:
        return self.is_ready and self.task is None

    def take(self, number: int, task: object, time_limit_s: float | None) -> None:
        self.task = number
        self.pipe.send(task)
        if time_limit_s is not None:
            self.deadline = time.monotonic() + time_limit_s

    def finish(self) -> int:
        """Be rid of the task; returns its number."""
        number, self.task, self.deadline = self.task, None, math.inf
        if number is None:
            msg = "a worker without a task has nothing to finish"
            raise RuntimeError(msg)
        return number

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def _cause_of_death(process: SpawnProcess) -> str:
    code = process.exitcode
    if code is None or code >= 0:
        return f"exit status {code}"
    return signal.strsignal(-code) or f"signal {-code}"


# ---------------------------------------------------------------- in the worker's process


def _serve(pipe: Connection) -> None:
    """What a worker does: set up, say so, and do tasks until the other end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for the results
    os.environ.update(_ONE_THREAD)  # before `setup` is unpickled, which imports what heeds it
    keep_freed_memory()
    try:
        try:
            work = pipe.recv()()
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            pipe.send(_as_ours(error))
            return
        pipe.send(None)
        while True:
            pipe.send(_attempt(work, pipe.recv()))
    except (EOFError, OSError):
        return  # nobody waits for results any more


def keep_freed_memory() -> None:
    """Let the C library keep the memory of one photo for the next, where it is glibc.

    It would give large arrays back and get them again page by page, each filled with zeros: for photos of
    12 MP that is a twentieth of the time of a check. Workers do so; so may a process that serves by itself.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for parameter in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            library.mallopt(parameter, _KEPT_BYTES)


def _attempt(work: Callable[[Any], Any], task: object) -> object:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001 - handed over in place of the result
        return _as_ours(error)


def _as_ours(error: Exception) -> IdcheckError:
    """The error as the parent gets it. The words of a foreign one stay here: they may quote personal data."""
    if isinstance(error, IdcheckError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return UnforeseenError(f"{type(error).__name__}{place}")
