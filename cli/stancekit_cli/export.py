"""`stancekit export`: a checkpoint as ONNX graphs, for `--runtime onnx` and `onnx-int8`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stancekit_cli.load import Model


def export(
    model: Model = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder. Default: onnx in the checkpoint's folder.")
    ] = None,
) -> None:
    """Write a checkpoint's network as ONNX graphs, in fp32 and in 8 bits.

    They hold the whole pass for any number of statements, actors and targets; the codebook's target vectors are an
    input. The default folder is where `--runtime onnx` and `--runtime onnx-int8` look; the user's cache serves if
    it cannot be written.
    """
    from stancekit.checkpoint import load_checkpoint
    from stancekit.runtimes.export import FILES
    from stancekit.runtimes.export import export as write

    folder = write(load_checkpoint(model), out)
    for runtime, name in FILES.items():
        typer.echo(f"{folder / name}: {(folder / name).stat().st_size / 1e6:.0f} MB, --runtime {runtime}")
