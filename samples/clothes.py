"""What people wear: drawn bodies in plain or patterned cloth, and things over the face."""

from dataclasses import dataclass

import cv2
import numpy as np

from samples.arrays import F32, F64, f32, linear_colour, smooth_noise


@dataclass(frozen=True, slots=True)
class Figure:
    """Whom the clothes must fit: the face's centre (2,) and height in px, and its tilt in degrees."""

    centre: F64
    face: float
    tilt: float


def torso(figure: Figure, rng: np.random.Generator, size: tuple[int, int], skin: F32) -> F32:
    """Neck, shoulders and clothes in a photo of `size` (W, H): premultiplied linear RGBA (H, W, 4)."""
    width, height = size
    face, turn = figure.face, np.deg2rad(figure.tilt) * 0.5
    chin = figure.centre + 0.5 * face * np.array([-np.sin(turn), np.cos(turn)])
    out = np.zeros((height, width, 4), np.float32)
    neck = rng.uniform(0.24, 0.33)
    column = np.array([(-neck, -0.35), (neck, -0.35), (neck * 1.15, 0.5), (-neck * 1.15, 0.5)])
    _fill(out, chin + face * column, skin * 0.72)
    drop, reach, collar = rng.uniform(0.40, 0.62), rng.uniform(0.95, 1.35), rng.uniform(0.10, 0.30)
    right = [
        (neck * 1.0, collar - 0.12), (neck * 1.5, collar + 0.05), (reach * 0.62, drop - 0.06),
        (reach * 0.9, drop + 0.06), (reach, drop + 0.32), (reach * 1.10, drop + 1.0), (reach * 1.25, 14.0),
    ]  # fmt: skip
    notch = rng.uniform(0.02, 0.45) if rng.random() < 0.5 else 0.04
    outline = [*right, *[(-px, py) for px, py in reversed(right)], (0.0, collar + notch)]
    _fill(out, chin + face * _rounded(np.array(outline), 3), _cloth(rng, size, face, chin))
    return out


def _rounded(points: F64, rounds: int) -> F64:
    """A closed polygon with its corners cut `rounds` times (Chaikin)."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        pairs = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], 1)
        points = pairs.reshape(-1, 2)
    return points


def _fill(rgba: F32, polygon: F64, colour: F32) -> None:
    """Paints a polygon over premultiplied `rgba`; `colour` is (3,), or (h, W, 3) for the lowest h rows."""
    height, width = rgba.shape[:2]
    x0, y0 = (int(v) for v in np.clip(np.floor(polygon.min(0)) - 1, 0, (width, height)))
    x1, y1 = (int(v) for v in np.clip(np.ceil(polygon.max(0)) + 1, 0, (width, height)))
    if x0 >= x1 or y0 >= y1:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    limit = 20.0 * max(height, width)
    fixed = np.round((np.clip(polygon, -limit, limit) - 0.5 - (x0, y0)) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    a = (f32(mask) / 255)[..., None]
    if colour.ndim == 3:
        start = y0 - (height - colour.shape[0])
        colour = colour[start : start + y1 - y0, x0:x1]
    region = rgba[y0:y1, x0:x1]
    region *= 1 - a
    region[..., :3] += a * colour
    region[..., 3:] += a


def _cloth(rng: np.random.Generator, size: tuple[int, int], face: float, chin: F64) -> F32:
    """Linear colour (h, W, 3) of a plain or patterned cloth with folds, for the rows from the chin down."""
    width = size[0]
    height = size[1] - int(np.clip(np.floor(chin[1] - 0.2 * face), 0, size[1] - 2))
    y, x = np.mgrid[size[1] - height : size[1], :width].astype(np.float32)
    x = (x - np.float32(chin[0])) / np.float32(face)
    y = (y - np.float32(chin[1])) / np.float32(face)
    first, second = linear_colour(rng, 0.01, 0.8, 0.9), linear_colour(rng, 0.01, 0.8, 0.9)
    kind = str(
        rng.choice(
            ["plain", "horizontal", "vertical", "check", "mottled", "print"],
            p=[0.45, 0.15, 0.1, 0.1, 0.1, 0.1],
        )
    )
    period = rng.uniform(0.06, 0.35)
    share = rng.uniform(0.2, 0.6)
    bend = f32(0.06 * np.sin(2 * x))
    if kind == "horizontal":
        weight = f32(((y + bend) / period) % 1 < share)
    elif kind == "vertical":
        weight = f32((x / period) % 1 < share)
    elif kind == "check":
        weight = 0.5 * f32((x / period) % 1 < share) + 0.5 * f32(((y + bend) / period) % 1 < share)
    elif kind == "mottled":
        weight = np.clip(smooth_noise(rng, (height, width), 30, 2) * 0.5 + 0.4, 0, 1)
    elif kind == "print":
        inside = (np.abs(x - rng.uniform(-0.2, 0.2)) < 0.3) & (np.abs(y - 1.0) < rng.uniform(0.1, 0.3))
        weight = f32(inside) * np.clip(smooth_noise(rng, (height, width), 14) + 0.6, 0, 1)
    else:
        weight = np.zeros((height, width), np.float32)
    folds = smooth_noise(rng, (height, width), 5, 2) * 0.10 + smooth_noise(rng, (height, width), 14) * 0.05
    shade = np.clip(1.05 - 0.22 * np.abs(x - rng.uniform(-0.4, 0.4)) + folds, 0.25, 1.4)
    return f32((first + weight[..., None] * (second - first)) * shade[..., None])


def accessory(kind: str, figure: Figure, rng: np.random.Generator, size: tuple[int, int]) -> F32:
    """Mask, scarf or sunglasses over the face, in a photo of `size` (W, H): premultiplied RGBA (H, W, 4)."""
    width, height = size
    turn = np.deg2rad(figure.tilt)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    out = np.zeros((height, width, 4), np.float32)
    for outline, colour, rounds in _sunglasses(rng) if kind == "sunglasses" else _mask(rng, kind == "scarf"):
        points = _rounded(np.array(outline), rounds) @ rotation.T
        _fill(out, figure.centre + 0.5 * figure.face * points, colour)
    out[..., :3] *= np.clip(1 + 0.06 * smooth_noise(rng, (height, width), 8), 0.7, 1.2)[..., None]
    return out


# Outline in half face heights from the face's centre, colour, and how often its corners are cut.
_Piece = tuple[list[tuple[float, float]], F32, int]


def _sunglasses(rng: np.random.Generator) -> list[_Piece]:
    colour = linear_colour(rng, 0.005, 0.05, 0.5)
    glass = [(0.06, -0.36), (0.72, -0.40), (0.70, 0.02), (0.35, 0.12), (0.10, 0.0)]
    bridge = [(-0.2, -0.33), (0.2, -0.33), (0.2, -0.24), (-0.2, -0.24)]
    return [(glass, colour, 3), ([(-x, y) for x, y in glass], colour, 3), (bridge, colour, 0)]


def _mask(rng: np.random.Generator, scarf: bool) -> list[_Piece]:
    light = rng.random() < 0.7
    colour = linear_colour(rng, 0.35, 0.85, 0.35) if light else linear_colour(rng, 0.01, 0.3, 0.8)
    top, low = rng.uniform(-0.12, 0.15), 1.8 if scarf else 1.10
    right = [(0.82, top), (0.84, 0.5), (0.45, low)]
    left = [(-x, y) for x, y in reversed(right)]
    pieces: list[_Piece] = [([(0.0, top - 0.12), *right, *left], colour, 2)]
    for level in top + np.array([0.2, 0.4, 0.6]):
        fold = [(-0.78, level), (0.78, level), (0.78, level + 0.03), (-0.78, level + 0.03)]
        pieces.append((fold, f32(colour * 0.8), 0))
    return pieces
