from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idcheck import Checker, Claim, Decision, Facts, Policy, photo, pipeline, weights
from idcheck.errors import EngineError, PhotoError, PhotoTooSmallError, WeightsCorruptError
from idcheck.reading.recorded import Fault, Faulty, Recorded
from idcheck.types import Outcome

ROOT = Path(__file__).parents[1]
ROW = json.loads((ROOT / "samples/expected.jsonl").read_text(encoding="utf-8").splitlines()[0])
CLEAR = (ROOT / "samples" / ROW["file"]).read_bytes()
CLAIM = Claim(**ROW["claim"])
FACTS = Facts(valid_until="2035-01-01", accounts_verified=0, severe_violation=False)
ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.mark.parametrize("weight", sorted(weights.manifest()))
def test_damaged_weights_are_found_when_a_checker_is_made(weight, monkeypatch, tmp_path):
    damaged, find = tmp_path / "damaged", weights.find
    damaged.write_bytes(b"x" + find(weight).read_bytes()[1:])
    monkeypatch.setattr(weights, "find", lambda name: damaged if name == weight else find(name))
    with pytest.raises(WeightsCorruptError, match=weight):
        Checker()


def png(picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def test_a_photo_observed_once_serves_every_claim(checker):
    observed = checker.observe(CLEAR)
    for claim in (CLAIM, Claim(name=CLAIM.name + "某", id_number=CLAIM.id_number)):
        once, anew = checker.weigh(observed, claim), checker.measure(CLEAR, claim)
        assert {**once.to_dict(), "timings_ms": {}} == {**anew.to_dict(), "timings_ms": {}}
        assert once.timings_ms.keys() == anew.timings_ms.keys()
    assert CLAIM.name not in repr(observed)
    assert CLAIM.id_number not in repr(observed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.one_of(st.binary(max_size=200), st.binary(max_size=50).map(lambda tail: CLEAR[:5000] + tail)))
def test_any_bytes_give_a_report_or_a_typed_error(checker, data):
    try:
        report = checker.check(data, CLAIM, facts=FACTS, on=ON)
    except PhotoError:
        return
    assert report.decision is not Decision.APPROVED


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), level=st.integers(0, 255), spread=st.integers(0, 127))
def test_a_picture_of_nothing_is_never_approved(checker, seed, level, spread):
    noise = np.random.default_rng(seed).integers(-spread, spread + 1, (300, 400, 3)) + level
    report = checker.check(png(np.clip(noise, 0, 255).astype(np.uint8)), CLAIM, facts=FACTS, on=ON)
    assert report.decision is Decision.RESUBMIT


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.text(max_size=60), number=st.text(max_size=30))
def test_whatever_is_typed_is_judged_and_not_refused(checker, name, number):
    report = checker.check(CLEAR, Claim(name=name, id_number=number), facts=FACTS, on=ON)
    assert report.decision is not Decision.APPROVED
    assert any(reason.code.startswith("info.") for reason in report.reasons)


def test_of_a_large_photo_no_more_is_decoded_than_is_looked_at(checker, monkeypatch):
    large = cv2.resize(photo.decode(CLEAR).bgr, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    data = cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    whole = checker.observe(data)
    monkeypatch.setattr(pipeline, "ENOUGH_PX", max(large.shape) // 2)
    assert photo.decode(data, checker.policy.limits, pipeline.ENOUGH_PX).finest == 1
    half = checker.observe(data)
    assert half.scene.photo == whole.scene.photo
    assert np.abs(np.subtract(half.scene.card.corners, whole.scene.card.corners)).max() < 4
    for field, (read, _) in whole.fields.items():
        assert half.fields[field][0].text == read.text == getattr(CLAIM, field)


def test_one_checker_serves_many_threads(checker):
    alone = checker.check(CLEAR, CLAIM, facts=FACTS, on=ON).to_dict() | {"timings_ms": None}
    together = []

    def work() -> None:
        together.append(checker.check(CLEAR, CLAIM, facts=FACTS, on=ON).to_dict() | {"timings_ms": None})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


def test_the_policy_limits_what_is_decoded():
    small = Policy.default().model_copy(
        update={"photo": Policy.default().photo.model_copy(update={"min_side": 9000})}
    )
    with pytest.raises(PhotoTooSmallError):
        Checker(small).check(CLEAR, CLAIM)


@pytest.mark.parametrize("fault", [Fault.RAISE, Fault.HANG])
def test_an_engine_that_fails_is_an_error_and_not_a_verdict(fault):
    with pytest.raises(EngineError):
        Checker(engine=Faulty(Recorded(), [fault])).check(CLEAR, CLAIM, facts=FACTS, on=ON)


def test_an_engine_that_talks_nonsense_gets_nobody_approved():
    engine = Faulty(Recorded(), [Fault.GARBAGE] * 9)
    assert Checker(engine=engine).check(CLEAR, CLAIM, facts=FACTS, on=ON).decision is not Decision.APPROVED


def test_more_blur_never_raises_the_sharpness_score(checker):
    picture = photo.decode(CLEAR).bgr
    scores = []
    for sigma in (0.01, 1.0, 2.0, 3.5):
        measured = checker.measure(png(cv2.GaussianBlur(picture, (0, 0), sigma)), CLAIM)
        report = checker.judge(measured, FACTS, on=ON)
        scores.append(report.measurements["id_number.blur"].score)
    assert all(score is not None for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 50 > scores[-1]


def test_darker_never_raises_the_lighting_score(checker):
    picture = photo.decode(CLEAR).bgr
    linear = (picture / 255.0) ** 2.2
    noise = np.random.default_rng(1).normal(0, 0.004, picture.shape)
    scores = []
    for stops in (0, 3, 6):
        dark = np.clip(linear / 2**stops + noise, 0, 1) ** (1 / 2.2) * 255
        measured = checker.measure(png(dark.astype(np.uint8)), CLAIM)
        found = checker.judge(measured, FACTS, on=ON).measurements.get("id_number.lighting")
        scores.append(-1.0 if found is None or found.score is None else found.score)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_every_check_of_the_clear_sample_shows_its_evidence(checker):
    report = checker.check(CLEAR, CLAIM, facts=FACTS, on=ON)
    assert report.decision is Decision.APPROVED
    for check in report.checks:
        if check.code.startswith("photo.") and check.outcome is Outcome.PASS:
            assert check.evidence is not None, check.code
            assert check.evidence.value is not None, check.code
