"""Quick gray pictures of held cards, drawn at the size that the networks see, endless in number.

They are rough on purpose: flat cards of the sample generator under a random pose, before photographs and
patterns, with capsules for fingers. The generator's own scenes, which are finer and slower, are mixed in by
`models.locator.data`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.layout import HEIGHT_MM, WIDTH_MM
from idcheck.scene.card import Kind

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Corners = NDArray[np.float64]
Rng = np.random.Generator

PORTRAIT, EMBLEM, OBJECT, BACKGROUND, BANK_CARD, PAPER, PHONE = (int(kind) for kind in Kind)
IDENTITY_CARDS = (PORTRAIT, EMBLEM)


@dataclass(frozen=True, slots=True)
class Stock:
    """What pictures are made of.

    Attributes:
        cards: gray flat cards, each with its kind and its size in mm.
        photographs: gray pictures for backgrounds.
        people: gray cut-outs, each with its coverage.
    """

    cards: tuple[tuple[Bytes, int, tuple[float, float]], ...]
    photographs: tuple[Bytes, ...]
    people: tuple[tuple[Bytes, Bytes], ...]


def pose(
    rng: Rng, size_mm: tuple[float, float], width_px: float, roll_deg: float, most_tilt: float
) -> Corners:
    """Corners of a card about the origin, seen through a pinhole camera; shape (4, 2)."""
    yaw, pitch = np.clip(rng.normal(0, most_tilt / 2.2, 2), -most_tilt, most_tilt) * np.pi / 180
    roll = np.radians(roll_deg)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    x, y = size_mm[0] / 2, size_mm[1] / 2
    space = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]]) @ (about_y @ about_x).T
    distance = rng.uniform(180, 800)  # mm
    seen = space[:, :2] * (distance / (distance + space[:, 2:]))
    return np.asarray(seen @ turn.T * (width_px / WIDTH_MM))


def blur(picture: Floats, sigma: float) -> Floats:
    """Gaussian, the deviation in pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def half(picture: Bytes) -> Bytes:
    """Half as wide and high, averaged."""
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def background(rng: Rng, size: tuple[int, int], stock: Stock) -> Floats:
    """What is behind: a photograph, a wall, or a pattern, and at times a person. Gray, 0 to 255."""
    width, height = size
    draw = rng.random()
    if draw < 0.4:
        canvas = _photograph(rng, size, stock)
    elif draw < 0.7:
        canvas = _wall(rng, size)
    else:
        canvas = _pattern(rng, size)
    if rng.random() < 0.6:
        _person(rng, canvas, stock)
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        middle, extent = rng.uniform(0, 1, 2) * size, rng.uniform(0.04, 0.4, 2) * max(width, height)
        corners = cv2.boxPoints((middle.tolist(), extent.tolist(), float(rng.uniform(0, 180))))
        cv2.fillConvexPoly(canvas, corners.astype(np.int32), float(rng.uniform(0, 255)), cv2.LINE_AA)
    if rng.random() < 0.5:
        canvas = blur(canvas, float(rng.uniform(0.5, 4)))
    return np.asarray(canvas, np.float32)


def collage(rng: Rng, size: tuple[int, int], stock: Stock) -> Floats:
    """A picture without a card that looks like no other: parts of photographs and patterns in one another."""
    canvas = background(rng, size, stock)
    for _ in range(int(rng.integers(1, 7))):
        other = background(rng, size, stock)
        if rng.random() < 0.3:
            other = 255 - other
        middle, extent = rng.uniform(0, 1, 2) * size, rng.uniform(0.1, 0.9, 2) * max(size)
        corners = cv2.boxPoints((middle.tolist(), extent.tolist(), float(rng.uniform(0, 180))))
        cover = np.zeros(canvas.shape, np.float32)
        cv2.fillConvexPoly(cover, corners.astype(np.int32), float(rng.uniform(0.4, 1.0)), cv2.LINE_AA)
        if rng.random() < 0.4:
            cover = blur(cover, float(rng.uniform(1, 15)))
        canvas += cover * (other - canvas)
    return canvas


def _photograph(rng: Rng, size: tuple[int, int], stock: Stock) -> Floats:
    picture = stock.photographs[rng.integers(len(stock.photographs))]
    height, width = picture.shape
    span = rng.uniform(0.25, 1.0) * min(width / size[0], height / size[1])
    across, down = max(8, int(span * size[0])), max(8, int(span * size[1]))
    left, top = int(rng.integers(0, width - across + 1)), int(rng.integers(0, height - down + 1))
    crop = picture[top : top + down, left : left + across]
    way = cv2.INTER_AREA if span > 1 else cv2.INTER_LINEAR
    canvas = cv2.resize(crop, size, interpolation=way)
    if rng.random() < 0.5:
        canvas = canvas[:, ::-1]
    if rng.random() < 0.2:
        canvas = canvas[::-1]
    return np.ascontiguousarray(canvas, np.float32)


def _wall(rng: Rng, size: tuple[int, int]) -> Floats:
    coarse = rng.normal(0, 1, (int(rng.integers(2, 6)), int(rng.integers(2, 6)))).astype(np.float32)
    level, spread = rng.uniform(20, 240), rng.uniform(0, 30)
    return np.asarray(level + spread * cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _pattern(rng: Rng, size: tuple[int, int]) -> Floats:
    """Stripes, tiles, or shelves of books."""
    width, height = size
    canvas = np.full((height, width), rng.uniform(10, 245), np.float32)
    step = rng.uniform(0.03, 0.3) * width
    draw = rng.random()
    if draw < 0.35:
        angle = rng.uniform(0, np.pi)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        along = (x * np.cos(angle) + y * np.sin(angle)) / step
        wave = along % 1 < rng.uniform(0.2, 0.8) if rng.random() < 0.5 else np.sin(2 * np.pi * along)
        canvas += np.asarray(wave, np.float32) * rng.uniform(-90, 90)
    else:
        down = step * rng.uniform(0.3, 3)
        tall = rng.random() < 0.5
        y = -rng.uniform(0, down)
        while y < height:
            x = -rng.uniform(0, step)
            while x < width:
                across = step * (rng.uniform(0.2, 0.8) if tall else rng.uniform(0.9, 1.1))
                shade = float(rng.uniform(0, 255) if tall else canvas[0, 0] + rng.normal(0, 15))
                a, b = (
                    (int(x), int(y)),
                    (int(x + across - rng.uniform(0, 4)), int(y + down * rng.uniform(0.8, 0.97))),
                )
                cv2.rectangle(canvas, a, b, shade, -1)
                x += across
            y += down
    return np.clip(canvas, 0, 255)


def _person(rng: Rng, canvas: Floats, stock: Stock) -> None:
    """A person somewhere, as large as in a selfie or as far as across the room."""
    height, width = canvas.shape
    bgr, coverage = stock.people[rng.integers(len(stock.people))]
    scale = rng.uniform(0.35, 1.4) * height / bgr.shape[0]
    if rng.random() < 0.5:
        bgr, coverage = bgr[:, ::-1], coverage[:, ::-1]
    x, y = rng.uniform(-0.2, 0.8) * width, rng.uniform(0, 0.5) * height
    into = np.array([[scale, 0, x], [0, scale, y]])
    alpha = cv2.warpAffine(coverage, into, (width, height), flags=cv2.INTER_AREA).astype(np.float32) / 255
    drawn = cv2.warpAffine(bgr, into, (width, height), flags=cv2.INTER_AREA).astype(np.float32)
    canvas += alpha * (drawn * rng.uniform(0.5, 1.1) - canvas)


def put_card(
    rng: Rng, canvas: Floats, card: tuple[Bytes, int, tuple[float, float]], corners: Corners
) -> None:
    """Draw a card at these corners: lit, shaded, perhaps under a film, with a shadow behind."""
    flat, _, (width_mm, height_mm) = card
    height, width = canvas.shape
    area = cv2.contourArea(corners.astype(np.float32))
    while flat.size > 3 * max(area, 200.0):  # never far below the flat card's own resolution: no aliasing
        flat = half(flat)
    outline = _outline(flat.shape, width_mm, height_mm)
    ends = np.array(
        [[0, 0], [flat.shape[1], 0], [flat.shape[1], flat.shape[0]], [0, flat.shape[0]]], np.float32
    )
    into = cv2.getPerspectiveTransform(ends - 0.5, (corners - 0.5).astype(np.float32))
    alpha = np.asarray(cv2.warpPerspective(outline, into, (width, height)) / np.float32(255), np.float32)
    drawn = cv2.warpPerspective(flat, into, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )
    drawn = drawn * rng.uniform(0.5, 1.15) + rng.uniform(0, 40) * (rng.random() < 0.3)
    if rng.random() < 0.6:
        drawn *= 1 + _slope(rng, canvas.shape, 0.5)
    if rng.random() < 0.25:
        drawn += _glare(rng, canvas.shape, corners)
    if rng.random() < 0.5:
        shadow = blur(alpha, float(np.sqrt(area) * rng.uniform(0.01, 0.12) + 0.3))
        move = np.eye(2, 3)
        move[:, 2] = rng.normal(0, 0.05, 2) * np.sqrt(area)
        canvas *= 1 - rng.uniform(0.1, 0.7) * np.asarray(
            cv2.warpAffine(shadow, move, (width, height)), np.float32
        )
    canvas += alpha * (np.clip(drawn, 0, 255) - canvas)


def _outline(shape: tuple[int, ...], width_mm: float, height_mm: float) -> Bytes:
    height, width = shape
    mask = np.full((height, width), 255, np.uint8)
    if abs(width_mm - WIDTH_MM) > 0.1 or abs(height_mm - HEIGHT_MM) > 0.1:
        return mask
    radius = round(3.18 * width / width_mm)
    if radius > 0:
        mask[:] = 0
        cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
        cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
        for x in (radius, width - 1 - radius):
            for y in (radius, height - 1 - radius):
                cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def _slope(rng: Rng, shape: tuple[int, ...], most: float) -> Floats:
    """A plane through zero in the middle: light that falls off to one side."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None] * rng.uniform(-most, most)
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None] * rng.uniform(-most, most)
    return np.asarray(x + y, np.float32)


def _glare(rng: Rng, shape: tuple[int, ...], corners: Corners) -> Floats:
    low, high = corners.min(axis=0), corners.max(axis=0)
    at = rng.uniform(low, high)
    extent = rng.uniform(0.05, 0.5, 2) * float(np.linalg.norm(high - low))
    blot = np.zeros(shape, np.float32)
    axes = (max(1, int(extent[0])), max(1, int(extent[1])))
    cv2.ellipse(blot, at.astype(int).tolist(), axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    softness = max(0.3, float(extent.min() * rng.uniform(0.1, 0.8)))
    return np.asarray(blur(blot, softness) * rng.uniform(40, 400), np.float32)


def put_fingers(
    rng: Rng, canvas: Floats, corners: Corners, fraction: float, *, over_corner: bool = False
) -> None:
    """A hand that comes from outside over an edge: capsules for fingers, a palm beyond the edge.

    Args:
        rng: where chance comes from.
        canvas: drawn on.
        corners: of the card.
        fraction: how far in the fingers may reach, of the card's height.
        over_corner: come in at one end of the edge, not anywhere along it.
    """
    middle = corners.mean(axis=0)
    per_mm = np.sqrt(abs(cv2.contourArea(corners.astype(np.float32))) / (WIDTH_MM * HEIGHT_MM))
    skin = rng.uniform(40, 215)
    layer, cover = np.full_like(canvas, skin), np.zeros(canvas.shape, np.uint8)
    edge = int(rng.integers(4))
    start, end = corners[edge], corners[(edge + 1) % 4]
    along = rng.integers(2) + rng.normal(0, 0.08) if over_corner else rng.uniform(-0.1, 1.1)
    outward = (start + end) / 2 - middle
    outward /= np.linalg.norm(outward) + 1e-9
    tangent = (end - start) / (np.linalg.norm(end - start) + 1e-9)
    thick = rng.uniform(11, 18) * per_mm
    count = int(rng.integers(1, 5))
    lean = rng.normal(0, 0.5)
    for finger in range(count):
        root = (
            start
            + (end - start) * along
            + tangent * (finger - (count - 1) / 2) * thick * rng.uniform(0.9, 1.3)
        )
        reach = rng.uniform(0.02, fraction) * HEIGHT_MM * per_mm
        direction = -outward + tangent * (lean + rng.normal(0, 0.15))
        tip = root + direction / np.linalg.norm(direction) * (reach - thick / 2)
        far = root + outward * rng.uniform(20, 80) * per_mm - tangent * lean * 20 * per_mm
        _capsule(cover, far, tip, thick)
        _capsule_shade(layer, far, tip, thick, skin * rng.uniform(0.7, 1.1))
    if rng.random() < 0.7:
        palm = start + (end - start) * along + outward * rng.uniform(25, 60) * per_mm
        size = rng.uniform(25, 60, 2) * per_mm
        axes = (max(1, int(size[0])), max(1, int(size[1])))
        cv2.ellipse(
            cover, palm.astype(int).tolist(), axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA
        )
    alpha = np.asarray(cover / np.float32(255), np.float32)
    layer = blur(layer, max(0.4, thick / 6))
    layer *= 1 + _slope(rng, canvas.shape, 0.3)
    shade = blur(alpha, max(0.4, float(thick * rng.uniform(0.05, 0.4))))
    canvas *= 1 - rng.uniform(0, 0.6) * shade
    canvas += alpha * (np.clip(layer, 0, 255) - canvas)


def _tone(picture: Floats, gain: float, gamma: float) -> Floats:
    """Gain, clipping, and a tone curve, by a table of quarter steps."""
    table = (255 * (np.arange(1021) / 1020) ** gamma).astype(np.float32)
    return np.asarray(table[np.clip(picture * (4 * gain), 0, 1020).astype(np.int16)])


def _capsule(cover: Bytes, start: Corners, end: Corners, thick: float) -> None:
    shift = 4
    a, b = ((np.clip(p, -2000, 2000) * 2**shift).astype(int).tolist() for p in (start, end))
    cv2.line(cover, a, b, 255, max(1, round(thick)), cv2.LINE_AA, shift)


def _capsule_shade(layer: Floats, start: Corners, end: Corners, thick: float, shade: float) -> None:
    """Darker sides and a lighter ridge."""
    for width, level in ((1.0, 0.75), (0.6, 1.0), (0.25, 1.1)):
        a, b = (np.clip(p, -2000, 2000).astype(int).tolist() for p in (start, end))
        cv2.line(layer, a, b, float(min(255.0, shade * level)), max(1, round(thick * width)))


def photographed(rng: Rng, canvas: Floats) -> Bytes:
    """What a phone makes of it: light, blur, noise, sharpening, JPEG."""
    picture = canvas
    if rng.random() < 0.3:
        picture = picture * (1 + _slope(rng, picture.shape, 0.4))
    draw = rng.random()
    gain, noise = rng.uniform(0.6, 1.2), abs(rng.normal(0, 4))
    if draw < 0.15:
        gain, noise = np.exp(rng.uniform(np.log(0.05), np.log(0.5))), abs(rng.normal(0, 3))
    elif draw < 0.3:
        gain = np.exp(rng.uniform(np.log(1.2), np.log(4.5)))
    picture = _tone(picture, gain, float(np.exp(rng.normal(0, 0.25))))
    if rng.random() < 0.5:
        picture = blur(picture, float(rng.uniform(0.3, 1.8)))
    if rng.random() < 0.12:
        length, angle = rng.uniform(2, 10), rng.uniform(0, np.pi)
        kernel = np.zeros((13, 13), np.float32)
        reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        cv2.line(
            kernel, (6 - reach).round().astype(int).tolist(), (6 + reach).round().astype(int).tolist(), 1.0, 1
        )
        picture = np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.float32)
    picture = picture + rng.standard_normal(picture.shape, np.float32) * np.float32(noise)
    if rng.random() < 0.2:
        picture += rng.uniform(0.3, 1.5) * (picture - blur(picture, 1.2))
    result = np.asarray(cv2.convertScaleAbs(np.maximum(picture, 0)), np.uint8)
    if rng.random() < 0.3:
        _, code = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))])
        result = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)
    return result
