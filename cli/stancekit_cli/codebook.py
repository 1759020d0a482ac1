"""`stancekit codebook check`: is a codebook what it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Codebooks: the targets and their labels.", rich_markup_mode=None)


@app.callback()
def _group() -> None:
    pass


@app.command()
def check(file: Annotated[Path, typer.Argument(help="Codebook in YAML.")]) -> None:
    """Check a codebook, and list its targets with their labels."""
    from stancekit.codebook import Codebook

    book = Codebook.load(file)
    typer.echo(f"{file}: codebook {book.name!r}, version {book.version}, language {book.language}")
    for target in book.targets:
        positions = ("against",) if target.family == "accusation" else ("favor", "against")
        labels = " / ".join(book.label(target.family, target.name, p) for p in positions)  # type: ignore[arg-type]
        typer.echo(f"  {target.family:<10}  {target.name}: {labels}")
    if book.aliases:
        typer.echo(f"  aliases of {len(book.aliases)} actors")
