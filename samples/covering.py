"""What covers the card: hands that hold it, and things that lie on it."""

from dataclasses import dataclass, replace

import numpy as np

from samples import hand
from samples.arrangement import Aspect, Held, unit_homography
from samples.arrays import F64, project
from samples.camera import card_corners
from samples.card import HEIGHT_MM, WIDTH_MM, CardRecipe
from samples.hand import Frame, Grip
from samples.person import PersonRecipe, skin_tone

# Where fingers must not go in a picture that is not about occlusion: x0, y0, x1, y1, fractions of the card.
NAME_AREA, NUMBER_AREA = (0.175, 0.14, 0.62, 0.26), (0.32, 0.80, 0.88, 0.90)


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
    rng: np.random.Generator, cls: str, aspect: Aspect, held: Held
) -> tuple[tuple[Grip, ...], tuple[Blocker, ...]]:
    """Hands and blockers; they leave name and number free unless the class is about that."""
    if cls == "card_occluded" and rng.random() < 0.3:
        blockers: tuple[Blocker, ...] = (_sample_blocker(rng),)
    else:
        blockers = ()
    must_hit = cls == "card_occluded" and not blockers
    count = int(rng.choice([0, 1, 2], p=[0.07, 0.78, 0.15]))
    count = max(count, 1) if must_hit else count
    grips: list[Grip] = []
    for i in range(count):
        grip = _sample_grip(rng, aspect, held, tuple(g.edge for g in grips))
        for attempt in range(60):
            hit = _touches_fields(aspect, held, grip) if held.card.kind == "portrait" else False
            if hit == (must_hit and i == 0):
                break
            grip = _sample_grip(rng, aspect, held, tuple(g.edge for g in grips))
            reach = 1 + 0.04 * attempt if must_hit and i == 0 else 0.97**attempt
            grip = replace(grip, depth_mm=grip.depth_mm * reach)
        else:
            grip = replace(grip, kind="behind")
        grips.append(grip)
    return tuple(grips), blockers


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


def _touches_fields(aspect: Aspect, held: Held, grip: Grip) -> bool:
    """Whether what is in front of the card comes over the name or the number."""
    homography, _ = unit_homography(aspect, held.card, held.pose)
    frame = grip_frame(grip, held.card, homography)
    inverse = np.linalg.inv(homography)
    for part in hand.build(grip, frame, skin=np.zeros(3, np.float32)).front:
        for limb in part.limbs:
            mm = project(inverse, limb.line)
            radius = limb.radii[:, None] / frame.px_per_mm + 0.6
            for x0, y0, x1, y1 in (NAME_AREA, NUMBER_AREA):
                low, high = (
                    np.array([x0 * WIDTH_MM, y0 * HEIGHT_MM]),
                    np.array([x1 * WIDTH_MM, y1 * HEIGHT_MM]),
                )
                gap = np.maximum(np.maximum(low - mm, mm - high), 0)
                if (np.hypot(gap[:, :1], gap[:, 1:]) < radius).any():
                    return True
    return False


def _sample_blocker(rng: np.random.Generator) -> Blocker:
    area = NAME_AREA if rng.random() < 0.5 else NUMBER_AREA
    aspect = HEIGHT_MM / WIDTH_MM
    colour = rng.uniform(0.02, 0.85) * (1 + rng.uniform(-0.5, 0.5, 3))
    return Blocker(
        x=float(rng.uniform(area[0] + 0.02, area[2] - 0.1)),
        y=float((area[1] + area[3]) / 2 + rng.uniform(-0.04, 0.04)) * aspect,
        half_w=float(rng.uniform(0.04, 0.25)),
        half_h=float(rng.uniform(0.03, 0.16)),
        angle=float(rng.normal(0, 25)),
        colour=(float(colour[0]), float(colour[1]), float(colour[2])),
    )
