from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from benchmarks.figures import Row
from benchmarks.labelled import STANDARD_CLAIM, Picture, Submission
from idcheck.policy import Curve, Policy
from idcheck.types import MatchEvidence, RawMeasure
from idcheck.verdict import QUALITY_CHECKS, judge
from models import calibrate
from models.calibrate import Examples, Refit, cost, examples, fit, refit, to_toml
from tests.evidence import CORNERS, FACTS, ON, POLICY, measured

DECISIVE = {name for _, names in QUALITY_CHECKS for name in names}


def drawn(border: float, count: int, slope: float, seed: int = 0) -> Examples:
    """Values from 0 to 2·border, the likelier defective the further past the border."""
    rng = np.random.default_rng(seed)
    raw = rng.uniform(0, 2 * border, count)
    chance = 1 / (1 + np.exp(-slope * (raw / border - 1)))
    defective = rng.random(count) < chance
    return Examples(raw, defective, np.zeros(count, np.bool_))


def split(good: list[float], bad: list[float], clear: int | None = None) -> Examples:
    """Examples by outcome; the first of the good ones are clear, all of them unless a number is given."""
    raw = np.array(good + bad)
    defective = np.arange(raw.size) >= len(good)
    return Examples(raw, defective, np.arange(raw.size) < (len(good) if clear is None else clear))


def row(kind: str, label: dict[str, object] | None = None, ratio: float = 9.0, **raws: float | None) -> Row:
    """A picture whose card was found where it is, and the report on its genuine claim."""
    truth = {"file": "x.jpg", "class": kind, "card_corners": CORNERS, "card_width_px": 400.0, **(label or {})}
    taken = tuple(RawMeasure(name.replace("__", "."), "mm", raw, None, CORNERS) for name, raw in raws.items())
    matches = dict.fromkeys(("name", "id_number"), MatchEvidence(ratio, None))
    report = judge(measured(measurements=taken, matches=matches), FACTS, POLICY, ON)
    return Row(Submission(Picture(Path("x.jpg"), truth), STANDARD_CLAIM, "genuine"), report)


def refitted(of: Examples, measure: str = "name.blur") -> Refit:
    now = POLICY.curves[measure]
    return Refit(measure, of, now, fit(of, rising=False) or now, None)


@pytest.mark.parametrize("border", [0.04, 1.2, 18.0])
def test_the_border_is_found_where_good_turns_into_bad(border):
    curve = fit(drawn(border, 2000, slope=12), rising=False)
    assert curve is not None
    assert curve.threshold == pytest.approx(border, rel=0.1)


def test_the_border_does_not_depend_on_how_many_are_defective():
    many = drawn(1.0, 4000, slope=30)
    kept = ~many.defective | (np.arange(4000) % 10 == 0)
    few = Examples(many.raw[kept], many.defective[kept], many.clear[kept])
    one, other = fit(many, rising=False), fit(few, rising=False)
    assert one is not None
    assert other is not None
    assert other.threshold == pytest.approx(one.threshold, rel=0.1)


def test_where_larger_is_better_the_curve_is_the_mirror_image():
    of = drawn(1.2, 500, slope=12)
    falling = fit(of, rising=False)
    rising = fit(replace(of, raw=-of.raw), rising=True)
    assert falling is not None
    assert rising is not None
    assert rising.points == tuple((-raw, score) for raw, score in reversed(falling.points))


def test_between_good_and_bad_that_do_not_meet_the_border_is_midway():
    curve = fit(split([0.1, 0.2, 0.4] * 10, [0.8, 1.0, 1.2] * 10), rising=False)
    assert curve is not None
    assert curve.threshold == 0.6
    assert (curve.points[0], curve.points[-1]) == ((0.23, 100), (1.0, 0))


def test_clear_pictures_hold_the_border_back():
    good = list(np.linspace(0, 1, 150)) + [1.5] * 4
    bad = list(np.linspace(1.2, 3, 60))
    free, held = fit(split(good, bad, clear=0), rising=False), fit(split(good, bad), rising=False)
    assert free is not None
    assert held is not None
    assert cost(free, split(good, bad)).clear_alarms == 4
    assert cost(held, split(good, bad)).clear_alarms <= 1


def test_one_clear_picture_among_few_does_not_move_the_border():
    good, bad = list(np.linspace(0, 1, 40)), list(np.linspace(1.2, 3, 40))
    curve = fit(split([*good, 2.9], bad), rising=False)
    assert curve is not None
    assert curve.threshold == pytest.approx(1.1, abs=0.06)


def test_what_does_not_predict_is_not_fitted():
    rng = np.random.default_rng(3)
    none = np.zeros(400, np.bool_)
    assert fit(Examples(rng.random(400), rng.random(400) < 0.5, none), rising=False) is None
    backwards = drawn(1.0, 400, slope=20)
    assert fit(replace(backwards, defective=~backwards.defective), rising=False) is None


@given(
    good=st.lists(st.floats(-40, 40), min_size=12, max_size=40),
    bad=st.lists(st.floats(-40, 40), min_size=12, max_size=40),
    rising=st.booleans(),
)
def test_whatever_the_examples_the_curve_is_monotone_and_short(good, bad, rising):
    curve = fit(split(good, bad), rising=rising)
    if curve is None:
        return
    scores = [score for _, score in curve.points]
    assert 3 <= len(scores) <= 5
    assert all((a < b) is rising for a, b in pairwise(scores))
    assert curve.threshold is not None


def test_good_enough_is_what_the_reader_reads_on_pictures_that_are_located():
    elsewhere = [[x + 60, y] for x, y in CORNERS]
    rows = [
        row("clear", name__blur=0.4),
        row("defocus", name__blur=1.5, ratio=-1.0),
        row("defocus", name__blur=1.0),
        row("defocus", name__blur=None),
        row("glare", name__blur=0.5, ratio=-1.0),
        row("clear", name__blur=0.3, ratio=-1.0),
        row("motion", {"card_corners": elsewhere}, name__blur=0.6, ratio=-1.0),
    ]
    of = examples("name.blur", calibrate.TARGETS["name.blur"], rows)
    assert of.raw.tolist() == [0.4, 1.5, 1.0]
    assert of.defective.tolist() == [False, True, False]
    assert of.clear.tolist() == [True, False, False]


def test_physical_labels_say_what_is_defective():
    rows = [
        row("clear", {"severity": {}}, card__lighting=-3.0),
        row("lowlight", {"severity": {"ev": -2.0}}, card__lighting=-7.0),
        row("lowlight", {"severity": {"ev": -4.0}}, card__lighting=-13.0),
    ]
    of = examples("card.lighting", calibrate.TARGETS["card.lighting"], rows)
    assert of.defective.tolist() == [False, False, True]


def test_another_defect_must_not_be_taken_for_the_dark():
    target = calibrate.TARGETS["name.lighting"]
    rows = [row("lowlight", name__lighting=22.0 + 0.1 * i, ratio=-1.0) for i in range(20)]
    rows += [row("clear", name__lighting=36.0 + 0.1 * i) for i in range(40)]
    assert fit(examples("name.lighting", target, rows), rising=True) is not None
    rows += [row("motion", name__lighting=18.0 + 0.1 * i, ratio=-1.0) for i in range(40)]
    of = examples("name.lighting", target, rows)
    assert (int(of.defective.sum()), int(of.clear.sum())) == (20, 80)
    assert fit(of, rising=True) is None


def test_every_target_is_a_measurement_that_decides():
    assert calibrate.TARGETS.keys() <= DECISIVE


def test_too_few_examples_keep_the_curve_and_say_so():
    rows = [row("clear", {"card_outside": 0.0}, card__framing=0.0) for _ in range(30)]
    rows += [row("cutoff", {"card_outside": 0.2}, card__framing=0.2) for _ in range(calibrate.LEAST - 1)]
    found = {one.measure: one for one in refit(POLICY, rows)}
    assert found.keys() == DECISIVE & POLICY.curves.keys()
    framing = found["card.framing"]
    assert (framing.curve, framing.kept) == (POLICY.curves["card.framing"], "too few examples")
    assert found["face.blur"].kept == "no label"
    rows.append(row("cutoff", {"card_outside": 0.2}, card__framing=0.2))
    enough = next(one for one in refit(POLICY, rows) if one.measure == "card.framing")
    assert enough.kept is None
    assert enough.curve.threshold == pytest.approx(0.1)


def test_a_border_in_the_same_gap_agrees_and_one_that_misses_does_not():
    of = split([0.2, 0.4, 0.6] * 10, [2.0, 3.0, 4.0] * 10)
    assert refitted(of).agrees
    lax = Curve(points=((0.2, 100.0), (3.5, 50.0), (8.0, 0.0)))
    strict = Curve(points=((0.1, 100.0), (0.5, 50.0), (8.0, 0.0)))
    assert not replace(refitted(of), now=lax).agrees
    assert not replace(refitted(of), now=strict).agrees


def test_a_refit_betters_the_policy_only_on_what_it_was_not_fitted_to():
    of = split([0.2, 0.4, 0.6] * 10, [0.8, 0.9, 1.0] * 10)
    one = refitted(of)
    assert one.curve.threshold == pytest.approx(0.7)
    assert one.betters(of)
    assert not one.betters(split([0.2, 0.8, 0.9] * 10, [1.3, 2.0, 3.0] * 10))


def test_the_curves_are_written_as_a_policy_reads_them():
    refits = [
        replace(one, curve=Curve(points=((0.1, 100.0), (0.55, 50.0), (3.0, 0.0)), fail_below=40.0))
        if one.measure == "name.blur"
        else one
        for one in refit(POLICY, [])
    ]
    text = to_toml(refits, "no pictures")
    rest = (
        resources.files("idcheck").joinpath("default.toml").read_text(encoding="utf-8").split("[curves.")[0]
    )
    found = Policy.from_toml(rest + text).curves
    assert found == {one.measure: one.curve for one in refits}
    assert tomllib.loads(text)["curves"]["name.blur"]["points"] == [[0.1, 100], [0.55, 50], [3, 0]]


def test_the_command_refits_from_kept_reports(tmp_path):
    rows = [row("clear", name__blur=0.3 + 0.01 * i) for i in range(40)]
    rows += [row("defocus", name__blur=5.0 + 0.1 * i, ratio=-1.0) for i in range(30)]
    kept = tmp_path / "rows.jsonl"
    lines = [{"label": one.label, "kind": "genuine", "report": one.report.to_dict()} for one in rows]
    kept.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    app, out = Typer(), tmp_path / "curves.toml"
    app.command()(calibrate.main)
    agreeing = CliRunner().invoke(app, ["--data", str(kept), "--out", str(out), "--check"])
    assert agreeing.exit_code == 0, agreeing.output
    assert "policy and refit agree" in agreeing.output
    assert Curve(**tomllib.loads(out.read_text())["curves"]["name.blur"]).threshold == 2.8  # of 2.845

    blurred = [row("defocus", name__blur=0.8, ratio=-1.0) for _ in range(30)]
    lines += [{"label": one.label, "kind": "genuine", "report": one.report.to_dict()} for one in blurred]
    kept.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    differing = CliRunner().invoke(app, ["--data", str(kept), "--check"])
    assert differing.exit_code == 1
    assert "differ: name.blur" in differing.output


def test_what_is_too_small_or_blurred_to_be_read_says_nothing_of_the_light():
    target = calibrate.TARGETS["name.lighting"]
    rows = [row("lowlight", {"card_px_per_mm": size, "blur_mm": blur}, name__lighting=30.0)
            for size, blur in ((4.0, 0.5), (2.0, 0.5), (4.0, 1.5))]  # fmt: skip
    assert examples("name.lighting", target, rows).raw.size == 1
