"""A run's result as a picture: what each way of checking a photo takes, beside the decoder alone."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.speed.result import CHECK, FLOOR, CaseResult, Result

_OURS, _FLOOR, _OTHERS = "#0b6e4f", "#9aa5b1", "#c8553d"


def write_chart(result: Result, file: Path) -> None:
    """Write an SVG: one panel for each case that was compared, times on a logarithmic scale."""
    compared = [case for case in result.cases.values() if case.slower] or list(result.cases.values())
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "idcheck", "font.size": 10}):
        figure = Figure(figsize=(9, 1 + 0.42 * (3 + len(result.peers)) * len(compared)), layout="constrained")
        panels = figure.subplots(len(compared), 1, squeeze=False, sharex=True)[:, 0]
        for panel, case in zip(panels, compared, strict=True):
            _draw(panel, case, result.peers)
        panels[-1].set_xlabel("ms on one core, median and 95th percentile")
        figure.savefig(file, metadata={"Date": None})


def _draw(panel: Axes, case: CaseResult, peers: dict[str, str]) -> None:
    names = {FLOOR: "the decoder alone", CHECK: "idcheck, bytes to report"} | peers
    rows = [name for name in names if name in case.times]
    p50 = [case.times[name].p50 for name in rows]
    beyond = [case.times[name].p95 - case.times[name].p50 for name in rows]
    colours = [{FLOOR: _FLOOR, CHECK: _OURS}.get(name, _OTHERS) for name in rows]
    panel.barh(
        range(len(rows)), p50, xerr=[[0.0] * len(rows), beyond], color=colours, height=0.62, ecolor="#445"
    )
    for place, name in enumerate(rows):
        times = f", {case.slower[name].by_clock.median:.0f} × a check" if name in case.slower else ""
        panel.text(case.times[name].p95 * 1.06, place, f"{case.times[name].p50:,.0f} ms{times}", va="center")
    panel.set_yticks(range(len(rows)), [names[name] for name in rows])
    panel.invert_yaxis()
    panel.set_xscale("log")
    panel.margins(x=0.24)
    panel.set_title(f"{case.title}, {case.megabytes:.1f} MB", loc="left")
    panel.spines[["top", "right"]].set_visible(False)
