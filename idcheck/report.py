"""The two documents that idcheck hands out: what was measured, and what was decided.

Both go to JSON and back. :class:`Measured` is what an archive keeps, to be judged again under another policy
or on another day without decoding the photo; :class:`Report` is the answer to one submission.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from idcheck.errors import UsageError
from idcheck.reasons import Group, Text
from idcheck.types import (
    ClaimFacts,
    Decision,
    Emblem,
    MatchEvidence,
    MatchOutcome,
    Outcome,
    Particulars,
    Polygon,
    RawMeasure,
    Reading,
    Scene,
    Status,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

REPORT_SCHEMA: Final = "idcheck.report/1"
MEASURED_SCHEMA: Final = "idcheck.measured/1"


@cache
def _codec_of(cls: Hashable) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(cast("type[Any]", cls))


def _codec(cls: type[Any]) -> TypeAdapter[Any]:
    """The JSON codec of a class; built at first use, because most callers never need it."""
    return _codec_of(cast("Hashable", cls))


class _Document:
    """To JSON and back."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The document as JSON values only: dicts, lists, strings, numbers, booleans, None."""
        data: dict[str, Any] = _codec(type(self)).dump_python(self, mode="json")
        return data

    def to_json(self, *, indent: int | None = None) -> str:
        """The document as JSON text, with Chinese left readable."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what :meth:`to_dict` wrote.

        Raises:
            UsageError: the data is not such a document.
        """
        from pydantic import ValidationError  # noqa: PLC0415

        try:
            document: Self = _codec(cls).validate_python(data)
        except ValidationError as error:
            # The error's own text would quote the values, readings among them.
            where = ", ".join(sorted({".".join(map(str, e["loc"])) for e in error.errors()}))
            msg = f"not a {cls.__name__}: see {where}"
            raise UsageError(msg) from None
        return document


@dataclass(frozen=True, slots=True)
class Models:
    """Which software and weights looked at the photo.

    Attributes:
        version: of idcheck.
        engine: name of the reading engine.
        weights: weight id → sha256.
    """

    version: str
    engine: str
    weights: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured(_Document):
    """Everything that needed pixels or the typed text.

    Attributes:
        scene: where things are.
        measurements: raw values, in a fixed order.
        readings: ``name`` and ``id_number``, as read.
        matches: evidence for what was typed, a field each.
        claim: what the typed text says by itself; holds no name and no number.
        timings_ms: wall time of each stage, in ms.
        emblem: what the photo of the emblem side shows; None where none was supplied.
        particulars: what the card prints beside its number; None where no portrait side shows.
    """

    scene: Scene
    measurements: tuple[RawMeasure, ...]
    readings: Mapping[str, Reading]
    matches: Mapping[str, MatchEvidence]
    claim: ClaimFacts
    models: Models
    timings_ms: Mapping[str, float]
    emblem: Emblem | None = None
    particulars: Particulars | None = None
    schema: Literal["idcheck.measured/1"] = MEASURED_SCHEMA


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding rests on.

    Attributes:
        measure: name of the measurement, or of the fact.
        value: what was found.
        threshold: the border of what is accepted, in the same unit.
        region: where, as a polygon in upright full-resolution pixels; those of the photo of the emblem side
            where the measure begins with ``emblem.``.
    """

    measure: str
    value: float | int | bool | str | None
    unit: str | None
    threshold: float | int | bool | str | None
    region: Polygon | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check and how it ended, with its evidence where there is any."""

    code: str
    group: Group
    subject: str
    outcome: Outcome
    cause: str | None
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A check that keeps the submission from approval, or a warning, in words for the user.

    A reason whose outcome is ``pass`` is a warning: nothing failed, but the user should know.
    """

    code: str
    group: Group
    outcome: Outcome
    subject: str
    message: Text
    remedy: Text
    retryable: bool
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A raw measurement with its score under the policy, 0 (worst) to 100."""

    raw: float | None
    unit: str
    score: float | None
    status: Status
    region: Polygon | None


@dataclass(frozen=True, slots=True)
class Match:
    """Whether the card says what was typed.

    Attributes:
        log_likelihood_ratio: natural logarithm; positive speaks for what was typed.
        probability: of the same, 0 to 1, before any prior.
    """

    outcome: MatchOutcome
    log_likelihood_ratio: float | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made this report: enough to make it again."""

    version: str
    policy: str
    policy_digest: str
    engine: str
    models: Mapping[str, str]
    judged_on: date


@dataclass(frozen=True, slots=True)
class Report(_Document):
    """The answer to one submission; the JSON form is described in the README.

    The readings ``sex`` and ``birth`` are what the card prints beside its number; ``valid_from`` and
    ``valid_until`` are those of the emblem side, in the pixels of its photo.
    """

    decision: Decision
    reasons: tuple[Reason, ...]
    checks: tuple[Check, ...]
    scene: Scene
    measurements: Mapping[str, Measurement]
    readings: Mapping[str, Reading]
    matches: Mapping[str, Match]
    provenance: Provenance
    timings_ms: Mapping[str, float]
    schema: Literal["idcheck.report/1"] = REPORT_SCHEMA
