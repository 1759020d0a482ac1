"""The loss: cross entropy of every labelled target, summed over a statement's targets."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from stancekit.network import Logits, StanceNetwork, TargetVectors
from stancekit_training.examples import UNKNOWN


class Objective(nn.Module):
    """The network with its loss, as the Trainer wants it: a forward pass that gives ``loss``."""

    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, **batch: Any) -> dict[str, Tensor]:
        """Return the loss of a batch of ``Collator``, per statement."""
        vectors = self.network.encode_targets(
            {"input_ids": batch["target_ids"], "attention_mask": batch["target_mask"]}
        )
        family = batch["families"]
        targets = TargetVectors(vectors[family == 0], vectors[family == 1].mean(0, keepdim=True), vectors[family == 2])
        return {"loss": loss(self.network(batch, targets), batch)}


def loss(logits: Logits, batch: dict[str, Tensor]) -> Tensor:
    """Return the summed cross entropy of the labelled targets, divided by the number of statements."""
    total = F.cross_entropy(
        logits.outcomes.float().reshape(-1, 3), batch["outcome_labels"].reshape(-1), ignore_index=UNKNOWN, reduction="sum"
    )
    total = total + F.cross_entropy(
        logits.actors.float().reshape(-1, 3), batch["actor_labels"].reshape(-1), ignore_index=UNKNOWN, reduction="sum"
    )
    total = total + _binary(logits.accusations, batch["accusation_labels"])
    # The charge against anybody teaches what a charge sounds like, whoever is meant.
    total = total + 0.5 * _binary(logits.charges, batch["charge_labels"])
    return total / batch["input_ids"].shape[0]


def _binary(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    losses = F.binary_cross_entropy_with_logits(logits.float(), labels.clamp(min=0).float(), reduction="none")
    return torch.where(known, losses, torch.zeros_like(losses)).sum()
