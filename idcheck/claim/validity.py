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
from typing import Final, Literal

from idcheck.claim.ctc import changes, log_likelihoods
from idcheck.claim.match import NUMBER_CHANNEL
from idcheck.claim.sheet import sheet_of
from idcheck.types import LONG_TERM, Transcript, Validity

FIRST_YEAR: Final = 1984
"""In which the first resident identity cards were issued."""
LAST_YEAR: Final = 2099

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


def _ratio(transcript: Transcript, found: re.Match[str]) -> float:
    """Log-likelihood of what was read minus that of the best text that means another period."""
    sheet = sheet_of(transcript, "", _ALPHABET)
    emissions = NUMBER_CHANNEL.emissions(sheet.probabilities)
    text, values = transcript.text, sheet.symbols(_DIGITS)
    changed = changes(emissions, sheet.symbols(text), NUMBER_CHANNEL)[0]
    other_digit = max(changed[place, values[digit]] for place, digit in _other_digits(text))
    other_end = text[: found.start(2)] + LONG_TERM if found[2] else text[: found.end(1)]
    texts = [sheet.symbols(text), sheet.symbols(other_end)]
    own, other = log_likelihoods(emissions, texts, NUMBER_CHANNEL)
    return float(min(-other_digit, own - other))


def _other_digits(text: str) -> Iterator[tuple[int, int]]:
    """Each place of a text and digit there that would make it another period."""
    places = [place for place, c in enumerate(text) if c in _DIGITS]
    digits = "".join(text[place] for place in places)
    for i, place in enumerate(places):
        for digit in range(10):
            if digit != int(digits[i]) and None not in _days(f"{digits[:i]}{digit}{digits[i + 1 :]}"):
                yield place, digit


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
