"""How often the validity period of the emblem side is read, and how often read wrong, on drawn strips.

    python -m benchmarks.validity --strips 1600
    python -m benchmarks.validity --strips 1600 --engine ppocrv6    # PP-OCRv6 small in its place

Draws the strip with every defect (`benchmarks.strips`), reads it as a check does, and prints a row a defect:
how many are legible, how many of those were read exactly (both ends, under the default policy) and raw, how
many of all were read, and how many of these as another period.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.strips import CLASSES, Strip, strips
from idcheck import weights
from idcheck.claim import validity
from idcheck.pipeline import embedded
from idcheck.policy import Policy
from idcheck.reading import Engine
from idcheck.reading.ppocr import PPOCR

_STROKE_MM: Final = 0.3
ENGINES: Final[dict[str, Callable[[], Engine]]] = {
    "idcheck": embedded,
    "ppocrv6": lambda: PPOCR(weights.load("ppocrv6_rec_small")),
}
THRESHOLDS: Final = (0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """One strip read.

    Attributes:
        kind: the defect.
        legible: whether a patient person could read it.
        same: whether the raw text is the print, character by character.
        right: whether the dates are; False too where there are none.
        ratio: log-likelihood ratio of the dates; None where there are none, or no card bears them.
    """

    kind: str
    legible: bool
    same: bool
    right: bool
    ratio: float | None

    def read(self, clear: float) -> bool:
        """Whether the evidence is enough."""
        return self.ratio is not None and self.ratio >= clear


def legible(strip: Strip) -> bool:
    """Whether a patient person could read it, by the physical numbers and never by a reader's success.

    Digits of 2.1 mm and 9 pixels, edges of at most 0.4 of that (4 σ), a contrast of eight times the noise
    and of 20 levels of gray once blurred (as in `samples.labels`), and paper not exposed far above white.
    Strips with a reflection do not count: how much of the thin print it washes out is not recorded.
    """
    sharp = strip.blur_mm <= 0.21 and strip.photo_px_per_mm >= 4.3
    exposed = strip.contrast >= 8.0 and _levels(strip) >= 20 and strip.stops <= 0.6
    return sharp and exposed and strip.hidden == 0 and strip.kind != "glare"


def _levels(strip: Strip) -> float:
    """Levels of gray, of 255, by which a blurred stroke is darker than paper (of the reflectances drawn)."""
    paper, ink = (255 * min(1.0, reflectance * 2**strip.stops) ** (1 / 2.2) for reflectance in (0.68, 0.09))
    return float((paper - ink) * _STROKE_MM / np.hypot(_STROKE_MM, np.sqrt(2 * np.pi) * strip.blur_mm))


def trials(engine: Engine, count: int, seed: int) -> Iterator[Trial]:
    """Read `count` drawn strips."""
    for strip in strips(seed, count, "validity"):
        transcript = engine.read(strip.picture, "validity")
        found = validity.period(transcript)
        start, until = found.valid_from, found.valid_until
        right = _printed(start, until) == strip.text
        # The verdict does not believe any other.
        borne = start is not None and until is not None and validity.usual(start, until)
        ratio = found.log_likelihood_ratio if borne else None
        yield Trial(strip.kind, legible(strip), transcript.text == strip.text, right, ratio)


def _printed(*ends: object) -> str:
    return "-".join(str(end).replace("-", ".") for end in ends)


def _report(done: Sequence[Trial], clear: float) -> None:
    heads = ("strips", "legible", "exact", "raw", "read", "wrong")
    print(" " * 14 + "".join(f"{head:>10s}" for head in heads))
    for kind in (*CLASSES, ""):
        group = [t for t in done if kind in ("", t.kind)]
        clean = [t for t in group if t.legible]
        read = [t for t in group if t.read(clear)]
        exact = _share([t.right and t.read(clear) for t in clean])
        raw = _share([t.same for t in clean])
        wrong = sum(not t.right for t in read)
        cells = (len(group), len(clean), exact, raw, len(read), wrong)
        print(f"{kind or 'all':14s}" + "".join(f"{cell:>10}" for cell in cells))
    print("\nby threshold: exact of legible, wrong of all")
    for threshold in THRESHOLDS:
        exact = _share([t.right and t.read(threshold) for t in done if t.legible])
        wrong = sum(t.read(threshold) and not t.right for t in done)
        print(f"{threshold:6.1f}{exact:>10s}{wrong:6d}")


def _share(flags: Sequence[bool]) -> str:
    return f"{100 * np.mean(flags):.2f} %" if flags else "–"


def main() -> None:
    """Draw, read and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strips", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--engine", choices=ENGINES, default="idcheck")
    chosen = parser.parse_args()
    done = list(trials(ENGINES[chosen.engine](), chosen.strips, chosen.seed))
    _report(done, Policy.default().reading.validity_clear)


if __name__ == "__main__":
    main()
