from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from idcheck import weights
from idcheck.errors import EngineError, WeightsCorruptError
from idcheck.layout import PARTICULARS
from idcheck.reading.particulars import BOTH, INPUT_SIZE, PLACES, SEXES, ParticularsReader, picture
from models.number.printing import OCR_B
from models.number.render import Conditions, photographed
from models.particulars import printing
from models.particulars.printing import AREA, FACES, HELD_OUT, Written
from models.particulars.render import Strips, draw
from samples import fonts

DATES = ("19881208", "20010109", "19771111", "19630430", "20101231", "19550722")


@pytest.fixture(scope="module")
def model() -> bytes:
    return weights.load("particulars_reader")


@pytest.fixture(scope="module")
def reader(model: bytes) -> ParticularsReader:
    return ParticularsReader(model)


@pytest.fixture(autouse=True)
def _faces_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training prints in more fonts than a machine that tests needs."""
    monkeypatch.setattr(printing, "FACES", fonts.available(fonts.CHINESE))
    monkeypatch.setattr(printing, "DIGIT_FACES", OCR_B)


def drawn(written: Written, seed: int = 36, **conditions: Any) -> Strips:
    return draw(np.random.default_rng(seed), written, Conditions(**{"face": FACES[0], **conditions}))


def test_the_network_takes_both_strips_and_gives_log_probabilities(model: bytes):
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    (taken,), given = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape) == ("strips", "tensor(uint8)", [1, 1, *INPUT_SIZE[::-1]])
    assert [(g.name, g.shape) for g in given] == [("sex", [1, 2]), ("birth", [1, PLACES, 10])]
    paper = np.full((1, 1, *INPUT_SIZE[::-1]), 200, np.uint8)
    for answer in session.run(None, {"strips": paper}):
        assert np.exp(answer).sum(axis=-1) == pytest.approx(np.ones(answer.shape[:-1]), abs=1e-4)


def test_the_network_is_small(model: bytes):
    assert len(model) <= 1_000_000


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("birth", DATES)
@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("face", [FACES[0], HELD_OUT[0]], ids=["trained", "held-out"])
def test_clear_particulars_are_read_exactly(reader: ParticularsReader, birth: str, sex: str, face: Any):
    found = reader.look(drawn(Written(sex, birth), face=face, px_per_mm=8.0).picture)
    assert (found["sex"].text, found["birth"].text) == (sex, birth)
    assert min(*found["sex"].characters, *found["birth"].characters) > 0.7


@pytest.mark.needs("fonts")
def test_printed_zeros_and_days_that_there_are_not_are_read_as_they_stand(reader: ParticularsReader):
    for birth in ("20010109", "00000000", "19992345"):
        assert reader.look(drawn(Written("女", birth, padded=True)).picture)["birth"].text == birth


@pytest.mark.needs("fonts")
def test_what_a_patch_hides_is_not_known_and_the_rest_is(reader: ParticularsReader):
    strips = drawn(Written("男", "19881208"))
    covered = strips.picture.copy()
    at = round(float(strips.centres[4]))
    covered[:, at - 7 : at + 7] = 90
    sure = reader.look(covered)["birth"].characters
    assert sure[3] < 0.7
    assert min(sure[:2] + sure[5:]) > 0.9


@pytest.mark.parametrize("level", [0, 90, 200, 255])
def test_paper_says_nothing(reader: ParticularsReader, level: int):
    paper = np.full(INPUT_SIZE[::-1], level, np.uint8)
    noisy = np.clip(paper + np.random.default_rng(1).normal(0, 3, paper.shape), 0, 255).astype(np.uint8)
    for strips in (paper, noisy):
        assert {transcript.text for transcript in reader.look(strips).values()} == {""}


@pytest.mark.needs("fonts")
def test_both_are_cut_out_of_a_photo_where_the_card_lies(reader: ParticularsReader):
    rng = np.random.default_rng(36)
    page = printing.particulars(rng, Written("女", DATES[0]), FACES[0])
    conditions = Conditions(face=FACES[0], turn_deg=160.0, corners_mm=0.2)
    taken = photographed(rng, page.light, AREA, BOTH, conditions)
    found = reader.read(taken.photo, taken.card)
    assert {field: transcript.text for field, (transcript, _) in found.items()} == {
        "sex": "女",
        "birth": DATES[0],
    }
    for field, (transcript, region) in found.items():
        assert transcript.engine == "idcheck-particulars"
        middle = np.mean(region, axis=0)
        box = PARTICULARS[field]
        back = np.linalg.inv(taken.found) @ (*middle, 1)
        assert back[:2] / back[2] == pytest.approx((box.x + box.width / 2, box.y + box.height / 2), abs=0.5)
    assert picture(taken.photo, taken.card).shape == INPUT_SIZE[::-1]


def test_another_network_is_refused():
    with pytest.raises(WeightsCorruptError):
        ParticularsReader(weights.load("number_reader"))
    with pytest.raises(WeightsCorruptError):
        ParticularsReader(b"nothing")


def test_a_network_that_fails_is_an_error_of_the_engine(reader: ParticularsReader):
    with pytest.raises(EngineError):
        reader.look(np.zeros((3, 3), np.uint8))
