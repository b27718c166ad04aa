"""Array types, sRGB transfer, and the few array operations that every drawing module shares.

Colours are BGR. "Linear" means proportional to light, white paper in plain light being about 0.8.
Continuous image coordinates put (0, 0) at the outer corner of the first pixel, so that they scale with the
size.
"""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
U8 = NDArray[np.uint8]


def f32(array: Any) -> F32:
    """`array` as float32, without a copy where it already is."""
    return np.asarray(array, np.float32)


def u8(array: Any) -> U8:
    """`array` as uint8, without a copy where it already is."""
    return np.asarray(array, np.uint8)


@lru_cache(maxsize=1)
def _decode_table() -> F32:
    s = np.arange(256) / 255
    return f32(np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4))


def linear(srgb: U8) -> F32:
    """8-bit sRGB to linear light, 0 to 1 (IEC 61966-2-1)."""
    return _decode_table()[srgb]


def linear_colour(
    rng: np.random.Generator, low: float = 0.03, high: float = 0.9, colourful: float = 0.6
) -> F32:
    """A random surface colour (3,): grey of a random level, tinted by up to `colourful`."""
    level = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    tint = 1 + colourful * rng.random() * rng.uniform(-1, 1, 3)
    return f32(np.clip(level * tint, 0.005, 0.95))


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cells: float, octaves: int = 1) -> F32:
    """Noise (h, w) of about unit variance whose blobs are 1/`cells` of the longer side.

    The pattern, and what is drawn from `rng`, depend on the aspect of `shape` but not on its size.
    """
    h, w = shape
    own = np.random.default_rng(rng.integers(2**63))
    out = np.zeros(shape, np.float32)
    total = 0.0
    for octave in range(octaves):
        n = cells * 2**octave
        side = 2 + int(np.ceil(n))
        grid = own.standard_normal((side, side), dtype=np.float32)
        rows, columns = 2 + round(n * h / max(h, w)), 2 + round(n * w / max(h, w))
        weight = 0.6**octave
        out += weight * f32(cv2.resize(grid[:rows, :columns], (w, h), interpolation=cv2.INTER_CUBIC))
        total += weight**2
    return out / np.float32(np.sqrt(total) * 0.75)


def gaussian(image: F32, sigma: float) -> F32:
    """`image` blurred by a Gaussian of `sigma` pixels; unchanged below 0.15."""
    if sigma < 0.15:
        return image
    if sigma > 12:  # the same blur at a quarter of the cost or less
        size = (max(1, round(image.shape[1] / 4)), max(1, round(image.shape[0] / 4)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        blurred = gaussian(f32(small), sigma / 4)
        return f32(cv2.resize(blurred, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_CUBIC))
    return f32(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def over(below: F32, above: F32) -> None:
    """Composites premultiplied `above` (h, w, 4) over `below` (h, w, 3 or 4) in place."""
    below *= 1 - above[..., 3:]
    below += above[..., : below.shape[2]]


def project(homography: NDArray[np.floating[Any]], points: Any) -> F64:
    """Points (n, 2) through a 3×3 homography."""
    p = np.asarray(points, np.float64)
    q = np.column_stack([p, np.ones(len(p))]) @ homography.T
    return np.asarray(q[:, :2] / q[:, 2:], np.float64)
