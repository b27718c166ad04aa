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
from idcheck.types import MatchOutcome, Outcome, Side

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


def _share(holds: Iterable[object]) -> float | None:
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
        "decoys": len(decoys),
        "decoys_called_card": sum(
            row.sees_portrait_side and all(r.code != "photo.card_missing" for r in row.report.reasons)
            for row in decoys
        ),
    }


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
            "told": _share(row.fails("photo.") for row in bad),
        }
    return {
        "clear": len(clear),
        "clear_false_alarm": _share(row.fails("photo.") for row in clear),
        "clear_alarm_codes": sorted(code for row in clear for code in row.fails("photo.")),
        "blur_spearman": _blur_correlation(genuine),
        "classes": classes,
    }


def _blur_correlation(genuine: Sequence[Row]) -> float | None:
    pairs = []
    for row in genuine:
        truth = row.label.get("blur_mm")
        found = [row.report.measurements.get(name) for name in ("name.blur", "id_number.blur")]
        raws = [m.raw for m in found if m is not None and m.raw is not None]
        if truth is not None and raws and row.submission.picture.kind in {"clear", "defocus", "motion"}:
            pairs.append((truth, min(raws)))
    return float(stats.spearmanr(*zip(*pairs, strict=True)).statistic) if len(pairs) >= 5 else None


def reading_figures(genuine: Sequence[Row]) -> dict[str, Any]:
    """Exact transcripts and genuine claims, by field, on legible fields and on all."""
    figures: dict[str, Any] = {}
    for field, legible, truth in (
        ("name", "name_legible", "name"),
        ("id_number", "number_legible", "id_number"),
    ):
        rows = [row for row in genuine if row.label.get(legible)]
        every = [row for row in genuine if row.label.get(truth)]
        figures[field] = {
            "legible": len(rows),
            "exact": _share(_text(row, field) == row.label[truth] for row in rows),
            "genuine_on_legible": {
                outcome.value: sum(_outcome(row, field) is outcome for row in rows)
                for outcome in MatchOutcome
            },
            "genuine_called_mismatch": _share(_outcome(row, field) is MatchOutcome.MISMATCH for row in every),
        }
    return figures


def _text(row: Row, field: str) -> str:
    reading = row.report.readings.get(field)
    return "" if reading is None else reading.text


def _outcome(row: Row, field: str) -> MatchOutcome | None:
    match = row.report.matches.get(field)
    return None if match is None else match.outcome


def claim_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Impostors' claims, by how they differ from the truth."""
    kinds = sorted({row.submission.kind for row in rows if not row.submission.is_genuine})
    figures: dict[str, Any] = {}
    for kind in kinds:
        of_kind = [row for row in rows if row.submission.kind == kind]
        outcomes = [_outcome(row, row.submission.false_field) for row in of_kind]
        figures[kind] = {
            "claims": len(of_kind),
            **{outcome.value: outcomes.count(outcome) for outcome in MatchOutcome},
            "approved": sum(row.report.decision.value == "approved" for row in of_kind),
        }
    return figures


def decision_figures(genuine: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How many genuine submissions of each class met each decision."""
    table: dict[str, dict[str, int]] = {}
    for row in genuine:
        counts = table.setdefault(row.submission.picture.kind, {})
        counts[row.report.decision.value] = counts.get(row.report.decision.value, 0) + 1
    return table


def all_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Every figure of a run."""
    genuine = [row for row in rows if row.submission.is_genuine]
    return {
        "scene": scene_figures(genuine),
        "quality": quality_figures(genuine),
        "reading": reading_figures(genuine),
        "claims": claim_figures(rows),
        "decisions": decision_figures(genuine),
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
        if row.label.get(legible) and _outcome(row, field) is not MatchOutcome.MATCH:
            wrong += 2.0 if _outcome(row, field) is MatchOutcome.MISMATCH else 1.0
    return wrong
