from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

from idcheck import weights
from idcheck.errors import MissingComponentError, WeightsCorruptError
from idcheck.weights import Package, Weight

CONTENT = b"not really a network"

PACKAGED = f"""
[reader]
origin = "package"
package = "no-such-distribution"
version = "1.0"
wheel_sha256 = "{"0" * 64}"
member = "no_such/data/reader.onnx"
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
size = {len(CONTENT)}
licence = "MIT"
source = "nobody"
purpose = "reads"
"""
OWN = f"""
[locator]
origin = "own"
path = "locator.onnx"
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
size = {len(CONTENT)}
licence = "Apache-2.0"
source = "idcheck"
purpose = "finds"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with a manifest of two entries and no weights."""
    (tmp_path / "manifest.toml").write_text(PACKAGED + OWN, encoding="utf-8")
    entries = weights.read_manifest(tmp_path / "manifest.toml")
    monkeypatch.setattr(weights, "home", lambda: tmp_path)
    monkeypatch.setattr(weights, "manifest", lambda: entries)
    return tmp_path


def test_manifest_reads_both_origins(home: Path) -> None:
    assert weights.manifest()["reader"] == Weight(
        id="reader",
        path=PurePosixPath("weights/reader.onnx"),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        licence="MIT",
        source="nobody",
        purpose="reads",
        package=Package("no-such-distribution", "1.0", "0" * 64, "no_such/data/reader.onnx"),
    )
    assert weights.manifest()["locator"].package is None


def test_a_tflite_member_lies_here_as_onnx_and_its_package_does_not_stand_in_for_it(tmp_path: Path) -> None:
    text = PACKAGED.replace("reader.onnx", "reader.tflite") + f'tflite_sha256 = "{"1" * 64}"\n'
    (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    weight = weights.read_manifest(tmp_path / "manifest.toml")["reader"]
    assert weight.path == PurePosixPath("weights/reader.onnx")
    assert weight.package is not None
    assert weight.package.tflite_sha256 == "1" * 64
    assert list(weights._candidates(weight)) == [weights.home() / "weights/reader.onnx"]


@pytest.mark.parametrize(
    ("weight_id", "cure"), [("reader", "python -m models.fetch"), ("locator", "models/locator.onnx")]
)
def test_missing_weights_say_what_to_run(home: Path, weight_id: str, cure: str) -> None:
    with pytest.raises(MissingComponentError, match=cure):
        weights.find(weight_id)


def test_missing_weights_of_a_wheel_ask_for_a_new_installation(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_BUNDLED", home)
    with pytest.raises(MissingComponentError, match="reinstall"):
        weights.find("reader")


def test_load_gives_the_verified_bytes(home: Path) -> None:
    (home / "locator.onnx").write_bytes(CONTENT)
    assert weights.load("locator") == CONTENT


def test_load_refuses_other_bytes(home: Path) -> None:
    (home / "locator.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(WeightsCorruptError, match="locator") as caught:
        weights.load("locator")
    assert hashlib.sha256(CONTENT).hexdigest() in str(caught.value)


def test_unknown_id_is_a_programming_error(home: Path) -> None:
    with pytest.raises(KeyError):
        weights.find("nothing")


@pytest.mark.parametrize(
    "broken",
    [
        OWN.replace("size", "sise"),
        OWN + 'colour = "red"\n',
        OWN.replace('"own"', '"package"'),
        OWN.replace('"own"', '"elsewhere"'),
        "[locator",
    ],
    ids=["key missing", "key unknown", "no package", "origin unknown", "not TOML"],
)
def test_malformed_manifest_is_refused(tmp_path: Path, broken: str) -> None:
    (tmp_path / "manifest.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(WeightsCorruptError):
        weights.read_manifest(tmp_path / "manifest.toml")


def test_missing_manifest_is_a_missing_component(tmp_path: Path) -> None:
    with pytest.raises(MissingComponentError, match="reinstall"):
        weights.read_manifest(tmp_path / "manifest.toml")


def test_reader_comes_from_the_installed_package_without_importing_it() -> None:
    found = weights.find("ppocrv6_rec_small")
    assert found.parent.parent.name == "rapidocr"
    assert len(weights.load("ppocrv6_rec_small")) == weights.manifest()["ppocrv6_rec_small"].size


def test_installed_package_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution = metadata.distribution("rapidocr")
    monkeypatch.setattr(type(distribution), "version", "0.0")
    with pytest.raises(MissingComponentError):
        weights.find("ppocrv6_rec_small")


def test_digest_is_the_manifests() -> None:
    assert weights.digest("ppocrv6_rec_small") == weights.manifest()["ppocrv6_rec_small"].sha256
