"""A run's result as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table

from benchmarks.speed.clock import Spread, Times
from benchmarks.speed.result import CHECK, FLOOR, CaseResult, Result, bars


def tables(result: Result) -> Iterator[Table]:
    """All of them, in the order of interest."""
    yield _checks(result)
    yield _stages(result)
    if result.peers:
        yield _peers(result)
    yield _processes(result)
    yield _bars(result)


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _checks(result: Result) -> Table:
    table = _table(
        "A check, bytes to report, one core, ms", "photo", "MB", "p50", "p95", "max", "CPU p50",
        "decoder alone", "check ÷ decoder", "by CPU",
    )  # fmt: skip
    for case in result.cases.values():
        check = case.times[CHECK]
        table.add_row(
            case.title,
            f"{case.megabytes:.2f}",
            *(f"{ms:.1f}" for ms in (check.p50, check.p95, check.max, check.cpu_p50)),
            f"{case.times[FLOOR].p50:.1f}",
            spread(case.over_floor.by_clock),
            spread(case.over_floor.by_cpu),
        )
    return table


def _stages(result: Result) -> Table:
    cases = list(result.cases.values())
    table = _table("Stages of a check, p50, ms", "stage", *(case.title for case in cases))
    for stage in cases[0].stages_ms:
        table.add_row(stage, *(f"{case.stages_ms[stage]:.1f}" for case in cases))
    return table


def _peers(result: Result) -> Table:
    compared = [case for case in result.cases.values() if case.slower]
    heads = (f"{case.title}: {what}" for case in compared for what in ("p50, ms", "÷ a check", "by CPU"))
    table = _table("Instead of a check, on the same photos, one thread", "", *heads)
    for peer, title in result.peers.items():
        table.add_row(title, *(text for case in compared for text in _peer(case, peer)))
    return table


def _peer(case: CaseResult, peer: str) -> tuple[str, str, str]:
    slower = case.slower[peer]
    return f"{case.times[peer].p50:.0f}", spread(slower.by_clock, 0), spread(slower.by_cpu, 0)


def _processes(result: Result) -> Table:
    table = _table("Processes", "", "median", "p10–p90 or p95, max")
    throughput, memory, judging = result.throughput, result.memory, result.judging
    rates = ((1, throughput.one), (throughput.workers, throughput.all))
    for workers, rate in dict(rates).items():
        table.add_row(
            f"photos a second, {workers} worker{'s' * (workers > 1)}", f"{rate.median:.1f}", _range(rate)
        )
    table.add_row("gain by them", f"{throughput.gain.median:.2f} ×", _range(throughput.gain, 2))
    for title, key in (
        ("Python alone", "python"),
        ("import of the public names", "import"),
        ("start to first result, with it", "first_result"),
        ("idcheck --help", "help"),
    ):
        table.add_row(f"{title}, ms", *_start(result.starts[key]))
    table.add_row("memory of a worker, MB", f"{memory.steady:.0f}", f"peak {memory.peak:.0f}")
    table.add_row(f"its growth over {memory.over} photos", f"{100 * memory.growth:+.1f} %", "")
    for title, rate in (
        ("decided again a second, from memory", judging.decide),
        ("whole reports a second, from memory", judging.judge),
        ("decided again a second, from JSON", judging.decide_json),
    ):
        table.add_row(title, f"{rate.median:,.0f}", _range(rate, 0))
    return table


def _start(times: Times) -> tuple[str, str]:
    return f"{times.p50:.0f}", f"{times.p95:.0f}, {times.max:.0f}; CPU {times.cpu_p50:.0f}"


def _bars(result: Result) -> Table:
    table = _table("Bars", "", "found", "by CPU", "bar", "")
    for bar in bars(result):
        limit = f"{'≤' if bar.at_most else '≥'} {bar.limit:,g} {bar.unit}"
        by_cpu = "" if bar.by_cpu is None else f"{bar.by_cpu:,.4g} {bar.unit}"
        table.add_row(bar.title, f"{bar.found:,.4g} {bar.unit}", by_cpu, limit, "✓" if bar.holds else "✗")
    return table


def spread(of: Spread, digits: int = 2) -> str:
    """A figure with its 10th and 90th percentile."""
    return f"{of.median:.{digits}f} ({_range(of, digits)})"


def _range(of: Spread, digits: int = 1) -> str:
    return f"{of.p10:,.{digits}f}–{of.p90:,.{digits}f}"
