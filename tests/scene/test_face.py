from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from idcheck import weights
from idcheck.errors import WeightsCorruptError
from idcheck.photo import Photo
from idcheck.scene.face import FaceDetector, decode
from idcheck.types import Box

Floats = NDArray[np.float32]

ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])
"""B, G, R, 512 × 512; the face's middle is near (225, 120)."""


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector(weights.load("face_full_range"))


def tensors() -> tuple[Floats, Floats]:
    return np.full((48, 48), -9.0, np.float32), np.zeros((16, 48, 48), np.float32)


def test_an_anchor_is_the_middle_of_its_cell() -> None:
    scores, values = tensors()
    scores[10, 20] = 2.0
    values[:6, 10, 20] = (1.0, -2.0, 30.0, 40.0, 5.0, 6.0)
    ((row, score),) = decode(scores, values, least=0.5)
    assert score == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-6)
    assert row[:6] == pytest.approx([20.5 * 4 + 1, 10.5 * 4 - 2, 30, 40, 20.5 * 4 + 5, 10.5 * 4 + 6])


def test_anchors_of_one_face_are_averaged_by_their_scores() -> None:
    scores, values = tensors()
    for column, logit, width in ((0, 3.0, 40.0), (1, 1.0, 44.0)):
        scores[10, column] = logit
        values[2:4, 10, column] = width
    ((row, score),) = decode(scores, values, least=0.5)
    sure = 1 / (1 + np.exp(-np.array([3.0, 1.0])))
    assert row[2] == pytest.approx(np.average([40, 44], weights=sure), abs=1e-4)
    assert score == pytest.approx(sure[0], abs=1e-6)


def test_faces_apart_stay_apart_and_weak_anchors_do_not_count() -> None:
    scores, values = tensors()
    values[2:4] = 30.0
    scores[[0, 20], [0, 40]] = 2.0
    scores[41, 32] = -0.5
    assert len(decode(scores, values, least=0.5)) == 2
    assert len(decode(scores, values, least=0.3)) == 3


def test_a_score_beyond_every_exponent_is_just_sure() -> None:
    scores, values = tensors()
    scores[0, 7] = 1e4
    values[2:4, 0, 7] = 30.0
    assert decode(scores, values, least=0.5)[0][1] == pytest.approx(1.0)


def near(box: Box, x: float, y: float, within: float) -> bool:
    return abs(box.x + box.width / 2 - x) < within and abs(box.y + box.height / 2 - y) < within


def test_finds_a_face_and_its_landmarks(detector: FaceDetector) -> None:
    (face,) = detector.detect(Photo.from_pixels(ASTRONAUT.copy()))
    assert near(face.box, 225, 120, within=20)
    assert 70 < face.box.width < 140
    right_eye, left_eye, nose, mouth = face.landmarks[:4]
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_eye[1] < nose[1] < mouth[1]


def test_a_nearly_black_photo_is_brightened(detector: FaceDetector) -> None:
    dark = np.round(ASTRONAUT * 0.03).astype(np.uint8)
    (face,) = detector.detect(Photo.from_pixels(dark))
    assert near(face.box, 225, 120, within=25)


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("brightness", [1.0, 0.1])
def test_a_face_on_its_side_is_placed_as_if_it_stood(
    detector: FaceDetector, quarters: int, brightness: float
) -> None:
    wide = np.round(ASTRONAUT[:400] * brightness).astype(np.uint8)  # not square: its sides cannot be confused
    (upright,) = detector.detect(Photo.from_pixels(wide.copy()))
    (lying,) = detector.detect(Photo.from_pixels(np.ascontiguousarray(np.rot90(wide, quarters))))
    points = np.array(upright.landmarks)
    width, height = wide.shape[1::-1]
    for _ in range(quarters):  # anticlockwise: the right edge becomes the top
        points = np.column_stack([points[:, 1], width - points[:, 0]])
        width, height = height, width
    np.testing.assert_allclose(lying.landmarks, points, atol=0.12 * upright.box.width)


def test_two_people_are_two_faces_the_larger_first(detector: FaceDetector) -> None:
    small = cv2.resize(ASTRONAUT, (340, 340), interpolation=cv2.INTER_AREA)
    both = np.full((512, 880, 3), 120, np.uint8)
    both[:, :512] = ASTRONAUT
    both[100 : 100 + 340, 530 : 530 + 340] = small
    first, second = detector.detect(Photo.from_pixels(both))
    assert near(first.box, 225, 120, within=20)
    assert near(second.box, 530 + 149, 100 + 80, within=15)


def test_no_face_in_a_plain_picture(detector: FaceDetector) -> None:
    assert detector.detect(Photo.from_pixels(np.full((400, 300, 3), 90, np.uint8))) == ()


def test_another_network_is_refused() -> None:
    with pytest.raises(WeightsCorruptError):
        FaceDetector(weights.load("face_landmark"))
