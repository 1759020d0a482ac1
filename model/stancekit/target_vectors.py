"""A codebook as vectors, one a target."""

from __future__ import annotations

import torch

from stancekit.codebook import Codebook
from stancekit.encode import StatementEncoder
from stancekit.network import StanceNetwork, TargetVectors


def encode_codebook(
    network: StanceNetwork, encoder: StatementEncoder, codebook: Codebook, device: torch.device
) -> TargetVectors:
    """Return the target vectors of a codebook; a family it does not have gives no row (actor: a zero row)."""
    size = int(network.backbone.config.hidden_size)
    vectors = network.encode_targets({k: v.to(device) for k, v in encoder.targets(codebook.targets).items()})
    families = [t.family for t in codebook.targets]
    rows = {
        f: vectors[[i for i, x in enumerate(families) if x == f]] for f in ("outcome", "actor", "accusation")
    }
    actor = rows["actor"] if codebook.actors else torch.zeros(1, size, device=device)
    return TargetVectors(rows["outcome"], actor, rows["accusation"])
