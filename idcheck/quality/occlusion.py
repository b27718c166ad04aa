"""How much of the card, its fields and the face is hidden.

Raw: a fraction from 0 to 1.

- card: of the paper within the frame, what is covered. The fingers that hold it hide 0.02 to 0.15.
- name, id_number: of the line, as far as it is printed on, what is covered or outside the frame. One digit
  of eighteen is 0.05.
- face: see `idcheck.quality.face`.
"""

from __future__ import annotations

import numpy as np

from idcheck.quality import face
from idcheck.quality.cause import Cause
from idcheck.quality.cover import Cover, cells, paper_cells
from idcheck.quality.view import View


def of_card(view: View, _subject: str) -> float | Cause:
    """What of the card's paper is covered."""
    paper = view.cover[paper_cells()]
    inside = np.count_nonzero(paper != Cover.OUTSIDE)
    if inside == 0:
        return Cause.OUT_OF_FRAME
    return float(np.count_nonzero(paper == Cover.COVERED)) / inside


def of_field(view: View, subject: str) -> float | Cause:
    """What of a printed line is covered or outside the frame."""
    line = cells(view.cover, view.line(subject))
    return float(np.isin(line, (Cover.COVERED, Cover.OUTSIDE)).mean())


def of_face(view: View, _subject: str) -> float | Cause:
    """What of the holder's face is covered or outside the frame."""
    found = view.scene.face
    if found is None:
        return Cause.NO_FACE
    card = view.scene.card
    level = face.upright(view.photo, found)
    blur_mm = 0.0 if isinstance(view.face_spread, Cause) else view.face_spread
    if blur_mm > face.VAGUE_MM:
        return Cause.BLURRED
    return max(
        min(view.mesh.covered(level, blur_mm) + face.behind_glasses(level), 1.0),
        face.behind(found, card.corners) if card is not None else 0.0,
        face.beyond(found, view.frame),
    )
