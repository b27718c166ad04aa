"""Where the card and the people are in the photo."""

from dataclasses import dataclass, replace

import numpy as np

from samples.arrays import F64, project
from samples.camera import Pose, card_homography
from samples.card import WIDTH_MM, CardRecipe
from samples.identity import Identity, sample_identity
from samples.person import PHOTOGRAPHED, PersonRecipe

Aspect = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Held:
    """A card or something like it, and where it is."""

    card: CardRecipe
    pose: Pose


def _pooled(rng: np.random.Generator, pool: int) -> int:
    return int(rng.integers(pool if pool > 0 else 2**31))


def sample_held(rng: np.random.Generator, cls: str, aspect: Aspect, pool: int) -> Held:
    """What is held up, wholly inside the photo unless the class is about that."""
    card = _sample_card(rng, cls, pool)
    for _ in range(200):
        pose = _sample_pose(rng, cls, aspect)
        outside = 1 - float(_inside(aspect, card, pose).mean())
        if (0.04 < outside < 0.55) if cls == "cutoff" else outside == 0:
            return Held(card, pose)
    # a card that fits any photo
    return Held(
        card, replace(pose, x=0.5, y=0.62, width_fraction=min(pose.width_fraction, 0.3), yaw=0.0, pitch=0.0)
    )


def _sample_card(rng: np.random.Generator, cls: str, pool: int) -> CardRecipe:
    seed = _pooled(rng, pool)
    who: Identity = sample_identity(np.random.default_rng(seed))
    if cls == "paper":
        width = float(rng.uniform(70, 210))
        return CardRecipe("paper", who, seed, width, width * float(rng.uniform(0.55, 1.45)), 0.3)
    if cls == "phone":
        width = float(rng.uniform(66, 80))
        return CardRecipe(
            "phone", who, seed, width, width * float(rng.uniform(1.9, 2.2)), float(rng.uniform(5, 10))
        )
    kind = cls if cls in ("bank_card", "blank_card", "emblem") else "portrait"
    return CardRecipe(kind, who, seed)


def _sample_pose(rng: np.random.Generator, cls: str, aspect: Aspect) -> Pose:
    if cls == "small":
        fraction = rng.uniform(0.045, 0.12)
    else:
        # in a clear picture the print must be large enough to read at a long side of 1440 px
        least = 0.23 * max(aspect) / aspect[0] if cls == "clear" else 0.12
        most = 0.70 if aspect[0] <= aspect[1] else 0.52
        fraction = np.exp(rng.uniform(np.log(least), np.log(most)))
    most_tilt = 22 if cls == "clear" else 40
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
        width_fraction=float(fraction),
        roll=float(roll % 360),
        yaw=float(np.clip(rng.normal(0, 14), -most_tilt, most_tilt)),
        pitch=float(np.clip(rng.normal(0, 14), -most_tilt, most_tilt)),
        focal=float(rng.uniform(0.65, 1.3)),
    )


def unit_homography(aspect: Aspect, card: CardRecipe, pose: Pose) -> tuple[F64, tuple[int, int]]:
    """The map from card millimetres to a photo with a long side of 1000 px, and that photo's (W, H)."""
    size = (round(1000 * aspect[0] / max(aspect)), round(1000 * aspect[1] / max(aspect)))
    return card_homography(pose, size, card.width_mm, card.height_mm), size


def _inside(aspect: Aspect, card: CardRecipe, pose: Pose) -> F64:
    """Of a grid over the card (its rim included), which points (n,) fall inside the photo: 1 or 0."""
    homography, size = unit_homography(aspect, card, pose)
    x, y = np.meshgrid(np.linspace(0, card.width_mm, 13), np.linspace(0, card.height_mm, 9))
    p = project(homography, np.column_stack([x.ravel(), y.ravel()]))
    return np.asarray(((p >= 0) & (p <= np.asarray(size))).all(1), np.float64)


def second_card(rng: np.random.Generator, aspect: Aspect, held: Held, pool: int) -> Held:
    """Another portrait side in the same photo, beside the held one."""
    card = _sample_card(rng, "clear", pool)
    centre = np.array([held.pose.x, held.pose.y])
    for _ in range(100):
        pose = _sample_pose(rng, "clear", aspect)
        pose = replace(pose, width_fraction=held.pose.width_fraction * float(rng.uniform(0.6, 1.0)))
        far = np.abs(np.array([pose.x, pose.y]) - centre) * aspect / aspect[0]
        if (
            float(_inside(aspect, card, pose).mean()) == 1
            and np.hypot(*far) > 1.05 * held.pose.width_fraction
        ):
            break
    return Held(card, pose)


def sample_people(
    rng: np.random.Generator, cls: str, aspect: Aspect, held: Held | None, pool: int
) -> tuple[PersonRecipe, ...]:
    """Who is in the photo, from far to near: the holder is the last one.

    Sometimes nobody, but not in a clear picture: there it would be a defect.
    """
    if cls not in ("two_faces", "face_occluded") and rng.random() < 0.06 and cls != "clear":
        return ()
    first = _sample_person(rng, aspect, held, pool)
    if cls == "face_occluded":
        worn = str(rng.choice(["mask", "sunglasses", "scarf", "none"], p=[0.35, 0.15, 0.15, 0.35]))
        if held is None or worn != "none":
            return (replace(first, accessory=worn if worn != "none" else "mask"),)
        # the card itself is held before the face
        shift = rng.uniform(-0.30, 0.30, 2) * first.face_h
        return (
            replace(
                first,
                face_x=held.pose.x + float(shift[0]),
                face_y=held.pose.y - 0.15 * first.face_h + float(shift[1]),
            ),
        )
    if cls == "two_faces":
        side = 1 if first.face_x < 0.5 else -1
        second = _sample_person(rng, aspect, held, pool)
        x = first.face_x + side * float(rng.uniform(0.35, 0.5))
        return (
            replace(second, face_x=x, face_h=first.face_h * float(rng.uniform(0.7, 1.0)), own_clothes=False),
            first,
        )
    return (first,)


def _sample_person(rng: np.random.Generator, aspect: Aspect, held: Held | None, pool: int) -> PersonRecipe:
    face_h = float(rng.uniform(0.14, 0.46))
    if held is not None and rng.random() < 0.75:
        # a face is about 190 mm high and lies up to 1.8 times as far away as the card
        card_px_per_mm = held.pose.width_fraction * aspect[0] / WIDTH_MM
        face_h = float(np.clip(190 * card_px_per_mm / aspect[1] / rng.uniform(1.0, 2.0), 0.07, 0.62))
    source = str(rng.choice(PHOTOGRAPHED)) if rng.random() < 0.78 else f"drawn:{rng.integers(24)}"
    # the photo cuts at most a little off the face
    half_w = min(0.5, 0.42 * face_h * aspect[1] / aspect[0])
    face_x = float(np.clip(rng.normal(0.5, 0.16), half_w, 1 - half_w))
    face_y = float(rng.uniform(0.45 * face_h, 0.60))
    below_chin = {"astronaut": 2.8, "hopper": 1.35}.get(source, 0.0) * face_h
    return PersonRecipe(
        source=source,
        seed=_pooled(rng, pool),
        face_x=face_x,
        face_y=face_y,
        face_h=face_h,
        tilt=float(rng.normal(0, 7)),
        flip=bool(rng.random() < 0.5),
        # a photographed body may only be used where its lower end stays out of the photo
        own_clothes=bool(face_y + 0.5 * face_h + below_chin > 1.05 and rng.random() < 0.7),
    )


def held_apart(
    rng: np.random.Generator, cls: str, aspect: Aspect, held: Held, people: tuple[PersonRecipe, ...]
) -> tuple[Held, tuple[PersonRecipe, ...]]:
    """Moves the card, then the people, until the card leaves the faces free."""
    for _ in range(60):
        if all(_overlap(aspect, held, p) < 0.03 for p in people):
            return held, people
        pose = _sample_pose(rng, cls, aspect)
        # never larger than before, so that room is found in the end
        pose = replace(pose, width_fraction=min(pose.width_fraction, held.pose.width_fraction))
        outside = 1 - float(_inside(aspect, held.card, pose).mean())
        if (0.04 < outside < 0.55) if cls == "cutoff" else outside == 0:
            held = Held(held.card, pose)
    return held, tuple(p for p in people if _overlap(aspect, held, p) < 0.03)


def face_points(aspect: Aspect, person: PersonRecipe) -> F64:
    """Points (48, 2) over the person's face, in a photo with a long side of 1000 px."""
    width, height = (1000 * side / max(aspect) for side in aspect)
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    rings = [r * np.column_stack([0.42 * np.cos(t), 0.5 * np.sin(t)]) for r in (0.3, 0.65, 1.0)]
    return (
        np.array([person.face_x * width, person.face_y * height]) + np.vstack(rings) * person.face_h * height
    )


def _overlap(aspect: Aspect, held: Held, person: PersonRecipe) -> float:
    """The share of the face that lies behind the card."""
    homography, _ = unit_homography(aspect, held.card, held.pose)
    mm = project(np.linalg.inv(homography), face_points(aspect, person))
    return float(((mm > 0) & (mm < (held.card.width_mm, held.card.height_mm))).all(1).mean())
