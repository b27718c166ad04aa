"""How well names are read, beside PP-OCRv6 small on the same strips.

    python -m models.name.measure strips            # drawn by `benchmarks.strips`, by what is wrong with them
    python -m models.name.measure photos DIR        # labelled photos, cut out by their labelled corners
    python -m models.name.measure honesty           # are probabilities true
    python -m models.name.measure speed

Drawn strips come from another renderer than the one that training saw, with seeds of their own. `--held-out`
prints them in a family of fonts that is never trained on. Tables are Markdown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.strips import Strip, strips
from idcheck import weights
from idcheck.layout import FIELDS
from idcheck.photo import decode
from idcheck.reading import Engine
from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.name import NameReader
from idcheck.reading.ppocr import PPOCR
from idcheck.scene.geometry import as_quad, px_per_mm, width_px
from idcheck.scene.rectify import strip as cut
from idcheck.types import Card, Gray, Side, Transcript
from models.name.classes import everyday

SEED: Final = 9000


@dataclass(frozen=True, slots=True)
class Read:
    """One strip and what became of it."""

    text: str
    kind: str
    legible: bool
    transcript: Transcript

    @property
    def exact(self) -> bool:
        """Whether the name was read as it is printed."""
        return self.transcript.text == self.text

    @property
    def common(self) -> bool:
        """Whether all of its characters are of the 3,500 of general use."""
        return all(c in everyday()[:3500] or c == "·" for c in self.text)


def engines(model: Path | None) -> dict[str, Engine]:
    """Ours first: the declared network, or another file."""
    ours = weights.load("name_reader") if model is None else model.read_bytes()
    return {"name": NameReader(ours), "PP-OCRv6": PPOCR(weights.load("ppocrv6_rec_small"))}


def table(readers: dict[str, Engine], shown: Sequence[tuple[str, str, bool, Gray]]) -> None:
    """Names read exactly, in %, by kind; legible ones, and all."""
    read = {
        name: [
            Read(text, kind, legible, engine.read(picture, "name")) for text, kind, legible, picture in shown
        ]
        for name, engine in readers.items()
    }
    groups: dict[str, Callable[[Read], bool]] = {
        "legible": lambda r: r.legible,
        "legible, common characters": lambda r: r.legible and r.common,
        "legible, a rare character": lambda r: r.legible and not r.common,
        "all": lambda _: True,
    }
    groups |= {
        kind: (lambda r, kind=kind: r.kind == kind) for kind in dict.fromkeys(k for _, k, _, _ in shown)
    }
    _row("names", "count", *read)
    _row(*["---"] * (2 + len(read)))
    for group, belongs in groups.items():
        chosen = [[r.exact for r in reads if belongs(r)] for reads in read.values()]
        if chosen[0]:
            _row(group, str(len(chosen[0])), *(f"{100 * np.mean(c):.1f}" for c in chosen))


def drawn(count: int) -> Iterator[Strip]:
    """Strips of names with every defect in turn."""
    return strips(SEED, count, "name")


def labelled(folder: Path) -> Iterator[tuple[str, str, bool, Gray]]:
    """Photos that show a name: the name, its class, whether it is legible, and the strip."""
    box = FIELDS["name"]
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label: dict[str, Any] = json.loads(line)
        if label.get("card_corners") and label.get("name"):
            corners = as_quad(np.array(label["card_corners"], np.float64))
            card = Card(corners, 1.0, Side.PORTRAIT, width_px(corners), px_per_mm(corners), 0.0)
            photo = decode((folder / label["file"]).read_bytes())
            picture = cut(photo, card, box, round(box.height * STRIP_PX_PER_MM))
            yield label["name"], label["class"], bool(label["name_legible"]), picture


def honesty(readers: dict[str, Engine], shown: Sequence[Strip]) -> None:
    """Whether characters of a certain confidence are right as often, where their number was read right."""
    edges = (0.0, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 1.01)
    for name, engine in readers.items():
        pairs = []
        for strip in shown:
            transcript = engine.read(strip.picture, "name")
            if len(transcript.text) == len(strip.text):
                pairs += zip(transcript.characters, map(str.__eq__, transcript.text, strip.text), strict=True)
        certain, right = (np.array(values, np.float64) for values in zip(*pairs, strict=True))
        print(f"\n{name}\n")
        _row("confidence", "characters", "right", "mean confidence")
        _row(*["---"] * 4)
        for low, high in itertools.pairwise(edges):
            m = (certain >= low) & (certain < high)
            if m.any():
                _row(
                    f"{low:g} to {min(high, 1):g}",
                    str(m.sum()),
                    f"{right[m].mean():.4f}",
                    f"{certain[m].mean():.4f}",
                )


def speed(readers: dict[str, Engine], shown: Sequence[Strip]) -> None:
    """Milliseconds of one thread's time a strip, half of them below; the readers take turns."""
    took: dict[str, list[float]] = {name: [] for name in readers}
    for strip in [*shown] * 3:
        for name, engine in readers.items():
            start = time.thread_time()
            engine.read(strip.picture, "name")
            took[name].append(1e3 * (time.thread_time() - start))
    for name, values in took.items():
        print(f"{name}: {np.median(values):.2f} ms, 95 %: {np.quantile(values, 0.95):.2f} ms")


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["strips", "photos", "honesty", "speed"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--model", type=Path, help="another ONNX file than the declared one")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    readers = engines(args.model)
    if args.what == "photos":
        if args.folder is None:
            parser.error("which folder of labelled photos?")
        table(readers, list(labelled(args.folder)))
    elif args.what == "strips":
        table(readers, [(s.text, s.kind, s.legible, s.picture) for s in drawn(args.count)])
    else:
        (honesty if args.what == "honesty" else speed)(readers, list(drawn(args.count)))


if __name__ == "__main__":
    main()
