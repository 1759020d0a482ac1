"""The loss: cross entropy of every labelled target, summed over a statement's targets."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stancekit.network import Logits, StanceNetwork, TargetVectors
from stancekit_training.examples import UNKNOWN


class Objective(nn.Module):
    """The network with its loss, as the Trainer wants it: a forward pass that gives ``loss``."""

    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, **batch: Any) -> dict[str, Tensor]:
        """Return the loss of a batch of ``Collator``, per statement."""
        return {"loss": loss(self.logits(batch), batch)}

    def logits(self, batch: dict[str, Tensor]) -> Logits:
        """Return the scores of a batch of ``Collator``, its targets encoded anew."""
        vectors = self.network.encode_targets(
            {"input_ids": batch["target_ids"], "attention_mask": batch["target_mask"]}
        )
        family = batch["families"]
        actor = vectors[family == 1].mean(0, keepdim=True) if (family == 1).any() else 0 * vectors[:1]
        targets = TargetVectors(vectors[family == 0], actor, vectors[family == 2])
        return cast(Logits, self.network(batch, targets))


def loss(logits: Logits, batch: dict[str, Tensor]) -> Tensor:
    """Return the summed cross entropy of the labelled targets, each by its weight, a statement."""
    family, weights = batch["families"], batch["target_weights"]
    charges = weights[family == 2]
    total = (_three(logits.outcomes, batch["outcome_labels"]) * weights[family == 0]).sum()
    total = total + _three(logits.actors, batch["actor_labels"]).sum()
    total = total + (_two(logits.accusations, batch["accusation_labels"]) * charges).sum()
    # The charge against anybody teaches what a charge sounds like, whoever is meant.
    total = total + 0.5 * (_two(logits.charges, batch["charge_labels"]) * charges).sum()
    if "choice_labels" in batch:
        total = total + F.cross_entropy(
            choice(logits), batch["choice_labels"], ignore_index=UNKNOWN, reduction="sum"
        )
    return total / batch["input_ids"].shape[0]


def choice(logits: Logits) -> Tensor:
    """Return the scores (B, C) of the charges where just one of them fits a statement and its first actor."""
    return (logits.accusations[:, 0] + logits.charges).float()


def _three(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross entropy of none, favor, against; 0 where the label is unknown. *Shape:* that of labels."""
    flat = F.cross_entropy(
        logits.float().reshape(-1, 3), labels.reshape(-1), ignore_index=UNKNOWN, reduction="none"
    )
    return flat.view(labels.shape)


def _two(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross entropy of a charge; 0 where the label is unknown. *Shape:* that of labels."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), labels.clamp(min=0).float(), reduction="none")
    return torch.where(labels != UNKNOWN, losses, torch.zeros_like(losses))
