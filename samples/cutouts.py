"""Heads and bodies: cut out of public-domain photographs that packages ship, or drawn.

Sources: scikit-image's `astronaut` (Eileen Collins, NASA, public domain) and matplotlib's sample
`grace_hopper.jpg` (Grace Hopper, US Navy, public domain). No other person's picture is used.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data

from samples.arrays import F32, F64, U8, f32, gaussian, linear, linear_colour, smooth_noise, u8

PHOTOGRAPHED = ("astronaut", "hopper")


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
