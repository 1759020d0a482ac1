"""`stancekit seeds check`: labelled statements against a codebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stancekit_cli.load import load_codebook
from stancekit_cli.screen import print_error

app = typer.Typer(help="Seeds: labelled statements that training starts from.", rich_markup_mode=None)
SHOWN = 10


@app.callback()
def _group() -> None:
    pass


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="JSONL of seeds, or a folder of them.")],
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="Codebook in YAML. Default: the one that ships.")
    ] = None,
    rare: Annotated[
        int, typer.Option(min=0, help="A label in fewer statements than this is called too rare to learn.")
    ] = 10,
) -> None:
    """Check seeds line by line: bad lines, counts by label, labels too rare to learn, repeats."""
    from stancekit.codebook import Codebook
    from stancekit_training.seeds import check_seeds

    report = check_seeds(path, load_codebook(codebook) or Codebook.default(), rare=rare)
    typer.echo("\n".join(report.lines()))
    for bad in report.bad_lines[:SHOWN]:
        print_error(str(bad))
    if report.bad_lines:
        expected = f"expected each line to be a seed under codebook {report.codebook!r}"
        print_error(f"{path}: {len(report.bad_lines):,} bad lines; {expected}")
        raise typer.Exit(2)
