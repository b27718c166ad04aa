"""What a measure is: a name, a unit, what it needs, and a function of the view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from idcheck.quality.cause import Cause
from idcheck.quality.view import View


class Need(StrEnum):
    """What must have been found before a measure can be taken."""

    CARD = "card"
    PRINT = "print"
    """The portrait side of the card."""
    FACE = "face"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry in the table of measures.

    Attributes:
        name: ``<subject>.<measure>``.
        unit: as in `idcheck.types.RawMeasure`.
        needs: when it is missing, the function is not called and the cause says what is missing.
        function: from the view and the subject to the raw value, or the cause why there is none.
    """

    name: str
    unit: str
    needs: Need
    function: Callable[[View, str], float | Cause]

    @property
    def subject(self) -> str:
        """What is measured: card, name, id_number, face or photo."""
        return self.name.partition(".")[0]

    def missing(self, view: View) -> Cause | None:
        """What the measure needs and the scene lacks."""
        if self.needs is Need.FACE and view.scene.face is None:
            return Cause.NO_FACE
        if self.needs in (Need.CARD, Need.PRINT) and view.scene.card is None:
            return Cause.NO_CARD
        if self.needs is Need.PRINT and view.printed is None:
            return Cause.WRONG_SIDE
        return None
