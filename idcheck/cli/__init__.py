"""The command line: ``idcheck check``, ``doctor``, ``explain``, ``policy``.

Only what every command needs is imported here; OpenCV and the networks load when a command uses them.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from idcheck import __version__
from idcheck.errors import IdcheckError, UsageError

EXIT_CODES = {"approved": 0, "resubmit": 10, "rejected": 11, "review": 12}
"""Decision → exit status; errors have theirs in :mod:`idcheck.errors`."""

OVERLAY_FORMATS = (".png", ".jpg", ".jpeg")

EXIT_HELP = (
    "Exit status: 0 approved, 10 resubmit, 11 rejected, 12 review, 2 usage, "
    "3 unreadable or refused photo, 4 missing component."
)


class Lang(StrEnum):
    """The language of what people read."""

    ZH = "zh"
    EN = "en"


class YesNo(StrEnum):
    """A fact that is known."""

    YES = "yes"
    NO = "no"


class EngineName(StrEnum):
    """What reads the strips."""

    EMBEDDED = "embedded"
    TESSERACT = "tesseract"


def locale_lang() -> Lang:
    """Chinese when the environment's locale is (POSIX order of precedence), else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return Lang.ZH if value.lower().startswith("zh") else Lang.EN
    return Lang.EN


HELP = """Check a photo of a person holding their identity card against a typed name and number.

实名认证照片核验：评估照片质量，核对姓名和身份证号。"""

LangOption = Annotated[Lang | None, typer.Option(help="Language of the output; by the locale when left out.")]


class _Commands(TyperGroup):
    """Turns typed errors into one line on standard error and their own exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except IdcheckError as error:
            typer.secho(f"idcheck: {error} [{error.code}]", fg=typer.colors.RED, err=True)
            raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    name="idcheck",
    cls=_Commands,
    no_args_is_help=True,
    help=HELP,
    epilog="Offline: no photo, name or number is sent or kept. 离线运行，不保存任何个人信息。",
    pretty_exceptions_show_locals=False,  # a traceback must not print what a user typed
    rich_markup_mode="rich",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"idcheck {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _version_: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(epilog=EXIT_HELP)
def check(  # noqa: PLR0913, PLR0917 - one parameter an option
    photo: Annotated[Path, typer.Argument(help="The photo: JPEG, PNG, WebP or HEIC.", show_default=False)],
    name: Annotated[str, typer.Option(help="The name that the user typed.", show_default=False)],
    id_number: Annotated[str, typer.Option(help="The ID number that the user typed.", show_default=False)],
    emblem: Annotated[
        Path | None,
        typer.Option(help="A photo of the card's other side, to read the validity from.", metavar="PHOTO"),
    ] = None,
    valid_until: Annotated[
        str | None,
        typer.Option(help="Last day of the card's validity, YYYY-MM-DD, or 长期.", metavar="DATE|长期"),
    ] = None,
    valid_from: Annotated[
        str | None, typer.Option(help="First day of the card's validity, YYYY-MM-DD.", metavar="DATE")
    ] = None,
    accounts: Annotated[
        int | None, typer.Option(min=0, help="How many other accounts this ID has verified.", metavar="N")
    ] = None,
    violation: Annotated[
        YesNo | None, typer.Option(help="Whether the account has a record of severe violations.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Judge as of this day; today in China when left out.", metavar="DATE")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file (TOML); see: idcheck policy.", metavar="FILE")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="What reads the card.")] = EngineName.EMBEDDED,
    json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
    overlay: Annotated[
        Path | None,
        typer.Option(
            help="Write a picture that shows where, PNG or JPEG.", metavar="OUT.png", dir_okay=False
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Check one photo against a typed name and number.

    What is not supplied (validity, accounts, violations) cannot be confirmed, and leads to review.
    """
    from idcheck import photo as photos  # noqa: PLC0415
    from idcheck.cli import terminal  # noqa: PLC0415
    from idcheck.pipeline import Checker, today  # noqa: PLC0415
    from idcheck.policy import Policy  # noqa: PLC0415
    from idcheck.types import Claim, Facts, parse_date  # noqa: PLC0415

    facts = Facts(
        valid_until=valid_until,
        valid_from=valid_from,
        accounts_verified=accounts,
        severe_violation=None if violation is None else violation is YesNo.YES,
    )
    day = parse_date(on) if on else today()
    rules = Policy.load(policy) if policy else Policy.default()
    if overlay is not None and overlay.suffix.lower() not in OVERLAY_FORMATS:
        msg = f"--overlay takes a file name that ends in {', '.join(OVERLAY_FORMATS)}"
        raise UsageError(msg)
    data = photos.read(photo, rules.limits)
    other_side = None if emblem is None else photos.read(emblem, rules.limits)
    checker = Checker(rules, engine=_engine(engine))
    claim = Claim(name=name, id_number=id_number)
    report = checker.check(data, claim, facts=facts, on=day, emblem=other_side)
    spoken = lang or locale_lang()
    if overlay is not None:
        _write_overlay(overlay, photos.decode(data, rules.limits).bgr, report, spoken)
    if json:
        typer.echo(report.to_json(indent=2))
    else:
        terminal.show_report(report, spoken.value, photo.name, overlay)
    raise typer.Exit(EXIT_CODES[report.decision.value])


def _engine(name: EngineName) -> Any:
    if name is EngineName.TESSERACT:
        from idcheck.reading.tesseract import Tesseract  # noqa: PLC0415

        return Tesseract()
    return None  # the checker's own


def _write_overlay(path: Path, bgr: Any, report: Any, lang: Lang) -> None:
    import cv2  # noqa: PLC0415

    from idcheck.overlay import draw  # noqa: PLC0415

    _, encoded = cv2.imencode(path.suffix.lower(), draw(bgr, report, lang=lang.value))
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        msg = f"the overlay cannot be written: {error.strerror}"
        raise UsageError(msg) from error


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(help="A code of a report, such as photo.glare; all when left out.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Explain a reason code: what it means, what decides it, what the user should do."""
    from idcheck.cli import terminal  # noqa: PLC0415
    from idcheck.reasons import BY_CODE  # noqa: PLC0415

    if code is not None and code not in BY_CODE:
        import difflib  # noqa: PLC0415

        near = difflib.get_close_matches(code, BY_CODE, n=1, cutoff=0.4)
        msg = f"no such code: {code}" + (f"; did you mean {near[0]}?" if near else "; run: idcheck explain")
        raise UsageError(msg)
    terminal.show_explanation(code, (lang or locale_lang()).value)


@app.command()
def policy() -> None:
    """Print the default policy (TOML), as a start for your own."""
    from importlib import resources  # noqa: PLC0415

    typer.echo(resources.files("idcheck").joinpath("default.toml").read_text(encoding="utf-8"), nl=False)


@app.command()
def doctor(lang: LangOption = None) -> None:
    """Say what is installed, which weights and engines there are, and whether a self-test passes."""
    from idcheck.cli import diagnosis  # noqa: PLC0415

    if not diagnosis.run((lang or locale_lang()).value):
        raise typer.Exit(4)
