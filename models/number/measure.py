"""How well the number is read, beside PP-OCRv6 small on the same strips.

    python -m models.number.measure grid          # by height of the digits and blur
    python -m models.number.measure light         # by exposure and noise
    python -m models.number.measure honesty       # are probabilities true, and what of hidden places
    python -m models.number.measure photos DIR    # labelled photos, cut out by their labelled corners
    python -m models.number.measure speed

Strips are drawn from seeds that are never trained on; `--face held-out` prints them in a family of fonts that
is never trained on either. Tables are Markdown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np

from idcheck import weights
from idcheck.claim import match
from idcheck.layout import FIELDS
from idcheck.photo import decode
from idcheck.reading import Engine
from idcheck.reading.fields import STRIP_PX_PER_MM
from idcheck.reading.number import ALPHABET, PLACES, NumberReader
from idcheck.reading.ppocr import PPOCR
from idcheck.scene.geometry import as_quad, px_per_mm, width_px
from idcheck.scene.rectify import strip as cut
from idcheck.types import Card, Gray, Side, Transcript
from models.number.printing import DIGIT_MM, HELD_OUT, OCR_B
from models.number.render import Conditions, Strip, draw, random_conditions, random_text

HEIGHTS_PX: Final = (6.0, 7.5, 9.0, 11.0, 13.0, 18.0)
BLURS_PX: Final = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0)
STOPS: Final = (-1.0, -2.0, -3.0, -4.0)
SHOT_NOISE: Final = (1e-4, 5e-4, 2e-3)
FACES: Final = {"ocr-b": OCR_B, "held-out": HELD_OUT}
SEED: Final = 9000
"""Far from the seeds of the training pools."""


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of numbers, and of characters at their places, that were read right."""

    exact: float
    characters: float

    @classmethod
    def of(cls, engine: Engine, strips: Sequence[Strip]) -> Score:
        """Read all of them."""
        texts = [engine.read(s.picture, "id_number").text for s in strips]
        pairs = [(t, s.text) for t, s in zip(texts, strips, strict=True)]
        exact = np.mean([t == wanted for t, wanted in pairs])
        characters = np.mean([sum(map(str.__eq__, t, wanted)) / PLACES for t, wanted in pairs])
        return cls(float(exact), float(characters))

    def __str__(self) -> str:
        return f"{100 * self.exact:.0f} / {100 * self.characters:.1f}"


Engines: TypeAlias = dict[str, Engine]


def engines(model: Path | None) -> Engines:
    """Ours first: the declared network, or another file."""
    ours = weights.load("number_reader") if model is None else model.read_bytes()
    return {"number": NumberReader(ours), "PP-OCRv6": PPOCR(weights.load("ppocrv6_rec_small"))}


def strips(count: int, face: str, **conditions: Any) -> list[Strip]:
    """Drawn strips under ordinary conditions with some of them fixed; nothing hides a character."""
    drawn: list[Strip] = []
    for number in itertools.count():
        rng = np.random.default_rng((SEED, number))
        faces = FACES[face]
        usual = Conditions(
            face=faces[int(rng.integers(len(faces)))],
            stops=float(rng.uniform(-1, 0.1)),
            jpeg=int(rng.integers(60, 96)),
            tilt_deg=float(abs(rng.normal(0, 10))),
            turn_deg=float(rng.normal(0, 6)),
            corners_mm=0.35,
            processing=float(rng.random()),
            shot_noise=3e-4,
            read_noise=2e-3,
        )
        strip = draw(rng, random_text(rng), replace(usual, **conditions))
        if strip.visible.min() > 0.99:
            drawn.append(strip)
        if len(drawn) == count:
            break
    return drawn


def grid(readers: Engines, count: int, face: str) -> None:
    """Exact / characters, in %, by height of a digit and blur; both readers in one cell."""
    print(f"exact / characters in %, {' | '.join(readers)}; {count} strips a cell, {face}\n")
    _row("digit px", *(f"σ {b:g} px" for b in BLURS_PX))
    _row(*["---"] * (1 + len(BLURS_PX)))
    for height in HEIGHTS_PX:
        cells = []
        for blur in BLURS_PX:
            scale = height / DIGIT_MM
            drawn = strips(count, face, px_per_mm=scale, soft_mm=0.0, defocus_mm=2 * blur / scale)
            cells.append(" **·** ".join(str(Score.of(e, drawn)) for e in readers.values()))
        _row(f"{height:g}", *cells)


def light(readers: Engines, count: int, face: str) -> None:
    """Likewise by exposure and noise, digits 13 px high."""
    print(f"exact / characters in %, {' | '.join(readers)}; digits 13 px, {count} strips a cell, {face}\n")
    _row("stops", *(f"shot noise {n:g}" for n in SHOT_NOISE))
    _row(*["---"] * (1 + len(SHOT_NOISE)))
    for stops in STOPS:
        cells = []
        for noise in SHOT_NOISE:
            drawn = strips(
                count, face, px_per_mm=13 / DIGIT_MM, stops=stops, shot_noise=noise, read_noise=4e-3
            )
            cells.append(" **·** ".join(str(Score.of(e, drawn)) for e in readers.values()))
        _row(f"{stops:g}", *cells)


def honesty(readers: Engines, count: int, face: str) -> None:
    """Confidence against truth, a character each, over the training's whole range of conditions."""
    certain, right, visible, surprise = [], [], [], []
    empty = wrong = 0
    for number in range(count):
        rng = np.random.default_rng((SEED + 1, number))
        strip = draw(rng, random_text(rng), random_conditions(rng, FACES[face] if face else ()))
        transcript = readers["number"].read(strip.picture, "id_number")
        places = _places(transcript)
        if not strip.readable:
            wrong += 1
            empty += not transcript.text
            continue
        certain.append(places.max(axis=1))
        right.append(places.argmax(axis=1) == [ALPHABET.index(c) for c in strip.text])
        surprise.append(-np.log(places[np.arange(PLACES), [ALPHABET.index(c) for c in strip.text]]))
        visible.append(strip.visible)
    p, r, v = (np.concatenate(x) for x in (certain, right, visible))
    print(f"{count} strips, {face or 'all faces'}; no number to read: {empty} of {wrong} came out empty")
    print(f"expected calibration error {_calibration_error(p, r):.4f}, "
          f"negative log-likelihood {np.concatenate(surprise).mean():.4f} nat a character\n")  # fmt: skip
    _row("places", "count", "right", "mean confidence", "confident (> 0.9) and wrong")
    _row(*["---"] * 5)
    bands = ((-0.1, 0.15), (0.15, 0.5), (0.5, 0.85), (0.85, 1.1))
    for low, high in bands:
        m = (v > low) & (v <= high)
        label = f"{max(low, 0):.0%} to {min(high, 1):.0%} of the ink visible"
        _row(
            label,
            str(m.sum()),
            f"{r[m].mean():.3f}",
            f"{p[m].mean():.3f}",
            f"{(~r & (p > 0.9))[m].mean():.4f}",
        )
    print()
    _row("confidence", "places", "right", "mean confidence")
    _row(*["---"] * 4)
    edges = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 0.99, 0.999, 1.01)
    for low, high in itertools.pairwise(edges):
        m = (p >= low) & (p < high)
        if m.any():
            _row(f"{low:g} to {min(high, 1):g}", str(m.sum()), f"{r[m].mean():.4f}", f"{p[m].mean():.4f}")


def _calibration_error(certain: Any, right: Any) -> float:
    """Naeini et al. (2015): mean distance of confidence and accuracy over 15 equal bins, by their weight."""
    bins = np.minimum((certain * 15).astype(int), 14)
    parts = [(bins == b) for b in range(15)]
    return float(sum(abs(right[m].mean() - certain[m].mean()) * m.mean() for m in parts if m.any()))


def _places(transcript: Transcript) -> Any:
    """Probabilities, shape (18, 11), of our reader's lattice."""
    assert transcript.lattice is not None  # noqa: S101
    return np.exp(transcript.lattice.log_probs[0::2, 1:].astype(np.float64))


def photos(readers: Engines, folder: Path) -> None:
    """Legible numbers read exactly, and the log-likelihood ratios of the claims in ``claims.jsonl``."""
    claims: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "claims.jsonl").read_text(encoding="utf-8").splitlines():
        claim = json.loads(line)
        claims.setdefault(claim["file"], []).append(claim)
    labelled = list(_labelled(folder))
    for name, engine in readers.items():
        ratios: dict[str, list[float]] = {}
        exact = []
        for label, strip in labelled:
            transcript = engine.read(strip, "id_number")
            legible = bool(label["number_legible"])
            exact += [transcript.text == label["id_number"]] if legible else []
            for claim in claims[label["file"]]:
                evidence = match.id_number(transcript, claim["typed_number"])
                kind = "genuine" if claim["number_match"] else claim["kind"]
                if claim["number_match"] and claim["kind"] != "genuine":
                    continue  # an impostor by the name, whose number was weighed already
                if evidence.cause != "claim_invalid":
                    where = "legible" if legible else "not legible"
                    ratios.setdefault(f"{kind}, {where}", []).append(evidence.log_likelihood_ratio or 0.0)
        print(f"\n{name}: {sum(exact)} of {len(exact)} legible numbers exact\n")
        _row("claim", "count", "min", "5 %", "25 %", "median", "75 %", "95 %", "max")
        _row(*["---"] * 9)
        for kind, values in sorted(ratios.items()):
            quantiles = np.quantile(values, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
            _row(kind, str(len(values)), *(f"{q:.1f}" for q in quantiles))


def _labelled(folder: Path) -> Iterator[tuple[dict[str, Any], Gray]]:
    """Photos that show a number, each with its label, cut out by the labelled corners."""
    box = FIELDS["id_number"]
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label.get("card_corners") and label.get("id_number"):
            corners = as_quad(np.array(label["card_corners"], np.float64))
            card = Card(corners, 1.0, Side.PORTRAIT, width_px(corners), px_per_mm(corners), 0.0)
            photo = decode((folder / label["file"]).read_bytes())
            yield label, cut(photo, card, box, round(box.height * STRIP_PX_PER_MM))


def speed(readers: Engines) -> None:
    """Milliseconds of one thread's time a strip, half of them below."""
    drawn = strips(20, "ocr-b")
    for name, engine in readers.items():
        took = []
        for strip in drawn * 10:
            start = time.thread_time()
            engine.read(strip.picture, "id_number")
            took.append(1e3 * (time.thread_time() - start))
        print(f"{name}: {np.median(took):.2f} ms, 95 %: {np.quantile(took, 0.95):.2f} ms")


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["grid", "light", "honesty", "photos", "speed"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--face", choices=[*FACES], default="")
    parser.add_argument("--model", type=Path, help="another ONNX file than the declared one")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    readers = engines(args.model)
    if args.what == "photos":
        if args.folder is None:
            parser.error("which folder of labelled photos?")
        photos(readers, args.folder)
    elif args.what == "speed":
        speed(readers)
    elif args.what == "honesty":
        honesty(readers, args.count, args.face)
    else:
        (grid if args.what == "grid" else light)(readers, args.count, args.face or "ocr-b")


if __name__ == "__main__":
    main()
