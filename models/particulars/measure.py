"""How well sex and birth date are read off drawn strips, and what it is worth against a number that is known.

    python -m models.particulars.pool    --seed 2 --count 2048 --out DIR
    python -m models.particulars.pool    --seed 5 --count 1024 --held-out-faces --out DIR
    python -m models.particulars.measure --pool DIR --seed 2 --shards 2
    python -m models.particulars.measure --pool DIR --seed 5

The strips are of seeds that are never trained on, under the whole range of training conditions, most of them
harsher than what passes the quality checks. Tables are Markdown.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from idcheck import weights
from idcheck.claim import particulars
from idcheck.policy import Policy
from idcheck.reading.particulars import DIGITS, SEXES, ParticularsReader
from idcheck.types import Transcript
from models.particulars.pool import NOT_PRINTED, SHARD
from models.shards import Shards

FIELDS: Final = ("sex", "birth")
_CERTAIN: Final = (0.0, 0.5, 0.9, 0.97, 0.99, 0.999, 1.01)


@dataclass(frozen=True, slots=True)
class Trial:
    """One pair of strips.

    Attributes:
        visible: whether nothing hides any of it.
        right: of each field, whether it was read as it is printed.
        agreement: likewise, the evidence against a number that says the same, in nats.
        contradiction: against one that says the other sex, and has one other digit in the date.
        digits: probability and truth of each digit that was read.
    """

    visible: bool
    right: dict[str, bool]
    agreement: dict[str, float]
    contradiction: dict[str, float]
    digits: list[tuple[float, bool]]


def trials(shards: Shards, count: int) -> Iterator[Trial]:
    """Read the strips that show something."""
    reader, rng = ParticularsReader(weights.load("particulars_reader")), np.random.default_rng(0)
    for number in range(count):
        shard = shards.read(number)
        for row in np.flatnonzero(shard["readable"]):
            sex, *digits = shard["texts"][row]
            birth = "".join(DIGITS[0 if digit == NOT_PRINTED else digit] for digit in digits)
            read = reader.look(shard["pictures"][row])
            place = int(rng.integers(len(birth)))
            other = (
                birth[:place] + str((int(birth[place]) + int(rng.integers(1, 10))) % 10) + birth[place + 1 :]
            )
            yield Trial(
                visible=bool(shard["visible"][row].min() > 0.95),
                right={"sex": read["sex"].text == SEXES[sex], "birth": read["birth"].text == birth},
                agreement=_weighed(birth, SEXES[sex], read),
                contradiction=_weighed(other, SEXES[1 - sex], read),
                digits=[
                    (sure, c == wanted)
                    for sure, c, wanted in zip(
                        read["birth"].characters, read["birth"].text, birth, strict=False
                    )
                ],
            )


def _weighed(birth: str, sex: str, read: dict[str, Transcript]) -> dict[str, float]:
    """The evidence against a number that was surely read; 0 where nothing was made out."""
    number = f"110101{birth}00{1 if sex == '男' else 0}0"
    found = particulars.agreement(Transcript(number, (1.0,) * len(number), "known"), read)
    return {field: found[field].log_likelihood_ratio or 0.0 for field in FIELDS}


def report(done: list[Trial]) -> None:
    """Print the tables."""
    rule = Policy.default().match.particulars
    seen = [trial for trial in done if trial.visible]
    _row(
        "field",
        "strips",
        "unhidden",
        "of these exact",
        "agree",
        "falsely differ, of all",
        "forgeries caught*",
    )
    _row(*["---"] * 7)
    for field in FIELDS:
        agreeing = [trial for trial in done if trial.agreement[field] >= rule.accept]
        _row(
            field,
            str(len(done)),
            str(len(seen)),
            f"{np.mean([trial.right[field] for trial in seen]):.3f}",
            f"{np.mean([trial.agreement[field] >= rule.accept for trial in seen]):.3f}",
            str(sum(trial.agreement[field] <= rule.reject for trial in done)),
            f"{np.mean([trial.contradiction[field] <= rule.reject for trial in agreeing]):.3f}",
        )
    print("\n*of what is made out well enough to agree with a number that says the same\n")
    _row("confidence", "digits", "right", "mean confidence")
    _row(*["---"] * 4)
    sure, right = np.array([digit for trial in seen for digit in trial.digits]).T
    for low, high in itertools.pairwise(_CERTAIN):
        m = (sure >= low) & (sure < high)
        if m.any():
            _row(
                f"{low:g} to {min(high, 1):g}",
                str(m.sum()),
                f"{right[m].mean():.4f}",
                f"{sure[m].mean():.4f}",
            )


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--shards", type=int, default=1)
    args = parser.parse_args()
    report(list(trials(Shards(args.pool, args.seed, SHARD), args.shards)))


if __name__ == "__main__":
    main()
