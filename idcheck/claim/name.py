"""Typed names: the same character in one form, and what cannot be a name.

What is the same character by Unicode's own word becomes one:

* NFC (Unicode Standard Annex 15). It also turns the CJK compatibility ideographs (U+F900–FAFF, U+2F800–2FA1F)
  into the unified ones, which are their canonical equivalents. The compatibility forms NFKC are not applied
  to all: they would change more than spelling.
* Radicals (U+2F00–2FD5, and the few of U+2E80–2EF3 that have one) become the ideograph that Unicode gives as
  their compatibility decomposition: input methods and copied text produce them, and they look the same.
* Full-width letters (U+FF01–FF5E) become ASCII.
* The dots that people type for the one between the parts of a name become U+00B7, but only between letters.
* Invisible formatting goes: format characters (category Cf: zero-width spaces and joiners, byte order marks,
  bidirectional marks) and variation selectors. An ideographic variation sequence selects a glyph of the same
  character (UTS 37), and the card prints its own glyph anyway.
* Spaces go at the ends, beside a dot and beside ideographs; between Latin letters one stays.

Variants with code points of their own (昇 and 升, 喆 and 哲) stay apart: they are different names. Control
characters, private-use and unassigned code points are not removed but refused by :func:`problem`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MIDDLE_DOT: Final = "\N{MIDDLE DOT}"
LONGEST: Final = 50
"""Characters: what the registers of households allow."""

_DOTS: Final = "·•‧∙⋅・･．.。｡﹒●⸱᛫ᐧ"
DOT_LIKE: Final = frozenset(_DOTS + "-－—–")
"""What a reader makes of a printed dot."""
_VARIATION_SELECTORS: Final = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DOT: Final = re.compile(rf"(?<=[^\W\d_])\s*[{re.escape(_DOTS)}]\s*(?=[^\W\d_])")
_SPACES: Final = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_HAN: Final = "[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"
_SPACE_BY_HAN: Final = re.compile(f"(?<={_HAN}) | (?={_HAN})")


def normalize(name: str) -> str:
    """The name in the one form in which names are compared.

    Raises nothing: what is no name comes out as none; see :func:`problem`. Applied twice, it changes nothing
    more.
    """
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
    visible = _VARIATION_SELECTORS.sub("", visible)
    composed = unicodedata.normalize("NFC", "".join(map(_plain, unicodedata.normalize("NFC", visible))))
    dotted = _DOT.sub(MIDDLE_DOT, composed)
    spaced = _SPACES.sub(" ", dotted)
    return _SPACE_BY_HAN.sub("", spaced).strip(" ")


def problem(name: str) -> str | None:
    """Why the text cannot be a name, or None.

    Returns:
        ``empty``, ``control_character`` (also private-use and unassigned code points, and lone surrogates),
        ``too_long`` (over 50 characters), ``no_letters``, or ``not_a_letter`` (digits, symbols and
        punctuation other than the dot, the apostrophe, the hyphen and the space).
    """
    name = normalize(name)
    if not name:
        return "empty"
    categories = [_category(c) for c in name]
    if any(c in {"Cc", "Co", "Cn", "Cs", "Zl", "Zp"} for c in categories):
        return "control_character"
    if len(name) > LONGEST:
        return "too_long"
    if not any(c[0] == "L" or char == "〇" for c, char in zip(categories, name, strict=True)):
        return "no_letters"
    allowed = {MIDDLE_DOT, " ", "-", "'", "’", "〇"}
    if any(c[0] not in "LM" and char not in allowed for c, char in zip(categories, name, strict=True)):
        return "not_a_letter"
    return None


def _category(character: str) -> str:
    """Unicode's general category; in the planes of ideographs they are letters even where Python is older."""
    return "Lo" if 0x20000 <= ord(character) <= 0x3FFFD else unicodedata.category(character)


def _plain(character: str) -> str:
    """The character that a radical or a full-width form stands for."""
    code = ord(character)
    if 0x2E80 <= code <= 0x2FDF or 0xFF01 <= code <= 0xFF5E:
        return unicodedata.normalize("NFKC", character)
    return character
