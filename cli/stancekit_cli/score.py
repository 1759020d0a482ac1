"""`stancekit score`: a folder of articles, or a file of statements, to a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stancekit_cli.load import CodebookFile, Model, load_classifier, load_codebook
from stancekit_cli.screen import console, print_error, print_tables

if TYPE_CHECKING:
    from stancekit.scoring.run import OnProgress, Summary

SHOWN = 5
"""Errors printed; all of them are in the file."""


def score(
    path: Annotated[Path, typer.Argument(help="Folder of articles, an article, or statements in JSONL.")],
    out: Annotated[Path, typer.Option("--out", help="Result: .jsonl, .parquet or .csv.")],
    model: Model = None,
    codebook: CodebookFile = None,
    min_probability: Annotated[
        float | None,
        typer.Option(
            help="Report stances from this probability on, in place of the checkpoint's thresholds."
        ),
    ] = None,
    all_scores: Annotated[
        bool, typer.Option("--all-scores", help="Also write every target considered.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from what an interrupted run left.")
    ] = False,
    table: Annotated[bool, typer.Option("--table", help="Print the stances, article by article.")] = False,
) -> None:
    """Score articles or statements: one record a statement, those without a stance included.

    Files and lines that cannot be read are listed in OUT.errors.jsonl, and the exit code is 1. An
    interrupted run leaves its work in OUT.parts; --resume goes on from there to the same result. OUT itself
    appears at the end.
    """
    from stancekit.scoring.inputs import check_source
    from stancekit.scoring.writers import check_suffix, read_result

    check_source(path)
    check_suffix(out, (".jsonl", ".parquet") if table else None)
    book = load_codebook(codebook)
    from stancekit.scoring.run import score_path

    classifier = load_classifier(model, book)
    with _bar() as on_progress:
        summary = score_path(
            classifier,
            path,
            out,
            min_probability=min_probability,
            all_scores=all_scores,
            resume=resume,
            on_progress=on_progress,
        )
    if table:
        print_tables(read_result(out), console())
    typer.echo(summary_line(summary))
    if summary.errors_file:
        _print_errors(summary)
        raise typer.Exit(1)


def summary_line(s: Summary) -> str:
    """Return what was done, in one line."""
    return (
        f"{s.articles:,} articles, {s.statements:,} statements, {s.stances:,} stances, "
        f"{s.abstained:,} abstentions, {s.errors:,} errors in {s.seconds:.1f} s: {s.out}"
    )


def _print_errors(summary: Summary) -> None:
    assert summary.errors_file
    with summary.errors_file.open(encoding="utf-8") as file:
        for line in islice(file, SHOWN):
            row = json.loads(line)
            where = f"{row['path']}:{row['line']}" if row["line"] else row["path"]
            print_error(f"{where}: {row['reason']}")
    print_error(f"{summary.errors:,} not scored; all listed in {summary.errors_file}")


@contextmanager
def _bar() -> Iterator[OnProgress]:
    """Yield what moves a progress bar on stderr; there is none where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("scoring", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
