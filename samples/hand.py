"""Hands that hold a card.

A hand is laid out in millimetres of an average hand, in a frame fixed to the card's edge (a along the edge,
b into the card), as it would lie in the picture. `limbs` draws it.
"""

from dataclasses import dataclass

import numpy as np

from samples.arrays import F32, F64, f32, linear_colour
from samples.limbs import Limb, Part

Points = list[tuple[float, float, float]]  # (a, b, radius) in mm, from the base to the tip


@dataclass(frozen=True, slots=True)
class Grip:
    """How one hand holds the card.

    `kind`: pinch (thumb in front), clamp (thumb and forefinger over opposite edges), cradle (palm behind,
    thumb in front), fingers (fingers in front), behind (nothing in front). `edge`: 0 top, 1 right, 2
    bottom, 3 left, in the card's frame; `along`: −0.5 to 0.5 of that edge; `depth_mm`: how far the front
    digits reach over the card; `angle`: degrees off the edge's inward normal; `arm`: picture angle in
    degrees of the forearm (90 is down); `size`: 1 for an average adult hand; `handed`: ±1; `digits`: how
    many fingers are in front or behind.
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
class Frame:
    """The card's edge in the picture.

    A point `origin` (2,) on it in px, its unit direction `inward` (2,) into the card, the scale there, and
    how far the opposite edge is, in mm.
    """

    origin: F64
    inward: F64
    px_per_mm: float
    across_mm: float


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand's parts: those behind the card and those in front of it, each from far to near."""

    behind: tuple[Part, ...]
    front: tuple[Part, ...]
    px_per_mm: float


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places hand millimetres in the picture; `thick` scales fingers, `depth` and `across` are in hand mm."""

    origin: F64
    tangent: F64
    inward: F64
    arm: F64
    scale: float
    thick: float
    depth: float
    across: float
    skin: F32
    polish: F32 | None
    rng: np.random.Generator

    def limb(self, points: Points, *, nail: bool = False, joints: tuple[float, ...] = ()) -> Limb:
        p = _spline(np.array(points, float))
        line = self.origin + self.scale * (p[:, :1] * self.tangent + p[:, 1:2] * self.inward)
        return Limb(line, self.scale * p[:, 2], nail, joints)

    def flesh(self, *limbs: Limb) -> Part:
        return Part(limbs, self.skin, polish=self.polish)

    def forearm(self, a: float, b: float) -> list[Part]:
        """A bare or sleeved forearm from the wrist at (a, b) out of the picture."""
        wrist = self.origin + self.scale * (a * self.tangent + b * self.inward)
        reach = wrist + self.scale * self.arm * np.array([[0.0], [60.0], [140.0], [420.0]])
        parts = [self.flesh(Limb(reach, self.scale * np.array([26.0, 28, 33, 45])))]
        if self.rng.random() < 0.75:
            start = self.rng.uniform(12, 110)
            cuff = wrist + self.scale * self.arm * np.array([[start], [start + 90], [start + 420]])
            radii = self.scale * np.array([self.rng.uniform(34, 44), self.rng.uniform(40, 54), 66])
            cloth = f32(self.rng.uniform(0.015, 0.75) * (1 + self.rng.uniform(-0.5, 0.5, 3)))
            parts.append(Part((Limb(cuff, radii, flat_start=True),), cloth, cloth=True))
        return parts


def build(grip: Grip, frame: Frame, skin: F32) -> Hand:
    """Lays the hand out in the picture, with skin of linear colour (3,)."""
    rng = np.random.default_rng(grip.seed)
    turn, arm = np.deg2rad(grip.angle), np.deg2rad(grip.arm)
    inward = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ frame.inward
    layout = _Layout(
        origin=frame.origin,
        tangent=np.array([-inward[1], inward[0]]) * grip.handed,
        inward=inward,
        arm=np.array([np.cos(arm), np.sin(arm)]),
        scale=grip.size * frame.px_per_mm,
        thick=rng.uniform(0.92, 1.10),
        depth=grip.depth_mm / grip.size,
        across=frame.across_mm / grip.size,
        skin=skin,
        polish=linear_colour(rng, 0.03, 0.6, 0.9) if rng.random() < 0.12 else None,
        rng=rng,
    )
    if grip.kind == "pinch":
        behind, front = _folded_hand(layout), [_thumb(layout)]
    elif grip.kind == "clamp":
        behind, front = _folded_hand(layout), [_hooked_finger(layout), _thumb(layout)]
    elif grip.kind == "cradle":
        behind, front = _open_hand(layout), [_thumb(layout)]
    elif grip.kind == "fingers":
        behind, front = [], _fingers_in_front(layout, grip.digits)
    else:
        behind, front = _hand_behind(layout, max(grip.digits, 2)), []
    return Hand(tuple(behind), tuple(front), layout.scale)


def _thumb(on: _Layout) -> Part:
    """Over the edge, its nail towards the viewer."""
    w, depth, bend = on.thick, on.depth, on.rng.uniform(-7, 7)
    points: Points = [
        (30, -78, 19), (17, -50, 14.5 * w), (6, -26, 11.2 * w), (bend * 0.6, depth - 21, 10.8 * w),
        (bend * 0.2, depth - 9, 10.0 * w), (0, depth - 7.0 * w, 7.6 * w),
    ]  # fmt: skip
    return on.flesh(on.limb(points, nail=True, joints=(0.66,)))


def _hooked_finger(on: _Layout) -> Part:
    """The forefinger, from beside the card round to the opposite edge."""
    w, reach = on.thick, on.rng.uniform(3, 9)
    side = 26 + on.rng.uniform(0, 10)
    points: Points = [
        (side + 18, -34, 12 * w), (side + 12, 4, 10.6 * w), (side, on.across * 0.72, 9.8 * w),
        (side * 0.55, on.across + 7, 9.2 * w), (8, on.across + 1, 8.6 * w),
        (2, on.across - reach + 6.5, 7.2 * w),
    ]  # fmt: skip
    return on.flesh(on.limb(points, nail=True, joints=(0.36, 0.62)))


def _folded_hand(on: _Layout) -> list[Part]:
    """Forearm, palm, and four fingers folded behind the card."""
    w, fold = on.thick, on.rng.uniform(-4, 6)
    fingers = []
    for k in range(4):
        points: Points = [
            (44, -66, 13), (30 + k * 2, -34 - 6 * k, 10.4 * w), (12 + 9 * k, -12 - 13 * k + fold, 9.6 * w),
            (-7 + 11 * k, 2 - 15 * k + fold, 8.8 * w),
        ]  # fmt: skip
        fingers.append(on.limb(points, joints=(0.45, 0.75)))
    palm = on.limb([(40, -112, 27), (44, -85, 32), (40, -58, 24)])
    heel = on.limb([(40, -112, 25), (30, -86, 24), (26, -66, 17)])
    return [*on.forearm(40, -115), on.flesh(palm, heel, *reversed(fingers))]


def _open_hand(on: _Layout) -> list[Part]:
    """Forearm, palm, and four fingers stretched behind the card, their tips beyond it."""
    w, spread, beyond = on.thick, on.rng.uniform(16.5, 19.5), on.rng.uniform(54, 78)
    fingers = []
    for k, length in enumerate((1.0, 1.08, 1.02, 0.86)):
        points: Points = [
            (34 - 0.45 * spread * k, -42, 12.5), (24 - 0.9 * spread * k, 4, 10.2 * w),
            (14 - spread * k, beyond * 0.7, 9.6 * w), (12 - 1.04 * spread * k, beyond * length, 7.2 * w),
        ]  # fmt: skip
        fingers.append(on.limb(points, joints=(0.5, 0.78)))
    palm = on.limb([(22, -100, 28), (12, -62, 37), (4, -30, 40)])
    return [*on.forearm(24, -104), on.flesh(palm, *fingers)]


def _fingers_in_front(on: _Layout, count: int) -> list[Part]:
    """Forearm, back of the hand, and fingers over the card, nails towards the viewer."""
    w, depth = on.thick, on.depth
    gap = on.rng.uniform(16.2, 18.6) * w
    fingers, knuckles = [], []
    for k, longer in zip(range(count), (0.0, 5.0, 2.5, -5.0), strict=False):
        off = k - (count - 1) / 2
        a, tip, fan = off * gap, depth + longer + on.rng.uniform(-2, 2), off * on.rng.uniform(0.0, 1.8)
        points: Points = [
            (a * 0.92 + 6, tip - 92, 12.4 * w), (a * 0.97 + 2, tip - 62, 10.8 * w),
            (a + 0.4 * fan, tip - 44, 10.2 * w), (a + fan, tip - 22, 9.4 * w),
            (a + 1.2 * fan, tip - 8, 8.4 * w), (a + 1.2 * fan, tip - 6, 7.2 * w),
        ]  # fmt: skip
        fingers.append(on.limb(points, nail=True, joints=(0.36, 0.68)))
        ridge: Points = [
            (6, depth - 162, 25),
            (a * 0.6 + 6, depth - 128, 22),
            (a * 0.92 + 6, depth - 92, 13.5),
        ]
        knuckles.append(on.limb(ridge))
    return [*on.forearm(6, depth - 165), on.flesh(*knuckles, *fingers)]


def _hand_behind(on: _Layout, count: int) -> list[Part]:
    """Forearm, palm and short fingers that end behind the card."""
    w = on.thick
    fingers = []
    for k in range(count):
        points: Points = [
            (20 - 12 * k, -38 - 4 * k, 12.0), (12 - 15 * k, -6 - 3 * k, 10.0 * w),
            (8 - 16 * k, 16 - 3 * k, 9.0 * w),
        ]  # fmt: skip
        fingers.append(on.limb(points, joints=(0.5,)))
    palm = on.limb([(16, -102, 28), (6, -72, 34), (0, -44, 30)])
    return [*on.forearm(18, -106), on.flesh(palm, *fingers)]


def _spline(points: F64, samples: int = 11) -> F64:
    """A Catmull–Rom curve (samples, d) through `points` (n, d)."""
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, len(points) - 1 - 1e-9, samples)
    i = t.astype(int)
    f = (t - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return np.asarray(
        0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)
    )
