"""What passes between the stages: frozen, slotted, and free of behaviour that belongs to a stage.

Unless a docstring says otherwise, coordinates are x, y in **upright full-resolution pixels**: EXIF
orientation applied, origin at the outer corner of the top-left pixel, whose centre is (0.5, 0.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from idcheck.errors import UsageError

Gray: TypeAlias = NDArray[np.uint8]
"""uint8, shape (height, width)."""
Colour: TypeAlias = NDArray[np.uint8]
"""uint8, shape (height, width, 3), channels B, G, R."""
Matrix: TypeAlias = NDArray[np.float64]
"""float64, shape (3, 3): a homography."""
Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = tuple[Point, ...]
Quad: TypeAlias = tuple[Point, Point, Point, Point]
"""Top-left, top-right, bottom-right, bottom-left, in the reading orientation of what it bounds."""

LONG_TERM: Final = "长期"


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    """Tried, and cannot tell."""
    NOT_ASSESSED = "not_assessed"
    """The evidence was not supplied, or an earlier stage found nothing to assess."""


class Decision(StrEnum):
    """What becomes of a submission."""

    APPROVED = "approved"
    RESUBMIT = "resubmit"
    REVIEW = "review"
    REJECTED = "rejected"


class MatchOutcome(StrEnum):
    """Whether the card says what was typed."""

    MATCH = "match"
    MISMATCH = "mismatch"
    INDETERMINATE = "indeterminate"


class Status(StrEnum):
    """Whether a measurement has a value."""

    MEASURED = "measured"
    COULD_NOT_ASSESS = "could_not_assess"


class Side(StrEnum):
    """Which side of the card the photo shows."""

    PORTRAIT = "portrait"
    EMBLEM = "emblem"


class Room(StrEnum):
    """Whether a line may hold a character more than was read in it."""

    UNKNOWN = "unknown"
    NONE = "none"
    HIDDEN = "hidden"
    """Something covers a place before or behind it where one may stand."""


class Thing(StrEnum):
    """What may be held up instead of an identity card."""

    BANK_CARD = "bank_card"
    CARD = "card"
    """Another card, or a blank one."""
    PAPER = "paper"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def polygon(self) -> Quad:
        """The four corners, clockwise from the top left."""
        right, bottom = self.x + self.width, self.y + self.height
        return ((self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom))


# ---------------------------------------------------------------- what the caller supplies


@dataclass(frozen=True, slots=True)
class Claim:
    """What the user typed, as they typed it. Its repr shows neither: it may end up in a log."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)


def parse_date(text: str) -> date:
    """Read ``YYYY-MM-DD`` or the card's own ``YYYY.MM.DD``.

    Raises:
        UsageError: the text is not a calendar date in one of those forms.
    """
    match = re.fullmatch(r"(\d{4})([-.])(\d{1,2})\2(\d{1,2})", text.strip())
    try:
        if match:
            return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        pass
    msg = f"not a date: {text!r}; write YYYY-MM-DD"
    raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform knows and the photo cannot show. ``None`` means not known.

    Attributes:
        valid_until: last day of validity, or ``"长期"``; strings are parsed (``YYYY-MM-DD``, ``YYYY.MM.DD``).
        valid_from: first day of validity, likewise.
        accounts_verified: how many other accounts this ID has verified.
        severe_violation: whether the account has a record of severe violations.

    Raises:
        UsageError: a date that is none, or a negative count.
    """

    valid_until: date | str | None = None
    valid_from: date | str | None = None
    accounts_verified: int | None = None
    severe_violation: bool | None = None

    def __post_init__(self) -> None:
        if isinstance(self.valid_until, str) and self.valid_until != LONG_TERM:
            object.__setattr__(self, "valid_until", parse_date(self.valid_until))
        if isinstance(self.valid_from, str):
            object.__setattr__(self, "valid_from", parse_date(self.valid_from))
        if self.accounts_verified is not None and self.accounts_verified < 0:
            msg = "accounts_verified must not be negative"
            raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before a byte is decoded."""

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    min_side: int = 240
    """Pixels on the shorter side."""


# ---------------------------------------------------------------- what the scene stage finds


@dataclass(frozen=True, slots=True)
class Face:
    """A face of a person in the scene, never the portrait printed on a card.

    Attributes:
        box: from the brows to the chin, ear to ear.
        confidence: 0 to 1.
        landmarks: right eye, left eye, nose tip, mouth centre, right ear, left ear (the person's right and
            left in a photo that is not mirrored).
    """

    box: Box
    confidence: float
    landmarks: Polygon


@dataclass(frozen=True, slots=True)
class Card:
    """The identity card that is held.

    Attributes:
        corners: in the card's own reading orientation; they run anticlockwise in a mirrored photo.
            Corners may lie outside the frame.
        confidence: 0 to 1.
        side: which side shows.
        width_px: mean length of the top and bottom edges.
        px_per_mm: geometric mean over the card's area: sqrt(area in px² / area in mm²).
        tilt_deg: angle between the card's normal and the line of sight, 0 to 90.
    """

    corners: Quad
    confidence: float
    side: Side
    width_px: float
    px_per_mm: float
    tilt_deg: float


@dataclass(frozen=True, slots=True)
class Instead:
    """Something else that is held up where no identity card is, its confidence (0 to 1), and where."""

    thing: Thing
    confidence: float
    corners: Quad


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """The photo: upright size, the EXIF orientation (1 to 8) it came with, and whether it is mirrored."""

    width: int
    height: int
    orientation: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """Where things are.

    Attributes:
        card: the card held, or None.
        face: the holder's face, or None.
        portrait: the portrait printed on the card, or None.
        faces: how many faces of people, the holder's among them.
        cards: how many identity cards.
        instead: what is held up in place of one, where there is none and it can be told; or None.
    """

    photo: PhotoInfo
    card: Card | None
    face: Face | None
    portrait: Box | None
    faces: int
    cards: int
    instead: Instead | None = None


# ---------------------------------------------------------------- what the quality stage finds


@dataclass(frozen=True, slots=True)
class RawMeasure:
    """One measurement in a physical unit, not yet judged.

    Attributes:
        name: ``<subject>.<measure>``, such as ``id_number.blur``.
        unit: ``mm``, ``dB``, ``px/mm``, ``deg`` or ``1`` (a fraction).
        raw: the value, or None when it could not be assessed.
        cause: why it could not be assessed, a stable word.
        region: where it was measured.
    """

    name: str
    unit: str
    raw: float | None
    cause: str | None
    region: Polygon | None

    @property
    def status(self) -> Status:
        """Whether there is a value."""
        return Status.COULD_NOT_ASSESS if self.raw is None else Status.MEASURED


# ---------------------------------------------------------------- what the reading stage finds


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """What a CTC reader says of each column: the evidence behind a transcript.

    Attributes:
        log_probs: float32, shape (columns, classes); class 0 is the blank.
        alphabet: character → class, without the blank.
    """

    log_probs: NDArray[np.float32]
    alphabet: Mapping[str, int] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """What an engine read in one strip, raw: never repaired toward the claim or the checksum.

    Attributes:
        text: empty when nothing was read.
        characters: probability of each character of ``text``, 0 to 1.
        engine: the engine's name.
        lattice: None from an engine that gives no probabilities a column.
        room: for one more character.
    """

    text: str = field(repr=False)
    characters: tuple[float, ...]
    engine: str
    lattice: Lattice | None = field(default=None, repr=False)
    room: Room = Room.UNKNOWN

    @property
    def confidence(self) -> float:
        """Geometric mean of the characters' probabilities; 0 when nothing was read."""
        if not self.characters:
            return 0.0
        return float(np.exp(np.mean(np.log(np.maximum(self.characters, 1e-9)))))


@dataclass(frozen=True, slots=True)
class Reading:
    """A transcript as the report keeps it, with the region that was read."""

    text: str = field(repr=False)
    confidence: float
    engine: str
    region: Polygon | None


@dataclass(frozen=True, slots=True)
class Validity:
    """The validity period as it was read, whether or not the evidence is enough.

    Attributes:
        valid_from: first day; None when nothing like a period was read.
        valid_until: last day, or ``"长期"``; likewise.
        log_likelihood_ratio: natural logarithm of how much better this period explains the strip than the
            next best one does.
        cause: why there is no period: ``nothing_read``, ``not_a_period`` (other text, digits missing or too
            many), ``impossible_dates`` (no such day), ``emblem_no_card``, ``emblem_wrong_side``.
    """

    valid_from: date | None
    valid_until: date | Literal["长期"] | None
    log_likelihood_ratio: float | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Emblem:
    """What a second photo, meant to show the emblem side, shows. Places are in that photo's own pixels.

    Attributes:
        photo: the second photo.
        card: the card in it, whichever side it shows; or None.
        readings: ``valid_from`` and ``valid_until``, as read; empty when the emblem side was not found.
        validity: what the readings mean.
    """

    photo: PhotoInfo
    card: Card | None
    readings: Mapping[str, Reading]
    validity: Validity


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """How much better the typed text explains the strip than the best alternative does.

    Attributes:
        log_likelihood_ratio: natural logarithm; positive speaks for the typed text. None when nothing speaks
            either way.
        cause: why there is no usable evidence, or what weakens it: ``unknown_character``, ``nothing_read``,
            ``weak_evidence``, ``more_hidden``, ``claim_invalid``, ``no_card``.
    """

    log_likelihood_ratio: float | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """The sex and the birth date that the card prints, which its number says once more.

    Attributes:
        readings: ``sex`` and ``birth``, as read; the birth date as eight digits.
        agreement: likewise, how much better it explains print and number that they say the same; without a
            ratio, and with the cause ``nothing_read``, where one of them was not read.
    """

    readings: Mapping[str, Reading]
    agreement: Mapping[str, MatchEvidence]


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the typed text says by itself, kept without the text.

    Attributes:
        name_problem: why the typed name cannot be a name, a stable word, or None.
        number_problem: why the typed number cannot be one: ``length``, ``format``, ``region``,
            ``birth_date``, ``checksum``, ``old_format``; or None.
        birth: the birth date in the number, when it is valid.
    """

    name_problem: str | None
    number_problem: str | None
    birth: date | None
