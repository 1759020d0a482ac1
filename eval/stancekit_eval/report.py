"""An evaluation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.markup import escape
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


def render(evaluation: Evaluation, *, worst: int = 10) -> Iterator[RenderableType]:
    """Yield the parts of the report: summary, figures, calibration, coverage, confusions, notes."""
    yield _summary(evaluation)
    yield _figures("By family", "method", _families(evaluation))
    yield _figures("By label", "label", ((r.group, r) for r in evaluation.by_label))
    yield _figures("By kind of statement", "kind", ((r.group, r) for r in evaluation.by_kind))
    for family, calibration in evaluation.calibration.items():
        yield _reliability(family, calibration.considered, calibration.given)
    if evaluation.selective:
        yield _coverage(evaluation)
    if evaluation.confusions:
        yield _confusions(evaluation.confusions[:worst])
    for note in evaluation.notes:
        yield Text(f"note: {note}")


def _summary(e: Evaluation) -> Text:
    missing = f", {e.missing} without a prediction" if e.missing else ""
    drawn = f"95% intervals from {e.resamples:,} resamples of {e.units:,} {e.unit}s"
    return Text(
        f"{e.statements:,} statements under codebook {e.codebook!r}{missing}; "
        f"abstained on {e.abstention:.1%}; {drawn if e.resamples else 'no intervals'}"
    )


def _families(e: Evaluation) -> Iterator[tuple[str, Row]]:
    """Yield the method and its row, the methods of one family beside each other."""
    methods = [("model", e.by_family), *((b.name, b.by_family) for b in e.baselines)]
    for i in range(len(e.by_family)):
        for name, rows in methods:
            yield name, rows[i]


def _figures(title: str, what: str, rows: Iterable[tuple[str, Row]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("family")
    table.add_column(what)
    for name in ("precision", "recall", "F1", "gold", "predicted"):
        table.add_column(name, justify="right")
    last = ""
    for name, row in rows:
        if last and row.view != last:
            table.add_section()
        shown = "" if row.view == last else row.view
        last = row.view
        ratios = (_figure(f) for f in (row.precision, row.recall, row.f1))
        table.add_row(shown, escape(name), *ratios, f"{row.gold:,}", f"{row.predicted:,}")
    return table


def _figure(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.2f}-{figure.high:.2f})"


def _reliability(family: str, considered: Reliability, given: Reliability) -> Table:
    title = (
        f"Calibration of {family}: error {considered.error:.3f} over {considered.count:,} considered, "
        f"{given.error:.3f} over {given.count:,} reported"
    )
    table = Table(title=title, title_justify="left")
    for name in ("probability", "stances", "mean", "right"):
        table.add_column(name, justify="right")
    table.add_column("right, of 1")
    for b in considered.bins:
        bar = "█" * round(b.correct * _BAR)
        values = (f"{b.low:.1f}-{b.high:.1f}", f"{b.count:,}", f"{b.probability:.3f}", f"{b.correct:.3f}")
        table.add_row(*values, bar)
    return table


def _coverage(e: Evaluation) -> Table:
    """Return the risk at tenths of coverage, of whole statements and of the stances reported."""
    table = Table(
        title="Risk: share wrong among the surest (area: mean over all coverages)", title_justify="left"
    )
    curves: dict[str, RiskCoverage | None] = {"statements": e.selective}
    curves |= {family: c.risk_coverage for family, c in e.calibration.items()}
    table.add_column("coverage", justify="right")
    for name in curves:
        table.add_column(name, justify="right")
    for tenth in (2, 4, 6, 8, 10):
        cells = [_at(tenth / 10, c.coverage, c.risk) if c else "" for c in curves.values()]
        table.add_row(f"{tenth / 10:.0%}", *cells)
    table.add_section()
    table.add_row("area", *(f"{c.area:.3f}" if c and c.coverage else "" for c in curves.values()))
    return table


def _at(share: float, coverage: tuple[float, ...], risk: tuple[float, ...]) -> str:
    """Return the risk at the least coverage that reaches a share."""
    return next((f"{r:.3f}" for c, r in zip(coverage, risk, strict=True) if c >= share - 1e-9), "")


def _confusions(confusions: Iterable[Confusion]) -> Table:
    table = Table(title="Worst confusions (cost: log loss in nats)", title_justify="left", show_lines=True)
    for name in ("gold", "predicted"):
        table.add_column(name, overflow="fold")
    for name in ("errors", "cost"):
        table.add_column(name, justify="right")
    table.add_column("costliest", overflow="fold", ratio=1)
    for c in confusions:
        first = c.examples[0]
        who = f"{first.speaker}: " if first.speaker else ""
        what = f"{first.gold} -> {first.predicted}, p {first.probability:.2f}"
        sentence = f"{first.id}  {what}\n{who}{first.text}"
        table.add_row(c.gold, c.predicted, str(c.count), f"{c.cost:.1f}", Text(sentence))
    return table
