"""Draws a folder of sample photos with labels: `python -m samples.generate --seed 1 --count 24 --out DIR`."""

import io
import json
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from PIL import Image
from rich.progress import track

from samples.arrays import U8
from samples.errors import SamplesError
from samples.recipe import CLASSES
from samples.scene import Recipe, Scene, render, sample_recipe

LONG_SIDES = (1440, 1600, 1920, 2560, 3024)
ORIENTATION_TAG = 0x0112

# Which PIL turn of the upright picture gives the stored one, by EXIF orientation (Exif 2.3, 4.6.4 A).
_STORE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def recipe_of(seed: int, index: int, classes: tuple[str, ...] = ()) -> Recipe:
    """The recipe of picture `index` of the set `seed`; classes take turns where they are given."""
    rng = np.random.default_rng([seed, index])
    return sample_recipe(rng, classes[index % len(classes)] if classes else None)


def encode(scene: Scene, recipe: Recipe) -> bytes:
    """The scene as a JPEG, stored turned as some phones do, with the EXIF orientation that undoes it."""
    return jpeg(scene.bgr, recipe.jpeg_quality, recipe.exif_orientation)


def jpeg(bgr: U8, quality: int, orientation: int = 1) -> bytes:
    """An upright picture (H, W, 3) as JPEG, stored in `orientation` (1–8)."""
    picture = Image.fromarray(np.ascontiguousarray(bgr[..., ::-1]))
    if orientation != 1:
        picture = picture.transpose(_STORE[orientation])
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def write_set(seed: int, count: int, out: Path, classes: tuple[str, ...], long_side: int | None) -> None:
    """Writes `count` pictures and `labels.jsonl` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "labels.jsonl").open("w", encoding="utf-8") as lines:
        for index in track(range(count), description="drawing"):
            recipe = recipe_of(seed, index, classes)
            side = long_side or int(np.random.default_rng([seed, index, 1]).choice(LONG_SIDES))
            scene = render(recipe, side)
            name = f"{index:05d}.jpg"
            (out / name).write_bytes(encode(scene, recipe))
            label: dict[str, Any] = {"file": name, **scene.label, "seed": [seed, index]}
            label["jpeg_quality"], label["exif_orientation"] = recipe.jpeg_quality, recipe.exif_orientation
            lines.write(json.dumps(label, ensure_ascii=False) + "\n")


def main(
    out: Annotated[Path, typer.Option(help="Folder for the pictures and labels.jsonl; made if missing.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    count: Annotated[int, typer.Option(min=1, help="How many pictures.")] = 24,
    classes: Annotated[
        str, typer.Option(help="Comma-separated classes that take turns; all, weighted, if empty.")
    ] = "",
    long_side: Annotated[
        int | None,
        typer.Option(min=160, max=6000, help="Longer side in px; 1440 to 3024 at random if not given."),
    ] = None,
) -> None:
    """Draws and labels photos of people who hold fictional identity cards, each with one dominant defect."""
    wanted = tuple(c.strip() for c in classes.split(",") if c.strip())
    unknown = [c for c in wanted if c not in CLASSES]
    if unknown:
        raise typer.BadParameter(
            f"unknown: {', '.join(unknown)}; known: {', '.join(CLASSES)}", param_hint="--classes"
        )
    cv2.setNumThreads(1)  # sums in another order would change the last bit
    try:
        write_set(seed, count, out, wanted, long_side)
    except SamplesError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(4) from error


if __name__ == "__main__":
    typer.run(main)
