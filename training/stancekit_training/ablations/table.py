"""The results of the runs as one Markdown table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stancekit_eval.figures import FAMILIES
from stancekit_eval.metrics import Figure
from stancekit_training.ablations.run import Result


def table(results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines of the table: a run a row, micro F1 with its interval for each set and family."""
    sets = list(results[0].f1) if results else []
    head = ["run", "rows", "s"]
    for name in sets:
        head += [f"{name}: {FAMILIES[0]}s", *(f"{f}s" for f in FAMILIES[1:])]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for result in results:
        cells = [result.name, f"{result.rows:,}" if result.rows else "-", f"{result.seconds:.0f}"]
        cells += [_cell(result.f1[name][f]) for name in sets for f in FAMILIES]
        yield "| " + " | ".join(cells) + " |"


def _cell(f1: Figure) -> str:
    return f"{f1.value:.2f}" + (f" ({f1.low:.2f}-{f1.high:.2f})" if f1.low is not None else "")
