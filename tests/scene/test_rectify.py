from __future__ import annotations

import cv2
import numpy as np
import pytest

from idcheck.layout import FIELDS, HEIGHT_MM, WIDTH_MM
from idcheck.photo import Photo
from idcheck.scene.geometry import card_to_photo, project
from idcheck.scene.picture import coarsest_level
from idcheck.scene.rectify import Strips, moved, rectify, region, strip
from idcheck.types import Box, Quad
from tests.scene.pictures import card_at, gray_picture

TILTED: Quad = ((60.0, 80.0), (210.0, 70.0), (222.0, 175.0), (52.0, 168.0))


def rotated(quad: Quad, by: int) -> Quad:
    first, second, third, fourth = (quad[(i + by) % 4] for i in range(4))
    return first, second, third, fourth


def mirrored(quad: Quad) -> Quad:
    top_left, top_right, bottom_right, bottom_left = quad
    return top_right, top_left, bottom_left, bottom_right


def ramp(width: int = 256, height: int = 256, step: float = 1.0) -> tuple[Photo, Photo]:
    """Two photos whose brightness is the x and the y of each pixel's centre, over `step`."""
    y, x = np.mgrid[:height, :width] + 0.5
    return gray_picture(x / step), gray_picture(y / step)


@pytest.mark.parametrize("by", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_each_rectified_pixel_shows_the_place_that_the_homography_names(by: int, flip: bool) -> None:
    quad = rotated(mirrored(TILTED) if flip else TILTED, by)
    seen = [rectify(photo, card_at(quad), px_per_mm=4.0) for photo in ramp()]
    height, width = seen[0].luma.shape
    assert (width, height) == (342, 216)
    y, x = np.mgrid[:height, :width] + 0.5
    where = project(seen[0].to_photo, np.c_[x.ravel() * WIDTH_MM / width, y.ravel() * HEIGHT_MM / height])
    for axis in (0, 1):
        off = seen[axis].luma.ravel() - where[:, axis]
        assert np.abs(off).max() < 1.1
        assert abs(off.mean()) < 0.05


def test_a_card_of_many_pixels_is_sampled_from_a_reduced_level_at_the_same_place() -> None:
    big: Quad = ((203.0, 310.0), (1805.0, 290.0), (1850.0, 1330.0), (180.0, 1290.0))
    for axis, photo in enumerate(ramp(2048, 2048, step=8)):
        flat = rectify(photo, card_at(big), px_per_mm=4.0)
        height, width = flat.luma.shape
        y, x = np.mgrid[:height, :width] + 0.5
        where = project(flat.to_photo, np.c_[x.ravel() * WIDTH_MM / width, y.ravel() * HEIGHT_MM / height])
        for seen in (flat.luma, flat.bgr[:, :, 1]):
            off = seen.ravel() - where[:, axis] / 8
            assert np.abs(off).max() < 1.1
            assert abs(off.mean()) < 0.1


def test_fine_texture_is_averaged_not_aliased() -> None:
    checks = np.indices((1024, 1024)).sum(axis=0) % 2 * 200.0
    corners: Quad = ((50.0, 60.0), (950.0, 60.0), (950.0, 628.0), (50.0, 628.0))
    flat = rectify(gray_picture(checks), card_at(corners), px_per_mm=2.0)
    assert flat.luma.std() < 5
    assert flat.bgr.std() < 5
    assert abs(flat.luma.mean() - 100) < 2


def test_what_lies_beyond_the_frame_is_black_and_marked() -> None:
    photo = gray_picture(np.full((200, 300), 180.0))
    quad: Quad = ((-50.0, 40.0), (150.0, 40.0), (150.0, 166.0), (-50.0, 166.0))
    flat = rectify(photo, card_at(quad), px_per_mm=4.0)
    assert abs((~flat.valid).mean() - 0.25) < 0.01
    assert np.all(flat.luma[~flat.valid] == 0)
    assert np.all(flat.bgr[~flat.valid] == 0)
    assert np.all(flat.luma[flat.valid] == 180)
    assert np.all(flat.bgr[flat.valid] == 180)


def test_a_card_within_the_frame_is_all_valid() -> None:
    assert rectify(ramp()[0], card_at(TILTED), px_per_mm=2.0).valid.all()


@pytest.mark.parametrize("flip", [False, True])
def test_a_mirrored_card_comes_out_readable(flip: bool) -> None:
    art = np.full((540, 856), 220, np.uint8)
    cv2.putText(art, "R7", (120, 300), cv2.FONT_HERSHEY_SIMPLEX, 6, 20, 30)
    quad: Quad = ((100.0, 120.0), (700.0, 160.0), (680.0, 560.0), (90.0, 500.0))
    corners = mirrored(quad) if flip else quad
    centre = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    to_photo = centre @ card_to_photo(corners) @ np.diag([0.1, 0.1, 1]) @ np.linalg.inv(centre)
    photo = cv2.warpPerspective(art, to_photo, (800, 700), borderValue=90)
    flat = rectify(gray_picture(photo.astype(float)), card_at(corners)).luma
    inner = (slice(20, -20), slice(20, -20))
    assert np.corrcoef(flat[inner].ravel(), art[inner].ravel())[0, 1] > 0.97


def test_a_photo_stored_on_its_side_gives_the_same_card() -> None:
    colour = np.random.default_rng(3).integers(0, 256, (240, 250, 3), np.uint8)
    upright = rectify(Photo.from_pixels(colour), card_at(TILTED), px_per_mm=4.0)
    turned = rectify(Photo.from_pixels(np.rot90(colour), orientation=6), card_at(TILTED), px_per_mm=4.0)
    assert np.array_equal(upright.bgr, turned.bgr)
    assert np.array_equal(upright.luma, turned.luma)


def test_a_strip_agrees_with_the_same_part_of_the_whole_card() -> None:
    photo = ramp()[0]
    card = card_at(TILTED)
    box = Box(10.0, 12.0, 40.0, 8.0)
    part = strip(photo, card, box, height_px=32)
    whole = rectify(photo, card, px_per_mm=4.0).luma[48:80, 40:200]
    assert part.shape == (32, 160)
    assert np.abs(part.astype(int) - whole.astype(int)).max() <= 1


def test_a_strip_may_reach_beyond_the_frame() -> None:
    photo = gray_picture(np.full((200, 200), 150.0))
    quad: Quad = ((20.0, 20.0), (220.0, 20.0), (220.0, 146.0), (20.0, 146.0))
    seen = strip(photo, card_at(quad), Box(0.0, 0.0, WIDTH_MM, 10.0), height_px=20)
    assert seen[:, -1].max() == 0
    assert seen[:, 0].min() == 150


def test_a_region_is_the_box_seen_through_the_homography() -> None:
    whole = region(card_at(TILTED), Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM))
    assert np.allclose(whole, TILTED, atol=1e-3)
    field = np.array(region(card_at(TILTED), FIELDS["id_number"]))
    assert np.array(TILTED)[:, 1].max() > field[:, 1].max() > field[:, 1].min() > 130


def test_a_moved_card_shows_in_a_box_what_lay_where_the_map_takes_the_box() -> None:
    turn = np.radians(5.0)
    by = np.array([[1.05 * np.cos(turn), -np.sin(turn), 3.0], [np.sin(turn), np.cos(turn), -2.0], [0, 0, 1]])
    card, box = card_at(TILTED), FIELDS["id_number"]
    expected = project(card_to_photo(card.corners) @ by, box.polygon)
    assert np.asarray(region(moved(card, by), box)) == pytest.approx(expected, abs=0.05)
    assert np.asarray(moved(card, np.eye(3)).corners) == pytest.approx(np.asarray(TILTED), abs=1e-3)


def test_the_coarsest_level_of_a_size() -> None:
    photo = Photo.from_pixels(np.zeros((900, 1440, 3), np.uint8))
    levels = {side: coarsest_level(photo, side) for side in (5000, 1441, 1440, 721, 720, 361, 360, 180, 10)}
    assert levels == {5000: 0, 1441: 0, 1440: 0, 721: 0, 720: 1, 361: 1, 360: 2, 180: 3, 10: 3}
    assert max(photo.gray(2).shape) == 360


def test_a_strip_is_made_once_for_all_who_look_at_it() -> None:
    strips, card = Strips(ramp()[0]), card_at(TILTED)
    first = strips.of(card, FIELDS["name"], 40)
    assert strips.of(card_at(TILTED), FIELDS["name"], 40) is first
    assert np.array_equal(first, strip(strips.photo, card, FIELDS["name"], 40))
    assert strips.of(card, FIELDS["name"], 41).shape[0] == 41
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_a_strip_that_the_frame_cuts_goes_on_with_the_frame_s_last_pixels() -> None:
    box = FIELDS["name"]
    cut = card_at(((-60.0, 80.0), (90.0, 70.0), (102.0, 175.0), (-68.0, 168.0)))
    strips = Strips(ramp()[1])
    black, continued = strips.of(cut, box, 30), strips.continued(cut, box, 30)
    beyond = black == 0
    assert beyond.any()
    assert not beyond.all()
    assert (continued[~beyond] == black[~beyond]).all()
    assert continued[beyond].min() >= black[~beyond].min() - 12  # of its own rows, not black
    assert strips.continued(card_at(TILTED), box, 30) is strips.of(card_at(TILTED), box, 30)
