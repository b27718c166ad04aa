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
    return replace(recipe, people=())


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


PHOTOS: Final[dict[str, Photo]] = {}
CASES: Final[tuple[Case, ...]] = ()


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
