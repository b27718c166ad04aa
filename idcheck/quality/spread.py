"""How wide a picture's point-spread function is: the blur that every measure of blur stands on.

The width is D4σ (ISO 11146-1), four standard deviations, which is the diameter of the disc of confusion that
blurs as much; pixel and lens included; of the worst direction.

How: the re-blur method (Crete et al., The blur effect, SPIE 6492, 2007) made quantitative. Blur a picture
again, by a Gaussian of standard deviation s, and it loses the less gradient energy the blurrier it was.
Print, like natural images (Field, Relations between the statistics of natural images and the response
properties of cortical cells, 1987), has power that falls with the square of frequency, and then the
energy of the gradient along a direction is proportional to 1 / (σ² + s²), σ² being the variance of the
point-spread function in that direction. Two values of s give σ², whatever the text and its contrast.
Noise adds energy everywhere: what the smoothest parts hold is subtracted.

A hand's shake leaves sharp streaks that this law does not fit. There the directions are compared: print
has about as much energy in all of them, so that the law gives σ² along the streaks from that across them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from idcheck.quality.cause import Cause
from idcheck.types import Gray

_ANGLES: Final = np.radians(np.arange(0, 180, 15))
_ALONG: Final = np.stack([np.cos(_ANGLES) ** 2, 2 * np.cos(_ANGLES) * np.sin(_ANGLES), np.sin(_ANGLES) ** 2])
_UNEVEN: Final = 2.0
"""How much more energy sharp print may have in one direction than in another."""
_SMOOTHEST: Final = 0.1
"""The share of a crop that is taken to hold noise and nothing else."""
_LEAST_SIGNAL: Final = 0.6
"""Energy of the print over that of the noise, below which nothing can be measured."""
_LEAST_ENERGY: Final = 0.01
"""Squared levels a pixel: what rounding to 8 bits leaves."""


def spread_mm(
    luma: Gray, shown: NDArray[np.bool_], px_per_mm: float, scales_mm: tuple[float, float]
) -> float | Cause:
    """Blur of a picture, in mm.

    Args:
        luma: shape (height, width).
        shown: where it shows what is measured; the shape of ``luma``.
        px_per_mm: of ``luma``.
        scales_mm: the two standard deviations by which it is blurred again.
    """
    levels = luma.astype(np.float32)
    first, second = (_gradients(levels, shown, scale * px_per_mm) for scale in scales_mm)
    # Between the two scales noise loses three quarters of its energy or more. Where not so much is lost in
    # all, what the smoothest parts hold is not noise but strokes run together.
    most = 4 / 3 * (first.mean - second.mean)
    share = min(1.0, max(most, 0.0) / max(first.noise, 1e-9))
    if second.mean - share * second.noise < max(_LEAST_ENERGY, _LEAST_SIGNAL * share * second.noise):
        return Cause.NO_PRINT
    strong, weak = first.along(share), second.along(share)
    fine, coarse = scales_mm[0] ** 2, scales_mm[1] ** 2
    ratio = np.maximum(strong / weak, 1.0001)
    variance = np.maximum((coarse - fine * ratio) / (ratio - 1), 0)
    across = int(weak.argmax())
    streaks = (variance[across] + coarse) * weak[across] / weak.min() / _UNEVEN - coarse
    worst = max(float(variance.max()), float(streaks))
    return float(np.clip(4 * np.sqrt(worst), 0.64 * scales_mm[1], 32 * scales_mm[1]))


@dataclass(frozen=True, slots=True)
class _Gradients:
    """Mean products of derivatives, in squared levels a pixel: xx, xy, yy; and the noise in them."""

    tensor: NDArray[np.float64]
    noise: float

    @property
    def mean(self) -> float:
        """Over all directions."""
        return float(self.tensor[0] + self.tensor[2]) / 2

    def along(self, share: float) -> NDArray[np.float64]:
        """Along each direction, less that share of the noise."""
        energies = self.tensor @ _ALONG
        return np.asarray(np.maximum(energies - share * self.noise, 0.02 * energies))


def _gradients(levels: NDArray[np.float32], shown: NDArray[np.bool_], sigma_px: float) -> _Gradients:
    smooth = cv2.GaussianBlur(levels, (0, 0), sigma_px)
    dx, dy = np.zeros_like(smooth), np.zeros_like(smooth)
    np.subtract(smooth[:, 2:], smooth[:, :-2], out=dx[:, 1:-1])
    np.subtract(smooth[2:], smooth[:-2], out=dy[1:-1])
    dx, dy = (dx.ravel(), dy.ravel()) if shown.all() else (dx[shown], dy[shown])
    tensor = np.array([dx @ dx, dx @ dy, dy @ dy], np.float64) / (4 * dx.size)
    # Squared gradients of Gaussian noise are distributed exponentially: a quantile gives their mean.
    few = dx[::3], dy[::3]
    squared = few[0] * few[0] + few[1] * few[1]
    rank = int(_SMOOTHEST * squared.size)
    noise = float(np.partition(squared, rank)[rank]) / -np.log(1 - _SMOOTHEST) / 8
    return _Gradients(tensor, noise)
