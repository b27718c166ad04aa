"""Where things are printed on the card, in millimetres: the portrait side, and the emblem side.

The card is ID-1 of ISO/IEC 7810. Field boxes leave room around the print for the spread between issuing
places.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from idcheck.types import Box

WIDTH_MM: Final = 85.60
HEIGHT_MM: Final = 54.00
CORNER_RADIUS_MM: Final = 3.18


def _box(x0: float, y0: float, x1: float, y1: float) -> Box:
    """A box in mm from fractions of the card's width and height."""
    return Box(x0 * WIDTH_MM, y0 * HEIGHT_MM, (x1 - x0) * WIDTH_MM, (y1 - y0) * HEIGHT_MM)


FIELDS: Final = MappingProxyType(
    {
        "name": _box(0.172, 0.135, 0.60, 0.262),
        "id_number": _box(0.318, 0.795, 0.880, 0.908),
    }
)
"""The strips that hold the portrait side's printed values, labels excluded."""

NAME_ON_TWO_LINES: Final = replace(FIELDS["name"], height=0.212 * HEIGHT_MM)
"""The name's strip and below it, where long names go on."""

PARTICULARS: Final = MappingProxyType(
    {
        "sex": _box(0.1636, 0.2665, 0.2507, 0.3775),
        "birth": _box(0.1636, 0.3775, 0.5055, 0.4885),
    }
)
"""Two more of the portrait side: 性别, and below it 出生 with 年 and 月 but without 日. Each is 6 mm high,
half of which is for print that lies otherwise than it should."""

EMBLEM_FIELDS: Final = MappingProxyType(
    {
        "authority": _box(0.385, 0.705, 0.93, 0.825),
        "validity": _box(0.385, 0.825, 0.93, 0.955),
    }
)
"""Those of the emblem side: 签发机关 and 有效期限. A value begins at x .40 to .45, its label ends before .42;
the last character of a label may reach into the box."""

PRINTED: Final = MappingProxyType({**FIELDS, **EMBLEM_FIELDS})
"""The strips of both sides."""

PORTRAIT: Final = _box(0.62, 0.10, 0.93, 0.70)
