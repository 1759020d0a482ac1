"""A tiny classifier of random weights, made in a moment: for what needs a model but not a good one."""

from __future__ import annotations

import string
from typing import Any

import torch

from stancekit import Codebook, StanceClassifier
from stancekit.encode import StatementEncoder
from stancekit.network import NetworkConfig, StanceNetwork

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tiny_vocabulary(codebook: Codebook) -> list[str]:
    """Return a vocabulary that spells any ASCII text, and holds the words of the codebook whole."""
    letters = [c for c in string.printable if not c.isspace() and not c.isupper()]
    words = {w for t in codebook.targets for w in t.definition.lower().split() if w.isalpha() and len(w) > 1}
    words |= {"said", "that", "iran", "turkey", "israel", "troops", "withdraw", "talks", "we", "narrator"}
    return [*SPECIAL, *letters, *(f"##{c}" for c in letters if c.isalnum()), *sorted(words)]


def build_tiny_classifier(codebook: Codebook | None = None, seed: int = 0) -> StanceClassifier:
    """Return a classifier of random weights, its heads turned up so that scores differ and some pass 0.5."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, BertTokenizerFast  # type: ignore[attr-defined]

    codebook = codebook or Codebook.default()
    torch.manual_seed(seed)
    vocabulary = {w: i for i, w in enumerate(tiny_vocabulary(codebook))}
    raw = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    raw.normalizer = normalizers.BertNormalizer(lowercase=True)
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = BertTokenizerFast(tokenizer_object=raw)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    backbone = BertModel(config, add_pooling_layer=False)
    network = StanceNetwork(backbone, NetworkConfig(head_size=16, heads=2))
    heads: list[Any] = [network.outcome_head, network.actor_head, network.pair_head[-1]]
    with torch.no_grad():
        for head in heads:
            head.weight.mul_(30)
            head.bias.mul_(0.5)
    return StanceClassifier(network, StatementEncoder(tokenizer, max_length=128), codebook, device="cpu")
