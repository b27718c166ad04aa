"""How well the locator does on a labelled set (`labels.jsonl` beside the pictures).

python -m samples.generate --seed 77001 --count 150 --long-side 1440 --out DIR
python -m models.locator.evaluate DIR

A card is found where its corners, whichever way up, are off by less than a quarter of its width on average.
It is full where at least 0.8 of it shows, nothing of it is outside the frame, and it has 0.18 of the photo's
width; cut off where 0.03 of it or more is outside; small where it has less than 0.18 of the width.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idcheck import photo, weights
from idcheck.pipeline import LOCATOR_WEIGHTS
from idcheck.scene import Locator
from idcheck.types import Box, Scene, Side


@dataclass(frozen=True, slots=True)
class Row:
    """One picture: what is true of it and what was found."""

    label: dict[str, Any]
    scene: Scene
    seconds: float

    @property
    def full(self) -> bool:
        """Whether the card is one that must be found."""
        label = self.label
        return bool(
            label.get("card_corners")
            and label.get("card_visible", 1) >= 0.8
            and label.get("card_outside", 0) == 0
            and label.get("card_frame_fraction", 1) >= 0.18
        )

    @property
    def cut(self) -> bool:
        """Whether the frame cuts the card."""
        return bool(self.label.get("card_corners") and self.label.get("card_outside", 0) >= 0.03)

    @property
    def small(self) -> bool:
        """Whether the card is whole but small."""
        label = self.label
        whole = label.get("card_corners") and label.get("card_outside", 0) == 0
        return bool(whole and label.get("card_frame_fraction", 1) < 0.18)

    @property
    def found(self) -> bool:
        """Whether an identity card was found where the portrait side is."""
        return self.errors is not None and bool(self.errors.min() <= 0.25)

    @property
    def outside(self) -> float:
        """The share of the card that was found to be outside the frame."""
        if self.scene.card is None:
            return 0.0
        card, info = np.array(self.scene.card.corners, np.float32), self.scene.photo
        frame = np.array(Box(0, 0, info.width, info.height).polygon, np.float32)
        return float(1 - cv2.intersectConvexConvex(card, frame)[0] / abs(cv2.contourArea(card)))

    @property
    def errors(self) -> np.ndarray | None:
        """Mean error of the corners, of the card's width, as if seen upright and after each quarter turn."""
        if self.scene.card is None or not self.label.get("card_corners"):
            return None
        true, seen = np.array(self.label["card_corners"]), np.array(self.scene.card.corners)
        turned = [np.linalg.norm(true - np.roll(seen, -k, axis=0), axis=1).mean() for k in range(4)]
        return np.array(turned) / float(self.label["card_width_px"])

    @property
    def false(self) -> bool:
        """Whether a portrait side was seen where there is none."""
        card = self.scene.card
        none = "card_corners" in self.label and self.label["card_corners"] is None
        return none and card is not None and card.side is Side.PORTRAIT


def report(name: str, rows: list[Row]) -> str:
    """One line of figures."""
    full = [row for row in rows if row.full]
    errors = [row.errors for row in full if row.errors is not None and row.found]
    line = f"{name:15} {len(rows):4} pictures"
    if full:
        line += f", {len(full)} full cards, found {len(errors) / len(full):.3f}"
    if errors:
        least = np.array([e.min() for e in errors])
        upright = np.mean([e[0] <= e.min() + 0.1 for e in errors])
        line += (
            f", off {np.median(least):.4f} (90 %: {np.quantile(least, 0.9):.4f}), right way up {upright:.3f}"
        )
    for word, some in (("small", [r for r in rows if r.small]), ("cut off", [r for r in rows if r.cut])):
        if some:
            line += f", {len(some)} {word}, found {np.mean([row.found for row in some]):.3f}"
    off = [abs(row.outside - row.label["card_outside"]) for row in rows if row.cut and row.found]
    if off:
        told = np.mean([row.found and row.outside >= 0.03 for row in rows if row.cut])
        line += f", told {told:.3f}, outside off {np.median(off):.3f} (90 %: {np.quantile(off, 0.9):.3f})"
    wrong = sum(row.outside >= 0.03 for row in rows if row.label.get("card_outside") == 0)
    if wrong:
        line += f", {wrong} whole cards told cut off"
    decoys = [row for row in rows if "card_corners" in row.label and row.label["card_corners"] is None]
    if decoys:
        line += f", {sum(row.false for row in decoys)} of {len(decoys)} decoys taken for a card"
    return line


def main() -> None:
    """Read the arguments, locate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, help="another locator.onnx")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faces, card, *others = map(weights.load, LOCATOR_WEIGHTS)
    locator = Locator(faces, args.model.read_bytes() if args.model else card, *others)
    classes: dict[str, list[Row]] = defaultdict(list)
    for line in (args.folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        picture = photo.decode((args.folder / label["file"]).read_bytes())
        started = time.process_time()
        scene = locator.locate(picture)
        classes[label["class"]].append(Row(label, scene, time.process_time() - started))
    for name, rows in classes.items():
        print(report(name, rows))
    everything = [row for rows in classes.values() for row in rows]
    print(report("all", everything))
    print(f"processor time {np.median([row.seconds for row in everything]) * 1e3:.1f} ms, face included")


if __name__ == "__main__":
    main()
