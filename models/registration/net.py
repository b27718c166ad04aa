"""The network that reads a candidate's print: which point of the card each of its parts shows.

Fingers look like edges, and so do stripes on a wall; print looks like nothing else. Residual convolutions (He
et al., Deep residual learning, 2016), the last ones dilated (Yu and Koltun, Multi-scale context aggregation,
2016), tell of each part how far the point of the card that it shows lies from where it should, and how far
off that may be: the scale of a Laplace distribution (Kendall and Gal, What uncertainties do we need, 2017).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.layers import Residual, convolution
from models.locator.net import standardise_within

UNIT_MM: Final = 5.0
"""What the network's shifts are counted in."""
_CHANNELS: Final = 80


class Registration(nn.Module):
    """A crop → for each of its parts: shift, scale of the shift's error, and whether the card shows there.

    Input: bytes, shape (n, 1, h, w), 0 beyond the photo. Output: shape (n, 4, h / 8, w / 8): the card's point
    minus the one that should show, x and y, in mm; logarithm of the scale of its error in mm; logit of the
    card being there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            convolution(2, 20, 5, (2, 2)),
            convolution(20, 48, 3, (2, 2)),
            convolution(48, _CHANNELS, 3, (2, 2)),
            Residual(_CHANNELS),
            Residual(_CHANNELS, dilation=2),
        )
        self.whole = nn.Linear(_CHANNELS, _CHANNELS)
        self.told = nn.Sequential(nn.Conv2d(_CHANNELS, 64, 1), nn.ReLU(), nn.Conv2d(64, 4, 1))

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        parts = self.trunk(standardise_within(crop))
        whole = self.whole(parts.mean(dim=(2, 3)))[:, :, None, None]
        told = self.told(functional.relu(parts + whole)).float()
        return torch.cat([told[:, :2] * UNIT_MM, told[:, 2:]], dim=1)
