"""Where a card lies by what is printed on it, which no finger and no stripe on a wall looks like.

The network (`models/registration`) looks at a flattened candidate and tells of each part of it which point of
the card it shows, and how far off that may be. So a card of which edges are hidden, cut off by the frame, or
mistaken for others is placed by all of its print that shows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from idcheck.networks import own_session
from idcheck.scene import pose
from idcheck.scene.card import CROP_MM
from idcheck.scene.geometry import Points, as_quad, card_to_photo, project
from idcheck.scene.picture import Picture
from idcheck.scene.rectify import flatten

SIZE: Final = (240, 160)
"""Width and height in pixels of what the network sees, which is `CROP_MM` of the candidate."""
STRIDE: Final = 8
"""Pixels of a part."""
PROPERTIES: Final = {"network": "registration", "stride": str(STRIDE)}
_THERE: Final = 0.0
"""Logit of the card's being there from which a part counts,"""
_MOST_MM: Final = 3.0
"""and how far off it may be at most."""
_LEAST_MM: Final = 0.15
_SURE_MM: Final = 1.5
_LEAST_SURE: Final = 20
"""So many parts must be surer than that, or they all say nothing."""
_ALIKE: Final = 20.0
"""Parts err alike: so many times as far off as it says itself each is taken to be, beside an edge or a row of
digits. Of 457 cards of which an edge hardly shows 27 are off by more than 2.5 mm then, 36 with a tenth."""


class Registration:
    """Loads the network; threads may share one."""

    def __init__(self, model: bytes) -> None:
        """Load the network.

        Args:
            model: the ONNX file's content.

        Raises:
            WeightsCorruptError: it is not this network.
        """
        self._session = own_session(model, "registration", PROPERTIES)

    def clues(self, photo: Picture, corners: Points) -> pose.Clues | None:
        """What the print around a candidate says of the card's place; None where too little shows.

        Args:
            photo: the photo.
            corners: of a card's portrait side that was found about there, in its reading orientation, in
                pixels of the photo; shape (4, 2).
        """
        to_photo = card_to_photo(as_quad(corners))
        crop = flatten(photo, to_photo, CROP_MM, SIZE)
        told = np.asarray(self._session.run(None, {"crop": crop[None, None]})[0][0], np.float64)
        counts = (told[3] > _THERE) & (told[2] < np.log(_MOST_MM)) & (crop[4::STRIDE, 4::STRIDE] > 0)
        if (told[2][counts] < np.log(_SURE_MM)).sum() < _LEAST_SURE:
            return None
        nominal = NOMINAL_MM[counts]
        off = np.maximum(np.exp(told[2][counts]), _LEAST_MM) * _ALIKE
        return pose.points(nominal + told[:2, counts].T, project(to_photo, nominal), off)


def _nominal() -> NDArray[np.float64]:
    x, y = (np.arange(length // STRIDE) + 0.5 for length in SIZE)
    mm = STRIDE * CROP_MM.width / SIZE[0]
    return np.stack(np.meshgrid(CROP_MM.x + x * mm, CROP_MM.y + y * mm), axis=2)


NOMINAL_MM: Final = _nominal()
"""The point of the card that each part of an exactly placed candidate shows, mm; shape (rows, columns, 2)."""
