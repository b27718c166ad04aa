from __future__ import annotations

import pytest
from typer.testing import CliRunner

from idcheck import weights
from idcheck.cli import app
from idcheck.errors import WeightsCorruptError

run = CliRunner().invoke


@pytest.mark.parametrize(("lang", "verdict"), [("en", "All is well."), ("zh", "一切正常。")])
def test_a_healthy_installation(lang, verdict):
    result = run(app, ["doctor", "--lang", lang], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert verdict in result.output
    for weight in weights.manifest():
        assert weight in result.output
    assert "self-test" in result.output


def test_a_corrupt_weight_file_is_found_and_named(monkeypatch):
    genuine = weights.load

    def load(weight_id: str) -> bytes:
        if weight_id == "face_full_range":
            raise WeightsCorruptError("face_full_range is damaged")
        return genuine(weight_id)

    monkeypatch.setattr(weights, "load", load)
    result = run(app, ["doctor", "--lang", "en"], env={"COLUMNS": "200"})
    assert result.exit_code == 4
    assert "face_full_range is damaged" in result.output
