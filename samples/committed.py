"""The committed samples: ``python -m samples.committed`` draws them and writes what is expected of each.

One sample for approval, one or more for every reason code, each with the claim, the facts and the day that
make its case. Expectations are written here by hand; the tests hold the pipeline to them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.progress import track

from samples.generate import jpeg
from samples.identity import Identity, check_digit
from samples.recipe import Recipe, sample_recipe
from samples.scene import render

HOME: Final = Path(__file__).parent
ON: Final = "2026-11-22"
LONG_SIDE: Final = 1280
QUALITY: Final = 85
FACTS: Final = {"valid_until": "2035-01-01", "accounts_verified": 0, "severe_violation": False}

Claim = dict[str, str]


def truth(identity: Identity) -> Claim:
    """What the card says."""
    return {"name": identity.name, "id_number": identity.number}


def another_name(identity: Identity) -> Claim:
    """Another given name."""
    given = "建国" if "建" not in identity.name else "思远"
    return truth(identity) | {"name": identity.name[0] + given}


def another_number(identity: Identity) -> Claim:
    """A valid number of somebody born nine days away."""
    day = int(identity.number[12:14])
    first17 = f"{identity.number[:12]}{day + 9 if day < 19 else day - 9:02}{identity.number[14:17]}"
    return truth(identity) | {"id_number": first17 + check_digit(first17)}


def mistyped_number(identity: Identity) -> Claim:
    """A number whose check character is wrong."""
    return truth(identity) | {
        "id_number": identity.number[:17] + ("1" if identity.number[17] != "1" else "2")
    }


def as_typed(identity: Identity) -> Claim:
    """The truth as people type it: full-width digits and spaces."""
    wide = identity.number.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    return {"name": f" {identity.name} ", "id_number": f"{wide[:6]} {wide[6:14]} {wide[14:]}"}


def without_people(recipe: Recipe) -> Recipe:
    """The same scene with nobody's head in it."""
    skin = recipe.hand_skin or (0.2, 0.28, 0.45)  # a hand without a face to match
    return replace(recipe, people=(), hand_skin=skin)


def born_earlier(recipe: Recipe) -> Recipe:
    """The same card, printing a birth ten years before the one in its number."""
    if recipe.held is None:
        return recipe
    who = recipe.held.card.identity
    card = replace(recipe.held.card, identity=replace(who, birth=who.birth.replace(year=who.birth.year - 10)))
    return replace(recipe, held=replace(recipe.held, card=card))


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture to draw: class and seed of its recipe, and what to change in it."""

    cls: str
    seed: int
    exif_orientation: int = 1
    mirrored: bool = False
    alter: Callable[[Recipe], Recipe] = lambda recipe: recipe

    def recipe(self) -> Recipe:
        """The recipe; orientation and mirror are as the table says, not as drawn."""
        drawn = self.alter(sample_recipe(np.random.default_rng([2026, self.seed]), self.cls))
        return replace(drawn, exif_orientation=self.exif_orientation, mirrored=self.mirrored)


@dataclass(frozen=True, slots=True)
class Case:
    """A submission and what is expected of it."""

    id: str
    photo: str
    decision: str
    codes: tuple[str, ...] = ()
    claim: Callable[[Identity], Claim] = truth
    facts: dict[str, Any] = field(default_factory=lambda: dict(FACTS))


PHOTOS: Final[dict[str, Photo]] = {
    "clear": Photo("clear", 11),
    "clear_sideways": Photo("clear", 14, exif_orientation=6),
    "clear_low": Photo("clear", 15),
    "clear_busy": Photo("clear", 16, exif_orientation=3),
    "clear_mirrored": Photo("clear", 18, mirrored=True),
    "clear_turned": Photo("clear", 20, exif_orientation=8),
    "clear_drawn": Photo("clear", 5, exif_orientation=5),
    "clear_fingers": Photo("clear", 19),
    "contradicting": Photo("clear", 24, alter=born_earlier),
    "defocus": Photo("defocus", 7),
    "defocus_strong": Photo("defocus", 12),
    "motion": Photo("motion", 29),
    "lowlight": Photo("lowlight", 25),
    "overexposed": Photo("overexposed", 7),
    "glare": Photo("glare", 35),
    "glare_mild": Photo("glare", 42),
    "card_occluded": Photo("card_occluded", 7),
    "card_occluded_name": Photo("card_occluded", 33),
    "face_occluded": Photo("face_occluded", 23),
    "cutoff": Photo("cutoff", 25),
    "small": Photo("small", 24),
    "no_card": Photo("no_card", 2),
    "bank_card": Photo("bank_card", 3),
    "emblem": Photo("emblem", 0),
    "two_cards": Photo("two_cards", 33),
    "two_faces": Photo("two_faces", 24),
    "nobody": Photo("clear", 10, alter=without_people),
}

CASES: Final = (
    Case("approved", "clear", "approved"),
    Case("approved_sideways", "clear_sideways", "approved"),
    Case("approved_mirrored", "clear_mirrored", "approved"),
    Case("approved_full_width_digits", "clear_busy", "approved", claim=as_typed),
    Case("approved_long_term", "clear_turned", "approved", facts={**FACTS, "valid_until": "长期"}),
    Case(
        "expires_soon",
        "clear_low",
        "approved",
        ("document.expires_soon",),
        facts={**FACTS, "valid_until": "2026-12-01"},
    ),
    Case(
        "nothing_supplied",
        "clear",
        "review",
        ("account.severe_violation", "document.account_limit_reached", "document.expired"),
        facts={},
    ),
    Case("name_mismatch", "clear_busy", "resubmit", ("info.name_mismatch",), claim=another_name),
    Case("number_mismatch", "clear_turned", "resubmit", ("info.id_number_mismatch",), claim=another_number),
    Case("number_invalid", "clear_sideways", "resubmit", ("info.id_number_invalid",), claim=mistyped_number),
    Case(
        "expired",
        "clear_drawn",
        "rejected",
        ("document.expired",),
        facts={**FACTS, "valid_until": "2026-11-21"},
    ),
    Case(
        "validity_inconsistent",
        "clear_fingers",
        "resubmit",
        ("document.validity_inconsistent",),
        facts={**FACTS, "valid_from": "2036-01-01"},
    ),
    Case(
        "account_limit",
        "clear_mirrored",
        "rejected",
        ("document.account_limit_reached",),
        facts={**FACTS, "accounts_verified": 5},
    ),
    Case(
        "violation",
        "clear_low",
        "rejected",
        ("account.severe_violation",),
        facts={**FACTS, "severe_violation": True},
    ),
    Case("card_inconsistent", "contradicting", "review", ("info.card_inconsistent",)),
    Case("defocus", "defocus", "resubmit", ("photo.blurred",)),
    Case("unreadable", "defocus_strong", "resubmit", ("photo.blurred", "photo.unreadable")),
    Case("motion", "motion", "resubmit", ("photo.blurred",)),
    Case("lowlight", "lowlight", "resubmit", ("photo.low_light",)),
    Case("overexposed", "overexposed", "resubmit", ("photo.glare", "photo.overexposed")),
    Case("glare", "glare", "resubmit", ("photo.glare",)),
    Case("glare_mild", "glare_mild", "resubmit", ("photo.glare",)),
    Case("number_covered", "card_occluded", "resubmit", ("photo.card_occluded",)),
    Case("name_covered", "card_occluded_name", "resubmit", ("photo.card_occluded",)),
    Case("face_covered", "face_occluded", "resubmit", ("photo.face_occluded",)),
    Case("cut_off", "cutoff", "resubmit", ("photo.card_cut_off",)),
    Case("too_small", "small", "resubmit", ("photo.blurred", "photo.card_too_small")),
    Case("no_card", "no_card", "resubmit", ("photo.card_missing",)),
    Case("bank_card", "bank_card", "resubmit", ("photo.card_missing",)),
    Case("emblem_side", "emblem", "resubmit", ("photo.wrong_side",)),
    Case("two_cards", "two_cards", "resubmit", ("photo.several_cards",)),
    Case("two_people", "two_faces", "resubmit", ("photo.several_faces",)),
    Case("nobody", "nobody", "resubmit", ("photo.face_missing",)),
)


def draw(photo: Photo) -> tuple[bytes, dict[str, Any], Identity | None]:
    """A picture as JPEG, its label, and who the held card belongs to."""
    recipe = photo.recipe()
    scene = render(recipe, LONG_SIDE)
    identity = recipe.held.card.identity if recipe.held is not None else None
    return jpeg(scene.bgr, QUALITY, recipe.exif_orientation), scene.label, identity


def main() -> None:
    """Draw the photos and write ``labels.jsonl`` and ``expected.jsonl``."""
    folder = HOME / "photos"
    folder.mkdir(exist_ok=True)
    for stale in folder.iterdir():
        stale.unlink()
    owners: dict[str, Identity | None] = {}
    with (HOME / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for name, photo in track(PHOTOS.items(), description="drawing"):
            data, label, owners[name] = draw(photo)
            (folder / f"{name}.jpg").write_bytes(data)
            row = {"file": f"photos/{name}.jpg", **label, "exif_orientation": photo.exif_orientation}
            labels.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (HOME / "expected.jsonl").open("w", encoding="utf-8") as expected:
        for case in CASES:
            owner = owners[case.photo]
            row = {
                "id": case.id,
                "file": f"photos/{case.photo}.jpg",
                "claim": case.claim(owner)
                if owner
                else {"name": "王小明", "id_number": "110101199001010007"},
                "facts": case.facts,
                "on": ON,
                "decision": case.decision,
                "codes": sorted(case.codes),
            }
            expected.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
