"""Composes a whole photo from its recipe: background, people, hand, card, light, camera; and labels it."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from samples import background, hand, labels, limbs, person
from samples import card as cards
from samples import light as lights
from samples.arrangement import Held
from samples.arrays import F32, F64, U8, f32, gaussian, linear, over, project
from samples.camera import card_corners, card_homography, develop, disc_blur, motion_kernel
from samples.card import WIDTH_MM
from samples.covering import Blocker, grip_frame
from samples.recipe import Recipe, sample_recipe

__all__ = ["Recipe", "Scene", "render", "sample_recipe"]

TEXTURE_LEVELS = (4, 8, 16, 32)  # px/mm at which flat cards are drawn and cached


@dataclass(frozen=True, slots=True)
class Scene:
    """A rendered photo.

    `bgr` (H, W, 3) uint8, upright; `label` in the labelled-set format, places in px of this rendering;
    `card_mask` (135, 214) uint8 in the card's own frame: 0 clear, 1 covered, 2 glare or clipped, 3 outside
    the photo; all 3 where there is no card.
    """

    bgr: U8
    label: dict[str, Any]
    card_mask: U8


@dataclass(slots=True)
class _Foreground:
    """The layer at the card's distance, while it is being drawn.

    Premultiplied linear `rgba` (H, W, 4), and `cover` (H, W): coverage of what is in front of the card.
    """

    rgba: F32
    cover: F32


def render(recipe: Recipe, long_side: int) -> Scene:
    """Renders `recipe` so that the photo's longer side has `long_side` px."""
    size = recipe.size(long_side)
    scene = background.draw(recipe.background_seed, size)
    placed = [person.place(p, size) for p in recipe.people]
    for one in placed:
        over(scene, one.rgba)
    scene = disc_blur(scene, recipe.optics.scene_coc * long_side)

    homography = _homography(recipe.held, size)
    front = _foreground(recipe, size, homography, placed)
    px_per_mm = 0.0
    if homography is not None and recipe.held is not None:
        px_per_mm = _px_per_mm(recipe.held, homography)
        _cast_shadow(scene, front.rgba, px_per_mm, recipe)
        front.rgba = disc_blur(front.rgba, recipe.optics.card_coc_mm * px_per_mm)
    length = recipe.optics.motion_mm * px_per_mm
    kernel = (
        motion_kernel(length, recipe.optics.motion_angle, recipe.optics.motion_curve)
        if length >= 0.3
        else None
    )
    if kernel is not None and recipe.optics.hand_only:
        front.rgba = f32(cv2.filter2D(front.rgba, -1, kernel, borderType=cv2.BORDER_REPLICATE))
    sharp_alpha = front.rgba[..., 3]
    over(scene, front.rgba)
    if kernel is not None and not recipe.optics.hand_only:
        scene = f32(cv2.filter2D(scene, -1, kernel, borderType=cv2.BORDER_REPLICATE))
    scene *= _metered(lights.illumination(recipe.light, size), recipe.held)[..., None]
    picture = develop(scene, recipe.optics)
    return _labelled(recipe, picture, homography, front.cover, sharp_alpha, placed)


def _metered(illumination: F32, held: Held | None) -> F32:
    """`illumination` (H, W) scaled as by a camera that exposes for the card: 1 where the card is lit best."""
    height, width = illumination.shape
    x, y, radius = (held.pose.x, held.pose.y, held.pose.width_fraction / 2) if held else (0.5, 0.5, 0.15)
    rows, columns = np.ogrid[:height, :width]
    near = (columns - x * width) ** 2 + (rows - y * height) ** 2 <= (radius * width) ** 2
    brightest = float(np.percentile(illumination[near], 95)) if near.any() else 1.0
    return illumination / max(brightest, 0.05)


def _homography(held: Held | None, size: tuple[int, int]) -> F64 | None:
    if held is None:
        return None
    return card_homography(held.pose, size, held.card.width_mm, held.card.height_mm)


def _px_per_mm(held: Held, homography: F64) -> float:
    """Mean length of the card's top and bottom edges over its width."""
    c = card_corners(homography, held.card.width_mm, held.card.height_mm)
    return float(0.5 * (np.linalg.norm(c[1] - c[0]) + np.linalg.norm(c[2] - c[3])) / held.card.width_mm)


def _foreground(
    recipe: Recipe, size: tuple[int, int], homography: F64 | None, placed: list[person.Placed]
) -> _Foreground:
    width, height = size
    front = _Foreground(np.zeros((height, width, 4), np.float32), np.zeros((height, width), np.float32))
    if recipe.held is None or homography is None:
        return front
    for other in recipe.others:
        plane = card_homography(other.pose, size, other.card.width_mm, other.card.height_mm)
        _lay(other, plane, front.rgba, recipe, glossy=False)
    skin = placed[-1].skin_colour if recipe.hand_skin is None else f32(recipe.hand_skin)
    hands = [hand.build(g, grip_frame(g, recipe.held.card, homography), skin) for g in recipe.grips]
    for one in hands:
        for i, part in enumerate(one.behind):
            limbs.draw(part, front.rgba, _setting(recipe, one, i))
    _lay(recipe.held, homography, front.rgba, recipe, glossy=True)
    for blocker in recipe.blockers:
        _block(blocker, homography, front)
    for one in hands:
        for i, part in enumerate(one.front):
            limbs.draw(part, front.rgba, _setting(recipe, one, 10 + i), front.cover)
    return front


def _setting(recipe: Recipe, one: hand.Hand, index: int) -> limbs.Setting:
    return limbs.Setting(lights.direction(recipe.light), one.px_per_mm, recipe.light.seed + index)


def _lay(held: Held, homography: F64, layer: F32, recipe: Recipe, *, glossy: bool) -> None:
    """Paints a card over `layer`, with a shadow of its own on what lies close behind."""
    card = held.card
    px_per_mm = _px_per_mm(held, homography)
    level = _texture_level(px_per_mm)
    flat = cards.draw(card, level)
    alpha = cards.outline(card.width_mm, card.height_mm, card.radius_mm, level)
    rgba = np.dstack([linear(flat.bgr), f32(alpha) / 255])
    if (
        level > 1.4 * px_per_mm
    ):  # a perspective warp does not average: bring the texture near the photo's scale first
        factor = px_per_mm * 1.1 / level
        rgba = cv2.resize(rgba, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = rgba.shape[:2]
    colour = rgba[..., :3]
    colour *= np.float32(recipe.light.card)
    if glossy:
        gloss = cv2.resize(lights.reflections(recipe.light), (columns, rows), interpolation=cv2.INTER_LINEAR)
        colour *= np.float32(1 - 0.5 * min(1.0, recipe.light.haze))
        colour += f32(gloss)[..., None]
    colour *= rgba[..., 3:]
    corners = card_corners(homography, card.width_mm, card.height_mm)
    height, width = layer.shape[:2]
    pad = 2 + int(4 * px_per_mm)
    x0, y0 = (int(v) for v in np.maximum(np.floor(corners.min(0)) - pad, 0))
    x1, y1 = (int(v) for v in np.minimum(np.ceil(corners.max(0)) + pad, (width, height)))
    if x1 <= x0 or y1 <= y0:
        return
    to_mm = np.array([[card.width_mm / columns, 0, 0.5 * card.width_mm / columns],
                      [0, card.height_mm / rows, 0.5 * card.height_mm / rows], [0, 0, 1]])  # fmt: skip
    to_window = np.array([[1, 0, -0.5 - x0], [0, 1, -0.5 - y0], [0, 0, 1]])
    matrix = to_window @ homography @ to_mm
    warped = f32(
        cv2.warpPerspective(
            rgba, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
    )
    region = layer[y0:y1, x0:x1]
    shadow = gaussian(np.ascontiguousarray(warped[..., 3]), 2.5 * px_per_mm)
    region[..., :3] *= 1 - 0.5 * shadow[..., None]
    over(region, warped)


def _texture_level(px_per_mm: float) -> int:
    """At which a card that is photographed at so many pixels a mm is drawn."""
    return next((v for v in TEXTURE_LEVELS if v >= px_per_mm * 0.9), TEXTURE_LEVELS[-1])


def _block(blocker: Blocker, homography: F64, front: _Foreground) -> None:
    turn = np.deg2rad(blocker.angle)
    unit = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float) * (blocker.half_w, blocker.half_h)
    turned = unit @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    mm = (turned + np.array([blocker.x, blocker.y])) * WIDTH_MM
    corners = project(homography, mm)
    mask = np.zeros(front.cover.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round((corners - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    alpha = f32(mask) / 255
    np.maximum(front.cover, alpha, out=front.cover)
    front.rgba *= 1 - alpha[..., None]
    front.rgba[..., :3] += alpha[..., None] * f32(blocker.colour)
    front.rgba[..., 3] += alpha


def _cast_shadow(scene: F32, rgba: F32, px_per_mm: float, recipe: Recipe) -> None:
    """The soft shadow that hand and card throw on the person behind."""
    towards = lights.direction(recipe.light)
    small = cv2.resize(rgba[..., 3], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    shift = -70.0 * px_per_mm * 0.25
    matrix = f32([[1, 0, shift * towards[0]], [0, 1, shift * towards[1]]])
    moved = cv2.warpAffine(small, matrix, (small.shape[1], small.shape[0]))
    blurred = gaussian(f32(moved), 14 * px_per_mm * 0.25)
    soft = cv2.resize(blurred, (rgba.shape[1], rgba.shape[0]), interpolation=cv2.INTER_LINEAR)
    scene *= 1 - np.float32(0.35) * f32(soft)[..., None]


def _labelled(
    recipe: Recipe, picture: U8, homography: F64 | None, cover: F32, front: F32, placed: list[person.Placed]
) -> Scene:
    height, width = picture.shape[:2]
    label: dict[str, Any] = {
        "class": recipe.cls,
        "upright_width": width,
        "upright_height": height,
        "exif_orientation": 1,
        "mirrored": recipe.mirrored,
        "card_corners": None,
        "severity": {k: _rounded(v) for k, v in recipe.severity.items()},
    }
    mask = np.full(lights.GRID, labels.OUTSIDE, np.uint8)
    held = recipe.held
    if held is not None and homography is not None and held.card.kind == "portrait":
        mask = _label_card(recipe, held, picture, homography, cover, label)
    elif held is not None and homography is not None:
        corners = card_corners(homography, held.card.width_mm, held.card.height_mm)
        label["decoy"], label["decoy_corners"] = held.card.kind, corners.tolist()
    if recipe.others:
        planes = (
            card_homography(o.pose, (width, height), o.card.width_mm, o.card.height_mm) for o in recipe.others
        )
        label["other_cards"] = [card_corners(p).tolist() for p in planes]
    if placed:
        holder = placed[-1]
        label["face_box"] = list(holder.face_box)
        label["face_covered"] = _rounded(labels.face_covered(front, holder.accessory, holder.face_box))
        label["face_source"] = recipe.people[-1].source
    if len(placed) > 1:
        label["other_faces"] = [list(p.face_box) for p in placed[:-1]]
    label["grips"] = [g.kind for g in recipe.grips]
    if recipe.mirrored:
        picture = np.ascontiguousarray(picture[:, ::-1])
        _mirror(label, width)
    for key in ("card_corners", "decoy_corners", "other_cards", "face_box", "other_faces"):
        if label.get(key) is not None:
            label[key] = np.round(label[key], 2).tolist()
    return Scene(picture, label, mask)


def _label_card(
    recipe: Recipe, held: Held, picture: U8, homography: F64, cover: F32, label: dict[str, Any]
) -> U8:
    """Adds what is true of the held card; returns its mask."""
    width = picture.shape[1]
    px_per_mm = _px_per_mm(held, homography)
    mask, clipped = labels.card_mask(picture, cover, lights.reflections(recipe.light), homography)
    covered, outside = float((mask == labels.COVERED).mean()), float((mask == labels.OUTSIDE).mean())
    seen = (mask == labels.CLEAR) | (mask == labels.GLARE)
    blur = labels.blur_px(recipe.optics, px_per_mm, max(picture.shape[:2]))
    who = held.card.identity
    label.update(
        card_corners=card_corners(homography).tolist(),
        card_width_px=round(px_per_mm * WIDTH_MM, 2),
        card_px_per_mm=round(px_per_mm, 4),
        card_frame_fraction=_rounded(px_per_mm * WIDTH_MM / width),
        card_pose={
            "roll": _rounded(held.pose.roll),
            "yaw": _rounded(held.pose.yaw),
            "pitch": _rounded(held.pose.pitch),
        },
        card_visible=_rounded(1 - covered - outside),
        card_covered=_rounded(covered),
        card_outside=_rounded(outside),
        card_saturated=_rounded(float(clipped[seen].mean()) if seen.any() else 0.0),
        blur_px=round(blur, 3),
        blur_mm=round(blur / px_per_mm, 4),
        name=who.name,
        id_number=who.number,
        birth=who.birth.isoformat(),
        sex=who.sex,
        ethnicity=who.ethnicity,
        address=who.address,
    )
    ink_light = f32((lights.reflections(recipe.light) + 0.06) * 2.0**recipe.optics.ev)
    flat = cards.draw(held.card, _texture_level(px_per_mm))
    view = labels.CardView(picture, flat.bgr, homography, mask, ink_light, blur, px_per_mm)
    label["field_boxes"] = {}
    for key, box in (("name", flat.name_box), ("number", flat.number_box)):
        if box is None:
            continue
        seen_field = labels.field(view, box, is_name=key == "name")
        label["field_boxes"][key] = [round(v, 4) for v in box]
        label[f"{key}_visible"] = _rounded(seen_field.visible)
        label[f"{key}_legible"] = seen_field.legible
        label[f"{key}_quality"] = seen_field.quality
    return mask


def _mirror(label: dict[str, Any], width: int) -> None:
    """Turns the places in `label` over, as in a mirrored photo; the order of corners stays the card's own."""
    for key in ("card_corners", "decoy_corners"):
        if label.get(key) is not None:
            label[key] = [[width - x, y] for x, y in label[key]]
    label["face_box"] = _mirror_box(label["face_box"], width) if label.get("face_box") else None
    if "other_cards" in label:
        label["other_cards"] = [[[width - x, y] for x, y in c] for c in label["other_cards"]]
    if "other_faces" in label:
        label["other_faces"] = [_mirror_box(b, width) for b in label["other_faces"]]


def _mirror_box(box: list[float], width: int) -> list[float]:
    return [width - box[2], box[1], width - box[0], box[3]]


def _rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) else round(float(value), 4)
