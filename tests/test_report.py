from __future__ import annotations

import json

import pytest

from idcheck.errors import UsageError
from idcheck.report import Measured, Report
from idcheck.types import Claim, Facts, MatchEvidence
from idcheck.verdict import judge
from tests.evidence import FACTS, ON, POLICY, emblem, judged, measured, measures, particulars

TOP_LEVEL = {
    "schema", "decision", "reasons", "checks", "scene", "measurements", "readings", "matches", "provenance",
    "timings_ms",
}  # fmt: skip


def spoilt() -> Report:
    return judged(
        Facts(valid_until="长期"),
        measurements=measures(name__blur=9.0, face__blur=None),
        matches={"name": MatchEvidence(None, "weak_evidence"), "id_number": MatchEvidence(-9.0)},
    )


@pytest.mark.parametrize("report", [judged(), judged(FACTS), spoilt()])
def test_a_report_survives_json(report):
    assert Report.from_dict(report.to_dict()) == report
    assert Report.from_dict(json.loads(report.to_json())) == report


@pytest.mark.parametrize(
    "kept",
    [
        measured(),
        measured(emblem=emblem()),
        measured(emblem=emblem(until="长期", ratio=0.5)),
        measured(emblem=emblem(None, None, None, "nothing_read", card=None)),
        measured(particulars=particulars(birth=MatchEvidence(None, "nothing_read"))),
        measured(particulars=None),
    ],
)
def test_measured_survives_json_and_is_judged_alike(kept):
    again = Measured.from_dict(json.loads(kept.to_json()))
    assert again == kept
    assert judge(again, Facts(), POLICY, ON) == judge(kept, Facts(), POLICY, ON)


def test_what_was_measured_before_there_were_emblem_photos_can_still_be_judged():
    data = measured().to_dict()
    del data["emblem"]
    assert Measured.from_dict(data) == measured()


def test_what_was_measured_before_the_particulars_were_read_can_still_be_judged():
    data = measured(particulars=None).to_dict()
    del data["particulars"]
    assert Measured.from_dict(data) == measured(particulars=None)


def test_the_report_shows_what_else_was_read_beside_name_and_number():
    readings = judged(emblem=emblem()).to_dict()["readings"]
    assert list(readings) == ["name", "id_number", "sex", "birth", "valid_from", "valid_until"]
    assert "19900101" not in repr(judged().readings)
    assert readings["valid_until"].keys() == {"text", "confidence", "engine", "region"}
    assert "2037" not in repr(judged(emblem=emblem()).readings)


def test_the_form_of_the_report():
    data = spoilt().to_dict()
    assert data.keys() == TOP_LEVEL
    assert data["schema"] == "idcheck.report/1"
    assert data["scene"]["photo"].keys() == {"width", "height", "orientation", "mirrored"}
    assert data["scene"]["card"].keys() >= {"corners", "confidence", "width_px", "px_per_mm", "tilt_deg"}
    assert data["scene"]["face"].keys() == {"box", "confidence", "landmarks"}
    assert data["reasons"][0].keys() == {
        "code", "group", "outcome", "subject", "message", "remedy", "retryable", "evidence",
    }  # fmt: skip
    assert data["reasons"][0]["message"].keys() == {"zh", "en"}
    assert data["reasons"][0]["evidence"].keys() == {"measure", "value", "unit", "threshold", "region"}
    assert data["measurements"]["name.blur"].keys() == {"raw", "unit", "score", "status", "region"}
    assert data["readings"]["name"].keys() == {"text", "confidence", "engine", "region"}
    assert data["matches"]["name"].keys() == {"outcome", "log_likelihood_ratio", "probability"}
    assert "姓名" in spoilt().to_json()


def test_what_is_no_report_is_refused_without_quoting_it():
    data = judged().to_dict()
    data["readings"]["name"]["confidence"] = "王小明"
    with pytest.raises(UsageError) as caught:
        Report.from_dict(data)
    assert "王小明" not in str(caught.value)
    assert "readings" in str(caught.value)


def test_a_claim_and_a_reading_do_not_show_in_a_repr():
    assert "王小明" not in repr(Claim("王小明", "110101199001010007"))
    assert "110101" not in repr(Claim("王小明", "110101199001010007"))
    assert "王小明" not in repr(measured())
