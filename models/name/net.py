"""The network that reads a name: where its characters stand, and which of 21,000 each one is.

Residual convolutions (He et al., Deep residual learning, 2016) turn the line into columns four pixels apart.
One head says of each column whether a character stands there. Where one does, and only there, a window of
the features around it becomes a vector, whose products with the classes' vectors are the logits: so the
number of classes costs next to nothing. The classes' vectors begin as what linear discriminant analysis makes
of clean prints (`models.name.classes`), so that characters that training hardly ever shows have their place
among the others from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from idcheck.reading.name import LINE_PX
from models.layers import Residual, convolution
from models.name.classes import DIMENSIONS
from models.training import standardise

_ROWS: Final = LINE_PX // 8
_WINDOW: Final = 7
"""Columns around a character's middle from which it is told: as wide as a character."""
_AROUND: Final = 65
"""Pixels over which brightness and contrast are evened out, a character to each side."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a network is.

    Attributes:
        channels: of the trunk's four convolutions.
        blocks: residual blocks after the third and after the fourth.
        hidden: width of the layer before the vector; 0 where there is none.
        fine: channels that look at the line in twice the resolution; 0 where it is not shown so.
    """

    channels: tuple[int, int, int, int]
    blocks: tuple[int, int]
    hidden: int
    fine: int = 0

    @property
    def line_px(self) -> int:
        """Height of the line as the network takes it."""
        return (2 if self.fine else 1) * LINE_PX


SIZES: Final = {
    "first": Size((24, 32, 64, 112), (1, 1), 0),
    "second": Size((32, 48, 96, 160), (1, 2), 384),
    "fine": Size((32, 48, 96, 160), (1, 2), 384, 24),
}
"""The reader that is asked always; the one that is asked in doubt, before it saw fine lines, and as it is."""


def widened(weight: Tensor, wanted: Tensor) -> Tensor:
    """A layer's weight with zeros for the input channels that a coarse network lacks."""
    if weight.shape == wanted.shape:
        return weight
    wide = torch.zeros_like(wanted)
    wide[:, : weight.shape[1]] = weight
    return wide


def _embedding(features: int, hidden: int) -> nn.Module:
    if not hidden:
        return nn.Linear(features, DIMENSIONS)
    return nn.Sequential(
        nn.Linear(features, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, DIMENSIONS),
    )


class NameReader(nn.Module):
    """A line → features; features → where characters stand; features and places → what stands there.

    Args:
        size: of the network.
        vectors: of the classes, rows of unit length, shape (classes, `DIMENSIONS`).
        prior: logarithm of each class's frequency in training, shape (classes,).
    """

    def __init__(self, size: Size, vectors: Tensor, prior: Tensor) -> None:
        super().__init__()
        one, two, three, four = size.channels
        self.fine = (
            nn.Sequential(convolution(1, size.fine, 5, (2, 2)), convolution(size.fine, size.fine))
            if size.fine
            else None
        )
        self.trunk = nn.Sequential(
            convolution(1 + size.fine, one, 5, (2, 2)),  # 20 rows, half as many columns as pixels
            convolution(one, two),
            convolution(two, three, 3, (2, 2)),  # 10 rows, a quarter
            *(Residual(three) for _ in range(size.blocks[0])),
            convolution(three, four, 3, (2, 1)),  # 5 rows
            *(Residual(four) for _ in range(size.blocks[1])),
        )
        self.place = nn.Sequential(
            nn.Conv2d(four, 64, (_ROWS, 5), padding=(0, 2)), nn.ReLU(), nn.Conv2d(64, 1, 1)
        )
        self.embed = _embedding(four * _ROWS * _WINDOW, size.hidden)
        self.vectors = nn.Parameter(vectors.clone())
        self.register_buffer("prior", prior.clone())
        self.sharpness = nn.Parameter(torch.tensor(3.0))

    @classmethod
    def trained(cls, size: str, weights: dict[str, Tensor]) -> NameReader:
        """What training saved, of one of `SIZES`."""
        net = cls(SIZES[size], torch.zeros_like(weights["vectors"]), torch.zeros_like(weights["prior"]))
        net.load_state_dict(weights)
        return net

    def take_over(self, weights: dict[str, Tensor]) -> None:
        """Do as another network did; how often classes are drawn stays as it is here.

        Args:
            weights: of one of this size, or of one that differs but by seeing no fine lines, which then count
                for nothing.
        """
        own = self.state_dict()
        wide = {key: widened(weight, own[key]) for key, weight in weights.items()}
        self.load_state_dict(own | wide | {"prior": own["prior"]})

    def features(self, line: Tensor) -> Tensor:
        """Bytes (n, 1, `Size.line_px`, w) → (n, channels, rows, columns)."""
        if self.fine is None:
            return self.trunk(standardise(line, _AROUND))
        coarse = functional.avg_pool2d(line.float(), 2)
        seen = standardise(coarse, _AROUND), self.fine(standardise(line, 2 * _AROUND - 1))
        return self.trunk(torch.cat(seen, dim=1))

    def places(self, features: Tensor) -> Tensor:
        """Logits of a character's middle being at each column, (n, columns)."""
        return self.place(features)[:, 0, 0]

    def characters(self, features: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Logits (k, classes) of what stands at k columns of the batch's lines."""
        vectors = self.embedded(features, rows, columns)
        table = functional.normalize(self.vectors, dim=1) * self.sharpness.exp()
        # Where training runs in bfloat16, differences between look-alikes would drown in rounding.
        with torch.autocast(vectors.device.type, enabled=False):
            return functional.linear(vectors, table) + self.prior

    def embedded(self, features: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Vectors of unit length (k, `DIMENSIONS`) of what stands at k columns."""
        half = _WINDOW // 2
        padded = functional.pad(features, (half, half)).permute(0, 3, 1, 2)
        around = columns[:, None] + torch.arange(_WINDOW, device=columns.device)
        windows = padded[rows[:, None], around].permute(0, 2, 3, 1)
        return functional.normalize(self.embed(windows.flatten(1)).float(), dim=1)
