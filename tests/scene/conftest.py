"""What more than one test of the scene stage looks with, and at."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from idcheck import weights
from idcheck.scene.registration import Registration


@pytest.fixture(scope="module")
def registration() -> Registration:
    return Registration(weights.load("registration"))


@pytest.fixture(scope="module")
def flat_card() -> NDArray[np.uint8]:
    """A portrait side at 8 pixels per mm."""
    from samples import card  # noqa: PLC0415  (needs Pillow and fonts)
    from samples.identity import sample_identity  # noqa: PLC0415

    recipe = card.CardRecipe("portrait", sample_identity(np.random.default_rng(8802)), 77)
    return np.asarray(card.draw(recipe, 8).bgr, np.uint8)
