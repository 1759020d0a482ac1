"""Other ways to score 40 labels, with an encoder of the same sizes, on the same words.

Their weights are random, which changes no time.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch

from stancekit import StanceClassifier, Statement
from stancekit_eval.bench.sizes import codebook_of

LABELS = 40


def zero_shot(classifier: StanceClassifier, statements: Sequence[Statement]) -> Callable[[], object]:
    """Return a call of transformers' zero-shot pipeline: a pass for each pair of statement and label."""
    from transformers import AutoConfig, AutoModelForSequenceClassification, pipeline

    settings = copy.deepcopy(classifier.network.backbone.config.to_dict())
    settings |= {"num_labels": 3, "id2label": {0: "contradiction", 1: "neutral", 2: "entailment"}}
    settings |= {"label2id": {"contradiction": 0, "neutral": 1, "entailment": 2}}
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    model: Any = AutoModelForSequenceClassification.from_config(config).eval()
    pipe = pipeline(
        "zero-shot-classification", model=model, tokenizer=classifier.encoder.tokenizer, device=-1
    )
    names, texts = _definitions(classifier), [s.text for s in statements]
    pipe(texts[:1], names[:2])
    return lambda: pipe(texts, names, multi_label=True, batch_size=32)


def labels_in_prompt(classifier: StanceClassifier, statements: Sequence[Statement]) -> Callable[[], object]:
    """Return a call of one pass over each statement with all labels before it.

    That is what GLiClass (Stepanov et al. 2025) does; here as many labels a pass as 512 tokens hold.
    SetFit (Tunstall et al. 2022) costs one pass without labels, but needs labelled statements for each.
    """
    tokenizer, backbone = classifier.encoder.tokenizer, classifier.network.backbone
    room = 512 - max(len(tokenizer(s.text)["input_ids"]) for s in statements)
    prompts, length = [""], 0
    for name in _definitions(classifier):
        more = len(tokenizer(name, add_special_tokens=False)["input_ids"]) + 1
        if length + more > room:
            prompts, length = [*prompts, ""], 0
        prompts[-1], length = f"{prompts[-1]} {name}", length + more
    pairs = [(p, s.text) for s in statements for p in prompts]

    def call() -> None:
        with torch.inference_mode():
            for at in range(0, len(pairs), 4):
                first, second = (list(x) for x in zip(*pairs[at : at + 4], strict=True))
                batch = tokenizer(
                    first, second, padding=True, truncation="only_first", max_length=512, return_tensors="pt"
                )
                backbone(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])

    return call


def _definitions(classifier: StanceClassifier) -> list[str]:
    return [o.definition for o in codebook_of(LABELS, classifier.codebook).outcomes.values()]
