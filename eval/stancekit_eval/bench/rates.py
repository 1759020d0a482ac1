"""Statements a second and core by runtime and length, beside the machine's own peak of matrix products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from stancekit import StanceClassifier, Statement
from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.runtimes.runtime import Runtime
from stancekit_eval.bench.timing import ROUNDS, in_turn

LENGTHS = (32, 64, 128)
ROWS = 64


def rates(classifiers: Mapping[str, StanceClassifier], rounds: int = ROUNDS) -> dict[str, dict[int, float]]:
    """Return statements a second and core, by runtime and tokens of a statement, under the whole codebook.

    Only the pass is timed. Each runtime gets batches of the size that it is fastest at.
    """
    found: dict[str, dict[int, float]] = {name: {} for name in classifiers}
    for length in LENGTHS:
        calls = {}
        for name, classifier in classifiers.items():
            batches = _batches(classifier, length)
            calls[name] = partial(_run, classifier.runtime, batches, classifier)
            calls[name]()
        for name, taken in in_turn(calls, rounds).items():
            found[name][length] = ROWS / taken / torch.get_num_threads()
    return found


def peak() -> float:
    """Return the machine's measured peak, in multiplications a second: a product of large fp32 matrices."""
    size = 2048
    a, b = torch.randn(size, size), torch.randn(size, size)
    torch.mm(a, b)
    return size**3 / in_turn({"peak": partial(torch.mm, a, b)}, rounds=7)["peak"]


def multiplications(classifier: StanceClassifier, length: int) -> float:
    """Return the multiplications of a statement's pass through the encoder: weights and attention."""
    layers = classifier.network.backbone.encoder
    weights = sum(p.numel() for p in layers.parameters() if p.dim() == 2 and min(p.shape) > 64)
    config = classifier.network.backbone.config
    return float(length * (weights + 2 * config.num_hidden_layers * length * config.hidden_size))


def _batches(classifier: StanceClassifier, length: int) -> list[dict[str, Tensor]]:
    text = " ".join(["talks"] * length)
    actors = [Actor(f"a{i}", (Mention(TEXT, 6 * i, 6 * i + 5),)) for i in range(4)]
    one = classifier.encoder(Statement(id="0", text=text), actors)
    cut = len(one.ids) - length  # the speaker and special tokens count
    one = classifier.encoder(Statement(id="0", text=" ".join(["talks"] * (length - cut))), actors)
    size = max(1, classifier.runtime.batch_tokens // length)
    rows = [one] * ROWS
    return [classifier.encoder.batch(rows[i : i + size]) for i in range(0, ROWS, size)]


def _run(runtime: Runtime, batches: Sequence[dict[str, Tensor]], classifier: StanceClassifier) -> None:
    for batch in batches:
        runtime(batch, classifier.targets)
