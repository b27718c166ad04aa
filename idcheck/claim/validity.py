"""The validity period (有效期限) from what was read of it: two dates, or a first day and 长期.

Print says ``YYYY.MM.DD-YYYY.MM.DD`` or ``YYYY.MM.DD-长期``. Dots and the dash tell nothing that the digits do
not, so a reading may lack them; the digits must be there, all of them and no more, and are never repaired:
where they are no dates, there is no period. How sure a period is, the next best one tells: with another digit
somewhere, or another end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Final, Literal

import numpy as np

from idcheck.claim.ctc import changes, log_likelihoods
from idcheck.claim.match import NUMBER_CHANNEL
from idcheck.claim.sheet import sheet_of
from idcheck.types import LONG_TERM, Transcript, Validity

FIRST_YEAR: Final = 1984
"""In which the first resident identity cards were issued."""
LAST_YEAR: Final = 2099
TERMS_YEARS: Final = (5, 10, 20)
"""Resident Identity Card Law of the PRC, article 5; or 长期."""

_DIGITS: Final = "0123456789"
_ALPHABET: Final = f"{_DIGITS}.-{LONG_TERM}"
_DATE: Final = r"[0-9](?:[.-]*[0-9]){7}"
# Before the period there may be the rest of its label, 有效期限.
_PERIOD: Final = re.compile(rf"[^0-9]*({_DATE})[.-]*(?:({_DATE})|长?期|长)[.-]*")
_NO_DIGIT: Final = re.compile("[^0-9]")
_FIRST_DAY: Final = re.compile(r"(?:[^0-9]*[0-9]){8}")


def halves(transcript: Transcript) -> tuple[Transcript, Transcript]:
    """A reading of the whole line as those of its two ends, raw, without the dash between them."""
    first = _FIRST_DAY.match(transcript.text)
    end = first.end() if first else len(transcript.text)
    rest = len(transcript.text) - len(transcript.text[end:].lstrip(".-"))
    return _part(transcript, slice(0, end)), _part(transcript, slice(rest, None))


def _part(transcript: Transcript, of: slice) -> Transcript:
    return replace(transcript, text=transcript.text[of], characters=transcript.characters[of], lattice=None)


def period(transcript: Transcript) -> Validity:
    """The period that was read, and how sure it is."""
    if not transcript.text:
        return Validity(None, None, None, "nothing_read")
    found = _PERIOD.fullmatch(transcript.text)
    if found is None:
        return Validity(None, None, None, "not_a_period")
    start, until = _days(_NO_DIGIT.sub("", transcript.text))
    if start is None or until is None:
        return Validity(None, None, None, "impossible_dates")
    return Validity(start, until, _ratio(transcript, found))


def term_years(start: date, until: date | str) -> int | None:
    """Whole years of a term; None for the long term, 0 when it does not end on the day on which it began."""
    if isinstance(until, str):
        return None
    same_day = (start.month, start.day) == (until.month, until.day)
    leap = (start.month, start.day) == (2, 29) and (until.month, until.day) in {(2, 28), (3, 1)}
    return until.year - start.year if same_day or leap else 0


def usual(start: date, until: date | str) -> bool:
    """Whether cards are issued for such a term, at whatever age."""
    return term_years(start, until) in (*TERMS_YEARS, None)


def _ratio(transcript: Transcript, found: re.Match[str]) -> float:
    """Log-likelihood of what was read minus that of the best text that means another usual period.

    Each end checks the other: whoever misreads one digit seldom arrives at a usual term. Equal digits in poor
    light are misread alike, however, so two changes count no more than the less likely of them.
    """
    sheet = sheet_of(transcript, "", _ALPHABET)
    emissions = NUMBER_CHANNEL.emissions(sheet.probabilities)
    text, values = transcript.text, list(sheet.symbols(_DIGITS))
    changed = changes(emissions, sheet.symbols(text), NUMBER_CHANNEL)[0]
    places = [place for place, character in enumerate(text) if character in _DIGITS]
    gains = changed[np.ix_(places, values)]
    others = _other_periods("".join(text[place] for place in places))
    gain = max((min(gains[at, digit] for at, digit in other) for other in others), default=-np.inf)
    other_end = text[: found.start(2)] + LONG_TERM if found[2] else text[: found.end(1)]
    ends = [sheet.symbols(text), sheet.symbols(other_end)]
    own, other_ended = log_likelihoods(emissions, ends, NUMBER_CHANNEL)
    return float(min(-gain, own - other_ended))


def _other_periods(digits: str) -> Iterator[list[tuple[int, int]]]:
    """Changes to the digits, as places and new digits, that make them another usual period.

    One digit changes, or those at the same place of both days.
    """
    for place, first, last in product(range(8), range(10), range(10) if digits[8:] else (0,)):
        change = [(place, first), (place + 8, last)][: len(digits) // 8]
        change = [(at, digit) for at, digit in change if digit != int(digits[at])]
        other = list(digits)
        for at, digit in change:
            other[at] = str(digit)
        start, until = _days("".join(other))
        if change and start and until and usual(start, until):
            yield change


def _days(digits: str) -> tuple[date | None, date | Literal["长期"] | None]:
    """First and last day of sixteen digits, or of eight and 长期; None where there is no such day."""
    return _day(digits[:8]), _day(digits[8:]) if digits[8:] else LONG_TERM


def _day(digits: str) -> date | None:
    """The day of YYYYMMDD, if there is such a day, and a card may bear it."""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
