"""The emblem side from pixels to the verdict: drawn, turned, mirrored, read; and what is not one."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from idcheck import Checker, Claim, Decision, Facts, photo
from idcheck.claim import validity
from idcheck.errors import EngineError, PhotoError
from idcheck.layout import HEIGHT_MM, PRINTED, WIDTH_MM
from idcheck.pipeline import _emblem, embedded
from idcheck.reading.embedded import Embedded
from idcheck.reading.recorded import Fault, Faulty, Recorded
from idcheck.scene.geometry import as_quad
from idcheck.types import Card, Emblem, Outcome, PhotoInfo, Side, Transcript, Validity
from tests.evidence import FACTS, ON, POLICY, judged

ROOT = Path(__file__).parents[1]
ROW = json.loads((ROOT / "samples/expected.jsonl").read_text(encoding="utf-8").splitlines()[0])
CLEAR = (ROOT / "samples" / ROW["file"]).read_bytes()
CLAIM = Claim(**ROW["claim"])
UNTYPED = replace(FACTS, valid_until=None)

FLAT = np.array([(0, 0), (WIDTH_MM, 0), (WIDTH_MM, HEIGHT_MM), (0, HEIGHT_MM)], np.float64)
HELD = np.array([(260, 240), (900, 180), (930, 600), (250, 640)], np.float64)
"""Where a card's corners lie in the pictures of these tests, upright and seen from an angle."""
SIZE = (1200, 800)


def png(picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def clearly(found: Validity) -> bool:
    ratio = found.log_likelihood_ratio
    return ratio is not None and ratio >= POLICY.reading.validity_clear


@pytest.fixture(scope="module")
def reader() -> Embedded:
    return embedded()


@pytest.fixture(scope="module")
def cards() -> ModuleType:
    """Drawing cards needs the fonts."""
    return importlib.import_module("samples.card")


def drawn(cards: ModuleType, seed: int, until: date | None, side: str = "emblem"):
    """A card's side in a photo, seen from an angle, before gray."""
    identity = importlib.import_module("samples.identity").sample_identity(np.random.default_rng(seed))
    who = replace(identity, valid_from=date(2017, 6, 1), valid_until=until)
    flat = cards.draw(cards.CardRecipe(side, who, seed), 16).bgr
    height, width = flat.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners, HELD.astype(np.float32) - 0.5)
    small = cv2.GaussianBlur(flat, (0, 0), 0.9)
    return cv2.warpPerspective(small, matrix, SIZE, flags=cv2.INTER_AREA, borderValue=(90, 90, 90))


def look(picture, corners, engine) -> Emblem:
    decoded = photo.decode(png(picture))
    info = PhotoInfo(decoded.width, decoded.height, 1, mirrored=False)
    card = Card(as_quad(np.asarray(corners, np.float64)), 1.0, Side.EMBLEM, 640.0, 7.5, 10.0)
    return _emblem(decoded, info, card, engine)


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_drawn_emblem_side_is_read_whichever_way_it_is_held(reader, cards, quarters, mirrored):
    picture, corners = drawn(cards, quarters, date(2037, 6, 1)), HELD.copy()
    if mirrored:
        picture, corners[:, 0] = picture[:, ::-1], SIZE[0] - corners[:, 0]
    for _ in range(quarters):
        corners = np.stack([corners[:, 1], picture.shape[1] - corners[:, 0]], axis=1)
        picture = np.rot90(picture)
    seen = look(picture, corners, reader)
    assert seen.validity.valid_from == date(2017, 6, 1)
    assert seen.validity.valid_until == date(2037, 6, 1)
    report = judged(UNTYPED, emblem=seen)
    assert report.decision is Decision.APPROVED
    assert report.readings["valid_from"].text.endswith("2017.06.01")
    assert report.readings["valid_until"].text == "2037.06.01"


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("seed", range(4))
def test_a_drawn_long_term_is_read(reader, cards, seed):
    seen = look(drawn(cards, seed, None), HELD, reader)
    assert (seen.validity.valid_from, seen.validity.valid_until) == (date(2017, 6, 1), "长期")
    assert clearly(seen.validity)


@pytest.mark.needs("fonts")
def test_an_expired_card_is_rejected_by_what_its_emblem_side_says(reader, cards):
    seen = look(drawn(cards, 9, date(2022, 6, 1)), HELD, reader)
    report = judged(UNTYPED, emblem=seen)
    assert report.decision is Decision.REJECTED
    assert report.reasons[0].code == "document.expired"
    evidence = report.reasons[0].evidence
    assert evidence is not None
    assert evidence.value == "2022-06-01"


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("corners", [HELD[[2, 3, 0, 1]], HELD[[1, 0, 3, 2]], HELD - (0, 90)])
def test_print_that_is_not_the_period_gives_no_dates(reader, cards, corners):
    """Upside down, mirrored, or another line: corners that a locator got wrong."""
    assert not clearly(look(drawn(cards, 1, date(2037, 6, 1)), corners, reader).validity)


@pytest.mark.needs("fonts")
def test_the_portrait_side_taken_for_the_emblem_gives_no_dates(reader, cards):
    for seed in range(4):
        assert not clearly(look(drawn(cards, seed, None, side="portrait"), HELD, reader).validity)


def test_no_noise_gives_clear_dates(reader):
    rng = np.random.default_rng(5)
    for _ in range(12):
        cell = int(rng.integers(1, 12))
        noise = rng.integers(0, 256, (70 // cell + 1, 467 // cell + 1)).astype(np.uint8)
        size = (noise.shape[1] * cell, noise.shape[0] * cell)
        strip = cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)[:70, :467].astype(np.uint8)
        assert not clearly(validity.period(reader.read(strip, "validity")))


def recorded(text: str) -> Recorded:
    return Recorded(in_turn=[Transcript(text, (0.99,) * len(text), "recorded")])


GRAY = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("text", "decision", "outcome"),
    [
        ("2017.06.01-2037.06.01", Decision.APPROVED, Outcome.PASS),
        ("2006.11.21-2026.11.21", Decision.REJECTED, Outcome.FAIL),
        ("2017.06.01-2037.06.07", Decision.REVIEW, Outcome.INDETERMINATE),
        ("2017.06.01-2037.06.0", Decision.REVIEW, Outcome.INDETERMINATE),
        ("", Decision.REVIEW, Outcome.INDETERMINATE),
    ],
)
def test_what_the_engine_reads_decides(text, decision, outcome):
    seen = look(GRAY, HELD, recorded(text))
    report = judged(UNTYPED, emblem=seen)
    assert report.decision is decision
    assert [c.outcome for c in report.checks if c.code == "document.expired"] == [outcome]
    assert "".join(seen.readings[f].text for f in ("valid_from", "valid_until")) == text.replace("-", "")


def test_the_regions_are_where_the_period_is_printed_in_the_second_photo():
    seen = look(GRAY, FLAT * 8 + 50, recorded("2017.06.01-长期"))
    box = PRINTED["validity"]
    for reading in seen.readings.values():
        assert reading.region is not None
        assert reading.region[0] == pytest.approx((50 + 8 * box.x, 50 + 8 * box.y))


def test_an_engine_s_failure_is_an_error():
    with pytest.raises(EngineError):
        look(GRAY, HELD, Faulty(recorded("2017.06.01-长期"), [Fault.RAISE]))


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def test_the_portrait_side_is_told_from_the_emblem_side(checker):
    report = checker.check(CLEAR, CLAIM, facts=UNTYPED, on=ON, emblem=CLEAR)
    assert [(r.code, r.subject) for r in report.reasons] == [("photo.wrong_side", "emblem")]
    assert report.decision is Decision.RESUBMIT
    assert "emblem" in report.timings_ms


def test_a_second_photo_of_nothing_is_told_and_kept(checker):
    measured = checker.measure(CLEAR, CLAIM, png(GRAY))
    assert measured.emblem is not None
    assert (measured.emblem.card, measured.emblem.validity.cause) == (None, "emblem_no_card")
    report = checker.judge(measured, UNTYPED, on=ON)
    assert [(r.code, r.subject) for r in report.reasons] == [("photo.card_missing", "emblem")]


def test_a_second_photo_that_cannot_be_decoded_is_an_error(checker):
    with pytest.raises(PhotoError):
        checker.check(CLEAR, CLAIM, facts=Facts(), on=ON, emblem=b"no photo")
