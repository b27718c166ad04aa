"""Strips for the tests of reading: a line of print on light paper, in the fonts of the sample cards."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from idcheck.layout import FIELDS
from idcheck.reading import FieldName
from idcheck.types import Gray
from samples import fonts

PX_PER_MM = 10.0


def strip(text: str, field: FieldName, *, at_mm: tuple[float, float] = (1.3, 1.4), paper: int = 205) -> Gray:
    """`text` in the field's box at 10 px/mm, its top-left corner at `at_mm`."""
    box = FIELDS[field]
    picture = Image.new("L", (round(box.width * PX_PER_MM), round(box.height * PX_PER_MM)), paper)
    draw = ImageDraw.Draw(picture)
    face = fonts.available(fonts.DIGITS if field == "id_number" else fonts.CHINESE)[0]
    font = fonts.load(face, 36)
    top = font.getbbox("8" if field == "id_number" else "国")[1]
    pitch = 25.1 if field == "id_number" else 38.5
    for i, character in enumerate(text):
        at = (at_mm[0] * PX_PER_MM + i * pitch, at_mm[1] * PX_PER_MM - top)
        draw.text(at, character, max(0, paper - 160), font)
    return np.asarray(picture, np.uint8)
