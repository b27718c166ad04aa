"""How good a network is on a pool that it was not trained on. Errors are fractions of the card's width."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from idcheck.scene.card import TURNS, decode_finder
from models.locator.net import CARD_IN_CROP_PX
from models.locator.pools import Pool


@torch.no_grad()
def judge_finder(net: nn.Module, pool: Pool) -> str:
    """Share of views with a card whose surest candidate lies on one, and how far off its corners are."""
    errors = []
    for start in range(0, len(pool), 50):
        batch = pool.batch(np.arange(start, min(start + 50, len(pool))))
        for maps, cards in zip(net(batch["pictures"]).numpy(), batch["cards"].numpy(), strict=True):
            shown = cards[np.isfinite(cards[:, 0, 0])]
            if len(shown):
                found = decode_finder(maps, np.ones(2))
                errors.append(min(_apart(found[0].corners, card) for card in shown) if found else np.inf)
    off = np.array(errors)
    close = off[off <= 0.25]
    return (
        f"found {len(close) / len(off):.3f}, off {np.median(close):.3f} (90 %: {np.quantile(close, 0.9):.3f})"
    )


def _apart(found: np.ndarray, card: np.ndarray) -> float:
    """Mean distance of the corners, whichever way up, over the card's width."""
    width = np.linalg.norm(card[1] - card[0] + card[2] - card[3]) / 2
    return float(min(np.linalg.norm(found[turn] - card, axis=1).mean() for turn in TURNS) / width)


@torch.no_grad()
def judge_corners(net: nn.Module, pool: Pool) -> str:
    """Error of the corners on identity cards; shares of turns and of kinds that are right."""
    off, turn, kind = [], [], []
    for start in range(0, len(pool), 100):
        batch = pool.batch(np.arange(start, min(start + 100, len(pool))))
        out = net(batch["pictures"])
        known = batch["turns"] >= 0
        apart = (out[:, :8].view(-1, 4, 2) - batch["corners"])[known].norm(dim=2).mean(dim=1)
        off.append(apart.numpy() / CARD_IN_CROP_PX)
        turn.append((out[:, 12:16].argmax(dim=1) == batch["turns"])[known].numpy())
        kind.append((out[:, 16:].argmax(dim=1) == batch["kinds"]).numpy())
    errors = np.concatenate(off)
    shares = f"turn {np.concatenate(turn).mean():.3f}, kind {np.concatenate(kind).mean():.3f}"
    return f"off {np.median(errors):.4f} (90 %: {np.quantile(errors, 0.9):.4f}), {shares}"
