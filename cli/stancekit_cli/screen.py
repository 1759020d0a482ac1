"""What is printed: errors, figures, tables of stances. Text from users is never read as markup."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from stancekit.records import Statement

WIDTH = 120
"""Columns where standard output is no terminal."""
WORDS = 100
"""Longest stretch of evidence shown, in characters."""
ROWS = 60
"""Most rows of an article's table."""


def print_error(message: str) -> None:
    """Print an error on stderr, each of its lines marked as one."""
    for line in message.splitlines() or [""]:
        shown = line if line.startswith("...") else f"error: {line}"
        print(shown.encode(errors="backslashreplace").decode(), file=sys.stderr)
    sys.stderr.flush()


def console() -> Console:
    """Return the console for results: standard output, wide enough for a table if it is no terminal."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
    return found if found.is_terminal else Console(width=WIDTH, highlight=False, markup=False, emoji=False)


def print_tables(statements: Iterable[Statement], to: Console) -> None:
    """Print a table of stances for each article that has some; statements without an article share one.

    Of near-duplicates only the first is printed.
    """
    once = (s for s in statements if s.duplicate_of is None)
    for article, group in groupby(once, key=lambda s: s.article or ""):
        table = stance_table(group, title=article or None)
        if table.row_count:
            to.print(table)
            to.print()


def stance_table(statements: Iterable[Statement], title: str | None = None) -> Table:
    """Return speaker, label, actor, probability and evidence of each stance of some statements."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    heading = Text(title, style="bold") if title else None
    table = Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, expand=False)
    table.add_column("speaker", max_width=28, overflow="fold")
    table.add_column("label", max_width=32, overflow="fold")
    table.add_column("actor", max_width=24, overflow="fold")
    table.add_column("prob.", justify="right", no_wrap=True)
    table.add_column("words it rests on", overflow="fold", ratio=1)
    left = 0
    for row in _rows(statements):
        if table.row_count < ROWS:
            table.add_row(*(Text(x) for x in row))
        else:
            left += 1
    if left:
        table.add_row(Text(f"... and {left} more"))
    return table


def _rows(statements: Iterable[Statement]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each stance; a speaker is named once in a row of stances."""
    last: str | None = None
    for statement in statements:
        for stance in statement.stances:
            speaker = statement.speaker or "unknown"
            who, last = ("" if speaker == last else speaker), speaker
            words = stance.evidence.text if stance.evidence else statement.text
            yield who, stance.label, stance.actor or "", f"{stance.probability:.2f}", shorten(words)


def shorten(text: str, length: int = WORDS) -> str:
    """Return a text on one line, its middle left out where it is longer than ``length``."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    half = (length - 5) // 2
    return f"{text[:half].rstrip()} ... {text[-half:].lstrip()}"
