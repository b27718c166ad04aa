from __future__ import annotations

import numpy as np
import pytest

from benchmarks.particulars import FORGERIES, printing
from samples.generate import recipe_of


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_contradicting_card_keeps_its_number_and_prints_something_else(kind):
    recipe = recipe_of(41, 0, ("clear",))
    forged = printing(recipe, kind, np.random.default_rng(0))
    assert recipe.held is not None
    assert forged.held is not None
    true, told = recipe.held.card.identity, forged.held.card.identity
    assert (told.name, told.number) == (true.name, true.number)
    changed = "sex" if kind == "sex" else "birth"
    for field in ("sex", "birth"):
        assert (getattr(told, field) != getattr(true, field)) == (field == changed)
    assert forged.held.pose == recipe.held.pose
