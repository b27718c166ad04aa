"""The one contract behind which every reading engine stands."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from idcheck.types import Gray, Transcript

FieldName: TypeAlias = Literal["name", "id_number", "validity"]


class Engine(Protocol):
    """Reads one strip at a time. An engine keeps nothing of what it was shown."""

    @property
    def name(self) -> str:
        """What the report calls the engine."""

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        """Read a strip that shows ``layout.PRINTED[field]``, upright and unmirrored, at any resolution.

        Returns:
            what the engine made of it; an empty text when that is nothing.

        Raises:
            EngineError: the engine failed on its own account; the photo is not to blame.
            MissingComponentError: part of the engine is not installed.
        """
