"""Light: whether there was enough of it for what has to be seen.

- name, id_number: contrast of sharp ink on the field's paper to the noise, in dB: 20 log10((paper - ink) /
  noise), in gamma-coded luma (the ratio of ISO 15739 with the difference of ink and paper for the signal).
  45 is good light; digits drown below 26, names below 28. A dark photo that reads well scores well. The ink
  is what black print is by the level of its paper, so that blur and reflections, which take contrast too, are
  left to the measures of their own; the noise is that of the card's blank paper, in the same light.
- card: level of the bare paper in dB below full scale, 10 log10 of linear luminance by the sRGB curve
  (IEC 61966-2-1). Paper reflects the same everywhere, so this is the exposure of the photo, whoever is in
  it. -2 is normal, -11 is three stops too dark.
- face: range of luma between the 5th and the 95th percentile as a fraction of the full range (dynamic
  range of ISO/IEC 29794-5), which depends on light and little on the tone of the skin. 0.5 is good light,
  0.1 nearly none.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from idcheck.quality.cause import Cause
from idcheck.quality.cover import Cover, paper_cells
from idcheck.quality.quantile import quantile
from idcheck.quality.view import View, box_of

_INK: Final = 0.7
"""Of the paper's level: how much darker black print is, gamma-coded."""
_ROUNDING: Final = 0.1
"""Levels: the noise of smoothed paper that 8 bits leave."""
_PAPER: Final = 0.8
"""Quantile of a strip's levels: paper, whatever is printed on it."""


def of_print(view: View, subject: str) -> float | Cause:
    """Contrast of sharp ink to the noise, in dB."""
    box = box_of(subject)
    shown = view.shown(box)
    if np.count_nonzero(shown) < 0.3 * shown.size:
        return Cause.COVERED
    paper = quantile(view.luma(box)[::2, ::2], _PAPER, shown[::2, ::2])
    return float(20 * np.log10(max(_INK * paper, _ROUNDING) / max(view.grain, _ROUNDING)))


def of_card(view: View, _subject: str) -> float | Cause:
    """Level of the paper, in dB of full scale; 0 where it is clipped."""
    shown = paper_cells() & ((view.cover == Cover.CLEAR) | (view.cover == Cover.GLARE))
    if not shown.any():
        return Cause.COVERED
    level = max(quantile(view.samples, 0.75, shown), 1.0) / 255
    linear = level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
    return float(10 * np.log10(linear))


def of_face(view: View, _subject: str) -> float | Cause:
    """Range of luma in the face, as a fraction of the full range."""
    luma = view.face.luma
    if min(luma.shape) < 8:
        return Cause.TOO_SMALL
    return (quantile(luma[::2, ::2], 0.95) - quantile(luma[::2, ::2], 0.05)) / 255
