"""Who claims what of a picture: the genuine claim, impostors' near misses, and how each of them ended."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmarks.figures import Row
from benchmarks.labelled import GENUINE, Submission
from benchmarks.matching import impostors
from idcheck.claim import idnumber
from idcheck.claim import name as names
from idcheck.types import Claim, Decision, MatchOutcome

FIELDS: Final = ("name", "id_number")
LEGIBLE: Final = {"name": "name_legible", "id_number": "number_legible"}
"""Field → the label's key that says whether it can be read."""
_TRIES: Final = 30
"""Draws until a near miss of a number is a valid one; else any claim with a typing error would do."""


def with_impostors(submissions: Iterable[Submission], rounds: int) -> Iterator[Submission]:
    """Each submission, and after a genuine one of a readable card so many near misses of every kind.

    The kinds are those of `benchmarks.matching.impostors`, with ``name_`` or ``number_`` before them, and
    ``number_check_character``. They follow from the file's name and the truth alone. Numbers are valid, birth
    date included, where a few draws find such a one, and but for ``number_check_character``.
    """
    for one in submissions:
        yield one
        label = one.picture.label
        if not (one.is_genuine and one.picture.shows_card and label.get("name") and label.get("id_number")):
            continue
        for turn in range(rounds):
            rng = np.random.default_rng((zlib.crc32(str(label["file"]).encode()), turn))
            for kind, typed in impostors(rng, "name", label["name"]):
                yield Submission(one.picture, Claim(typed, label["id_number"]), f"name_{kind}")
            for kind, typed in _numbers(rng, label["id_number"]).items():
                yield Submission(one.picture, Claim(label["name"], typed), f"number_{kind}")


def _numbers(rng: np.random.Generator, truth: str) -> dict[str, str]:
    others = [c for c in idnumber.CHECK_CHARACTERS if c != truth[17]]
    found = dict(impostors(rng, "id_number", truth))
    for _ in range(_TRIES):
        for kind, typed in impostors(rng, "id_number", truth):
            if not idnumber.is_valid(found[kind]):
                found[kind] = typed
    return {**found, "check_character": truth[:17] + str(rng.choice(others))}


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one typed field: of a genuine claim each, of an impostor's the one that is false.

    Attributes:
        file: the picture's `benchmarks.labelled.Picture.key`.
        kind: ``genuine``, or the impostor's.
        legible: whether the field is, by the picture's label.
        transcribed: whether the transcript is the typed text.
        approved: whether the whole submission was.
    """

    file: str
    field: str
    kind: str
    legible: bool
    outcome: MatchOutcome
    log_likelihood_ratio: float | None
    probability: float | None
    transcribed: bool
    approved: bool

    @property
    def is_genuine(self) -> bool:
        """Whether the typed text is what the card says."""
        return self.kind == GENUINE

    def decided(self, accepted: bool) -> Trial:
        """The same claim as another system decides it."""
        return replace(self, outcome=MatchOutcome.MATCH if accepted else MatchOutcome.MISMATCH)


def trials(row: Row) -> Iterator[Trial]:
    """The fields of one submission that are on trial; none without a portrait side in the picture."""
    submission, label = row.submission, row.label
    if not (submission.picture.shows_card and label.get("name") and label.get("id_number")):
        return
    for field in FIELDS if submission.is_genuine else (submission.false_field,):
        match, reading = row.report.matches.get(field), row.report.readings.get(field)
        yield Trial(
            file=submission.picture.key,
            field=field,
            kind=submission.kind,
            legible=bool(label.get(LEGIBLE[field])),
            outcome=MatchOutcome.INDETERMINATE if match is None else match.outcome,
            log_likelihood_ratio=None if match is None else match.log_likelihood_ratio,
            probability=None if match is None else match.probability,
            transcribed=reading is not None and same(field, reading.text, typed(submission, field)),
            approved=row.report.decision is Decision.APPROVED,
        )


def typed(submission: Submission, field: str) -> str:
    """What the user typed in a field."""
    return submission.claim.name if field == "name" else submission.claim.id_number


def same(field: str, read: str, written: str) -> bool:
    """Whether a transcript is the typed text, spaces and the kind of middle dot apart."""
    if field == "name":
        return names.normalize(read) == names.normalize(written)
    return idnumber.compact(read) == idnumber.compact(written)
