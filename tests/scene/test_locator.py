from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import samples
from idcheck import weights
from idcheck.photo import Photo, decode
from idcheck.pipeline import LOCATOR_WEIGHTS
from idcheck.scene import Locator
from idcheck.scene.card import Candidate, Kind, Seen
from idcheck.scene.geometry import Points, signed_area
from idcheck.scene.locator import _beside_portrait, _count, _foremost, _Found, _judged, _printed, clues
from idcheck.scene.picture import Picture
from idcheck.types import Box, Face, Side, Thing

OFF = np.full(4, 0.01)
CARD = _Found(0.9, np.array([(400.0, 900), (800, 900), (800, 1152), (400, 1152)]), Kind.PORTRAIT, 0.99, OFF)
"""400 px wide; its portrait lies at x 648 to 772, y 925 to 1076."""


def face(x: float, y: float, width: float, confidence: float = 0.9) -> Face:
    return Face(Box(x - width / 2, y - width / 2, width, width), confidence, ((x, y),) * 6)


def new_locator() -> Locator:
    return Locator(*map(weights.load, LOCATOR_WEIGHTS))


@pytest.fixture(scope="module")
def locator() -> Locator:
    return new_locator()


def test_the_portrait_is_printed() -> None:
    assert _printed(face(710, 990, 80), CARD)


def test_a_face_beside_the_card_is_a_person_however_small() -> None:
    assert not _printed(face(710, 600, 80), CARD)


def test_the_holder_behind_the_card_is_a_person() -> None:
    # The card covers mouth and chin, so that the middle of the face's box lies on it.
    assert not _printed(face(600, 950, 300), CARD)


@pytest.mark.parametrize("turn", [[1, 0, 3, 2], [2, 3, 0, 1]])
def test_the_portrait_of_a_turned_card_is_printed_too(turn: list[int]) -> None:
    turned = replace(CARD, corners=CARD.corners[turn])
    assert _printed(face(710, 990, 80), turned)


def confidence(
    kind: Kind = Kind.PORTRAIT, heat: float = 0.9, off: float = 0.01, larger: float = 1.0
) -> float:
    """Of what is seen so in a photo of 1200 x 1600; 0 where it is not believed in."""
    kinds = np.full(7, 0.002)
    kinds[kind] = 0.988
    middle = CARD.corners.mean(axis=0)
    corners = middle + larger * (CARD.corners - middle)
    seen = Seen(corners, np.full(4, off), kinds, np.array([1.0, 0, 0, 0]))
    photo = Photo.from_pixels(np.zeros((1600, 1200, 3), np.uint8))
    found = _judged(heat, seen, clues(photo, seen, heat, upright=1.0))
    return found.confidence if found else 0.0


@pytest.mark.parametrize("kind", [Kind.PORTRAIT, Kind.EMBLEM, Kind.BANK_CARD])
def test_what_is_hot_and_has_corners_is_believed(kind: Kind) -> None:
    assert confidence(kind) > 0.98


def test_each_doubt_counts() -> None:
    sure = confidence(heat=0.5, off=0.03)
    assert sure > confidence(heat=0.3, off=0.03) > 0
    assert sure > confidence(heat=0.5, off=0.05) > 0
    assert sure > confidence(heat=0.5, off=0.03, larger=2.0) > 0
    assert confidence(heat=0.2, off=0.3) == 0


def test_the_larger_of_two_cards_is_the_one_that_is_held() -> None:
    small = replace(CARD, corners=CARD.corners / 2)
    larger = replace(CARD, confidence=0.9)
    assert _foremost([small, larger]) == [larger, small]


def test_what_may_be_a_sleeve_is_no_second_card() -> None:
    sleeve = replace(CARD, corners=CARD.corners * 3, confidence=0.7)
    assert _foremost([sleeve, CARD]) == [CARD]
    assert _foremost([sleeve]) == [sleeve]


def test_a_second_subject_counts_and_a_passer_by_does_not() -> None:
    holder = face(500, 500, 400)
    assert _count([holder]) == 1
    assert _count([holder, face(1200, 400, 200)]) == 2
    assert _count([holder, face(1200, 400, 100)]) == 1
    assert _count([holder, face(1200, 400, 200, confidence=0.45)]) == 1
    assert _count([]) == 0


def test_the_holder_counts_even_if_hardly_seen() -> None:
    assert _count([face(500, 500, 400, confidence=0.42)]) == 1


def test_a_plain_wall_shows_neither_card_nor_face(locator: Locator) -> None:
    scene = locator.locate(Photo.from_pixels(np.full((1200, 900, 3), 130, np.uint8), orientation=1))
    assert scene.card is None
    assert scene.face is None
    assert scene.portrait is None
    assert (scene.cards, scene.faces) == (0, 0)
    assert (scene.photo.width, scene.photo.height, scene.photo.mirrored) == (900, 1200, False)


CLEAR = (Path(samples.__file__).parent / "photos/clear.jpg").read_bytes()
SAMPLE = decode(CLEAR)
SAMPLE_CARD = np.array([(339, 890), (660, 881), (669, 1105), (340, 1101)])


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("down", [False, True])
def test_the_finder_finds_the_card_in_each_view(across: bool, down: bool) -> None:
    networks = new_locator()._networks
    corners = networks.candidates(SAMPLE, across=across, down=down)[0].corners
    assert math.dist(corners.mean(axis=0), SAMPLE_CARD.mean(axis=0)) < 30
    assert math.dist(corners[0], corners[1]) == pytest.approx(322, rel=0.2)


def in_a_corner(times: int, *, right: bool, low: bool) -> tuple[Photo, Points]:
    """The sample in a corner of a gray photo so many times as wide and as high, and its card's corners."""
    shown = SAMPLE.bgr
    height, width = shown.shape[:2]
    x, y = (times - 1) * width * right, (times - 1) * height * low
    around = np.full((times * height, times * width, 3), 128, np.uint8)
    around[y : y + height, x : x + width] = shown
    return Photo.from_pixels(around), SAMPLE_CARD + np.array([x, y])


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("low", [False, True])
def test_nearer_looks_place_candidates_where_they_are_in_the_photo(
    locator: Locator, right: bool, low: bool
) -> None:
    photo, corners = in_a_corner(4, right=right, low=low)
    middles = [one.corners.mean(axis=0) for one in locator._networks.nearer(photo)]
    assert min(math.dist(middle, corners.mean(axis=0)) for middle in middles) < 0.25 * 322


def test_a_card_that_shows_in_no_view_of_the_whole_photo_is_found_nearer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locator = new_locator()
    photo, corners = in_a_corner(4, right=False, low=False)
    card = locator.locate_card(photo)[1]
    assert card is not None
    assert np.abs(np.array(card.corners) - corners).max() < 0.02 * card.width_px
    monkeypatch.setattr(locator._networks, "nearer", lambda _photo: ())
    assert locator.locate_card(photo)[1] is None


@pytest.mark.parametrize("seen_in", [1, 2, 4])
def test_a_card_is_sought_in_mirrored_views_until_it_is_found(
    monkeypatch: pytest.MonkeyPatch, seen_in: int
) -> None:
    locator = new_locator()
    find, views = locator._networks.candidates, []

    def candidates(photo: Picture, *, across: bool, down: bool) -> tuple[Candidate, ...]:
        views.append((across, down))
        return find(photo, across=across, down=down) if len(views) == seen_in else ()

    monkeypatch.setattr(locator._networks, "candidates", candidates)
    _, card = locator.locate_card(SAMPLE)
    assert views == [(False, False), (True, False), (False, True), (True, True)][:seen_in]
    assert card is not None
    assert np.abs(np.array(card.corners) - SAMPLE_CARD).max() < 4


@pytest.mark.parametrize(
    ("heat", "times", "seen"), [(0.2, 1.0, 2), (0.2, 0.7, 2), (0.2, 2.0, 1), (0.2, 0.4, 1), (0.35, 2.0, 2)]
)
def test_beside_a_card_only_what_is_hot_or_of_its_size_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, heat: float, times: float, seen: int
) -> None:
    locator = new_locator()
    monkeypatch.setattr(locator, "_looked_at", lambda _photo, candidate, _most, **_: (candidate, OFF))
    monkeypatch.setattr(
        "idcheck.scene.locator._judged", lambda _heat, seen, _told: replace(CARD, corners=seen.corners)
    )
    other = 3000 + times * CARD.corners
    cards, _ = locator._seen(SAMPLE, [Candidate(0.7, CARD.corners), Candidate(heat, other)])
    assert len(cards) == seen


@pytest.mark.parametrize(("most", "looks"), [(2, 1), (4, 2)])
def test_what_is_hardly_a_second_card_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, most: int, looks: int
) -> None:
    locator = new_locator()
    unlikely = np.array([0.3, 0.05, 0.0, 0.05, 0.0, 0.0, 0.6])
    seen = Seen(CARD.corners, np.full(4, 0.3), unlikely, np.full(4, 0.25))
    asked: list[Points] = []

    def look(_: Picture, corners: Points, *, closely: bool) -> Seen:
        asked.append(corners)
        return seen

    monkeypatch.setattr(locator._networks, "look", look)
    locator._looked_at(SAMPLE, Candidate(0.2, CARD.corners), most)
    assert len(asked) == looks


@pytest.mark.parametrize(
    ("first", "closer", "found"), [(0.9, 0.3, 0.3), (0.9, None, 0.9), (0.5, None, None), (0.5, 0.3, 0.3)]
)
def test_in_doubt_the_larger_network_decides_if_it_sees_a_card(
    monkeypatch: pytest.MonkeyPatch, first: float, closer: float | None, found: float | None
) -> None:
    locator = new_locator()
    paper = replace(CARD, kind=Kind.PAPER)
    closely = [] if closer is None else [replace(CARD, confidence=closer)]
    monkeypatch.setattr(locator, "_seen", lambda *_: ([replace(CARD, confidence=first)], []))
    monkeypatch.setattr(locator, "_seen_closely", lambda *_: (closely, [paper]))
    cards, others = locator._held(SAMPLE)
    assert [card.confidence for card in cards] == ([] if found is None else [found])
    assert others == [paper]


@pytest.mark.parametrize(
    ("seen_by_larger", "kept"), [("both", "both"), ("other", "other"), ("paper", "first"), ("none", "both")]
)
def test_of_several_cards_those_count_that_the_larger_network_sees(
    seen_by_larger: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = replace(CARD, heat=0.6), replace(CARD, heat=0.4, corners=CARD.corners + 500)
    sees = {
        "both": {0.6: first, 0.4: other},
        "other": {0.4: other},
        "paper": {0.6: first, 0.4: replace(other, kind=Kind.PAPER)},
        "none": {},
    }[seen_by_larger]
    locator, asked = new_locator(), []

    def found_at(_: Picture, one: Candidate, most_looks: int, *, closely: bool) -> _Found | None:
        assert closely
        asked.append(one.heat)
        return sees.get(one.heat)

    monkeypatch.setattr(locator, "_found_at", found_at)
    expected = {"both": [first, other], "first": [first], "other": [other]}[kept]
    assert locator._confirmed(SAMPLE, [first, other]) == expected
    assert asked == [0.6, 0.4]
    assert locator._confirmed(SAMPLE, [first]) == [first]
    assert len(asked) == 2


def test_the_larger_network_looks_at_the_candidates_of_all_views(monkeypatch: pytest.MonkeyPatch) -> None:
    locator = new_locator()
    asked: list[Candidate] = []

    def closely(_: Picture, candidates: Iterable[Candidate]) -> tuple[list[_Found], list[_Found]]:
        asked.extend(candidates)
        return [], []

    monkeypatch.setattr(locator, "_seen", lambda *_: ([], []))
    monkeypatch.setattr(locator, "_seen_closely", closely)
    locator._held(SAMPLE)
    views = [(False, False), (True, False), (False, True), (True, True)]
    assert len(asked) == sum(
        len(locator._networks.candidates(SAMPLE, across=across, down=down)) for across, down in views
    )


def test_the_larger_network_finds_the_card_and_counts_it_once() -> None:
    locator = new_locator()
    candidates = locator._networks.candidates(SAMPLE)
    (card,), others = locator._seen_closely(SAMPLE, [*candidates, *candidates])
    assert others == []
    assert np.abs(card.corners - SAMPLE_CARD).max() < 15


def test_of_one_place_the_surest_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    locator = new_locator()
    looks = iter([0.5, 0.9, 0.7])
    monkeypatch.setattr(locator, "_looked_at", lambda *_, **__: (None, OFF))
    monkeypatch.setattr("idcheck.scene.locator._judged", lambda *_: replace(CARD, confidence=next(looks)))
    (card,), _ = locator._seen_closely(SAMPLE, [Candidate(0.2, CARD.corners)] * 3)
    assert card.confidence == 0.9


WALL = replace(CARD, corners=_beside_portrait(SAMPLE_CARD.astype(float)), confidence=0.8)
"""A wall taken for a mirrored card, for it begins with the sample card's portrait."""


def test_a_doubtful_mirrored_card_may_lie_on_the_other_side_of_its_portrait(locator: Locator) -> None:
    assert signed_area(WALL.corners) < 0
    found = locator._righted(SAMPLE, WALL)
    assert np.abs(found.corners - SAMPLE_CARD).max() < 8
    assert found.confidence > 0.95


def test_what_is_surer_than_the_other_side_stays(locator: Locator) -> None:
    sure = replace(WALL, confidence=0.9999)
    assert locator._righted(SAMPLE, sure) is sure


def test_a_doubtful_card_that_is_not_mirrored_stays(locator: Locator) -> None:
    doubtful = replace(CARD, corners=SAMPLE_CARD.astype(float), confidence=0.3)
    assert locator._righted(SAMPLE, doubtful) is doubtful


def test_a_doubtful_card_in_a_mirrored_photo_stays(locator: Locator) -> None:
    pixels = np.asarray(cv2.imdecode(np.frombuffer(CLEAR, np.uint8), cv2.IMREAD_COLOR))[:, ::-1]
    photo = decode(cv2.imencode(".png", pixels)[1].tobytes())
    corners = np.array([(SAMPLE.width - x, y) for x, y in SAMPLE_CARD.astype(float)])
    doubtful = replace(CARD, corners=corners, confidence=0.5)
    assert signed_area(corners) < 0
    assert locator._righted(photo, doubtful) is doubtful


@pytest.mark.needs("fonts")
class TestOnDrawnScenes:
    """Scenes of a seed that no training has seen."""

    @pytest.mark.parametrize("number", [0, 3, 5])
    def test_card_and_face_are_found(self, locator: Locator, number: int) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415  (needs Pillow and fonts)

        drawn = render(sample_recipe(np.random.default_rng([771, number]), "clear"), 960)
        scene = locator.locate(Photo.from_pixels(drawn.bgr))
        assert scene.card is not None
        assert scene.card.side is Side.PORTRAIT
        assert scene.cards == 1
        truth, width = drawn.label["card_corners"], drawn.label["card_width_px"]
        off = [math.dist(a, b) / width for a, b in zip(truth, scene.card.corners, strict=True)]
        assert sum(off) / 4 < 0.03
        assert scene.photo.mirrored == drawn.label["mirrored"] == (signed_area(scene.card.corners) < 0)
        assert scene.portrait is not None

    def test_the_same_photo_gives_the_same_scene(self, locator: Locator) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415

        pixels = render(sample_recipe(np.random.default_rng([771, 3]), "clear"), 800).bgr
        assert locator.locate(Photo.from_pixels(pixels.copy())) == locator.locate(
            Photo.from_pixels(pixels.copy())
        )

    def test_the_card_alone_is_the_card_of_the_scene(self, locator: Locator) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415

        photo = Photo.from_pixels(render(sample_recipe(np.random.default_rng([771, 3]), "clear"), 800).bgr)
        scene = locator.locate(photo)
        assert scene.card is not None
        assert locator.locate_card(photo) == (scene.photo, scene.card)

    def test_nothing_in_the_hand_is_no_card(self, locator: Locator) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415

        drawn = render(sample_recipe(np.random.default_rng([771, 4]), "no_card"), 800)
        assert locator.locate(Photo.from_pixels(drawn.bgr)).card is None

    def test_what_is_held_instead_of_a_card_is_named(self, locator: Locator) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415

        drawn = render(sample_recipe(np.random.default_rng([771, 0]), "paper"), 800)
        scene = locator.locate(Photo.from_pixels(drawn.bgr))
        assert scene.card is None
        assert scene.instead is not None
        assert scene.instead.thing is Thing.PAPER
        held = np.array(drawn.label["decoy_corners"]).mean(axis=0)
        assert math.dist(held, np.array(scene.instead.corners).mean(axis=0)) < 40

    @pytest.mark.parametrize("number", [1, 4])
    def test_a_card_that_the_frame_cuts_reaches_beyond_it(self, locator: Locator, number: int) -> None:
        from samples.scene import render, sample_recipe  # noqa: PLC0415

        drawn = render(sample_recipe(np.random.default_rng([771, number]), "cutoff"), 960)
        card = locator.locate(Photo.from_pixels(drawn.bgr)).card
        assert card is not None
        frame = Box(0, 0, drawn.bgr.shape[1], drawn.bgr.shape[0]).polygon
        corners = np.array(card.corners, np.float32)
        inside, _ = cv2.intersectConvexConvex(corners, np.array(frame, np.float32))
        outside = 1 - inside / abs(signed_area(card.corners))
        assert outside == pytest.approx(drawn.label["card_outside"], abs=0.06)
