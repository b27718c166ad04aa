"""What covers the card: hands that hold it, and things that lie on it."""

from dataclasses import dataclass, replace

import numpy as np

from samples import hand
from samples.arrangement import Aspect, Held, face_points, unit_homography
from samples.arrays import F64, project
from samples.camera import card_corners
from samples.card import HEIGHT_MM, WIDTH_MM, CardRecipe
from samples.hand import Frame, Grip
from samples.person import PersonRecipe, skin_tone


def field_areas(card: CardRecipe) -> tuple[F64, F64]:
    """Where name and number are printed, with a little margin: x0, y0, x1, y1 in fractions of the card."""
    name_end = min(0.62, 0.20 + 0.047 * len(card.identity.name))
    return np.array([0.178, 0.15, name_end, 0.25]), np.array([0.325, 0.81, 0.875, 0.895])


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something opaque on the card: centre and half size in fractions of its width, angle, linear colour."""

    x: float
    y: float
    half_w: float
    half_h: float
    angle: float
    colour: tuple[float, float, float]


def grip_frame(grip: Grip, card: CardRecipe, homography: F64) -> Frame:
    """Where in the picture the edge is that a hand holds."""
    w, h = card.width_mm, card.height_mm
    along = 0.5 + grip.along
    point, inward = (
        ((along * w, 0.0), (0.0, 1.0)),
        ((w, along * h), (-1.0, 0.0)),
        ((along * w, h), (0.0, -1.0)),
        ((0.0, along * h), (1.0, 0.0)),
    )[grip.edge]
    p = np.array(point)
    here, there = project(homography, [p, p + np.array(inward)])
    step = there - here
    corners = card_corners(homography, w, h)
    scale = 0.5 * (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / w
    return Frame(here, step / np.linalg.norm(step), float(scale), h if grip.edge in (0, 2) else w)


def sample_cover(
    rng: np.random.Generator, cls: str, aspect: Aspect, held: Held, people: tuple[PersonRecipe, ...]
) -> tuple[tuple[Grip, ...], tuple[Blocker, ...]]:
    """Hands and blockers; they leave name, number and faces free unless the class is about that."""
    blockers = (_sample_blocker(rng, held.card),) if cls == "card_occluded" and rng.random() < 0.3 else ()
    must_hit = cls == "card_occluded" and not blockers
    count = max(int(rng.choice([0, 1, 2], p=[0.07, 0.78, 0.15])), int(must_hit))
    faces = [] if cls == "face_occluded" else [face_points(aspect, p) for p in people]
    grips: list[Grip] = []
    for i in range(count):
        hits = must_hit and i == 0
        for attempt in range(50):
            grip = _sample_grip(rng, aspect, held, tuple(g.edge for g in grips))
            # reach further to hit the print, less far to miss it
            grip = replace(grip, depth_mm=grip.depth_mm * (1.04 if hits else 0.97) ** attempt)
            placed = _place(aspect, held, grip)
            if _touches_fields(held, *placed) == hits and _leaves_free(placed[0], faces):
                grips.append(grip)
                break
    if must_hit and not grips:
        blockers = (_sample_blocker(rng, held.card),)
    return tuple(grips), blockers


def _place(aspect: Aspect, held: Held, grip: Grip) -> tuple[hand.Hand, F64, float]:
    """The hand in a photo with a long side of 1000 px, that photo's map from card mm, and its px a mm."""
    homography, _ = unit_homography(aspect, held.card, held.pose)
    frame = grip_frame(grip, held.card, homography)
    return hand.build(grip, frame, skin=np.zeros(3, np.float32)), homography, frame.px_per_mm


def _sample_grip(rng: np.random.Generator, aspect: Aspect, held: Held, taken: tuple[int, ...]) -> Grip:
    homography, _ = unit_homography(aspect, held.card, held.pose)
    arm = float(rng.normal(90, 38))
    direction = np.array([np.cos(np.deg2rad(arm)), np.sin(np.deg2rad(arm))])
    kind = str(
        rng.choice(["pinch", "clamp", "fingers", "cradle", "behind"], p=[0.44, 0.10, 0.20, 0.20, 0.06])
    )
    base = Grip(
        kind=kind,
        edge=0,
        along=float(rng.uniform(-0.40, 0.40)),
        depth_mm=float(rng.uniform(6, 26)),
        angle=float(rng.normal(0, 16)),
        arm=arm,
        size=float(rng.uniform(0.82, 1.12)),
        handed=int(rng.choice([-1, 1])),
        digits=int(rng.integers(2, 5)),
        seed=int(rng.integers(2**31)),
    )
    # the hand comes from where its arm is
    towards = [
        float(-grip_frame(replace(base, edge=e), held.card, homography).inward @ direction) for e in range(4)
    ]
    weight = np.array([np.exp(5 * t) * (e not in taken) for e, t in enumerate(towards)])
    edge = int(rng.choice(4, p=weight / weight.sum()))
    # a forearm turns at most about 60° against the hand
    outward = -grip_frame(replace(base, edge=edge), held.card, homography).inward
    straight = float(np.rad2deg(np.arctan2(outward[1], outward[0])))
    off = (arm - straight + 180) % 360 - 180
    if kind == "clamp" and edge in (1, 3):  # no finger reaches round the card's long side
        kind = "pinch"
    return replace(base, kind=kind, edge=edge, arm=straight + float(np.clip(off, -55, 55)))


def hand_skin(
    rng: np.random.Generator, people: tuple[PersonRecipe, ...]
) -> tuple[float, float, float] | None:
    """The skin of all hands, linear BGR; None for that of the holder's face."""
    if people and rng.random() < 0.8:
        return None
    tone = skin_tone(rng)
    return float(tone[0]), float(tone[1]), float(tone[2])


def _touches_fields(held: Held, one: hand.Hand, homography: F64, px_per_mm: float) -> bool:
    """Whether what is in front of the card comes over the name or the number."""
    if held.card.kind != "portrait":
        return False
    inverse = np.linalg.inv(homography)
    size = np.array([WIDTH_MM, HEIGHT_MM])
    for limb in (limb for part in one.front for limb in part.limbs):
        mm = project(inverse, limb.line)
        radius = limb.radii / px_per_mm + 0.6
        for area in field_areas(held.card):
            gap = np.maximum(np.maximum(area[:2] * size - mm, mm - area[2:] * size), 0)
            if (np.hypot(gap[:, 0], gap[:, 1]) < radius).any():
                return True
    return False


def _leaves_free(one: hand.Hand, faces: list[F64]) -> bool:
    """Whether the hand, its forearm included, hides less than about a tenth of each face."""
    t = np.linspace(0, 1, 24)
    limbs = [limb for part in (*one.behind, *one.front) for limb in part.limbs]
    for points in faces:
        hidden = np.zeros(len(points), bool)
        for limb in limbs:
            own = np.linspace(0, 1, len(limb.radii))
            x, y, r = (np.interp(t, own, v) for v in (limb.line[:, 0], limb.line[:, 1], limb.radii))
            hidden |= (np.hypot(points[:, :1] - x, points[:, 1:] - y) < r).any(1)
        if hidden.mean() > 0.1:
            return False
    return True


def _sample_blocker(rng: np.random.Generator, card: CardRecipe) -> Blocker:
    area = field_areas(card)[int(rng.integers(2))]
    aspect = HEIGHT_MM / WIDTH_MM
    colour = rng.uniform(0.02, 0.85) * (1 + rng.uniform(-0.5, 0.5, 3))
    return Blocker(
        x=float(rng.uniform(area[0] + 0.03, area[2] - 0.03)),
        y=float((area[1] + area[3]) / 2 + rng.uniform(-0.02, 0.02)) * aspect,
        half_w=float(rng.uniform(0.04, 0.25)),
        half_h=float(rng.uniform(0.03, 0.16)),
        angle=float(rng.normal(0, 25)),
        colour=(float(colour[0]), float(colour[1]), float(colour[2])),
    )
