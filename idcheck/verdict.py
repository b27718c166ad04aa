"""From evidence to a decision: a pure function that sees no pixels.

Each check is one small function that looks at the evidence and says how it ended. A check that fails always
counts. One that cannot tell, or whose evidence was not supplied, keeps a submission from approval when the
policy requires its group. What was not assessed only because something more basic is missing (the card, the
face) stays out of the reasons: the user is told the root of it, once.

:func:`judge` answers one submission with a whole report. :func:`decide` says the same in short, for archives
that are judged again under another policy or on another day: the checks are the same, but nothing is worded,
scored or shown that nobody asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from idcheck.claim.validity import TERMS_YEARS, term_years, usual
from idcheck.policy import MatchRule, Policy, SceneRule
from idcheck.reasons import BY_CODE, CATALOGUE, ORDER, message, remedy_of
from idcheck.report import Check, Evidence, Match, Measured, Measurement, Provenance, Reason, Report
from idcheck.types import (
    Box,
    Card,
    Decision,
    Facts,
    Instead,
    MatchEvidence,
    MatchOutcome,
    Outcome,
    Polygon,
    RawMeasure,
    Reading,
    Side,
    Validity,
)

QUALITY_CHECKS: Final = (
    ("photo.card_cut_off", ("card.framing",)),
    ("photo.card_too_small", ("card.resolution",)),
    ("photo.card_occluded", ("name.occlusion", "id_number.occlusion", "card.occlusion")),
    ("photo.face_occluded", ("face.occlusion",)),
    ("photo.blurred", ("name.blur", "id_number.blur", "face.blur")),
    ("photo.low_light", ("name.lighting", "id_number.lighting", "card.lighting", "face.lighting")),
    ("photo.overexposed", ("name.exposure", "id_number.exposure", "card.exposure", "face.exposure")),
    ("photo.glare", ("name.glare", "id_number.glare", "card.glare")),
)
"""Which measurements decide which code. Measurements that are not named here inform and decide nothing."""

# Python 3.11 finds a global five times faster than a member of an enumeration.
PASS, FAIL, INDETERMINATE, NOT_ASSESSED = Outcome
MATCH, MISMATCH, UNDECIDED = MatchOutcome
PORTRAIT, EMBLEM = Side

_DECISIVE: Final = tuple(
    (code, name, name.partition(".")[0]) for code, names in QUALITY_CHECKS for name in names
)
"""Code, measurement and subject of each quality check."""

_MISMATCH: Final = {"name": "info.name_mismatch", "id_number": "info.id_number_mismatch"}
_OUTCOME_OF: Final = {
    MATCH: PASS,
    MISMATCH: FAIL,
    UNDECIDED: INDETERMINATE,
}
_PARTICULARS: Final = ("birth", "sex")
_SEVERITY: Final = {FAIL: 0, INDETERMINATE: 1, NOT_ASSESSED: 2, PASS: 3}
_INCURABLE: Final = frozenset(entry.code for entry in CATALOGUE if not entry.retryable)
"""What no other submission of the user cures."""

_NOT_SUPPLIED: Final = Validity(None, None, None, "not_supplied")
_LAST_AGE_OF_TERM: Final = ((15, 5), (25, 10), (45, 20))

_CONSEQUENCES: Final = frozenset({"no_card", "no_face", "wrong_side", "emblem_no_card", "emblem_wrong_side"})
"""Causes that say: not assessed because of another check, which speaks for itself."""


class Case(NamedTuple):
    """One submission as the checks see it.

    Attributes:
        in_short: whether what stands in nobody's way may go without a finding.
    """

    measured: Measured
    facts: Facts
    policy: Policy
    on: date
    in_short: bool = False


class Finding(NamedTuple):
    """How one check ended.

    Attributes:
        show: makes what the finding rests on, where there is anything; of an archive, few are ever shown.
    """

    code: str
    subject: str
    outcome: Outcome
    cause: str | None = None
    show: Callable[[], Evidence | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and what it rests on, without the words of a report.

    Attributes:
        findings: what the reasons of the report are made of, in their order.
    """

    decision: Decision
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings; one that concerns two subjects is there twice."""
        return tuple(finding.code for finding in self.findings)


def decide(measured: Measured, facts: Facts, policy: Policy, on: date) -> Verdict:
    """Decide a submission as :func:`judge` does, many times faster.

    Args:
        measured: as for :func:`judge`.
        facts: likewise.
        policy: likewise.
        on: likewise.
    """
    checks, _ = _weigh(Case(measured, facts, policy, on, in_short=True))
    wanting = _wanting(checks, policy)
    return Verdict(_decision(wanting), _told(checks, wanting))


def judge(measured: Measured, facts: Facts, policy: Policy, on: date) -> Report:
    """Decide a submission.

    Args:
        measured: what :meth:`idcheck.Checker.measure` found.
        facts: what the platform knows.
        policy: curves, thresholds, required groups.
        on: the day of the decision.

    Returns:
        The report. The same arguments give an equal report.
    """
    checks, matches = _weigh(Case(measured, facts, policy, on))
    wanting = _wanting(checks, policy)
    return Report(
        decision=_decision(wanting),
        reasons=tuple(map(_reason, _told(checks, wanting))),
        checks=tuple(map(_check, checks)),
        scene=measured.scene,
        measurements={m.name: _scored(m, policy) for m in measured.measurements},
        readings={
            **measured.readings,
            **(measured.particulars.readings if measured.particulars else {}),
            **(measured.emblem.readings if measured.emblem else {}),
        },
        matches={
            field: _match(found, matches[field], _rule(policy, field))
            for field, found in measured.matches.items()
        },
        provenance=Provenance(
            version=measured.models.version,
            policy=policy.name,
            policy_digest=policy.digest,
            engine=measured.models.engine,
            models=measured.models.weights,
            judged_on=on,
        ),
        timings_ms=measured.timings_ms,
    )


def _weigh(case: Case) -> tuple[list[Finding], dict[str, MatchOutcome]]:
    """Every check, and what came of each field's match."""
    quality = list(_quality_checks(case))
    unread = _unread(case)
    spoilt = _spoilt(quality) | unread | _of_another(case)
    matches = {
        field: _match_outcome(found, _rule(case.policy, field), seen_well=field not in spoilt)
        for field, found in case.measured.matches.items()
    }
    checks = [
        *_scene_checks(case),
        *quality,
        *_reading_checks(case, matches, unread),
        *_particulars_checks(case, seen_well="id_number" not in spoilt),
        *_emblem_checks(case),
        *_document_checks(case),
        *_account_checks(case),
    ]
    return checks, matches


# ---------------------------------------------------------------- the checks, a family each


def _scene_checks(case: Case) -> Iterator[Finding]:
    """What is in the picture at all."""
    scene, rule = case.measured.scene, case.policy.scene
    card = scene.card
    yield from _card_checks(card, rule, PORTRAIT, scene.instead)
    yield _count("photo.several_cards", scene.cards, "card", None if card is None else card.corners)
    face = scene.face
    if face is None:
        yield Finding("photo.face_missing", "photo", FAIL)
    else:
        sure = face.confidence >= rule.face_found
        yield Finding(
            "photo.face_missing",
            "photo",
            PASS if sure else INDETERMINATE,
            None if sure else "low_confidence",
            lambda: Evidence("face.confidence", face.confidence, "1", rule.face_found, face.box.polygon),
        )
    yield _count("photo.several_faces", scene.faces, "face", None if face is None else face.box)


def _emblem_checks(case: Case) -> Iterator[Finding]:
    """Whether the second photo, where there is one, shows the emblem side."""
    emblem = case.measured.emblem
    if emblem is not None:
        yield from _card_checks(emblem.card, case.policy.scene, EMBLEM)


def _card_checks(
    card: Card | None, rule: SceneRule, wanted: Side, instead: Instead | None = None
) -> Iterator[Finding]:
    """Whether a photo shows a card, and the side that it should; or what it shows instead."""
    photo, subject, none = (
        ("photo", "card", "no_card") if wanted is PORTRAIT else ("emblem", "emblem", "emblem_no_card")
    )
    if card is None or card.confidence < rule.card_missing:
        yield Finding("photo.card_missing", photo, FAIL, None, lambda: _held(instead))
        yield Finding("photo.wrong_side", subject, NOT_ASSESSED, none)
        return
    sure = card.confidence >= rule.card_found
    yield Finding(
        "photo.card_missing",
        photo,
        PASS if sure else INDETERMINATE,
        None if sure else "low_confidence",
        lambda: Evidence(f"{subject}.confidence", card.confidence, "1", rule.card_found, card.corners),
    )
    yield Finding(
        "photo.wrong_side",
        subject,
        PASS if card.side is wanted else FAIL,
        None,
        lambda: Evidence(f"{subject}.side", card.side.value, None, wanted.value, card.corners),
    )


def _held(instead: Instead | None) -> Evidence | None:
    if instead is None:
        return None
    return Evidence("photo.held", instead.thing.value, None, "identity_card", instead.corners)


def _count(code: str, found: int, subject: str, where: Polygon | Box | None) -> Finding:
    if found == 0:
        return Finding(code, "photo", NOT_ASSESSED, f"no_{subject}")
    return Finding(
        code,
        "photo",
        FAIL if found > 1 else PASS,
        None,
        lambda: Evidence(
            f"photo.{subject}s", found, "1", 1, where.polygon if isinstance(where, Box) else where
        ),
    )


def _quality_checks(case: Case) -> Iterator[Finding]:
    """Every measurement that decides something, against its curve."""
    found = {m.name: m for m in case.measured.measurements}
    without_card, without_face = _without_card(case), _without_face(case)
    accepted = case.policy.accepted
    for code, name, subject in _DECISIVE:
        if name not in accepted:
            continue
        missing, measure = without_face if subject == "face" else without_card, found.get(name)
        if missing is not None:
            yield Finding(code, subject, NOT_ASSESSED, missing)
        elif measure is None or measure.raw is None:
            cause = measure.cause if measure is not None and measure.cause else "could_not_assess"
            yield Finding(code, subject, INDETERMINATE, cause)
        else:
            lowest, highest = accepted[name]
            outcome = PASS if lowest <= measure.raw <= highest else FAIL
            if outcome is FAIL or not case.in_short:
                yield Finding(code, subject, outcome, None, partial(_quality_evidence, measure, case.policy))


def _quality_evidence(measure: RawMeasure, policy: Policy) -> Evidence:
    threshold = policy.curves[measure.name].threshold
    return Evidence(measure.name, measure.raw, measure.unit, threshold, measure.region)


def _without_face(case: Case) -> str | None:
    """Why nothing can be said of the face, if so."""
    return "no_face" if case.measured.scene.face is None else None


def _without_card(case: Case) -> str | None:
    """Why nothing can be said of the card and of the fields on it, if so: a more basic check failed."""
    card = case.measured.scene.card
    if card is None or card.confidence < case.policy.scene.card_missing:
        return "no_card"
    return None if card.side is PORTRAIT else "wrong_side"


def _reading_checks(
    case: Case, matches: Mapping[str, MatchOutcome], unread: Collection[str]
) -> Iterator[Finding]:
    """Whether the two fields can be read, and whether they say what was typed."""
    yield _number_is_valid(case)
    readings, floor = case.measured.readings, case.policy.reading.unreadable_below
    missing = _without_card(case)
    for field in ("id_number", "name"):
        if missing is not None or field not in readings:
            yield Finding("photo.unreadable", field, NOT_ASSESSED, missing or "no_card")
            yield Finding(_MISMATCH[field], field, NOT_ASSESSED, missing or "no_card")
            continue
        # One unread field may be our weakness; when neither says anything, the photo is at fault.
        worst = FAIL if len(unread) == 2 else INDETERMINATE
        yield _can_be_read(readings[field], field, worst if field in unread else PASS, floor)
        yield _says_what_was_typed(case, field, matches[field])


def _unread(case: Case) -> frozenset[str]:
    """The fields of which the reader made too little to count as read."""
    floor = case.policy.reading.unreadable_below
    return frozenset(field for field, reading in case.measured.readings.items() if reading.confidence < floor)


def _of_another(case: Case) -> frozenset[str]:
    """The fields that may be another card's than the one that is meant: all, where there are several."""
    return frozenset(case.measured.readings) if case.measured.scene.cards > 1 else frozenset()


def _can_be_read(reading: Reading, field: str, outcome: Outcome, floor: float) -> Finding:
    return Finding(
        "photo.unreadable",
        field,
        outcome,
        None if outcome is PASS or reading.text else "nothing_read",
        lambda: Evidence(f"{field}.confidence", reading.confidence, "1", floor, reading.region),
    )


def _says_what_was_typed(case: Case, field: str, match: MatchOutcome) -> Finding:
    found = case.measured.matches[field]
    rule = _rule(case.policy, field)
    outcome = _OUTCOME_OF[match]
    cause = None if outcome is PASS else found.cause
    if outcome is INDETERMINATE and cause is None:
        cause = "weak_evidence"
    return Finding(
        _MISMATCH[field],
        field,
        outcome,
        cause,
        lambda: Evidence(
            f"{field}.log_likelihood_ratio",
            found.log_likelihood_ratio,
            "nat",
            rule.reject if outcome is FAIL else rule.accept,
            case.measured.readings[field].region,
        ),
    )


def _particulars_checks(case: Case, *, seen_well: bool) -> Iterator[Finding]:
    """Whether the card's number says what the card prints beside it; that is no condition of approval.

    Where they differ, one of them may have been misread, so that a person has to look. A number that was not
    seen well contradicts nothing.
    """
    code, rule = "info.card_inconsistent", case.policy.match.particulars
    particulars, missing = case.measured.particulars, _without_card(case)
    for subject in _PARTICULARS:
        found = None if missing is not None or particulars is None else particulars.agreement[subject]
        ratio = None if found is None else found.log_likelihood_ratio
        differs = ratio is not None and ratio <= rule.reject and seen_well
        if case.in_short and not differs:
            continue
        if ratio is None or particulars is None:
            cause = (missing or "could_not_assess") if found is None else found.cause
            yield Finding(code, subject, NOT_ASSESSED, cause)
            continue
        agrees = ratio >= rule.accept
        outcome = INDETERMINATE if differs else PASS if agrees else NOT_ASSESSED
        told = "number_differs" if differs else None if agrees else "weak_evidence"
        limit, region = rule.reject if differs else rule.accept, particulars.readings[subject].region
        measure = f"{subject}.log_likelihood_ratio"
        yield Finding(code, subject, outcome, told, partial(Evidence, measure, ratio, "nat", limit, region))


def _number_is_valid(case: Case) -> Finding:
    claim = case.measured.claim
    problem = claim.number_problem
    if problem is None and claim.birth is not None and claim.birth > case.on:
        problem = "birth_date"
    return Finding("info.id_number_invalid", "id_number", FAIL if problem else PASS, problem)


def _document_checks(case: Case) -> Iterator[Finding]:
    """Validity, from the dates that were supplied, else from those that were read."""
    read = _clearly_read(case)
    until, cause = case.facts.valid_until, None
    if until is None:
        until, cause = read.valid_until, read.cause or _misread(read, case.on)
    if until is None or cause is not None:
        missing = cause == "not_supplied" or cause in _CONSEQUENCES
        outcome = NOT_ASSESSED if missing else INDETERMINATE
        yield Finding("document.expired", "document", outcome, cause, lambda: _reading_evidence(case))
        yield Finding("document.expires_soon", "document", NOT_ASSESSED, cause)
    else:
        days = math.inf if isinstance(until, str) else (until - case.on).days
        expired = days < 0
        evidence = partial(_until_evidence, case, until)
        yield Finding("document.expired", "document", FAIL if expired else PASS, None, evidence)
        soon = not expired and days <= case.policy.document.expires_soon_days
        yield Finding("document.expires_soon", "document", PASS, "soon" if soon else None, evidence)
    yield _validity_is_plausible(case, read)


def _clearly_read(case: Case) -> Validity:
    """What the emblem side says, where the evidence is enough; else no dates, and the cause."""
    emblem = case.measured.emblem
    if emblem is None:
        return _NOT_SUPPLIED
    ratio = emblem.validity.log_likelihood_ratio
    if ratio is not None and ratio < case.policy.reading.validity_clear:
        return Validity(None, None, ratio, "weak_evidence")
    return emblem.validity


def _misread(read: Validity, on: date) -> str | None:
    """A card bears no such period, so that one of its digits was misread; or None.

    Every term ends on the day on which it began, which makes the second date a check of the first.
    """
    start, until = read.valid_from, read.valid_until
    if start is None or until is None:
        return None
    return None if usual(start, until) and not _impossible(start, until, on) else "implausible_period"


def _impossible(start: date, until: date | str, on: date, birth: date | None = None) -> bool:
    return start > on or (isinstance(until, date) and until <= start) or (birth is not None and start < birth)


def _reading_evidence(case: Case) -> Evidence | None:
    """How surely the emblem side was read, if at all."""
    emblem = case.measured.emblem
    if emblem is None or emblem.validity.log_likelihood_ratio is None:
        return None
    return Evidence(
        "emblem.log_likelihood_ratio",
        emblem.validity.log_likelihood_ratio,
        "nat",
        case.policy.reading.validity_clear,
        emblem.readings["valid_until"].region,
    )


def _until_evidence(case: Case, until: date | str) -> Evidence:
    emblem, on = case.measured.emblem, case.on.isoformat()
    if case.facts.valid_until is not None or emblem is None:
        return Evidence("document.valid_until", _iso(until), None, on, None)
    return Evidence("emblem.valid_until", _iso(until), None, on, emblem.readings["valid_until"].region)


def _iso(day: date | str) -> str:
    return day if isinstance(day, str) else day.isoformat()


def _validity_is_plausible(case: Case, read: Validity) -> Finding:
    """Whether the period can be, and whether what was supplied is what the emblem side says."""
    code, facts, birth = "document.validity_inconsistent", case.facts, case.measured.claim.birth
    start = read.valid_from if facts.valid_from is None else facts.valid_from
    until = read.valid_until if facts.valid_until is None else facts.valid_until
    if not isinstance(start, date) or until is None:
        return Finding(code, "document", NOT_ASSESSED, read.cause or "not_supplied")
    supplied = facts.valid_from is not None and facts.valid_until is not None
    evidence = partial(_period_evidence, start, until)
    if _impossible(start, until, case.on, birth):
        # What was read may be our mistake; what was supplied is the platform's word.
        worst = FAIL if supplied else INDETERMINATE
        return Finding(code, "document", worst, "impossible_dates", evidence)
    if read.valid_from not in (None, start) or read.valid_until not in (None, until):
        return Finding(code, "document", INDETERMINATE, "typed_differs", evidence)
    if term_years(start, until) in _terms_at_issue(birth, start):
        return Finding(code, "document", PASS, None, evidence)
    return Finding(code, "document", INDETERMINATE, "unusual_term", evidence)


def _period_evidence(start: date, until: date | str) -> Evidence:
    return Evidence("document.validity", f"{_iso(start)}/{_iso(until)}", None, None, None)


def _terms_at_issue(birth: date | None, issued: date) -> tuple[int | None, ...]:
    """The terms in years (None: long term) that the law gives at that age, with a year's grace."""
    if birth is None:
        return (*TERMS_YEARS, None)
    age = issued.year - birth.year - ((issued.month, issued.day) < (birth.month, birth.day))
    return tuple({_term(age + grace) for grace in (-1, 0, 1)})


def _term(age: int) -> int | None:
    """Resident Identity Card Law of the PRC, article 5."""
    return next((years for last, years in _LAST_AGE_OF_TERM if age <= last), None)


def _account_checks(case: Case) -> Iterator[Finding]:
    """What the platform knows of the document's other accounts, and of this one."""
    count, limit = case.facts.accounts_verified, case.policy.account.max_accounts_per_document
    code = "document.account_limit_reached"
    if count is None:
        yield Finding(code, "document", NOT_ASSESSED, "not_supplied")
    else:
        evidence = partial(Evidence, "document.accounts_verified", count, "1", limit, None)
        yield Finding(code, "document", FAIL if count >= limit else PASS, None, evidence)
    violation = case.facts.severe_violation
    code = "account.severe_violation"
    if violation is None:
        yield Finding(code, "account", NOT_ASSESSED, "not_supplied")
    else:
        evidence = partial(Evidence, "account.severe_violation", violation, None, False, None)
        yield Finding(code, "account", FAIL if violation else PASS, None, evidence)


# ---------------------------------------------------------------- from checks to the answer


def _wanting(checks: Iterable[Finding], policy: Policy) -> list[Finding]:
    """The checks that keep the submission from approval."""
    return [check for check in checks if check.outcome is not PASS and _counts(check, policy)]


def _counts(check: Finding, policy: Policy) -> bool:
    """Whether it matters that this check did not pass."""
    if check.outcome is FAIL:
        return True
    if check.outcome is NOT_ASSESSED and check.code in policy.required.optional:
        return False
    return BY_CODE[check.code].group in policy.required.groups


def _decision(wanting: Collection[Finding]) -> Decision:
    failed = {check.code for check in wanting if check.outcome is FAIL}
    if not _INCURABLE.isdisjoint(failed):
        return Decision.REJECTED
    if failed:
        return Decision.RESUBMIT
    return Decision.REVIEW if wanting else Decision.APPROVED


def _told(checks: Iterable[Finding], wanting: Iterable[Finding]) -> tuple[Finding, ...]:
    """What the user is told, most useful first: what is wanting, once, and what they are warned of."""
    spoilt = _spoilt(check for check in wanting if check.code.startswith("photo."))

    def told(check: Finding) -> bool:
        if check.cause in _CONSEQUENCES:
            return False
        if check.code == "info.id_number_mismatch" and check.cause == "claim_invalid":
            return False  # told as info.id_number_invalid
        # A field that cannot be made out because it is blurred or cut off: that is the reason, told once.
        return check.outcome is not INDETERMINATE or check.subject not in spoilt

    reasons = [check for check in wanting if told(check)]
    reasons += [check for check in checks if check.cause == "soon"]
    return tuple(sorted(reasons, key=lambda check: (_SEVERITY[check.outcome], ORDER[check.code])))


def _spoilt(checks: Iterable[Finding]) -> frozenset[str]:
    """The subjects of failed checks; what spoils the card spoils the fields on it."""
    failed = {check.subject for check in checks if check.outcome is FAIL}
    return frozenset(failed | {"name", "id_number"} if "card" in failed else failed)


def _check(finding: Finding) -> Check:
    code, subject, outcome, cause, show = finding
    return Check(code, BY_CODE[code].group, subject, outcome, cause, show())


def _reason(finding: Finding) -> Reason:
    code, subject, outcome, cause, show = finding
    entry = BY_CODE[code]
    return Reason(
        code=code,
        group=entry.group,
        outcome=outcome,
        subject=subject,
        message=message(code, FAIL if outcome is PASS else outcome, subject, cause),  # a pass here warns
        remedy=remedy_of(code, subject, cause),
        retryable=entry.retryable,
        evidence=show(),
    )


def _scored(measure: RawMeasure, policy: Policy) -> Measurement:
    curve = policy.curves.get(measure.name)
    score = None if curve is None or measure.raw is None else curve.score(measure.raw)
    return Measurement(measure.raw, measure.unit, score, measure.status, measure.region)


def _rule(policy: Policy, field: str) -> MatchRule:
    return policy.match.name if field == "name" else policy.match.id_number


def _match_outcome(found: MatchEvidence, rule: MatchRule, *, seen_well: bool) -> MatchOutcome:
    """Whether the card says what was typed. What was not seen well can be confirmed, never contradicted."""
    ratio = found.log_likelihood_ratio
    if found.cause == "claim_invalid":
        return MISMATCH
    if ratio is None:
        return UNDECIDED
    if ratio >= rule.accept and found.cause is None:
        return MATCH
    if ratio <= rule.reject and seen_well:
        return MISMATCH
    return UNDECIDED


def _match(found: MatchEvidence, outcome: MatchOutcome, rule: MatchRule) -> Match:
    ratio = found.log_likelihood_ratio
    if found.cause == "claim_invalid":
        return Match(outcome, ratio, 0.0)
    return Match(outcome, ratio, None if ratio is None else rule.probability(ratio))
