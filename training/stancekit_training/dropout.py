"""Dropout that is cheap to draw: one mask a sequence, shared by its tokens.

Variational dropout of Gal & Ghahramani (2016). torch draws random numbers on the CPU in one thread; a mask for
each token of each layer took a third of a training step there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SharedDropout(nn.Module):
    """Drops features of a whole sequence with probability ``p``: the same ones at every token.

    *Shape:* (batch, tokens, features) to the same.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, states: Tensor) -> Tensor:
        """Return the states with dropped features as zeros and the rest scaled up; unchanged outside training."""
        if not self.training or not self.p:
            return states
        keep = torch.empty(states.shape[0], 1, states.shape[-1], device=states.device).bernoulli_(1 - self.p)
        return states * (keep / (1 - self.p)).to(states.dtype)


def share_dropout(backbone: Any, p: float) -> None:
    """Replace the dropout of an encoder's hidden states by shared masks, and drop none of its attention."""
    for module in list(backbone.modules()):
        for name, layer in list(module.named_children()):
            if not isinstance(layer, nn.Dropout | SharedDropout):
                continue
            if type(module).__name__.endswith("SelfAttention"):
                layer.p = 0.0
            else:
                setattr(module, name, SharedDropout(p))
