"""Training samples: a picture at a network's own size, and what the network should say of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.scene.card import CROP_CORNERS, CROP_SIZE, TURNS
from idcheck.scene.geometry import as_quad, homography
from idcheck.types import Matrix
from models.locator import composite
from models.locator.composite import BACKGROUND, IDENTITY_CARDS, Bytes, Corners, Rng, Stock

NO_TURN = -1
LEAST_SHOWN = 0.3
"""A card of which less shows is not one to be found."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawn scene of the sample generator, kept small.

    Attributes:
        jpeg: gray, a few hundred pixels on the long side.
        kind: of the held thing; BACKGROUND where nothing is held.
        corners: of the held thing in reading order, in pixels of the kept picture; None where nothing is
            held.
        others: of further identity cards.
    """

    jpeg: bytes
    kind: int
    corners: Corners | None
    others: tuple[Corners, ...] = ()

    @property
    def picture(self) -> Bytes:
        """The decoded picture."""
        return np.asarray(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


@dataclass(frozen=True, slots=True)
class Finding:
    """For the finder: a view and the cards in it, each (4, 2) in pixels of the view."""

    view: Bytes
    cards: tuple[Corners, ...]


@dataclass(frozen=True, slots=True)
class Cornering:
    """For the corner network.

    Attributes:
        crop: the flattened candidate.
        corners: (4, 2), as they stand in the crop: top left, top right, bottom right, bottom left; NaN if
            there is no card-shaped thing.
        turn: row of `idcheck.scene.card.TURNS`, or NO_TURN where nothing is printed that tells.
        kind: a value of `idcheck.scene.card.Kind`.
    """

    crop: Bytes
    corners: Corners
    turn: int
    kind: int


def finding(rng: Rng, stock: Stock, size: tuple[int, int]) -> Finding:
    """A sample for the finder, quickly composed."""
    draw = composite.collage if rng.random() < 0.25 else composite.background
    canvas = draw(rng, size, stock)
    cards: list[Corners] = []
    for _ in range(int(rng.choice([0, 1, 2], p=[0.12, 0.76, 0.12]))):
        drawn = stock.cards[rng.integers(len(stock.cards))]
        corners = composite.pose(rng, drawn[2], _width(rng) * size[0], _roll(rng), 45.0)
        corners = corners + _place(rng, corners, size)
        if any(_near(corners, other) for other in cards):
            continue
        composite.put_card(rng, canvas, drawn, corners)
        _put_hands(rng, canvas, corners)
        if shown(corners, size) >= LEAST_SHOWN:
            cards.append(corners)
    view = composite.photographed(rng, canvas)
    if rng.random() < 0.5:
        view, cards = np.ascontiguousarray(view[:, ::-1]), [c * (-1, 1) + (size[0], 0) for c in cards]
    return Finding(view, tuple(cards))


def _place(rng: Rng, corners: Corners, size: tuple[int, int]) -> Corners:
    """Where the middle of a card about the origin comes to lie: anywhere in the frame, often near an edge."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    ends = np.array([-low * 0.6, size - high * 0.6])
    at = rng.uniform(ends.min(axis=0), ends.max(axis=0))
    if rng.random() < 0.3:  # cut off by one edge
        axis, beyond = int(rng.integers(2)), rng.uniform(-0.05, 0.6)
        extent = high[axis] - low[axis]
        near, far = -low[axis] - beyond * extent, size[axis] - high[axis] + beyond * extent
        at[axis] = near if rng.random() < 0.5 else far
    return np.asarray(at)


def shown(corners: Corners, size: tuple[int, int]) -> float:
    """Share of a card's area that lies within a frame of this width and height."""
    frame = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    card = corners.astype(np.float32)
    inside, _ = cv2.intersectConvexConvex(card, frame)
    return float(inside / max(cv2.contourArea(card), 1e-6))


def _put_hands(rng: Rng, canvas: composite.Floats, corners: Corners) -> None:
    """None, one or two; each second one over a corner."""
    for _ in range(int(rng.choice([0, 1, 2], p=[0.25, 0.5, 0.25]))):
        composite.put_fingers(
            rng, canvas, corners, float(rng.choice([0.25, 0.6])), over_corner=bool(rng.random() < 0.5)
        )


def _width(rng: Rng) -> float:
    """Width of a card as a fraction of the photo's."""
    draw = rng.random()
    if draw < 0.25:
        return float(np.exp(rng.uniform(np.log(0.07), np.log(0.2))))
    return float(rng.uniform(0.2, 0.6) if draw < 0.85 else np.exp(rng.uniform(np.log(0.15), np.log(0.75))))


def _roll(rng: Rng) -> float:
    """How a card is turned in the hand, degrees."""
    draw = rng.random()
    if draw < 0.5:
        return float(rng.normal(0, 15))
    if draw < 0.75:
        return float(rng.uniform(0, 360))
    return float(rng.choice([90, 180, 270]) + rng.normal(0, 12))


def _near(one: Corners, other: Corners) -> bool:
    apart = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    return bool(apart < 0.7 * (np.ptp(one) + np.ptp(other)) / 2)


def finding_in(rng: Rng, scene: Scene, size: tuple[int, int]) -> Finding:
    """A sample for the finder: a generator's scene, turned, cut and lit anew."""
    picture = scene.picture
    height, width = picture.shape
    fit = min(size[0] / width, size[1] / height)
    turned = rng.random() < 0.3
    angle = float(rng.uniform(-180, 180) if turned else rng.normal(0, 6))
    zoom = fit * float(np.exp(rng.uniform(np.log(0.8), np.log(1.6))) if rng.random() < 0.6 else 1.0)
    into = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, zoom), np.float64)
    focus = np.array([width / 2, height / 2])
    if scene.corners is not None and zoom > fit * 1.05:
        focus = scene.corners.mean(axis=0) + rng.normal(0, 0.2, 2) * (width, height)
    target = np.array(size) * rng.uniform(0.35, 0.65, 2) if zoom != fit else np.array(size) / 2
    if scene.corners is not None and rng.random() < 0.25:  # cut off by one edge
        focus, axis = scene.corners.mean(axis=0), int(rng.integers(2))
        reach = np.ptp(scene.corners @ into[:, :2].T, axis=0)[axis] / 2
        target = rng.uniform(0.2, 0.8, 2) * size
        target[axis] = rng.choice([0, size[axis]]) + rng.uniform(-0.2, 1.0) * reach * rng.choice([-1, 1])
    into[:, 2] += target - into @ (*focus, 1)
    if rng.random() < 0.5:
        into[0] = (0, 0, size[0]) - into[0]
    seen = _shrink_and_warp(picture, np.vstack([into, [0, 0, 1]]), size, zoom)
    if rng.random() < 0.5:
        seen = composite.photographed(rng, seen.astype(np.float32))
    held = () if scene.corners is None else (scene.corners,)
    cards = [corners @ into[:, :2].T + into[:, 2] for corners in (*held, *scene.others)]
    return Finding(seen, tuple(corners for corners in cards if shown(corners, size) >= LEAST_SHOWN))


def _shrink_and_warp(picture: Bytes, into: Matrix, size: tuple[int, int], zoom: float) -> Bytes:
    """Warp with outer-corner coordinates, from a halved picture where that keeps the resolution."""
    picture, matrix = shrunk(picture, into, zoom)
    return np.asarray(cv2.warpPerspective(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def shrunk(picture: Bytes, into: Matrix, zoom: float) -> tuple[Bytes, Matrix]:
    """The picture, halved as often as keeps the resolution, and OpenCV's matrix to warp it.

    Args:
        picture: to be warped.
        into: to where, with outer-corner coordinates.
        zoom: how much larger things come out.
    """
    while zoom <= 0.5:
        picture = composite.half(picture)
        into, zoom = into @ np.diag([2.0, 2.0, 1.0]), zoom * 2
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return picture, np.linalg.inv(half) @ into @ half


def cornering(rng: Rng, stock: Stock) -> Cornering:
    """A sample for the corner network, quickly composed."""
    canvas = composite.background(rng, CROP_SIZE, stock)
    if rng.random() < 0.25:
        return _background(rng, composite.photographed(rng, canvas))
    drawn = stock.cards[rng.integers(len(stock.cards))]
    corners, turn = _misplaced(rng, CROP_CORNERS)
    composite.put_card(rng, canvas, drawn, corners[TURNS[turn]])
    _put_hands(rng, canvas, corners)
    crop = np.maximum(composite.photographed(rng, canvas), 1)
    if rng.random() < 0.15:
        _cut_by_the_frame(rng, crop)
    return Cornering(crop, corners, turn if drawn[1] in IDENTITY_CARDS else NO_TURN, drawn[1])


def cut_off(rng: Rng, stock: Stock) -> Cornering:
    """A sample for the corner network: a card that reaches out of the photo, its candidate off likewise."""
    canvas = composite.background(rng, CROP_SIZE, stock)
    drawn = stock.cards[rng.integers(len(stock.cards))]
    corners, turn = _misplaced(rng, CROP_CORNERS)
    outside = rng.uniform(0.08, 0.55)
    axis = int(rng.integers(2))
    outward = np.eye(2)[axis] * rng.choice([-1, 1])
    along = corners @ outward
    inner, outer = along.min(), along.max()
    ignored = outside * rng.uniform(0, 1.1)  # so much of the card the candidate leaves out
    corners = corners + np.outer((along - inner) * (1 / (1 - ignored) - 1), outward)
    composite.put_card(rng, canvas, drawn, corners[TURNS[turn]])
    _put_hands(rng, canvas, corners)
    crop = composite.photographed(rng, canvas)
    y, x = np.mgrid[: CROP_SIZE[1], : CROP_SIZE[0]] + 0.5
    lean = rng.normal(0, 0.2)
    places = x * outward[0] + y * outward[1] + lean * ((y - 64) if axis == 0 else (x - 96))
    crop[places > inner + (outer - inner) * (1 - outside) / (1 - ignored)] = 0
    return Cornering(crop, corners, turn if drawn[1] in IDENTITY_CARDS else NO_TURN, drawn[1])


def _misplaced(rng: Rng, around: Corners) -> tuple[Corners, int]:
    """Where the corners stand when the candidate is as far off as the finder, or the first look, may be."""
    far, coarse, close = 2.2, 1.0, 0.25
    amount = float(rng.choice([far, coarse, close], p=[0.15, 0.45, 0.4]))
    spread = CROP_SIZE[0] * 0.045 * amount
    corners = (
        turned(rng, around, angle_deg=6 * amount, stretch=0.09 * amount)
        + rng.normal(0, spread, 2)
        + rng.normal(0, spread * 0.7, (4, 2))
    )
    return np.clip(corners, 2, np.array(CROP_SIZE) - 2), int(rng.integers(4))


def turned(rng: Rng, corners: Corners, *, angle_deg: float, stretch: float) -> Corners:
    """Corners turned and stretched about their middle.

    Args:
        rng: decides.
        corners: shape (4, 2).
        angle_deg: standard deviation of the angle.
        stretch: that of the logarithm of the factors along x and y.
    """
    middle = corners.mean(axis=0)
    angle = rng.normal(0, angle_deg) * np.pi / 180
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray((corners - middle) * np.exp(rng.normal(0, stretch, 2)) @ turn.T + middle)


def _cut_by_the_frame(rng: Rng, crop: Bytes) -> None:
    """Black beyond a line, as where the card reaches out of the photo."""
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.5)
    black_beyond(crop, angle, depth * 0.5)


def black_beyond(crop: Bytes, angle: float, depth: float) -> None:
    """Make black what lies so far in that direction, all but `depth` of the crop's size."""
    height, width = crop.shape
    y, x = np.mgrid[:height, :width]
    along = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
    crop[along > 0.5 - depth] = 0


def cornering_in(rng: Rng, scene: Scene) -> Cornering:
    """A sample for the corner network: the thing held in a generator's scene, or another part of it."""
    picture = scene.picture
    if scene.corners is None or rng.random() < 0.08:
        return _elsewhere(rng, picture, scene.corners)
    corners, turn = _misplaced(rng, CROP_CORNERS)
    read = corners[TURNS[turn]]
    into = homography(as_quad(scene.corners), as_quad(read))
    zoom = float(
        np.sqrt(cv2.contourArea(read.astype(np.float32)) / cv2.contourArea(scene.corners.astype(np.float32)))
    )
    crop = _shrink_and_warp(picture, into, CROP_SIZE, zoom)
    beyond = cv2.warpPerspective(np.zeros_like(picture), into, CROP_SIZE, borderValue=1)
    if rng.random() < 0.5:
        crop = composite.photographed(rng, crop.astype(np.float32))
    crop = np.maximum(crop, 1)
    crop[beyond > 0] = 0
    if rng.random() < 0.2:
        _cut_by_the_frame(rng, crop)
    return Cornering(crop, corners, turn if scene.kind in IDENTITY_CARDS else NO_TURN, scene.kind)


def _elsewhere(rng: Rng, picture: Bytes, held: Corners | None) -> Cornering:
    """A part of the scene where no card is."""
    height, width = picture.shape
    for _ in range(20):
        across = rng.uniform(0.1, 0.8) * width
        corners = composite.pose(rng, (85.6, 54.0), across, _roll(rng), 30.0) + rng.uniform(0, 1, 2) * (
            width,
            height,
        )
        if (
            held is None
            or np.linalg.norm(corners.mean(axis=0) - held.mean(axis=0)) > 0.6 * (across + np.ptp(held)) / 2
        ):
            break
    else:
        corners = CROP_CORNERS * 0.3
    return background_at(rng, picture, corners)


def background_at(rng: Rng, picture: Bytes, corners: Corners) -> Cornering:
    """A sample of what is no card: a part of a picture, flattened as if it were one."""
    into = homography(as_quad(corners), as_quad(CROP_CORNERS))
    zoom = float(CROP_CORNERS[1, 0] - CROP_CORNERS[0, 0]) / float(np.linalg.norm(corners[1] - corners[0]))
    return _background(rng, _shrink_and_warp(picture, into, CROP_SIZE, zoom))


def _background(rng: Rng, crop: Bytes) -> Cornering:
    """Three in ten are cut, for what the frame cuts is not always a card."""
    crop = np.maximum(crop, 1)
    if rng.random() < 0.3:
        _cut_by_the_frame(rng, crop)
    return Cornering(crop, np.full((4, 2), np.nan), NO_TURN, BACKGROUND)


def beyond_a_line(rng: Rng, corners: Corners) -> NDArray[np.bool_]:
    """Where a crop's pixels lie beyond a line, or a rounded tip, that cuts off a corner or an edge.

    Returns:
        shape (height, width) of `CROP_SIZE`.
    """
    y, x = np.mgrid[: CROP_SIZE[1], : CROP_SIZE[0]].astype(np.float32) + 0.5
    first, middle = int(rng.integers(4)), corners.mean(axis=0)
    corner, next_corner = corners[first], corners[(first + 1) % 4]
    outward = (corner if rng.random() < 0.5 else (corner + next_corner) / 2) - middle
    angle = float(np.arctan2(outward[1], outward[0]) + rng.normal(0, 0.35))
    along = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle)
    across = (y - middle[1]) * np.cos(angle) - (x - middle[0]) * np.sin(angle)
    bend = float(rng.uniform(0, 0.02)) if rng.random() < 0.5 else 0.0
    aside = float(rng.normal(0, 12))
    depth = float(np.linalg.norm(outward) * rng.uniform(0.62, 1.0))
    return np.asarray(along > depth + bend * (across - aside) ** 2)
