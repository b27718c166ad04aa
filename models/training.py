"""What the networks' training has in common."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

_NOISE_FLOOR = 1.5
"""Gray levels: flatter surroundings than this are not stretched to full contrast."""


def standardise(strip: Tensor, around: int) -> Tensor:
    """Bytes (n, 1, h, w) → zero mean and unit deviation around each column.

    So a finger or a shadow at one end leaves the other end's contrast as it is.

    Args:
        strip: the bytes.
        around: pixels over which brightness and contrast are evened out; odd.
    """
    values = strip.float()
    mean = _around(values, around)
    spread = (_around(values * values, around) - mean * mean).clamp(min=0.0).sqrt()
    return (values - mean) / (spread + _NOISE_FLOOR)


def _around(values: Tensor, size: int) -> Tensor:
    columns = values.mean(dim=2, keepdim=True)
    return functional.avg_pool2d(
        columns, (1, size), stride=1, padding=(0, size // 2), count_include_pad=False
    )


@torch.no_grad()
def average(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    """Keep this share of the averaged weights, and take the rest from the network; counts are copied."""
    for kept, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


def temperature_of(logits: Tensor, wanted: Tensor, candidates: NDArray[np.float64]) -> float:
    """The temperature of the highest likelihood (Guo et al., On calibration of modern networks, 2017).

    Args:
        logits: shape (n, classes).
        wanted: the classes, shape (n,).
        candidates: temperatures to choose from.
    """
    losses = [float(functional.cross_entropy(logits / float(t), wanted)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])
