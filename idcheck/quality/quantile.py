"""Quantiles: for the few thousand values of a strip some five times faster than NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantile(values: NDArray[Any], share: float, among: NDArray[np.bool_] | None = None) -> float:
    """The value that a share of the values do not exceed, between two of them by linear interpolation.

    Definition 7 of Hyndman and Fan, Sample quantiles in statistical packages, 1996, which is NumPy's.

    Args:
        values: any shape, no NaN.
        share: 0 to 1.
        among: which of the values count, of the same shape; None for all. At least one does.
    """
    count = values.size
    if among is not None:
        count = int(np.count_nonzero(among))
        values = np.where(among, values, values.max())  # what does not count comes last
    position = share * (count - 1)
    rank = int(position)
    ordered = np.partition(values, rank, axis=None)
    low = float(ordered[rank])
    if rank == position:
        return low
    return low + (position - rank) * (float(ordered[rank + 1 :].min()) - low)
