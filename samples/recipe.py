"""What determines a picture: sampled class by class, independent of any size in pixels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from samples.arrangement import Held, held_apart, sample_held, sample_people, second_card
from samples.camera import Optics
from samples.card import HEIGHT_MM, WIDTH_MM
from samples.conditions import sample_light, sample_optics
from samples.covering import Blocker, hand_skin, sample_cover
from samples.hand import Grip
from samples.light import Light
from samples.person import PersonRecipe

# Every class and how often it is drawn when none is asked for.
CLASSES: Mapping[str, float] = MappingProxyType({
    "clear": 0.26, "defocus": 0.07, "motion": 0.07, "lowlight": 0.07, "overexposed": 0.06, "glare": 0.08,
    "card_occluded": 0.08, "face_occluded": 0.05, "cutoff": 0.06, "small": 0.05,
    "no_card": 0.04, "bank_card": 0.02, "paper": 0.02, "phone": 0.02, "emblem": 0.02, "blank_card": 0.01,
    "two_cards": 0.01, "two_faces": 0.01,
})  # fmt: skip
DECOYS = ("no_card", "bank_card", "paper", "phone", "emblem", "blank_card")
ASPECTS = ((3, 4), (9, 16), (4, 3), (16, 9), (1, 1), (2, 3))


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

    def size(self, long_side: int) -> tuple[int, int]:
        """(W, H) in px of the upright photo at `long_side`."""
        w, h = self.aspect
        return round(long_side * w / max(w, h)), round(long_side * h / max(w, h))

    @property
    def severity(self) -> dict[str, float | str]:
        """The physical numbers that say how strong the class's own defect is; empty where it has none."""
        measure = _SEVERITY.get(self.cls)
        return measure(self) if measure else {}


def _glare(recipe: Recipe) -> dict[str, float | str]:
    lamp = max(recipe.light.lamps, key=lambda one: one.radiance)
    return {
        "radiance": lamp.radiance,
        "glare_x": lamp.x,
        "glare_y": lamp.y * WIDTH_MM / HEIGHT_MM,
        "half_w": lamp.half_w,
        "half_h": lamp.half_h,
        "lamps": len(recipe.light.lamps),
    }


def _exposure(recipe: Recipe) -> dict[str, float | str]:
    return {"ev": recipe.optics.ev, "shot": recipe.optics.shot, "read": recipe.optics.read}


def _occlusion(recipe: Recipe) -> dict[str, float | str]:
    if recipe.blockers:
        return {"how": "blocker", "half_w": recipe.blockers[0].half_w, "half_h": recipe.blockers[0].half_h}
    return {"how": recipe.grips[0].kind, "depth_mm": recipe.grips[0].depth_mm}


def _face_occlusion(recipe: Recipe) -> dict[str, float | str]:
    worn = recipe.people[-1].accessory if recipe.people else "none"
    return {"how": worn if worn != "none" else "card"}


def _size(recipe: Recipe) -> dict[str, float | str]:
    return {"width_fraction": recipe.held.pose.width_fraction} if recipe.held else {}


_SEVERITY: Mapping[str, Callable[[Recipe], dict[str, float | str]]] = MappingProxyType({
    "defocus": lambda r: {"card_coc_mm": r.optics.card_coc_mm},
    "motion": lambda r: {"motion_mm": r.optics.motion_mm, "motion_angle": r.optics.motion_angle},
    "lowlight": _exposure,
    "overexposed": _exposure,
    "glare": _glare,
    "card_occluded": _occlusion,
    "face_occluded": _face_occlusion,
    "cutoff": _size,
    "small": _size,
})  # fmt: skip


def sample_recipe(rng: np.random.Generator, cls: str | None = None, *, card_pool: int = 0) -> Recipe:
    """Draws a picture of class `cls`, or of a class drawn by the weights in `CLASSES`.

    `card_pool` above 0 takes cards and people from that many looks only, so that a training loop finds them
    in caches.

    Raises:
        KeyError: `cls` is not one of `CLASSES`.
    """
    if cls is None:
        cls = str(rng.choice(list(CLASSES), p=list(CLASSES.values())))
    elif cls not in CLASSES:
        raise KeyError(f"unknown class {cls!r}; known are {', '.join(CLASSES)}")
    aspect = ASPECTS[int(rng.choice(len(ASPECTS), p=[0.42, 0.2, 0.17, 0.1, 0.05, 0.06]))]
    held = None if cls == "no_card" else sample_held(rng, cls, aspect, card_pool)
    light = sample_light(rng, cls, held.card if held else None)
    people = sample_people(rng, cls, aspect, held, card_pool)
    if held is not None and cls != "face_occluded":
        held, people = held_apart(rng, cls, aspect, held, people)
    grips: tuple[Grip, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    if held is not None:
        grips, blockers = sample_cover(rng, cls, aspect, held, people)
    others: tuple[Held, ...] = ()
    if cls == "two_cards" and held is not None:
        others = (second_card(rng, aspect, held, card_pool),)
    optics = sample_optics(rng, cls, light)
    return Recipe(
        cls=cls,
        aspect=aspect,
        mirrored=bool(rng.random() < 0.15),
        exif_orientation=int(rng.choice([1, 6, 8, 3, 2, 5], p=[0.7, 0.14, 0.06, 0.05, 0.03, 0.02])),
        jpeg_quality=int(rng.integers(30, 96)) if rng.random() < 0.4 else int(rng.integers(70, 96)),
        held=held,
        others=others,
        grips=grips,
        hand_skin=hand_skin(rng, people),
        blockers=blockers,
        people=people,
        background_seed=int(rng.integers(2**31)),
        light=light,
        optics=optics,
    )
