"""Work that goes wrong in every way, and engines that do: spawned processes import them from here."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from idcheck.errors import MissingComponentError, PhotoEmptyError
from idcheck.reading import FieldName
from idcheck.types import Gray, Transcript


def obedient() -> Callable[[str], object]:
    """Set up a worker that does what its task says."""
    return obey


def obey(task: str) -> object:
    """Do a task: ``die``, ``crash``, ``hang``, ``refuse``, ``err``, ``wait``, ``environment``, ``fill`` or
    echo it.
    """
    match task.partition(" ")[0]:
        case "die":
            os._exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case "refuse":
            msg = "no bytes"
            raise PhotoEmptyError(msg)
        case "err":
            msg = "王小明 110101199001010007"
            raise ValueError(msg)
        case "wait":
            time.sleep(0.3)
        case "pid":
            return os.getpid()
        case "environment":
            return os.environ["OMP_NUM_THREADS"]
        case "fill":
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            _ = b"photo" * 7_000_000
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return task


def without_component() -> Callable[[str], object]:
    """Fail to set up as an installation does that lacks something."""
    msg = "weights are missing"
    raise MissingComponentError(msg)


def dead_on_arrival() -> Callable[[str], object]:
    """Fail to set up as a process does that is out of memory."""
    os._exit(9)


class Once:
    """Sets up well the first time, and dies of it ever after."""

    def __init__(self, mark: Path) -> None:
        """Take the file that tells the first time from later ones."""
        self._mark = mark

    def __call__(self) -> Callable[[str], object]:
        """Set up."""
        if self._mark.exists():
            os._exit(9)
        self._mark.touch()
        return obey


class Fatal:
    """An engine that kills its process at the first strip."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return "fatal"

    def read(self, strip: Gray, field: FieldName) -> Transcript:  # noqa: ARG002
        """Kill."""
        os._exit(5)
