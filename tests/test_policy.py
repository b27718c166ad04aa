from __future__ import annotations

import random
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from idcheck.errors import PolicyError
from idcheck.policy import Curve, Policy
from idcheck.verdict import QUALITY_CHECKS

TEXT = resources.files("idcheck").joinpath("default.toml").read_text(encoding="utf-8")


def as_toml(data, shuffle, prefix=""):
    """Any nested dict as TOML, its keys in a random order."""
    lines, tables = [], []
    for key in shuffle(list(data)):
        value = data[key]
        if isinstance(value, dict):
            name = f'{prefix}"{key}"'
            tables.append(f"[{name}]\n" + as_toml(value, shuffle, name + "."))
        else:
            lines.append(f'"{key}" = {repr(value).replace("True", "true")}')
    return "\n".join(lines) + "\n" + "\n".join(tables)


@given(st.randoms(use_true_random=False))
def test_the_order_and_layout_of_the_file_do_not_change_the_digest(rng: random.Random):
    def shuffle(keys):
        rng.shuffle(keys)
        return keys

    permuted = as_toml(tomllib.loads(TEXT), shuffle).replace("'", '"')
    assert Policy.from_toml(permuted).digest == Policy.default().digest


def test_any_changed_number_changes_the_digest():
    changed = TEXT.replace("expires_soon_days = 30", "expires_soon_days = 31")
    assert Policy.from_toml(changed).digest != Policy.default().digest


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("expires_soon_days", "expire_soon_days", "expire_soon_days"),
        ("[account]", "[acount]", "acount"),
        ('"info_mismatch"', '"info_missmatch"', "required.groups"),
        ('optional = ["document.expires_soon"', 'optional = ["document.expire"', "document.expire"),
        ("min_side = 240", "min_side = 0", "min_side"),
        ("expires_soon_days = 30", "expires_soon_days = nan", "expires_soon_days"),
        ("idcheck.policy/1", "idcheck.policy/9", "format"),
        ('[curves."card.framing"]', '[curves."card.frame"]', "card.frame"),
    ],
)
def test_what_is_misspelt_or_out_of_range_is_refused_by_name(old, new, named):
    assert old in TEXT
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(TEXT.replace(old, new, 1))
    assert named in str(caught.value)


def test_what_is_no_toml_is_refused():
    with pytest.raises(PolicyError, match="not TOML"):
        Policy.from_toml("= 3")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.load(tmp_path / "none.toml")


def test_accept_must_lie_above_reject():
    data = tomllib.loads(TEXT)
    data["match"]["name"] |= {"accept": -1.0, "reject": 1.0}
    with pytest.raises(ValueError, match="reject must be below accept"):
        Policy.model_validate(data)


def test_every_measurement_that_decides_has_a_curve():
    curves = Policy.default().curves
    assert {n for _, names in QUALITY_CHECKS for n in names} <= curves.keys()


@pytest.mark.parametrize(
    "points", [[(0, 0)], [(1, 0), (0, 100)], [(0, 0), (1, 100), (2, 50)], [(0, -1), (1, 2)]]
)
def test_a_curve_is_monotone_within_the_scores(points):
    with pytest.raises(ValidationError):
        Curve(points=points)


@given(
    xs=st.lists(st.floats(-100, 100), min_size=2, max_size=6, unique=True),
    ys=st.lists(st.floats(0, 100), min_size=6, max_size=6),
    falling=st.booleans(),
    a=st.floats(-200, 200),
    b=st.floats(-200, 200),
)
def test_scores_are_bounded_and_monotone(xs, ys, falling, a, b):
    xs = sorted(xs)
    ys = sorted(ys[: len(xs)], reverse=falling)
    curve = Curve(points=tuple(zip(xs, ys, strict=True)))
    low, high = sorted((a, b))
    assert 0 <= curve.score(a) <= 100
    if falling:
        assert curve.score(low) >= curve.score(high) - 1e-9
    else:
        assert curve.score(low) <= curve.score(high) + 1e-9


@given(
    ys=st.lists(st.sampled_from([0.0, 20.0, 49.0, 50.0, 70.0, 100.0]), min_size=2, max_size=6),
    falling=st.booleans(),
    raw=st.floats(-1, 6),
)
def test_what_is_accepted_is_what_scores_enough(ys, falling, raw):
    points = tuple((0.7 * i, y) for i, y in enumerate(sorted(ys, reverse=falling)))
    curve = Curve(points=points, fail_below=50)
    lowest, highest = curve.accepted
    if abs(curve.score(raw) - 50) > 1e-9:
        assert (lowest <= raw <= highest) == (curve.score(raw) > 50)
    for point, score in points:
        assert (lowest <= point <= highest) == (score >= 50)


def test_a_value_on_the_border_is_accepted():
    for curve in Policy.default().curves.values():
        assert curve.threshold in curve.accepted


def test_the_threshold_is_where_the_curve_crosses_the_border():
    curve = Curve(points=((0.2, 100), (0.9, 50), (2.0, 0)), fail_below=50)
    assert curve.threshold == pytest.approx(0.9)
    assert curve.score(0.55) == pytest.approx(75)
    assert Curve(points=((0, 80), (1, 100)), fail_below=50).threshold is None
