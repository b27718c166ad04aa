"""How well names are read, beside PP-OCRv6 small on the same strips.

    python -m models.name.measure strips            # drawn by `benchmarks.strips`, by what is wrong with them
    python -m models.name.measure photos DIR        # labelled photos, cut out by their labelled corners
    python -m models.name.measure honesty           # are probabilities true
    python -m models.name.measure faces DIR         # by font, one family never trained on; DIR of the glyphs
    python -m models.name.measure speed

Drawn strips come from another renderer than the one that training saw, with seeds of their own. Tables are
Markdown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.strips import Strip, strips
from idcheck import weights
from idcheck.layout import FIELDS
from idcheck.networks import onnx_session
from idcheck.photo import decode
from idcheck.reading import Engine
from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.name import COLUMN_MM, NameReader, resized
from idcheck.reading.names import NameReaders
from idcheck.reading.ppocr import PPOCR
from idcheck.scene.geometry import as_quad, px_per_mm, width_px
from idcheck.scene.rectify import strip as cut
from idcheck.types import Card, Gray, Side, Transcript
from models.name.classes import HELD_OUT, OTHERS, PLAIN, everyday, vectors
from models.name.render import (
    COLUMNS,
    WIDTH_MM,
    Line,
    Printer,
    frequencies,
    random_classes,
    random_conditions,
)

SEED: Final = 9000
EDGE_MM: Final = 1.5
"""Characters whose middle is nearer to the end of a line than this are cut off."""


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


def network(model: Path | None) -> bytes:
    """The declared network, or another file."""
    return weights.load("name_reader") if model is None else model.read_bytes()


def engines(model: Path | None) -> dict[str, Engine]:
    """The first reader, the larger one, all together as in a check, and PP-OCRv6 small."""
    first, lines = NameReader(network(model)), PPOCR(weights.load("ppocrv6_rec_small"))
    larger = NameReader(weights.load("name_reader_larger"), "idcheck-name-larger")
    together = NameReaders(first, lambda: larger, lambda: lines)
    return {"first": first, "larger": larger, "together": together, "PP-OCRv6": lines}


def table(readers: dict[str, Engine], shown: Sequence[tuple[str, str, bool, Gray]]) -> None:
    """Names read exactly, in %, by kind; legible ones, and all."""
    read = {
        name: [
            Read(text, kind, legible, engine.read(picture, "name")) for text, kind, legible, picture in shown
        ]
        for name, engine in readers.items()
    }
    groups: dict[str, Callable[[Read], bool]] = {
        kind: partial(_is_kind, kind) for kind in dict.fromkeys(kind for _, kind, _, _ in shown)
    }
    groups |= {
        "legible": lambda r: r.legible,
        "legible, common characters": lambda r: r.legible and r.common,
        "legible, a rare character": lambda r: r.legible and not r.common,
        "all": lambda _: True,
    }
    _row("names", "count", *read)
    _row(*["---"] * (2 + len(read)))
    for group, belongs in groups.items():
        chosen = [[r.exact for r in reads if belongs(r)] for reads in read.values()]
        if chosen[0]:
            _row(group, str(len(chosen[0])), *(f"{100 * np.mean(c):.1f}" for c in chosen))


def _is_kind(kind: str, read: Read) -> bool:
    return read.legible and read.kind == kind


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
    """Whether characters of a certain confidence are right as often, where all were found."""
    edges = (0.0, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 1.01)
    for name, engine in readers.items():
        pairs: list[tuple[float, bool]] = []
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


def faces(model: bytes, folder: Path, count: int) -> None:
    """Characters read right, in %, as the network sees them where they stand, by font."""
    net = onnx_session(model)
    line_px = int(net.get_inputs()[0].shape[2])
    printer, often = Printer(folder), frequencies(vectors(folder))
    _row("fonts", "characters", "right, everyday", "right, others", "found")
    _row(*["---"] * 5)
    for head, family in (("sans serif", PLAIN), ("others", OTHERS), ("never trained on", HELD_OUT)):
        found: list[tuple[bool, bool, bool]] = []
        for number in range(count):
            rng = np.random.default_rng((SEED, number))
            face = family[int(rng.integers(len(family)))]
            line = printer.draw(rng, face, random_classes(rng, often), random_conditions(rng, face))
            picture = resized(line.picture, COLUMNS, line_px)
            columns, _, log_probs = net.run(None, {"line": picture[None, None]})
            found += _judged(line, (columns + 0.5) * COLUMN_MM, log_probs.argmax(axis=1))
        there, right, common = np.array(found).T
        shares = (right[there & common], right[there & ~common], there)
        _row(head, str(len(found)), *(f"{100 * np.mean(share):.1f}" for share in shares))


def _judged(line: Line, middles: Any, best: Any) -> Iterator[tuple[bool, bool, bool]]:
    """Of each whole character that shows: whether it was found, whether it was read right, is it everyday."""
    for character, centre, visible in zip(line.characters, line.centres, line.visible, strict=True):
        if character >= 0 and visible > 0.9 and EDGE_MM < centre < WIDTH_MM - EDGE_MM:
            apart = np.abs(middles - centre)
            there = bool(len(apart)) and float(apart.min()) < 2 * COLUMN_MM
            yield there, there and best[apart.argmin()] == character, character <= len(everyday())


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
    parser.add_argument("what", choices=["strips", "photos", "honesty", "faces", "speed"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--model", type=Path, help="another ONNX file than the declared one")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.what in ("photos", "faces") and args.folder is None:
        parser.error("which folder?")
    readers = engines(args.model)
    if args.what == "photos":
        table(readers, list(labelled(args.folder)))
    elif args.what == "faces":
        faces(
            weights.load("name_reader") if args.model is None else args.model.read_bytes(),
            args.folder,
            args.count,
        )
    elif args.what == "strips":
        table(readers, [(s.text, s.kind, s.legible, s.picture) for s in drawn(args.count)])
    else:
        (honesty if args.what == "honesty" else speed)(readers, list(drawn(args.count)))


if __name__ == "__main__":
    main()
