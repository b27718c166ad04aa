"""Citizen identity numbers (公民身份号码, GB 11643-1999).

Eighteen characters: six digits of an administrative division (GB/T 2260), the birth date as YYYYMMDD, three
digits of sequence, odd for men, and a check character by ISO 7064 MOD 11-2.

The functions are those of the modules of python-stdnum: `compact`, `validate`, `is_valid`, `format`.

>>> validate("11010119900101000 7")
'110101199001010007'
>>> is_valid("110101199001010008")
False
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import ClassVar, Final, Literal

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""2**(17 - i) mod 11 for the first seventeen positions; the check character's own weight is 1."""
CHECK_CHARACTERS: Final = "0123456789X"
"""By value: X stands for ten."""

PROVINCES: Final = frozenset(
    f"{tens}{units}"
    for tens, last in ((1, 5), (2, 3), (3, 7), (4, 6), (6, 5))
    for units in range(1, last + 1)
) | {"50", "51", "52", "53", "54", "71", "81", "82", "83"}
"""First two digits: the provinces of GB/T 2260 with Taiwan (71), Hong Kong (81) and Macao (82), and 83, which
residence permits of people from Taiwan bear. The other four digits are not checked: divisions come and go,
and people keep their number. 91 (people from abroad, on another document) is not in use on this card."""

_NOT_BEFORE: Final = date(1850, 1, 1)
_IGNORED: Final = frozenset({"Cf", "Pd", "Zs"})
"""Unicode categories: invisible formatting, dashes, spaces."""
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class InvalidNumberError(ValueError):
    """Root of what can be wrong with a number. The message never carries the number.

    Attributes:
        word: stable, as in ``ClaimFacts.number_problem``.
    """

    word: ClassVar[str] = "format"


class InvalidLengthError(InvalidNumberError):
    """Not eighteen characters."""

    word = "length"


class OldFormatError(InvalidLengthError):
    """A fifteen-digit number, as issued before October 1999; invalid since 2013."""

    word = "old_format"


class InvalidFormatError(InvalidNumberError):
    """Something else than seventeen digits and a digit or X."""


class InvalidRegionError(InvalidNumberError):
    """No division begins with these two digits."""

    word = "region"


class InvalidBirthDateError(InvalidNumberError):
    """The eight digits of the birth date are no date, or one that has not come yet."""

    word = "birth_date"


class InvalidChecksumError(InvalidNumberError):
    """The last character does not follow from the others."""

    word = "checksum"


def compact(number: str) -> str:
    """The number in its shortest form: ASCII digits and an upper-case X, without separators.

    Full-width forms become ASCII, and spaces, hyphens and dashes of all kinds and invisible characters go.
    Nothing is checked; what is neither of these stays.
    """
    folded = number.translate(_FULL_WIDTH).upper()
    return "".join(c for c in folded if unicodedata.category(c) not in _IGNORED and c not in "−\t\r\n")


def validate(number: str, on: date | None = None) -> str:
    """Return the compact number if it can be one.

    Args:
        number: as typed.
        on: the day of the decision; a birth after it is refused. No such check when None.

    Raises:
        InvalidNumberError: the subclass and its ``word`` say why.
    """
    number = compact(number)
    if re.fullmatch(r"[0-9]{15}", number):
        msg = "a 15-digit number of the old kind: type the 18 characters that the card shows"
        raise OldFormatError(msg)
    if len(number) != 18:
        msg = f"{len(number)} characters instead of 18"
        raise InvalidLengthError(msg)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        msg = "something else than 17 digits and a digit or X"
        raise InvalidFormatError(msg)
    if number[:2] not in PROVINCES:
        msg = "the first two digits are those of no province"
        raise InvalidRegionError(msg)
    _check_birth(number, on)
    if check_character(number[:17]) != number[17]:
        msg = "the last character does not follow from the others"
        raise InvalidChecksumError(msg)
    return number


def is_valid(number: str, on: date | None = None) -> bool:
    """Whether the number can be one; see :func:`validate`."""
    try:
        validate(number, on)
    except InvalidNumberError:
        return False
    return True


def format(number: str) -> str:  # noqa: A001  (python-stdnum's name)
    """The number as people group it: region, birth date, the rest."""
    number = compact(number)
    return " ".join(part for part in (number[:6], number[6:14], number[14:]) if part)


def birth_date(number: str) -> date:
    """The birth date in a number.

    Raises:
        InvalidBirthDateError: the digits at its place are no date.
    """
    digits = compact(number)[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        msg = "the digits of the birth date are no date"
        raise InvalidBirthDateError(msg) from None


def sex(number: str) -> Literal["男", "女"]:
    """The holder's sex, from the last digit of the sequence.

    Raises:
        InvalidNumberError: the number is not valid.
    """
    return "男" if int(validate(number)[16]) % 2 else "女"


def check_character(first17: str) -> str:
    """The check character that follows from seventeen ASCII digits (ISO 7064 MOD 11-2)."""
    total = sum(w * int(c) for w, c in zip(WEIGHTS, first17, strict=True))
    return CHECK_CHARACTERS[(12 - total) % 11]


def _check_birth(number: str, on: date | None) -> None:
    birth = birth_date(number)
    if birth < _NOT_BEFORE or (on is not None and birth > on):
        msg = "the birth date is too long ago or still to come"
        raise InvalidBirthDateError(msg)
