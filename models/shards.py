"""Drawn examples in files: written once, so that training does not wait for drawing, read while more come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Examples: TypeAlias = dict[str, NDArray[Any]]
"""Some examples by what is known of them; the first axis of every array goes over the examples."""


@dataclass(frozen=True, slots=True)
class Shards:
    """The files of one seed: ``1-000.npz``, ``1-001.npz`` and so on.

    Attributes:
        folder: where they lie.
        seed: the examples'.
        size: examples in each.
    """

    folder: Path
    seed: int
    size: int

    def write(self, count: int, draw: Callable[[int], Examples]) -> None:
        """Draw shards until they hold `count` examples; those that are there already are kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number in range(-(-count // self.size)):
            target = self._path(number)
            if not target.exists():
                partial = target.with_suffix(".part")
                with partial.open("wb") as file:
                    np.savez(file, **draw(number))  # type: ignore[arg-type]
                partial.rename(target)
                print(target, flush=True)

    def read(self, number: int) -> Examples:
        """A shard, once it has been drawn."""
        path = self._path(number)
        while not path.exists():
            time.sleep(1)
        with np.load(path) as shard:
            return {key: shard[key] for key in shard.files}

    def _path(self, number: int) -> Path:
        return self.folder / f"{self.seed}-{number:03d}.npz"


class Stream:
    """Examples of shards that may still be being drawn: each batch mixes the next ones with earlier ones."""

    def __init__(self, shards: Shards, count: int, fresh: float, rng: np.random.Generator) -> None:
        """Begin with the first shard.

        Args:
            shards: where the examples lie.
            count: how many shards there are, or will be.
            fresh: share of each batch that was not seen before, as long as there is any.
            rng: chooses the others.
        """
        self._shards, self._count, self._fresh, self._rng = shards, count, fresh, rng
        self._read: list[Examples] = []
        self._next = 0

    def batch(self, size: int) -> Examples:
        """The next batch; waits for its shard to be drawn."""
        each = self._shards.size
        fresh = min(round(size * self._fresh), self._count * each - self._next)
        while self._next + fresh > len(self._read) * each:
            self._read.append(self._shards.read(len(self._read)))
        earlier = self._rng.integers(max(1, self._next), size=size - fresh)
        rows = np.concatenate([np.arange(self._next, self._next + fresh), earlier])
        self._next += fresh
        keys = self._read[0]
        return {key: np.stack([self._read[row // each][key][row % each] for row in rows]) for key in keys}
