from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idcheck.policy import Policy
from idcheck.reasons import CATALOGUE, CAUSE_TEXTS, Group
from idcheck.report import Evidence
from idcheck.types import (
    ClaimFacts,
    Decision,
    Facts,
    Instead,
    MatchEvidence,
    MatchOutcome,
    Outcome,
    Reading,
    Side,
    Thing,
)
from idcheck.verdict import QUALITY_CHECKS, decide, judge
from tests.evidence import (
    AGREES,
    CARD,
    CORNERS,
    FACE,
    FACTS,
    ON,
    POLICY,
    SCENE,
    codes,
    emblem,
    judged,
    measured,
    measures,
    particulars,
    worst_raw,
)


def outcome(report, code, subject=None):
    found = [c.outcome for c in report.checks if c.code == code and subject in (None, c.subject)]
    assert len(found) == 1, f"{code} {subject}: {found}"
    return found[0]


def test_a_clear_matching_submission_is_approved_without_reasons():
    report = judged()
    assert report.decision is Decision.APPROVED
    assert report.reasons == ()
    assert {check.outcome for check in report.checks} <= {Outcome.PASS, Outcome.NOT_ASSESSED}


def test_nothing_supplied_leads_to_review_and_names_what_is_missing():
    report = judged(Facts())
    assert report.decision is Decision.REVIEW
    assert codes(report) == ["account.severe_violation", "document.account_limit_reached", "document.expired"]
    assert {reason.outcome for reason in report.reasons} == {Outcome.NOT_ASSESSED}


@pytest.mark.parametrize(("code", "name"), [(code, n) for code, names in QUALITY_CHECKS for n in names])
def test_each_measurement_fails_its_own_code_and_no_other(code, name):
    if name not in POLICY.curves:
        pytest.fail(f"the default policy has no curve for {name}")
    report = judged(measurements=measures(**{name.replace(".", "__"): worst_raw(name)}))
    assert report.decision is Decision.RESUBMIT
    assert [(r.code, r.subject) for r in report.reasons] == [(code, name.partition(".")[0])]
    evidence = report.reasons[0].evidence
    assert evidence is not None
    assert (evidence.measure, evidence.region) == (name, CORNERS)
    assert evidence.threshold is not None


def test_what_could_not_be_measured_is_never_passed():
    report = judged(measurements=measures(face__blur=None))
    assert outcome(report, "photo.blurred", "face") is Outcome.INDETERMINATE
    assert report.decision is Decision.REVIEW


def test_a_measurement_that_is_absent_altogether_is_never_passed():
    report = judged(measurements=())
    assert report.decision is Decision.REVIEW


def test_without_a_card_the_user_is_told_that_and_nothing_that_follows_from_it():
    scene = replace(SCENE, card=None, portrait=None, cards=0)
    none = {"name": MatchEvidence(None, "no_card"), "id_number": MatchEvidence(None, "no_card")}
    report = judged(scene=scene, readings={}, matches=none, measurements=())
    fails = [r.code for r in report.reasons if r.outcome is Outcome.FAIL]
    assert fails == ["photo.card_missing"]
    assert "info.name_mismatch" not in codes(report)
    assert outcome(report, "info.name_mismatch") is Outcome.NOT_ASSESSED
    assert report.decision is Decision.RESUBMIT


def test_without_a_card_what_is_held_instead_is_named():
    scene = replace(SCENE, card=None, portrait=None, cards=0, instead=Instead(Thing.BANK_CARD, 0.9, CORNERS))
    reason = judged(scene=scene, readings={}, measurements=()).reasons[0]
    assert reason.code == "photo.card_missing"
    assert reason.evidence == Evidence("photo.held", "bank_card", None, "identity_card", CORNERS)


def test_the_emblem_side_is_named_as_such():
    scene = replace(SCENE, card=replace(CARD, side=Side.EMBLEM), portrait=None)
    report = judged(scene=scene, readings={}, measurements=measures())
    assert codes(report)[0] == "photo.wrong_side"
    assert report.decision is Decision.RESUBMIT


def test_an_unsure_card_is_not_called_missing():
    between = (POLICY.scene.card_found + POLICY.scene.card_missing) / 2
    report = judged(scene=replace(SCENE, card=replace(CARD, confidence=between)))
    assert outcome(report, "photo.card_missing") is Outcome.INDETERMINATE
    assert report.decision is Decision.REVIEW


@pytest.mark.parametrize(
    ("scene", "code"),
    [
        (replace(SCENE, face=None, faces=0), "photo.face_missing"),
        (replace(SCENE, faces=2), "photo.several_faces"),
        (replace(SCENE, cards=2), "photo.several_cards"),
    ],
)
def test_what_is_in_the_picture(scene, code):
    report = judged(scene=scene)
    assert [r.code for r in report.reasons if r.outcome is Outcome.FAIL] == [code]
    assert report.decision is Decision.RESUBMIT


def test_matching_by_evidence():
    rule = POLICY.match.name
    for ratio, expected in (
        (rule.accept, MatchOutcome.MATCH),
        (rule.accept - 1e-6, MatchOutcome.INDETERMINATE),
        (rule.reject + 1e-6, MatchOutcome.INDETERMINATE),
        (rule.reject, MatchOutcome.MISMATCH),
    ):
        report = judged(matches={"name": MatchEvidence(ratio), "id_number": MatchEvidence(50.0)})
        assert report.matches["name"].outcome is expected


@pytest.mark.parametrize("cause", ["unknown_character", "nothing_read", "weak_evidence"])
def test_missing_evidence_is_indeterminate_and_never_a_match(cause):
    for ratio in (None, 50.0):
        evidence = {"name": MatchEvidence(ratio, cause), "id_number": MatchEvidence(50.0)}
        report = judged(matches=evidence)
        assert report.matches["name"].outcome is MatchOutcome.INDETERMINATE
        assert report.decision is Decision.REVIEW
        assert codes(report) == ["info.name_mismatch"]


def test_a_mismatch_can_be_cured_by_the_user():
    report = judged(matches={"name": MatchEvidence(-50.0), "id_number": MatchEvidence(50.0)})
    assert (report.decision, codes(report)) == (Decision.RESUBMIT, ["info.name_mismatch"])
    assert report.reasons[0].retryable


def test_a_blurred_name_that_cannot_be_matched_is_told_once():
    report = judged(
        measurements=measures(name__blur=worst_raw("name.blur")),
        matches={"name": MatchEvidence(None, "weak_evidence"), "id_number": MatchEvidence(50.0)},
    )
    assert codes(report) == ["photo.blurred"]
    assert outcome(report, "info.name_mismatch") is Outcome.INDETERMINATE


def test_a_card_that_is_cut_off_explains_the_field_that_cannot_be_matched():
    report = judged(
        measurements=measures(card__framing=worst_raw("card.framing")),
        matches={"name": MatchEvidence(50.0), "id_number": MatchEvidence(None, "weak_evidence")},
    )
    assert codes(report) == ["photo.card_cut_off"]


@pytest.mark.parametrize("spoilt", ["name.blur", "name.occlusion", "card.glare", "card.framing"])
def test_what_was_not_seen_well_can_be_confirmed_but_not_contradicted(spoilt):
    spoil = {spoilt.replace(".", "__"): worst_raw(spoilt)}
    for ratio, expected in ((-50.0, MatchOutcome.INDETERMINATE), (50.0, MatchOutcome.MATCH)):
        matches = {"name": MatchEvidence(ratio), "id_number": MatchEvidence(50.0)}
        report = judged(measurements=measures(**spoil), matches=matches)
        assert report.matches["name"].outcome is expected
        assert "info.name_mismatch" not in codes(report)
        assert report.decision is Decision.RESUBMIT


def test_what_was_hardly_read_can_be_confirmed_but_not_contradicted():
    number = Reading("110101199001010007", 0.99, "recorded", CORNERS)
    for confidence, ratio, expected in (
        (0.2, -50.0, MatchOutcome.INDETERMINATE),
        (0.2, 50.0, MatchOutcome.MATCH),
        (0.9, -50.0, MatchOutcome.MISMATCH),
    ):
        report = judged(
            readings={"name": Reading("某某", confidence, "recorded", CORNERS), "id_number": number},
            matches={"name": MatchEvidence(ratio), "id_number": MatchEvidence(50.0)},
        )
        assert report.matches["name"].outcome is expected


def test_what_may_be_read_off_another_card_does_not_contradict():
    for ratio, expected in ((-50.0, MatchOutcome.INDETERMINATE), (50.0, MatchOutcome.MATCH)):
        matches = {"name": MatchEvidence(ratio), "id_number": MatchEvidence(ratio)}
        report = judged(scene=replace(SCENE, cards=2), matches=matches)
        assert {match.outcome for match in report.matches.values()} == {expected}
        assert report.decision is Decision.RESUBMIT
        assert codes(report)[0] == "photo.several_cards"
        assert not {"info.name_mismatch", "info.id_number_mismatch"} & {
            reason.code for reason in report.reasons if reason.outcome is Outcome.FAIL
        }


def test_two_unread_fields_ask_for_a_new_photo_one_asks_for_a_person():
    number = Reading("110101199001010007", 0.99, "recorded", CORNERS)
    unread = Reading("", 0.0, "recorded", CORNERS)
    nothing = MatchEvidence(None, "nothing_read")
    one = judged(
        readings={"name": unread, "id_number": number},
        matches={"name": nothing, "id_number": MatchEvidence(50.0)},
    )
    assert one.decision is Decision.REVIEW
    assert "photo.unreadable" in codes(one)
    both = judged(
        readings={"name": unread, "id_number": unread}, matches={"name": nothing, "id_number": nothing}
    )
    assert both.decision is Decision.RESUBMIT
    assert codes(both)[0] == "photo.unreadable"


def test_a_card_that_contradicts_its_number_is_for_a_person_to_look_at():
    rule = POLICY.match.particulars
    differs = MatchEvidence(rule.reject)
    for subject, found in (("birth", particulars(birth=differs)), ("sex", particulars(sex=differs))):
        report = judged(particulars=found)
        assert report.decision is Decision.REVIEW
        (reason,) = report.reasons
        assert (reason.code, reason.subject) == ("info.card_inconsistent", subject)
        assert reason.outcome is Outcome.INDETERMINATE
        assert CAUSE_TEXTS["number_differs"].zh in reason.message.zh
        assert reason.evidence == Evidence(
            f"{subject}.log_likelihood_ratio", rule.reject, "nat", rule.reject, found.readings[subject].region
        )


@pytest.mark.parametrize(
    "found",
    [
        None,
        particulars(birth=MatchEvidence(None, "nothing_read")),
        particulars(birth=MatchEvidence(POLICY.match.particulars.reject + 1e-6)),
        particulars(birth=MatchEvidence(POLICY.match.particulars.accept - 1e-6)),
        particulars(sex=MatchEvidence(0.0)),
    ],
)
def test_particulars_that_cannot_be_made_out_keep_nobody_from_approval(found):
    report = judged(particulars=found)
    assert report.decision is Decision.APPROVED
    assert report.reasons == ()
    assert Outcome.NOT_ASSESSED in {c.outcome for c in report.checks if c.code == "info.card_inconsistent"}


def test_a_policy_may_require_the_particulars():
    required = POLICY.required.model_copy(update={"optional": frozenset({"document.validity_inconsistent"})})
    strict = POLICY.model_copy(update={"required": required})
    assert judged(policy=strict).decision is Decision.APPROVED
    assert judged(policy=strict, particulars=None).decision is Decision.REVIEW


def test_a_contradiction_does_not_outweigh_what_the_user_can_cure():
    differs = particulars(birth=MatchEvidence(POLICY.match.particulars.reject))
    mismatch = judged(particulars=differs, matches={"name": AGREES, "id_number": MatchEvidence(-50.0)})
    assert mismatch.decision is Decision.RESUBMIT
    assert codes(mismatch) == ["info.id_number_mismatch", "info.card_inconsistent"]


def test_a_number_that_was_not_seen_well_contradicts_no_particulars():
    differs = particulars(birth=MatchEvidence(POLICY.match.particulars.reject))
    unread = {
        "name": Reading("王小明", 0.99, "recorded", CORNERS),
        "id_number": Reading("", 0, "recorded", CORNERS),
    }
    for changes in (
        {"measurements": measures(card__glare=worst_raw("card.glare"))},
        {"measurements": measures(id_number__blur=worst_raw("id_number.blur"))},
        {"scene": replace(SCENE, cards=2)},
        {"readings": unread},
    ):
        assert "info.card_inconsistent" not in codes(judged(particulars=differs, **changes))
    name = judged(particulars=differs, measurements=measures(name__blur=worst_raw("name.blur")))
    assert "info.card_inconsistent" in codes(name)


def test_without_a_portrait_side_there_are_no_particulars_to_tell_of():
    for scene in (replace(SCENE, card=None, cards=0), replace(SCENE, card=replace(CARD, side=Side.EMBLEM))):
        report = judged(scene=scene, particulars=None, readings={}, measurements=())
        assert "info.card_inconsistent" not in codes(report)


@pytest.mark.parametrize("problem", ["length", "format", "region", "birth_date", "checksum", "old_format"])
def test_an_impossible_number_is_judged_with_its_reason(problem):
    report = judged(claim=ClaimFacts(None, problem, None))
    assert codes(report) == ["info.id_number_invalid"]
    assert report.decision is Decision.RESUBMIT
    assert CAUSE_TEXTS[problem].zh in report.reasons[0].message.zh


def test_a_birth_after_the_day_of_the_decision_is_impossible():
    assert codes(judged(on=date(1989, 12, 31), facts=replace(FACTS, valid_until="1999-01-01"))) == [
        "info.id_number_invalid"
    ]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (ON - timedelta(days=1), (Decision.REJECTED, ["document.expired"])),
        (ON, (Decision.APPROVED, ["document.expires_soon"])),
        (ON + timedelta(days=30), (Decision.APPROVED, ["document.expires_soon"])),
        (ON + timedelta(days=31), (Decision.APPROVED, [])),
        ("长期", (Decision.APPROVED, [])),
    ],
)
def test_validity(until, expected):
    report = judged(replace(FACTS, valid_until=until))
    assert (report.decision, codes(report)) == expected


def test_a_warning_passes_and_speaks():
    warning = judged(replace(FACTS, valid_until=ON + timedelta(days=3))).reasons[0]
    assert warning.outcome is Outcome.PASS
    assert warning.message.zh == "身份证件即将到期"


@pytest.mark.parametrize(
    ("start", "until", "expected"),
    [
        ("2015-06-01", "2035-06-01", Outcome.PASS),  # 25 years and five months: a year of grace at the border
        ("2017-06-01", "2037-06-01", Outcome.PASS),  # 27: twenty years
        ("2017-06-01", "2027-06-01", Outcome.INDETERMINATE),
        ("2017-06-01", "2037-06-02", Outcome.INDETERMINATE),
        ("2017-06-01", "长期", Outcome.INDETERMINATE),
        ("2000-02-29", "2005-02-28", Outcome.PASS),
        ("2030-06-01", "2050-06-01", Outcome.FAIL),  # not issued yet
        ("2037-06-01", "2017-06-01", Outcome.FAIL),
        ("1985-06-01", "2005-06-01", Outcome.FAIL),  # before birth
    ],
)
def test_the_term_fits_the_age_at_issue(start, until, expected):
    report = judged(Facts(valid_from=start, valid_until=until, accounts_verified=0, severe_violation=False))
    assert outcome(report, "document.validity_inconsistent") is expected


UNTYPED = replace(FACTS, valid_until=None)


def test_dates_that_were_clearly_read_stand_for_typed_ones():
    report = judged(UNTYPED, emblem=emblem())
    assert report.decision is Decision.APPROVED
    expired = next(c for c in report.checks if c.code == "document.expired")
    assert expired.evidence is not None
    assert (expired.evidence.measure, expired.evidence.value) == ("emblem.valid_until", "2037-06-01")
    assert expired.evidence.region == CORNERS
    assert outcome(report, "document.validity_inconsistent") is Outcome.PASS


@pytest.mark.parametrize(
    ("start", "until", "decision"),
    [
        (date(2006, 11, 21), date(2026, 11, 21), Decision.REJECTED),
        (date(2016, 12, 1), date(2026, 12, 1), Decision.APPROVED),  # with a warning
        (date(2006, 12, 1), date(2026, 12, 1), Decision.REVIEW),  # nobody gets twenty years at 16
        (date(2021, 12, 1), "长期", Decision.REVIEW),
    ],
)
def test_read_dates_have_the_consequences_of_typed_ones(start, until, decision):
    read = judged(UNTYPED, emblem=emblem(start, until))
    typed = judged(replace(UNTYPED, valid_from=start, valid_until=until))
    assert read.decision is typed.decision is decision
    assert codes(read) == codes(typed)


@pytest.mark.parametrize(
    "unclear",
    [
        emblem(ratio=POLICY.reading.validity_clear - 0.01),
        emblem(until="长期", ratio=0.0),
        emblem(None, None, None, "nothing_read"),
        emblem(None, None, None, "not_a_period"),
        emblem(None, None, None, "impossible_dates"),
        emblem(date(2017, 6, 1), date(2037, 6, 7)),  # no card bears it: a digit was misread
        emblem(date(2017, 6, 1), date(2087, 6, 1)),
        emblem(date(2037, 6, 1), date(2017, 6, 1)),
        emblem(date(2027, 6, 1), date(2047, 6, 1)),  # not issued yet
    ],
)
def test_what_was_not_clearly_read_neither_passes_nor_rejects(unclear):
    report = judged(UNTYPED, emblem=unclear)
    assert outcome(report, "document.expired") is Outcome.INDETERMINATE
    assert report.decision is Decision.REVIEW
    assert "document.expires_soon" not in codes(report)
    told = next(r for r in report.reasons if r.code == "document.expired")
    assert "国徽面" in told.remedy.zh
    assert "换领" not in told.remedy.zh


def test_a_period_that_was_hardly_read_rejects_nobody():
    long_ago = emblem(date(1997, 6, 1), date(2007, 6, 1), ratio=POLICY.reading.validity_clear - 0.01)
    assert judged(UNTYPED, emblem=long_ago).decision is Decision.REVIEW
    assert (
        judged(
            UNTYPED, emblem=replace(long_ago, validity=replace(long_ago.validity, log_likelihood_ratio=9.0))
        ).decision
        is Decision.REJECTED
    )


def test_typed_dates_stay_in_force_beside_read_ones():
    unclear = emblem(None, None, None, "nothing_read")
    assert judged(FACTS, emblem=unclear).decision is Decision.APPROVED
    same = replace(UNTYPED, valid_from="2017-06-01", valid_until="2037-06-01")
    assert judged(same, emblem=emblem()).decision is Decision.APPROVED
    expired = judged(replace(UNTYPED, valid_until="2020-06-01"), emblem=emblem())
    assert expired.decision is Decision.REJECTED


@pytest.mark.parametrize(
    "typed", [{"valid_until": "2035-01-01"}, {"valid_until": "长期"}, {"valid_from": "2017-06-02"}]
)
def test_typed_dates_that_the_emblem_side_contradicts_are_for_review(typed):
    report = judged(replace(UNTYPED, **typed), emblem=emblem())
    check = next(c for c in report.checks if c.code == "document.validity_inconsistent")
    assert (check.outcome, check.cause) == (Outcome.INDETERMINATE, "typed_differs")
    assert outcome(report, "document.expired") is Outcome.PASS
    assert (report.decision, codes(report)) == (Decision.REVIEW, ["document.validity_inconsistent"])


def test_the_portrait_side_as_emblem_photo_is_told_as_such_and_once():
    wrong = emblem(None, None, None, "emblem_wrong_side", card=CARD)
    report = judged(UNTYPED, emblem=wrong)
    assert [(r.code, r.subject) for r in report.reasons] == [("photo.wrong_side", "emblem")]
    assert report.decision is Decision.RESUBMIT
    assert "国徽面照片" in report.reasons[0].message.zh
    assert "国徽面" in report.reasons[0].remedy.zh
    evidence = report.reasons[0].evidence
    assert evidence is not None
    assert evidence.measure == "emblem.side"
    assert outcome(report, "photo.wrong_side", "card") is Outcome.PASS


def test_an_emblem_photo_without_a_card_is_told_as_such_and_once():
    report = judged(UNTYPED, emblem=emblem(None, None, None, "emblem_no_card", card=None))
    assert [(r.code, r.subject) for r in report.reasons] == [("photo.card_missing", "emblem")]
    assert report.decision is Decision.RESUBMIT
    assert outcome(report, "document.expired") is Outcome.NOT_ASSESSED


@given(
    start=st.dates(date(1984, 1, 1), date(2099, 12, 31)),
    until=st.one_of(st.just("长期"), st.dates(date(1984, 1, 1), date(2099, 12, 31))),
    ratio=st.floats(-20, 20),
)
def test_only_a_clear_and_usual_period_is_approved_without_typed_dates(start, until, ratio):
    report = judged(UNTYPED, emblem=emblem(start, until, ratio))
    if report.decision is Decision.APPROVED:
        assert ratio >= POLICY.reading.validity_clear
        assert start <= ON
        assert until == "长期" or (until >= ON and until.year - start.year in (5, 10, 20))


def test_accounts_and_violations_cannot_be_cured_by_a_new_photo():
    limit = POLICY.account.max_accounts_per_document
    assert judged(replace(FACTS, accounts_verified=limit - 1)).decision is Decision.APPROVED
    full = judged(replace(FACTS, accounts_verified=limit))
    assert (full.decision, codes(full)) == (Decision.REJECTED, ["document.account_limit_reached"])
    banned = judged(replace(FACTS, severe_violation=True))
    assert (banned.decision, codes(banned)) == (Decision.REJECTED, ["account.severe_violation"])


def test_what_no_photo_cures_is_told_first():
    report = judged(
        replace(FACTS, severe_violation=True),
        measurements=measures(id_number__glare=worst_raw("id_number.glare")),
    )
    assert codes(report) == ["account.severe_violation", "photo.glare"]
    assert report.decision is Decision.REJECTED


def test_a_policy_may_require_less_but_a_failure_always_counts():
    groups = [g.value for g in Group if g not in (Group.ACCOUNT_VIOLATION, Group.ID_LIMIT_REACHED)]
    required = POLICY.required.model_copy(update={"groups": frozenset(Group(g) for g in groups)})
    lenient = POLICY.model_copy(update={"required": required})
    assert judged(Facts(valid_until="2035-01-01"), policy=lenient).decision is Decision.APPROVED
    failed = judged(Facts(valid_until="2035-01-01", severe_violation=True), policy=lenient)
    assert failed.decision is Decision.REJECTED


@given(
    spoilt=st.dictionaries(
        st.sampled_from([n.replace(".", "__") for _, names in QUALITY_CHECKS for n in names]),
        st.one_of(st.none(), st.floats(-10, 100)),
    ),
    ratio=st.one_of(st.none(), st.floats(-100, 100)),
    facts=st.builds(
        Facts,
        valid_until=st.one_of(st.none(), st.dates()),
        accounts_verified=st.one_of(st.none(), st.integers(0, 5)),
        severe_violation=st.one_of(st.none(), st.booleans()),
    ),
)
def test_only_a_submission_whose_required_checks_all_pass_is_approved(spoilt, ratio, facts):
    report = judged(
        facts,
        measurements=measures(**spoilt),
        matches={"name": MatchEvidence(ratio), "id_number": MatchEvidence(50.0)},
    )
    required = [c for c in report.checks if c.code not in POLICY.required.optional]
    passed = all(c.outcome is Outcome.PASS for c in required)
    assert (report.decision is Decision.APPROVED) == passed
    assert passed or any(r.outcome is not Outcome.PASS for r in report.reasons)
    assert report == judged(
        facts,
        measurements=measures(**spoilt),
        matches={"name": MatchEvidence(ratio), "id_number": MatchEvidence(50.0)},
    )


@given(
    spoilt=st.dictionaries(
        st.sampled_from([n.replace(".", "__") for _, names in QUALITY_CHECKS for n in names]),
        st.one_of(st.none(), st.floats(-10, 100)),
    ),
    ratio=st.one_of(st.none(), st.floats(-100, 100)),
    cause=st.sampled_from([None, "weak_evidence", "claim_invalid"]),
    scene=st.sampled_from([SCENE, replace(SCENE, card=None), replace(SCENE, face=None, cards=2)]),
    second=st.sampled_from([None, emblem(), emblem(ratio=0.0), emblem(None, None, None, "emblem_no_card")]),
    until=st.sampled_from([None, "长期", ON, ON - timedelta(days=1), ON + timedelta(days=400)]),
)
def test_a_decision_in_short_is_that_of_the_report(spoilt, ratio, cause, scene, second, until):
    found = measured(
        measurements=measures(**spoilt),
        matches={"name": MatchEvidence(ratio, cause), "id_number": MatchEvidence(50.0)},
        scene=scene,
        emblem=second,
    )
    facts = replace(FACTS, valid_until=until)
    report, verdict = judge(found, facts, POLICY, ON), decide(found, facts, POLICY, ON)
    assert verdict.decision is report.decision
    assert list(verdict.codes) == codes(report)
    for finding, reason in zip(verdict.findings, report.reasons, strict=True):
        assert (finding.subject, finding.outcome) == (reason.subject, reason.outcome)
        assert finding.show() == reason.evidence


def test_every_code_of_the_catalogue_is_checked_for():
    report = judged()
    assert {c.code for c in report.checks} == {entry.code for entry in CATALOGUE}


def test_the_policy_decides_how_much_is_too_much():
    data = POLICY.model_dump()
    data["curves"]["id_number.blur"]["fail_below"] = 0
    lenient = Policy.model_validate(data)
    assert judged(policy=lenient, measurements=measures(id_number__blur=99.0)).decision is Decision.APPROVED


def test_face_and_card_are_judged_apart():
    report = judged(scene=replace(SCENE, face=replace(FACE, confidence=0.1)))
    assert outcome(report, "photo.face_missing") is Outcome.INDETERMINATE
    assert outcome(report, "photo.card_missing") is Outcome.PASS
