"""What stands behind the person: walls, cloth, shelves, windows, clutter, papers, and free photographs.

The photographs are textures and still lifes that scikit-image ships, all CC0 or in the public domain; the
README says whose they are. Each painter returns linear light (h, w, 3).
"""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import skimage.data

from samples.arrays import F32, F64, U8, f32, gaussian, linear, linear_colour, smooth_noise, u8

MAX_SIDE = 1280  # backgrounds are drawn at most this large and then scaled up: they lie out of focus

Shape = tuple[int, int]


def draw(seed: int, size: tuple[int, int]) -> F32:
    """The background of a photo of `size` (W, H): linear light (H, W, 3)."""
    rng = np.random.default_rng(seed)
    width, height = size
    reduce = min(1.0, MAX_SIDE / max(size))
    shape = (max(8, round(height * reduce)), max(8, round(width * reduce)))
    painter = PAINTERS[int(rng.choice(len(PAINTERS), p=WEIGHTS))]
    image = np.ascontiguousarray(painter(rng, shape), np.float32)
    if rng.random() < 0.35:
        _scatter(rng, image, int(rng.integers(1, 14)))
    image = gaussian(image, float(rng.choice([0.0, 0.002, 0.006, 0.015])) * max(shape))
    if reduce < 1:
        image = f32(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))
    return image


def _full(shape: Shape, colour: F32) -> F32:
    return np.broadcast_to(colour, (*shape, 3)).astype(np.float32, order="C")


def _wall(rng: np.random.Generator, shape: Shape) -> F32:
    colour = linear_colour(rng, 0.05, 0.85, 0.5)
    if rng.random() < 0.4:  # white walls, which a white card melts into
        colour = f32(rng.uniform(0.5, 0.9) * (1 + rng.uniform(-0.06, 0.06, 3)))
    wall = _full(shape, colour)
    texture = 1 + rng.uniform(0, 0.06) * smooth_noise(rng, shape, rng.uniform(10, 80), 2)
    return f32(wall * texture[..., None])


def _gradient(rng: np.random.Generator, shape: Shape) -> F32:
    first, second = linear_colour(rng), linear_colour(rng)
    t = np.clip(0.5 + 0.45 * smooth_noise(rng, shape, rng.uniform(0.6, 2.5)), 0, 1)[..., None]
    return f32(first * (1 - t) + second * t)


def _noise(rng: np.random.Generator, shape: Shape) -> F32:
    first, second = linear_colour(rng), linear_colour(rng)
    t = np.clip(0.5 + 0.35 * smooth_noise(rng, shape, rng.uniform(3, 40), 3), 0, 1)[..., None]
    return f32(first * (1 - t) + second * t)


def _stripes(rng: np.random.Generator, shape: Shape) -> F32:
    x, y = _grid(shape)
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
    along = x * np.cos(angle) + y * np.sin(angle) + 0.02 * np.sin(9 * y) * rng.integers(0, 2)
    period = rng.uniform(0.03, 0.3)
    weight = f32((along / period) % 1 < rng.uniform(0.15, 0.7))[..., None]
    return f32(linear_colour(rng) * weight + linear_colour(rng) * (1 - weight))


def _curtain(rng: np.random.Generator, shape: Shape) -> F32:
    x, y = _grid(shape)
    wave = np.sin(
        2 * np.pi * (x * rng.uniform(4, 14) + 0.2 * np.sin(3 * y + rng.uniform(0, 6)))
        + 2 * smooth_noise(rng, shape, 1.5)
    )
    shade = 0.65 + 0.35 * wave
    return f32(linear_colour(rng, 0.04, 0.8) * np.clip(shade, 0.08, 1.1)[..., None])


def _bricks(rng: np.random.Generator, shape: Shape) -> F32:
    h, w = shape
    image = _full(shape, linear_colour(rng, 0.1, 0.6, 0.2))
    base = linear_colour(rng, 0.05, 0.6, 0.7)
    bh = rng.uniform(0.03, 0.1) * max(shape)
    bw = bh * rng.uniform(1.6, 3.2)
    gap = max(1.0, bh * rng.uniform(0.04, 0.12))
    for j in range(int(h / bh) + 1):
        for i in range(-1, int(w / bw) + 1):
            x = (i + 0.5 * (j % 2)) * bw
            colour = base * rng.uniform(0.75, 1.25)
            _rectangle(image, (x, j * bh, x + bw - gap, (j + 1) * bh - gap), colour)
    return image


def _shelves(rng: np.random.Generator, shape: Shape) -> F32:
    h, w = shape
    image = _full(shape, linear_colour(rng, 0.02, 0.5, 0.4))
    board = linear_colour(rng, 0.05, 0.6, 0.4)
    pitch = rng.uniform(0.12, 0.35) * h
    y = rng.uniform(-0.5, 0.5) * pitch
    while y < h:
        x = 0.0
        while x < w:
            width = rng.uniform(0.008, 0.05) * max(shape)
            if rng.random() < 0.85:
                top = y + pitch * rng.uniform(0.12, 0.5)
                _rectangle(image, (x, top, x + width - 1, y + pitch), linear_colour(rng, 0.02, 0.8, 0.8))
            x += width
        _rectangle(image, (0, y + pitch, w, y + pitch * 1.06), board)
        y += pitch
    return image


def _window(rng: np.random.Generator, shape: Shape) -> F32:
    h, w = shape
    image = np.ascontiguousarray(_wall(rng, shape) * np.float32(rng.uniform(0.3, 0.8)), np.float32)
    x0, y0 = rng.uniform(-0.2, 0.6) * w, rng.uniform(-0.2, 0.4) * h
    x1, y1 = x0 + rng.uniform(0.3, 0.8) * w, y0 + rng.uniform(0.3, 0.9) * h
    bright = f32(rng.uniform(0.9, 4.0) * np.array([1.1, 1.0, 0.93]))
    _rectangle(image, (x0, y0, x1, y1), bright)
    bar = rng.uniform(0.008, 0.025) * max(shape)
    frame = linear_colour(rng, 0.1, 0.8, 0.2)
    for k in range(int(rng.integers(2, 5))):
        x = x0 + (x1 - x0) * k / 3
        _rectangle(image, (x - bar, y0, x + bar, y1), frame)
    if rng.random() < 0.4:  # blinds
        pitch = rng.uniform(0.015, 0.04) * max(shape)
        for y in np.arange(y0, y1, pitch):
            _rectangle(image, (x0, y, x1, y + pitch * 0.6), frame)
    return image


def _clutter(rng: np.random.Generator, shape: Shape) -> F32:
    image = np.ascontiguousarray(_PLAIN[int(rng.integers(len(_PLAIN)))](rng, shape), np.float32)
    _scatter(rng, image, int(rng.integers(12, 45)))
    return image


def _papers(rng: np.random.Generator, shape: Shape) -> F32:
    image = np.ascontiguousarray(_PLAIN[int(rng.integers(len(_PLAIN)))](rng, shape), np.float32)
    for _ in range(int(rng.integers(2, 8))):
        _sheet(rng, image)
    return image


def _photo(rng: np.random.Generator, shape: Shape) -> F32:
    h, w = shape
    source = _photographs()[int(rng.integers(len(_photographs())))]
    sh, sw = source.shape[:2]
    cut = rng.uniform(0.35, 1.0)
    ch = int(min(sh, sw * h / w) * cut)
    cw = int(ch * w / h)
    y, x = int(rng.integers(0, sh - ch + 1)), int(rng.integers(0, sw - cw + 1))
    crop = source[y : y + ch, x : x + cw]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    interpolation = cv2.INTER_AREA if ch > h else cv2.INTER_LINEAR
    image = linear(u8(cv2.resize(np.ascontiguousarray(crop), (w, h), interpolation=interpolation)))
    return f32(image * linear_colour(rng, 0.4, 1.0, 0.4))


@lru_cache(maxsize=1)
def _photographs() -> tuple[U8, ...]:
    names = ("brick", "grass", "gravel", "coffee", "rocket", "chelsea", "coins", "hubble_deep_field")
    pictures = (np.asarray(getattr(skimage.data, name)(), np.uint8) for name in names)
    return tuple(
        u8(cv2.cvtColor(p, cv2.COLOR_GRAY2BGR if p.ndim == 2 else cv2.COLOR_RGB2BGR)) for p in pictures
    )


def _scatter(rng: np.random.Generator, image: F32, count: int) -> None:
    """Random quadrilaterals, discs, lines, sheets and screens."""
    h, w = image.shape[:2]
    side = max(h, w)
    for _ in range(count):
        kind = rng.random()
        centre = rng.uniform(0, 1, 2) * (w, h)
        colour = linear_colour(rng, 0.02, 0.9, 0.9)
        if kind < 0.45:
            half = np.exp(rng.uniform(np.log(0.01), np.log(0.2), 2)) * side
            _quad(image, centre, half, rng.uniform(0, 360) if rng.random() < 0.5 else 0.0, colour)
        elif kind < 0.6:
            r = np.exp(rng.uniform(np.log(0.008), np.log(0.12))) * side
            cv2.circle(
                image, (int(centre[0]), int(centre[1])), max(1, int(r)), colour.tolist(), -1, cv2.LINE_AA
            )
        elif kind < 0.75:
            end = centre + rng.uniform(-0.6, 0.6, 2) * side
            thick = max(1, int(rng.uniform(0.001, 0.02) * side))
            cv2.line(
                image,
                (int(centre[0]), int(centre[1])),
                (int(end[0]), int(end[1])),
                colour.tolist(),
                thick,
                cv2.LINE_AA,
            )
        elif kind < 0.9:
            _sheet(rng, image)
        else:  # a lamp or a bright reflection
            r = rng.uniform(0.01, 0.08) * side
            cv2.circle(
                image, (int(centre[0]), int(centre[1])), max(1, int(r)), (3.0, 3.2, 3.3), -1, cv2.LINE_AA
            )


def _sheet(rng: np.random.Generator, image: F32) -> None:
    """A card-like or paper-like quadrilateral with lines that look like text."""
    h, w = image.shape[:2]
    side = max(h, w)
    centre = rng.uniform(0, 1, 2) * (w, h)
    long_side = rng.uniform(0.04, 0.22) * side
    half = np.array([long_side, long_side * rng.uniform(0.5, 1.3)])
    angle = rng.uniform(0, 360) if rng.random() < 0.6 else float(rng.normal(0, 6))
    paper = f32(rng.uniform(0.4, 0.9) * (1 + rng.uniform(-0.08, 0.08, 3)))
    _quad(image, centre, half, angle, paper)
    turn = np.deg2rad(angle)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    ink = paper * rng.uniform(0.05, 0.6)
    lines = int(rng.integers(0, 12))
    thick = max(1, int(half[1] / max(lines, 1) * rng.uniform(0.2, 0.6)))
    for k in range(lines):
        row = centre + down * half[1] * (-0.85 + 1.7 * k / max(lines, 1))
        start = row - across * half[0] * 0.85
        end = row + across * half[0] * rng.uniform(-0.4, 0.85)
        cv2.line(
            image,
            (int(start[0]), int(start[1])),
            (int(end[0]), int(end[1])),
            ink.tolist(),
            thick,
            cv2.LINE_AA,
        )


def _quad(image: F32, centre: F64, half: F64, angle: float, colour: F32) -> None:
    box = cv2.boxPoints(
        ((float(centre[0]), float(centre[1])), (float(2 * half[0]), float(2 * half[1])), angle)
    )
    cv2.fillConvexPoly(image, np.round(box * 8).astype(np.int32), colour.tolist(), cv2.LINE_AA, 3)


def _rectangle(image: F32, box: tuple[float, float, float, float], colour: F32) -> None:
    h, w = image.shape[:2]
    x0, y0, x1, y1 = (round(v) for v in box)
    image[max(0, y0) : max(0, min(h, y1)), max(0, x0) : max(0, min(w, x1))] = colour


def _grid(shape: Shape) -> tuple[F32, F32]:
    h, w = shape
    y, x = np.mgrid[:h, :w].astype(np.float32)
    return x / max(shape), y / max(shape)


Painter = Callable[[np.random.Generator, Shape], F32]
_PLAIN: tuple[Painter, ...] = (_wall, _wall, _gradient, _noise, _stripes)
PAINTERS: tuple[Painter, ...] = (
    _wall, _gradient, _noise, _stripes, _curtain, _bricks, _shelves, _window, _clutter, _papers, _photo,
)  # fmt: skip
WEIGHTS = (0.22, 0.08, 0.06, 0.05, 0.07, 0.05, 0.09, 0.08, 0.12, 0.08, 0.10)
