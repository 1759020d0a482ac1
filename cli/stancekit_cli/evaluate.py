"""`stancekit evaluate`: a checkpoint against labelled statements or labelled articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stancekit_cli.load import CodebookFile, Device, Model, Runtime, load_classifier, load_codebook
from stancekit_cli.screen import console

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier
    from stancekit.records import Statement


def evaluate(
    data: Annotated[Path, typer.Argument(help="Labelled statements in JSONL.")],
    model: Model = None,
    codebook: CodebookFile = None,
    runtime: Runtime = "torch",
    device: Device = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for calibration and risk-coverage plots.")
    ] = None,
    baselines: Annotated[bool, typer.Option(help="Fit and measure simple methods as well.")] = True,
    train: Annotated[
        Path | None,
        typer.Option(help="JSONL or folder to fit the baselines on. Default: the seeds, if they are here."),
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option(
            help="Folder of DATA's articles: read them too, and require the right speaker of a stance."
        ),
    ] = None,
    resamples: Annotated[int, typer.Option(min=0, help="Bootstrap resamples of the 95% intervals.")] = 1000,
) -> None:
    """Measure a checkpoint: precision, recall, F1, calibration, risk against coverage, confusions."""
    book = load_codebook(codebook)
    if articles:
        _evaluate_articles(
            load_classifier(model, book, runtime=runtime, device=device), articles, data, as_json
        )
        return
    from stancekit_eval.evaluate import run

    result = run(
        data,
        model,
        runtime=runtime,
        device=device,
        codebook=book,
        train=train,
        with_baselines=baselines,
        resamples=resamples,
        track=_track,
    )
    if as_json:
        typer.echo(result.model_dump_json(indent=1))
    else:
        from stancekit_eval.report import print_report

        print_report(result, console())
    if plots:
        from stancekit_eval.plots import save_plots

        for path in save_plots(result, plots):
            typer.echo(f"plot: {path}", err=True)


def _evaluate_articles(classifier: StanceClassifier, folder: Path, gold: Path, as_json: bool) -> None:
    from stancekit_eval.end_to_end import evaluate_end_to_end

    scores = evaluate_end_to_end(classifier, folder, gold)
    if as_json:
        typer.echo(scores.model_dump_json(indent=1))
        return
    for line in scores.lines():
        typer.echo(line)


def _track(coming: Iterator[Statement], total: int) -> Iterable[Statement]:
    """Pass predictions through, with a progress bar where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import track

    screen = Console(stderr=True)
    return track(
        coming, "scoring", total=total, console=screen, transient=True, disable=not screen.is_terminal
    )
