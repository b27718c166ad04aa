"""Layers that more than one network is made of."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def convolution(
    channels: int, out: int, size: int = 3, stride: tuple[int, int] = (1, 1), dilation: int = 1
) -> nn.Sequential:
    """Convolution, normalisation, rectification."""
    return nn.Sequential(
        nn.Conv2d(channels, out, size, stride, size // 2 * dilation, dilation, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions beside a shortcut (He et al., Deep residual learning, 2016).

    Args:
        channels: in and out.
        dilation: every how many places they look (Yu and Koltun, Multi-scale context aggregation, 2016).
    """

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = convolution(channels, channels, dilation=dilation)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, dilation, dilation, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return functional.relu(x + self.second(self.first(x)))
