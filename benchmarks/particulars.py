"""How well sex and birth date are read, and whether they are weighed rightly against the card's number.

    python -m benchmarks.particulars --data DIR [DIR …]          # labelled photos of cards that agree
    python -m benchmarks.particulars --contradicting 120         # drawn ones that do not

Of labelled photos: how often both are read exactly where the card can be read, and of all of them how the
check ends under the default policy; on a card that agrees with itself it must never say `differs`. Cards that
contradict themselves are drawn by the generator of the samples: they print another sex, another date, the day
after, or another year than their number says.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.labelled import STANDARD_CLAIM, read_pictures
from idcheck import Checker
from idcheck.types import Outcome
from samples.generate import encode, recipe_of
from samples.identity import Identity
from samples.recipe import Recipe
from samples.scene import render

FIELDS: Final = ("sex", "birth")
CLASSES: Final = (
    "clear",
    "defocus",
    "clear",
    "motion",
    "clear",
    "lowlight",
    "clear",
    "glare",
    "clear",
    "small",
)
LONG_SIDE: Final = 1600
_WORDS: Final = {
    Outcome.PASS: "agrees",
    Outcome.INDETERMINATE: "differs",
    Outcome.NOT_ASSESSED: "untold",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One photo of a card.

    Attributes:
        kind: ``genuine``, or how the card contradicts itself.
        legible: whether name and number can be read, by the label, and nothing is meant to cover the card.
        said: how the check of each field ended: ``agrees``, ``differs`` or ``untold``.
        right: whether each was read as it is printed; None where nothing was read.
        ratios: the evidence, in nats.
    """

    kind: str
    legible: bool
    said: dict[str, str]
    right: dict[str, bool | None]
    ratios: dict[str, float | None]


def trial(checker: Checker, data: bytes, label: dict[str, Any], kind: str) -> Trial | None:
    """Look at one photo; None where no portrait side was found in it."""
    measured = checker.weigh(checker.observe(data), STANDARD_CLAIM)
    particulars = measured.particulars
    if particulars is None:
        return None
    checks = [check for check in checker.judge(measured).checks if check.code == "info.card_inconsistent"]
    covered = label["class"] in ("card_occluded", "cutoff")
    truth = {"sex": label["sex"], "birth": str(label["birth"]).replace("-", "")}
    read = {field: particulars.readings[field].text for field in FIELDS}
    return Trial(
        kind,
        bool(label["name_legible"] and label["number_legible"]) and not covered,
        {check.subject: _WORDS[check.outcome] for check in checks},
        {field: read[field] == truth[field] if read[field] else None for field in FIELDS},
        {field: particulars.agreement[field].log_likelihood_ratio for field in FIELDS},
    )


def genuine(checker: Checker, folders: Sequence[Path]) -> Iterator[Trial | None]:
    """Every labelled card."""
    for folder in folders:
        for picture in read_pictures(folder):
            if picture.shows_card and picture.label.get("birth"):
                yield trial(checker, picture.path.read_bytes(), picture.label, "genuine")


def contradicting(checker: Checker, count: int, seed: int) -> Iterator[Trial | None]:
    """Cards that print something else than their number says."""
    for index in range(count):
        recipe = recipe_of(seed, index, CLASSES)
        kind = tuple(FORGERIES)[index // len(CLASSES) % len(FORGERIES)]
        forged = printing(recipe, kind, np.random.default_rng((seed, index, 2)))
        scene = render(forged, LONG_SIDE)
        yield trial(checker, encode(scene, forged), scene.label, kind)


def printing(recipe: Recipe, kind: str, rng: np.random.Generator) -> Recipe:
    """The same scene, its card printing something else beside its number."""
    held = recipe.held
    assert held is not None  # noqa: S101
    card = replace(held.card, identity=FORGERIES[kind](held.card.identity, rng))
    return replace(recipe, held=replace(held, card=card))


def _other_sex(who: Identity, rng: np.random.Generator) -> Identity:  # noqa: ARG001  (as the others)
    return replace(who, sex="男" if who.sex == "女" else "女")


def _other_date(who: Identity, rng: np.random.Generator) -> Identity:
    return replace(who, birth=date(1950, 1, 1) + timedelta(days=int(rng.integers(20_000))))


def _next_day(who: Identity, rng: np.random.Generator) -> Identity:  # noqa: ARG001
    return replace(who, birth=who.birth + timedelta(days=1))


def _one_digit(who: Identity, rng: np.random.Generator) -> Identity:
    """Another decade or year: the digit that makes somebody old enough."""
    back = int(rng.choice([1, 2, 3, 5, 10, 20]))
    day = 28 if (who.birth.month, who.birth.day) == (2, 29) else who.birth.day
    return replace(who, birth=date(who.birth.year - back, who.birth.month, day))


FORGERIES: Final = {
    "sex": _other_sex,
    "date": _other_date,
    "day": _next_day,
    "year": _one_digit,
}


def report(done: Sequence[Trial | None]) -> None:
    """Print a row a kind of card and field."""
    heads = ("cards", "legible", "exact", "agrees", "differs", "of all: differs", "lowest", "highest")
    print(f"{'':16s}" + "".join(f"{head:>16s}" for head in heads))
    found = [trial for trial in done if trial is not None]
    for kind in dict.fromkeys(trial.kind for trial in found):
        group = [trial for trial in found if trial.kind == kind]
        clean = [trial for trial in group if trial.legible]
        for field in FIELDS:
            ratios = [ratio for trial in group if (ratio := trial.ratios[field]) is not None]
            cells = (
                len(group),
                len(clean),
                _share([trial.right[field] is True for trial in clean]),
                _share([trial.said[field] == "agrees" for trial in clean]),
                _share([trial.said[field] == "differs" for trial in clean]),
                sum(trial.said[field] == "differs" for trial in group),
                f"{min(ratios, default=0.0):.1f}",
                f"{max(ratios, default=0.0):.1f}",
            )
            print(f"{kind + ' · ' + field:16s}" + "".join(f"{cell:>16}" for cell in cells))
    print(f"{len(done) - len(found)} of {len(done)} cards were not found")


def _share(flags: Sequence[bool]) -> str:
    return f"{100 * np.mean(flags):.1f} %" if flags else "–"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--contradicting", type=int, default=0)
    parser.add_argument("--seed", type=int, default=41)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    checker = Checker()
    report([*genuine(checker, args.data), *contradicting(checker, args.contradicting, args.seed)])


if __name__ == "__main__":
    main()
