"""The network: a statement is encoded once, whatever the codebook; each target then reads it.

A target is one vector, the mean-pooled encoding of its definition by the same backbone; an actor is the mean
of the states of its mentions. A target attends over the statement's token states by cosine similarity, starting
in the backbone's own space (query, key and value maps start at identity), and a shared head reads target,
attended state, their product and difference. Targets never see each other, so each score depends on the
statement and its own target alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stancekit.encode import ROLES

FAMILIES = ("outcome", "actor", "accusation")


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of what stands on the backbone: hidden units of the heads, attention heads, dropout in [0, 1]."""

    head_size: int = 512
    heads: int = 12
    dropout: float = 0.1


class TargetVectors(NamedTuple):
    """Vectors of a codebook's targets, one row each: outcomes (O, d), accusations (C, d), the actor family (1, d)."""

    outcomes: Tensor
    actor: Tensor
    accusations: Tensor


class Logits(NamedTuple):
    """Scores before calibration, and where each target looked.

    Shapes (B statements, O outcomes, A actors, C charges, T tokens): ``outcomes`` (B, O, 3) and ``actors``
    (B, A, 3) over none, favor, against; ``accusations`` (B, A, C), of the charge against the actor;
    ``charges`` (B, C), of the charge against anybody (used in training); ``outcome_attention`` (B, O, T),
    ``actor_attention`` (B, A, T), ``charge_attention`` (B, C, T), each row sums to 1.
    """

    outcomes: Tensor
    actors: Tensor
    accusations: Tensor
    charges: Tensor
    outcome_attention: Tensor
    actor_attention: Tensor
    charge_attention: Tensor


class Reader(nn.Module):
    """Lets target vectors read a statement: multi-head attention by cosine, then features of the pair."""

    def __init__(self, size: int, config: NetworkConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))
        for layer in (self.query, self.key, self.value):
            nn.init.eye_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.sharpness = nn.Parameter(torch.full((config.heads,), 10.0).log())
        self.target_norm, self.state_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.mix = nn.Sequential(
            nn.Linear(5 * size, config.head_size), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(config.head_size, config.head_size), nn.GELU(), nn.Dropout(config.dropout),
        )  # fmt: skip

    def forward(self, targets: Tensor, states: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """Return what each target read, and where.

        Shapes: targets (B, K, d), states (B, T, d), text mask (B, T) -> features (B, K, h), attention (B, K, T).
        """
        (b, k, d), size = targets.shape, targets.shape[-1] // self.heads
        q = F.normalize(self.query(targets).view(b, k, self.heads, size).transpose(1, 2).float(), dim=-1)
        key = F.normalize(self.key(states).view(b, -1, self.heads, size).transpose(1, 2).float(), dim=-1)
        v = self.value(states).view(b, -1, self.heads, size).transpose(1, 2)
        scores = (q @ key.transpose(-1, -2)) * self.sharpness.exp()[None, :, None, None]
        scores = scores.masked_fill(~text[:, None, None, :].bool(), torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        read = self.state_norm((weights.to(v.dtype) @ v).transpose(1, 2).reshape(b, k, d))
        share = text.to(states.dtype) / text.sum(-1, keepdim=True).clamp(min=1).to(states.dtype)
        whole = self.state_norm(torch.einsum("bt,btd->bd", share, states))[:, None].expand(-1, k, -1)
        t = self.target_norm(targets)
        return self.mix(torch.cat([t, read, t * read, (t - read).abs(), whole], -1)), weights.mean(1)


class StanceNetwork(nn.Module):
    """Backbone, reader and the heads of the three families.

    Args:
        backbone: A transformers encoder that returns ``last_hidden_state``.
        config: Sizes of the heads.
    """

    def __init__(self, backbone: Any, config: NetworkConfig) -> None:
        super().__init__()
        self.backbone, self.config = backbone, config
        size, h = int(backbone.config.hidden_size), config.head_size
        self.reader = Reader(size, config)
        self.role = nn.Embedding(ROLES, size)
        self.family = nn.Embedding(len(FAMILIES), size)
        nn.init.zeros_(self.role.weight)
        nn.init.zeros_(self.family.weight)
        self.outcome_head, self.actor_head, self.charge_head = (
            nn.Linear(h, 3),
            nn.Linear(h, 3),
            nn.Linear(h, 1),
        )
        self.pair_charge, self.pair_actor = nn.Linear(h, 2 * h), nn.Linear(h, 2 * h)
        self.pair_head = nn.Sequential(nn.GELU(), nn.Dropout(config.dropout), nn.Linear(h, 1))
        # Most targets have no stance: start there, so that the first steps do not go into learning it.
        for head in (self.outcome_head, self.actor_head):
            nn.init.constant_(head.bias[:1], 3.0)
        for last in (self.charge_head, cast(nn.Linear, self.pair_head[-1])):
            nn.init.constant_(last.bias, -4.0)

    def encode_targets(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the mean-pooled encoding (K, d) of targets given as ``input_ids``, ``attention_mask`` (K, T)."""
        states = self.backbone(**inputs).last_hidden_state
        mask = inputs["attention_mask"][..., None].to(states.dtype)
        return cast(Tensor, (states * mask).sum(1) / mask.sum(1).clamp(min=1))

    def forward(self, batch: dict[str, Tensor], targets: TargetVectors) -> Logits:
        """Return the scores of every target for every statement of a batch of ``StatementEncoder.batch``."""
        inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids") if k in batch}
        states = self.backbone(**inputs).last_hidden_state
        n, text = states.shape[0], batch["text_mask"]
        family = self.family.weight.to(states.dtype)

        outcomes = (targets.outcomes.to(states.dtype) + family[0])[None].expand(n, -1, -1)
        charges = (targets.accusations.to(states.dtype) + family[2])[None].expand(n, -1, -1)
        pooled = batch["mention_weights"].to(states.dtype) @ states
        actors = (
            pooled
            + self.role(batch["roles"]).to(states.dtype)
            + family[1]
            + 0.1 * targets.actor.to(states.dtype)
        )

        read_o, at_o = self.reader(outcomes, states, text)
        read_a, at_a = self.reader(actors, states, text)
        read_c, at_c = self.reader(charges, states, text)
        # Charge x actor: a sum and a low-rank bilinear product of what the two have read.
        c_sum, c_product = self.pair_charge(read_c)[:, None].chunk(2, -1)
        a_sum, a_product = self.pair_actor(read_a)[:, :, None].chunk(2, -1)
        pairs = self.pair_head(c_sum + a_sum + c_product * a_product).squeeze(-1)
        return Logits(
            self.outcome_head(read_o), self.actor_head(read_a), pairs, self.charge_head(read_c).squeeze(-1),
            at_o, at_a, at_c,
        )  # fmt: skip
