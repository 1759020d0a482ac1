"""Options that several commands share, and the classifier they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier
    from stancekit.codebook import Codebook

Model = Annotated[
    str | None, typer.Option("--model", help="Checkpoint folder or hub name. Default: the one that ships.")
]
CodebookFile = Annotated[
    Path | None, typer.Option("--codebook", help="Codebook in YAML. Default: the checkpoint's own.")
]

Runtime = Annotated[
    str,
    typer.Option(
        "--runtime",
        help="What computes: torch, torch-bf16, onnx, onnx-int8; auto measures for a second which is fastest. "
        "onnx and onnx-int8 need `stancekit export` once.",
    ),
]
Device = Annotated[
    str | None, typer.Option("--device", help="cpu, cuda, cuda:1, ... Default: a GPU if there is one.")
]


def load_codebook(path: Path | None) -> Codebook | None:
    """Return the codebook in a file; None for None.

    Raises:
        CodebookError: if it is not what it should be.
    """
    from stancekit.codebook import Codebook

    return Codebook.load(path) if path else None


def load_classifier(
    model: str | None, codebook: Codebook | None, *, runtime: str = "torch", device: str | None = None
) -> StanceClassifier:
    """Return the classifier of a checkpoint, under another codebook if one is given.

    Raises:
        CheckpointError: if there is no such checkpoint or it is damaged.
        ConfigError: if there is no such runtime or device.
        MissingExtraError: if the runtime's package is not installed.
    """
    from stancekit.classifier import StanceClassifier

    classifier = StanceClassifier.from_pretrained(model, runtime=runtime, device=device)
    if runtime == "auto":
        typer.echo(f"runtime: {classifier.runtime.name}", err=True)
    return classifier.with_codebook(codebook) if codebook else classifier
