"""Why a measure has no value."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why a measure has no value. The words are stable: policies and archives hold them."""

    NO_CARD = "no_card"
    WRONG_SIDE = "wrong_side"
    """There is a card, but not the side that carries the name and the number."""
    NO_FACE = "no_face"
    OUT_OF_FRAME = "out_of_frame"
    COVERED = "covered"
    WASHED_OUT = "washed_out"
    """So much is clipped to white that nothing is left to measure."""
    NO_PRINT = "no_print"
    """Nothing stands out of the noise."""
    TOO_SMALL = "too_small"
    """Too few pixels."""
    BLURRED = "blurred"
    """Too blurred to tell."""
