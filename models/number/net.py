"""The network that reads the identity number: one answer for each of its eighteen places.

The number always has eighteen characters on an even pitch, so the network is asked for each place rather
than for a sequence (CTC): a character that is hidden stays a place of its own, with spread probabilities,
instead of vanishing, and the places after it do not move. A stack of separable convolutions (Howard et al.,
MobileNets, 2017) turns the strip into columns; dilated convolutions over the whole line find out where each
place may be printed; of all rows of eighteen even steps, those that agree with these finds best say where the
places are, so that none can be skipped or counted twice; and one classifier, the same for all places, names
what stands there. No place is told what the others say: dates and check characters cannot be learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from idcheck.reading.number import ALPHABET, INPUT_SIZE, PLACES
from models.layers import Residual, convolution
from models.training import standardise

COLUMN_PX = 4
"""Pixels of the strip a column."""
COLUMNS = INPUT_SIZE[0] // COLUMN_PX
_AROUND = 65
"""Pixels over which brightness and contrast are evened out, two and a half characters to each side."""
_STEP = 3.34
"""Columns from one place to the next, where the card's corners were found exactly."""
_MIDDLE = (COLUMNS - 1) / 2
_AWAY = 5.0
"""Columns by which a row's middle may lie beside the strip's."""
_WIDER = 2.0
"""Columns by which each end of a row may lie further out, or further in."""
_BETWEEN = 0.5
"""Columns between the rows that are tried."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is.

    Attributes:
        width: channels of a column.
        hidden: width of the layer before the classes.
        residual: whether columns come from residual convolutions instead of separable ones.
    """

    width: int
    hidden: int
    residual: bool


SIZES: Final = {"first": Size(128, 96, residual=False), "second": Size(160, 192, residual=True)}
"""The reader that is asked always, and the one that is asked in doubt, at four times the work."""


class Separable(nn.Module):
    """Depthwise, then pointwise; with a shortcut where the shapes allow."""

    def __init__(self, channels: int, out: int, stride: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.shortcut = channels == out and stride == (1, 1)
        self.depthwise = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels)
        )
        self.pointwise = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        y = self.pointwise(functional.relu(self.depthwise(x)))
        return functional.relu(x + y if self.shortcut else y)


class AlongLine(nn.Module):
    """Columns see their neighbours, `dilation` apart."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.depthwise = nn.Sequential(
            nn.Conv2d(
                channels,
                channels,
                (1, 5),
                padding=(0, 2 * dilation),
                dilation=(1, dilation),
                groups=channels,
                bias=False,
            ),
            nn.BatchNorm2d(channels),
        )
        self.pointwise = nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return functional.relu(x + self.pointwise(functional.relu(self.depthwise(x))))


def rows() -> Tensor:
    """Where the places of a number may be, in columns: all rows of even steps near the nominal one.

    Returns:
        shape (rows, 18).
    """
    away = torch.arange(-_AWAY, _AWAY + _BETWEEN, _BETWEEN)
    wider = torch.arange(-_WIDER, _WIDER + _BETWEEN, _BETWEEN)
    outward = (torch.arange(PLACES) - (PLACES - 1) / 2) / ((PLACES - 1) / 2)
    nominal = _MIDDLE + _STEP * (PLACES - 1) / 2 * outward
    return (nominal + away[:, None, None] + wider[None, :, None] * outward).view(-1, PLACES)


def bump(centres: Tensor) -> Tensor:
    """How much of a character's print lies in each column, 1 in its middle; shape (..., 64).

    Args:
        centres: in columns.
    """
    return torch.exp(-(centres[..., None] - torch.arange(COLUMNS, device=centres.device)).square() / 2)


class NumberReader(nn.Module):
    """A strip → what stands at each place.

    Input: bytes, shape (n, 1, 32, 256). Output: logits of `ALPHABET`'s characters, shape (n, 18, 11), and how
    much each place looks at each column, logits of shape (n, 18, 64).
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        self.glyphs = residual_columns(width, 4) if size.residual else _separable(width)
        self.where = nn.Parameter(torch.zeros(1, width, 1, COLUMNS))
        self.line = nn.Sequential(*(AlongLine(width, dilation) for dilation in (1, 2, 4, 8)))
        self.places = nn.Conv2d(width, PLACES, 1)
        self.near = AlongLine(width, 1)
        self.name = nn.Sequential(
            nn.Linear(width, size.hidden), nn.ReLU(), nn.Linear(size.hidden, len(ALPHABET))
        )
        self.register_buffer("rows", rows())

    def forward(self, strip: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        columns = self.glyphs(standardise(strip, _AROUND))
        looks = self.places(self.line(columns + self.where))[:, :, 0].float()
        near = self.near(columns)[:, :, 0].transpose(1, 2).float()
        # Where training runs in bfloat16, the differences between rows would drown in rounding.
        with torch.autocast(strip.device.type, enabled=False):
            return self.name(torch.bmm(self._standing(looks), near)), looks

    def _standing(self, looks: Tensor) -> Tensor:
        """How much each place stands at each column, by the rows of even steps that agree with the looks."""
        tried = functional.normalize(bump(self.rows), p=1.0, dim=2).flatten(1)
        agree = functional.linear(looks.log_softmax(dim=2).flatten(1), tried)
        return (agree.softmax(dim=1) @ tried).view(-1, PLACES, COLUMNS)


def _separable(width: int) -> nn.Sequential:
    """A strip → columns, (n, width, 1, 64)."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, 2, 2, bias=False), nn.BatchNorm2d(16), nn.ReLU(),  # 16 by 128
        Separable(16, 32),
        Separable(32, 64, (2, 2)), Separable(64, 64), Separable(64, 64),  # 8 by 64
        Separable(64, 96, (2, 1)), Separable(96, 96), Separable(96, 96),  # 4 by 64
        nn.Conv2d(96, width, (4, 1), bias=False), nn.BatchNorm2d(width), nn.ReLU(),  # 1 by 64
    )  # fmt: skip


def residual_columns(width: int, rows: int) -> nn.Sequential:
    """A strip → columns of four pixels, (n, width, 1, columns), by more and wider convolutions.

    Args:
        width: channels of a column.
        rows: an eighth of the strip's height, rounded up.
    """
    return nn.Sequential(
        convolution(1, 24, 5, (2, 2)),
        convolution(24, 48),
        convolution(48, 80, 3, (2, 2)), Residual(80),
        convolution(80, 128, 3, (2, 1)), Residual(128),
        nn.Conv2d(128, width, (rows, 1), bias=False), nn.BatchNorm2d(width), nn.ReLU(),
    )  # fmt: skip


class Calibrated(nn.Module):
    """The trained network as it is used: log-probabilities, shape (n, 18, 11), at the fitted temperature."""

    def __init__(self, net: NumberReader, temperature: float) -> None:
        super().__init__()
        self.net = net
        self.temperature = temperature

    def forward(self, strip: Tensor) -> Tensor:
        """See the class."""
        return (self.net(strip)[0] / self.temperature).log_softmax(dim=2)
