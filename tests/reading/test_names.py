from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from idcheck import weights
from idcheck.errors import EngineError
from idcheck.layout import PRINTED
from idcheck.reading.name import NameReader, Places
from idcheck.reading.names import NameReaders
from idcheck.reading.ppocr import PPOCR
from idcheck.types import Gray, Room

ALONE = "idcheck-name"
BOTH = f"{ALONE}+idcheck-name-larger"
ALL = f"{BOTH}+ppocrv6-small"


@pytest.fixture(scope="module")
def model() -> bytes:
    return weights.load("name_reader")


@pytest.fixture(scope="module")
def first(model: bytes) -> NameReader:
    return NameReader(model)


@pytest.fixture(scope="module")
def larger() -> NameReader:
    return NameReader(weights.load("name_reader_larger"), "idcheck-name-larger")


@pytest.fixture(scope="module")
def other() -> PPOCR:
    return PPOCR(weights.load("ppocrv6_rec_small"))


@pytest.fixture(scope="module")
def readers(first: NameReader, larger: NameReader, other: PPOCR) -> NameReaders:
    return NameReaders(first, lambda: larger, lambda: other)


def never() -> Any:
    """A reader that must not be asked."""
    pytest.fail("asked without need")


@pytest.fixture(scope="module")
def drawn() -> ModuleType:
    """Drawing strips needs the fonts, and Pillow, which most tests do not."""
    return importlib.import_module("tests.reading.strips")


def blurred(strip: Gray, sigma: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(strip, (0, 0), sigma), np.uint8)


@pytest.mark.needs("fonts")
def test_a_clear_name_needs_no_second_opinion(first: NameReader, drawn: ModuleType):
    transcript = NameReaders(first, never, never).read(drawn.strip("王小明", "name"), "name")
    assert (transcript.text, transcript.engine) == ("王小明", ALONE)


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(
    ("behind_mm", "over", "hidden"),
    [
        (0.4, "finger", True),
        (-3.0, "finger", True),
        (2.5, "finger", False),
        (0.4, "reflection", True),
        (2.5, "reflection", False),
        (0.4, "shade", False),
    ],
)
def test_a_name_behind_which_something_lies_may_go_on(
    first: NameReader, drawn: ModuleType, behind_mm: float, over: str, hidden: bool
):
    strip = np.asarray(np.minimum(drawn.strip("王小明", "name"), 225), np.uint8)
    px_per_mm = len(strip) / PRINTED["name"].height
    ends = first.places(strip).middles_mm[-1] + 1.9
    assert NameReaders(first, never, never).read(strip, "name").room is Room.NONE
    behind = strip[:, round((ends + behind_mm) * px_per_mm) :]
    factor, light = {"finger": (0.0, 110), "reflection": (1.0, 255), "shade": (0.8, 0)}[over]
    behind[:] = np.minimum(factor * behind + light, 255)
    read = NameReaders(first, lambda: first, lambda: PPOCR(weights.load("ppocrv6_rec_small"))).read(
        strip, "name"
    )
    assert (read.room is Room.HIDDEN) is hidden
    assert read.text.startswith("王小")


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(
    ("text", "erased", "left"),
    [
        ("王小明", None, Room.NONE),
        ("王小明", 0, Room.UNKNOWN),
        ("王小明", 1, Room.UNKNOWN),
        ("王", None, Room.UNKNOWN),
        ("阿依古丽买买提", None, Room.UNKNOWN),
    ],
)
def test_where_a_character_may_have_been_missed_there_is_room(
    first: NameReader, drawn: ModuleType, text: str, erased: int | None, left: Room
):
    strip = drawn.strip(text, "name").copy()
    middles = first.places(strip).middles_mm
    if erased is not None:
        px_per_mm = len(strip) / PRINTED["name"].height
        strip[:, slice(*(round((middles[erased] + side) * px_per_mm) for side in (-1.9, 1.9)))] = strip.max()
    read = NameReaders(first, lambda: first, lambda: PPOCR(weights.load("ppocrv6_rec_small"))).read(
        strip, "name"
    )
    assert len(read.text) == len(text) - (erased is not None)
    assert read.room is left


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(("light", "room"), [(110, Room.HIDDEN), (255, Room.HIDDEN), (225, Room.UNKNOWN)])
def test_a_name_before_which_something_lies_may_begin_there(
    readers: NameReaders, drawn: ModuleType, first: NameReader, light: int, room: Room
):
    strip = np.asarray(np.minimum(drawn.strip("王小明", "name"), 225), np.uint8)
    px_per_mm = len(strip) / PRINTED["name"].height
    strip[:, : round((first.places(strip).middles_mm[1] - 2.1) * px_per_mm)] = light
    read = readers.read(strip, "name")
    assert read.text.endswith("小明")
    assert read.room is room


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(("blackness", "text"), [(0.3, "王小"), (0.5, "王小一"), (1.0, "王小一")])
def test_a_pale_wave_behind_a_name_is_none_of_its_characters(
    first: NameReader, drawn: ModuleType, blackness: float, text: str
):
    blank, printed = drawn.strip("王小", "name").astype(int), drawn.strip("王小一", "name")
    strip = np.asarray(blank + blackness * (printed - blank), np.uint8)
    assert first.read(strip, "name").text == text


@pytest.mark.parametrize(("alike", "begins"), [("秦奏", "秦"), ("末朱", "朱"), ("呵阿", "阿")])
def test_of_two_look_alikes_a_name_begins_with_the_one_that_names_begin_with(
    model: bytes, other: PPOCR, monkeypatch: pytest.MonkeyPatch, alike: str, begins: str
):
    first = NameReader(model)
    log_probs = np.full((2, len(first.alphabet)), -20, np.float32)
    for character in alike:
        log_probs[0, first.alphabet[character] - 1] = np.log(0.5)
    log_probs[1, first.alphabet[alike[0]] - 1] = 0.0
    places = Places(np.array([2.0, 6.0]), np.ones(2, np.float32), log_probs)
    monkeypatch.setattr(first, "places", lambda *_: places)
    monkeypatch.setattr(NameReaders, "_opinion", lambda _readers, places, _strip: places.log_probs)
    read = NameReaders(first, lambda: first, lambda: other).read(np.full((69, 366), 200, np.uint8), "name")
    assert read.text == begins + alike[0]
    assert 0.5 < read.characters[0] < 0.9


@pytest.mark.parametrize(
    ("apart_mm", "present", "read"),
    [
        (7.5, [1, 1, 0.1, 1, 1], "吉克·阿依"),
        (4.0, [1, 1, 0.1, 1, 1], "吉克阿依"),
        (7.5, [1, 1, 0.01, 1, 1], "吉克阿依"),
        (7.5, [0.1, 1, 0.1, 1, 0.1], "克阿"),
    ],
    ids=["room for a dot", "no room", "hardly there", "a name of two, spread out"],
)
def test_a_faint_dot_counts_where_there_is_room_for_one(
    model: bytes, monkeypatch: pytest.MonkeyPatch, apart_mm: float, present: list[float], read: str
):
    first = NameReader(model)
    middles = [0.0, 3.8, 3.8 + 0.4 * apart_mm, 3.8 + apart_mm, 7.6 + apart_mm]
    places = replace(drawn_places(first, "吉克·阿依", present), middles_mm=np.array(middles))
    monkeypatch.setattr(first, "places", lambda *_: places)
    readers = NameReaders(first, lambda: first, never)
    assert readers.read(np.full((69, 366), 200, np.uint8), "name").text == read


@pytest.mark.parametrize(
    ("text", "apart_mm", "seen", "read"),
    [
        ("马心·弘", 4.9, 0.9, "马心弘"),
        ("许·善", 4.9, 0.9, "许善"),
        ("许·善", 4.9, 0.999, "许·善"),
        ("邱伦·娟莎", 3.8, 0.9, "邱伦娟莎"),
        ("邱伦·娟莎", 4.9, 0.9, "邱伦·娟莎"),
        ("古丽娜尔·阿不都拉", 3.6, 0.9, "古丽娜尔·阿不都拉"),
    ],
    ids=["parts the last one", "parts two", "but surely", "no room", "two and two", "set small"],
)
def test_a_dot_where_names_have_none_has_to_be_seen_surely(
    model: bytes, monkeypatch: pytest.MonkeyPatch, text: str, apart_mm: float, seen: float, read: str
):
    first = NameReader(model)
    dot = text.index("·")
    pitch = 2.8 if len(text) > 8 else 3.8
    middles = np.array([pitch * i for i in range(len(text) - 1)])
    middles[dot:] += apart_mm - pitch
    middles = np.insert(middles, dot, middles[dot - 1] + apart_mm / 2)
    present = [seen if c == "·" else 1.0 for c in text]
    places = replace(drawn_places(first, text, present), middles_mm=middles)
    monkeypatch.setattr(first, "places", lambda *_: places)
    readers = NameReaders(first, lambda: first, never)
    assert readers.read(np.full((69, 366), 200, np.uint8), "name").text == read


def five(first: NameReader, room_mm: float, text: str, present: list[float]) -> Places:
    """吉克阿依古 with so much more than usual between the second and the third, where a dot may stand."""
    middles = np.array([0.0, 3.8, 5.7 + room_mm / 2, 7.6 + room_mm, 11.4 + room_mm, 15.2 + room_mm])
    seen = middles if "·" in text else np.delete(middles, 2)
    return replace(drawn_places(first, text, present), middles_mm=seen)


@pytest.mark.parametrize(("room_mm", "read"), [(0.5, "吉克·阿依古"), (0.1, "吉克阿依古")])
def test_the_larger_reader_looks_for_a_dot_where_a_long_name_has_more_room_than_elsewhere(
    model: bytes, monkeypatch: pytest.MonkeyPatch, room_mm: float, read: str
):
    first, larger = NameReader(model), NameReader(model, "larger")
    monkeypatch.setattr(first, "places", lambda *_: five(first, room_mm, "吉克阿依古", [1] * 5))
    monkeypatch.setattr(
        larger, "places", lambda *_: five(first, room_mm, "吉克·阿依古", [1, 1, 0.2, 1, 1, 1])
    )
    readers = NameReaders(first, lambda: larger, never)
    assert readers.read(np.full((69, 366), 200, np.uint8), "name").text == read


def drawn_places(first: NameReader, text: str, present: list[float]) -> Places:
    """Places a character apart, each sure of its own character."""
    log_probs = np.full((len(text), len(first.alphabet)), -20, np.float32)
    for place, character in enumerate(text):
        log_probs[place, first.alphabet[character] - 1] = 0.0
    return Places(3.8 * np.arange(len(text), dtype=np.float64), np.array(present, np.float32), log_probs)


def test_no_name_begins_or_ends_with_a_dot(model: bytes, monkeypatch: pytest.MonkeyPatch):
    first = NameReader(model)
    places = drawn_places(first, "·吉克·阿依·", [0.95, 1, 1, 1, 1, 1, 0.95])
    monkeypatch.setattr(first, "places", lambda *_: places)
    assert (
        NameReaders(first, never, never).read(np.full((69, 366), 200, np.uint8), "name").text == "吉克·阿依"
    )


@pytest.mark.parametrize(("sees", "read"), [(0.5, "谢承广"), (0.01, "谢承")])
def test_a_character_that_one_reader_sees_and_the_other_doubts_counts_by_the_mean_of_both(
    model: bytes, other: PPOCR, monkeypatch: pytest.MonkeyPatch, sees: float, read: str
):
    first, larger = NameReader(model), NameReader(model, "larger")
    monkeypatch.setattr(first, "places", lambda *_: drawn_places(first, "谢承广", [1, 1, 0.75]))
    monkeypatch.setattr(larger, "places", lambda *_: drawn_places(first, "谢承广", [1, 1, sees]))
    readers = NameReaders(first, lambda: larger, lambda: other)
    assert readers.read(np.full((69, 366), 200, np.uint8), "name").text == read


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(("sigma", "asked"), [(5.1, BOTH), (5.6, ALL)])
def test_a_doubtful_name_is_asked_about_as_long_as_it_is(
    first: NameReader, readers: NameReaders, drawn: ModuleType, sigma: float, asked: str
):
    strip = blurred(drawn.strip("魏赟骞", "name"), sigma)
    alone, both = first.read(strip, "name"), readers.read(strip, "name")
    assert min(alone.characters) < 0.8
    assert both.engine == asked
    assert both.lattice is not None
    assert alone.lattice is not None
    assert both.lattice.alphabet == alone.lattice.alphabet
    mass = np.exp(both.lattice.log_probs.astype(np.float64)).sum(axis=1)
    assert mass == pytest.approx(np.ones(len(mass)), abs=1e-3)


@pytest.mark.needs("fonts")
def test_both_networks_of_ours_know_the_same_characters(first: NameReader, larger: NameReader):
    assert first.alphabet == larger.alphabet


@pytest.mark.needs("fonts")
def test_names_in_doubt_are_read_better_by_more_readers(first: NameReader, readers: NameReaders):
    strips = importlib.import_module("benchmarks.strips").strips
    drawn = [strip for strip in strips(77, 240, "name") if strip.legible]
    alone, together = (
        sum(reader.read(strip.picture, "name").text == strip.text for strip in drawn)
        for reader in (first, readers)
    )
    assert together >= alone + 2


@pytest.mark.needs("fonts")
def test_opinions_are_about_the_places_they_stand_at(readers: NameReaders, drawn: ModuleType):
    for text in ("王小明", "欧阳淼", "艾力·买买提"):
        strip = blurred(drawn.strip(text, "name"), 1.0)
        places = readers._first.places(strip)
        opinion = readers._opinion(places, strip)
        alphabet = "".join(readers._first.alphabet)
        stands = places.present > 0.5
        assert "".join(alphabet[i] for i in opinion[stands].argmax(axis=1)) == text


@pytest.mark.needs("fonts")
def test_nobody_else_is_asked_about_a_hopeless_name(first: NameReader, drawn: ModuleType):
    transcript = NameReaders(first, never, never).read(blurred(drawn.strip("魏赟骞", "name"), 9.0), "name")
    assert transcript.engine == ALONE
    assert 0.0 < transcript.confidence < 0.15


def test_nor_about_paper_without_print(first: NameReader):
    transcript = NameReaders(first, never, never).read(np.full((69, 366), 200, np.uint8), "name")
    assert (transcript.text, transcript.engine) == ("", ALONE)


def test_other_fields_are_refused(readers: NameReaders):
    with pytest.raises(EngineError):
        readers.read(np.zeros((61, 481), np.uint8), "id_number")
