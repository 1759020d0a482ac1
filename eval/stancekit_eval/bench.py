"""What a codebook costs: the time of a whole call with 1 to 80 targets, and of one pass a label beside it.

    python -m stancekit_eval.bench [--model M] [--statements N] [--out build/bench.json]

All figures come from one run on the same statements; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from stancekit import Codebook, StanceClassifier, Statement, read_statements
from stancekit.codebook import Labels, Outcome

SIZES = (1, 10, 40, 80)
ROUNDS = 3


def codebook_of(size: int, like: Codebook) -> Codebook:
    """Return a codebook of ``size`` outcomes, their definitions those of another codebook in turn."""
    found = list(like.outcomes.values())
    outcomes = {
        f"target_{i}": Outcome(
            definition=f"{found[i % len(found)].definition} Variant {i}.",
            labels=Labels(favor=f"for_{i}", against=f"against_{i}"),
        )
        for i in range(size)
    }
    return Codebook(name=f"{size} targets", version=1, outcomes=outcomes)


def seconds_by_size(classifier: StanceClassifier, statements: Sequence[Statement]) -> dict[int, float]:
    """Return the median seconds of a whole call for each codebook size, the sizes in turn in every round."""
    ready = {n: classifier.with_codebook(codebook_of(n, classifier.codebook)) for n in SIZES}
    for one in ready.values():
        one.targets  # noqa: B018 - a codebook is encoded once and cached; scoring is what is timed
        _run(one, statements[:8])
    times: dict[int, list[float]] = {n: [] for n in SIZES}
    for _ in range(ROUNDS):
        for n, one in ready.items():
            times[n].append(_seconds(partial(_run, one, statements)))
    return {n: statistics.median(t) for n, t in times.items()}


def seconds_zero_shot(classifier: StanceClassifier, statements: Sequence[Statement], labels: int) -> float:
    """Return the seconds of transformers' zero-shot pipeline with an encoder of the same sizes.

    Its weights are random, which changes no time: one forward pass for each pair of statement and label.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification, pipeline

    settings = copy.deepcopy(classifier.network.backbone.config.to_dict())
    settings |= {"num_labels": 3, "id2label": {0: "contradiction", 1: "neutral", 2: "entailment"}}
    settings |= {"label2id": {"contradiction": 0, "neutral": 1, "entailment": 2}}
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    model: Any = AutoModelForSequenceClassification.from_config(config).eval()
    pipe = pipeline(
        "zero-shot-classification", model=model, tokenizer=classifier.encoder.tokenizer, device=-1
    )
    names = [o.definition for o in codebook_of(labels, classifier.codebook).outcomes.values()]
    texts = [s.text for s in statements]
    pipe(texts[:1], names[:2])
    return _seconds(lambda: pipe(texts, names, multi_label=True, batch_size=32))


def main() -> None:
    """Print the figures and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="checkpoint; default the shipped one")
    parser.add_argument(
        "--data", type=Path, default=Path("seeds/articles/dev.jsonl"), help="statements to score"
    )
    parser.add_argument("--statements", type=int, default=128)
    parser.add_argument("--zero-shot-statements", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    given = parser.parse_args()
    classifier = StanceClassifier.from_pretrained(given.model, device="cpu")
    statements = read_statements(given.data)[: given.statements]
    times = seconds_by_size(classifier, statements)
    few = statements[: given.zero_shot_statements]
    zero_shot = seconds_zero_shot(classifier, few, 40) / len(few)
    figures = {
        "statements": len(statements),
        "seconds_by_targets": {str(n): round(t, 3) for n, t in times.items()},
        "targets_80_over_1": round(times[80] / times[1], 3),
        "zero_shot_over_stancekit_40": round(zero_shot / (times[40] / len(statements)), 1),
        "statements_per_second_21_targets": round(
            len(statements) / _whole_codebook(classifier, statements), 1
        ),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


def _run(classifier: StanceClassifier, statements: Sequence[Statement]) -> None:
    for _ in classifier.predict_many(statements):
        pass


def _whole_codebook(classifier: StanceClassifier, statements: Sequence[Statement]) -> float:
    classifier.targets  # noqa: B018
    return min(_seconds(partial(_run, classifier, statements)) for _ in range(ROUNDS))


def _seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
