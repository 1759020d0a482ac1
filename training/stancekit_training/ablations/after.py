"""Targets that meet the statement after the encoder, by cross-attention learnt from scratch; for comparison only."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from stancekit.network import NetworkConfig


class Pair(nn.Module):
    """Features of a target and of what it has read: the two side by side, through a small network.

    *Shape:* targets and read (B, K, d) to (B, K, h).
    """

    def __init__(self, size: int, config: NetworkConfig) -> None:
        super().__init__()
        self.target_norm, self.state_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.mix = nn.Sequential(
            nn.Linear(2 * size, config.head_size), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(config.head_size, config.head_size), nn.GELU(), nn.Dropout(config.dropout),
        )  # fmt: skip

    def forward(self, targets: Tensor, read: Tensor) -> Tensor:
        """Return the features."""
        return cast(Tensor, self.mix(torch.cat([self.target_norm(targets), self.state_norm(read)], -1)))


class CrossAttention(nn.Module):
    """In the place of ``Reader``: multi-head attention (Vaswani et al. 2017), its maps random at first."""

    def __init__(self, size: int, config: NetworkConfig) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(size, config.heads, batch_first=True)
        self.pair = Pair(size, config)

    def forward(self, targets: Tensor, states: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """Return what each target read, and where.

        Shapes: targets (B, K, d), states (B, T, d), text mask (B, T) -> features (B, K, h), attention (B, K, T).
        """
        hidden = ~text.bool()
        hidden = hidden & ~hidden.all(-1, keepdim=True)  # with nothing to see, attention would be no number
        read, weights = self.attention(targets, states, states, key_padding_mask=hidden)
        return self.pair(targets, read), weights
