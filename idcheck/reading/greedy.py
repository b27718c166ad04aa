"""Greedy CTC decoding (Graves et al., Connectionist temporal classification, 2006, section 3.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def best_path(probabilities: NDArray[np.float32], characters: Sequence[str]) -> tuple[str, tuple[float, ...]]:
    """The best class of each column, repeats merged, and the blank, class 0, left out.

    Args:
        probabilities: shape (columns, classes).
        characters: of the classes; the blank's is the empty string.

    Returns:
        the text, and for each of its characters the highest probability among the columns that it spans.
    """
    best = probabilities.argmax(axis=1)
    height = probabilities[np.arange(len(best)), best]
    starts = np.flatnonzero(np.concatenate(([True], best[1:] != best[:-1])))
    peaks = np.maximum.reduceat(height, starts)
    read = [(characters[best[s]], float(p)) for s, p in zip(starts, peaks, strict=True) if best[s] != 0]
    return "".join(c for c, _ in read), tuple(min(1.0, p) for _, p in read)
