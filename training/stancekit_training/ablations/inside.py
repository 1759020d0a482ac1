"""Targets that meet the statement inside the encoder, one token each; for comparison only.

The statement's tokens see the statement alone; a target's token sees the statement and itself. So a score still
depends on the statement and its own target only.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stancekit.network import Logits, NetworkConfig, StanceNetwork, TargetVectors
from stancekit_training.ablations.after import Pair

HIDDEN = -1e4
"""Added to the attention score of what must not be seen: its weight is then exactly 0, in bf16 too."""


class InsideNetwork(StanceNetwork):
    """The network with targets as tokens; for backbones with the layout of BERT or MPNet.

    A target's token is its vector, normed, scaled to the spread of the word embeddings and mapped (from identity);
    an actor's is the mean word embedding of its mentions. All stand at the place just past the statement's end. The
    head reads a target and its token's last state. ``Logits`` holds even attention: evidence is not compared.

    Args:
        backbone: The encoder.
        config: Sizes of the heads.
    """

    def __init__(self, backbone: Any, config: NetworkConfig) -> None:
        super().__init__(backbone, config)
        size = int(backbone.config.hidden_size)
        del self.reader
        self.project = nn.Linear(size, size)
        nn.init.eye_(self.project.weight)
        nn.init.zeros_(self.project.bias)
        self.pair = Pair(size, config)

    def forward(self, batch: dict[str, Tensor], targets: TargetVectors) -> Logits:
        """Return the scores of every target for every statement of a batch of ``StatementEncoder.batch``."""
        n, (o, c) = len(batch["input_ids"]), (len(targets.outcomes), len(targets.accusations))
        mentions, family = batch["mention_weights"], self.family.weight
        fixed = torch.cat([targets.outcomes + family[0], targets.accusations + family[2]]).float()
        kind = (self.role(batch["roles"]) + family[1] + 0.1 * targets.actor).float()

        words = self.backbone.get_input_embeddings()
        spread = words.weight.detach().std()
        of_actors = mentions @ words(batch["input_ids"]) + spread * self.project(kind)
        of_fixed = self.project(spread * F.layer_norm(fixed, fixed.shape[-1:])).expand(n, -1, -1)
        states, read = encode_with(self.backbone, batch, torch.cat([of_fixed, of_actors], 1))

        actors = mentions @ states.float() + kind
        features = self.pair(torch.cat([fixed.expand(n, -1, -1), actors], 1), read)
        read_o, read_c, read_a = features.split([o, c, actors.shape[1]], 1)
        c_sum, c_product = self.pair_charge(read_c)[:, None].chunk(2, -1)
        a_sum, a_product = self.pair_actor(read_a)[:, :, None].chunk(2, -1)
        pairs = self.pair_head(c_sum + a_sum + c_product * a_product).squeeze(-1)
        text = batch["text_mask"].float()
        even = (text / text.sum(-1, keepdim=True).clamp(min=1))[:, None]
        return Logits(
            self.outcome_head(read_o), self.actor_head(read_a), pairs, self.charge_head(read_c).squeeze(-1),
            *(even.expand(-1, k, -1) for k in (o, actors.shape[1], c)),
        )  # fmt: skip


def encode_with(backbone: Any, batch: dict[str, Tensor], tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Return the last states of a statement's tokens and of the targets' tokens behind it.

    Shapes: tokens (B, K, d) -> states (B, T, d) and (B, K, d).
    """
    ids, seen = batch["input_ids"], batch["attention_mask"].bool()
    (n, t), k = ids.shape, tokens.shape[1]
    end = seen.sum(-1, keepdim=True).expand(-1, k)
    embed, typed = backbone.embeddings, "token_type_ids" in batch
    first = (
        getattr(embed, "padding_idx", -1) + 1
    )  # number of the first place: some backbones count from their padding
    hidden = torch.cat(
        [
            embed(input_ids=ids, **({"token_type_ids": batch["token_type_ids"]} if typed else {})),
            embed(
                inputs_embeds=tokens, position_ids=end + first,
                **({"token_type_ids": torch.ones_like(end)} if typed else {}),
            ),
        ],
        1,
    )  # fmt: skip
    alone = torch.cat([torch.zeros(t, k, device=ids.device), torch.eye(k, device=ids.device)]).bool()
    may_see = torch.cat([seen[:, None].expand(-1, t + k, -1), alone.expand(n, -1, -1)], 2)
    mask = torch.zeros(may_see.shape, device=ids.device).masked_fill(~may_see, HIDDEN)[:, None]
    place = torch.cat([torch.arange(t, device=ids.device).expand(n, -1), end], 1)
    out = _layers(backbone.encoder, hidden, mask, place)
    return out[:, :t], out[:, t:]


def _layers(encoder: Any, hidden: Tensor, mask: Tensor, place: Tensor) -> Tensor:
    """Return the states after an encoder's layers. *Shape:* hidden (B, S, d), mask (B, 1, S, S), place (B, S)."""
    more = {}
    if hasattr(encoder, "relative_attention_bias"):  # MPNet sees how far apart two tokens are
        bucket = encoder.relative_position_bucket(place[:, None, :] - place[:, :, None])
        more["position_bias"] = encoder.relative_attention_bias(bucket).permute(0, 3, 1, 2).contiguous()
    for layer in encoder.layer:
        out = layer(hidden, attention_mask=mask, **more)
        hidden = out[0] if isinstance(out, tuple) else out
    return hidden
