"""The figures of an accuracy run, from reports and labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from benchmarks.labelled import SEES, Submission
from idcheck.report import Report
from idcheck.types import Decision, MatchOutcome, Outcome, Side

FOUND_WITHIN: Final = 0.25
"""Mean corner error, as a fraction of the card's width, above which a card does not count as found."""


@dataclass(frozen=True, slots=True)
class Row:
    """One submission and the report on it."""

    submission: Submission
    report: Report

    @property
    def label(self) -> dict[str, Any]:
        """What is true of the picture."""
        return self.submission.picture.label

    @property
    def sees_portrait_side(self) -> bool:
        """Whether the report takes something for the portrait side of a card."""
        card = self.report.scene.card
        return card is not None and card.side is Side.PORTRAIT

    def fails(self, prefix: str) -> list[str]:
        """Codes of the failed checks that begin so."""
        return [
            r.code for r in self.report.reasons if r.outcome is Outcome.FAIL and r.code.startswith(prefix)
        ]

    def text(self, field: str) -> str:
        """What was read there; empty where nothing was."""
        reading = self.report.readings.get(field)
        return "" if reading is None else reading.text

    def outcome(self, field: str) -> MatchOutcome | None:
        """Whether the card says there what was typed; None without a card."""
        match = self.report.matches.get(field)
        return None if match is None else match.outcome

    def lowest_score(self, names: Iterable[str]) -> float | None:
        """The lowest score of the named measurements."""
        found = (self.report.measurements.get(name) for name in names)
        scores = [m.score for m in found if m is not None and m.score is not None]
        return min(scores, default=None)

    def corner_errors(self) -> list[float]:
        """Mean corner distance over the card's width, for each of the four ways to turn the found corners."""
        card = self.report.scene.card
        if card is None or not self.submission.picture.shows_card:
            return []
        truth, width = self.label["card_corners"], self.label["card_width_px"]
        return [
            sum(math.dist(truth[i], card.corners[(i + turn) % 4]) for i in range(4)) / 4 / width
            for turn in range(4)
        ]


def auc(bad: Sequence[float], good: Sequence[float]) -> float | None:
    """Area under the ROC curve: the probability that a defective picture scores below a clear one."""
    if not bad or not good:
        return None
    return float(stats.mannwhitneyu(good, bad).statistic) / (len(bad) * len(good))


def share(holds: Iterable[object]) -> float | None:
    """The fraction of these that hold; None of nothing."""
    found = [bool(one) for one in holds]
    return sum(found) / len(found) if found else None


def _quantile(values: Sequence[float], q: float) -> float | None:
    return float(np.quantile(values, q)) if values else None


def scene_figures(genuine: Sequence[Row]) -> dict[str, Any]:
    """Detection of the card, its corners, its orientation, and decoys called a card."""
    whole = [row for row in genuine if row.submission.picture.card_is_whole]
    errors = [e for row in whole if (e := row.corner_errors()) and min(e) <= FOUND_WITHIN]
    decoys = [row for row in genuine if row.submission.picture.is_decoy]
    best = [min(e) for e in errors]
    return {
        "whole_cards": len(whole),
        "found": len(errors) / len(whole) if whole else None,
        "corner_error_median": _quantile(best, 0.5),
        "corner_error_p90": _quantile(best, 0.9),
        "orientation_right": sum(e[0] <= min(e) + 0.1 for e in errors) / len(errors) if errors else None,
        "decoys": {kind: _called_card(of_kind) for kind, of_kind in _by_kind(decoys).items()}
        | {"all": _called_card(decoys)},
    }


def _by_kind(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.submission.picture.kind, []).append(row)
    return dict(sorted(groups.items()))


def _called_card(decoys: Sequence[Row]) -> dict[str, Any]:
    """How many of these were taken for a portrait side."""
    called = [
        row.sees_portrait_side and all(r.code != "photo.card_missing" for r in row.report.reasons)
        for row in decoys
    ]
    return {"pictures": len(called), "called_card": sum(called), "share": share(called)}


def quality_figures(genuine: Sequence[Row]) -> dict[str, Any]:
    """Per class: does the score of the measurement that should see the defect fall, and is it told."""
    clear = [row for row in genuine if row.submission.picture.kind == "clear"]
    classes: dict[str, Any] = {}
    for kind, names in SEES.items():
        bad = [r for r in genuine if r.submission.picture.kind == kind and r.submission.picture.is_defective]
        scored = [s for row in bad if (s := row.lowest_score(names)) is not None]
        fine = [s for row in clear if (s := row.lowest_score(names)) is not None]
        classes[kind] = {
            "defective": len(bad),
            "scored": len(scored),
            "auc": auc(scored, fine),
            "told": share(row.fails("photo.") for row in bad),
        }
    return {
        "clear": len(clear),
        "clear_false_alarm": share(row.fails("photo.") for row in clear),
        "clear_alarm_codes": sorted(code for row in clear for code in set(row.fails("photo."))),
        "blur_spearman": _blur_correlation(genuine),
        "classes": classes,
    }


def score_figures(genuine: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Calibration of the scores: how many pictures, clear or of a class, are free of its defect.

    By class, and by quarter of the lowest score of the measurements that should see it: a score is calibrated
    where the share rises from 0 in the lowest quarter to 1 in the highest, and is about a half around 50.
    """
    figures: dict[str, dict[str, Any]] = {}
    for kind, names in SEES.items():
        scored = [
            (score, row)
            for row in genuine
            if row.submission.picture.kind in {"clear", kind}
            and (score := row.lowest_score(names)) is not None
        ]
        figures[kind] = {}
        for low in (0, 25, 50, 75):
            free = [
                not r.submission.picture.is_defective for s, r in scored if min(int(s) // 25 * 25, 75) == low
            ]
            figures[kind] |= {f"{low}–{low + 25}": len(free), f"free at {low}–{low + 25}": share(free)}
    return figures


def _blur_correlation(genuine: Sequence[Row]) -> float | None:
    pairs = []
    for row in genuine:
        truth = row.label.get("blur_mm")
        found = [row.report.measurements.get(name) for name in ("name.blur", "id_number.blur")]
        raws = [m.raw for m in found if m is not None and m.raw is not None]
        if truth is not None and raws and row.submission.picture.kind in {"clear", "defocus", "motion"}:
            pairs.append((truth, min(raws)))
    return float(stats.spearmanr(*zip(*pairs, strict=True)).statistic) if len(pairs) >= 5 else None


def decision_figures(genuine: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How many genuine submissions of each class met each decision."""
    return {
        kind: {decision.value: sum(row.report.decision is decision for row in rows) for decision in Decision}
        for kind, rows in _by_kind(genuine).items()
    }


def badness(row: Row) -> float:
    """How wrong a report on a genuine claim is, to find the pictures to look at first; 0 is right."""
    picture = row.submission.picture
    if picture.is_decoy:
        return 3.0 if row.sees_portrait_side else 0.0
    wrong = 0.0
    errors = row.corner_errors()
    if picture.card_is_whole and (not errors or min(errors) > FOUND_WITHIN):
        wrong += 4.0
    elif errors and picture.shows_card:
        wrong += min(20 * errors[0], 3.0)
    if picture.kind == "clear":
        wrong += len(row.fails("photo."))
    elif picture.is_defective and not row.fails("photo."):
        wrong += 2.0
    for field, legible in (("name", "name_legible"), ("id_number", "number_legible")):
        if row.label.get(legible) and row.outcome(field) is not MatchOutcome.MATCH:
            wrong += 2.0 if row.outcome(field) is MatchOutcome.MISMATCH else 1.0
    return wrong
