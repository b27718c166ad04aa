"""What training makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.locator.net import CARD_IN_CROP_PX, FINDER_STRIDE


def finder_loss(out: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Quality focal loss of the heat (Li et al., 2020), absolute error of place and axes near each middle.

    Args:
        out: shape (n, 9, h, w), see `Finder`.
        batch: `cards`, corners in pixels of the view, shape (n, k, 4, 2); NaN where there are fewer.
    """
    cards = batch["cards"]
    height, width = out.shape[-2:]
    present = torch.isfinite(cards[:, :, 0, 0])
    corners = torch.nan_to_num(cards) / FINDER_STRIDE
    middle = corners.mean(dim=2)
    long = (corners[:, :, 1] + corners[:, :, 2] - corners[:, :, 0] - corners[:, :, 3]) / 4
    short = (corners[:, :, 3] + corners[:, :, 2] - corners[:, :, 0] - corners[:, :, 1]) / 4
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    cells = torch.stack([x, y])
    frame = torch.tensor([width, height])
    # Of a card that the frame cuts: the middle of the rest, which is in the frame.
    shown = torch.minimum(corners.clamp(min=0), frame).mean(dim=2)
    apart = middle[:, :, :, None, None] - cells  # n, k, 2, h, w
    away = shown[:, :, :, None, None] - cells
    reach = (0.3 * short.norm(dim=2)).clamp(0.5, 2.0)[:, :, None, None]
    heat = torch.exp(-away.square().sum(dim=2) / (2 * reach.square()))
    heat = torch.where(away.abs().amax(dim=2) <= 0.5, 1.0, heat) * present[:, :, None, None]
    heat, owner = heat.max(dim=1)  # n, h, w: the nearest card of each cell
    wanted = torch.cat([apart, _axis(long, height, width), _axis(short, height, width)], dim=2)
    wanted = wanted.gather(1, owner[:, None, None].expand(-1, 1, 8, -1, -1))[:, 0]
    logit = out[:, 0]
    focal = (logit.sigmoid() - heat).square() * functional.binary_cross_entropy_with_logits(
        logit, heat, reduction="none"
    )
    count = present.sum().clamp(min=1)
    near = _each_card_alike(torch.where(heat > 0.3, heat, 0.0), owner, present.shape[1])[:, None]
    weight = torch.tensor([0.5, 0.5, 1.0, 0.5, 0.5, 1.0, 0.5, 0.5])[None, :, None, None]
    places = ((out[:, 1:] - wanted).abs() * near * weight).sum() / count
    return focal.sum() / count + places


def _each_card_alike(near: Tensor, owner: Tensor, cards: int) -> Tensor:
    """Weights of cells (n, h, w), such that those of one card add up to 1, however large it is."""
    mine, whose = near.flatten(1), owner.flatten(1)
    total = torch.zeros(len(near), cards).scatter_add(1, whose, mine).clamp(min=1e-3)
    return (mine / total.gather(1, whose)).view_as(near)


def _axis(half: Tensor, height: int, width: int) -> Tensor:
    """Half axes (n, k, 2) → log length, cosine and sine of twice the angle, in every cell (n, k, 3, h, w)."""
    length = half.norm(dim=2).clamp(min=1e-3)
    angle = 2 * torch.atan2(half[..., 1], half[..., 0])
    coded = torch.stack([length.log(), angle.cos(), angle.sin()], dim=2)
    return coded[..., None, None].expand(-1, -1, -1, height, width)


def corners_loss(out: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Absolute error of the corners, Laplace likelihood of their error, cross entropies of turn and kind."""
    wanted = batch["corners"]
    shaped = torch.isfinite(wanted).all(dim=2).all(dim=1)
    off = (out[:, :8].view(-1, 4, 2) - torch.nan_to_num(wanted))[shaped]
    distance = off.detach().norm(dim=2)
    expected = out[:, 8:12][shaped]
    place = off.abs().mean() * (8 / CARD_IN_CROP_PX * 4)
    honesty = (distance * torch.exp(-expected) + expected).mean()
    turn = functional.cross_entropy(out[:, 12:16], batch["turns"], ignore_index=-1)
    kind = functional.cross_entropy(out[:, 16:], batch["kinds"])
    return place + 0.15 * honesty + turn + kind
