"""`stancekit convert`: a result in JSONL to Parquet or CSV, without scoring again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    result: Annotated[Path, typer.Argument(help="Result of `stancekit score` in JSONL.")],
    out: Annotated[Path, typer.Option("--out", help="The same as .parquet or .csv.")],
) -> None:
    """Write a result in another format."""
    from stancekit.scoring.writers import convert as write

    write(result, out)
    typer.echo(f"written: {out}")
