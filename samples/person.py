"""A person in the photo: cut out or drawn, recoloured, reshaped, dressed and put in place."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from samples.arrays import F32, f32, linear, over
from samples.clothes import Figure, accessory, torso
from samples.cutouts import PHOTOGRAPHED, cutout, skin_tone

__all__ = ["PHOTOGRAPHED", "PersonRecipe", "Placed", "cutout", "face_box", "place", "portrait", "skin_tone"]


@dataclass(frozen=True, slots=True)
class PersonRecipe:
    """A person in the photo. Places are fractions of the photo's width and height, angles degrees.

    `face_h` is the height from hairline to chin as a fraction of the photo's height. `accessory` is none,
    mask, sunglasses or scarf.
    """

    source: str
    seed: int
    face_x: float
    face_y: float
    face_h: float
    tilt: float
    flip: bool
    own_clothes: bool
    accessory: str = "none"


@dataclass(frozen=True, slots=True)
class Placed:
    """A person drawn in place: premultiplied linear `rgba` (H, W, 4), the face in px, skin (3,) linear."""

    rgba: F32
    face_box: tuple[float, float, float, float]
    accessory: F32 | None  # (H, W) coverage of what hides part of the face
    skin_colour: F32


@lru_cache(maxsize=64)
def _reduced(source: str, head_only: bool, halvings: int) -> tuple[F32, F32, F32]:
    """A cut-out's linear light (h, w, 3), coverage and skin (h, w), halved in size `halvings` times."""
    cut = cutout(source, head_only)
    planes = (linear(cut.bgr), cut.alpha, cut.skin)
    factor = 0.5**halvings
    if halvings == 0:
        return planes
    image, alpha, skin = (
        f32(cv2.resize(p, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)) for p in planes
    )
    return image, alpha, skin


def _recoloured(recipe: PersonRecipe, halvings: int) -> tuple[F32, F32]:
    """Premultiplied linear RGBA (h, w, 4) of the person in other colours, and the skin's colour (3,)."""
    rng = np.random.default_rng(recipe.seed)
    cut = cutout(recipe.source, not recipe.own_clothes)
    image, alpha, skin = _reduced(recipe.source, not recipe.own_clothes, halvings)
    wanted = np.clip(skin_tone(rng) / np.maximum(cut.skin_colour, 1e-3), 0.12, 1.9)
    gain = f32(wanted ** rng.uniform(0.2, 1.0))
    rest = f32(cv2.transform(image, _clothes_mixing(rng)))
    hair = f32(np.clip(rng.uniform(0.25, 1.5) * (1 + rng.uniform(-0.2, 0.2, 3)), 0.1, 1.6))
    # below a head alone there are no clothes to turn into other colours
    chin = round(cut.face[3] * 0.5**halvings) if recipe.own_clothes else image.shape[0]
    rest[:chin] = image[:chin] * hair
    rgba = np.empty((*alpha.shape, 4), np.float32)
    rgba[..., 3] = alpha
    np.multiply(rest + (image * gain - rest) * skin[..., None], alpha[..., None], out=rgba[..., :3])
    return rgba, f32(cut.skin_colour * gain)


def _clothes_mixing(rng: np.random.Generator) -> F32:
    """A 3×3 colour matrix that turns hues and scales light."""
    if rng.random() < 0.25:
        return f32(np.eye(3) * rng.uniform(0.6, 1.4))
    matrix = np.eye(3)[rng.permutation(3)] * rng.uniform(0.4, 1.5, 3)[:, None]
    blend = rng.uniform(0, 0.35, (3, 3))
    return f32(0.75 * matrix + 0.25 * blend)


def face_box(recipe: PersonRecipe, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The holder's face x0, y0, x1, y1 in px of a photo of `size` (W, H)."""
    width, height = size
    x0, y0, x1, y1 = cutout(recipe.source, not recipe.own_clothes).face
    half_h = 0.5 * recipe.face_h * height
    half_w = half_h * (x1 - x0) / (y1 - y0)
    angle = np.deg2rad(recipe.tilt)
    # the axis-aligned box of the turned ellipse
    ex = float(np.hypot(half_w * np.cos(angle), half_h * np.sin(angle)))
    ey = float(np.hypot(half_w * np.sin(angle), half_h * np.cos(angle)))
    cx, cy = recipe.face_x * width, recipe.face_y * height
    return cx - ex, cy - ey, cx + ex, cy + ey


def place(recipe: PersonRecipe, size: tuple[int, int]) -> Placed:
    """Draws the person into a photo of `size` (W, H)."""
    rng = np.random.default_rng(recipe.seed)
    _, top, _, bottom = cutout(recipe.source, not recipe.own_clothes).face
    scale = recipe.face_h * size[1] / (bottom - top)
    halvings = int(np.clip(np.floor(np.log2(1.25 / scale)), 0, 4))
    rgba, skin = _recoloured(recipe, halvings)
    map_x, map_y = (m * np.float32(0.5**halvings) - np.float32(0.5) for m in _source_maps(recipe, rng, size))
    layer = f32(cv2.remap(rgba, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))
    box = face_box(recipe, size)
    figure = Figure(
        centre=np.array([recipe.face_x * size[0], recipe.face_y * size[1]]),
        face=recipe.face_h * size[1],
        tilt=recipe.tilt,
    )
    if not recipe.own_clothes:
        below = torso(figure, rng, size, skin)
        over(below, layer)
        layer = below
    cover = None
    if recipe.accessory != "none":
        worn = accessory(recipe.accessory, figure, rng, size)
        cover = worn[..., 3]
        over(layer, worn)
    return Placed(layer, box, cover, skin)


def _source_maps(recipe: PersonRecipe, rng: np.random.Generator, size: tuple[int, int]) -> tuple[F32, F32]:
    """The place in the cut-out (x and y, each (H, W)) that each pixel of the photo shows, gently bent."""
    width, height = size
    x0, y0, x1, y1 = cutout(recipe.source, not recipe.own_clothes).face
    face = y1 - y0
    turn, step = np.deg2rad(recipe.tilt), face / (recipe.face_h * height)
    aspect = rng.uniform(0.93, 1.08) * (-1 if recipe.flip else 1)
    bend = rng.uniform(-0.025, 0.025, 3)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x += 0.5 - recipe.face_x * width
    y += 0.5 - recipe.face_y * height
    c, s = np.float32(np.cos(turn) * step), np.float32(np.sin(turn) * step)
    u = (c * x + s * y) * np.float32(aspect)
    v = c * y - s * x
    wave_u = np.float32(bend[0] * face) * np.sin(v * np.float32(2.5 / face)) + np.float32(bend[1]) * v
    wave_v = np.float32(bend[2] * face) * np.cos(u * np.float32(2.5 / face))
    return u + wave_u + np.float32((x0 + x1) / 2), v + wave_v + np.float32((y0 + y1) / 2)


def portrait(seed: int, shape: tuple[int, int]) -> tuple[F32, F32]:
    """The photograph on a card: sRGB BGR 0–255 (h, w, 3) and coverage (h, w)."""
    rng = np.random.default_rng(seed)
    h, w = shape
    source = str(rng.choice(PHOTOGRAPHED)) if rng.random() < 0.6 else f"drawn:{rng.integers(24)}"
    recipe = PersonRecipe(
        source=source,
        seed=int(rng.integers(2**31)),
        face_x=0.5 + float(rng.uniform(-0.03, 0.03)),
        face_y=float(rng.uniform(0.40, 0.47)),
        face_h=float(rng.uniform(0.40, 0.52)),
        tilt=float(rng.uniform(-3, 3)),
        flip=bool(rng.random() < 0.5),
        own_clothes=source in PHOTOGRAPHED and bool(rng.random() < 0.4),
    )
    rgba = place(recipe, (w, h)).rgba
    alpha = np.clip(rgba[..., 3], 0, 1)
    colour = rgba[..., :3] / np.maximum(alpha, 1e-3)[..., None]
    if rng.random() < 0.3:
        colour = np.repeat(colour.mean(-1, keepdims=True), 3, -1)
    return f32(np.clip(colour * rng.uniform(0.7, 1.1), 0, 1) ** (1 / 2.2) * 255), f32(alpha)
