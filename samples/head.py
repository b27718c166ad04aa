"""A drawn head: a relief lit from one side, with eyes, brows, lips and hair painted on.

Places on the face are fractions of half its width and of half its height: (0, 0) is its middle, (0, 1) the
chin, (0, -0.82) the hairline. Colours are linear light, BGR.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from samples.arrays import F32, U8, f32, gaussian, linear_colour, smooth_noise, u8

__all__ = ["Head", "draw"]

_SIZE: Final = 448
_MIDDLE: Final = (224.0, 214.0)
_EYE: Final = (0.42, -0.12)
_GLOSS: Final = 0.35
"""Reflectance of light skin, to which gloss is in proportion."""
_BLACK: Final = f32([0.004, 0.004, 0.004])
_HAIR: Final = np.array([(0.012, 0.013, 0.016), (0.02, 0.035, 0.06), (0.06, 0.13, 0.24), (0.25, 0.26, 0.28)])
_IRIS: Final = np.array([(0.012, 0.018, 0.03), (0.02, 0.045, 0.09), (0.12, 0.10, 0.07)])
_RELIEF: Final = (
    # u, v, spread of both, height; on both sides of the face
    (0.42, -0.13, 0.21, 0.11, -0.11),  # eye sockets
    (0.40, -0.12, 0.13, 0.07, 0.05),  # eyeballs
    (0.38, -0.33, 0.30, 0.08, 0.045),  # brow ridges
    (0.60, 0.12, 0.26, 0.16, 0.05),  # cheekbones
    (0.55, 0.50, 0.20, 0.22, -0.06),  # hollows below them
    (0.15, 0.31, 0.075, 0.06, 0.075),  # wings of the nose
    (0.23, 0.45, 0.05, 0.13, -0.02),  # folds from nose to mouth
    (0.00, 0.58, 0.26, 0.11, 0.06),  # mouth
    (0.00, 0.73, 0.20, 0.045, -0.03),  # below the lips
    (0.00, 0.88, 0.22, 0.10, 0.07),  # chin
)


@dataclass(frozen=True, slots=True)
class Head:
    """A head with a neck, and nothing behind it.

    `bgr` (h, w, 3) uint8 sRGB; `alpha` and `skin` (h, w) in 0–1; `face` x0, y0, x1, y1 in
    px from hairline to chin.
    """

    bgr: U8
    alpha: F32
    skin: F32
    face: tuple[float, float, float, float]


class _Canvas:
    """What has been painted so far, and where on the face each pixel lies."""

    def __init__(self, half_w: float, half_h: float) -> None:
        y, x = np.mgrid[:_SIZE, :_SIZE].astype(np.float32)
        self.u = f32((x + 0.5 - _MIDDLE[0]) / half_w)
        self.v = f32((y + 0.5 - _MIDDLE[1]) / half_h)
        self.px = half_w
        self.round = half_w / half_h
        self.colour = np.zeros((_SIZE, _SIZE, 3), np.float32)
        self.alpha = np.zeros((_SIZE, _SIZE), np.float32)

    def blob(self, u: float, v: float, wide: float, high: float, soft: float) -> F32:
        """Coverage of an ellipse whose rim is `soft` px wide."""
        return gaussian(f32(((self.u - u) / wide) ** 2 + ((self.v - v) / high) ** 2 < 1), soft)

    def paint(self, mask: F32, colour: F32, opacity: float = 1.0) -> None:
        m = (mask * opacity)[..., None]
        self.colour = self.colour * (1 - m) + m * colour
        self.alpha = np.maximum(self.alpha, mask * opacity)


def draw(rng: np.random.Generator, tone: F32) -> Head:
    """A head whose skin has a tone (3,)."""
    half_w, half_h = rng.uniform(78, 88), rng.uniform(106, 118)
    canvas = _Canvas(half_w, half_h)
    hair = _hair(rng, canvas)
    light, gloss = _light(rng, canvas)
    behind = _paint_behind(rng, canvas, hair, tone)
    narrow = 1 - rng.uniform(0.15, 0.35) * np.clip(canvas.v - 0.1, 0, 1) ** 2
    face = gaussian(f32((canvas.u / narrow) ** 2 + np.abs(canvas.v) ** 2.3 < 1), 1.3)
    canvas.paint(face, _skin(rng, canvas, tone) * light[..., None] + gloss[..., None])
    _paint_eyes(rng, canvas, tone, light)
    _paint_brows(rng, canvas, np.minimum(hair * 0.8, tone * 0.4))
    _paint_nostrils(canvas, tone)
    _paint_mouth(rng, canvas, tone, light, gloss)
    fringe = _paint_fringe(rng, canvas, hair)
    fade = np.clip((canvas.v[:, :1] - 1) * half_h / 18, 0, 1)
    alpha = f32(canvas.alpha * (1 - fade))
    srgb = u8((np.clip(canvas.colour, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))
    x, y = _MIDDLE
    skin = f32(np.maximum(face, behind) * (1 - fringe) * alpha)
    return Head(srgb, alpha, skin, (x - half_w, y - 0.82 * half_h, x + half_w, y + half_h))


def _hair(rng: np.random.Generator, canvas: _Canvas) -> F32:
    """Colour of the hair (h, w, 3), should there be any: strands of one colour, now and then dyed."""
    colour = _HAIR[rng.choice(4, p=[0.5, 0.25, 0.1, 0.15])] * rng.uniform(0.7, 1.4)
    if rng.random() < 0.1:
        colour = linear_colour(rng, 0.02, 0.2, 0.5)
    strands = cv2.resize(smooth_noise(rng, (_SIZE // 8, _SIZE), 130, 2), (_SIZE, _SIZE))
    sheen = np.exp(-(((canvas.v + 0.85 + 0.2 * canvas.u**2) / 0.22) ** 2))
    return f32(colour * np.clip(1 + 0.28 * strands + 0.5 * sheen, 0.3, 2.2)[..., None])


def _light(rng: np.random.Generator, canvas: _Canvas) -> tuple[F32, F32]:
    """Light on the face (h, w), of a lamp and of the surroundings, and gloss (h, w).

    Skin colours what it scatters. Its gloss has the lamp's colour and is as bright on dark skin as on light.
    """
    slopes = np.gradient(gaussian(_relief(rng, canvas), 2.2))
    normal = np.stack([-slopes[1], -slopes[0], np.ones_like(canvas.u)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lamp = _unit(np.array([rng.uniform(-0.55, 0.55), -rng.uniform(0.25, 0.7), 1.0]))
    lit = np.clip(normal @ lamp, 0, None)
    surroundings = 0.5 + 0.3 * normal[..., 2] - 0.2 * normal[..., 1]
    gloss = np.clip(normal @ _unit(lamp + f32([0, 0, 1])), 0, 1) ** 30
    share = rng.uniform(0.35, 0.6)
    return f32(share * lit + (1 - share) * surroundings), f32(rng.uniform(0.02, 0.12) * _GLOSS * gloss)


def _relief(rng: np.random.Generator, canvas: _Canvas) -> F32:
    """How far each point of the face stands out, in px; shape (h, w)."""
    u, v = canvas.u, canvas.v
    height = 0.85 * np.sqrt(np.clip(1.15 - u**2 - (0.85 * v) ** 2, 0.03, None))
    for at_u, at_v, wide, high, usual in _RELIEF:
        by = usual * rng.uniform(0.75, 1.25)
        for at in sorted({at_u, -at_u}):
            height = height + by * np.exp(-(((u - at) / wide) ** 2) - ((v - at_v) / high) ** 2)
    tip = rng.uniform(0.28, 0.34)
    down = np.clip((v + 0.22) / (tip + 0.22), 0, 1)
    across = np.exp(-((u / (0.085 + 0.035 * down)) ** 2))
    end = np.exp(-((np.clip(v - tip, 0, None) / 0.05) ** 2))
    return f32((height + (0.05 + 0.16 * down) * across * end * (v > -0.35)) * canvas.px)


def _unit(vector: F32) -> F32:
    return f32(vector / np.linalg.norm(vector))


def _skin(rng: np.random.Generator, canvas: _Canvas, tone: F32) -> F32:
    """Colour of the face's skin (h, w, 3): warmer cheeks and nose, faint blotches."""
    rows = np.exp(-(((canvas.v - 0.26) / 0.2) ** 2))
    warm = sum(rows * np.exp(-(((canvas.u - at) / 0.24) ** 2)) for at in (-0.52, 0.0, 0.52))
    blotches = 0.02 * smooth_noise(rng, (_SIZE, _SIZE), 40, 3)
    return f32(tone * (1 + blotches[..., None] + np.multiply.outer(warm, (-0.10, -0.09, 0.03))))


def _paint_behind(rng: np.random.Generator, canvas: _Canvas, hair: F32, tone: F32) -> F32:
    """Hair behind the face, the neck and the ears; coverage of the latter two (h, w)."""
    canvas.paint(canvas.blob(0, -0.12, rng.uniform(1.12, 1.22), rng.uniform(1.02, 1.12), 2), hair)
    if rng.random() < 0.5:
        canvas.paint(canvas.blob(0, 0.42, rng.uniform(1.15, 1.35), rng.uniform(0.9, 1.25), 3), hair)
    skin = gaussian(f32((np.abs(canvas.u) < 0.56) & (canvas.v > 0.3)), 2)
    below_chin = 0.42 + 0.25 * np.clip(canvas.v - 0.9, 0, 1)
    canvas.paint(skin, f32(tone * below_chin[..., None]))
    for side in (-1, 1):
        ear = canvas.blob(side, 0.02, 0.10, 0.19, 1.5)
        canvas.paint(ear, tone * 0.7)
        canvas.paint(canvas.blob(side * 1.02, 0.03, 0.05, 0.12, 3), tone * 0.35, 0.6)
        skin = np.maximum(skin, ear)
    return skin


def _paint_eyes(rng: np.random.Generator, canvas: _Canvas, tone: F32, light: F32) -> None:
    opening = rng.uniform(0.055, 0.08)
    iris = f32(_IRIS[rng.choice(3, p=[0.6, 0.3, 0.1])])
    at_v = _EYE[1]
    for at in (-_EYE[0], _EYE[0]):
        lid = np.clip(1 - ((canvas.u - at) / 0.2) ** 2, 0, None)
        upper, lower = at_v - 1.15 * opening * lid**0.6, at_v + 0.85 * opening * lid**0.8
        canvas.paint(f32(_line(canvas.v, upper - 0.045, 0.013) * lid**0.5), tone * 0.45, 0.55)
        canvas.paint(canvas.blob(at, at_v + 0.09, 0.17, 0.03, 3), tone * 0.6, 0.25)
        eye = gaussian(f32((lid > 0) & (canvas.v > upper) & (canvas.v < lower)), 0.9)
        shaded = np.clip(light, 0.3, 1) * np.clip(0.55 + (canvas.v - upper) / 0.11, 0.3, 1)
        canvas.paint(eye, f32(np.multiply.outer(shaded, (0.36, 0.37, 0.39))))
        for radius, colour in ((0.078, iris), (0.034, _BLACK)):
            canvas.paint(canvas.blob(at, at_v - 0.012, radius, radius * canvas.round, 0.8) * eye, colour)
        canvas.paint(canvas.blob(at + 0.025, at_v - 0.04, 0.014, 0.011, 0.5) * eye, f32([0.8] * 3), 0.8)
        for edge, thick, colour, opacity in (
            (upper, 0.016, np.minimum(tone * 0.15, 0.02), 0.85),
            (lower, 0.009, tone * 0.35, 0.5),
        ):
            canvas.paint(gaussian(f32(_line(canvas.v, edge, thick) * (lid > 0)), 0.7), colour, opacity)


def _paint_brows(rng: np.random.Generator, canvas: _Canvas, colour: F32) -> None:
    level = rng.uniform(-0.39, -0.30)
    for side in (-1, 1):
        out = side * canvas.u - _EYE[0]
        arch = level + 0.9 * out**2 - 0.03 * out
        thick = 0.034 * np.clip(1 - (out - 0.02) / 0.34, 0.15, 1)
        brow = _line(canvas.v, arch, thick) * (np.abs(out) < 0.27)
        canvas.paint(gaussian(f32(brow), 1.6), colour, 0.8)


def _paint_nostrils(canvas: _Canvas, tone: F32) -> None:
    for side in (-1, 1):
        canvas.paint(canvas.blob(side * 0.085, 0.375, 0.045, 0.018, 1.3), tone * 0.14, 0.75)
        canvas.paint(canvas.blob(side * 0.205, 0.33, 0.018, 0.05, 2), tone * 0.4, 0.4)
    canvas.paint(canvas.blob(0, 0.40, 0.13, 0.02, 2.5), tone * 0.45, 0.4)


def _paint_mouth(rng: np.random.Generator, canvas: _Canvas, tone: F32, light: F32, gloss: F32) -> None:
    wide, full = rng.uniform(0.28, 0.35), rng.uniform(0.045, 0.065)
    across = canvas.u / wide
    parting = 0.585 - rng.uniform(-0.015, 0.03) * across**2
    shape = np.clip(1 - across**2, 0, None)
    upper = parting - full * shape**0.7 * (1 - 0.22 * np.exp(-((canvas.u / 0.06) ** 2)))
    lower = parting + 1.25 * full * shape**0.6
    lips = gaussian(f32((shape > 0) & (canvas.v > upper) & (canvas.v < lower)), 1.4)
    colour = tone * f32([0.62, 0.52, 0.86]) * f32(rng.uniform(0.8, 1.05))
    shaded = light * np.where(canvas.v < parting, 0.78, 1.05)
    canvas.paint(lips, f32(np.multiply.outer(shaded, colour) + gloss[..., None]), 0.9)
    canvas.paint(gaussian(f32(_line(canvas.v, parting, 0.011) * (shape > 0)), 0.9), colour * 0.22, 0.85)


def _paint_fringe(rng: np.random.Generator, canvas: _Canvas, hair: F32) -> F32:
    """Hair over the forehead: combed back, parted at a side, or cut straight; its coverage (h, w)."""
    u = canvas.u
    side = rng.choice([-1, 1])
    edge = (
        -0.80 + 0.35 * np.abs(u) ** 3,
        -0.84 + 0.5 * np.clip(side * u + 0.35, 0, None) ** 2,
        -rng.uniform(0.5, 0.6) + 0.25 * u**4,
    )[rng.integers(3)]
    ragged = 0.012 * smooth_noise(rng, (4, _SIZE), 60)[:1]
    fringe = f32(gaussian(f32(canvas.v < edge + ragged), 2) * canvas.blob(0, -0.12, 1.1, 1.02, 2))
    canvas.paint(fringe, hair)
    return fringe


def _line(v: F32, at: F32, thick: float | F32) -> F32:
    """Coverage of a soft line along a curve."""
    return f32(np.exp(-(((v - at) / thick) ** 2)))
