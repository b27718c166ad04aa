"""The accuracy report as a page: figures as tables, worst cases as pictures. A browser opens it from disk."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2

from benchmarks.figures import Row, badness
from idcheck import photo
from idcheck.overlay import draw

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem } th, td { padding: .2rem .8rem; text-align: right }
th { text-align: left; font-weight: 600 } tr:nth-child(even) { background: #f3f5f8 }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem }
figure { margin: 0 } img { width: 100%; border-radius: 6px } figcaption { font-size: 13px; color: #556 }
"""


def write_page(folder: Path, figures: dict[str, Any], worst: Sequence[Row]) -> None:
    """Write ``report.html`` and the thumbnails that it shows into a folder."""
    sections = [f"<h2>{html.escape(title)}</h2>{_table(part)}" for title, part in figures.items()]
    cases = "".join(_case(folder, rank, row) for rank, row in enumerate(worst))
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>idcheck accuracy</title>"
        f"<style>{_STYLE}</style><h1>idcheck accuracy</h1>{''.join(sections)}"
        f"<h2>Worst cases</h2><div class=cases>{cases}</div></html>"
    )
    (folder / "report.html").write_text(page, encoding="utf-8")


def _table(part: dict[str, Any]) -> str:
    nested = {key: value for key, value in part.items() if isinstance(value, dict)}
    flat = {key: value for key, value in part.items() if key not in nested}
    rows = "".join(f"<tr><th>{html.escape(key)}<td>{_cell(value)}" for key, value in flat.items())
    return (f"<table>{rows}</table>" if rows else "") + (_grid(nested) if nested else "")


def _grid(rows: dict[str, dict[str, Any]]) -> str:
    if any(isinstance(value, dict) for row in rows.values() for value in row.values()):
        return "".join(f"<h3>{html.escape(key)}</h3>{_table(row)}" for key, row in rows.items())
    heads = list(dict.fromkeys(key for row in rows.values() for key in row))
    head = "<tr><th>" + "".join(f"<th>{html.escape(key)}" for key in heads)
    body = "".join(
        f"<tr><th>{html.escape(name)}" + "".join(f"<td>{_cell(row.get(key))}" for key in heads)
        for name, row in rows.items()
    )
    return f"<table>{head}{body}</table>"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else html.escape(str(value))


def _case(folder: Path, rank: int, row: Row) -> str:
    picture = row.submission.picture
    shown = draw(photo.decode(picture.path.read_bytes()).bgr, row.report)
    scale = 480 / max(shown.shape[:2])
    cv2.imwrite(
        str(folder / f"worst_{rank:02}.jpg"),
        cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
    )
    codes = ", ".join(reason.code for reason in row.report.reasons) or "no reason"
    parts = (picture.path.name, picture.kind, row.report.decision.value, codes, f"{badness(row):.1f}")
    caption = html.escape(" · ".join(parts))
    return f"<figure><img src=worst_{rank:02}.jpg alt=''><figcaption>{caption}</figcaption></figure>"
