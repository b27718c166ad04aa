"""From evidence to a decision: a pure function that sees no pixels.

Each check is one small function that looks at the evidence and says how it ended. A check that fails always
counts. One that cannot tell, or whose evidence was not supplied, keeps a submission from approval when the
policy requires its group. What was not assessed only because something more basic is missing (the card, the
face) stays out of the reasons: the user is told the root of it, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from idcheck.claim.validity import TERMS_YEARS, term_years, usual
from idcheck.policy import MatchRule, Policy, SceneRule
from idcheck.reasons import BY_CODE, ORDER, message, remedy_of
from idcheck.report import Check, Evidence, Match, Measured, Measurement, Provenance, Reason, Report
from idcheck.types import (
    Card,
    Decision,
    Facts,
    MatchEvidence,
    MatchOutcome,
    Outcome,
    Polygon,
    RawMeasure,
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

_LAST_AGE_OF_TERM: Final = ((15, 5), (25, 10), (45, 20))

_CONSEQUENCES: Final = frozenset({"no_card", "no_face", "wrong_side", "emblem_no_card", "emblem_wrong_side"})
"""Causes that say: not assessed because of another check, which speaks for itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """One submission as the checks see it."""

    measured: Measured
    facts: Facts
    policy: Policy
    on: date


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
    case = Case(measured, facts, policy, on)
    quality = tuple(_quality_checks(case))
    spoilt = _spoilt(quality)
    matches = {
        field: _match(found, _rule(policy, field), seen_well=field not in spoilt)
        for field, found in measured.matches.items()
    }
    checks = (
        *_scene_checks(case),
        *quality,
        *_reading_checks(case, matches),
        *_emblem_checks(case),
        *_document_checks(case),
        *_account_checks(case),
    )
    return Report(
        decision=_decide(checks, policy),
        reasons=_reasons(checks, policy),
        checks=checks,
        scene=measured.scene,
        measurements={m.name: _scored(m, policy) for m in measured.measurements},
        readings={**measured.readings, **(measured.emblem.readings if measured.emblem else {})},
        matches=matches,
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


# ---------------------------------------------------------------- the checks, a family each


def _check(
    code: str, subject: str, outcome: Outcome, cause: str | None = None, evidence: Evidence | None = None
) -> Check:
    return Check(code, BY_CODE[code].group, subject, outcome, cause, evidence)


def _scene_checks(case: Case) -> Iterator[Check]:
    """What is in the picture at all."""
    scene, rule = case.measured.scene, case.policy.scene
    card = scene.card
    yield from _card_checks(card, rule, Side.PORTRAIT)
    yield _count("photo.several_cards", scene.cards, "card", None if card is None else card.corners)
    face = scene.face
    if face is None:
        yield _check("photo.face_missing", "photo", Outcome.FAIL)
    else:
        sure = face.confidence >= rule.face_found
        yield _check(
            "photo.face_missing",
            "photo",
            Outcome.PASS if sure else Outcome.INDETERMINATE,
            None if sure else "low_confidence",
            Evidence("face.confidence", face.confidence, "1", rule.face_found, face.box.polygon),
        )
    yield _count("photo.several_faces", scene.faces, "face", None if face is None else face.box.polygon)


def _emblem_checks(case: Case) -> Iterator[Check]:
    """Whether the second photo, where there is one, shows the emblem side."""
    emblem = case.measured.emblem
    if emblem is not None:
        yield from _card_checks(emblem.card, case.policy.scene, Side.EMBLEM)


def _card_checks(card: Card | None, rule: SceneRule, wanted: Side) -> Iterator[Check]:
    """Whether a photo shows a card, and the side that it should."""
    photo, subject, none = (
        ("photo", "card", "no_card") if wanted is Side.PORTRAIT else ("emblem", "emblem", "emblem_no_card")
    )
    if card is None or card.confidence < rule.card_missing:
        yield _check("photo.card_missing", photo, Outcome.FAIL)
        yield _check("photo.wrong_side", subject, Outcome.NOT_ASSESSED, none)
        return
    sure = card.confidence >= rule.card_found
    yield _check(
        "photo.card_missing",
        photo,
        Outcome.PASS if sure else Outcome.INDETERMINATE,
        None if sure else "low_confidence",
        Evidence(f"{subject}.confidence", card.confidence, "1", rule.card_found, card.corners),
    )
    shown = Evidence(f"{subject}.side", card.side.value, None, wanted.value, card.corners)
    wrong = card.side is not wanted
    yield _check("photo.wrong_side", subject, Outcome.FAIL if wrong else Outcome.PASS, None, shown)


def _count(code: str, found: int, subject: str, region: Polygon | None) -> Check:
    if found == 0:
        return _check(code, "photo", Outcome.NOT_ASSESSED, f"no_{subject}")
    outcome = Outcome.FAIL if found > 1 else Outcome.PASS
    return _check(code, "photo", outcome, None, Evidence(f"photo.{subject}s", found, "1", 1, region))


def _quality_checks(case: Case) -> Iterator[Check]:
    """Every measurement that decides something, against its curve."""
    found = {m.name: m for m in case.measured.measurements}
    for code, names in QUALITY_CHECKS:
        for name in names:
            curve = case.policy.curves.get(name)
            if curve is not None:
                yield _quality_check(case, code, name, found.get(name))


def _quality_check(case: Case, code: str, name: str, measure: RawMeasure | None) -> Check:
    subject = name.partition(".")[0]
    if missing := _hidden_by(case, subject):
        return _check(code, subject, Outcome.NOT_ASSESSED, missing)
    if measure is None or measure.raw is None:
        cause = measure.cause if measure is not None and measure.cause else "could_not_assess"
        return _check(code, subject, Outcome.INDETERMINATE, cause)
    curve = case.policy.curves[name]
    outcome = Outcome.FAIL if curve.score(measure.raw) < curve.fail_below else Outcome.PASS
    return _check(
        code,
        subject,
        outcome,
        None,
        Evidence(name, measure.raw, measure.unit, curve.threshold, measure.region),
    )


def _hidden_by(case: Case, subject: str) -> str | None:
    """The more basic check whose failure leaves this subject without evidence."""
    scene = case.measured.scene
    if subject == "face":
        return "no_face" if scene.face is None else None
    if subject == "photo":
        return None
    if scene.card is None or scene.card.confidence < case.policy.scene.card_missing:
        return "no_card"
    return "wrong_side" if scene.card.side is not Side.PORTRAIT else None


def _reading_checks(case: Case, matches: Mapping[str, Match]) -> Iterator[Check]:
    """Whether the two fields can be read, and whether they say what was typed."""
    yield _number_is_valid(case)
    floor = case.policy.reading.unreadable_below
    unread = {field for field, reading in case.measured.readings.items() if reading.confidence < floor}
    for field in ("id_number", "name"):
        missing = _hidden_by(case, field)
        if missing or field not in case.measured.readings:
            yield _check("photo.unreadable", field, Outcome.NOT_ASSESSED, missing or "no_card")
            yield _check(f"info.{field}_mismatch", field, Outcome.NOT_ASSESSED, missing or "no_card")
            continue
        reading = case.measured.readings[field]
        # One unread field may be our weakness; when neither says anything, the photo is at fault.
        worst = Outcome.FAIL if len(unread) == 2 else Outcome.INDETERMINATE
        yield _check(
            "photo.unreadable",
            field,
            worst if field in unread else Outcome.PASS,
            "nothing_read" if field in unread and not reading.text else None,
            Evidence(f"{field}.confidence", reading.confidence, "1", floor, reading.region),
        )
        yield _says_what_was_typed(case, field, matches[field])


def _says_what_was_typed(case: Case, field: str, match: Match) -> Check:
    found = case.measured.matches[field]
    rule = _rule(case.policy, field)
    outcome = {
        MatchOutcome.MATCH: Outcome.PASS,
        MatchOutcome.MISMATCH: Outcome.FAIL,
        MatchOutcome.INDETERMINATE: Outcome.INDETERMINATE,
    }[match.outcome]
    cause = None if outcome is Outcome.PASS else found.cause
    if outcome is Outcome.INDETERMINATE and cause is None:
        cause = "weak_evidence"
    evidence = Evidence(
        f"{field}.log_likelihood_ratio",
        found.log_likelihood_ratio,
        "nat",
        rule.reject if outcome is Outcome.FAIL else rule.accept,
        case.measured.readings[field].region,
    )
    return _check(f"info.{field}_mismatch", field, outcome, cause, evidence)


def _number_is_valid(case: Case) -> Check:
    claim = case.measured.claim
    problem = claim.number_problem
    if problem is None and claim.birth is not None and claim.birth > case.on:
        problem = "birth_date"
    return _check("info.id_number_invalid", "id_number", Outcome.FAIL if problem else Outcome.PASS, problem)


def _document_checks(case: Case) -> Iterator[Check]:
    """Validity, from the dates that were supplied, else from those that were read."""
    read = _clearly_read(case)
    until, cause = case.facts.valid_until, None
    if until is None:
        until, cause = read.valid_until, read.cause or _misread(read, case.on)
    if until is None or cause is not None:
        missing = cause == "not_supplied" or cause in _CONSEQUENCES
        outcome = Outcome.NOT_ASSESSED if missing else Outcome.INDETERMINATE
        yield _check("document.expired", "document", outcome, cause, _reading_evidence(case))
        yield _check("document.expires_soon", "document", Outcome.NOT_ASSESSED, cause)
    else:
        days = timedelta.max if isinstance(until, str) else until - case.on
        expired = days < timedelta(0)
        evidence = _until_evidence(case, until)
        yield _check(
            "document.expired", "document", Outcome.FAIL if expired else Outcome.PASS, None, evidence
        )
        soon = not expired and days <= timedelta(days=case.policy.document.expires_soon_days)
        yield _check("document.expires_soon", "document", Outcome.PASS, "soon" if soon else None, evidence)
    yield _validity_is_plausible(case, read)


def _clearly_read(case: Case) -> Validity:
    """What the emblem side says, where the evidence is enough; else no dates, and the cause."""
    emblem = case.measured.emblem
    if emblem is None:
        return Validity(None, None, None, "not_supplied")
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


def _validity_is_plausible(case: Case, read: Validity) -> Check:
    """Whether the period can be, and whether what was supplied is what the emblem side says."""
    code, facts, birth = "document.validity_inconsistent", case.facts, case.measured.claim.birth
    start = read.valid_from if facts.valid_from is None else facts.valid_from
    until = read.valid_until if facts.valid_until is None else facts.valid_until
    if not isinstance(start, date) or until is None:
        return _check(code, "document", Outcome.NOT_ASSESSED, read.cause or "not_supplied")
    supplied = facts.valid_from is not None and facts.valid_until is not None
    evidence = Evidence("document.validity", f"{_iso(start)}/{_iso(until)}", None, None, None)
    if _impossible(start, until, case.on, birth):
        # What was read may be our mistake; what was supplied is the platform's word.
        worst = Outcome.FAIL if supplied else Outcome.INDETERMINATE
        return _check(code, "document", worst, "impossible_dates", evidence)
    if read.valid_from not in (None, start) or read.valid_until not in (None, until):
        return _check(code, "document", Outcome.INDETERMINATE, "typed_differs", evidence)
    if term_years(start, until) in _terms_at_issue(birth, start):
        return _check(code, "document", Outcome.PASS, None, evidence)
    return _check(code, "document", Outcome.INDETERMINATE, "unusual_term", evidence)


def _terms_at_issue(birth: date | None, issued: date) -> tuple[int | None, ...]:
    """The terms in years (None: long term) that the law gives at that age, with a year's grace."""
    if birth is None:
        return (*TERMS_YEARS, None)
    age = issued.year - birth.year - ((issued.month, issued.day) < (birth.month, birth.day))
    return tuple({_term(age + grace) for grace in (-1, 0, 1)})


def _term(age: int) -> int | None:
    """Resident Identity Card Law of the PRC, article 5."""
    return next((years for last, years in _LAST_AGE_OF_TERM if age <= last), None)


def _account_checks(case: Case) -> Iterator[Check]:
    """What the platform knows of the document's other accounts, and of this one."""
    count, limit = case.facts.accounts_verified, case.policy.account.max_accounts_per_document
    code = "document.account_limit_reached"
    if count is None:
        yield _check(code, "document", Outcome.NOT_ASSESSED, "not_supplied")
    else:
        evidence = Evidence("document.accounts_verified", count, "1", limit, None)
        yield _check(code, "document", Outcome.FAIL if count >= limit else Outcome.PASS, None, evidence)
    violation = case.facts.severe_violation
    code = "account.severe_violation"
    if violation is None:
        yield _check(code, "account", Outcome.NOT_ASSESSED, "not_supplied")
    else:
        evidence = Evidence("account.severe_violation", violation, None, False, None)
        yield _check(code, "account", Outcome.FAIL if violation else Outcome.PASS, None, evidence)


# ---------------------------------------------------------------- from checks to the answer


def _decide(checks: tuple[Check, ...], policy: Policy) -> Decision:
    failed = [check for check in checks if check.outcome is Outcome.FAIL]
    if any(not BY_CODE[check.code].retryable for check in failed):
        return Decision.REJECTED
    if failed:
        return Decision.RESUBMIT
    if any(_keeps_from_approval(check, policy) for check in checks):
        return Decision.REVIEW
    return Decision.APPROVED


def _keeps_from_approval(check: Check, policy: Policy) -> bool:
    if check.outcome is Outcome.PASS:
        return False
    if check.outcome is Outcome.FAIL:
        return True
    if check.outcome is Outcome.NOT_ASSESSED and check.code in policy.required.optional:
        return False
    return check.group in policy.required.groups


def _reasons(checks: tuple[Check, ...], policy: Policy) -> tuple[Reason, ...]:
    spoilt = _spoilt(check for check in checks if check.code.startswith("photo."))

    def told(check: Check) -> bool:
        if check.cause == "soon":
            return True
        if check.cause in _CONSEQUENCES or not _keeps_from_approval(check, policy):
            return False
        if check.code == "info.id_number_mismatch" and check.cause == "claim_invalid":
            return False  # told as info.id_number_invalid
        # A field that cannot be made out because it is blurred or cut off: that is the reason, told once.
        return check.outcome is not Outcome.INDETERMINATE or check.subject not in spoilt

    severity = {Outcome.FAIL: 0, Outcome.INDETERMINATE: 1, Outcome.NOT_ASSESSED: 2, Outcome.PASS: 3}
    kept = sorted(filter(told, checks), key=lambda c: (severity[c.outcome], ORDER[c.code]))
    return tuple(_reason(check) for check in kept)


def _spoilt(checks: Iterable[Check]) -> frozenset[str]:
    """The subjects of failed checks; what spoils the card spoils the fields on it."""
    failed = {check.subject for check in checks if check.outcome is Outcome.FAIL}
    return frozenset(failed | {"name", "id_number"} if "card" in failed else failed)


def _reason(check: Check) -> Reason:
    warns = check.outcome is Outcome.PASS
    text = message(check.code, Outcome.FAIL if warns else check.outcome, check.subject, check.cause)
    return Reason(
        code=check.code,
        group=check.group,
        outcome=check.outcome,
        subject=check.subject,
        message=text,
        remedy=remedy_of(check.code, check.subject, check.cause),
        retryable=BY_CODE[check.code].retryable,
        evidence=check.evidence,
    )


def _scored(measure: RawMeasure, policy: Policy) -> Measurement:
    curve = policy.curves.get(measure.name)
    score = None if curve is None or measure.raw is None else curve.score(measure.raw)
    return Measurement(measure.raw, measure.unit, score, measure.status, measure.region)


def _rule(policy: Policy, field: str) -> MatchRule:
    return policy.match.name if field == "name" else policy.match.id_number


def _match(found: MatchEvidence, rule: MatchRule, *, seen_well: bool) -> Match:
    """Whether the card says what was typed. What was not seen well can be confirmed, never contradicted."""
    ratio = found.log_likelihood_ratio
    if found.cause == "claim_invalid":
        return Match(MatchOutcome.MISMATCH, ratio, 0.0)
    if ratio is None:
        return Match(MatchOutcome.INDETERMINATE, None, None)
    if ratio >= rule.accept and found.cause is None:
        outcome = MatchOutcome.MATCH
    elif ratio <= rule.reject and seen_well:
        outcome = MatchOutcome.MISMATCH
    else:
        outcome = MatchOutcome.INDETERMINATE
    return Match(outcome, ratio, rule.probability(ratio))
