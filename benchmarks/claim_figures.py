"""The figures of reading and of claims: what is read right, who is accepted, and who else would be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from benchmarks.claims import FIELDS, LEGIBLE, Trial
from benchmarks.figures import Row, share
from idcheck.types import MatchOutcome

VISIBLE: Final = {"name": "name_visible", "id_number": "number_visible"}


@dataclass(frozen=True, slots=True)
class _Axis:
    """By what readings are sorted: borders, the classes on which little else varies, the label's value."""

    borders: tuple[float, ...]
    kinds: tuple[str, ...]
    value: Callable[[dict[str, Any]], float]


_AXES: Final = {
    "card, px/mm": _Axis(
        (0, 2, 2.5, 3, 4, 6, np.inf),
        ("clear", "small", "face_occluded"),
        lambda label: float(label["card_px_per_mm"]),
    ),
    "blur, mm": _Axis(
        (0, 0.6, 0.9, 1.2, 1.8, np.inf),
        ("clear", "defocus", "motion"),
        lambda label: float(label.get("blur_mm") or 0),
    ),
    "light, stops": _Axis(
        (-np.inf, -4, -3, -2, 0.9, np.inf),
        ("clear", "lowlight", "overexposed"),
        lambda label: float((label.get("severity") or {}).get("ev", 0)),
    ),
}
_CNR: Final = (-np.inf, 3, 5, 8, np.inf)
"""Borders of a legible field's contrast to noise, where the label tells it."""
_QUALITY: Final = {"name": "name_quality", "id_number": "number_quality"}
_CHANCES: Final = (0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0)


def reading_figures(genuine: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Exact transcripts and genuine claims: on legible fields, and on all wholly in sight by what varies."""
    figures: dict[str, dict[str, Any]] = {}
    for field in FIELDS:
        legible = [row for row in genuine if row.label.get(LEGIBLE[field])]
        figures[f"{field}, legible"] = _read(field, legible)
        if field == "name":
            figures["name, legible, common characters"] = _read(field, filter(_is_common, legible))
            figures["name, legible, a rare character"] = _read(
                field, (row for row in legible if not _is_common(row))
            )
        quality = _QUALITY[field]
        told = [(row, float(row.label[quality]["cnr"])) for row in legible if row.label.get(quality)]
        figures |= _by(field, "legible, contrast to noise", told, _CNR)
        seen = [row for row in genuine if (row.label.get(VISIBLE[field]) or 0) >= 0.97]
        for name, axis in _AXES.items():
            of_kinds = [row for row in seen if row.submission.picture.kind in axis.kinds]
            figures |= _by(field, name, [(row, axis.value(row.label)) for row in of_kinds], axis.borders)
        figures[f"{field}, every one"] = _read(field, (row for row in genuine if row.label.get(field)))
    return figures


def _by(
    field: str, head: str, valued: Sequence[tuple[Row, float]], borders: Sequence[float]
) -> dict[str, dict[str, Any]]:
    """The figures of rows sorted by a value, between each two borders."""
    return {
        f"{field}, {head} {_between(low, high)}": _read(field, (row for row, v in valued if low <= v < high))
        for low, high in pairwise(borders)
    }


def _between(low: float, high: float) -> str:
    if np.isinf(low) or low == 0:
        return f"< {high:g}"
    return f"≥ {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"


def _read(field: str, rows: Iterable[Row]) -> dict[str, Any]:
    kept = list(rows)
    outcomes = [row.outcome(field) for row in kept]
    return {
        "fields": len(kept),
        "exact": share(row.text(field) == row.label[field] for row in kept),
        **{outcome.value: share(one is outcome for one in outcomes) for outcome in MatchOutcome},
    }


def _is_common(row: Row) -> bool:
    """Whether all characters are of the 3,755 of GB 2312's first level, or the dot."""
    return all(c == "·" or _is_first_level(c) for c in row.label["name"])


def _is_first_level(character: str) -> bool:
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def claim_figures(trials: Sequence[Trial]) -> dict[str, dict[str, Any]]:
    """How claims ended, by kind: genuine ones by field, impostors' in the field that is false."""
    groups: dict[str, list[Trial]] = {}
    for field in FIELDS:
        genuine = [t for t in trials if t.field == field and t.is_genuine]
        groups[f"genuine {field}, legible"] = [t for t in genuine if t.legible]
        groups[f"genuine {field}, every one"] = genuine
    for kind in sorted({t.kind for t in trials if not t.is_genuine}):
        groups[kind] = [t for t in trials if t.kind == kind]
    return {
        head: {
            "claims": len(group),
            **{outcome.value: sum(t.outcome is outcome for t in group) for outcome in MatchOutcome},
            "matched": share(t.outcome is MatchOutcome.MATCH for t in group),
            "mismatched": share(t.outcome is MatchOutcome.MISMATCH for t in group),
            "approved": sum(t.approved for t in group),
        }
        for head, group in groups.items()
    }


def probability_figures(trials: Sequence[Trial]) -> dict[str, dict[str, Any]]:
    """Calibration of the probability that the card says what was typed.

    By field and stretch of the probability: how many claims, the mean of what is said, and the share of
    genuine ones, these weighing as much in all as the impostors' do, since the probability counts without
    any prior.
    """
    figures: dict[str, dict[str, Any]] = {}
    for field in FIELDS:
        known = [t for t in trials if t.field == field and t.probability is not None]
        genuine = sum(t.is_genuine for t in known)
        if not genuine or genuine == len(known):
            continue
        weight = {True: 1 / genuine, False: 1 / (len(known) - genuine)}
        for low, high in pairwise(_CHANCES):
            within = [t for t in known if low <= (t.probability or 0) < high or t.probability == high == 1]
            said = sum(weight[t.is_genuine] * (t.probability or 0) for t in within)
            own = sum(weight[True] for t in within if t.is_genuine)
            every = sum(weight[t.is_genuine] for t in within)
            figures[f"{field} {low:g} to {high:g}"] = {
                "claims": len(within),
                "said": said / every if every else None,
                "genuine": own / every if every else None,
            }
    return figures


def system_figures(
    trials: Sequence[Trial], others: Mapping[str, Sequence[Trial]]
) -> dict[str, dict[str, Any]]:
    """This and other systems on the same claims: legible genuine ones refused, and false ones accepted.

    ``ours_at_same`` is the share of legible genuine claims that would be refused here if the threshold were
    set to accept no more false ones than the other system does.

    Args:
        trials: of this system.
        others: by system; on all files of ``trials`` or some of them.
    """
    plain = {"idcheck": trials, "idcheck's transcript, compared": [t.decided(t.transcribed) for t in trials]}
    figures: dict[str, dict[str, Any]] = {}
    for name, of_system in {**plain, **others}.items():
        files = {t.file for t in of_system}
        same = [t for t in trials if t.file in files]
        figures[name] = {"photos": len(files)}
        for field in FIELDS:
            figures[name] |= _errors(field, [t for t in of_system if t.field == field])
            figures[name][f"{field} ours_at_same"] = _refused_at(
                [t for t in same if t.field == field], [t for t in of_system if t.field == field]
            )
    return figures


def _errors(field: str, trials: Sequence[Trial]) -> dict[str, Any]:
    false = [t for t in trials if not t.is_genuine]
    return {
        f"{field} refused": share(
            t.outcome is not MatchOutcome.MATCH for t in trials if t.is_genuine and t.legible
        ),
        f"{field} false accepted": share(t.outcome is MatchOutcome.MATCH for t in false),
        f"{field} false": len(false),
    }


def _refused_at(ours: Sequence[Trial], theirs: Sequence[Trial]) -> float | None:
    """Share of our legible genuine claims refused where as many false ones are accepted as theirs."""
    allowed = sum(t.outcome is MatchOutcome.MATCH for t in theirs if not t.is_genuine)
    false = sorted((_ratio(t) for t in ours if not t.is_genuine), reverse=True)
    border = false[allowed] if allowed < len(false) else -np.inf
    return share(_ratio(t) <= border for t in ours if t.is_genuine and t.legible)


def _ratio(trial: Trial) -> float:
    return -np.inf if trial.log_likelihood_ratio is None else trial.log_likelihood_ratio
