"""Examples come back from their files in order, each once, while earlier ones are mixed in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.shards import Examples, Shards, Stream

SIZE = 8


def numbered(shard: int) -> Examples:
    return {"number": np.arange(shard * SIZE, (shard + 1) * SIZE)}


def test_shards_that_are_there_are_kept_and_the_rest_is_drawn(tmp_path: Path) -> None:
    drawn: list[int] = []

    def draw(shard: int) -> Examples:
        drawn.append(shard)
        return numbered(shard)

    shards = Shards(tmp_path / "pool", 7, SIZE)
    shards.write(SIZE, draw)
    shards.write(2 * SIZE + 1, draw)
    assert drawn == [0, 1, 2]
    assert sorted(path.name for path in (tmp_path / "pool").iterdir()) == [f"7-00{i}.npz" for i in range(3)]
    assert shards.read(2)["number"].tolist() == numbered(2)["number"].tolist()


def test_every_example_is_fresh_once_and_only_earlier_ones_come_again(tmp_path: Path) -> None:
    shards = Shards(tmp_path, 1, SIZE)
    shards.write(3 * SIZE, numbered)
    stream, seen = Stream(shards, 3, 0.5, np.random.default_rng(0)), 0
    for _ in range(10):
        batch = stream.batch(6)["number"]
        fresh = min(3, 3 * SIZE - seen)
        assert batch[:fresh].tolist() == list(range(seen, seen + fresh))
        assert (batch[fresh:] < max(1, seen)).all()
        assert len(batch) == 6
        seen += fresh
    assert seen == 3 * SIZE
