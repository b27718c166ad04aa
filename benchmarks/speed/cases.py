"""The photos that are timed: the same scenes, drawn in every size and written in every format.

Drawn, not scaled up: noise and detail of the size decide what decoding costs. They are drawn once, into a
folder of temporary files that is named after the generator's own content, and read from there.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
from PIL import Image

import samples
from idcheck import Claim
from samples.arrays import U8
from samples.generate import jpeg, recipe_of
from samples.scene import render

SEED: Final = 2026
SCENES: Final = (0, 2, 3)
"""Of the set `SEED`: people with a card held out, whose two fields can be read."""
ORIENTATIONS: Final = (1, 6, 1)
"""As phones store portraits, upright or turned."""
QUALITY: Final = 95
"""Of the JPEGs, as phones choose it; 12 MP make 2 to 4 MB."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """One size and format.

    Attributes:
        name: stable, as in the JSON output.
        title: for people.
        long_side: in px.
        suffix: of the files.
        encode: picture and EXIF orientation → file.
    """

    name: str
    title: str
    long_side: int
    suffix: str
    encode: Callable[[U8, int], bytes]


@dataclass(frozen=True, slots=True)
class Photo:
    """One file and what is true of it.

    Attributes:
        claim: what the card says.
        corners: of the card, TL, TR, BR, BL, in upright pixels.
    """

    data: bytes
    claim: Claim
    corners: tuple[Point, ...]


def baseline(picture: U8, orientation: int) -> bytes:
    """A JPEG as phones write it: one scan, chroma halved."""
    return jpeg(picture, QUALITY, orientation)


def progressive(picture: U8, orientation: int) -> bytes:
    """The same JPEG in several scans, as websites write it."""
    image = Image.open(io.BytesIO(baseline(picture, orientation)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality="keep", progressive=True, exif=image.getexif())
    return out.getvalue()


def png(picture: U8, _orientation: int) -> bytes:
    """A PNG, as screenshots are."""
    return cv2.imencode(".png", picture)[1].tobytes()


def webp(picture: U8, _orientation: int) -> bytes:
    """A lossy WebP, as chat programs write it."""
    return cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, 85])[1].tobytes()


CASES: Final = (
    Case("jpeg_2mp", "JPEG 2 MP", 1632, ".jpg", baseline),
    Case("jpeg_8mp", "JPEG 8 MP", 3264, ".jpg", baseline),
    Case("jpeg_12mp", "JPEG 12 MP", 4032, ".jpg", baseline),
    Case("progressive_12mp", "progressive JPEG 12 MP", 4032, ".jpg", progressive),
    Case("png_2mp", "PNG 2 MP", 1632, ".png", png),
    Case("webp_2mp", "WebP 2 MP", 1632, ".webp", webp),
)


def photos(case: Case, folder: Path) -> list[Photo]:
    """A case's photos, one a scene; drawn into the folder where it does not have them yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return [photo(case, number, folder) for number in range(len(SCENES))]


def default_folder() -> Path:
    """Where the photos of this version of the generator are kept."""
    source = hashlib.sha256()
    for path in (*sorted(Path(samples.__path__[0]).glob("*.py")), Path(__file__)):
        source.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"idcheck-speed-{source.hexdigest()[:16]}"


def file_of(case: Case, number: int, folder: Path) -> Path:
    """Where the photo of a scene lies."""
    return folder / f"{case.name}_{number}{case.suffix}"


def photo(case: Case, number: int, folder: Path) -> Photo:
    """The photo of a scene; drawn if need be."""
    file, label = file_of(case, number, folder), _label_file(case.long_side, number, folder)
    if not (file.is_file() and label.is_file()):
        _draw(case.long_side, number, folder)
    return photo_of(file.read_bytes(), json.loads(label.read_text(encoding="utf-8")))


def photo_of(data: bytes, label: dict[str, Any]) -> Photo:
    """A photo of its file and its label."""
    corners = tuple((x, y) for x, y in label["card_corners"])
    return Photo(data, Claim(label["name"], label["id_number"]), corners)


def _draw(long_side: int, number: int, folder: Path) -> None:
    """Draw a scene in one size, and write it in every format in which that is wanted."""
    scene = render(recipe_of(SEED, SCENES[number], ("clear",)), long_side)
    for case in CASES:
        if case.long_side == long_side:
            _write(file_of(case, number, folder), case.encode(scene.bgr, ORIENTATIONS[number]))
    label = json.dumps(scene.label, ensure_ascii=False)
    _write(_label_file(long_side, number, folder), label.encode())


def _label_file(long_side: int, number: int, folder: Path) -> Path:
    return folder / f"scene_{number}_{long_side}.json"


def _write(file: Path, data: bytes) -> None:
    """Write all or nothing: a run that is cut short must not leave half a photo behind."""
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(data)
    part.replace(file)
