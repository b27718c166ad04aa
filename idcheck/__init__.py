"""Check a photo of a person holding an identity card against a typed name and number.

It reads as the pipeline: the bytes of a photo and a :class:`Claim` go into :meth:`Checker.measure`, which
finds the face and the card, measures how well each can be seen, reads the two fields and weighs them against
what was typed. The outcome, :class:`Measured`, and what the platform knows (:class:`Facts`) go into
:meth:`Checker.judge`, which under a :class:`Policy` makes the :class:`Report`; :meth:`Checker.check` does
both, and :func:`check_many` does it to a stream of submissions in several processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Checker",
    "Claim",
    "Decision",
    "Facts",
    "IdcheckError",
    "Measured",
    "Policy",
    "Report",
    "Submission",
    "Workers",
    "check_many",
]

if TYPE_CHECKING:
    from idcheck.errors import IdcheckError
    from idcheck.many import Submission, check_many
    from idcheck.pipeline import Checker
    from idcheck.policy import Policy
    from idcheck.report import Measured, Report
    from idcheck.types import Claim, Decision, Facts
    from idcheck.workers import Workers

_HOMES = {
    "Checker": "pipeline",
    "Claim": "types",
    "Decision": "types",
    "Facts": "types",
    "IdcheckError": "errors",
    "Measured": "report",
    "Policy": "policy",
    "Report": "report",
    "Submission": "many",
    "Workers": "workers",
    "check_many": "many",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that ``idcheck --help`` need not load OpenCV (PEP 562)."""
    if name not in _HOMES:
        msg = f"module 'idcheck' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(f"idcheck.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
