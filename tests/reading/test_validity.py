from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from idcheck import weights
from idcheck.claim import validity
from idcheck.errors import EngineError, WeightsCorruptError
from idcheck.reading.validity import ALPHABET, INPUT_SIZE, ValidityReader, picture
from models.number.printing import OCR_B
from models.number.render import Conditions
from models.particulars.printing import FACES, HELD_OUT
from models.validity import printing
from models.validity.render import Strip, draw
from samples import fonts

PERIODS = ("2015.01.31-2035.01.31", "2019.12.03-长期", "2008.08.08-2018.08.08", "2011.11.11-2031.11.11")


@pytest.fixture(scope="module")
def model() -> bytes:
    return weights.load("validity_reader")


@pytest.fixture(scope="module")
def reader(model: bytes) -> ValidityReader:
    return ValidityReader(model)


@pytest.fixture(autouse=True)
def _faces_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training prints in more fonts than a machine that tests needs."""
    monkeypatch.setattr(printing, "FACES", fonts.available(fonts.CHINESE))
    monkeypatch.setattr(printing, "DIGIT_FACES", OCR_B)


def drawn(text: str, seed: int = 5, **conditions: Any) -> Strip:
    return draw(np.random.default_rng(seed), text, Conditions(**{"face": FACES[0], **conditions}))


def test_the_network_takes_a_strip_and_gives_log_probabilities(model: bytes):
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    (taken,), given = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape) == ("strip", "tensor(uint8)", [1, 1, *INPUT_SIZE[::-1]])
    assert [(g.name, g.shape) for g in given] == [("log_probs", [1, INPUT_SIZE[0] // 4, 1 + len(ALPHABET)])]
    paper = np.full((1, 1, *INPUT_SIZE[::-1]), 200, np.uint8)
    assert np.exp(session.run(None, {"strip": paper})[0]).sum(axis=2) == pytest.approx(1.0, abs=1e-4)


def test_the_network_is_small(model: bytes):
    assert len(model) <= 4_000_000


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("text", PERIODS)
@pytest.mark.parametrize("face", [FACES[0], HELD_OUT[0]], ids=["trained", "held-out"])
def test_a_clear_period_is_read_exactly(reader: ValidityReader, text: str, face: Any):
    found = reader.read(drawn(text, face=face, px_per_mm=9.0).picture, "validity")
    assert found.text == text
    assert min(found.characters) > 0.7
    assert found.lattice is not None
    mass = np.exp(found.lattice.log_probs.astype(np.float64)).sum(axis=1)
    assert mass == pytest.approx(np.ones(len(mass)), abs=1e-3)


@pytest.mark.needs("fonts")
def test_days_that_there_are_not_are_read_as_they_stand(reader: ValidityReader):
    text = "0000.99.00-7777.13.31"
    assert reader.read(drawn(text, px_per_mm=9.0).picture, "validity").text == text


@pytest.mark.needs("fonts")
def test_a_digit_under_a_patch_makes_the_period_doubtful(reader: ValidityReader):
    strip = drawn(PERIODS[0], px_per_mm=9.0)
    open_, covered = strip.picture, strip.picture.copy()
    at = round(float(strip.centres[3]) / INPUT_SIZE[0] * covered.shape[1])
    covered[:, at - 9 : at + 9] = 90
    clear, doubtful = (validity.period(reader.read(s, "validity")) for s in (open_, covered))
    assert clear.log_likelihood_ratio is not None
    assert (doubtful.log_likelihood_ratio or 0.0) < clear.log_likelihood_ratio / 2


@pytest.mark.parametrize("level", [0, 90, 200, 255])
def test_paper_says_nothing(reader: ValidityReader, level: int):
    paper = np.full((70, 467), level, np.uint8)
    noisy = np.clip(paper + np.random.default_rng(1).normal(0, 3, paper.shape), 0, 255).astype(np.uint8)
    for strip in (paper, noisy):
        assert reader.read(strip, "validity").text == ""


@pytest.mark.needs("fonts")
def test_the_resolution_of_the_strip_hardly_matters(reader: ValidityReader):
    strip = drawn(PERIODS[0], px_per_mm=9.0).picture
    larger = np.asarray(cv2.resize(strip, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert picture(larger).shape == picture(strip).shape == INPUT_SIZE[::-1]
    assert reader.read(larger, "validity").text == PERIODS[0]


def test_the_alphabet_is_that_of_periods(reader: ValidityReader):
    assert set(ALPHABET) == set("".join(PERIODS)) | set("0123456789.-")


def test_other_fields_are_refused(reader: ValidityReader):
    with pytest.raises(EngineError):
        reader.read(np.zeros((61, 481), np.uint8), "name")


def test_another_network_is_refused():
    with pytest.raises(WeightsCorruptError):
        ValidityReader(weights.load("number_reader"))
    with pytest.raises(WeightsCorruptError):
        ValidityReader(b"nothing")
