"""Surfaces made of limbs: one height field, shaded, with nails, creases and cloth folds."""

from dataclasses import dataclass

import cv2
import numpy as np

from samples.arrays import F32, F64, f32, gaussian, over, smooth_noise

# Shapes are computed on cells of this size, or of a pixel if that is larger, and then scaled up.
CELL_MM, PLAIN_CELL_MM = 0.9, 2.5  # with and without creases and nails

# Light that travels under the skin reddens and softens the shadows: shade to the power of these, by table.
_SHADE_STEPS = 1000
_SUBSURFACE = f32((np.arange(1, 1600)[:, None] / _SHADE_STEPS) ** np.array([1.12, 1.05, 0.82]))


@dataclass(frozen=True, slots=True)
class Limb:
    """A digit, a palm ridge, a forearm: a centreline (n, 2) in px from base to tip and its radii (n,) in px.

    `nail`: whether a nail faces the viewer. `joints`: places along the line (0–1) with creases.
    `flat_start`: cut off square at its base, as a cuff is.
    """

    line: F64
    radii: F64
    nail: bool = False
    joints: tuple[float, ...] = ()
    flat_start: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Limbs that make one surface, its linear colour (3,), and that of its nails if they are polished."""

    limbs: tuple[Limb, ...]
    colour: F32
    cloth: bool = False
    polish: F32 | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a part is drawn in.

    `light`: unit vector (x, y, z) towards the light, z towards the viewer; `px_per_mm` of the hand; `seed`
    of the skin's and the cloth's texture.
    """

    light: F64
    px_per_mm: float
    seed: int


@dataclass(frozen=True, slots=True)
class _Field:
    """One part on a window: signed distance outward and height in px, creases and nails (0–1)."""

    distance: F32
    height: F32
    crease: F32
    nail: F32


def draw(part: Part, layer: F32, setting: Setting, cover: F32 | None = None) -> None:
    """Paints `part` over the premultiplied linear `layer` (H, W, 4), darkening what lies close under it.

    Where `cover` (H, W) is given, what the part hides is added to it.
    """
    scale = setting.px_per_mm
    height, width = layer.shape[:2]
    lines = np.vstack([limb.line for limb in part.limbs])
    margin = max(float(limb.radii.max()) for limb in part.limbs) + 2 + 11 * scale
    x0, y0 = (max(0, int(v)) for v in lines.min(0) - margin)
    x1, y1 = (int(v) for v in np.minimum(lines.max(0) + margin + 1, (width, height)))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    field = _rasterise(part, (x0, y0, x1, y1), scale)
    alpha = f32(np.clip(0.5 - field.distance, 0, 1))
    region = layer[y0:y1, x0:x1]
    # soft contact shadow on what is already there
    shift = f32([[1, 0, -2.0 * scale * setting.light[0]], [0, 1, -2.0 * scale * setting.light[1]]])
    near = gaussian(alpha, 3.0 * scale)
    shadow = f32(cv2.warpAffine(near, shift, (x1 - x0, y1 - y0), borderMode=cv2.BORDER_REPLICATE))
    region[..., :3] *= 1 - 0.55 * shadow[..., None]
    paint = np.empty((*alpha.shape, 4), np.float32)
    paint[..., 3] = alpha
    paint[..., :3] = _shade(part, field, setting) * alpha[..., None]
    over(region, paint)
    if cover is not None:
        np.maximum(cover[y0:y1, x0:x1], alpha, out=cover[y0:y1, x0:x1])


def _rasterise(part: Part, window: tuple[int, int, int, int], px_per_mm: float) -> _Field:
    x0, y0, x1, y1 = window
    detailed = any(limb.nail or limb.joints for limb in part.limbs)
    step = max(1.0, (CELL_MM if detailed else PLAIN_CELL_MM) * px_per_mm)
    cols, rows = max(2, round((x1 - x0) / step)), max(2, round((y1 - y0) / step))
    sx, sy = (x1 - x0) / cols, (y1 - y0) / rows
    px = f32(x0 + (np.arange(cols) + 0.5) * sx)[None, :]
    py = f32(y0 + (np.arange(rows) + 0.5) * sy)[:, None]
    soft = np.float32(2.2 * px_per_mm)
    far = 2 * soft + np.float32(2 * step)
    distance = np.full((rows, cols), far, np.float32)
    height, crease, nail = (np.zeros((rows, cols), np.float32) for _ in range(3))
    for limb in part.limbs:
        reach = float(limb.radii.max() + far)
        low = (limb.line.min(0) - reach - (x0, y0)) / (sx, sy)
        high = (limb.line.max(0) + reach - (x0, y0)) / (sx, sy) + 1
        (left, top), (right, bottom) = (np.clip(v, 0, (cols, rows)).astype(int) for v in (low, high))
        if left >= right or top >= bottom:
            continue
        here = (slice(top, bottom), slice(left, right))
        d, r, along, side = _limb_field(limb, px[:, left:right], py[top:bottom])
        # smooth minimum of distances: neighbouring limbs flow into each other
        gap = np.clip(0.5 + 0.5 * (distance[here] - d) / soft, 0, 1)
        distance[here] = distance[here] * (1 - gap) + d * gap - soft * gap * (1 - gap)
        u = np.clip(1 + d / r, 0, 1)  # 0 on the centreline, 1 at the rim
        z = r * np.sqrt(np.maximum(1 - u * u, 0))
        on_top = z > height[here]
        np.maximum(height[here], z, out=height[here])
        marks = _crease_marks(limb, along, side, px_per_mm) if limb.joints else np.float32(0)
        plate = _nail_plate(limb, px[:, left:right], py[top:bottom]) if limb.nail else np.float32(0)
        np.copyto(crease[here], marks, where=on_top)
        np.copyto(nail[here], plate, where=on_top)
    if step == 1.0:
        return _Field(distance, height, crease, nail)
    distance, height, crease, nail = (
        f32(cv2.resize(f, (x1 - x0, y1 - y0), interpolation=cv2.INTER_CUBIC))
        for f in (distance, height, crease, nail)
    )
    return _Field(distance, height, crease, nail)


def _length(limb: Limb) -> float:
    return float(np.hypot(*np.diff(limb.line, axis=0).T).sum())


def _crease_marks(limb: Limb, along: F32, side: F32, px_per_mm: float) -> F32:
    """Depth (0–1) of the skin folds across the joints: three shallow arcs each."""
    marks = np.zeros_like(along)
    for joint in limb.joints:
        for offset in (-1.1, 0.0, 1.2):
            where = (along - joint) * _length(limb) - (offset + 0.6 * side * side) * px_per_mm
            marks += 0.5 * np.exp(-0.5 * (where / (0.45 * px_per_mm + 0.3)) ** 2) * (1 - 0.7 * np.abs(side))
    return f32(marks)


def _nail_plate(limb: Limb, px: F32, py: F32) -> F32:
    """Coverage (0–1) of the nail: a rounded plate behind the tip, straight along the last joint."""
    radius = float(limb.radii[-4:].mean())
    axis = limb.line[-1] - limb.line[-4]
    axis = axis / max(float(np.hypot(*axis)), 1e-6)
    tip = limb.line[-1] + axis * limb.radii[-1]
    dx, dy = px - np.float32(tip[0]), py - np.float32(tip[1])
    back = -(dx * axis[0] + dy * axis[1]) / radius
    aside = (dx * axis[1] - dy * axis[0]) / radius
    rounded = np.abs((back - 0.78) / 0.66) ** 2.6 + np.abs(aside / 0.64) ** 2.6
    return f32(np.clip((1 - rounded) * 4, 0, 1))


def _limb_field(limb: Limb, px: F32, py: F32) -> tuple[F32, F32, F32, F32]:
    """Of each cell, by the nearest piece: signed distance, local radius, place along (0–1), sideways (±1)."""
    a, b = f32(limb.line[:-1]), f32(limb.line[1:])
    ra, rb = f32(limb.radii[:-1]), f32(limb.radii[1:])
    shape = (py.shape[0], px.shape[1])
    best = np.full(shape, 1e6, np.float32)
    radius = np.ones(shape, np.float32)
    along = np.zeros(shape, np.float32)
    side = np.zeros(shape, np.float32)
    count = len(a)
    for i in range(count):
        ax, ay, bx, by = a[i, 0], a[i, 1], b[i, 0] - a[i, 0], b[i, 1] - a[i, 1]
        inv = np.float32(1 / max(float(bx * bx + by * by), 1e-9))
        dx, dy = px - ax, py - ay
        h = (dx * bx + dy * by) * inv
        if i == 0 and limb.flat_start:
            cut = -h / np.float32(np.sqrt(inv))
        h = np.minimum(np.maximum(h, 0), 1)  # np.clip costs several times as much on small arrays
        ex, ey = dx - h * bx, dy - h * by
        r = ra[i] + (rb[i] - ra[i]) * h
        d = np.sqrt(ex * ex + ey * ey) - r
        nearer = d < best
        np.copyto(best, d, where=nearer)
        np.copyto(radius, r, where=nearer)
        np.copyto(along, (i + h) / np.float32(count), where=nearer)
        np.copyto(side, (ex * by - ey * bx) * np.float32(np.sqrt(inv)) / r, where=nearer)
    if limb.flat_start:
        best = np.maximum(best, cut)
    return best, radius, along, side


def _shade(part: Part, field: _Field, setting: Setting) -> F32:
    """Linear colour (h, w, 3) of a part's surface."""
    rng, light = np.random.default_rng(setting.seed), setting.light
    z = gaussian(field.height, 0.8 * setting.px_per_mm)
    flat = 0.75  # hands are flatter than tubes
    gx = flat * cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = flat * cv2.Sobel(z, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    lambert = (light[2] - gx * light[0] - gy * light[1]) / np.sqrt(1 + gx * gx + gy * gy)
    shade = f32(0.42 + 0.62 * np.clip(lambert, -0.15, 1))
    shape = z.shape
    if part.cloth:
        folds = 1 + 0.16 * smooth_noise(rng, shape, 7, 2)
        return f32(part.colour * (shade * np.clip(folds, 0.4, 1.5))[..., None])
    mottle = 1 + 0.05 * smooth_noise(rng, shape, 9, 3)
    shade = shade * mottle * (1 - 0.38 * np.clip(field.crease, 0, 1))
    steps = np.clip(shade * _SHADE_STEPS, 0, len(_SUBSURFACE) - 1).astype(np.intp)
    colour = part.colour * _SUBSURFACE[steps]
    nail = np.clip(field.nail, 0, 1)[..., None]
    plate = part.colour * f32([1.25, 1.06, 1.10]) + f32([0.06, 0.05, 0.06])
    if part.polish is not None:
        plate = part.polish
    gloss = np.clip(lambert - 0.80, 0, 1)[..., None] * f32(1.1)
    rim = 4 * nail * (1 - nail)
    colour = colour * (1 - nail) + nail * (plate * shade[..., None] + gloss)
    return f32(colour * (1 - 0.42 * rim))
