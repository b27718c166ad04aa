from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from idcheck import weights
from idcheck.errors import WeightsCorruptError
from idcheck.photo import Photo
from idcheck.quality import Assessor, Cause
from idcheck.scene import Strips
from idcheck.scene.face import FaceDetector
from idcheck.types import Box, Card, Colour, Face, PhotoInfo, Scene, Side
from samples.generate import recipe_of
from samples.scene import render

FACE = Face(
    Box(174.0, 70.0, 105.0, 105.0),
    0.94,
    ((205.2, 102.3), (246.7, 105.1), (224.4, 127.7), (223.3, 147.3), (182.1, 110.0), (270.8, 115.3)),
)
"""Of scikit-image's astronaut."""


def astronaut() -> Colour:
    return np.ascontiguousarray(data.astronaut()[:, :, ::-1])


def scaled(face: Face, factor: float) -> Face:
    box = Box(*(factor * v for v in (face.box.x, face.box.y, face.box.width, face.box.height)))
    return Face(box, face.confidence, tuple((factor * x, factor * y) for x, y in face.landmarks))


def measured(
    assessor: Assessor, picture: Colour, face: Face | None = FACE, card: Card | None = None
) -> dict[str, float | str | None]:
    photo = Photo.from_pixels(picture.copy())
    info = PhotoInfo(photo.width, photo.height, 1, mirrored=False)
    scene = Scene(info, card, face, None, int(face is not None), int(card is not None))
    return {m.name: m.cause if m.raw is None else m.raw for m in assessor.assess(Strips(photo), scene)}


def value(found: dict[str, float | str | None], name: str) -> float:
    raw = found[name]
    assert isinstance(raw, float), f"{name}: {raw}"
    return raw


def masked(picture: Colour, colour: tuple[int, int, int]) -> Colour:
    seen = picture.copy()
    points = np.array([(186, 118), (224, 126), (262, 122), (256, 158), (226, 172), (194, 156)], np.int32)
    cv2.fillPoly(seen, [points], colour, cv2.LINE_AA)
    return seen


def test_a_bare_face_is_not_covered(assessor: Assessor) -> None:
    assert value(measured(assessor, astronaut()), "face.occlusion") < 0.05


def test_a_blurred_face_is_not_a_covered_one(assessor: Assessor) -> None:
    bare, mask = (
        measured(assessor, np.asarray(cv2.GaussianBlur(seen, (0, 0), 3), np.uint8))
        for seen in (astronaut(), masked(astronaut(), (230, 230, 225)))
    )
    assert value(bare, "face.occlusion") < 0.05
    assert value(mask, "face.occlusion") > 0.2


def test_what_covers_a_face_that_is_a_blur_cannot_be_told(assessor: Assessor) -> None:
    blur = np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 6), np.uint8)
    assert measured(assessor, blur)["face.occlusion"] == Cause.BLURRED


@pytest.mark.parametrize("colour", [(230, 230, 225), (60, 50, 40), (150, 120, 90)])
def test_a_mask_covers_a_face(assessor: Assessor, colour: tuple[int, int, int]) -> None:
    assert value(measured(assessor, masked(astronaut(), colour)), "face.occlusion") > 0.12


def test_dark_glasses_cover_a_face(assessor: Assessor) -> None:
    seen = astronaut()
    for eye in ((205, 104), (247, 106)):
        cv2.ellipse(seen, eye, (19, 13), 0, 0, 360, (20, 20, 20), -1, cv2.LINE_AA)
    bare = value(measured(assessor, astronaut()), "face.occlusion")
    assert value(measured(assessor, seen), "face.occlusion") > bare + 0.1


def test_clear_glasses_and_brows_cover_nothing(assessor: Assessor) -> None:
    seen = astronaut()
    for eye in ((205, 104), (247, 106)):
        cv2.ellipse(seen, eye, (17, 12), 0, 0, 360, (20, 20, 20), 2, cv2.LINE_AA)
    assert value(measured(assessor, seen), "face.occlusion") < 0.08


@pytest.mark.parametrize("light", [0.6, 0.3])
def test_the_dark_covers_nothing(assessor: Assessor, light: float) -> None:
    dim = (astronaut() * light).astype(np.uint8)
    assert value(measured(assessor, dim), "face.occlusion") < 0.1


@pytest.mark.parametrize("degrees", [-40.0, 25.0])
def test_a_tilted_head_is_set_upright(assessor: Assessor, degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((226, 122), degrees, 1.0)
    seen = np.asarray(cv2.warpAffine(astronaut(), matrix, (512, 512)), np.uint8)
    points = np.c_[np.array(FACE.landmarks), np.ones(6)] @ matrix.T
    face = Face(FACE.box, FACE.confidence, tuple((float(x), float(y)) for x, y in points))
    assert value(measured(assessor, seen, face), "face.occlusion") < 0.05
    assert value(measured(assessor, masked(seen, (230, 230, 225)), face), "face.occlusion") > 0.1


def test_the_card_in_front_of_the_face_covers_it(assessor: Assessor) -> None:
    def card(top: float) -> Card:
        corners = ((150.0, top), (300.0, top), (300.0, top + 95), (150.0, top + 95))
        return Card(corners, 1.0, Side.PORTRAIT, 150.0, 1.75, 0.0)

    below, half = (
        value(measured(assessor, astronaut(), FACE, card(t)), "face.occlusion") for t in (180.0, 122.5)
    )
    assert below < 0.05
    assert half == pytest.approx(0.5, abs=0.02)


def test_the_frame_cuts_a_face_off(assessor: Assessor) -> None:
    cut = 226
    face = Face(
        Box(FACE.box.x - cut, FACE.box.y, FACE.box.width, FACE.box.height),
        FACE.confidence,
        tuple((x - cut, y) for x, y in FACE.landmarks),
    )
    found = measured(assessor, astronaut()[:, cut:], face)
    assert value(found, "face.framing") == pytest.approx(52 / 105, abs=0.01)
    assert value(found, "face.occlusion") >= 0.45


def test_pixels_are_counted_between_the_pupils(assessor: Assessor) -> None:
    assert value(measured(assessor, astronaut()), "face.resolution") == pytest.approx(41.6 / 63, abs=0.005)


def test_more_blur_is_never_less(assessor: Assessor) -> None:
    blurs = [0.0, 1.5, 3.0, 5.0]
    seen = [cv2.GaussianBlur(astronaut(), (0, 0), b) if b else astronaut() for b in blurs]
    values = [value(measured(assessor, np.asarray(s, np.uint8)), "face.blur") for s in seen]
    assert values == sorted(values)
    assert values[-1] > 2 * values[0]


def test_blur_of_a_face_is_in_mm_whatever_its_size(assessor: Assessor) -> None:
    soft = np.asarray(cv2.GaussianBlur(astronaut(), (0, 0), 3), np.uint8)
    large = np.asarray(cv2.resize(soft, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8)
    small = value(measured(assessor, soft), "face.blur")
    assert value(measured(assessor, large, scaled(FACE, 3)), "face.blur") == pytest.approx(small, rel=0.25)


@pytest.mark.needs("fonts")
@pytest.mark.parametrize(("number", "long_side"), [(550, 1600), (625, 1920)])
def test_a_sharp_face_without_smooth_skin_is_not_blurred(
    assessor: Assessor, number: int, long_side: int
) -> None:
    drawn = render(recipe_of(9101, number, ()), long_side).bgr
    (face,) = FaceDetector(weights.load("face_full_range")).detect(Photo.from_pixels(drawn.copy()))
    soft = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 8), np.uint8)
    sharp, blurred = (value(measured(assessor, seen, face), "face.blur") for seen in (drawn, soft))
    assert sharp < min(12, blurred)


def test_light_is_range_not_tone(assessor: Assessor) -> None:
    dark_skin = (astronaut().astype(np.float32) * 0.75).astype(np.uint8)
    gloom = (astronaut().astype(np.float32) * 0.08 + 5).astype(np.uint8)
    bright, darker, gloomy = (
        value(measured(assessor, p), "face.lighting") for p in (astronaut(), dark_skin, gloom)
    )
    assert bright > darker > 0.3
    assert gloomy < 0.08


def test_a_washed_out_face_is_clipped(assessor: Assessor) -> None:
    flash = np.clip(astronaut().astype(np.float32) * 2.2, 0, 255).astype(np.uint8)
    assert value(measured(assessor, astronaut()), "face.exposure") < 0.01
    assert value(measured(assessor, flash), "face.exposure") > 0.4


def test_a_face_of_a_few_pixels_cannot_be_assessed(assessor: Assessor) -> None:
    tiny = np.asarray(cv2.resize(astronaut(), (48, 48), interpolation=cv2.INTER_AREA), np.uint8)
    assert measured(assessor, tiny, scaled(FACE, 48 / 512))["face.blur"] == Cause.TOO_SMALL


def test_another_network_is_refused() -> None:
    with pytest.raises(WeightsCorruptError):
        Assessor(weights.load("face_full_range"))
