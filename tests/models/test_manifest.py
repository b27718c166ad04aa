from __future__ import annotations

import re
from pathlib import Path

import pytest

from idcheck import weights
from idcheck.weights import Weight

MODELS = Path(__file__).parents[2] / "models"
ENTRIES = list(weights.read_manifest(MODELS / "manifest.toml").values())
OWN = [weight for weight in ENTRIES if weight.package is None]
PACKAGED = [weight for weight in ENTRIES if weight.package is not None]

SHA256 = re.compile(r"[0-9a-f]{64}")


@pytest.mark.parametrize("weight", ENTRIES, ids=lambda weight: weight.id)
def test_every_entry_is_complete(weight: Weight) -> None:
    assert SHA256.fullmatch(weight.sha256)
    assert weight.size > 0
    assert weight.licence in {"Apache-2.0", "MIT"}
    assert weight.source
    assert weight.purpose


@pytest.mark.parametrize("weight", PACKAGED, ids=lambda weight: weight.id)
def test_every_package_is_pinned_by_the_hash_of_its_wheel(weight: Weight) -> None:
    assert weight.package is not None
    assert re.fullmatch(r"\d+(\.\d+)+", weight.package.version)
    assert SHA256.fullmatch(weight.package.wheel_sha256)


def test_no_two_entries_share_a_file() -> None:
    assert len({weight.path for weight in ENTRIES}) == len(ENTRIES)


def test_every_committed_network_is_declared() -> None:
    committed = {path.relative_to(MODELS) for path in MODELS.rglob("*.onnx")}
    committed -= {path for path in committed if path.parts[0] == "weights"}
    assert committed == {Path(weight.path) for weight in OWN}


@pytest.mark.parametrize("weight", ENTRIES, ids=lambda weight: weight.id)
def test_every_file_is_the_declared_one(weight: Weight) -> None:
    assert len(weights.verify(weights.find(weight.id), weight)) == weight.size


def test_licence_of_what_the_wheel_carries_is_beside_it() -> None:
    texts = {path.stem for path in (MODELS / "licenses").iterdir()}
    assert texts == {weight.package.name for weight in PACKAGED if weight.package} - {"rapidocr"}
