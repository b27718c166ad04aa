"""Flat cards: what is printed where, and what happens without fonts."""

import numpy as np
import pytest

from samples import fonts
from samples.card import CardRecipe, draw, outline
from samples.errors import MissingFontError
from samples.identity import sample_identity

WHO = sample_identity(np.random.default_rng(3))


def ink(bgr, box):
    """The share of dark pixels in a box of card fractions."""
    h, w = bgr.shape[:2]
    x0, y0, x1, y1 = (round(v) for v in np.array(box) * [w, h, w, h])
    return float((bgr[y0:y1, x0:x1].max(-1) < 140).mean())


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("seed", range(12))
def test_name_and_number_are_printed_in_their_places(seed):
    flat = draw(CardRecipe("portrait", WHO, seed), 8)
    assert ink(flat.bgr, flat.name_box) > 0.08
    assert ink(flat.bgr, flat.number_box) > 0.08
    # the places of real cards, to within 0.015 of the card
    assert flat.name_box is not None
    assert flat.name_box[0] == pytest.approx(0.188, abs=0.015)
    assert flat.number_box == pytest.approx((0.338, 0.825, 0.862, 0.878), abs=0.017)


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("seed", range(12))
def test_every_portrait_side_says_specimen_apart_from_name_and_number(seed, monkeypatch):
    card = CardRecipe("portrait", WHO, 1000 + seed)
    marked = draw(card, 8)
    draw.cache_clear()
    monkeypatch.setattr("samples.printing.SPECIMEN", " ")
    plain = draw(card, 8)
    draw.cache_clear()
    changed = (marked.bgr != plain.bgr).any(-1)
    assert changed.mean() > 0.003
    h, w = changed.shape
    assert marked.name_box is not None
    assert marked.number_box is not None
    for x0, y0, x1, y1 in (marked.name_box, marked.number_box):
        assert not changed[int(y0 * h) : int(y1 * h) + 1, int(x0 * w) : int(x1 * w) + 1].any()


@pytest.mark.needs("fonts")
@pytest.mark.parametrize("kind", ["emblem", "bank_card", "blank_card", "paper", "phone"])
def test_what_is_not_a_portrait_side_has_no_fields(kind):
    flat = draw(CardRecipe(kind, WHO, 5), 4)
    assert flat.name_box is None
    assert flat.number_box is None
    assert flat.bgr.shape == (216, 342, 3)


def test_corners_are_rounded():
    coverage = outline(85.6, 54.0, 3.18, 10)
    assert coverage[0, 0] == 0
    assert coverage[0, 428] == 255
    # a quarter disc of radius r leaves (1 − π/4) r² of each corner
    missing = (255 - coverage.astype(float)).sum() / 255
    assert missing == pytest.approx(4 * (1 - np.pi / 4) * 31.8**2, rel=0.03)


def test_without_fonts_the_error_names_the_packages(monkeypatch):
    monkeypatch.setattr(fonts, "FONT_DIRECTORIES", ())
    fonts._installed.cache_clear()
    try:
        with pytest.raises(MissingFontError, match=r"Debian packages: fonts-noto-cjk .*fonts-lxgw-wenkai"):
            draw(CardRecipe("portrait", WHO, 98765), 4)
        with pytest.raises(MissingFontError, match="install the Debian package fonts-ocr-b"):
            fonts.load(fonts.DIGITS[0], 10)
    finally:
        fonts._installed.cache_clear()
