"""`stancekit train`: a config to a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    config: Annotated[Path, typer.Argument(help="Training config in YAML.")],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Change a value; may be repeated."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last work checkpoint, to the same result.")
    ] = False,
) -> None:
    """Train as a config says and write a checkpoint folder.

    Work files lie in FOLDER.run beside it, with the metrics of each step.
    """
    from stancekit_training.config import load_config

    settings = load_config(config, overrides or [])
    from stancekit_training.fit import train as run_training

    typer.echo(f"checkpoint: {run_training(settings, resume=resume)}")
