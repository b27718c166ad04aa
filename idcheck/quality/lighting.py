"""Light: whether there was enough of it for what has to be seen.

- name, id_number: contrast of the ink to the noise, in dB: 20 log10((paper - ink) / noise), in
  gamma-coded luma (the ratio of ISO 15739 with the difference of ink and paper for the signal). 40 is
  good light, below 18 strokes drown. A dark photo that reads well scores well.
- card: level of the bare paper in dB below full scale, 10 log10 of linear luminance by the sRGB curve
  (IEC 61966-2-1). Paper reflects the same everywhere, so this is the exposure of the photo, whoever is in
  it. -2 is normal, -11 is three stops too dark.
- face: range of luma between the 5th and the 95th percentile as a fraction of the full range (dynamic
  range of ISO/IEC 29794-5), which depends on light and little on the tone of the skin. 0.5 is good light,
  0.1 nearly none.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from idcheck.quality.cover import Cover, paper_cells
from idcheck.quality.measure import Cause
from idcheck.quality.view import PRINT_PX_PER_MM, View, box_of

_FINE_MM: Final = 0.1
_COARSE_MM: Final = 0.25
_STROKES_MM: Final = 2.0
_DENSEST: Final = 98
"""Percentile of darkness in a strip at which there is ink even if the name is short."""
_ROUNDING: Final = 0.3
"""Levels: the noise that 8 bits leave."""


def of_print(view: View, subject: str) -> float | Cause:
    """Contrast of the ink to the noise, in dB."""
    box = box_of(subject)
    shown = view.shown(box)
    if shown.mean() < 0.3:
        return Cause.COVERED
    scale = PRINT_PX_PER_MM
    luma = view.luma(box).astype(np.float32)
    fine = cv2.GaussianBlur(luma, (0, 0), _FINE_MM * scale)
    side = round(_STROKES_MM * scale) | 1
    levels = fine.astype(np.uint8)  # a closing in bytes is four times faster
    paper = cv2.morphologyEx(levels, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    ink = cv2.subtract(paper, levels)[shown]
    contrast = float(np.percentile(ink, _DENSEST))
    grain = np.abs(fine - cv2.GaussianBlur(luma, (0, 0), _COARSE_MM * scale))[shown]
    noise = 1.4826 * float(np.median(grain[ink <= np.median(ink)]))
    return float(20 * np.log10(max(contrast, _ROUNDING) / max(noise, _ROUNDING)))


def of_card(view: View, _subject: str) -> float | Cause:
    """Level of the paper, in dB of full scale; 0 where it is clipped."""
    shown = paper_cells() & ((view.cover == Cover.CLEAR) | (view.cover == Cover.GLARE))
    if not shown.any():
        return Cause.COVERED
    level = max(float(np.percentile(view.samples[shown], 75)), 1.0) / 255
    linear = level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
    return float(10 * np.log10(linear))


def of_face(view: View, _subject: str) -> float | Cause:
    """Range of luma in the face, as a fraction of the full range."""
    luma = view.face.luma
    if min(luma.shape) < 8:
        return Cause.TOO_SMALL
    low, high = np.percentile(luma[::2, ::2], (5, 95))
    return float(high - low) / 255
