from __future__ import annotations

import numpy as np
import pytest

from idcheck import weights
from idcheck.reading.beginnings import BEGINNINGS
from idcheck.reading.expected import Expectation
from idcheck.reading.given import OFTEN, SELDOM
from idcheck.reading.name import NameReader, Places


@pytest.fixture(scope="module")
def reader() -> NameReader:
    return NameReader(weights.load("name_reader"))


def seen(reader: NameReader, *columns: dict[str, float]) -> Places:
    """What was seen: at each place characters and their probabilities, and hardly anything else."""
    log_probs = np.full((len(columns), len(reader.alphabet)), np.log(1e-9), np.float32)
    for row, likely in zip(log_probs, columns, strict=True):
        for character, probability in likely.items():
            row[reader.alphabet[character] - 1] = np.log(probability)
    middles = 4.0 * np.arange(len(columns), dtype=np.float64)
    return Places(middles, np.full(len(columns), 0.9, np.float32), log_probs)


def read(reader: NameReader, *columns: dict[str, float]) -> str:
    weighed = Expectation(reader.alphabet).weighed(seen(reader, *columns))
    np.testing.assert_allclose(np.exp(weighed.log_probs).sum(axis=1), 1, rtol=1e-4)
    return reader.transcript(weighed, "test").text


@pytest.mark.parametrize(
    ("likelier", "named"), [("责", "贵"), ("谆", "淳"), ("吋", "时"), ("锯", "振"), ("汁", "江")]
)
def test_of_two_look_alikes_a_given_name_has_the_one_that_names_have(
    reader: NameReader, likelier: str, named: str
):
    assert read(reader, {"王": 1.0}, {likelier: 0.6, named: 0.4}) == "王" + named
    assert read(reader, {"王": 1.0}, {likelier: 0.98, named: 0.02}) == "王" + likelier


@pytest.mark.parametrize("rare", ["璟", "頔", "韡", "堃"])
def test_a_character_beyond_general_use_is_none_the_less_likely(reader: NameReader, rare: str):
    assert read(reader, {"王": 1.0}, {rare: 0.5, "责": 0.5}) == "王" + rare


def test_the_first_character_is_a_surname_and_no_given_name(reader: NameReader):
    assert read(reader, {"谭": 0.3, "谆": 0.7}, {"明": 1.0}) == "谭明"
    assert read(reader, {"伟": 0.4, "覃": 0.6}, {"明": 1.0}) == "覃明"


@pytest.mark.parametrize("sounds", ["热依·依米", "热依依依米"])
def test_names_written_after_their_sound_have_other_characters(reader: NameReader, sounds: str):
    columns: list[dict[str, float]] = [{c: 1.0} for c in sounds]
    assert read(reader, *columns, {"汁": 0.6, "汗": 0.4}) == sounds + "汗"
    assert read(reader, *columns, {"庆": 0.45, "尔": 0.35}) == sounds + "尔"
    assert read(reader, {"王": 1.0}, {"庆": 0.45, "尔": 0.55}) == "王庆"


def test_nothing_read_stays_nothing(reader: NameReader):
    assert read(reader) == ""


def test_the_lists_agree():
    assert not OFTEN & SELDOM
    assert {"伟", "华", "贵"} <= OFTEN
    assert not {"责", "谆"} & (OFTEN | SELDOM | BEGINNINGS)
