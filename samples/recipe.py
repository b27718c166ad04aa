"""What determines a picture: sampled from a random generator, class by class, independent of any size in pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from samples import hand
from samples.arrays import F64, project
from samples.camera import Optics, Pose, card_corners, card_homography
from samples.card import HEIGHT_MM, WIDTH_MM, CardRecipe
from samples.hand import Frame, Grip
from samples.identity import Identity, sample_identity
from samples.light import Lamp, Light
from samples.person import PHOTOGRAPHED, PersonRecipe, skin_tone

# Every class and how often it is drawn when none is asked for.
CLASSES: Mapping[str, float] = MappingProxyType({
    "clear": 0.26, "defocus": 0.07, "motion": 0.07, "lowlight": 0.07, "overexposed": 0.06, "glare": 0.08,
    "card_occluded": 0.08, "face_occluded": 0.05, "cutoff": 0.06, "small": 0.05,
    "no_card": 0.04, "bank_card": 0.02, "paper": 0.02, "phone": 0.02, "emblem": 0.02, "blank_card": 0.01,
    "two_cards": 0.01, "two_faces": 0.01,
})  # fmt: skip
DECOYS = ("no_card", "bank_card", "paper", "phone", "emblem", "blank_card")
ASPECTS = ((3, 4), (9, 16), (4, 3), (16, 9), (1, 1), (2, 3))

# Where fingers must not go in a picture that is not about occlusion: x0, y0, x1, y1, fractions of the card.
NAME_AREA, NUMBER_AREA = (0.175, 0.14, 0.62, 0.26), (0.32, 0.80, 0.88, 0.90)


@dataclass(frozen=True, slots=True)
class Held:
    """A card or something like it, and where it is."""

    card: CardRecipe
    pose: Pose


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something opaque lying on the card: centre, half size (fractions of the card's width), angle, linear colour."""

    x: float
    y: float
    half_w: float
    half_h: float
    angle: float
    colour: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines a picture. The same recipe renders at any size."""

    cls: str
    aspect: tuple[int, int]
    mirrored: bool
    exif_orientation: int
    jpeg_quality: int
    held: Held | None
    others: tuple[Held, ...]
    grips: tuple[Grip, ...]
    hand_skin: tuple[float, float, float] | None  # linear BGR; None: that of the face
    blockers: tuple[Blocker, ...]
    people: tuple[PersonRecipe, ...]
    background_seed: int
    light: Light
    optics: Optics
    severity: tuple[tuple[str, float | str], ...]

    def size(self, long_side: int) -> tuple[int, int]:
        """(W, H) in px of the upright photo at `long_side`."""
        w, h = self.aspect
        return round(long_side * w / max(w, h)), round(long_side * h / max(w, h))


def sample_recipe(rng: np.random.Generator, cls: str | None = None, *, card_pool: int = 0) -> Recipe:
    """Draws a picture of class `cls`, or of a class drawn by the weights in `CLASSES`.

    `card_pool` above 0 takes cards and people from that many looks only, so that a training loop finds them in caches.

    Raises:
        KeyError: `cls` is not one of `CLASSES`.
    """
    if cls is None:
        cls = str(rng.choice(list(CLASSES), p=list(CLASSES.values())))
    elif cls not in CLASSES:
        raise KeyError(f"unknown class {cls!r}; known are {', '.join(CLASSES)}")
    aspect = ASPECTS[int(rng.choice(len(ASPECTS), p=[0.42, 0.2, 0.17, 0.1, 0.05, 0.06]))]
    light = _sample_light(rng, cls)
    held = None if cls == "no_card" else _sample_held(rng, cls, aspect, card_pool)
    people = _sample_people(rng, cls, aspect, held, card_pool)
    if held is not None and cls != "face_occluded":
        held, people = _apart(rng, cls, aspect, held, people)
    grips: tuple[Grip, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    if held is not None:
        grips, blockers = _sample_cover(rng, cls, aspect, held)
    others: tuple[Held, ...] = ()
    if cls == "two_cards" and held is not None:
        others = (_second_card(rng, aspect, held, card_pool),)
    optics = _sample_optics(rng, cls)
    return Recipe(
        cls=cls,
        aspect=aspect,
        mirrored=bool(rng.random() < 0.15),
        exif_orientation=int(rng.choice([1, 6, 8, 3, 2, 5], p=[0.7, 0.14, 0.06, 0.05, 0.03, 0.02])),
        jpeg_quality=int(rng.integers(30, 96)) if rng.random() < 0.4 else int(rng.integers(70, 96)),
        held=held,
        others=others,
        grips=grips,
        hand_skin=_hand_skin(rng, people),
        blockers=blockers,
        people=people,
        background_seed=int(rng.integers(2**31)),
        light=light,
        optics=optics,
        severity=_severity(cls, held, light, optics, grips, people),
    )


def _pooled(rng: np.random.Generator, pool: int) -> int:
    return int(rng.integers(pool if pool > 0 else 2**31))


def _sample_held(rng: np.random.Generator, cls: str, aspect: tuple[int, int], pool: int) -> Held:
    card = _sample_card(rng, cls, pool)
    for _ in range(200):
        pose = _sample_pose(rng, cls, aspect)
        outside = 1 - float(_inside(aspect, card, pose).mean())
        if (0.04 < outside < 0.55) if cls == "cutoff" else outside == 0:
            return Held(card, pose)
    # a card that fits any photo
    return Held(card, replace(pose, x=0.5, y=0.62, width_fraction=min(pose.width_fraction, 0.3), yaw=0.0, pitch=0.0))


def _sample_card(rng: np.random.Generator, cls: str, pool: int) -> CardRecipe:
    seed = _pooled(rng, pool)
    who: Identity = sample_identity(np.random.default_rng(seed))
    if cls == "paper":
        width = float(rng.uniform(70, 210))
        return CardRecipe("paper", who, seed, width, width * float(rng.uniform(0.55, 1.45)), 0.3)
    if cls == "phone":
        width = float(rng.uniform(66, 80))
        return CardRecipe("phone", who, seed, width, width * float(rng.uniform(1.9, 2.2)), float(rng.uniform(5, 10)))
    kind = cls if cls in ("bank_card", "blank_card", "emblem") else "portrait"
    return CardRecipe(kind, who, seed)


def _sample_pose(rng: np.random.Generator, cls: str, aspect: tuple[int, int]) -> Pose:
    if cls == "small":
        fraction = rng.uniform(0.045, 0.12)
    else:  # in a clear picture the print must be large enough to read
        fraction = np.exp(rng.uniform(np.log(0.22 if cls in ("clear", "card_occluded") else 0.14), np.log(0.70)))
        if aspect[0] > aspect[1]:
            fraction *= 0.75
    turned = rng.random()
    if turned < 0.60:
        roll = rng.normal(0, 8)
    elif turned < 0.72:
        roll = rng.choice([-90, 90]) + rng.normal(0, 8)
    elif turned < 0.80:
        roll = 180 + rng.normal(0, 8)
    else:
        roll = rng.uniform(0, 360)
    return Pose(
        x=float(rng.uniform(-0.1, 1.1) if cls == "cutoff" else rng.uniform(0.08, 0.92)),
        y=float(rng.uniform(-0.1, 1.1) if cls == "cutoff" else rng.uniform(0.15, 0.95)),
        width_fraction=float(max(fraction, 0.045)),
        roll=float(roll % 360),
        yaw=float(np.clip(rng.normal(0, 14), -40, 40)),
        pitch=float(np.clip(rng.normal(0, 14), -40, 40)),
        focal=float(rng.uniform(0.65, 1.3)),
    )


def _unit_homography(aspect: tuple[int, int], card: CardRecipe, pose: Pose) -> tuple[F64, tuple[int, int]]:
    size = (round(1000 * aspect[0] / max(aspect)), round(1000 * aspect[1] / max(aspect)))
    return card_homography(pose, size, card.width_mm, card.height_mm), size


def _inside(aspect: tuple[int, int], card: CardRecipe, pose: Pose) -> F64:
    """Of a grid over the card (its rim included), which points (n,) fall inside the photo: 1 or 0."""
    homography, size = _unit_homography(aspect, card, pose)
    x, y = np.meshgrid(np.linspace(0, card.width_mm, 13), np.linspace(0, card.height_mm, 9))
    p = project(homography, np.column_stack([x.ravel(), y.ravel()]))
    return ((p >= 0) & (p <= np.asarray(size))).all(1).astype(np.float64)


def _sample_people(
    rng: np.random.Generator, cls: str, aspect: tuple[int, int], held: Held | None, pool: int
) -> tuple[PersonRecipe, ...]:
    if cls not in ("two_faces", "face_occluded") and rng.random() < 0.06:
        return ()
    first = _sample_person(rng, aspect, held, pool)
    if cls == "face_occluded":
        worn = str(rng.choice(["mask", "sunglasses", "scarf", "none"], p=[0.35, 0.15, 0.15, 0.35]))
        if held is None or worn != "none":
            return (replace(first, accessory=worn if worn != "none" else "mask"),)
        # the card itself is held before the face
        shift = rng.uniform(-0.30, 0.30, 2) * first.face_h
        return (replace(first, face_x=held.pose.x + float(shift[0]), face_y=held.pose.y - 0.15 * first.face_h + float(shift[1])),)
    if cls == "two_faces":
        side = 1 if first.face_x < 0.5 else -1
        second = _sample_person(rng, aspect, held, pool)
        x = first.face_x + side * float(rng.uniform(0.35, 0.5))
        return (replace(second, face_x=x, face_h=first.face_h * float(rng.uniform(0.7, 1.0)), own_clothes=False), first)
    return (first,)


def _sample_person(rng: np.random.Generator, aspect: tuple[int, int], held: Held | None, pool: int) -> PersonRecipe:
    face_h = float(rng.uniform(0.14, 0.46))
    if held is not None and rng.random() < 0.75:
        # a face is about 190 mm high and lies up to 1.8 times as far away as the card
        card_px_per_mm = held.pose.width_fraction * aspect[0] / WIDTH_MM
        face_h = float(np.clip(190 * card_px_per_mm / aspect[1] / rng.uniform(1.0, 2.0), 0.07, 0.62))
    source = str(rng.choice(PHOTOGRAPHED)) if rng.random() < 0.78 else f"drawn:{rng.integers(24)}"
    face_y = float(rng.uniform(0.5 * face_h - 0.05, 0.60))
    below_chin = {"astronaut": 2.8, "hopper": 1.35}.get(source, 0.0) * face_h
    return PersonRecipe(
        source=source,
        seed=_pooled(rng, pool),
        face_x=float(np.clip(rng.normal(0.5, 0.16), 0.02, 0.98)),
        face_y=face_y,
        face_h=face_h,
        tilt=float(rng.normal(0, 7)),
        flip=bool(rng.random() < 0.5),
        # a photographed body may only be used where its lower end stays out of the photo
        own_clothes=bool(face_y + 0.5 * face_h + below_chin > 1.05 and rng.random() < 0.7),
    )


def _apart(
    rng: np.random.Generator, cls: str, aspect: tuple[int, int], held: Held, people: tuple[PersonRecipe, ...]
) -> tuple[Held, tuple[PersonRecipe, ...]]:
    """Moves the card, then the people, until the card leaves the faces free."""
    for attempt in range(60):
        if all(_overlap(aspect, held, p) < 0.03 for p in people):
            return held, people
        pose = _sample_pose(rng, cls, aspect)
        pose = replace(pose, width_fraction=held.pose.width_fraction * 0.99**attempt)
        outside = 1 - float(_inside(aspect, held.card, pose).mean())
        if (0.04 < outside < 0.55) if cls == "cutoff" else outside == 0:
            held = Held(held.card, pose)
    return held, tuple(p for p in people if _overlap(aspect, held, p) < 0.03)


def _overlap(aspect: tuple[int, int], held: Held, person: PersonRecipe) -> float:
    """The share of the face that lies behind the card."""
    homography, size = _unit_homography(aspect, held.card, held.pose)
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = np.concatenate([r * np.column_stack([0.42 * np.cos(t), 0.5 * np.sin(t)]) for r in (0.3, 0.65, 1.0)])
    points = np.array([person.face_x * size[0], person.face_y * size[1]]) + ring * person.face_h * size[1]
    mm = project(np.linalg.inv(homography), points)
    return float(((mm > 0) & (mm < (held.card.width_mm, held.card.height_mm))).all(1).mean())


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
    return Frame(here, step / np.linalg.norm(step), float(scale))


def _sample_cover(
    rng: np.random.Generator, cls: str, aspect: tuple[int, int], held: Held
) -> tuple[tuple[Grip, ...], tuple[Blocker, ...]]:
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


def _sample_grip(rng: np.random.Generator, aspect: tuple[int, int], held: Held, taken: tuple[int, ...]) -> Grip:
    homography, _ = _unit_homography(aspect, held.card, held.pose)
    arm = float(rng.normal(90, 38))
    direction = np.array([np.cos(np.deg2rad(arm)), np.sin(np.deg2rad(arm))])
    kind = str(rng.choice(["pinch", "fingers", "cradle", "behind"], p=[0.50, 0.22, 0.22, 0.06]))
    base = Grip(
        kind=kind, edge=0, along=float(rng.uniform(-0.40, 0.40)), depth_mm=float(rng.uniform(6, 26)),
        angle=float(rng.normal(0, 16)), arm=arm, size=float(rng.uniform(0.82, 1.12)), handed=int(rng.choice([-1, 1])),
        digits=int(rng.integers(2, 5)), seed=int(rng.integers(2**31)),
    )  # fmt: skip
    # the hand comes from where its arm is
    towards = [float(-grip_frame(replace(base, edge=e), held.card, homography).inward @ direction) for e in range(4)]
    weight = np.array([np.exp(5 * t) * (e not in taken) for e, t in enumerate(towards)])
    edge = int(rng.choice(4, p=weight / weight.sum()))
    # a forearm turns at most about 60° against the hand
    outward = -grip_frame(replace(base, edge=edge), held.card, homography).inward
    straight = float(np.rad2deg(np.arctan2(outward[1], outward[0])))
    off = (arm - straight + 180) % 360 - 180
    return replace(base, edge=edge, arm=straight + float(np.clip(off, -55, 55)))


def _hand_skin(rng: np.random.Generator, people: tuple[PersonRecipe, ...]) -> tuple[float, float, float] | None:
    if people and rng.random() < 0.8:
        return None
    tone = skin_tone(rng)
    return float(tone[0]), float(tone[1]), float(tone[2])


def _touches_fields(aspect: tuple[int, int], held: Held, grip: Grip) -> bool:
    """Whether what is in front of the card comes over the name or the number."""
    homography, _ = _unit_homography(aspect, held.card, held.pose)
    frame = grip_frame(grip, held.card, homography)
    inverse = np.linalg.inv(homography)
    for part in hand.build(grip, frame, skin=np.zeros(3, np.float32)).front:
        for limb in part.limbs:
            mm = project(inverse, limb.line)
            radius = limb.radii[:, None] / frame.px_per_mm + 0.6
            for x0, y0, x1, y1 in (NAME_AREA, NUMBER_AREA):
                low, high = np.array([x0 * WIDTH_MM, y0 * HEIGHT_MM]), np.array([x1 * WIDTH_MM, y1 * HEIGHT_MM])
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


def _second_card(rng: np.random.Generator, aspect: tuple[int, int], held: Held, pool: int) -> Held:
    card = _sample_card(rng, "clear", pool)
    centre = np.array([held.pose.x, held.pose.y])
    for _ in range(100):
        pose = _sample_pose(rng, "clear", aspect)
        pose = replace(pose, width_fraction=held.pose.width_fraction * float(rng.uniform(0.6, 1.0)))
        far = np.abs(np.array([pose.x, pose.y]) - centre) * aspect / aspect[0]
        if float(_inside(aspect, card, pose).mean()) == 1 and np.hypot(*far) > 1.05 * held.pose.width_fraction:
            break
    return Held(card, pose)


def _sample_light(rng: np.random.Generator, cls: str) -> Light:
    d = np.array([rng.normal(0, 0.55), rng.normal(-0.5, 0.4), 0.9])
    d /= np.linalg.norm(d)
    lamps: list[Lamp] = []
    if cls == "glare":
        area = (NAME_AREA, NUMBER_AREA)[int(rng.integers(2))] if rng.random() < 0.7 else (0.1, 0.1, 0.9, 0.9)
        radiance = float(np.exp(rng.uniform(np.log(0.9), np.log(14))))
        lamps = [_sample_lamp(rng, area, radiance, 1.0) for _ in range(int(rng.integers(1, 3)))]
    elif rng.random() < 0.30:  # a faint one, or one off the fields
        lamps = [_sample_lamp(rng, (0.0, 0.0, 1.0, 1.0), float(rng.uniform(0.02, 0.18)), float(rng.uniform(0.5, 3)))]
    return Light(
        direction=(float(d[0]), float(d[1]), float(d[2])),
        falloff=float(abs(rng.normal(0, 0.45))),
        falloff_angle=float(rng.uniform(0, 360)),
        card=float(rng.uniform(0.72, 1.08)),
        haze=float(rng.choice([0.0, rng.uniform(0, 0.04), rng.uniform(0.02, 0.12)])),
        lamps=tuple(lamps),
        shadows=int(rng.choice([0, 1, 2, 3], p=[0.5, 0.28, 0.14, 0.08])),
        shadow_depth=float(rng.uniform(0.1, 0.65)),
        seed=int(rng.integers(2**31)),
    )


def _sample_lamp(rng: np.random.Generator, area: tuple[float, ...], radiance: float, size: float) -> Lamp:
    kind = str(rng.choice(["disc", "tube", "window"], p=[0.5, 0.25, 0.25]))
    half_w = float(rng.uniform(0.04, 0.20)) * size
    stretch = {"disc": rng.uniform(0.6, 1.0), "tube": rng.uniform(0.08, 0.25), "window": rng.uniform(0.6, 1.4)}[kind]
    return Lamp(
        kind=kind,
        x=float(rng.uniform(area[0], area[2])),
        y=float(rng.uniform(area[1], area[3])) * HEIGHT_MM / WIDTH_MM,
        half_w=half_w * (1.8 if kind == "tube" else 1.0),
        half_h=half_w * float(stretch),
        angle=float(rng.uniform(0, 180)),
        radiance=radiance,
        soft=float(rng.uniform(0.06, 0.6)),
        halo=radiance * float(rng.uniform(0.01, 0.12)),
    )


def _sample_optics(rng: np.random.Generator, cls: str) -> Optics:
    warm = rng.normal(0, 0.10)
    gains = np.exp([-warm + rng.normal(0, 0.03), rng.normal(0, 0.02), warm + rng.normal(0, 0.03)])
    noisy = float(np.exp(rng.uniform(np.log(0.5), np.log(4))))
    ev = {"lowlight": rng.uniform(-4.8, -1.5), "overexposed": rng.uniform(0.9, 3.3)}.get(cls, float(np.clip(rng.normal(-0.05, 0.25), -0.8, 0.25)))
    if cls == "lowlight":
        noisy *= rng.uniform(1.0, 3.0)
    shaken = rng.random() < 0.25
    motion = rng.uniform(0.05, 0.35) if shaken else 0.0
    return Optics(
        lens_sigma=float(rng.uniform(0.00022, 0.00060)),
        card_coc_mm=float(np.exp(rng.uniform(np.log(0.6), np.log(4.5)))) if cls == "defocus" else float(rng.uniform(0, 0.12)),
        scene_coc=float(rng.choice([0.0, rng.uniform(0, 0.004), rng.uniform(0.002, 0.014)])),
        motion_mm=float(np.exp(rng.uniform(np.log(0.8), np.log(7)))) if cls == "motion" else float(motion),
        motion_angle=float(rng.uniform(0, 180)),
        motion_curve=float(rng.normal(0, 0.3)),
        hand_only=bool(rng.random() < 0.3),
        ev=float(ev),
        shot=2e-4 * noisy,
        read=float(rng.uniform(0.001, 0.005)) * noisy**0.5,
        chroma=float(rng.choice([0.0, rng.uniform(0.0, 0.012)])),
        gains=(float(gains[0]), float(gains[1]), float(gains[2])),
        contrast=float(rng.uniform(-0.1, 0.55)),
        sharpen=float(rng.choice([0.0, rng.uniform(0, 0.9)])),
        beauty=float(rng.choice([0.0, 0.0, 0.0, rng.uniform(0.1, 1)])),
        vignette=float(rng.choice([0.0, rng.uniform(0, 0.45)])),
        seed=int(rng.integers(2**31)),
    )


def _severity(
    cls: str, held: Held | None, light: Light, optics: Optics, grips: tuple[Grip, ...], people: tuple[PersonRecipe, ...]
) -> tuple[tuple[str, float | str], ...]:
    """The physical numbers that say how strong the class's own defect is."""
    if cls == "defocus":
        return (("card_coc_mm", optics.card_coc_mm),)
    if cls == "motion":
        return (("motion_mm", optics.motion_mm), ("motion_angle", optics.motion_angle))
    if cls in ("lowlight", "overexposed"):
        return (("ev", optics.ev), ("shot", optics.shot), ("read", optics.read))
    if cls == "glare":
        lamp = max(light.lamps, key=lambda one: one.radiance)
        return (("radiance", lamp.radiance), ("glare_x", lamp.x), ("glare_y", lamp.y * WIDTH_MM / HEIGHT_MM),
                ("half_w", lamp.half_w), ("half_h", lamp.half_h), ("lamps", float(len(light.lamps))))  # fmt: skip
    if cls == "card_occluded" and grips:
        return (("depth_mm", grips[0].depth_mm), ("grip", grips[0].kind))
    if cls == "face_occluded" and people:
        return (("how", people[0].accessory if people[0].accessory != "none" else "card"),)
    if cls in ("small", "cutoff") and held is not None:
        return (("width_fraction", held.pose.width_fraction),)
    return ()
