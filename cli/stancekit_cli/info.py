"""`stancekit info`: what is in a checkpoint folder."""

from __future__ import annotations

from typing import Annotated

import typer


def info(
    model: Annotated[
        str | None, typer.Argument(help="Checkpoint folder or hub name. Default: the one that ships.")
    ] = None,
) -> None:
    """Print what a checkpoint is: backbone, sizes, codebook, calibration, data, measured figures."""
    from stancekit_cli.describe import describe

    for line in describe(model):
        typer.echo(line)
