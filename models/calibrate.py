"""Refits the policy's curves, from raw measurement to score, to what each measurement should predict.

    python -m samples.generate --seed 4101 --count 300 --long-side 1440 --out DIR
    python -m models.calibrate --data DIR [--held-out OTHER] [--out FILE] [--check]

For each measurement that decides a check, pictures that are clear or have its own defect say what was good
enough: of what has to be read, by whether the genuine claim was accepted; else by the physical label
(`TARGETS`). Isotonic regression (Barlow et al., Statistical Inference under Order Restrictions, 1972), with
defective and good pictures weighing half each however many there are of either, gives the probability of a
defect as a monotone function of the raw value.

The border of what is accepted, score 50, is where that probability crosses one half, but never so strict that
more than one in a hundred `clear` pictures fails (a single one, where there are fewer). The score is 100 at
the mean of the values least likely to be defective, 0 at that of the likeliest, and 75 and 25 where the
probability says so. Values are rounded to two digits.

A refit is worth having where it does better on another seed (`--held-out`); ``--check`` fails where it does
better than the policy on the pictures that it was fitted to, or the policy fails more clear ones than that.

A folder is measured through the public interface; the `rows.jsonl` that ``benchmarks.accuracy --out`` writes
serves as well, and saves the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import isotonic_regression

from benchmarks.accuracy import run
from benchmarks.figures import Row
from benchmarks.labelled import STANDARD_CLAIM, Picture, Submission, read_submissions
from idcheck.policy import Curve, Policy
from idcheck.report import Report
from idcheck.types import MatchOutcome
from idcheck.verdict import QUALITY_CHECKS

FLOATS = NDArray[np.float64]

LEAST: Final = 12
"""Good and defective examples, of each, from which a curve is refitted."""
CLEAR_ALARMS: Final = 0.01
"""The share of pictures clear of the defect that may fail."""
LEAST_BETTER_THAN_CHANCE: Final = 0.25
"""How far under one half the mean of false alarms and misses must be where a measurement predicts."""
TOLERANCE: Final = 0.03
"""By how much that mean may be worse for the policy's curve than for the refitted one."""
READ_FROM_PX_PER_MM: Final = 2.7
READ_TO_MM: Final = 1.0
"""Size and blur of a card by its label that let it be read, where nothing else is wrong."""
LOCATED_WITHIN: Final = 0.05
"""Mean corner error over the card's width; what was measured elsewhere says nothing of the card."""


# ---------------------------------------------------------------- what a measurement should predict


@dataclass(frozen=True, slots=True)
class Target:
    """What a measurement should predict.

    Attributes:
        classes: of pictures on which its defect varies and nothing else does; `clear` ones always count.
        defective: whether a picture truly is too bad.
        spared: classes with another defect, which must not be taken for this one: always clear of it.
        legible: whether only pictures count that are large and sharp enough to be read but for the defect.
    """

    classes: tuple[str, ...]
    defective: Callable[[Row], bool]
    spared: tuple[str, ...] = ()
    legible: bool = False


def _unread(fields: Sequence[str], row: Row) -> bool:
    """Whether the typed text, though right, is not accepted in one of the fields."""
    matches = row.report.matches
    return any(f not in matches or matches[f].outcome is not MatchOutcome.MATCH for f in fields)


def _at_least(key: str, least: float, row: Row) -> bool:
    return (row.label.get(key) or 0.0) >= least


def _hidden(key: str, row: Row) -> bool:
    return float(row.label[key]) < 0.95


def _darker(row: Row) -> bool:
    return float(row.label["severity"].get("ev", 0)) <= -3


def _is(kind: str, row: Row) -> bool:
    return row.submission.picture.kind == kind


def _of_fields(
    measure: str, *classes: str, spared: tuple[str, ...] = (), legible: bool = True
) -> dict[str, Target]:
    """The same measure of both fields, by whether they are read."""
    return {
        f"{field}.{measure}": Target(classes, partial(_unread, (field,)), spared, legible)
        for field in ("name", "id_number")
    }


def _large_and_sharp(row: Row) -> bool:
    """Whether nothing but its own defect keeps the picture from being read, as far as its label knows."""
    size, blur = row.label.get("card_px_per_mm"), row.label.get("blur_mm")
    return (size is None or size >= READ_FROM_PX_PER_MM) and (blur is None or blur < READ_TO_MM)


TARGETS: Final[Mapping[str, Target]] = {
    **_of_fields("blur", "defocus", "motion", legible=False),
    **_of_fields("lighting", "lowlight", spared=("defocus", "motion", "glare", "card_occluded", "small")),
    **_of_fields("exposure", "overexposed"),
    **_of_fields("glare", "glare"),
    "name.occlusion": Target(("card_occluded",), partial(_hidden, "name_visible")),
    "id_number.occlusion": Target(("card_occluded",), partial(_hidden, "number_visible")),
    "card.framing": Target(("cutoff",), partial(_at_least, "card_outside", 0.03)),
    "card.resolution": Target(("small", "face_occluded"), partial(_unread, ("name", "id_number"))),
    "card.lighting": Target(("lowlight",), _darker),
    "card.exposure": Target(("overexposed",), partial(_is, "overexposed")),
    "card.glare": Target(("glare",), partial(_at_least, "card_saturated", 0.03)),
    "face.occlusion": Target(("face_occluded",), partial(_at_least, "face_covered", 0.15)),
    "face.lighting": Target(("lowlight",), _darker),
}
"""By measurement. Those that decide and are not here have no label to be fitted to, and keep their curves."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Raw values of one measurement, with what they should predict; all of one shape (n,).

    Attributes:
        clear: surely without this defect: a `clear` picture, or one of a class that is spared.
    """

    raw: FLOATS
    defective: NDArray[np.bool_]
    clear: NDArray[np.bool_]

    @property
    def are_enough(self) -> bool:
        """Whether there are enough good and enough defective ones to fit to."""
        return bool(min(self.defective.sum(), (~self.defective).sum()) >= LEAST)


def examples(measure: str, target: Target, rows: Iterable[Row]) -> Examples:
    """What a labelled set says of one measurement.

    Left out are pictures on which it could not be taken; clear ones that count as defective, for what is not
    read there is the reader's weakness; and, where reading decides, those too small or blurred to be read.
    """
    kinds = ("clear", *target.classes, *target.spared)
    found: list[tuple[float, bool, bool]] = []
    for row in rows:
        kind, measurement = row.submission.picture.kind, row.report.measurements.get(measure)
        if kind not in kinds or measurement is None or measurement.raw is None:
            continue
        if target.legible and kind in target.classes and not _large_and_sharp(row):
            continue
        defective = kind not in target.spared and target.defective(row)
        contradicts = kind == "clear" and defective
        if not contradicts and (measure.startswith("face.") or _located(row)):
            found.append((measurement.raw, defective, kind not in target.classes))
    columns = np.array(found, np.float64).reshape(-1, 3).T
    return Examples(columns[0], columns[1] > 0, columns[2] > 0)


def _located(row: Row) -> bool:
    errors = row.corner_errors()
    return bool(errors) and errors[0] <= LOCATED_WITHIN


# ---------------------------------------------------------------- the fit


@dataclass(frozen=True, slots=True)
class Cost:
    """What a curve does to examples: how many good and clear ones fail, and how many defective ones pass."""

    false_alarms: int
    clear_alarms: int
    misses: int
    balanced: float
    """Mean of the shares of false alarms and of misses; 0.5 is chance."""


def cost(curve: Curve, of: Examples) -> Cost:
    """Judge examples by a curve."""
    fails = np.array([curve.score(raw) < curve.fail_below for raw in of.raw], np.bool_)
    alarms, misses = fails & ~of.defective, ~fails & of.defective
    shares = (alarms.sum() / max((~of.defective).sum(), 1), misses.sum() / max(of.defective.sum(), 1))
    return Cost(int(alarms.sum()), int((alarms & of.clear).sum()), int(misses.sum()), float(np.mean(shares)))


def clear_alarms_allowed(of: Examples) -> int:
    """How many of the examples clear of the defect may fail."""
    return max(1, int(CLEAR_ALARMS * of.clear.sum()))


def fit(of: Examples, *, rising: bool) -> Curve | None:
    """The curve that examples ask for.

    Args:
        of: enough examples, see `Examples.are_enough`.
        rising: whether larger raw values are better.

    Returns:
        A curve of three to five points; None where the raw values do not predict the outcome.
    """
    sign = -1.0 if rising else 1.0  # from here on, larger is worse
    badness = sign * of.raw
    values, probability, centres = _probability(badness, of.defective)
    worse = probability >= 0.5
    if worse.all() or not worse.any():
        return None
    first = int(worse.argmax())
    clear = np.sort(badness[of.clear])
    allowed = clear_alarms_allowed(of)
    border = _rounded(float(values[first - 1 : first + 1].mean()))
    if clear.size > allowed:
        border = max(border, _rounded_up(float(clear[-1 - allowed])))
    raws, chances = centres
    unit = 10.0 ** -_digits(
        border
    )  # the limit on false alarms may push the border past the best or the worst
    best = min(_rounded(raws[0]), round(border - unit, 6))
    worst = max(_rounded(raws[-1]), round(border + unit, 6))
    points = {100.0: best, 50.0: border, 0.0: worst}
    for chance, low, high in ((0.25, best, border), (0.75, border, worst)):
        raw = _rounded(float(np.interp(chance, chances, raws)))
        if low < raw < high:
            points[100 * (1 - chance)] = raw
    curve = Curve(points=tuple(sorted((sign * raw + 0.0, score) for score, raw in points.items())))
    return curve if cost(curve, of).balanced <= 0.5 - LEAST_BETTER_THAN_CHANCE else None


def _probability(
    badness: FLOATS, defective: NDArray[np.bool_]
) -> tuple[FLOATS, FLOATS, tuple[FLOATS, FLOATS]]:
    """Of a defect, at each distinct value; and the mean value and probability of each level stretch."""
    weights = np.where(defective, 0.5 / defective.sum(), 0.5 / (~defective).sum())
    values, place = np.unique(badness, return_inverse=True)
    weight = np.bincount(place, weights)
    share = np.bincount(place, weights * defective) / weight
    found = isotonic_regression(share, weights=weight)
    stretches = list(pairwise(found.blocks))
    means = [np.average(values[a:b], weights=weight[a:b]) for a, b in stretches]
    return values, found.x, (np.array(means), np.array([found.x[a] for a, _ in stretches]))


def _digits(value: float) -> int:
    """Decimal places that leave two digits; values under 0.01 are no more than that."""
    return 1 - int(np.floor(np.log10(max(abs(value), 0.01))))


def _rounded(value: float) -> float:
    return round(float(value), _digits(value))


def _rounded_up(value: float) -> float:
    unit = 10.0 ** -_digits(value)
    return round(float(np.ceil(round(value / unit, 6)) * unit), _digits(value))


# ---------------------------------------------------------------- policy, table, command


@dataclass(frozen=True, slots=True)
class Refit:
    """What became of one curve.

    Attributes:
        now: the policy's curve.
        curve: the refitted one; the policy's where it is kept.
        kept: why it is kept; None where it is refitted.
    """

    measure: str
    of: Examples
    now: Curve
    curve: Curve
    kept: str | None

    @property
    def agrees(self) -> bool:
        """Whether the policy's curve does about as well as the refitted one on the examples.

        Where good and defective do not meet, every border between them is as good as another: so what is
        compared is what the borders do.
        """
        if self.kept is not None:
            return True
        now, then = cost(self.now, self.of), cost(self.curve, self.of)
        allowed = max(clear_alarms_allowed(self.of), then.clear_alarms)
        return now.balanced <= then.balanced + TOLERANCE and now.clear_alarms <= allowed

    def betters(self, other: Examples) -> bool:
        """Whether the refitted curve does clearly better on examples that it was not fitted to."""
        now, then = cost(self.now, other), cost(self.curve, other)
        allowed = max(clear_alarms_allowed(other), now.clear_alarms)
        return then.balanced < now.balanced - TOLERANCE and then.clear_alarms <= allowed


def refit(policy: Policy, rows: Sequence[Row]) -> list[Refit]:
    """Refit every curve that decides a check."""
    measures = [name for _, names in QUALITY_CHECKS for name in names if name in policy.curves]
    return [_refit(name, policy.curves[name], TARGETS.get(name), rows) for name in measures]


def _refit(measure: str, now: Curve, target: Target | None, rows: Sequence[Row]) -> Refit:
    if target is None:
        none = Examples(np.empty(0), np.empty(0, np.bool_), np.empty(0, np.bool_))
        return Refit(measure, none, now, now, "no label")
    of = examples(measure, target, rows)
    if not of.are_enough:
        return Refit(measure, of, now, now, "too few examples")
    curve = fit(of, rising=now.points[0][1] < now.points[-1][1])
    return Refit(measure, of, now, curve or now, None if curve else "predicts too little")


def to_toml(refits: Iterable[Refit], source: str) -> str:
    """The curves as a policy file has them.

    Args:
        refits: what became of each.
        source: what they were fitted to, for the comment above them.
    """
    lines = [f"# Fitted by `python -m models.calibrate` to {source}."]
    for one in refits:
        points = ", ".join(f"[{raw:g}, {score:g}]" for raw, score in one.curve.points)
        lines += ["", f'[curves."{one.measure}"]' + (f" # kept: {one.kept}" if one.kept else "")]
        lines.append(f"points = [{points}]")
        if one.curve.fail_below != 50:
            lines.append(f"fail_below = {one.curve.fail_below:g}")
    return "\n".join(lines) + "\n"


def table(refits: Sequence[Refit], held_out: Sequence[Row] | None) -> Table:
    """The refit as people read it: `now > then`, now being the policy's curve."""
    shown = Table(
        box=None, caption="alarms: pictures clear of the defect that fail; missed: defective ones that pass"
    )
    heads = ["measurement", "n", "defective", "border", "alarms", "missed"]
    for head in heads + (
        ["held out: n", "defective", "alarms", "missed", ""] if held_out is not None else []
    ):
        shown.add_column(head, justify="left" if head == "measurement" else "right", no_wrap=True)
    shown.add_column("")
    for one in refits:
        cells = [one.measure, str(one.of.raw.size), str(int(one.of.defective.sum()))]
        cells += [_change(_border(one.now), _border(one.curve)), *_costs(one, one.of)]
        if held_out is not None:
            target = TARGETS.get(one.measure)
            other = examples(one.measure, target, held_out) if target else one.of
            cells += [str(other.raw.size), str(int(other.defective.sum())), *_costs(one, other)]
            cells.append("better" if one.betters(other) else "")
        verdict = f"kept: {one.kept}" if one.kept else ("" if one.agrees else "differs")
        shown.add_row(*cells, verdict)
    return shown


def _costs(one: Refit, of: Examples) -> tuple[str, str]:
    now, then = cost(one.now, of), cost(one.curve, of)
    return (
        _change(str(now.clear_alarms), str(then.clear_alarms)),
        _change(str(now.misses), str(then.misses)),
    )


def _border(curve: Curve) -> str:
    return "none" if curve.threshold is None else f"{curve.threshold:.3g}"


def _change(now: str, then: str) -> str:
    return now if now == then else f"{now} > {then}"


def load(path: Path) -> list[Row]:
    """Genuine claims on a labelled set: a folder, or what ``benchmarks.accuracy`` wrote of one."""
    if path.is_dir():
        return list(run(one for one in read_submissions(path) if one.is_genuine))
    with path.open(encoding="utf-8") as lines:
        found = [_row(json.loads(line)) for line in lines]
    return [row for row in found if row.submission.is_genuine]


def _load_all(paths: Iterable[Path]) -> list[Row]:
    return [row for path in paths for row in load(path)]


def _row(line: dict[str, Any]) -> Row:
    picture = Picture(Path(line["label"]["file"]), line["label"])
    return Row(Submission(picture, STANDARD_CLAIM, line["kind"]), Report.from_dict(line["report"]))


def _source(rows: Sequence[Row]) -> str:
    """How many pictures of which seeds of the generator."""
    seeds = sorted({str(row.label["seed"][0]) for row in rows if row.label.get("seed")})
    return f"{len(rows)} pictures" + (f" of seed {', '.join(seeds)}" if seeds else "")


_Set = typer.Option(help="Folder with labels.jsonl, or a rows.jsonl of benchmarks.accuracy.", exists=True)


def main(
    data: Annotated[list[Path], _Set],
    held_out: Annotated[list[Path] | None, _Set] = None,
    policy: Annotated[Path | None, typer.Option(help="The policy to compare; the default one.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the curves as TOML.")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where policy and refit differ.")] = False,
) -> None:
    """Refit the curves of the policy to labelled pictures, and show what changes."""
    rows = _load_all(data)
    refits = refit(Policy.load(policy) if policy else Policy.default(), rows)
    shown = table(refits, _load_all(held_out) if held_out else None)
    Console(width=max(Console().width, 150)).print(shown)
    if out is not None:
        out.write_text(to_toml(refits, _source(rows)), encoding="utf-8")
    if check:
        differing = ", ".join(one.measure for one in refits if not one.agrees)
        typer.echo(f"policy and refit differ: {differing}" if differing else "policy and refit agree")
        raise typer.Exit(1 if differing else 0)


if __name__ == "__main__":
    typer.run(main)
