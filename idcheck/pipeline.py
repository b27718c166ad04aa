"""The pipeline: bytes → photo → scene → quality and reading → match → verdict.

:class:`Checker` loads the weights once and holds no other state, so that one checker may serve many threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from idcheck import __version__, photo, quality, reading, verdict, weights
from idcheck import claim as claims
from idcheck.policy import Policy
from idcheck.reading.embedded import Embedded, Networks
from idcheck.reading.particulars import ParticularsReader
from idcheck.report import Measured, Models, Report
from idcheck.scene import Locator, Strips
from idcheck.types import (
    Card,
    Claim,
    Emblem,
    Facts,
    MatchEvidence,
    Particulars,
    PhotoInfo,
    Polygon,
    RawMeasure,
    Reading,
    Scene,
    Side,
    Transcript,
    Validity,
)

ENOUGH_PX: Final = 4000
"""On the photo's long side: of 48 megapixels 12 are decoded, on which print is as sharp as lenses are."""

CHINA_TIME: Final = timezone(timedelta(hours=8), "UTC+08:00")
"""The calendar in which a document's last day ends."""

LOCATOR_WEIGHTS: Final = ("face_full_range", "card_locator", "registration", "corners_larger")
"""Of `idcheck.scene.Locator`, in the order of its arguments."""
MESH_WEIGHTS: Final = "face_landmark"
PARTICULARS_WEIGHTS: Final = "particulars_reader"
READER_WEIGHTS: Final = (
    "number_reader", "number_reader_larger", "name_reader", "name_reader_larger", "ppocrv6_rec_small",
    "validity_reader",
)  # fmt: skip
"""Of `idcheck.reading.embedded.Networks`, in the order of its fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What the photos of one submission show, before anybody asks what was typed.

    Attributes:
        scene: where things are.
        measurements: raw values, in a fixed order.
        fields: what was read in each field with all its probabilities, which no archive keeps; and where.
        particulars: what the card prints beside its number; None where no portrait side shows.
        emblem: what the photo of the emblem side shows; None where none was supplied.
        timings_ms: wall time of each stage, in ms.
    """

    scene: Scene
    measurements: tuple[RawMeasure, ...]
    fields: Mapping[str, tuple[Transcript, Polygon]]
    particulars: Particulars | None
    emblem: Emblem | None
    timings_ms: Mapping[str, float]


class Checker:
    """Checks submissions: loads models once, then answers call after call.

    Safe to share between threads: it holds loaded networks, which are not changed by use, and a policy, which
    is frozen.
    """

    def __init__(self, policy: Policy | None = None, *, engine: reading.Engine | None = None) -> None:
        """Load the models.

        Args:
            policy: thresholds and required checks; the default policy when None.
            engine: what reads a strip; the embedded readers when None.

        Raises:
            MissingComponentError: a weight file is not installed.
            WeightsCorruptError: a weight file differs from the manifest.
        """
        self.policy = policy or Policy.default()
        self._locator = Locator(*map(weights.load, LOCATOR_WEIGHTS))
        self._assessor = quality.Assessor(weights.load(MESH_WEIGHTS))
        self._engine = engine or embedded()
        self._particulars = ParticularsReader(weights.load(PARTICULARS_WEIGHTS))
        used = [*LOCATOR_WEIGHTS, MESH_WEIGHTS, PARTICULARS_WEIGHTS]
        used += READER_WEIGHTS if engine is None else ()
        self._models = Models(__version__, self._engine.name, {w: weights.digest(w) for w in used})

    def check(
        self,
        data: bytes,
        claim: Claim,
        *,
        facts: Facts | None = None,
        on: date | None = None,
        emblem: bytes | None = None,
    ) -> Report:
        """Check one submission.

        Args:
            data: the photo's file, as uploaded.
            claim: what the user typed.
            facts: what the platform knows; what is None shows as not assessed.
            on: the day of the decision; today in China when None.
            emblem: a second photo's file, of the card's emblem side: its validity period counts where
                `facts` hold none, and is compared with theirs where they do.

        Raises:
            PhotoError: the bytes of a photo cannot be decoded, or exceed the policy's limits.
        """
        return self.judge(self.measure(data, claim, emblem), facts, on=on)

    def measure(self, data: bytes, claim: Claim, emblem: bytes | None = None) -> Measured:
        """Do everything that needs pixels or the typed text, and nothing that needs a policy but its limits.

        Raises:
            PhotoError: as :meth:`check`.
        """
        return self.weigh(self.observe(data, emblem), claim)

    def observe(self, data: bytes, emblem: bytes | None = None) -> Observed:
        """Do everything that needs pixels, whatever was typed.

        Raises:
            PhotoError: as :meth:`check`.
        """
        clock = _Clock()
        with clock("photo"):
            picture = photo.decode(data, self.policy.limits, ENOUGH_PX)
        with clock("scene"):
            scene = self._locator.locate(picture)
        readable = scene.card if scene.card is not None and scene.card.side is Side.PORTRAIT else None
        with clock("quality"):
            strips = Strips(picture)
            measurements = self._assessor.assess(strips, scene)
        with clock("reading"):
            fields = reading.read(strips, readable, self._engine) if readable is not None else {}
            printed = self._particulars.read(picture, readable) if readable is not None else {}
            particulars = _particulars(fields["id_number"][0], printed) if printed else None
        other_side = None
        if emblem is not None:
            with clock("emblem"):
                second = photo.decode(emblem, self.policy.limits)
                other_side = _emblem(second, *self._locator.locate_card(second), self._engine)
        return Observed(scene, measurements, fields, particulars, other_side, clock.ms)

    def weigh(self, observed: Observed, claim: Claim) -> Measured:
        """Compare what a photo shows with what was typed; many claims may be made of one photo."""
        clock = _Clock()
        with clock("match"):
            matches = _matches(claim, {field: text for field, (text, _) in observed.fields.items()})
            facts = claims.facts(claim)
        return Measured(
            scene=observed.scene,
            measurements=observed.measurements,
            readings={field: _reading(text, region) for field, (text, region) in observed.fields.items()},
            matches=matches,
            claim=facts,
            models=self._models,
            timings_ms={**observed.timings_ms, **clock.ms},
            emblem=observed.emblem,
            particulars=observed.particulars,
        )

    def judge(
        self,
        measured: Measured,
        facts: Facts | None = None,
        policy: Policy | None = None,
        on: date | None = None,
    ) -> Report:
        """Decide by what was measured before, without pixels.

        Args:
            measured: what :meth:`measure` returned, or read back from an archive.
            facts: as in :meth:`check`.
            policy: another policy than the checker's own.
            on: as in :meth:`check`.
        """
        return verdict.judge(measured, facts or Facts(), policy or self.policy, on or today())


def embedded() -> Embedded:
    """The readers that a checker brings itself."""
    return Embedded(Networks(*(weights.load(name) for name in READER_WEIGHTS)))


def today() -> date:
    """The date in China."""
    return datetime.now(CHINA_TIME).date()


def _matches(claim: Claim, read: Mapping[str, Transcript]) -> dict[str, MatchEvidence]:
    if not read:
        return dict.fromkeys(("name", "id_number"), MatchEvidence(None, "no_card"))
    return {
        "name": claims.match.name(read["name"], claim.name),
        "id_number": claims.match.id_number(read["id_number"], claim.id_number),
    }


def _particulars(number: Transcript, printed: Mapping[str, tuple[Transcript, Polygon]]) -> Particulars:
    """What the card prints beside its number, and whether the number says the same."""
    readings = {field: _reading(text, region) for field, (text, region) in printed.items()}
    texts = {field: text for field, (text, _) in printed.items()}
    return Particulars(readings, claims.particulars.agreement(number, texts))


def _emblem(picture: photo.Photo, info: PhotoInfo, card: Card | None, engine: reading.Engine) -> Emblem:
    """What the photo of the emblem side shows."""
    if card is None or card.side is not Side.EMBLEM:
        cause = "emblem_no_card" if card is None else "emblem_wrong_side"
        return Emblem(info, card, {}, Validity(None, None, None, cause))
    transcript, region = reading.read_validity(Strips(picture), card, engine)
    first, last = claims.validity.halves(transcript)
    readings = {"valid_from": _reading(first, region), "valid_until": _reading(last, region)}
    return Emblem(info, card, readings, claims.validity.period(transcript))


def _reading(transcript: Transcript, region: Polygon) -> Reading:
    return Reading(transcript.text, round(transcript.confidence, 4), transcript.engine, region)


class _Clock:
    """Wall time of each stage, in ms."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ms[stage] = round(1e3 * (time.perf_counter() - start), 3)
