"""`stancekit predict`: the stances of one statement."""

from __future__ import annotations

from typing import Annotated

import typer

from stancekit_cli.load import CodebookFile, Device, Model, Runtime, load_classifier, load_codebook
from stancekit_cli.screen import console, stance_table


def predict(
    text: Annotated[str, typer.Argument(help="The statement.")],
    speaker: Annotated[str | None, typer.Option(help="Who says it.")] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="A sentence before it; may be repeated, nearest last.")
    ] = None,
    model: Model = None,
    codebook: CodebookFile = None,
    runtime: Runtime = "torch",
    device: Device = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as one line of JSON.")] = False,
) -> None:
    """Print the stances of one statement."""
    book = load_codebook(codebook)
    from stancekit.scoring.writers import as_line

    classifier = load_classifier(model, book, runtime=runtime, device=device)
    found = classifier.predict(text, speaker=speaker, context=context or [])
    if as_json:
        typer.echo(as_line(found).decode(), nl=False)
    elif found.stances:
        console().print(stance_table([found]))
    else:
        typer.echo("unsure: likely enough to look at, not to report" if found.abstained else "no stance")
