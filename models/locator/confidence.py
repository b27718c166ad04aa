"""Fits how sure the locator is of a card to what the last look at each candidate tells.

    python -m samples.generate --seed 3001 --count 500 --long-side 1280 --out DIR
    python -m models.locator.confidence DIR [DIR ...]

Logistic regression on `idcheck.scene.locator.clues`: a candidate is right where its corners, whichever way
up, are off by less than a quarter of the card's width on average. What is off by little more, and pictures
of two cards, of which one is labelled, teach nothing. Prints the weights (`_TRUST` and `_DISBELIEF` of the
locator) and, for confidences from which a card is believed in, what would be found in the half of the
pictures that was not fitted to, and how many of its pictures without an identity card would be taken for
one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from idcheck import photo, weights
from idcheck.pipeline import LOCATOR_WEIGHTS
from idcheck.scene import Locator
from idcheck.scene.card import TURNS, Kind

Floats = NDArray[np.float64]

RIGHT = 0.25
NEARLY = 0.35
"""Mean errors of the corners, of the card's width."""
SHRINKAGE = 1e-3
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture: its label, the clues of its candidates that look like identity cards, and their errors."""

    label: dict[str, Any]
    clues: Floats
    errors: Floats

    @property
    def full(self) -> bool:
        """Whether there is a card that must be found; see `models.locator.evaluate`."""
        label = self.label
        return bool(
            label["card_corners"]
            and label["class"] != "two_cards"
            and label["card_visible"] >= 0.8
            and label["card_outside"] == 0
            and label["card_frame_fraction"] >= 0.18
        )

    @property
    def decoy(self) -> bool:
        """Whether no identity card is in it."""
        return self.label["card_corners"] is None and self.label["class"] != "emblem"


def shown(locator: Locator, folder: Path) -> list[Shown]:
    """What the locator sees in each picture of a labelled set."""
    pictures = []
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        looks = [
            look
            for look in locator.looks(photo.decode((folder / label["file"]).read_bytes()))
            if np.argmax(look[0].kinds) in (Kind.PORTRAIT, Kind.EMBLEM)
        ]
        errors = [_error(seen.corners, label) for seen, _ in looks]
        clues = np.array([told for _, told in looks]).reshape(-1, 4)
        pictures.append(Shown(label, clues, np.array(errors)))
    return pictures


def _error(corners: Floats, label: dict[str, Any]) -> float:
    """Mean error of the corners, whichever way up, of the card's width; infinite where there is no card."""
    if label["card_corners"] is None:
        return float("inf")
    true = np.array(label["card_corners"])
    apart = min(np.linalg.norm(corners[turn] - true, axis=1).mean() for turn in TURNS)
    return float(apart) / float(label["card_width_px"])


def fit(pictures: Sequence[Shown]) -> Floats:
    """Weights of the clues, and the constant last."""
    taught = [p for p in pictures if p.label["class"] not in ("two_cards", "emblem")]
    told = np.concatenate([p.clues for p in taught])
    errors = np.concatenate([p.errors for p in taught])
    known = ~((errors >= RIGHT) & (errors < NEARLY))
    inputs = np.column_stack([told[known], np.ones(known.sum())])
    side = np.where(errors[known] < RIGHT, 1.0, -1.0)

    def loss(trust: Floats) -> float:
        return float(np.logaddexp(0, -side * (inputs @ trust)).mean() + SHRINKAGE * (trust[:-1] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(inputs.shape[1])).x, np.float64)


def report(pictures: Sequence[Shown], trust: Floats) -> None:
    """A line for each threshold."""
    for threshold in THRESHOLDS:
        best = [_best(p, trust, threshold) for p in pictures]
        full = [
            error is not None and error < RIGHT for p, error in zip(pictures, best, strict=True) if p.full
        ]
        taken = [error is not None for p, error in zip(pictures, best, strict=True) if p.decoy]
        print(
            f"from {threshold:.1f}: {sum(full)} of {len(full)} cards found, "
            f"{sum(taken)} of {len(taken)} decoys taken for one"
        )


def _best(picture: Shown, trust: Floats, threshold: float) -> float | None:
    """Error of the surest candidate, if it is sure enough."""
    if not len(picture.errors):
        return None
    confidence = 1 / (1 + np.exp(-picture.clues @ trust[:-1] - trust[-1]))
    surest = int(confidence.argmax())
    return float(picture.errors[surest]) if confidence[surest] >= threshold else None


def main() -> None:
    """Look, fit, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    locator = Locator(*map(weights.load, LOCATOR_WEIGHTS))
    pictures = [picture for folder in args.folders for picture in shown(locator, folder)]
    report(pictures[1::2], fit(pictures[::2]))
    print("of all:", np.round(fit(pictures), 2))


if __name__ == "__main__":
    main()
