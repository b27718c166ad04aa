"""Engines for tests: one that repeats what was recorded, one that fails as it is told to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from idcheck.errors import EngineError
from idcheck.reading.engine import Engine, FieldName
from idcheck.types import Gray, Transcript


def digest(strip: Gray) -> str:
    """What a strip is known by: the sha256 of its shape and pixels."""
    return hashlib.sha256(repr(strip.shape).encode() + strip.tobytes()).hexdigest()


class Recorded:
    """Answers each strip with what was recorded for it, else with the next transcript in a sequence."""

    def __init__(
        self, by_strip: Mapping[str, Transcript] | None = None, in_turn: Iterable[Transcript] = ()
    ) -> None:
        """Take the recording.

        Args:
            by_strip: :func:`digest` of a strip → its transcript.
            in_turn: for strips that are not in there, in the order in which they come.
        """
        self._by_strip = dict(by_strip or {})
        self._in_turn = iter(tuple(in_turn))

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return "recorded"

    def read(self, strip: Gray, field: FieldName) -> Transcript:  # noqa: ARG002  (the contract's)
        """Repeat the recording.

        Raises:
            EngineError: there is none for this strip.
        """
        known = self._by_strip.get(digest(strip)) or next(self._in_turn, None)
        if known is None:
            msg = "no transcript was recorded for this strip"
            raise EngineError(msg)
        return known


class Fault(StrEnum):
    """What can go wrong with an engine."""

    NONE = "none"
    RAISE = "raise"
    """It fails on its own account."""
    HANG = "hang"
    """It waits, then fails by its time limit."""
    GARBAGE = "garbage"
    """It answers with confident nonsense."""


class Faulty:
    """Wraps an engine and lets its calls fail, one fault a call, without faults once they are used up."""

    def __init__(
        self, engine: Engine, faults: Iterable[Fault], wait: Callable[[], object] = lambda: None
    ) -> None:
        """Take the script.

        Args:
            engine: what answers a call without a fault.
            faults: in the order of the calls.
            wait: called by ``Fault.HANG``; it takes as long as the test wants.
        """
        self._engine = engine
        self._faults = iter(tuple(faults))
        self._wait = wait

    @property
    def name(self) -> str:
        """What the report calls this engine."""
        return f"faulty-{self._engine.name}"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read, or fail as scripted.

        Raises:
            EngineError: the script says so.
        """
        fault = next(self._faults, Fault.NONE)
        if fault is Fault.RAISE:
            msg = "the engine failed"
            raise EngineError(msg)
        if fault is Fault.HANG:
            self._wait()
            msg = "the engine exceeded its time limit"
            raise EngineError(msg)
        if fault is Fault.GARBAGE:
            return Transcript("\ufffd" * 5, (0.99,) * 5, self.name)
        return self._engine.read(strip, field)
