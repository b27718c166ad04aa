"""Labelled sets: pictures, what is true of them, and what somebody claims of them.

The format is that of ``python -m samples.generate``: one JSON object a line in ``labels.jsonl`` beside the
pictures, and optionally ``claims.jsonl`` with typed names and numbers. A missing or null key means not known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from idcheck.types import Claim

SEES: Final[dict[str, tuple[str, ...]]] = {
    "defocus": ("name.blur", "id_number.blur", "card.blur"),
    "motion": ("name.blur", "id_number.blur", "card.blur"),
    "lowlight": ("name.lighting", "id_number.lighting", "card.lighting", "face.lighting"),
    "overexposed": ("name.exposure", "id_number.exposure", "card.exposure", "face.exposure"),
    "glare": ("name.glare", "id_number.glare", "card.glare"),
    "card_occluded": ("name.occlusion", "id_number.occlusion", "card.occlusion"),
    "face_occluded": ("face.occlusion",),
    "cutoff": ("card.framing",),
    "small": ("card.resolution",),
}
"""Class of picture → the measurements that should see it; the lowest score counts."""

GENUINE: Final = "genuine"
"""The kind of a claim that is what the card says."""

STANDARD_CLAIM: Final = Claim(name="王小明", id_number="110101199001010007")
"""What is claimed of a picture without a card."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One labelled picture."""

    path: Path
    label: dict[str, Any]

    @property
    def key(self) -> str:
        """Tells it from all others, also where several sets are read."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def kind(self) -> str:
        """Its class: ``clear``, a defect, or a decoy."""
        return str(self.label["class"])

    @property
    def shows_card(self) -> bool:
        """Whether a portrait side is in it."""
        return self.label.get("card_corners") is not None

    @property
    def is_decoy(self) -> bool:
        """Whether it is known that no portrait side is in it."""
        return "card_corners" in self.label and not self.shows_card

    @property
    def card_is_whole(self) -> bool:
        """Whether the card lies inside the frame, is at most 20 % covered and at least 18 % of its width."""
        label = self.label
        return (
            self.shows_card
            and label.get("card_visible", 1) >= 0.8
            and label.get("card_outside", 0) == 0
            and label.get("card_frame_fraction", 1) >= 0.18
        )

    @property
    def is_defective(self) -> bool:
        """Whether it really has the defect of its class, by its physical label and not by its name."""
        label, severity = self.label, self.label.get("severity") or {}
        blurred = (label.get("blur_mm") or 0) >= 0.9
        legible = bool(label.get("name_legible") and label.get("number_legible"))
        visible = min(label.get("name_visible") or 0, label.get("number_visible") or 0)
        truth = {
            "defocus": blurred,
            "motion": blurred,
            "lowlight": not legible or severity.get("ev", 0) <= -3,
            "overexposed": True,
            "glare": (label.get("card_saturated") or 0) >= 0.03,
            "card_occluded": visible < 0.95,
            "face_occluded": (label.get("face_covered") or 0) >= 0.15,
            "cutoff": (label.get("card_outside") or 0) >= 0.03,
            "small": True,
        }
        return truth.get(self.kind, False)


@dataclass(frozen=True, slots=True)
class Submission:
    """A picture with a claim; ``kind`` is `GENUINE`, or ``name_…`` or ``number_…`` by how it differs."""

    picture: Picture
    claim: Claim
    kind: str

    @property
    def is_genuine(self) -> bool:
        """Whether the claim is what the card says."""
        return self.kind == GENUINE

    @property
    def false_field(self) -> str:
        """The field in which an impostor's claim is false."""
        return "name" if self.kind.startswith("name") else "id_number"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read_pictures(folder: Path) -> list[Picture]:
    """The pictures of a labelled set.

    Raises:
        FileNotFoundError: the folder has no ``labels.jsonl``.
    """
    return [Picture(folder / label["file"], label) for label in _lines(folder / "labels.jsonl")]


def read_submissions(folder: Path) -> list[Submission]:
    """Every picture with every claim made of it; with the genuine one where there is no ``claims.jsonl``."""
    pictures = read_pictures(folder)
    claims: dict[str, list[tuple[Claim, str]]] = {}
    if (folder / "claims.jsonl").is_file():
        for row in _lines(folder / "claims.jsonl"):
            claim = Claim(name=row["typed_name"], id_number=row["typed_number"])
            claims.setdefault(row["file"], []).append((claim, row["kind"]))
    return [
        Submission(picture, claim, kind)
        for picture in pictures
        for claim, kind in claims.get(picture.label["file"], [(_genuine(picture), GENUINE)])
    ]


def _genuine(picture: Picture) -> Claim:
    name, number = picture.label.get("name"), picture.label.get("id_number")
    return Claim(name=name, id_number=number) if name and number else STANDARD_CLAIM
