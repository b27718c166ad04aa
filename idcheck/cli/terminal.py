"""What people read in the terminal: a report, an explanation of the codes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from idcheck.reasons import BY_CODE, CATALOGUE, GROUP_TEXTS, SUBJECT_TEXTS, Text, message
from idcheck.report import Check, Evidence, Reason, Report
from idcheck.types import Decision, MatchOutcome, Outcome
from idcheck.verdict import QUALITY_CHECKS

DECISIONS: Final = {
    Decision.APPROVED: (Text("通过", "approved"), "green"),
    Decision.RESUBMIT: (Text("请重新提交", "resubmit"), "yellow"),
    Decision.REVIEW: (Text("转人工审核", "review by a person"), "cyan"),
    Decision.REJECTED: (Text("不予通过", "rejected"), "red"),
}
OUTCOMES: Final = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "red"),
    Outcome.INDETERMINATE: ("?", "yellow"),
    Outcome.NOT_ASSESSED: ("–", "bright_black"),
}
MATCHES: Final = {
    MatchOutcome.MATCH: Text("一致", "matches"),
    MatchOutcome.MISMATCH: Text("不一致", "differs"),
    MatchOutcome.INDETERMINATE: Text("无法判断", "cannot tell"),
}


def _say(text: Text, lang: str) -> str:
    return text.zh if lang == "zh" else text.en


def show_report(report: Report, lang: str, photo: str, overlay: Path | None) -> None:
    """Print a report for people: the decision, the reasons with evidence and remedy, then every check."""
    console = Console(highlight=False)
    words, colour = DECISIONS[report.decision]
    title = Styled(f" {_say(words, lang)} ", style=f"bold reverse {colour}")
    body = [title, Styled()] if report.reasons else [title]
    for rank, reason in enumerate(report.reasons, 1):
        body.extend(_reason_lines(rank, reason, lang))
    console.print(Panel(Group(*body), title=f"idcheck · {photo}", title_align="left", border_style=colour))
    console.print(_readings(report, lang))
    console.print(_checks(report, lang))
    total = sum(report.timings_ms.values())
    stages = " · ".join(f"{stage} {ms:.0f}" for stage, ms in report.timings_ms.items())
    console.print(Styled(f"{total:.0f} ms ({stages})", style="bright_black"))
    if overlay is not None:
        console.print(Styled(f"→ {overlay}", style="bright_black"))


def _reason_lines(rank: int, reason: Reason, lang: str) -> list[Styled]:
    mark, colour = OUTCOMES[reason.outcome] if reason.outcome is not Outcome.PASS else ("!", "yellow")
    line = Styled.assemble(
        (f"{rank}. {mark} ", f"bold {colour}"),
        (_say(reason.message, lang), "bold"),
        (f"  {reason.code}", "bright_black"),
    )
    group = Styled(f"     {_say(GROUP_TEXTS[reason.group], lang)}", style="bright_black")
    remedy = Styled(f"   → {_say(reason.remedy, lang)}")
    return [line, group, *_evidence_line(reason.evidence, lang), remedy]


def _evidence_line(evidence: Evidence | None, lang: str) -> list[Styled]:
    if evidence is None or evidence.value is None:
        return []
    measured, limit = ("实测", "限值") if lang == "zh" else ("measured", "limit")
    words = f"     {evidence.measure}: {measured} {_value(evidence.value, evidence)}"
    if evidence.threshold is not None:
        words += f", {limit} {_value(evidence.threshold, evidence)}"
    return [Styled(words, style="bright_black")]


def _readings(report: Report, lang: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 1), show_header=False)
    for field, reading in report.readings.items():
        match = report.matches.get(field)
        ratio = match.log_likelihood_ratio if match else None
        table.add_row(
            _say(SUBJECT_TEXTS[field], lang),
            Styled(reading.text or "—", style="bold"),
            f"{reading.confidence:.2f}",
            _say(MATCHES[match.outcome], lang) if match else "",
            "" if ratio is None else f"LLR {ratio:+.1f}",
        )
    return table


def _checks(report: Report, lang: str) -> Table:
    heads = ("", "检查", "实测", "限值", "分数") if lang == "zh" else ("", "check", "value", "limit", "score")
    table = Table(*heads, box=None, padding=(0, 2, 0, 1), header_style="bright_black")
    for column in table.columns[2:]:
        column.justify = "right"
    for check in report.checks:
        mark, colour = OUTCOMES[check.outcome]
        score = _score(check.evidence, report)
        table.add_row(
            Styled(mark, style=f"bold {colour}"),
            _check_words(check, lang),
            _value(check.evidence.value if check.evidence else None, check.evidence),
            _value(check.evidence.threshold if check.evidence else None, check.evidence),
            "" if score is None else f"{score:.0f}",
        )
    return table


def _check_words(check: Check, lang: str) -> str:
    return _say(message(check.code, check.outcome, check.subject, check.cause), lang)


def _score(evidence: Evidence | None, report: Report) -> float | None:
    measured = report.measurements.get(evidence.measure) if evidence else None
    return None if measured is None else measured.score


def _value(value: float | int | bool | str | None, evidence: Evidence | None) -> str:
    if value is None or evidence is None:
        return ""
    if isinstance(value, float):
        unit = "" if evidence.unit in (None, "1") else f" {evidence.unit}"
        return f"{value:.3g}{unit}"
    return str(value)


def show_explanation(code: str | None, lang: str) -> None:
    """Print one entry of the catalogue, or all of them a line each."""
    console = Console(highlight=False)
    if code is None:
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        for entry in CATALOGUE:
            words = message(entry.code, Outcome.FAIL, _subject_of(entry.code), None)
            table.add_row(Styled(entry.code, style="bold"), _say(words, lang))
        console.print(table)
        return
    entry = BY_CODE[code]
    words = message(code, Outcome.FAIL, _subject_of(code), None)
    measures = ", ".join(dict(QUALITY_CHECKS).get(code, ())) or "—"
    labels = (
        ("归类", "含义", "用户应做", "可重新提交", "依据")
        if lang == "zh"
        else ("group", "meaning", "remedy", "can resubmit", "decided by")
    )
    answers = ("是", "否") if lang == "zh" else ("yes", "no")
    rows = (
        f"{entry.group.value} · {_say(GROUP_TEXTS[entry.group], lang)}",
        _say(words, lang),
        _say(entry.remedy, lang),
        answers[0] if entry.retryable else answers[1],
        measures,
    )
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, title=code, title_justify="left")
    for label, row in zip(labels, rows, strict=True):
        table.add_row(Styled(label, style="bright_black"), row)
    console.print(table)


def _subject_of(code: str) -> str:
    """The subject that an explanation speaks of where a check has several."""
    family = code.partition(".")[0]
    if code == "info.card_inconsistent":
        return "birth"
    return {"document": "document", "account": "account", "info": "name"}.get(family, "card")
