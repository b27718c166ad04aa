"""That each field is cut out where the layout has it and handed to the engine the right way round."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from idcheck import reading
from idcheck.errors import EngineError
from idcheck.layout import FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.photo import Photo
from idcheck.reading import FieldName
from idcheck.reading.recorded import Fault, Faulty, Recorded
from idcheck.scene import Strips
from idcheck.types import Card, Gray, Quad, Side, Transcript
from tests.scene.pictures import gray_picture

PX_PER_MM = 8.0
CORNERS: Quad = (
    (100, 60),
    (100 + WIDTH_MM * 8, 60),
    (100 + WIDTH_MM * 8, 60 + HEIGHT_MM * 8),
    (100, 60 + HEIGHT_MM * 8),
)


@dataclass
class Watching:
    """An engine that keeps what it is shown first."""

    seen: dict[str, Gray] = field(default_factory=dict)
    name: str = "watching"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        self.seen.setdefault(field, strip)
        return Transcript(field, (1.0,) * len(field), self.name)


def photo_with_marked_fields() -> Photo:
    """Each field's box in its own gray, its left edge darker."""
    luma = np.full((600, 900), 60, np.uint8)
    for level, box in zip((120, 220), FIELDS.values(), strict=True):
        x, y = round(100 + box.x * PX_PER_MM), round(60 + box.y * PX_PER_MM)
        w, h = round(box.width * PX_PER_MM), round(box.height * PX_PER_MM)
        luma[y : y + h, x : x + w] = level
        luma[y : y + h, x : x + w // 10] = level // 2
    return gray_picture(luma)


def card(corners: Quad) -> Card:
    return Card(corners, 1.0, Side.PORTRAIT, WIDTH_MM * PX_PER_MM, PX_PER_MM, 0.0)


def test_each_field_reaches_the_engine_and_comes_back_with_its_region() -> None:
    engine = Watching()
    read = reading.read(Strips(photo_with_marked_fields()), card(CORNERS), engine)
    assert list(read) == ["name", "id_number"]
    for name, level in (("name", 120), ("id_number", 220)):
        transcript, region = read[name]
        strip, box = engine.seen[name], FIELDS[name]
        assert transcript.text == name
        assert np.median(strip) == level
        assert np.median(strip[:, : strip.shape[1] // 20]) == level // 2
        assert strip.shape == (round(box.height * 10), pytest.approx(box.width * 10, rel=0.02))
        assert region[0] == pytest.approx((100 + box.x * PX_PER_MM, 60 + box.y * PX_PER_MM))


def test_the_photo_s_frame_is_no_black_print_in_the_name() -> None:
    engine = Watching()
    left = tuple((x - 360.0, y) for x, y in CORNERS)
    reading.read(Strips(photo_with_marked_fields()), card((left[0], left[1], left[2], left[3])), engine)
    assert engine.seen["name"].min() > 0
    assert engine.seen["id_number"].min() == 0


def test_a_mirrored_and_turned_card_is_shown_upright() -> None:
    upright = photo_with_marked_fields()
    mirrored = gray_picture(upright.gray(0)[:, ::-1].T)
    tl, tr, br, bl = ((y, 900 - x) for x, y in CORNERS)
    engine = Watching()
    reading.read(Strips(mirrored), card((tl, tr, br, bl)), engine)
    for name, level in (("name", 120), ("id_number", 220)):
        assert np.median(engine.seen[name][:, : engine.seen[name].shape[1] // 20]) == level // 2


@dataclass
class Doubting:
    """An engine that is as confident of a number as it is told to be, one strip after the other."""

    confidences: list[float]
    names: list[float] = field(default_factory=list)
    seen: list[Gray] = field(default_factory=list)
    name: str = "doubting"

    def read(self, strip: Gray, field: FieldName) -> Transcript:
        if field == "name":
            certain = self.names.pop(0) if self.names else 0.0
            return Transcript("某", (certain,), self.name)
        self.seen.append(strip)
        text = f"{len(self.seen):018}"
        return Transcript(text, (self.confidences.pop(0),) * len(text), self.name)


def photo_with_a_row_of_digits(off_mm: tuple[float, float]) -> Photo:
    """Strokes where the number's eighteen digits should be, or that far beside."""
    luma = np.full((600, 900), 200, np.uint8)
    for place in range(18):
        x = 100 + (0.3341 * WIDTH_MM + 0.5 + 2.51 * place + off_mm[0]) * PX_PER_MM
        y = 60 + (0.8514 * HEIGHT_MM + off_mm[1]) * PX_PER_MM
        luma[round(y - 11) : round(y + 11), round(x) : round(x + 12)] = 60
    return gray_picture(luma)


@dataclass
class Saying:
    """An engine that reads certain names, one strip after the other."""

    names: list[str]
    certain: list[float] = field(default_factory=list)
    name: str = "saying"

    def read(self, _strip: Gray, field: FieldName) -> Transcript:
        if field != "name":
            return Transcript("1" * 18, (1.0,) * 18, self.name)
        text = self.names.pop(0)
        return Transcript(text, (self.certain.pop(0) if self.certain else 1.0,) * len(text), self.name)


def photo_with_a_name(begins_mm: float, down_mm: float = 0.0) -> Photo:
    """Strokes as dense as print, from so far right of where the name's box begins, so far below its line."""
    luma = np.full((600, 900), 200, np.uint8)
    box = FIELDS["name"]
    top, left = round(60 + (box.y + 1.6 + down_mm) * PX_PER_MM), 100 + (box.x + begins_mm) * PX_PER_MM
    for stroke in range(12):
        x = round(left + 0.9 * stroke * PX_PER_MM)
        luma[top : top + 30, x : x + 4] = 60
    return gray_picture(luma)


@pytest.mark.parametrize(
    ("begins_mm", "read", "further", "kept", "looks"),
    [
        (-2.0, "飞", ["龙飞", "龙飞"], "龙飞", 1),
        (-2.0, "七飞", ["龙飞", "名龙飞"], "龙飞", 1),
        (-2.0, "飞", ["龙飞", "官龙飞", "上官龙飞"], "上官龙飞", 3),
        (-2.0, "龙飞", ["名龙飞"], "龙飞", 0),
        (-2.0, "龙飞", [""], "龙飞", 0),
        (-2.0, "龙飞", ["龙飞翔"], "龙飞", 0),
        (1.5, "飞", [], "飞", 0),
    ],
)
def test_a_name_whose_beginning_is_cut_off_is_read_from_further_left(
    begins_mm: float, read: str, further: list[str], kept: str, looks: int
) -> None:
    engine = Saying([read, *further])
    strips = Strips(photo_with_a_name(begins_mm))
    name, region = reading.read(strips, card(CORNERS), engine)["name"]
    assert name.text == kept
    aside_mm = 3.8 * looks
    assert region[0][0] == pytest.approx(100 + (FIELDS["name"].x - aside_mm) * PX_PER_MM)


@pytest.mark.parametrize("down_mm", [-2.8, 2.8])
@pytest.mark.parametrize(
    ("names", "certain", "kept"),
    [
        (["刁", "龙飞"], [0.3, 0.9], 1),
        (["刁", "", "龙飞"], [0.3, 0.0, 0.9], 2),
        (["龙飞", "飞龙", "龙"], [0.9, 0.3, 0.3], 0),
        (["龙飞", "一", "二"], [0.3, 0.9, 0.9], 0),
    ],
    ids=["surer", "surer further on", "less sure", "stray mark"],
)
def test_a_name_that_the_strip_s_end_cuts_is_read_from_above_or_below(
    down_mm: float, names: list[str], certain: list[float], kept: int
) -> None:
    engine = Saying([*names], [*certain])
    strips = Strips(photo_with_a_name(1.5, down_mm))
    name, region = reading.read(strips, card(CORNERS), engine)["name"]
    assert name.text == names[kept]
    aside_mm = kept * np.sign(down_mm) * 2.5
    assert region[0][1] == pytest.approx(60 + (FIELDS["name"].y + aside_mm) * PX_PER_MM)


@pytest.mark.parametrize("second", [0.9, 0.3])
def test_an_unsure_number_is_looked_for_beside_and_the_surer_reading_counts(second: float) -> None:
    engine = Doubting([0.6, second])
    strips = Strips(photo_with_a_row_of_digits((3.0, -2.5)))
    number, region = reading.read(strips, card(CORNERS), engine)["id_number"]
    second_strip = engine.seen[1]
    dark = np.flatnonzero((second_strip < 130).any(axis=0)), np.flatnonzero((second_strip < 130).any(axis=1))
    margins = dark[0][0], second_strip.shape[1] - 1 - dark[0][-1]
    assert margins == pytest.approx((17, 20), abs=6)
    assert dark[1][[0, -1]].mean() == pytest.approx((second_strip.shape[0] - 1) / 2, abs=3)
    box = FIELDS["id_number"]
    off = (3.0, -2.5) if second == 0.9 else (0.0, 0.0)
    assert int(number.text) == (2 if second == 0.9 else 1)
    expected = 100 + (box.x + off[0]) * PX_PER_MM, 60 + (box.y + off[1]) * PX_PER_MM
    assert region[0] == pytest.approx(expected, abs=4)


@pytest.mark.parametrize(
    ("first", "second", "off"), [(0.4, 0.8, (3.0, -2.5)), (0.8, 0.4, (0.0, 0.0))], ids=["moved", "stays"]
)
def test_where_the_number_was_found_beside_so_may_the_name_be(
    first: float, second: float, off: tuple[float, float]
) -> None:
    engine = Doubting([0.6, 0.9], [first, second])
    strips = Strips(photo_with_a_row_of_digits((3.0, -2.5)))
    name, region = reading.read(strips, card(CORNERS), engine)["name"]
    assert name.confidence == 0.8
    box = FIELDS["name"]
    expected = 100 + (box.x + off[0]) * PX_PER_MM, 60 + (box.y + off[1]) * PX_PER_MM
    assert region[0] == pytest.approx(expected, abs=6)


def test_a_sure_number_is_not_looked_at_again() -> None:
    engine = Doubting([0.999])
    strips = Strips(photo_with_a_row_of_digits((1.0, 0.0)))
    number, _ = reading.read(strips, card(CORNERS), engine)["id_number"]
    assert (int(number.text), len(engine.seen)) == (1, 1)


@pytest.mark.parametrize("fault", [Fault.RAISE, Fault.HANG])
def test_an_engine_s_failure_is_not_swallowed(fault: Fault) -> None:
    answers = Recorded(in_turn=[Transcript("a", (1.0,), "r")] * 2)
    with pytest.raises(EngineError):
        reading.read(Strips(photo_with_marked_fields()), card(CORNERS), Faulty(answers, [Fault.NONE, fault]))
