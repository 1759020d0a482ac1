"""`stancekit seeds`: check labelled statements; part labels from texts that may not be passed on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

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


Articles = Annotated[Path, typer.Argument(help="JSONL of the articles: id, text, title.")]
Out = Annotated[Path, typer.Option("--out", help="File to write.")]


@app.command()
def detach(
    statements: Annotated[Path, typer.Argument(help="JSONL of labelled statements with offsets.")],
    articles: Articles,
    out: Out,
) -> None:
    """Write the labels without a word of the articles: offsets and checksums in place of text."""
    from stancekit.statements import read_statements
    from stancekit_training.standoff import article_texts, detach

    _write(out, detach(read_statements(statements), article_texts(articles)))


@app.command()
def attach(
    labels: Annotated[Path, typer.Argument(help="JSONL written by `stancekit seeds detach`.")],
    articles: Articles,
    out: Out,
) -> None:
    """Write labelled statements from labels and the articles they were given for."""
    from stancekit_training.standoff import article_texts, attach

    _write(out, attach(labels, article_texts(articles)))


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    from stancekit.errors import OutputError

    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as e:
        raise OutputError(f"{path}: cannot be written: {e.strerror}") from None
    typer.echo(f"{path}: {text.count(chr(10)):,} statements")
