"""What the networks' training has in common."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

B = TypeVar("B", bound="DataclassInstance")
_AVERAGE_OVER = 0.997
"""Each step of `learning` keeps this much of the averaged weights."""
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


def moved(batch: B, device: str) -> B:
    """The same tensors where a network is.

    Args:
        batch: a dataclass of nothing but tensors.
        device: the network's.
    """
    return type(batch)(*(getattr(batch, one.name).to(device, non_blocking=True) for one in fields(batch)))


def weights_of(net: nn.Module) -> dict[str, Tensor]:
    """What a network has learnt, to be written to a file that any processor can read."""
    return {key: value.cpu() for key, value in net.state_dict().items()}


@torch.no_grad()
def average(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    """Keep this share of the averaged weights, and take the rest from the network; counts are copied."""
    for kept, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


def learning(
    net: nn.Module, next_loss: Callable[[], Tensor], steps: int, rate: float
) -> Iterator[tuple[int, nn.Module, float]]:
    """Train a reader of strips: AdamW under a one-cycle schedule.

    Args:
        net: what learns.
        next_loss: the loss on the next batch.
        steps: how many.
        rate: the highest learning rate.

    Yields:
        after each step its number, a network with the averaged weights, which are what is exported, and the
        running mean of the loss.
    """
    averaged = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.06)
    running = 0.0
    for step in range(1, steps + 1):
        loss = next_loss()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        average(averaged, net, min(_AVERAGE_OVER, step / (step + 10)))
        running += 0.02 * (loss.item() - running) if step > 1 else loss.item()
        yield step, averaged, running


def looking_loss(looks: Tensor, near: Tensor, readable: Tensor) -> Tensor:
    """Cross entropy of where each place looks, of the places that stand within a readable strip.

    Args:
        looks: logits (n, places, columns).
        near: how much of each place's print lies in each column, of that shape.
        readable: which strips can be read, shape (n,).
    """
    inside = readable[:, None] & (near.sum(dim=2) > 1.0)
    near = near / near.sum(dim=2, keepdim=True).clamp(min=1e-6)
    looking = -(near * looks.log_softmax(dim=2)).sum(dim=2)
    return (looking * inside).sum() / inside.sum().clamp(min=1)


def temperature_of(logits: Tensor, wanted: Tensor, candidates: NDArray[np.float64]) -> float:
    """The temperature of the highest likelihood (Guo et al., On calibration of modern networks, 2017).

    Args:
        logits: shape (n, classes).
        wanted: the classes, shape (n,).
        candidates: temperatures to choose from.
    """
    losses = [float(functional.cross_entropy(logits / float(t), wanted)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])
