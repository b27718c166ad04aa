"""Drawn examples in files: written once, so that training does not wait for drawing, read while more come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
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

    def write(self, count: int, draw: Callable[[int], Examples], jobs: int = 1) -> None:
        """Draw shards until they hold `count` examples; those that are there already are kept.

        Args:
            count: of all examples.
            draw: a shard by its number; to be sent to other processes where there are several.
            jobs: how many processes draw.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write, numbers = partial(self._write, draw), range(-(-count // self.size))
        if jobs == 1:
            deque(map(write, numbers), maxlen=0)
            return
        with ProcessPoolExecutor(jobs, get_context("spawn"), cv2.setNumThreads, (1,)) as processes:
            deque(processes.map(write, numbers), maxlen=0)

    def _write(self, draw: Callable[[int], Examples], number: int) -> None:
        target = self._path(number)
        if not target.exists():
            unfinished = target.with_suffix(".part")
            with unfinished.open("wb") as file:
                np.savez(file, **draw(number))  # type: ignore[arg-type]
            unfinished.rename(target)
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


def ahead(make: Callable[[], T], count: int, waiting: int = 4) -> Generator[T, None, None]:
    """What `make` gives so many times, made in order by a thread of its own while the last ones are used.

    Args:
        make: one of them.
        count: how many there are.
        waiting: the most that are made before they are asked for.
    """
    with ThreadPoolExecutor(1) as worker:
        coming = (worker.submit(job) for job in repeat(make, count))
        made = deque(islice(coming, waiting))
        while made:
            yield made.popleft().result()
            made.extend(islice(coming, 1))
