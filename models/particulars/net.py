"""The network that reads sex and birth date: one answer for the sex, and one for each of eight digits.

A stack of separable convolutions (Howard et al., MobileNets, 2017) turns the two strips, side by side, into
columns; dilated convolutions along them find out where each of the nine characters stands, by all that is
printed, 年 and 月 included; each character's columns are gathered by attention, and one classifier, the same
for all eight, names the digit, or the zero that is not printed. No digit is told what the others say.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from idcheck.reading.particulars import DIGITS, HEIGHT, INPUT_SIZE, PLACES, SEXES, WIDTHS
from models.number.net import AlongLine, Separable
from models.training import standardise

COLUMN_PX = 4
"""Pixels of the strips a column."""
COLUMNS = INPUT_SIZE[0] // COLUMN_PX
SEX_COLUMNS = WIDTHS["sex"] // COLUMN_PX
CLASSES = len(DIGITS) + 1
"""Of a digit's place; the last is a zero that is not printed."""
_AROUND = 51
"""Pixels over which brightness and contrast are evened out: as wide as the strip of the sex."""
_MAY_LACK = (4, 6)
"""The places of the tens of month and day."""


def bump(centres: Tensor) -> Tensor:
    """How much of a character's print lies in each column, 1 in its middle; shape (..., 64).

    Args:
        centres: in columns; NaN gives 0 everywhere.
    """
    near = torch.exp(-(centres[..., None] - torch.arange(COLUMNS)).square() / 1.6)
    return torch.nan_to_num(near, nan=0.0)


class ParticularsReader(nn.Module):
    """Two strips side by side → what stands in them.

    Input: bytes, shape (n, 1, 36, 256). Output: logits of the two sexes, shape (n, 2); of the eight digits,
    shape (n, 8, 11); and how much each of the nine looks at each column, logits of shape (n, 9, 64).
    """

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = nn.Sequential(
            nn.Conv2d(1, 16, 5, 2, 2, bias=False), nn.BatchNorm2d(16), nn.ReLU(),  # 18 by 128
            Separable(16, 24),
            Separable(24, 56, (2, 2)), Separable(56, 56),  # 9 by 64
            Separable(56, 80, (2, 1)), Separable(80, 80), Separable(80, 80),  # 5 by 64
            nn.Conv2d(80, 96, (-(-HEIGHT // 8), 1), bias=False), nn.BatchNorm2d(96), nn.ReLU(),  # 1 by 64
        )  # fmt: skip
        self.where = nn.Parameter(torch.zeros(1, 96, 1, COLUMNS))
        self.line = nn.Sequential(*(AlongLine(96, dilation) for dilation in (1, 2, 4, 8)))
        self.places = nn.Conv2d(96, 1 + PLACES, 1)
        self.near = AlongLine(96, 1)
        self.sex = nn.Sequential(nn.Linear(96, 32), nn.ReLU(), nn.Linear(32, len(SEXES)))
        self.digit = nn.Sequential(nn.Linear(96, 80), nn.ReLU(), nn.Linear(80, CLASSES))
        apart = torch.zeros(1 + PLACES, COLUMNS)
        apart[0, SEX_COLUMNS:] = apart[1:, :SEX_COLUMNS] = -1e4
        self.register_buffer("apart", apart)

    def forward(self, strips: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        columns = self.glyphs(standardise(strips, _AROUND))
        looks = self.places(self.line(columns + self.where))[:, :, 0] + self.apart
        seen = torch.bmm(looks.softmax(dim=2), self.near(columns)[:, :, 0].transpose(1, 2))
        return self.sex(seen[:, 0]), self.digit(seen[:, 1:]), looks


class Calibrated(nn.Module):
    """The trained network as it is used.

    Output: log-probabilities at the fitted temperatures: of the sexes, shape (n, 2), and of the ten digits,
    shape (n, 8, 10), where a zero that is not printed counts as a zero.
    """

    def __init__(self, net: ParticularsReader, temperatures: tuple[float, float]) -> None:
        super().__init__()
        self.net = net
        self.temperatures = temperatures
        zero = torch.zeros(PLACES, len(DIGITS))
        zero[list(_MAY_LACK), 0] = 1.0
        self.register_buffer("zero", zero)

    def forward(self, strips: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        sex, digits, _ = self.net(strips)
        p = (digits / self.temperatures[1]).softmax(dim=2)
        p = (p[:, :, :-1] + p[:, :, -1:] * self.zero).clamp(min=1e-9)
        return (sex / self.temperatures[0]).log_softmax(dim=1), (p / p.sum(dim=2, keepdim=True)).log()
