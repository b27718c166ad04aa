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

from samples.arrays import F32, F64, U8, f32, gaussian, linear, u8
from samples.head import draw

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
    rng = np.random.default_rng(seed)
    tone = skin_tone(rng)
    head = draw(rng, tone)
    return _cropped(Cutout(head.bgr, head.alpha, head.skin, head.face, tone))
