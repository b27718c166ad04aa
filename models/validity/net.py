"""The network that reads the validity period: where its characters stand, and which each one is.

Residual convolutions (He et al., Deep residual learning, 2016) turn the strip into columns four pixels apart;
dilated ones along the line say of each column whether the middle of a character is there; and a classifier
that sees hardly more than that character names it. No character is told what others say: dates cannot be
learnt.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from idcheck.reading.validity import ALPHABET, INPUT_SIZE
from models.number.net import AlongLine, residual_columns
from models.training import standardise

COLUMN_PX = 4
"""Pixels of the strip a column."""
COLUMNS = INPUT_SIZE[0] // COLUMN_PX
_WIDTH = 160
"""Channels of a column."""
_HIDDEN = 192
"""Of the layer before the classes."""
_AROUND = 65
"""Pixels over which brightness and contrast are evened out, three digits to each side."""


class ValidityReader(nn.Module):
    """A strip → what stands at each column.

    Input: bytes, shape (n, 1, 52, 352). Output: logits of a character's middle being at each column, shape
    (n, 88), and of `ALPHABET`'s characters, should one be, shape (n, 88, 14).
    """

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = residual_columns(_WIDTH, 7)
        self.line = nn.Sequential(*(AlongLine(_WIDTH, dilation) for dilation in (1, 2, 4, 8)))
        self.place = nn.Conv2d(_WIDTH, 1, 1)
        self.near = AlongLine(_WIDTH, 1)
        self.name = nn.Sequential(
            nn.Conv2d(_WIDTH, _HIDDEN, 1), nn.ReLU(), nn.Conv2d(_HIDDEN, len(ALPHABET), 1)
        )

    def forward(self, strip: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        columns = self.glyphs(standardise(strip, _AROUND))
        names = self.name(self.near(columns))[:, :, 0].transpose(1, 2)
        return self.place(self.line(columns))[:, 0, 0], names


class Reading(nn.Module):
    """The trained network as it is used: log-probabilities, at the fitted temperature.

    Output: of nothing, and of each of `ALPHABET`'s characters, at each column; shape (n, 88, 15).
    """

    def __init__(self, net: ValidityReader, temperature: float) -> None:
        super().__init__()
        self.net = net
        self.temperature = temperature

    def forward(self, strip: Tensor) -> Tensor:
        """See the class."""
        places, names = self.net(strip)
        here = functional.logsigmoid(places)[:, :, None]
        nothing = functional.logsigmoid(-places)[:, :, None]
        return torch.cat([nothing, here + (names / self.temperature).log_softmax(dim=2)], dim=2)
