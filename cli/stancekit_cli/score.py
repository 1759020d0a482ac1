"""`stancekit score`: a folder of articles, or a file of statements, to a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stancekit.errors import ConfigError
from stancekit_cli.load import CodebookFile, Device, Model, Runtime, load_classifier, load_codebook
from stancekit_cli.screen import console, print_error, print_tables

if TYPE_CHECKING:
    from stancekit.scoring.ray_engine import RayEngine
    from stancekit.scoring.run import OnProgress, Summary

Engine = Literal["local", "ray"]

SHOWN = 5
"""Errors printed; all of them are in the file."""


def score(
    path: Annotated[
        str,
        typer.Argument(
            help="Folder of articles, a file of one or many, or statements in JSONL; - for standard input; or a URL "
            "(s3://, gs://, ...)."
        ),
    ],
    out: Annotated[str, typer.Option("--out", help="Result: .jsonl, .parquet or .csv; a path or URL.")],
    model: Model = None,
    codebook: CodebookFile = None,
    runtime: Runtime = "torch",
    device: Device = None,
    min_probability: Annotated[
        float | None,
        typer.Option(
            help="Report stances from this probability on, in place of the checkpoint's thresholds."
        ),
    ] = None,
    all_scores: Annotated[
        bool, typer.Option("--all-scores", help="Also write every target considered.")
    ] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="What a table calls a field (text, title, date, source, author, url, id): --field text=Volltext.",
        ),
    ] = None,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Also score articles not in the codebook's language.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from what an interrupted run left.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What scores: this process, or a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            "--address", help="Head of the cluster, HOST:PORT or auto. Default: one is started here."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, help="Processes of the cluster that score. Default: one for each CPU or GPU."
        ),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work", help="Folder for work in progress where OUT is a URL. Default: ~/.cache/stancekit."
        ),
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Print the stances, article by article.")] = False,
) -> None:
    """Score articles or statements: one record a statement, those without a stance included.

    Reads txt, md, html, json, jsonl, csv, tsv, parquet, pdf, docx and warc, in folders, zip, tar and gz. Files
    and lines that cannot be read, and articles in another language, are listed in OUT.errors.jsonl, and the exit
    code is 1. An article that nearly repeats an earlier one names it in duplicate_of and is counted once. An
    interrupted run leaves its work in OUT.parts; --resume goes on from there to the same result. OUT itself
    appears at the end. With --engine ray many processes score, on this machine or on the cluster at --address.
    """
    from stancekit.scoring.parts import recorded
    from stancekit.scoring.places import fetched, place, worked_on
    from stancekit.scoring.remote import check_place
    from stancekit.scoring.writers import check_suffix, read_result

    fields = parse_fields(field or [])
    cluster = parse_engine(engine, address, workers)
    check_place(place(path))
    check_suffix(Path(out), (".jsonl", ".parquet") if table else None)
    book = load_codebook(codebook)
    from stancekit.scoring.run import score_path

    if resume and runtime == "auto":
        with worked_on(place(out), work) as local:
            runtime = recorded(local, "runtime") or runtime
    classifier = load_classifier(model, book, runtime=runtime, device=device)
    with _bar() as on_progress:
        summary = score_path(
            classifier,
            path,
            out,
            min_probability=min_probability,
            all_scores=all_scores,
            any_language=any_language,
            fields=fields,
            resume=resume,
            on_progress=on_progress,
            engine=cluster,
            work=work,
        )
    if table:
        with fetched(place(out)) as result:
            print_tables(read_result(result), console())
    typer.echo(summary_line(summary))
    for note in notes(summary):
        typer.echo(note)
    if summary.errors:
        _print_errors(summary)
        raise typer.Exit(1)


def parse_fields(given: Sequence[str]) -> dict[str, str]:
    """Return the fields that a user named, from ``FIELD=NAME``.

    Raises:
        ConfigError: saying which is not of that form, or not a field.
    """
    from stancekit.formats.fields import NAMES

    found = {}
    for item in given:
        field, equals, name = item.partition("=")
        if not equals or not name.strip() or field.strip() not in NAMES:
            raise ConfigError(f"--field {item}: expected FIELD=NAME with a field of {', '.join(NAMES)}")
        found[field.strip()] = name.strip()
    return found


def parse_engine(engine: Engine, address: str | None, workers: int | None) -> RayEngine | None:
    """Return the cluster that a user asked for; None for this process.

    Raises:
        ConfigError: if options of a cluster are given without one.
        MissingExtraError: if Ray is not installed.
    """
    if engine == "ray":
        from stancekit.scoring.ray_engine import RayEngine

        return RayEngine(address, workers)
    if address or workers:
        raise ConfigError("--address and --workers: of a cluster; expected --engine ray with them")
    return None


def summary_line(s: Summary) -> str:
    """Return what was done, in one line; near-duplicates are counted once."""
    return (
        f"{s.articles:,} articles, {s.statements:,} statements, {s.stances:,} stances, "
        f"{s.abstained:,} abstentions, {s.errors:,} errors in {s.seconds:.1f} s: {s.out}"
    )


def notes(s: Summary) -> Iterator[str]:
    """Yield what else a user should know of a run, a line each."""
    if s.duplicates:
        yield f"{s.duplicates:,} articles nearly repeat another (duplicate_of): in the result, not in the figures above"
    if s.other_language:
        yield f"{s.other_language:,} articles in another language were set aside; --any-language scores them too"
    if s.passed_over:
        yield f"{s.passed_over:,} files hold no articles and were passed over: {s.errors_file}"


def _print_errors(summary: Summary) -> None:
    from stancekit.scoring.places import fetched, place

    assert summary.errors_file
    with fetched(place(summary.errors_file)) as path, path.open(encoding="utf-8") as file:
        errors = (row for line in file if (row := json.loads(line))["kind"] != "no article")
        for row in islice(errors, SHOWN):
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
