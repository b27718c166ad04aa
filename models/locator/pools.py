"""Drawn pools as training reads them: batches, mirrored at random."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.locator.data import beyond_a_line


@dataclass(frozen=True, slots=True)
class Pool:
    """Arrays of equal length, drawn by `models.locator.pool`."""

    arrays: dict[str, NDArray[Any]]

    @classmethod
    def read(cls, folder: Path, kind: str, seeds: list[str]) -> Pool:
        """Those files of the folder that hold a kind of sample and one of the seeds, one after another."""
        files = [np.load(folder / f"{kind}-{seed}.npz") for seed in seeds]
        return cls({key: np.concatenate([file[key] for file in files]) for key in files[0].files})

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """Some rows as tensors; the views or crops, by either name, are the `pictures` (n, 1, h, w)."""
        tensors = {key: torch.from_numpy(values[rows]) for key, values in self.arrays.items()}
        pictures = tensors.pop("views") if "views" in tensors else tensors.pop("crops")
        return {**tensors, "pictures": pictures[:, None]}


def flip_finding(batch: dict[str, Tensor], rng: np.random.Generator) -> None:
    """Mirror a whole batch, left to right, top to bottom, both or neither."""
    height, width = batch["pictures"].shape[2:]
    across, down = rng.random(2) < 0.5
    if across:
        batch["pictures"] = batch["pictures"].flip(3)
        batch["cards"][..., 0] = width - batch["cards"][..., 0]
    if down:
        batch["pictures"] = batch["pictures"].flip(2)
        batch["cards"][..., 1] = height - batch["cards"][..., 1]


def flip_cornering(batch: dict[str, Tensor], rng: np.random.Generator) -> None:
    """Likewise; corners keep their places in the crop, the turn (`idcheck.scene.card.TURNS`) changes."""
    height, width = batch["pictures"].shape[2:]
    across, down = rng.random(2) < 0.5
    if across:
        batch["pictures"] = batch["pictures"].flip(3)
        batch["corners"] = batch["corners"][:, [1, 0, 3, 2]] * torch.tensor([-1.0, 1.0]) + torch.tensor(
            [width, 0.0]
        )
        batch["turns"] = torch.where(batch["turns"] < 0, -1, batch["turns"] ^ 1)
    if down:
        batch["pictures"] = batch["pictures"].flip(2)
        batch["corners"] = batch["corners"][:, [3, 2, 1, 0]] * torch.tensor([1.0, -1.0]) + torch.tensor(
            [0.0, height]
        )
        batch["turns"] = torch.where(batch["turns"] < 0, -1, 3 - batch["turns"])


def hide(batch: dict[str, Tensor], rng: np.random.Generator) -> None:
    """Cover a corner or an edge of half of the crops with a part of another one, straight as an edge is.

    Fingers in a row look like the card's own edge. Where edges may lie, print has to tell where the card is.
    """
    pictures, corners = batch["pictures"], batch["corners"]
    others = pictures.roll(1, dims=0).flip(2 + int(rng.integers(2)))
    hidden = np.zeros((len(pictures), *pictures.shape[2:]), np.bool_)
    for row, card in enumerate(corners.numpy()):
        if rng.random() < 0.5 and np.isfinite(card).all():
            hidden[row] = beyond_a_line(rng, card)
    batch["pictures"] = torch.where(torch.from_numpy(hidden)[:, None], others, pictures)
