"""What training makes small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from idcheck.scene.card import CROP_CORNERS, CROP_SIZE
from models.locator.net import CARD_IN_CROP_PX, FINDER_STRIDE, PARTS_STRIDE

LEAST_TURN_PX2 = 500.0
"""Twice the area of the triangle that a corner makes with its neighbours, at least."""
PARTS_SHAPE = (CROP_SIZE[1] // PARTS_STRIDE, CROP_SIZE[0] // PARTS_STRIDE)
BESIDE_PX = 30.0
"""What a cell beside the card should expect to be off, in pixels of the crop."""


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
    kind = functional.cross_entropy(out[:, 16:23], batch["kinds"])
    sound = shaped & _is_convex(torch.nan_to_num(wanted))  # where too much lay beyond the crop, corners met
    parts = _parts_loss(out[:, 23:][sound].view(-1, 4, *PARTS_SHAPE), wanted[sound])
    return place + 0.15 * honesty + turn + kind + parts


def _parts_loss(parts: Tensor, corners: Tensor) -> Tensor:
    """The same two losses of every cell on the card; one beside it should expect to be far off."""
    y, x = torch.meshgrid(*(torch.arange(n) + 0.5 for n in PARTS_SHAPE), indexing="ij")
    cells = torch.stack([x, y], dim=2).view(-1, 2) * PARTS_STRIDE
    expected = torch.tensor(CROP_CORNERS, dtype=torch.float32)
    points = _projected(_homographies(corners, expected), cells)  # n, cells, 2
    low, high = expected.amin(dim=0) - PARTS_STRIDE / 2, expected.amax(dim=0) + PARTS_STRIDE / 2
    on_card = ((points > low) & (points < high)).all(dim=2)
    off = parts[:, :2].flatten(2).transpose(1, 2) - (points - cells)
    log_error = parts[:, 2:].flatten(2).transpose(1, 2)
    distance = torch.where(on_card[..., None], off.abs(), BESIDE_PX)
    place = off[on_card].abs().mean() * (8 / CARD_IN_CROP_PX)
    return place + 0.3 * (distance * torch.exp(-log_error) + log_error).mean()


def _is_convex(corners: Tensor) -> Tensor:
    """Whether four corners (n, 4, 2) turn the same way, and clearly so; shape (n,)."""
    to_next, from_last = corners.roll(-1, dims=1) - corners, corners - corners.roll(1, dims=1)
    turns = from_last[..., 0] * to_next[..., 1] - from_last[..., 1] * to_next[..., 0]
    return (turns > LEAST_TURN_PX2).all(dim=1)


def _homographies(source: Tensor, target: Tensor) -> Tensor:
    """From four points each (n, 4, 2) to four others (4, 2): (n, 3, 3)."""
    x, y = source.unbind(dim=2)
    u, v = target.expand_as(source).unbind(dim=2)
    one, none = torch.ones_like(x), torch.zeros_like(x)
    across = torch.stack([x, y, one, none, none, none, -u * x, -u * y], dim=2)
    down = torch.stack([none, none, none, x, y, one, -v * x, -v * y], dim=2)
    values = torch.linalg.solve(torch.cat([across, down], dim=1), torch.cat([u, v], dim=1))
    return torch.cat([values, torch.ones(len(values), 1)], dim=1).view(-1, 3, 3)


def _projected(matrices: Tensor, points: Tensor) -> Tensor:
    """Where homographies (n, 3, 3) take points (k, 2): (n, k, 2); far away where they lie behind."""
    whole = torch.cat([points, torch.ones(len(points), 1)], dim=1) @ matrices.transpose(1, 2)
    return whole[..., :2] / whole[..., 2:].clamp(min=1e-3)
