"""``idcheck doctor``: what is installed, what is missing, and a self-test."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from idcheck import __version__, weights
from idcheck.errors import ComponentError, IdcheckError, MissingComponentError
from idcheck.types import LONG_TERM

PACKAGES: Final = (
    "numpy", "opencv-python-headless", "scikit-image", "onnxruntime", "rapidocr", "pytesseract", "simplejpeg",
    "pydantic", "typer", "rich",
)  # fmt: skip
OPTIONAL: Final = ("pillow-heif",)

SELF_TEST_CLAIM: Final = ("戴晓", "500103198303190008")
"""What the card in the sample photo says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; ``ok`` is None for an optional part that is not there."""

    ok: bool | None
    part: str
    detail: str


def run(lang: str) -> bool:
    """Print the findings; whether idcheck can work."""
    heads = ("", "组件", "状态") if lang == "zh" else ("", "component", "state")
    table = Table(*heads, box=None, padding=(0, 2, 0, 1), header_style="bright_black")
    healthy = True
    for finding in _findings():
        mark, colour = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "bright_black")}[finding.ok]
        table.add_row(Styled(mark, style=f"bold {colour}"), finding.part, finding.detail)
        healthy &= finding.ok is not False
    console = Console(highlight=False)
    console.print(table)
    if lang == "zh":
        console.print("一切正常。" if healthy else "有组件缺失或损坏，见上。")
    else:
        console.print("All is well." if healthy else "Something is missing or broken, see above.")
    return healthy


def _findings() -> Iterator[Finding]:
    yield Finding(True, "idcheck", f"{__version__}, Python {platform.python_version()}, {platform.machine()}")
    yield from _packages()
    yield from _weights()
    yield from _engines()
    yield _guarded("self-test", _self_test)


def _packages() -> Iterator[Finding]:
    for name in (*PACKAGES, *OPTIONAL):
        try:
            yield Finding(True, name, metadata.version(name))
        except metadata.PackageNotFoundError:
            missing = None if name in OPTIONAL else False
            yield Finding(missing, name, f"not installed; pip install {name}")


def _weights() -> Iterator[Finding]:
    for entry in weights.manifest().values():
        yield _guarded(f"weights {entry.id}", partial(_weight, entry))


def _weight(entry: weights.Weight) -> str:
    weights.load(entry.id)
    return f"{entry.size / 1e6:.1f} MB, sha256 {entry.sha256[:12]}…, {entry.licence}"


def _engines() -> Iterator[Finding]:
    yield Finding(True, "engine embedded", "default")
    try:
        yield Finding(True, "engine tesseract", _tesseract())
    except IdcheckError as error:
        yield Finding(None, "engine tesseract", f"optional; {error}")


def _tesseract() -> str:
    from idcheck.reading.tesseract import Tesseract  # noqa: PLC0415

    Tesseract()  # proves that the program and its languages are there
    import pytesseract  # noqa: PLC0415

    return f"{pytesseract.get_tesseract_version()} with chi_sim and eng"


def _self_test() -> str:
    """Check the sample photo: the whole pipeline, on a case whose answer is known."""
    from idcheck.pipeline import Checker  # noqa: PLC0415
    from idcheck.types import Claim, Decision, Facts  # noqa: PLC0415

    bundled = weights.home() / "selftest.jpg"
    photo = bundled if bundled.is_file() else weights.home().parent / "samples/photos/clear.jpg"
    if not photo.is_file():
        msg = "the sample photo is missing: reinstall idcheck"
        raise MissingComponentError(msg)
    name, id_number = SELF_TEST_CLAIM
    facts = Facts(valid_until=LONG_TERM, accounts_verified=0, severe_violation=False)
    report = Checker().check(photo.read_bytes(), Claim(name=name, id_number=id_number), facts=facts)
    if report.decision is not Decision.APPROVED:
        msg = f"the sample photo was judged {report.decision.value}, not approved"
        raise ComponentError(msg)
    return f"passed in {sum(report.timings_ms.values()):.0f} ms"


def _guarded(part: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(True, part, examine())
    except IdcheckError as error:
        return Finding(False, part, str(error))
