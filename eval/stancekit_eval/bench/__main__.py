"""What stancekit costs, in ratios, from one run on the same statements.

python -m stancekit_eval.bench [--model M] [--statements N] [--out build/bench.json]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from stancekit import StanceClassifier, Statement, read_statements
from stancekit_eval.bench import folder, others, rates, sizes, start
from stancekit_eval.bench.timing import ROUNDS, in_turn, seconds

RUNTIMES = ("torch", "torch-bf16", "onnx", "onnx-int8")


def measure(
    model: str | None, statements: Sequence[Statement], articles: Path, *, few: int, rounds: int = ROUNDS,
    runtimes: Sequence[str] = RUNTIMES
) -> dict[str, Any]:  # fmt: skip
    """Return all figures by name.

    Args:
        model: Checkpoint; the shipped one for None.
        statements: What is scored.
        articles: Folder of articles for the way end to end.
        few: Statements for the methods that take long.
        rounds: How often each call is timed, in turn with the others.
        runtimes: Runtimes to measure; ``torch`` is among them.
    """
    first = StanceClassifier.from_pretrained(model, device="cpu")
    made = {name: first.with_runtime(name) for name in runtimes}
    by_size = sizes.seconds_by_size(first, statements, rounds)
    # The others are given the statement alone; so are we.
    bare = [s.model_copy(update={"context": (), "speaker": None}) for s in statements]
    forty = first.with_codebook(sizes.codebook_of(others.LABELS, first.codebook))
    forty.targets  # noqa: B018
    ours = in_turn({"ours": partial(sizes.score, forty, bare)}, rounds)["ours"] / len(bare)
    theirs = {
        "zero_shot": seconds(others.zero_shot(first, bare[:few])) / few,
        "labels_in_prompt": seconds(others.labels_in_prompt(first, bare[:few])) / few,
    }
    speed = rates.rates(made, rounds)
    top = rates.peak()
    end_to_end = {name: folder.end_to_end(c, articles) for name, c in made.items()}
    middle = rates.LENGTHS[1]
    figures: dict[str, Any] = {
        "statements": len(statements), "threads": torch.get_num_threads(),
        "seconds_by_targets": {str(n): round(t, 3) for n, t in by_size.items()},
        "targets_80_over_1": round(by_size[80] / by_size[1], 3),
        "zero_shot_over_stancekit_40": round(theirs["zero_shot"] / ours, 1),
        "labels_in_prompt_over_stancekit_40": round(theirs["labels_in_prompt"] / ours, 1),
        "statements_per_second_and_core": {
            name: {str(n): round(v, 2) for n, v in by.items()} for name, by in speed.items()
        },
    }  # fmt: skip
    for name in runtimes:
        if name != "torch":
            short = name.removeprefix("onnx-").removeprefix("torch-")
            figures[f"{short}_over_fp32"] = round(speed[name][middle] / speed["torch"][middle], 2)
    used = {
        n: speed["torch"][n] * torch.get_num_threads() * rates.multiplications(first, n)
        for n in rates.LENGTHS
    }
    return figures | {
        "share_of_matrix_peak": {str(n): round(v / top, 2) for n, v in used.items()},
        "end_to_end": end_to_end,
        "model_share_end_to_end": end_to_end["torch"]["model_share"],
        "profile": {name: folder.profile(c, articles) for name, c in made.items() if name in ("torch", runtimes[-1])},
        "start_up_seconds": start.start_up(rounds),
    }  # fmt: skip


def main() -> None:
    """Print the figures and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="checkpoint; default the shipped one")
    parser.add_argument(
        "--data", type=Path, default=Path("seeds/articles/dev.jsonl"), help="statements to score"
    )
    parser.add_argument("--articles", type=Path, default=Path("seeds/articles"), help="articles to score")
    parser.add_argument("--statements", type=int, default=128)
    parser.add_argument("--few", type=int, default=8, help="statements for the methods that take long")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each call is timed")
    parser.add_argument("--runtimes", nargs="+", default=list(RUNTIMES), help="torch and others")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    given = parser.parse_args()
    statements = read_statements(given.data)[: given.statements]
    figures = measure(
        given.model, statements, given.articles, few=given.few, rounds=given.rounds, runtimes=given.runtimes
    )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
