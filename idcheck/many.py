"""Checks many submissions at once, one process a core; see :func:`check_many`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import cv2

from idcheck import photo
from idcheck.errors import IdcheckError
from idcheck.pipeline import Checker, today
from idcheck.policy import Policy
from idcheck.reading import Engine
from idcheck.report import Report
from idcheck.types import Claim, Facts, Limits
from idcheck.workers import Workers, run


@dataclass(frozen=True, slots=True)
class Submission:
    """What one user sent in.

    Attributes:
        photo: the file's content, or where it lies. A path is quicker: then only the worker reads the file.
        emblem: a photo of the card's other side, likewise; or None.
    """

    photo: bytes | str | Path = field(repr=False)
    claim: Claim
    facts: Facts = field(default_factory=Facts)
    emblem: bytes | str | Path | None = field(default=None, repr=False)


def check_many(
    submissions: Iterable[Submission],
    policy: Policy | None = None,
    *,
    on: date | None = None,
    engine: Callable[[], Engine] | None = None,
    workers: Workers | None = None,
) -> Generator[Report | IdcheckError, None, None]:
    """Check submissions in several processes, each with the models loaded once and on one thread.

    Nothing but the few submissions that are being worked on is held in memory. The processes end with the
    iterator, also when it is closed early. They are spawned, so that a program that calls this needs the
    guard ``if __name__ == "__main__":``.

    Args:
        submissions: taken as they are needed, never more than ``workers.window`` ahead of the results.
        policy: as for :class:`Checker`.
        on: the day of all decisions; today in China, as the run begins, when None.
        engine: makes what reads a strip, in each process; a class or a function of a module. The embedded
            readers when None.
        workers: how many processes, how far ahead, how long one submission may take; one process a core and
            no time limit when None.

    Returns:
        for each submission in turn its report, or the error that came in its place: PhotoError as of
        :meth:`Checker.check`, or a WorkerError where its process died, took too long or met an exception that
        nobody foresaw. The others are not affected.

    Raises:
        ComponentError: as of :class:`Checker`; from the iterator.
        WorkerError: a process died while it loaded the models; from the iterator.
    """
    setup = partial(_checking, policy or Policy.default(), engine, on or today())
    return run(setup, submissions, workers or Workers())


def _checking(
    policy: Policy, engine: Callable[[], Engine] | None, on: date
) -> Callable[[Submission], Report]:
    cv2.setNumThreads(1)
    checker = Checker(policy, engine=None if engine is None else engine())
    return partial(_check, checker, on)


def _check(checker: Checker, on: date, submission: Submission) -> Report:
    limits = checker.policy.limits
    emblem = None if submission.emblem is None else _content(submission.emblem, limits)
    data = _content(submission.photo, limits)
    return checker.check(data, submission.claim, facts=submission.facts, on=on, emblem=emblem)


def _content(file: bytes | str | Path, limits: Limits) -> bytes:
    return file if isinstance(file, bytes) else photo.read(file, limits)
