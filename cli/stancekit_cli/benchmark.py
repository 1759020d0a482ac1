"""`stancekit benchmark`: fine-tune on a public set and measure on its test."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stancekit_training.benchmark.result import Result


def benchmark(
    name: Annotated[str, typer.Argument(help="plv, newsmtsc, directed, semeval or vast.")],
    data: Annotated[
        Path, typer.Option(help="Folder of the set: train.jsonl, perhaps dev.jsonl and test.jsonl.")
    ],
    test: Annotated[
        Path | None,
        typer.Option(help="Test file. Default: test.jsonl, else dev.jsonl, else a fifth of train."),
    ] = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="What to start from: checkpoint (default), minilm, mpnet, random:FOLDER, a hub name."
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Config in YAML. Default: configs/benchmarks/NAME.yaml.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Change a value; may be repeated."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write id, gold and predicted class of each test row, as JSONL.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all figures as one JSON object, in the last line.")
    ] = False,
) -> None:
    """Fine-tune on a public set's own training rows, then measure on its test rows.

    The rows' form is that of docs/benchmarks.md. Nothing is kept but what is printed; progress goes to stderr.
    """
    from stancekit.checkpoint import writing
    from stancekit_training.benchmark.run import run

    changes = [f"model.backbone={backbone}"] if backbone else []
    with redirect_stdout(sys.stderr):
        result = run(name, data, test=test, config=config, overrides=[*changes, *(overrides or [])])
    for line in _lines(result):
        typer.echo(line)
    if as_json:
        typer.echo(json.dumps(result.flat()))
    if predictions:
        rows = "".join(json.dumps(p) + "\n" for p in result.predictions)
        with writing(predictions):
            predictions.write_text(rows, encoding="utf-8")


def _lines(result: Result) -> list[str]:
    """Return the figures as a table, and what they are of."""
    cells = {"set": result.benchmark, "trained on": f"{result.rows_train:,} rows", "tested on": result.test}
    if result.dev:
        cells["decided on"] = result.dev
    for name, value in result.figures.items():
        each = value if isinstance(value, dict) else {"": value}
        for part, figure in each.items():
            shown = "-" if figure is None else f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}"
            cells[f"{name} {part}".strip()] = shown
    cells["seconds"] = (
        f"{result.seconds_train:.0f} to train, {result.seconds_test:.0f} for {result.rows_test:,} rows"
    )
    return [f"{name:<{max(map(len, cells))}}  {value}" for name, value in cells.items()]
