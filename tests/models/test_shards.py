"""Examples come back from their files in order, each once, while earlier ones are mixed in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.shards import Examples, Shards, Stream, ahead

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


def test_several_processes_draw_the_same_shards(tmp_path: Path) -> None:
    shards = Shards(tmp_path, 7, SIZE)
    shards.write(3 * SIZE, numbered, jobs=2)
    for number in range(3):
        assert shards.read(number)["number"].tolist() == numbered(number)["number"].tolist()


def test_what_is_made_ahead_comes_in_order_and_no_more_than_is_asked_for() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert list(ahead(make, 10, waiting=3)) == list(range(10))
    assert len(made) == 10
    few = ahead(make, 10, waiting=3)
    assert next(few) == 10
    few.close()
    assert len(made) <= 14


def test_an_error_in_what_is_made_ahead_is_not_lost() -> None:
    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        list(ahead(fail, 3))


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
