from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest
from rich.console import Console

from benchmarks.speed import cases, clock, contenders, processes, result
from benchmarks.speed.chart import write_chart
from benchmarks.speed.clock import Contender, Sample, Spread, Times
from benchmarks.speed.judging import Judging, stricter
from benchmarks.speed.machine import machine
from benchmarks.speed.result import Result, bars, case_result
from benchmarks.speed.tables import tables
from idcheck import Claim, Policy, photo

NOBODY = Claim("", "")
BY_NAME = {case.name: case for case in cases.CASES}


def picture(height=300, width=400):
    noise = np.random.default_rng(1).normal(128, 30, (height, width, 3))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 2), 0, 255).astype(np.uint8)


def a_round(**wall):
    return {name: [Sample(ms, ms / 2) for ms in runs] for name, runs in wall.items()}


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("orientation", cases.ORIENTATIONS)
def test_every_case_is_a_photo_that_idcheck_and_its_peers_decode(case, orientation):
    shown = picture()
    data = case.encode(shown, orientation)
    decoded = photo.decode(data)
    assert (decoded.height, decoded.width) == shown.shape[:2]
    assert decoded.format == case.name.partition("_")[0].replace("progressive", "jpeg")
    assert np.abs(decoded.bgr.astype(float) - shown).mean() < 8
    card = contenders.in_colour(cases.Photo(data, NOBODY, ()))
    assert card.shape == shown.shape


@pytest.mark.parametrize(("name", "marker"), [("jpeg_12mp", b"\xff\xc0"), ("progressive_12mp", b"\xff\xc2")])
def test_jpegs_are_baseline_or_progressive(name, marker):
    assert marker in BY_NAME[name].encode(picture(), 1)


def test_sizes_are_what_the_names_say():
    for case in cases.CASES:
        said = float(case.name.rpartition("_")[2].removesuffix("mp"))
        assert case.long_side**2 * 3 / 4 / 1e6 == pytest.approx(said, rel=0.03)


@pytest.mark.needs("fonts")
def test_photos_are_drawn_once(monkeypatch, tmp_path):
    small = replace(BY_NAME["jpeg_2mp"], long_side=640)
    monkeypatch.setattr(cases, "CASES", (small,))
    monkeypatch.setattr(cases, "SCENES", cases.SCENES[:1])
    (drawn,) = cases.photos(small, tmp_path)
    assert len(drawn.corners) == 4
    assert max(photo.decode(drawn.data).luma.shape) == 640
    monkeypatch.setattr(cases, "render", None)
    assert cases.photos(small, tmp_path) == [drawn]


def test_each_round_runs_everything_and_begins_with_another():
    order = []
    field = {
        "a": Contender(lambda number: order.append(("a", number)), repeats=2),
        "b": Contender(lambda number: order.append(("b", number))),
    }
    done = list(clock.rounds(field, 2))
    assert order == [("a", 0), ("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 1)]
    assert [{name: len(runs) for name, runs in one.items()} for one in done] == [{"a": 2, "b": 1}] * 2


def test_ratios_are_taken_within_a_round():
    # The machine is ten times slower in the second round; the ratio does not care.
    done = [a_round(a=[20.0], b=[10.0, 10.0, 99.0]), a_round(a=[200.0], b=[100.0, 100.0, 100.0])]
    assert clock.ratios(done, "a", "b") == [Sample(2.0, 2.0), Sample(2.0, 2.0)]
    assert clock.differences(done, "a", "b") == [Sample(10.0, 5.0), Sample(100.0, 50.0)]


def test_a_spread_is_the_median_and_the_outer_tenths():
    assert clock.spread([float(n) for n in range(11)]) == Spread(5.0, 1.0, 9.0)


def test_rounds_in_which_one_did_not_run_do_not_count():
    done = [a_round(a=[20.0], b=[10.0]), a_round(a=[90.0])]
    assert clock.ratios(done, "a", "b") == [Sample(2.0, 2.0)]
    assert clock.times(done, "b").runs == 1
    assert clock.times(done, "a") == Times(p50=55.0, p95=86.5, max=90.0, cpu_p50=27.5, runs=2)


def test_processor_time_counts_programs_that_were_run():
    burn = [
        sys.executable,
        "-c",
        "import time; t = time.process_time()\nwhile time.process_time() < t + .1: pass",
    ]
    sample = clock.timed(lambda: subprocess.run(burn, check=True))
    assert sample.cpu_ms >= 100


def test_growth_leaves_the_first_tenth_to_warm_up():
    sizes = [(100.0 + 10 * i, 700.0) for i in range(10)] + [(300.0, 700.0)] * 80 + [(303.0, 800.0)] * 10
    found = processes.memory(sizes)
    assert (found.steady, found.peak, found.over) == (303.0, 800.0, 100)
    assert found.growth == pytest.approx(0.01)


def a_result(**changes):
    def case(title, check, floor, **peers):
        done = [a_round(floor=[floor], check=[check], **{name: [ms] for name, ms in peers.items()})] * 2
        return case_result(title, 2.5, done, [{"photo": floor, "rest": 1.0}])

    one = Spread(1.0, 1.0, 1.0)
    found = Result(
        machine=machine(),
        cases={
            "jpeg_2mp": case("JPEG 2 MP", 40.0, 10.0, rapidocr_photo=2000.0),
            "jpeg_12mp": case("JPEG 12 MP", 90.0, 50.0, rapidocr_photo=1800.0),
        },
        throughput=processes.Throughput(one, one, 2, Spread(1.9, 1.8, 2.0)),
        starts=dict.fromkeys(
            ("python", "import", "first_result", "help"), Times(250.0, 260.0, 270.0, 200.0, 3)
        ),
        memory=processes.Memory(390.0, 450.0, 0.03, 2000),
        judging=Judging(Spread(30_000.0, 29_000.0, 31_000.0), one, one),
        peers={"rapidocr_photo": "RapidOCR on the whole photo"},
        left_out={"pytesseract_photo": "the program tesseract"},
    )
    return replace(found, **changes)


def test_bars_say_whether_they_hold():
    found = {bar.title: bar.holds for bar in bars(a_result())}
    assert found.pop("a check of 12 MP, over the decoder alone")  # 1.8
    assert found.pop("RapidOCR on a whole photo of 2 MP, over a check")  # 50
    assert not found.pop("RapidOCR on a whole photo of 12 MP, over a check")  # 20
    assert not found.pop("its growth over 2000 photos")
    assert all(found.values())
    assert not any("Tesseract" in title for title in found)


def test_the_tables_show_what_was_found():
    console = Console(width=200, record=True, file=io.StringIO())
    for table in tables(a_result()):
        console.print(table)
    shown = console.export_text()
    for text in (
        "JPEG 12 MP",
        "1.80 (1.80–1.80)",
        "RapidOCR on the whole photo",
        "20 (20–20)",
        "30,000",
        "390",
        "✗",
    ):
        assert text in shown


def test_the_chart_names_what_was_compared(tmp_path):
    write_chart(a_result(), tmp_path / "speed.svg")
    drawn = (tmp_path / "speed.svg").read_text(encoding="utf-8")
    assert drawn.lstrip().startswith("<?xml")
    for text in ("idcheck, bytes to report", "the decoder alone", "RapidOCR on the whole photo", "90 ms"):
        assert text in drawn


def test_the_result_is_json():
    assert (
        json.loads(json.dumps(asdict(a_result())))["cases"]["jpeg_12mp"]["over_floor"]["by_clock"]["median"]
        == 1.8
    )


@pytest.mark.parametrize("name", ["jpeg_2mp", "progressive_12mp", "png_2mp", "webp_2mp"])
def test_the_floor_is_the_whole_luma(name):
    data = BY_NAME[name].encode(picture(), 1)
    floor = contenders.Floor()
    found = floor(cases.Photo(data, NOBODY, ()))
    luma = photo.decode(data).luma
    assert np.abs(found.reshape(luma.shape).astype(float) - luma).mean() < 2


@pytest.mark.parametrize(
    ("name", "module"),
    [(peer.name, "pytesseract" if "pytesseract" in peer.name else "rapidocr") for peer in contenders.PEERS],
)
def test_a_peer_that_is_not_installed_says_so(monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(contenders, "PEERS", [peer for peer in contenders.PEERS if peer.name == name])
    ((_, lacking),) = contenders.load_peers()
    assert isinstance(lacking, contenders.NotInstalledError)
    assert f"pip install {module}" in str(lacking)


def test_the_other_policy_demands_more():
    for name, curve in stricter().curves.items():
        assert curve.fail_below >= Policy.default().curves[name].fail_below
    assert stricter().digest != Policy.default().digest


def test_every_peer_has_a_bar_or_a_row():
    assert {peer.name for peer in contenders.PEERS} >= {"rapidocr_photo", "pytesseract_photo"}
    assert {result.FLOOR, result.CHECK}.isdisjoint(peer.name for peer in contenders.PEERS)
