"""Hands that hold a card: limbs of varying thickness, joined into one height field, shaded, nailed and creased.

A hand is laid out in millimetres in a frame fixed to the card's edge (a along the edge, b into the card), as it would
lie in the picture, and drawn straight in picture pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from samples.arrays import F32, F64, f32, gaussian, over, smooth_noise

CELL_MM = 0.9  # shapes are computed on cells of this size, or of a pixel if that is larger, and then scaled up


@dataclass(frozen=True, slots=True)
class Grip:
    """How one hand holds the card.

    `kind`: pinch (thumb in front), fingers (fingers in front), cradle (palm behind, thumb in front), behind (nothing in
    front). `edge`: 0 top, 1 right, 2 bottom, 3 left, in the card's frame; `along`: −0.5 to 0.5 of that edge; `depth_mm`:
    how far the front digits reach over the card; `angle`: degrees off the edge's inward normal; `arm`: picture angle in
    degrees of the forearm (90 is down); `size`: 1 for an average adult hand; `handed`: ±1.
    """

    kind: str
    edge: int
    along: float
    depth_mm: float
    angle: float
    arm: float
    size: float
    handed: int
    digits: int
    seed: int


@dataclass(frozen=True, slots=True)
class Limb:
    """A digit, a palm ridge, a forearm: a centreline (n, 2) in px from base to tip and its radii (n,) in px.

    `nail`: 1 nail towards the viewer, 0 none. `joints`: places along the line (0–1) with creases. `flat_start`: cut off
    square at its base, as a cuff is.
    """

    line: F64
    radii: F64
    nail: float = 0.0
    joints: tuple[float, ...] = ()
    flat_start: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Limbs that make one surface, and the colour of it: skin or cloth, (3,) linear."""

    limbs: tuple[Limb, ...]
    colour: F32
    cloth: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand's parts, those behind the card and those in front of it, each list from far to near."""

    behind: tuple[Part, ...]
    front: tuple[Part, ...]
    px_per_mm: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the card's edge is in the picture: a point on it in px, its inward direction (2,), and the scale."""

    origin: F64
    inward: F64
    px_per_mm: float


def build(grip: Grip, frame: Frame, skin: F32) -> Hand:
    """Lays the hand out in the picture, with skin of linear colour (3,)."""
    rng = np.random.default_rng(grip.seed)
    scale = grip.size * frame.px_per_mm
    turn = np.deg2rad(grip.angle)
    inward = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ frame.inward
    tangent = np.array([-inward[1], inward[0]]) * grip.handed
    arm = np.array([np.cos(np.deg2rad(grip.arm)), np.sin(np.deg2rad(grip.arm))])
    depth = grip.depth_mm / grip.size

    def limb(points: list[tuple[float, float, float]], bend: float = 0.0, **more: object) -> Limb:
        """(a, b, radius) in hand millimetres, base first."""
        p = _spline(np.array(points, float))
        line = frame.origin + scale * (p[:, :1] * tangent + p[:, 1:2] * inward)
        return Limb(line, scale * p[:, 2], **more)  # type: ignore[arg-type]

    def forearm(a: float, b: float) -> list[Part]:
        wrist = frame.origin + scale * (a * tangent + b * inward)
        reach = wrist + scale * arm * np.array([[0.0], [60.0], [140.0], [420.0]])
        bare = Limb(reach, scale * np.array([26.0, 28, 33, 45]))
        parts = [Part((bare,), skin)]
        if rng.random() < 0.75:
            start = rng.uniform(12, 110)
            cuff = wrist + scale * arm * np.array([[start], [start + 90], [start + 420]])
            radii = scale * np.array([rng.uniform(34, 44), rng.uniform(40, 54), 66])
            cloth = f32(rng.uniform(0.015, 0.75) * (1 + rng.uniform(-0.5, 0.5, 3)))
            parts.append(Part((Limb(cuff, radii, flat_start=True),), cloth, cloth=True))
        return parts

    behind: list[Part] = []
    front: list[Part] = []
    w = rng.uniform(0.92, 1.10)  # thick or slender fingers
    if grip.kind in ("pinch", "cradle"):
        curl = rng.uniform(-7, 7)
        thumb = limb(
            [(30, -78, 19), (17, -50, 14.5 * w), (6, -26, 11.2 * w), (curl * 0.6, depth - 21, 10.8 * w),
             (curl * 0.2, depth - 9, 10.0 * w), (0, depth - 7.0 * w, 7.6 * w)],
            nail=1.0, joints=(0.66,),
        )  # fmt: skip
        front = [Part((thumb,), skin)]
    if grip.kind == "pinch":
        fold = rng.uniform(-4, 6)
        folded = [
            limb([(44, -66, 13), (30 + k * 2, -34 - 6 * k, 10.4 * w), (12 + 9 * k, -12 - 13 * k + fold, 9.6 * w),
                  (-7 + 11 * k, 2 - 15 * k + fold, 8.8 * w)], joints=(0.45, 0.75))
            for k in range(4)
        ]  # fmt: skip
        palm = limb([(40, -112, 27), (44, -85, 32), (40, -58, 24)])
        heel = limb([(40, -112, 25), (30, -86, 24), (26, -66, 17)])
        behind = [*forearm(40, -115), Part((palm, heel, *reversed(folded)), skin)]
    elif grip.kind == "cradle":
        spread = rng.uniform(16.5, 19.5)
        beyond = rng.uniform(54, 78)
        fingers = [
            limb([(34 - 0.45 * spread * k, -42, 12.5), (24 - spread * k * 0.9, 4, 10.2 * w),
                  (14 - spread * k, beyond * 0.7, 9.6 * w), (12 - spread * k * 1.04, beyond * (1, 1.08, 1.02, 0.86)[k], 7.2 * w)],
                 joints=(0.5, 0.78))
            for k in range(4)
        ]  # fmt: skip
        palm = limb([(22, -100, 28), (12, -62, 37), (4, -30, 40)])
        behind = [*forearm(24, -104), Part((palm, *fingers), skin)]
    elif grip.kind == "fingers":
        gap = rng.uniform(16.2, 18.6) * w
        middle = (grip.digits - 1) / 2
        reach = (0.0, 5.0, 2.5, -5.0)
        fingers = []
        for k in range(grip.digits):
            a, tip = (k - middle) * gap, depth + reach[k] + rng.uniform(-2, 2)
            fan = (k - middle) * rng.uniform(0.0, 1.8)
            fingers.append(limb(
                [(a * 0.92 + 6, tip - 92, 12.4 * w), (a * 0.97 + 2, tip - 62, 10.8 * w), (a + 0.4 * fan, tip - 44, 10.2 * w),
                 (a + fan, tip - 22, 9.4 * w), (a + fan * 1.2, tip - 8, 8.4 * w), (a + fan * 1.2, tip - 6, 7.2 * w)],
                nail=1.0, joints=(0.36, 0.68)))  # fmt: skip
        back = [limb([(6, depth - 162, 25), (a * 0.6 + 6, depth - 128, 22), (a * 0.92 + 6, depth - 92, 13.5)])
                for a in ((k - middle) * gap for k in range(grip.digits))]  # fmt: skip
        front = [*forearm(6, depth - 165), Part((*back, *fingers), skin)]
    else:
        fingers = [
            limb([(20 - 12 * k, -38 - 4 * k, 12.0), (12 - 15 * k, -6 - 3 * k, 10.0 * w), (8 - 16 * k, 16 - 3 * k, 9.0 * w)],
                 joints=(0.5,))
            for k in range(max(grip.digits, 2))
        ]  # fmt: skip
        palm = limb([(16, -102, 28), (6, -72, 34), (0, -44, 30)])
        behind = [*forearm(18, -106), Part((palm, *fingers), skin)]
    return Hand(tuple(behind), tuple(front), scale)


def _spline(points: F64, samples: int = 11) -> F64:
    """A Catmull–Rom curve (samples, d) through `points` (n, d)."""
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, len(points) - 1 - 1e-9, samples)
    i = t.astype(int)
    f = (t - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


@dataclass(frozen=True, slots=True)
class _Field:
    """One part on a grid: signed distance outward in px, height in px, paint and its corner in the picture."""

    distance: F32
    height: F32
    crease: F32
    nail: F32
    left: int
    top: int


def draw(
    part: Part, layer: F32, light: F64, rng: np.random.Generator, px_per_mm: float, cover: F32 | None = None
) -> None:
    """Paints `part` over the premultiplied linear `layer` (H, W, 4), darkening what lies close under it.

    `light` is a unit vector (x, y, z) towards the light, z towards the viewer. Where `cover` (H, W) is given, what the
    part hides is added to it.
    """
    height, width = layer.shape[:2]
    lines = np.vstack([limb.line for limb in part.limbs])
    margin = max(float(limb.radii.max()) for limb in part.limbs) + 2 + 11 * px_per_mm
    x0, y0 = (max(0, int(v)) for v in lines.min(0) - margin)
    x1, y1 = (int(v) for v in np.minimum(lines.max(0) + margin + 1, (width, height)))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    field = _rasterise(part, (x0, y0, x1, y1), px_per_mm)
    alpha = np.clip(0.5 - field.distance, 0, 1)
    region = layer[y0:y1, x0:x1]
    # soft contact shadow on what is already there
    near = gaussian(alpha, 3.0 * px_per_mm)
    shift = np.float32([[1, 0, -2.0 * px_per_mm * light[0]], [0, 1, -2.0 * px_per_mm * light[1]]])
    shadow = cv2.warpAffine(near, shift, (x1 - x0, y1 - y0), borderMode=cv2.BORDER_REPLICATE)
    region[..., :3] *= 1 - 0.55 * f32(shadow)[..., None]
    paint = np.empty((*alpha.shape, 4), np.float32)
    paint[..., 3] = alpha
    paint[..., :3] = _shade(part, field, light, rng, px_per_mm) * alpha[..., None]
    over(region, paint)
    if cover is not None:
        np.maximum(cover[y0:y1, x0:x1], alpha, out=cover[y0:y1, x0:x1])


def _rasterise(part: Part, window: tuple[int, int, int, int], px_per_mm: float) -> _Field:
    x0, y0, x1, y1 = window
    step = max(1.0, CELL_MM * px_per_mm)
    cols, rows = max(2, round((x1 - x0) / step)), max(2, round((y1 - y0) / step))
    sx, sy = (x1 - x0) / cols, (y1 - y0) / rows
    px = f32(x0 + (np.arange(cols) + 0.5) * sx)[None, :]
    py = f32(y0 + (np.arange(rows) + 0.5) * sy)[:, None]
    shape = (rows, cols)
    soft = np.float32(2.2 * px_per_mm)
    far = 2 * soft + np.float32(2 * step)
    distance = np.full(shape, far, np.float32)
    height = np.zeros(shape, np.float32)
    crease = np.zeros(shape, np.float32)
    nail = np.zeros(shape, np.float32)
    for limb in part.limbs:
        reach = float(limb.radii.max() + far)
        low, high = limb.line.min(0) - reach, limb.line.max(0) + reach
        columns = slice(int(np.clip((low[0] - x0) / sx, 0, cols)), int(np.clip((high[0] - x0) / sx + 1, 0, cols)))
        lines = slice(int(np.clip((low[1] - y0) / sy, 0, rows)), int(np.clip((high[1] - y0) / sy + 1, 0, rows)))
        if columns.start >= columns.stop or lines.start >= lines.stop:
            continue
        here = (lines, columns)
        d, r, t, side = _limb_field(limb, px[:, columns], py[lines])
        # smooth minimum of distances: neighbouring limbs flow into each other
        gap = np.clip(0.5 + 0.5 * (distance[here] - d) / soft, 0, 1)
        distance[here] = distance[here] * (1 - gap) + d * gap - soft * gap * (1 - gap)
        u = np.clip(1 + d / r, 0, 1)  # 0 on the centreline, 1 at the rim
        z = r * np.sqrt(np.maximum(1 - u * u, 0))
        on_top = z > height[here]
        np.maximum(height[here], z, out=height[here])
        np.copyto(crease[here], _crease_marks(limb, t, side, px_per_mm) if limb.joints else 0.0, where=on_top)
        np.copyto(nail[here], _nail_plate(limb, t, side) if limb.nail else 0.0, where=on_top)
    if step == 1.0:
        return _Field(distance, height, crease, nail, x0, y0)
    size = (x1 - x0, y1 - y0)
    grown = (f32(cv2.resize(f, size, interpolation=cv2.INTER_CUBIC)) for f in (distance, height, crease, nail))
    return _Field(*grown, x0, y0)


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


def _nail_plate(limb: Limb, along: F32, side: F32) -> F32:
    """Coverage (0–1) of the nail: a rounded plate near the tip."""
    radius = float(limb.radii[-len(limb.radii) // 4 :].mean())
    tip = (1 - along) * _length(limb)
    rounded = np.abs((tip - 0.55 * radius) / (0.78 * radius)) ** 2.6 + np.abs(side / 0.66) ** 2.6
    return f32(np.clip((1 - rounded) * 4, 0, 1))


def _limb_field(limb: Limb, px: F32, py: F32) -> tuple[F32, F32, F32, F32]:
    """Signed distance, local radius, place along (0–1) and sideways place (−1–1) of each cell, for the nearest piece."""
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


def _shade(part: Part, field: _Field, light: F64, rng: np.random.Generator, px_per_mm: float) -> F32:
    """Linear colour (h, w, 3) of a part's surface."""
    z = gaussian(field.height, 0.8 * px_per_mm)
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
    # light that travels under the skin reddens and softens the shadows
    powers = f32([1.12, 1.05, 0.82])
    colour = part.colour * np.power(np.maximum(shade, 0.02)[..., None], powers)
    nail = np.clip(field.nail, 0, 1)[..., None]
    plate = part.colour * f32([1.25, 1.06, 1.10]) + f32([0.06, 0.05, 0.06])
    if rng.random() < 0.15:  # nail polish
        plate = f32(rng.uniform(0.03, 0.6) * (1 + rng.uniform(-0.7, 0.7, 3)))
    gloss = np.clip(lambert - 0.80, 0, 1)[..., None] * f32(1.1)
    rim = 4 * nail * (1 - nail)
    colour = colour * (1 - nail) + nail * (plate * shade[..., None] + gloss)
    return f32(colour * (1 - 0.42 * rim))
