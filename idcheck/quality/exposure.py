"""What is lost to white.

Raw, both as fractions from 0 to 1 of the subject that is neither covered nor out of the frame:

- exposure: pixels whose luma is clipped (over-exposure of ISO/IEC 29794-5);
- glare: area where print is washed out, of a field as far as it is printed on: what a lamp's reflection on
  the laminate wipes out. Clipped paper on which black print stands is no glare.
"""

from __future__ import annotations

import numpy as np

from idcheck.quality.cause import Cause
from idcheck.quality.cover import CLIPPED, Cover, cells
from idcheck.quality.view import View, box_of


def of_card(view: View, subject: str) -> float | Cause:
    """Clipped pixels of the card or of a field."""
    box = box_of(subject)
    cover, luma = cells(view.cover, box), cells(view.samples, box)
    shown = (cover == Cover.CLEAR) | (cover == Cover.GLARE)
    count = np.count_nonzero(shown)
    return Cause.COVERED if count == 0 else np.count_nonzero(shown & (luma >= CLIPPED)) / count


def of_face(view: View, _subject: str) -> float | Cause:
    """Clipped pixels of the face."""
    luma = view.face.luma
    if luma.size == 0:
        return Cause.OUT_OF_FRAME
    return np.count_nonzero(luma >= CLIPPED) / luma.size


def glare(view: View, subject: str) -> float | Cause:
    """Washed-out area of the card, or of a field's line of print."""
    seen = cells(view.cover, box_of(subject) if subject == "card" else view.line(subject))
    glaring, clear = np.count_nonzero(seen == Cover.GLARE), np.count_nonzero(seen == Cover.CLEAR)
    if glaring + clear == 0:
        return Cause.COVERED
    return glaring / (glaring + clear)
