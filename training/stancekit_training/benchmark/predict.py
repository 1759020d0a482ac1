"""Answers of the network to questions, by the collator and the forward pass of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from stancekit.network import Logits
from stancekit_training.benchmark.questions import Asked, Place
from stancekit_training.collate import Collator
from stancekit_training.objective import Objective, choice

BATCH = 32
"""Examples a forward pass."""


def answer(
    objective: Objective, collate: Collator, asked: Asked, *, bf16: bool = False
) -> list[NDArray[np.float64]]:
    """Return the log-probabilities of each question's answers: none, favor, against; or the codes in their order.

    Args:
        objective: The trained network.
        collate: One that asks about every target.
        asked: The questions.
        bf16: Compute in bfloat16 where that is safe, as training did.
    """
    objective.eval()
    device = next(objective.parameters()).device
    of_example: dict[int, list[int]] = {}
    for question, place in enumerate(asked.places):
        of_example.setdefault(place.example, []).append(question)
    found: dict[int, NDArray[np.float64]] = {}
    order = sorted(range(len(asked.examples)), key=lambda i: asked.examples[i]["length"])
    for at in range(0, len(order), BATCH):
        part = order[at : at + BATCH]
        batch: dict[str, Any] = {
            k: v.to(device) for k, v in collate([asked.examples[i] for i in part]).items()
        }
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            logits = objective.logits(batch)
        topics = batch["target_numbers"][batch["families"] == 0].tolist()
        column = {number: i for i, number in enumerate(topics)}
        for i, example in enumerate(part):
            for question in of_example[example]:
                scores = _scores(logits, i, asked.places[question], column)
                found[question] = F.log_softmax(scores.double(), -1).cpu().numpy()
    return [found[i] for i in range(len(asked.places))]


def _scores(logits: Logits, row: int, place: Place, column: dict[int, int]) -> Tensor:
    if place.kind == "outcome":
        return logits.outcomes[row, column[place.slot]]
    return logits.actors[row, place.slot] if place.kind == "actor" else choice(logits)[row]
