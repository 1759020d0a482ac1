"""How far a runtime's scores are from those of torch, and what that costs in F1.

    python -m stancekit_eval.parity LABELLED.jsonl [--model M] [--runtimes onnx onnx-int8 torch-bf16]

The last line is the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from stancekit import StanceClassifier, Statement, read_statements
from stancekit.runtimes.runtime import RUNTIMES
from stancekit_eval.evaluate import unlabelled
from stancekit_eval.metrics import micro_f1


class Parity(BaseModel):
    """A runtime beside torch in fp32, on the same statements.

    Attributes:
        runtime: Its name.
        considered: Targets scored, over all statements.
        mean: Mean absolute difference of their probabilities.
        mean_reported: The same over the targets that either of the two reports as a stance.
        largest: The largest difference.
        reported: Stances that torch reports.
        same: Share of the stances that either reports which both do, with the same label.
        kept: Share of torch's stances that the runtime reports too, with the same label.
        f1: Micro F1 by family, of the runtime; of torch under ``f1_torch``.
        f1_torch: See there.
    """

    runtime: str
    considered: int
    mean: float
    mean_reported: float
    largest: float
    reported: int
    same: float
    kept: float
    f1: dict[str, float]
    f1_torch: dict[str, float]


def compare(
    reference: Sequence[Statement], other: Sequence[Statement], gold: Sequence[Statement], runtime: str
) -> Parity:
    """Return how the predictions of a runtime differ from those of torch.

    Args:
        reference: Predictions of torch, with all scores.
        other: Those of the runtime, of the same statements in the same order.
        gold: The labelled statements.
        runtime: Its name.
    """
    differences, at_stake, reported, kept, either = [], [], 0, 0, 0
    for a, b in zip(reference, other, strict=True):
        one, two = ({(s.family, s.target, s.actor): s for s in x.stances} for x in (a, b))
        first, second = ({(s.family, s.target, s.actor): s for s in x.scores or ()} for x in (a, b))
        for key, score in first.items():
            difference = abs(score.probability - second[key].probability)
            differences.append(difference)
            if key in one or key in two:
                at_stake.append(difference)
        both = sum(1 for key in one.keys() & two.keys() if one[key].label == two[key].label)
        reported, kept, either = reported + len(one), kept + both, either + len(one.keys() | two.keys())
    return Parity(
        runtime=runtime, considered=len(differences), mean=float(np.mean(differences)),
        mean_reported=float(np.mean(at_stake)) if at_stake else 0.0, largest=max(differences),
        reported=reported, same=kept / max(1, either), kept=kept / max(1, reported),
        f1=micro_f1(gold, other), f1_torch=micro_f1(gold, reference),
    )  # fmt: skip


def measure(
    statements: Sequence[Statement], model: str | None = None, runtimes: Sequence[str] = RUNTIMES[1:]
) -> list[Parity]:
    """Return the parity of each runtime on labelled statements."""
    torch_ = StanceClassifier.from_pretrained(model, device="cpu")
    reference = list(torch_.predict_many(unlabelled(statements), all_scores=True))
    found = []
    for name in runtimes:
        other = list(torch_.with_runtime(name).predict_many(unlabelled(statements), all_scores=True))
        found.append(compare(reference, other, statements, name))
    return found


def main() -> None:
    """Print a table, and the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="labelled statements in JSONL")
    parser.add_argument("--model", default=None, help="checkpoint; default the shipped one")
    parser.add_argument("--runtimes", nargs="+", default=list(RUNTIMES[1:]), choices=RUNTIMES)
    given = parser.parse_args()
    found = measure(read_statements(given.data), given.model, given.runtimes)
    print(f"{'runtime':12} {'mean':>9} {'of stances':>10} {'largest':>8} {'same':>6}  F1 by family (torch)")
    for p in found:
        f1 = ", ".join(f"{k} {v:.3f} ({p.f1_torch[k]:.3f})" for k, v in p.f1.items())
        print(f"{p.runtime:12} {p.mean:9.6f} {p.mean_reported:10.4f} {p.largest:8.4f} {p.same:6.3f}  {f1}")
    print(json.dumps([p.model_dump() for p in found]))


if __name__ == "__main__":
    main()
