"""A submission with nothing wrong, as the verdict sees it, for tests that spoil one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from idcheck.policy import Policy
from idcheck.report import Measured, Models, Report
from idcheck.types import (
    Box,
    Card,
    ClaimFacts,
    Emblem,
    Face,
    Facts,
    MatchEvidence,
    Particulars,
    PhotoInfo,
    RawMeasure,
    Reading,
    Scene,
    Side,
    Validity,
)
from idcheck.verdict import QUALITY_CHECKS, judge

ON: Final = date(2026, 11, 22)
POLICY: Final = Policy.default()
FACTS: Final = Facts(valid_until="2035-01-01", accounts_verified=0, severe_violation=False)
CORNERS: Final = ((100.0, 700.0), (500.0, 700.0), (500.0, 952.0), (100.0, 952.0))
FACE: Final = Face(Box(300, 100, 300, 380), 0.95, ((380.0, 220.0),) * 6)
CARD: Final = Card(CORNERS, 0.97, Side.PORTRAIT, 400.0, 4.7, 8.0)
SCENE: Final = Scene(PhotoInfo(1080, 1440, 1, mirrored=False), CARD, FACE, Box(350, 730, 120, 150), 1, 1)


EMBLEM_CARD: Final = replace(CARD, side=Side.EMBLEM)
CLEARLY: Final = 9.0
AGREES: Final = MatchEvidence(9.0)
SEX_AT: Final = ((160.0, 770.0), (210.0, 770.0), (210.0, 795.0), (160.0, 795.0))
BIRTH_AT: Final = ((160.0, 800.0), (320.0, 800.0), (320.0, 825.0), (160.0, 825.0))


def emblem(
    start: date | None = date(2017, 6, 1),
    until: date | Literal["长期"] | None = date(2037, 6, 1),
    ratio: float | None = CLEARLY,
    cause: str | None = None,
    card: Card | None = EMBLEM_CARD,
) -> Emblem:
    """A second photo whose emblem side says this, for a holder who was 27 then."""
    readings = {
        field: Reading(str(day), 0.9, "recorded", CORNERS)
        for field, day in (("valid_from", start), ("valid_until", until))
    }
    return Emblem(SCENE.photo, card, readings, Validity(start, until, ratio, cause))


def particulars(
    birth: MatchEvidence = AGREES, sex: MatchEvidence = AGREES, text: str = "19900101"
) -> Particulars:
    """What the card prints beside its number, and how well the number agrees with it."""
    readings = {
        "sex": Reading("女", 0.99, "recorded", SEX_AT),
        "birth": Reading(text, 0.99, "recorded", BIRTH_AT),
    }
    return Particulars(readings, {"birth": birth, "sex": sex})


def best_raw(name: str) -> float:
    """The raw value that scores highest under the default policy."""
    return max(POLICY.curves[name].points, key=lambda point: point[1])[0]


def worst_raw(name: str) -> float:
    """The raw value that scores lowest under the default policy."""
    return min(POLICY.curves[name].points, key=lambda point: point[1])[0]


def measures(**spoilt: float | None) -> tuple[RawMeasure, ...]:
    """Every measurement that decides something, at its best but for those named (``name__blur=9.0``)."""
    changed = {name.replace("__", "."): raw for name, raw in spoilt.items()}
    names = [name for _, names in QUALITY_CHECKS for name in names if name in POLICY.curves]
    return tuple(RawMeasure(n, "mm", changed.get(n, best_raw(n)), None, CORNERS) for n in names)


def measured(**changes: Any) -> Measured:
    """A clear submission whose typed text is what the card says, with some parts replaced."""
    clear = Measured(
        scene=SCENE,
        measurements=measures(),
        readings={
            "name": Reading("王小明", 0.99, "recorded", CORNERS),
            "id_number": Reading("110101199001010007", 0.99, "recorded", CORNERS),
        },
        matches={"name": MatchEvidence(50.0), "id_number": MatchEvidence(50.0)},
        claim=ClaimFacts(None, None, date(1990, 1, 1)),
        models=Models("0", "recorded", {}),
        timings_ms={"photo": 1.0},
        particulars=particulars(),
    )
    return replace(clear, **changes)


def judged(facts: Facts = FACTS, policy: Policy = POLICY, on: date = ON, **changes: Any) -> Report:
    """The verdict on :func:`measured`."""
    return judge(measured(**changes), facts, policy, on)


def codes(report: Report) -> list[str]:
    """The codes of the reasons, in order."""
    return [reason.code for reason in report.reasons]
