"""An evaluation as tables for the terminal, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stancekit_eval.calibration import Reliability, RiskCoverage
from stancekit_eval.confusions import Confusion
from stancekit_eval.evaluate import Evaluation
from stancekit_eval.metrics import Figure, Row

_BAR = 20


def print_report(evaluation: Evaluation, console: Console | None = None, *, worst: int = 10) -> None:
    """Print the tables of an evaluation.

    Args:
        evaluation: What to print.
        console: Where to; standard output by default.
        worst: Number of confusions to print.
    """
    console = console or Console()
    for part in render(evaluation, worst=worst):
        console.print(part)
        console.print()


def render(evaluation: Evaluation, *, worst: int = 10) -> Iterator[RenderableType]:
    """Yield the parts of the report: summary, figures, calibration, coverage, confusions, notes."""
    yield _summary(evaluation)
    yield _figures("By family, in percent (95% interval)", _families(evaluation), intervals=True)
    yield _figures("By label", ((r.group, r) for r in evaluation.by_label))
    yield _figures("By kind of statement", ((r.group, r) for r in evaluation.by_kind))
    for family, calibration in evaluation.calibration.items():
        yield _reliability(family, calibration.considered, calibration.given)
    if evaluation.selective:
        yield _coverage(evaluation.selective, {f: c.risk_coverage for f, c in evaluation.calibration.items()})
    if evaluation.confusions:
        yield Text(
            "Worst confusions (cost: log loss in nats), each with its costliest sentence", style="italic"
        )
    yield from (_confusion(c) for c in evaluation.confusions[:worst])
    yield from (Text(f"note: {note}") for note in evaluation.notes)


def _summary(e: Evaluation) -> Text:
    missing = f", {e.missing} without a prediction" if e.missing else ""
    drawn = f"95% intervals from {e.resamples:,} resamples of {e.units:,} {e.unit}s"
    return Text(
        f"{e.statements:,} statements under codebook {e.codebook!r}{missing}; "
        f"abstained on {e.abstention:.1%}; {drawn if e.resamples else 'no intervals'}"
    )


def _table(title: str, *columns: str) -> Table:
    """Return a table whose first column holds words and the others figures."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _families(e: Evaluation) -> Iterator[tuple[str, Row]]:
    """Yield the method and its row, the methods of one family below each other."""
    methods = [("model", e.by_family), *((b.name, b.by_family) for b in e.baselines)]
    for i in range(len(e.by_family)):
        for name, rows in methods:
            yield name, rows[i]


def _figures(title: str, rows: Iterable[tuple[str, Row]], *, intervals: bool = False) -> Table:
    """Return a table with a heading for each family; ``intervals`` for all ratios, else for F1 alone."""
    table, last = _table(title, "", "prec.", "recall", "F1", "gold", "pred."), ""
    for name, row in rows:
        if row.view != last:
            table.add_row(Text(row.view, style="bold"))
        last = row.view
        ratios = (_figure(row.precision, intervals), _figure(row.recall, intervals), _figure(row.f1, True))
        table.add_row(Text(f"  {name}"), *ratios, f"{row.gold:,}", f"{row.predicted:,}")
    return table


def _figure(figure: Figure, interval: bool) -> str:
    value = f"{100 * figure.value:.1f}"
    if not interval or figure.low is None or figure.high is None:
        return value
    return f"{value} ({100 * figure.low:.0f}-{100 * figure.high:.0f})"


def _reliability(family: str, considered: Reliability, given: Reliability) -> Table:
    title = (
        f"Calibration of {family}: error {considered.error:.3f} over {considered.count:,} considered, "
        f"{given.error:.3f} over {given.count:,} reported"
    )
    table = _table(title, "probability", "stances", "mean", "right")
    table.add_column("right, of 1")
    for b in considered.bins:
        values = (f"{b.low:.1f}-{b.high:.1f}", f"{b.count:,}", f"{b.probability:.3f}", f"{b.correct:.3f}")
        table.add_row(*values, "█" * round(b.correct * _BAR))
    return table


def _coverage(statements: RiskCoverage, families: dict[str, RiskCoverage]) -> Table:
    """Return the risk at fifths of coverage, of whole statements and of the stances reported."""
    curves = {"statements": statements, **families}
    table = _table("Share wrong among the surest (area: mean)", "coverage", *curves)
    for fifth in range(1, 6):
        table.add_row(f"{fifth / 5:.0%}", *(_at(fifth / 5, curve) for curve in curves.values()))
    table.add_row("area", *(f"{c.area:.3f}" if c.coverage else "" for c in curves.values()))
    return table


def _at(share: float, curve: RiskCoverage) -> str:
    """Return the risk at the least coverage that reaches a share."""
    points = zip(curve.coverage, curve.risk, strict=True)
    return next((f"{risk:.3f}" for coverage, risk in points if coverage >= share - 1e-9), "")


def _confusion(c: Confusion) -> RenderableType:
    first = c.examples[0]
    text = Text(f"{c.gold} -> {c.predicted}: {c.count:,} errors, cost {c.cost:.1f}\n", style="bold")
    detail = f"{first.id}: {first.gold} -> {first.predicted}, probability {first.probability:.2f}\n"
    who = f"{first.speaker}: " if first.speaker else ""
    return Padding(Text.assemble(text, detail, f"{who}{first.text}"), (0, 0, 0, 2))
