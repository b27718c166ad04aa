"""People: cut out of public-domain photographs that packages ship, or drawn; recoloured, reshaped, dressed.

Sources: scikit-image's `astronaut` (Eileen Collins, NASA, public domain) and matplotlib's sample
`grace_hopper.jpg` (Grace Hopper, US Navy, public domain). No other person's picture is used.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data

from samples.arrays import F32, F64, U8, f32, gaussian, linear, linear_colour, over, smooth_noise, u8

PHOTOGRAPHED = ("astronaut", "hopper")


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
class Cutout:
    """A person cut out of a picture of known face place.

    `bgr` (h, w, 3) uint8 sRGB; `alpha`, `skin` (h, w) in 0–1; `face` x0, y0, x1, y1 in px of the cut-out;
    `skin_colour` (3,) linear.
    """

    bgr: U8
    alpha: F32
    skin: F32
    face: tuple[float, float, float, float]
    skin_colour: F32


@dataclass(frozen=True, slots=True)
class Placed:
    """A person drawn in place: premultiplied linear `rgba` (H, W, 4), the face in px, skin (3,) linear."""

    rgba: F32
    face_box: tuple[float, float, float, float]
    accessory: F32 | None  # (H, W) coverage of what hides part of the face
    skin_colour: F32


@lru_cache(maxsize=64)
def cutout(source: str, head_only: bool) -> Cutout:
    """The person named `source`: astronaut, hopper, or drawn:<seed>."""
    if source.startswith("drawn:"):
        return _drawn_head(int(source.removeprefix("drawn:")))
    if source == "astronaut":
        rgb = skimage.data.astronaut()  # type: ignore[no-untyped-call]
        bgr = u8(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        face, neck = (178.0, 72.0, 276.0, 184.0), 187.0
        head = np.array(
            [
                (152, 30),
                (225, 5),
                (303, 40),
                (303, 130),
                (270, 150),
                (254, 172),
                (252, 195),
                (188, 195),
                (184, 165),
                (172, 130),
                (150, 105),
            ]
        )
        body = np.array(
            [(60, 215), (130, 150), (255, 170), (310, 250), (365, 300), (365, 511), (20, 511), (40, 280)]
        )
    else:
        # skimage and matplotlib ship these pictures as package data: nothing is fetched
        path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
        bgr = u8(cv2.imread(str(path), cv2.IMREAD_COLOR))
        face, neck = (166.0, 126.0, 360.0, 322.0), 326.0
        head = np.array(
            [
                (145, 60),
                (262, 15),
                (372, 60),
                (378, 240),
                (350, 305),
                (330, 350),
                (215, 350),
                (165, 300),
                (145, 240),
            ]
        )
        body = np.array([(200, 330), (330, 320), (500, 390), (511, 599), (20, 599), (50, 385)])
    alpha = _matte(bgr, head, body)
    if head_only:
        within = np.zeros(bgr.shape[:2], np.uint8)
        cv2.fillPoly(within, [head.astype(np.int32)], 255)
        fade = np.clip((neck + 6 - np.arange(bgr.shape[0])) / 14, 0, 1)[:, None]
        alpha = f32(alpha * fade * gaussian(f32(within / 255), 2))
    skin = f32(_skin_likelihood(bgr, face) * alpha)
    return _cropped(Cutout(bgr, alpha, skin, face, _mean_skin(bgr, skin)))


def _cropped(cut: Cutout) -> Cutout:
    """The cut-out without the empty picture around it, which would only cost time."""
    x, y, w, h = cv2.boundingRect(u8(cut.alpha > 0))
    top, left = max(0, y - 4), max(0, x - 4)
    here = (slice(top, y + h + 4), slice(left, x + w + 4))
    x0, y0, x1, y1 = cut.face
    face = (x0 - left, y0 - top, x1 - left, y1 - top)
    return Cutout(cut.bgr[here], cut.alpha[here], cut.skin[here], face, cut.skin_colour)


def _matte(bgr: U8, head: F64, body: F64) -> F32:
    """Soft coverage of the person: GrabCut between what is surely and what may be the person."""
    maybe = np.zeros(bgr.shape[:2], np.uint8)
    for polygon in (head, body):
        cv2.fillPoly(maybe, [polygon.astype(np.int32)], 1)
    sure = cv2.erode(
        maybe, np.ones((3, 3), np.uint8), iterations=18, borderType=cv2.BORDER_CONSTANT, borderValue=1
    )
    state = np.full(bgr.shape[:2], cv2.GC_BGD, np.uint8)
    state[cv2.dilate(maybe, np.ones((13, 13), np.uint8)) > 0] = cv2.GC_PR_BGD
    state[maybe > 0] = cv2.GC_PR_FGD
    state[sure > 0] = cv2.GC_FGD
    cv2.setRNGSeed(1)  # GrabCut starts from k-means, which draws from OpenCV's generator
    cv2.grabCut(bgr, state, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    person = f32((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(person.astype(np.uint8))
    if count > 1:
        person = f32(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))
    # pulled in a little, so that no rim of the old background comes along
    return f32(np.clip((gaussian(f32(person), 2.0) - 0.45) / 0.5, 0, 1))


def _skin_likelihood(bgr: U8, face: tuple[float, float, float, float]) -> F32:
    x0, y0, x1, y1 = (round(v) for v in face)
    chroma = f32(cv2.cvtColor(bgr, cv2.COLOR_BGR2YCrCb))[..., 1:]
    w, h = x1 - x0, y1 - y0
    core = chroma[y0 + h // 3 : y1 - h // 4, x0 + w // 3 : x1 - w // 3].reshape(-1, 2)
    mean, spread = np.median(core, 0), core.std(0) + 5
    near = np.exp(-0.5 * (((chroma - mean) / (2.2 * spread)) ** 2).sum(-1))
    region = np.zeros(bgr.shape[:2], np.uint8)
    axes = (round(0.68 * w), round(0.80 * h))
    cv2.ellipse(region, ((x0 + x1) // 2, (y0 + y1) // 2), axes, 0, 0, 360, 255, -1)
    return gaussian(f32(near * (region / 255)), 1.5)


def _mean_skin(bgr: U8, skin: F32) -> F32:
    weight = (skin * (skin > 0.6))[..., None]
    return f32((linear(bgr) * weight).sum((0, 1)) / max(float(weight.sum()), 1.0))


def skin_tone(rng: np.random.Generator) -> F32:
    """A skin colour (3,), linear BGR, from very pale to very dark."""
    depth = rng.beta(1.2, 2.0)
    pale, dark = np.array([0.42, 0.52, 0.74]), np.array([0.022, 0.035, 0.075])
    tone = np.exp(np.log(pale) * (1 - depth) + np.log(dark) * depth)
    return f32(tone * (1 + rng.uniform(-0.12, 0.12, 3)))


def _drawn_head(seed: int) -> Cutout:
    """A plain drawn head, soft enough to stand in for a face out of focus or on a card."""
    rng = np.random.default_rng(seed)
    size = 384
    canvas = np.zeros((size, size, 3), np.float32)
    alpha = np.zeros((size, size), np.float32)
    skin = skin_tone(rng)
    hair = linear_colour(rng, 0.01, 0.25, 0.4)
    cx, cy = 192.0, 190.0
    half_w, half_h = rng.uniform(62, 76), rng.uniform(84, 98)

    def ellipse(x: float, y: float, rx: float, ry: float, soft: float = 1.0, angle: float = 0) -> F32:
        mask = np.zeros((size, size), np.uint8)
        cv2.ellipse(mask, ((x, y), (2 * rx, 2 * ry), angle), 255, -1, cv2.LINE_AA)
        return gaussian(f32(mask / 255), soft)

    def paint(mask: F32, colour: F32, opacity: float = 1.0) -> None:
        m = (mask * opacity)[..., None]
        canvas[:] = canvas * (1 - m) + m * colour
        np.maximum(alpha, mask * opacity, out=alpha)

    long_hair = rng.random() < 0.5
    paint(ellipse(cx, cy - 22, half_w * rng.uniform(1.12, 1.3), half_h * rng.uniform(1.02, 1.15), 2), hair)
    if long_hair:
        paint(ellipse(cx, cy + 45, half_w * rng.uniform(1.15, 1.4), half_h * rng.uniform(1.0, 1.3), 3), hair)
    neck = np.zeros((size, size), np.float32)
    neck[round(cy + 30) : size - 40, round(cx - 0.52 * half_w) : round(cx + 0.52 * half_w)] = 1
    paint(gaussian(neck, 2), skin * 0.75)
    for side in (-1, 1):
        paint(ellipse(cx + side * half_w, cy + 5, 11, 20, 1.5), skin * 0.85)
    face = ellipse(cx, cy, half_w, half_h, 1.2)
    paint(face, skin)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    light = (
        1.06 - 0.32 * ((x - cx + rng.uniform(-30, 30)) / half_w) ** 2 - 0.16 * ((y - cy + 25) / half_h) ** 2
    )
    shade = np.where(face > 0, np.clip(light, 0.45, 1.2), 1)
    canvas *= shade[..., None].astype(np.float32)
    eye_y, eye_x = cy - rng.uniform(2, 14), half_w * rng.uniform(0.40, 0.48)
    for side in (-1, 1):
        ex = cx + side * eye_x
        paint(ellipse(ex, eye_y, 17, 11, 4), skin * 0.55, 0.6)
        paint(ellipse(ex, eye_y, 12, 5.2, 1), f32([0.6, 0.62, 0.64]))
        paint(ellipse(ex, eye_y, 5, 5, 1), f32([0.03, 0.03, 0.03]))
        paint(ellipse(ex, eye_y - 20, 19, 3.6, 1.5, side * rng.uniform(-8, 8)), hair * 0.8, 0.85)
    paint(ellipse(cx + 3, cy + 24, 7, 26, 5), skin * 0.72, 0.45)
    paint(ellipse(cx, cy + 37, 14, 5, 3), skin * 0.5, 0.55)
    lips = skin * f32([0.62, 0.5, 0.85])
    paint(ellipse(cx, cy + 61, rng.uniform(20, 28), rng.uniform(5, 9), 1.5), f32(lips), 0.9)
    paint(ellipse(cx, cy + 61, 20, 1.4, 1), f32(lips * 0.4), 0.8)
    fringe = ellipse(
        cx + rng.uniform(-20, 20), cy - half_h * 0.93, half_w * 1.05, half_h * rng.uniform(0.25, 0.45), 2
    )
    paint(fringe, hair)
    grain = 1 + 0.05 * smooth_noise(rng, (size, size), 90, 2)
    canvas *= np.clip(grain, 0.5, 1.5)[..., None]
    fade = np.clip((cy + half_h + 14 - np.arange(size)) / 14, 0, 1)[:, None]
    srgb = np.clip(np.power(np.clip(canvas, 0, 1), 1 / 2.2) * 255, 0, 255).astype(np.uint8)
    box = (cx - half_w, cy - half_h * 0.82, cx + half_w, cy + half_h)
    body = f32(alpha * fade)
    return _cropped(Cutout(srgb, body, f32(face * body), box, skin))


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
    if not recipe.own_clothes:
        below = _torso(recipe, rng, size, skin)
        over(below, layer)
        layer = below
    cover = None
    if recipe.accessory != "none":
        dressed, cover = _accessory(recipe, rng, size, box)
        over(layer, dressed)
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


def _torso(recipe: PersonRecipe, rng: np.random.Generator, size: tuple[int, int], skin: F32) -> F32:
    """Neck, shoulders and drawn clothes: premultiplied RGBA (H, W, 4)."""
    width, height = size
    face = recipe.face_h * height
    cx, cy = recipe.face_x * width, recipe.face_y * height
    turn = np.deg2rad(recipe.tilt) * 0.5
    chin = np.array([cx - np.sin(turn) * 0.5 * face, cy + np.cos(turn) * 0.5 * face])
    out = np.zeros((height, width, 4), np.float32)
    neck = rng.uniform(0.24, 0.33)
    _fill(
        out,
        chin + face * np.array([(-neck, -0.35), (neck, -0.35), (neck * 1.15, 0.5), (-neck * 1.15, 0.5)]),
        skin * 0.72,
    )
    drop, reach = rng.uniform(0.40, 0.62), rng.uniform(0.95, 1.35)
    collar = rng.uniform(0.10, 0.30)
    right = [
        (neck * 1.0, collar - 0.12), (neck * 1.5, collar + 0.05), (reach * 0.62, drop - 0.06),
        (reach * 0.9, drop + 0.06), (reach, drop + 0.32), (reach * 1.10, drop + 1.0), (reach * 1.25, 14.0),
    ]  # fmt: skip
    notch = rng.uniform(0.02, 0.45) if rng.random() < 0.5 else 0.04
    outline = [*right, *[(-px, py) for px, py in reversed(right)], (0.0, collar + notch)]
    points = _rounded(np.array(outline), 3)
    clothes = _cloth(rng, size, face, chin)
    _fill(out, chin + face * points, clothes)
    return out


def _rounded(points: F64, rounds: int) -> F64:
    """A closed polygon with its corners cut `rounds` times (Chaikin)."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        pairs = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], 1)
        points = pairs.reshape(-1, 2)
    return points


def _fill(rgba: F32, polygon: F64, colour: F32) -> None:
    """Paints a polygon over premultiplied `rgba`; `colour` is (3,), or (h, W, 3) for the lowest h rows."""
    height, width = rgba.shape[:2]
    x0, y0 = (int(v) for v in np.clip(np.floor(polygon.min(0)) - 1, 0, (width, height)))
    x1, y1 = (int(v) for v in np.clip(np.ceil(polygon.max(0)) + 1, 0, (width, height)))
    if x0 >= x1 or y0 >= y1:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    limit = 20.0 * max(height, width)
    fixed = np.round((np.clip(polygon, -limit, limit) - 0.5 - (x0, y0)) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    a = (f32(mask) / 255)[..., None]
    if colour.ndim == 3:
        start = y0 - (height - colour.shape[0])
        colour = colour[start : start + y1 - y0, x0:x1]
    region = rgba[y0:y1, x0:x1]
    region *= 1 - a
    region[..., :3] += a * colour
    region[..., 3:] += a


def _cloth(rng: np.random.Generator, size: tuple[int, int], face: float, chin: F64) -> F32:
    """Linear colour (h, W, 3) of a plain or patterned cloth with folds, for the rows from the chin down."""
    width = size[0]
    height = size[1] - int(np.clip(np.floor(chin[1] - 0.2 * face), 0, size[1] - 2))
    y, x = np.mgrid[size[1] - height : size[1], :width].astype(np.float32)
    x = (x - np.float32(chin[0])) / np.float32(face)
    y = (y - np.float32(chin[1])) / np.float32(face)
    first, second = linear_colour(rng, 0.01, 0.8, 0.9), linear_colour(rng, 0.01, 0.8, 0.9)
    kind = str(
        rng.choice(
            ["plain", "horizontal", "vertical", "check", "mottled", "print"],
            p=[0.45, 0.15, 0.1, 0.1, 0.1, 0.1],
        )
    )
    period = rng.uniform(0.06, 0.35)
    share = rng.uniform(0.2, 0.6)
    bend = f32(0.06 * np.sin(2 * x))
    if kind == "horizontal":
        weight = f32(((y + bend) / period) % 1 < share)
    elif kind == "vertical":
        weight = f32((x / period) % 1 < share)
    elif kind == "check":
        weight = 0.5 * f32((x / period) % 1 < share) + 0.5 * f32(((y + bend) / period) % 1 < share)
    elif kind == "mottled":
        weight = np.clip(smooth_noise(rng, (height, width), 30, 2) * 0.5 + 0.4, 0, 1)
    elif kind == "print":
        inside = (np.abs(x - rng.uniform(-0.2, 0.2)) < 0.3) & (np.abs(y - 1.0) < rng.uniform(0.1, 0.3))
        weight = f32(inside) * np.clip(smooth_noise(rng, (height, width), 14) + 0.6, 0, 1)
    else:
        weight = np.zeros((height, width), np.float32)
    folds = smooth_noise(rng, (height, width), 5, 2) * 0.10 + smooth_noise(rng, (height, width), 14) * 0.05
    shade = np.clip(1.05 - 0.22 * np.abs(x - rng.uniform(-0.4, 0.4)) + folds, 0.25, 1.4)
    return f32((first + weight[..., None] * (second - first)) * shade[..., None])


def _accessory(
    recipe: PersonRecipe,
    rng: np.random.Generator,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
) -> tuple[F32, F32]:
    """Something worn over the face: premultiplied RGBA (H, W, 4) and its coverage (H, W)."""
    width, height = size
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    half = 0.5 * recipe.face_h * height
    turn = np.deg2rad(recipe.tilt)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    out = np.zeros((height, width, 4), np.float32)

    def put(points: list[tuple[float, float]], colour: F32, rounds: int = 3) -> None:
        _fill(out, centre + half * (_rounded(np.array(points), rounds) @ rotation.T), colour)

    if recipe.accessory == "sunglasses":
        colour = linear_colour(rng, 0.005, 0.05, 0.5)
        for side in (-1, 1):
            put(
                [
                    (side * 0.06, -0.36),
                    (side * 0.72, -0.40),
                    (side * 0.70, 0.02),
                    (side * 0.35, 0.12),
                    (side * 0.10, 0.0),
                ],
                colour,
            )
        put([(-0.2, -0.33), (0.2, -0.33), (0.2, -0.24), (-0.2, -0.24)], colour, 0)
    else:
        light = rng.random() < 0.7
        colour = linear_colour(rng, 0.35, 0.85, 0.35) if light else linear_colour(rng, 0.01, 0.3, 0.8)
        top = rng.uniform(-0.12, 0.15)
        low = 1.10 if recipe.accessory == "mask" else 1.8
        put(
            [
                (-0.82, top),
                (0.0, top - 0.12),
                (0.82, top),
                (0.84, 0.5),
                (0.45, low),
                (-0.45, low),
                (-0.84, 0.5),
            ],
            colour,
            2,
        )
        for i in range(3):
            level = top + 0.2 + 0.2 * i
            put(
                [(-0.78, level), (0.78, level), (0.78, level + 0.03), (-0.78, level + 0.03)],
                f32(colour * 0.8),
                0,
            )
    shade = np.clip(1 + 0.06 * smooth_noise(rng, (height, width), 8), 0.7, 1.2)[..., None]
    out[..., :3] *= shade
    return out, f32(out[..., 3].copy())


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
