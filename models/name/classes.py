"""Which characters the name reader knows, what they look like in print, and where its table of them begins.

    python -m models.name.classes --out DIR

draws every character in every face once into DIR, which drawing names and training then read.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples import fonts
from samples.fonts import Face

Glyphs: TypeAlias = NDArray[np.uint8]
"""Every class's coverage, 0 to 255, shape (classes, `CELL_PX`, `CELL_PX`); 0 where a face has no glyph."""

DIMENSIONS: Final = 160
"""Of the space in which characters are told apart."""
_NEAR: Final = 4
_ALIKE: Final = 0.75
"""Cosine between two vectors from which on their characters may be taken for each other: 祺 and 褀 have 0.95;
half of all characters have no such neighbour."""
_ALIKE_WITHIN: Final = 0.05
EM_PX: Final = 40
CELL_PX: Final = 48
_BASELINE: Final = 0.88
"""Of the em below its top, as CJK fonts have it."""

PLAIN: Final = (
    Face("NotoSansCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("NotoSansCJK-Bold.ttc", "fonts-noto-cjk", 2),
    Face("NotoSansCJK-Light.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSansCJK-DemiLight.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSansCJK-Medium.ttc", "fonts-noto-cjk-extra", 2),
    Face("wqy-microhei.ttc", "fonts-wqy-microhei"),
)
"""Sans serif, as cards are printed."""
OTHERS: Final = (
    Face("NotoSerifCJK-Regular.ttc", "fonts-noto-cjk", 2),
    Face("NotoSerifCJK-Bold.ttc", "fonts-noto-cjk", 2),
    Face("NotoSerifCJK-Light.ttc", "fonts-noto-cjk-extra", 2),
    Face("NotoSerifCJK-SemiBold.ttc", "fonts-noto-cjk-extra", 2),
    Face("uming.ttc", "fonts-arphic-uming"),
    Face("ukai.ttc", "fonts-arphic-ukai"),
    Face("LXGWWenKai-Regular.ttf", "fonts-lxgw-wenkai"),
    Face("LXGWWenKai-Bold.ttf", "fonts-lxgw-wenkai"),
)
HELD_OUT: Final = (Face("wqy-zenhei.ttc", "fonts-wqy-zenhei"),)
"""A family that is never trained on."""


@lru_cache(maxsize=1)
def everyday() -> str:
    """8,230 characters: those of 通用规范汉字表 (2013), the frequent ones first, and the rest of GB 2312."""
    lines = (Path(__file__).parent / "characters.txt").read_text(encoding="utf-8")
    return "".join(lines.split())


@lru_cache(maxsize=1)
def alphabet() -> str:
    """All classes: the middle dot, the everyday characters, and what else GBK has of ideographs."""
    rest = (chr(code) for code in range(0x4E00, 0x9FA6))
    return "".join(dict.fromkeys("·" + everyday() + "".join(rest)))


def path(folder: Path, face: Face) -> Path:
    """Where the glyphs of a face lie."""
    return folder / f"glyphs-{Path(face.file).stem}.npy"


def draw(face: Face) -> Glyphs:
    """Every class's glyph, its em in the middle of its cell."""
    font = fonts.load(face, EM_PX)
    known = _known(face)
    found = np.zeros((len(alphabet()), CELL_PX, CELL_PX), np.uint8)
    left = (CELL_PX - EM_PX) / 2
    for number, character in enumerate(alphabet()):
        if ord(character) in known:
            cell = Image.new("L", (CELL_PX, CELL_PX))
            aside = (EM_PX - font.getlength(character)) / 2  # a dot that is narrower than an em
            at = (left + aside, left + _BASELINE * EM_PX)
            ImageDraw.Draw(cell).text(at, character, 255, font, anchor="ls")
            found[number] = np.asarray(cell)
    return found


def _known(face: Face) -> frozenset[int]:
    file = fonts.load(face, 16).path
    with TTFont(file, fontNumber=face.index if str(file).endswith(".ttc") else -1, lazy=True) as font:
        return frozenset(font.getBestCmap())


def vectors(folder: Path) -> NDArray[np.float32]:
    """The classes' mean glyphs where faces differ least: linear discriminant analysis (Fisher 1936).

    Returns:
        rows of unit length, shape (classes, `DIMENSIONS`).
    """
    size = 24
    seen = [np.load(path(folder, face), mmap_mode="r") for face in (*PLAIN[:3], PLAIN[5], *OTHERS[::2])]
    total: NDArray[Any] = np.zeros((len(alphabet()), size * size), np.float32)
    count: NDArray[Any] = np.zeros((len(alphabet()), 1), np.float32)
    squares = np.zeros((size * size, size * size))
    for glyphs in seen:
        rows = _reduced(glyphs, size)
        there: NDArray[np.bool_] = np.asarray(rows.any(axis=1))
        rows = np.where(there[:, None], rows - rows[there].mean(axis=0), 0)
        squares += rows.T @ rows
        total += rows
        count += there[:, None]
    means = total / np.maximum(count, 1)
    weighted = means * np.sqrt(count)
    between = weighted.T @ weighted
    within = squares - between
    within += np.eye(len(within)) * 0.05 * np.trace(within) / len(within)
    values, axes = np.linalg.eigh(within)
    whitening = axes / np.sqrt(values)
    _, turned = np.linalg.eigh(whitening.T @ between @ whitening)
    projected = means @ (whitening @ turned[:, ::-1][:, :DIMENSIONS])
    return np.asarray(
        projected / np.maximum(np.linalg.norm(projected, axis=1, keepdims=True), 1e-6), np.float32
    )


def lookalikes(vectors: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Of each class the few that look most like it, and how much each of these does.

    Args:
        vectors: of the classes, as :func:`vectors` makes them.

    Returns:
        classes, shape (classes, `_NEAR`); their weights, of sum 1 where any is near enough, else 0.
    """
    near = np.zeros((len(vectors), _NEAR), np.intp)
    weights = np.zeros(near.shape)
    for start in range(0, len(vectors), 2048):
        rows = np.arange(start, min(start + 2048, len(vectors)))
        alike = vectors[rows] @ vectors.T
        alike[rows - start, rows] = -1
        near[rows] = np.argpartition(-alike, _NEAR, axis=1)[:, :_NEAR]
        highest = np.take_along_axis(alike, near[rows], axis=1)
        weights[rows] = np.where(highest >= _ALIKE, np.exp((highest - 1) / _ALIKE_WITHIN), 0)
    return near, weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)


def _reduced(glyphs: Glyphs, size: int) -> NDArray[np.float32]:
    rows = [
        cv2.resize(cv2.GaussianBlur(glyph, (0, 0), 1.6), (size, size), interpolation=cv2.INTER_AREA).ravel()
        for glyph in glyphs
    ]
    return np.array(rows, np.float32) / np.float32(255)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for face in (*PLAIN, *OTHERS, *HELD_OUT):
        np.save(path(args.out, face), draw(face))
        print(path(args.out, face), flush=True)


if __name__ == "__main__":
    main()
