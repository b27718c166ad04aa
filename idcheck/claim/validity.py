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
    digits = [re.sub("[.-]", "", part) for part in found.groups(default="")]
    printed = f"{_dotted(digits[0])}-{_dotted(digits[1]) if digits[1] else LONG_TERM}"
    start, until = _day(printed[:10]), _end(printed)
    if start is None or until is None:
        return Validity(None, None, None, "impossible_dates")
    return Validity(start, until, _ratio(transcript, printed))


def _ratio(transcript: Transcript, printed: str) -> float:
    """Log-likelihood of a period minus that of the best other one."""
    sheet = sheet_of(transcript, "", _ALPHABET)
    emissions = NUMBER_CHANNEL.emissions(sheet.probabilities)
    changed = changes(emissions, sheet.symbols(printed), NUMBER_CHANNEL)[0]
    digits = list(sheet.symbols(_DIGITS))
    one_digit = max(changed[place, digits[digit]] for place, digit in _other_digits(printed))
    head = printed[:11]
    other_end = head if printed.endswith(LONG_TERM) else head + LONG_TERM
    texts = [sheet.symbols(printed), sheet.symbols(other_end)]
    own, other = log_likelihoods(emissions, texts, NUMBER_CHANNEL)
    return float(min(-one_digit, own - other))


def _other_digits(printed: str) -> Iterator[tuple[int, int]]:
    """Each place and digit that would make it another period."""
    for place in (i for i, c in enumerate(printed) if c in _DIGITS):
        for digit in set(range(10)) - {int(printed[place])}:
            other = f"{printed[:place]}{digit}{printed[place + 1 :]}"
            if _day(other[:10]) is not None and _end(other) is not None:
                yield place, digit


def _dotted(digits: str) -> str:
    return f"{digits[:4]}.{digits[4:6]}.{digits[6:]}"


def _end(printed: str) -> date | Literal["长期"] | None:
    return LONG_TERM if printed[11:] == LONG_TERM else _day(printed[11:])


def _day(text: str) -> date | None:
    """A day of ``YYYY.MM.DD``, if there is such a day, and a card may bear it."""
    year, month, day = (int(part) for part in text.split("."))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
