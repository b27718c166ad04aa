"""The two networks that find the card: `Finder` on the whole photo, `Corners` on the flattened candidate.

Both are small stacks of depthwise-separable convolutions (Howard et al., MobileNets, 2017) on one gray
channel that is standardised inside the graph, so that exposure and contrast need no care outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from idcheck.scene.card import CROP_CORNERS, Kind
from models.layers import Residual, convolution

FINDER_STRIDE = 8
"""Pixels of the view a cell of the finder's maps."""
CORNERS_STRIDE = 4
"""Pixels of the crop a cell of the corner maps."""
PARTS_STRIDE = 8
"""Pixels of the crop a cell of the map of the card's parts."""
CARD_IN_CROP_PX = float(CROP_CORNERS[1, 0] - CROP_CORNERS[0, 0])


@dataclass(frozen=True, slots=True)
class CornersSize:
    """How large a corner network is.

    Attributes:
        channels: at 1/2, 1/4, 1/8, 1/16 and 1/32 of the crop's size.
        blocks: convolutions at each but the first.
        merged: channels where the maps of 1/16, 1/8 and 1/4 have taken in the coarser ones.
        dense: whether convolutions are residual ones over all channels instead of separable ones.
    """

    channels: tuple[int, int, int, int, int]
    blocks: tuple[int, int, int, int]
    merged: tuple[int, int, int]
    dense: bool


FIRST: Final = CornersSize((16, 32, 64, 96, 128), (2, 3, 3, 2), (64, 48, 32), dense=False)
LARGER: Final = CornersSize((24, 48, 96, 160, 224), (2, 2, 2, 2), (96, 64, 48), dense=True)
"""The corner network that looks at every candidate, and the one that is asked in doubt."""


def standardise(view: Tensor) -> Tensor:
    """Bytes (n, 1, h, w) → zero mean and unit deviation each; a flat picture stays finite."""
    values = view.float()
    mean = values.mean(dim=(2, 3), keepdim=True)
    centred = values - mean
    deviation = (centred * centred).mean(dim=(2, 3), keepdim=True).sqrt()
    return centred / (deviation + 2.0)


def standardise_within(crop: Tensor) -> Tensor:
    """As `standardise`, of what lies within the photo's frame: beyond it the crop is 0, and stays 0.

    Returns:
        shape (n, 2, h, w): the standardised crop, and 1 within the frame, 0 beyond it.
    """
    values = crop.float()
    within = (values > 0).float()
    count = within.sum(dim=(2, 3), keepdim=True) + 1.0
    centred = (values - values.sum(dim=(2, 3), keepdim=True) / count) * within
    deviation = ((centred * centred).sum(dim=(2, 3), keepdim=True) / count).sqrt()
    return torch.cat([centred / (deviation + 2.0), within], dim=1)


class Separable(nn.Module):
    """Depthwise 3 by 3, then pointwise; with a shortcut where the shapes allow."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.shortcut = channels == out and stride == 1
        self.depthwise = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels)
        )
        self.pointwise = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (n, channels, h, w) → (n, out, h / stride, w / stride)."""
        y = self.pointwise(functional.relu(self.depthwise(x)))
        return functional.relu(x + y if self.shortcut else y)


def _stem(channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, out, 3, 2, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU())


def _stage(channels: int, out: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(Separable(channels, out, 2), *(Separable(out, out) for _ in range(blocks - 1)))


def _dense(channels: int, out: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(convolution(channels, out, 3, (2, 2)), *(Residual(out) for _ in range(blocks - 1)))


class Merge(nn.Module):
    """Add the coarser map, enlarged, to the finer one (Lin et al., Feature Pyramid Networks, 2017)."""

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__()
        self.coarse = nn.Conv2d(coarse, out, 1)
        self.fine = nn.Conv2d(fine, out, 1)
        self.mix = Separable(out, out)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """The finer map's size, `out` channels."""
        enlarged = functional.interpolate(self.coarse(coarse), size=fine.shape[-2:], mode="nearest")
        mixed: Tensor = self.mix(functional.relu(enlarged + self.fine(fine)))
        return mixed


class Finder(nn.Module):
    """Whole photo → where a card's middle may be, and its half axes (Zhou et al., Objects as Points, 2019).

    An axis is given by its length and by the cosine and sine of twice its angle, which are the same for an
    axis and its opposite: the finder need not know which end is up, and no two right answers average to a
    wrong one.

    Output, shape (n, 9, h / 8, w / 8):
        0: logit of the middle of a card's visible part in the cell;
        1, 2: the whole card's middle, x and y, in cells from the cell's centre;
        3, 4, 5: half the long axis: log of its length in cells, cosine and sine of twice its angle;
        6, 7, 8: half the short axis, likewise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.to_4 = nn.Sequential(_stem(1, 12), _stage(12, 32, 2))
        self.to_8 = _stage(32, 64, 3)
        self.to_16 = _stage(64, 96, 3)
        self.to_32 = _stage(96, 128, 3)
        self.merge_16 = Merge(128, 96, 64)
        self.merge_8 = Merge(64, 64, 64)
        self.head = nn.Conv2d(64, 9, 1)
        with torch.no_grad():
            self.head.bias.zero_()
            self.head.bias[0] = -4.0  # a card's middle is in few cells

    def forward(self, view: Tensor) -> Tensor:
        """Bytes (n, 1, h, w), both sides multiples of 32, → the maps."""
        at_8 = self.to_8(self.to_4(standardise(view)))
        at_16 = self.to_16(at_8)
        merged = self.merge_8(self.merge_16(self.to_32(at_16), at_16), at_8)
        out: Tensor = self.head(merged)
        return out


class Corners(nn.Module):
    """A candidate, flattened with a margin → its four corners, what it is, and which way up.

    Each corner is the centre of mass of a map (Nibali et al., Numerical coordinate regression, 2018), which
    is precise where the corner shows. Where it does not, its map is vague; then the other corners and the
    picture as a whole say where it must be.

    While it learns, each cell of a coarse map also says which point of the card it shows (as Shotton et al.,
    Scene coordinate regression forests, 2013): what it learns of print by that helps where edges are hidden.

    Output, shape (n, 23); in training followed by the four maps, flattened:
        0 to 7: x, y of the crop's top-left, top-right, bottom-right and bottom-left card corner, in pixels
            of the crop with the origin at its outer corner;
        8 to 11: log of the expected error of each corner, in pixels;
        12 to 15: logits of the turn: upright, mirrored, half turn, mirrored half turn;
        16 to 22: logits of the kinds, `idcheck.scene.card.Kind`;
        maps, (4, 16, 24) each: how far right and down of itself the cell's point would be were the card
            perfectly placed, and logs of both expected errors, in pixels. Along an edge nothing tells where
            on it one is, across it everything does.
    """

    def __init__(self, size: CornersSize = FIRST) -> None:
        super().__init__()
        stage = _dense if size.dense else _stage
        at_2, at_4, at_8, at_16, at_32 = size.channels
        fine, middle, coarse = size.merged[::-1]
        self.expected: Tensor
        self.register_buffer("expected", torch.tensor(CROP_CORNERS.ravel(), dtype=torch.float32))
        self.to_4 = nn.Sequential(_stem(2, at_2), stage(at_2, at_4, size.blocks[0]))
        self.to_8 = stage(at_4, at_8, size.blocks[1])
        self.to_16 = stage(at_8, at_16, size.blocks[2])
        self.to_32 = stage(at_16, at_32, size.blocks[3])
        self.merge_16 = Merge(at_32, at_16, coarse)
        self.merge_8 = Merge(coarse, at_8, middle)
        self.merge_4 = Merge(middle, at_4, fine)
        self.maps = nn.Conv2d(fine, 4, 1)
        self.parts = nn.Sequential(Separable(middle, middle), nn.Conv2d(middle, 4, 1))
        self.judge = nn.Sequential(
            nn.Conv2d(at_32, 24, 1), nn.ReLU(), nn.Flatten(), nn.Linear(24 * 4 * 6, 64), nn.ReLU()
        )
        self.verdict = nn.Linear(64, 4 + len(Kind))
        hints = 8 + 8 + 4 + 64
        self.complete = nn.Sequential(nn.Linear(hints, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU())
        self.correction = nn.Linear(64, 12)
        with torch.no_grad():
            self.correction.weight.zero_()
            self.correction.bias.zero_()

    def forward(self, crop: Tensor) -> Tensor:
        """Bytes (n, 1, 128, 192) → the rows."""
        at_4 = self.to_4(standardise_within(crop))
        at_8 = self.to_8(at_4)
        at_16 = self.to_16(at_8)
        at_32 = self.to_32(at_16)
        merged = self.merge_8(self.merge_16(at_32, at_16), at_8)
        maps = self.maps(self.merge_4(merged, at_4)).float()
        parts = self.parts(merged).float() if self.training else None
        # Where training runs in bfloat16, a pixel would drown in rounding.
        with torch.autocast(crop.device.type, enabled=False):
            row = self._row(maps, at_32.float())
        return row if parts is None else torch.cat([row, parts.flatten(1)], dim=1)

    def _row(self, maps: Tensor, at_32: Tensor) -> Tensor:
        places, spreads, sharpness = moments(maps)
        whole = self.judge(at_32)
        off = (places - self.expected) / CARD_IN_CROP_PX
        hints = torch.cat([off * 10, spreads / CARD_IN_CROP_PX * 10, sharpness, whole], dim=1)
        correction, errors = self.correction(self.complete(hints)).split([8, 4], dim=1)
        places = places + correction * CARD_IN_CROP_PX / 10
        return torch.cat([places, errors, self.verdict(whole)], dim=1)


def moments(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What logit maps (n, 4, h, w) say of four points, as softmax makes them masses.

    Returns:
        their middles, x and y, (n, 8), and standard deviations likewise, (n, 8), in pixels of the crop; and
        the sum of the squared masses, (n, 4): 1 for a point, near 0 for a blot.
    """
    count, points, height, width = maps.shape
    mass = maps.flatten(2).softmax(dim=2).view(count, points, height, width)
    along, across = mass.sum(dim=2), mass.sum(dim=3)
    columns, rows = torch.arange(width) + 0.5, torch.arange(height) + 0.5
    x, y = (along * columns).sum(dim=2), (across * rows).sum(dim=2)
    spread_x = ((along * columns.square()).sum(dim=2) - x.square()).clamp(min=1e-4).sqrt()
    spread_y = ((across * rows.square()).sum(dim=2) - y.square()).clamp(min=1e-4).sqrt()
    middles = torch.stack([x, y], dim=2).flatten(1) * CORNERS_STRIDE
    spreads = torch.stack([spread_x, spread_y], dim=2).flatten(1) * CORNERS_STRIDE
    return middles, spreads, mass.square().sum(dim=(2, 3))
