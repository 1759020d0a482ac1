"""The `stancekit` command: its commands, and how each error reaches the user.

Exit codes: 0 all is well; 1 a part could not be done (unreadable inputs, a result that cannot be written);
2 a mistake in what the user gave; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from stancekit.errors import OutputError, StancekitError
from stancekit_cli import benchmark, codebook, convert, evaluate, export, info, predict, score, seeds, train
from stancekit_cli.screen import print_error

INTERRUPTED, BROKEN_PIPE = 130, 141

app = typer.Typer(
    name="stancekit",
    help="Who said what, toward whom, with what stance: news articles to a table, under your own codebook.",
    add_completion=False,
    rich_markup_mode=None,
)
app.command()(score.score)
app.command()(convert.convert)
app.command()(predict.predict)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(benchmark.benchmark)
app.command()(export.export)
app.command()(info.info)
app.add_typer(codebook.app, name="codebook")
app.add_typer(seeds.app, name="seeds")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stancekit {metadata.version('stancekit')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every expected error is one clear line on stderr."""
    _quiet()
    try:
        code = _invoke(list(arguments) or ["--help"])
        sys.stdout.flush()
        return code
    except StancekitError as e:
        print_error(str(e))
        return 1 if isinstance(e, OutputError) else 2
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        return INTERRUPTED
    except OSError as e:
        if not e.filename:  # standard output: do not fail again when Python flushes it at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(e, BrokenPipeError):
            return BROKEN_PIPE
        print_error(f"{e.filename or 'standard output'}: {e.strerror or e}")
        return 1


def _invoke(arguments: list[str]) -> int:
    """Run a command and return its exit code; a mistake in its arguments is told with the way to its help."""
    try:
        with typer.main.get_command(app).make_context("stancekit", arguments) as context:
            context.command.invoke(context)
    except typer.Exit as e:
        return e.exit_code
    except Exception as e:
        # Which class this is depends on the version of typer (click's, or its own copy of it).
        if not hasattr(e, "format_message"):
            raise
        at = getattr(e, "ctx", None)
        print_error(f"{e.format_message()} (see: {at.command_path if at else 'stancekit'} --help)")
        return 2
    return 0


def _quiet() -> None:
    """Keep the libraries' own chatter from between our lines, unless it was asked for."""
    for name, value in (
        ("TRANSFORMERS_VERBOSITY", "error"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
    ):
        os.environ.setdefault(name, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


if __name__ == "__main__":
    main()
