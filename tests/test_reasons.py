from __future__ import annotations

from itertools import product

import pytest

from idcheck.reasons import CATALOGUE, CAUSE_TEXTS, GROUP_TEXTS, SUBJECT_TEXTS, Group, message
from idcheck.types import Outcome

DOCUMENTED = {
    "info.name_mismatch", "info.id_number_mismatch", "info.id_number_invalid", "info.card_inconsistent",
    "photo.blurred", "photo.low_light", "photo.overexposed", "photo.glare", "photo.card_occluded",
    "photo.face_occluded", "photo.card_cut_off", "photo.card_too_small", "photo.card_missing",
    "photo.face_missing", "photo.several_faces", "photo.several_cards", "photo.wrong_side",
    "photo.unreadable",
    "document.expired", "document.expires_soon", "document.validity_inconsistent",
    "document.account_limit_reached", "account.severe_violation",
}  # fmt: skip


def test_the_catalogue_is_complete_and_names_nothing_twice():
    codes = [entry.code for entry in CATALOGUE]
    assert sorted(codes) == sorted(DOCUMENTED)
    assert {entry.group for entry in CATALOGUE} == set(Group) == GROUP_TEXTS.keys()


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_message_can_be_said_in_both_languages(entry):
    for outcome, subject, cause in product(Outcome, SUBJECT_TEXTS, [None, *CAUSE_TEXTS]):
        text = message(entry.code, outcome, subject, cause)
        for words in (text.zh, text.en):
            assert words
            assert "{" not in words
        assert any("一" <= char <= "鿿" for char in text.zh)
        assert not any("一" <= char <= "鿿" for char in text.en)


def test_what_was_not_assessed_does_not_sound_like_a_failure():
    text = message("photo.blurred", Outcome.INDETERMINATE, "face", "could_not_assess")
    assert text.zh == "无法确认：面部清晰（无法测量）"
    assert text.en == "Could not be confirmed: the face is sharp (it could not be measured)"
