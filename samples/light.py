"""Light on the scene: its direction and falloff, its shadows, and its gloss on the laminate."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from samples.arrays import F32, F64, f32, gaussian

GRID_PX_PER_MM = 2.5
GRID = (135, 214)  # (h, w) of everything kept in the card's own frame: 2.5 px a mm


@dataclass(frozen=True, slots=True)
class Lamp:
    """The mirror image of a light source in the laminate; lengths are fractions of the card's width.

    `kind`: disc, tube or window; `radiance`: of its core, white paper being about 0.8; `soft`: width of its
    graded rim as a share of its size; `halo`: radiance of the wide lobe around it.
    """

    kind: str
    x: float
    y: float
    half_w: float
    half_h: float
    angle: float
    radiance: float
    soft: float
    halo: float


@dataclass(frozen=True, slots=True)
class Light:
    """The light of one scene.

    `direction`: unit vector towards the main light, z towards the camera; `falloff`, `falloff_angle`:
    relative change of light across the photo; `card`: light on the card relative to the scene; `haze`: milky
    light over the whole laminate; `shadows`: how many soft shadows cross the scene, each up to `shadow_depth`
    (0–1) deep.
    """

    direction: tuple[float, float, float]
    falloff: float
    falloff_angle: float
    card: float
    haze: float
    lamps: tuple[Lamp, ...]
    shadows: int
    shadow_depth: float
    seed: int


@lru_cache(maxsize=1)
def _grid() -> tuple[F32, F32]:
    h, w = GRID
    y, x = np.mgrid[:h, :w].astype(np.float32)
    return (x + 0.5) / w, (y + 0.5) / w


@lru_cache(maxsize=2)
def reflections(light: Light) -> F32:
    """Light (135, 214) that the laminate adds, in the card's own frame. Read-only: it is cached."""
    x, y = _grid()
    out = np.full(GRID, light.haze, np.float32)
    rng = np.random.default_rng(light.seed)
    slope = rng.uniform(-0.7, 0.7, 2)
    out *= np.clip(1 + slope[0] * (x - 0.5) + slope[1] * (y - 0.3), 0.2, 2).astype(np.float32)
    for lamp in light.lamps:
        turn = np.deg2rad(lamp.angle)
        dx, dy = x - np.float32(lamp.x), y - np.float32(lamp.y)
        u = np.abs((dx * np.cos(turn) + dy * np.sin(turn)) / lamp.half_w)
        v = np.abs((-dx * np.sin(turn) + dy * np.cos(turn)) / lamp.half_h)
        if lamp.kind == "window":
            radius = np.maximum(u, v)
            bars = np.minimum(np.abs(u), np.abs(v)) > 0.07
        else:
            radius = np.hypot(u, v)
            bars = np.ones(GRID, bool)
        core = np.clip((1 + lamp.soft - radius) / (2 * lamp.soft), 0, 1)
        core = core * core * (3 - 2 * core) * bars
        if lamp.kind == "window":
            core = gaussian(f32(core), 1.2)
        out += f32(lamp.radiance * core + lamp.halo * np.exp(-0.5 * (radius / 1.9) ** 2))
    return out


def illumination(light: Light, size: tuple[int, int]) -> F32:
    """Relative light (H, W) over a photo of `size` (W, H): falloff and shadows."""
    width, height = size
    reduce = min(1.0, 240 / max(size))  # light changes slowly
    h, w = max(2, round(height * reduce)), max(2, round(width * reduce))
    y, x = np.mgrid[:h, :w].astype(np.float32)
    x, y = x / max(h, w) - 0.5 * w / max(h, w), y / max(h, w) - 0.5 * h / max(h, w)
    angle = np.deg2rad(light.falloff_angle)
    field = f32(np.exp(light.falloff * (np.cos(angle) * x + np.sin(angle) * y)))
    rng = np.random.default_rng(light.seed + 1)
    for _ in range(light.shadows):
        mask = np.zeros((h, w), np.float32)
        centre = rng.uniform(0, 1, 2) * (w, h)
        spread = rng.uniform(0.15, 0.9, 2) * max(h, w)
        corners = centre + spread * rng.uniform(-1, 1, (int(rng.integers(3, 7)), 2))
        cv2.fillConvexPoly(mask, cv2.convexHull(corners.astype(np.int32)), 1.0)
        soft = gaussian(mask, float(np.exp(rng.uniform(np.log(0.6), np.log(14)))))
        field *= 1 - np.float32(light.shadow_depth * rng.uniform(0.4, 1)) * soft
    if reduce < 1:
        field = f32(cv2.resize(field, size, interpolation=cv2.INTER_LINEAR))
    return field


def direction(light: Light) -> F64:
    """The unit vector (3,) towards the main light."""
    return np.asarray(light.direction, np.float64)
