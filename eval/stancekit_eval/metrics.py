"""Precision, recall and F1, pooled over statements, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from stancekit.codebook import Codebook
from stancekit.records import Statement
from stancekit_eval.matching import VIEWS, IntArray, columns, count, totals

FloatArray = NDArray[np.float64]

LEVEL = 95.0
"""Coverage of the intervals, in percent."""

_CHUNK = 50
"""Resamples held in memory at a time."""


class Figure(BaseModel):
    """A figure and its 95% bootstrap interval; None where the figure is undefined in every resample."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float | None = None
    high: float | None = None


class Row(BaseModel):
    """One row of the result table.

    Attributes:
        view: ``outcome``, ``actor``, ``accusation`` or ``charge``.
        group: What the row is about: ``all``, a label of the codebook, or a kind of statement.
        gold: Number of gold stances.
        predicted: Number of predicted stances.
        hits: Number of gold stances that a prediction matches.
        precision: hits / predicted; 0 if nothing is predicted.
        recall: hits / gold; 0 if there is no gold stance.
        f1: 2 hits / (gold + predicted); 0 if there is neither.
    """

    model_config = ConfigDict(frozen=True)

    view: str
    group: str
    gold: int
    predicted: int
    hits: int
    precision: Figure
    recall: Figure
    f1: Figure


def micro_f1(gold: Sequence[Statement], predicted: Iterable[Statement]) -> dict[str, float]:
    """Return micro F1 by view, and ``all``: pooled over outcomes, actors and accusations.

    Statements are paired by id; a gold statement without a prediction counts as one without a predicted
    stance.

    Raises:
        DataError: if an id occurs twice.
    """
    sums: dict[str, IntArray] = {str(view): c for view, c in totals(gold, predicted).items()}
    sums["all"] = sums["outcome"] + sums["actor"] + sums["accusation"]
    return {view: float(ratios(c.astype(np.float64))[2]) for view, c in sums.items()}


def ratios(counts: FloatArray, undefined: float = 0.0) -> FloatArray:
    """Return precision, recall and F1 for counts of (hits, gold, predicted), ``undefined`` for 0/0.

    *Shape:* counts (..., 3) to result (..., 3).
    """
    hits, gold, predicted = counts[..., 0], counts[..., 1], counts[..., 2]
    above = np.stack([hits, hits, 2 * hits], axis=-1)
    below = np.stack([predicted, gold, gold + predicted], axis=-1)
    found: FloatArray = np.full(above.shape, undefined)
    np.divide(above, below, out=found, where=below > 0)
    return found


def clusters(statements: Sequence[Statement]) -> IntArray:
    """Return the number of the unit that each statement is resampled with.

    Statements of an article share its speakers and its subject, so they are drawn together: an article is a
    unit, and so is a statement without one. A single article would leave nothing to draw; its statements are
    the units.

    *Shape:* (statements,).
    """
    names = [("article", s.article) if s.article else ("statement", s.id) for s in statements]
    if len(set(names)) < 2:
        return np.arange(len(statements), dtype=np.int64)
    number = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], dtype=np.int64)


def bootstrap(counts: FloatArray, units: IntArray, resamples: int, seed: int) -> FloatArray:
    """Return the low and the high end of percentile intervals (Efron & Tibshirani 1993) of the three ratios.

    Units are drawn with replacement, as many as there are. A resample in which a ratio is 0/0 says nothing
    about it and is left out; the ends are NaN where all are.

    *Shape:* counts (statements, columns, 3), units (statements,) to result (2, columns, 3).
    """
    n = int(units.max()) + 1 if len(units) else 0
    shape = counts.shape[1:]
    if n == 0 or resamples == 0:
        return np.full((2, *shape), np.nan)
    sums = np.zeros((n, int(np.prod(shape))))
    np.add.at(sums, units, counts.reshape(len(counts), -1))
    rng, drawn = np.random.default_rng(seed), []
    for first in range(0, resamples, _CHUNK):
        drawn.append(_weights(rng, min(_CHUNK, resamples - first), n) @ sums)
    values = ratios(np.concatenate(drawn).reshape(resamples, *shape), undefined=np.nan)
    return _percentiles(values)


def _weights(rng: np.random.Generator, resamples: int, n: int) -> FloatArray:
    """Return how often each unit is drawn. *Shape:* (resamples, n)."""
    draws = rng.integers(0, n, size=(resamples, n)) + n * np.arange(resamples)[:, None]
    return np.bincount(draws.ravel(), minlength=resamples * n).reshape(resamples, n).astype(np.float64)


def _percentiles(values: FloatArray) -> FloatArray:
    """Return the ends of the interval over the first axis, NaN where every value is NaN."""
    never = np.isnan(values).all(axis=0)
    tail = (100 - LEVEL) / 2
    ends = np.nanpercentile(np.where(never, 0.0, values), [tail, 100 - tail], axis=0)
    return np.where(never, np.nan, ends)


def tables(
    gold: Sequence[Statement],
    predicted: Iterable[Statement],
    codebook: Codebook,
    *,
    resamples: int,
    seed: int,
) -> dict[str, list[Row]]:
    """Return the rows ``by_family``, ``by_label`` and ``by_kind``.

    Labels and kinds that occur neither in gold nor in the predictions have no row. One set of resamples
    serves all.

    Raises:
        DataError: if an id occurs twice.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    counts = count(gold, predicted, codebook).astype(np.float64)
    place = columns(codebook)
    kinds = [s.kind or "unknown" for s in gold]
    names: list[tuple[str, str, str]] = []
    parts: list[FloatArray] = []
    for view in VIEWS:
        of_view = counts[:, [v == view for v, _ in place]].sum(axis=1)
        names.append(("by_family", view, "all"))
        parts.append(of_view)
        for kind in sorted(set(kinds)):
            names.append(("by_kind", view, kind))
            parts.append(of_view * np.array([[k == kind] for k in kinds]))
    names += [("by_label", view, label) for view, label in place]
    parts += list(np.moveaxis(counts, 1, 0))
    stacked = np.stack(parts, axis=1)
    ends = bootstrap(stacked, clusters(gold), resamples, seed)
    found: dict[str, list[Row]] = {"by_family": [], "by_label": [], "by_kind": []}
    for i, (table, family, group) in enumerate(names):
        total = stacked[:, i].sum(axis=0)
        if table == "by_family" or total.any():
            found[table].append(_row(family, group, total, ends[:, i]))
    return found


def _row(view: str, group: str, total: FloatArray, ends: FloatArray) -> Row:
    """Return a row. *Shape:* total (3,), ends (2, 3)."""
    figures = [
        Figure(value=float(v), low=None if np.isnan(a) else float(a), high=None if np.isnan(b) else float(b))
        for v, a, b in zip(ratios(total), *ends, strict=True)
    ]
    hits, gold, predicted = (int(x) for x in total)
    return Row(
        view=view,
        group=group,
        gold=gold,
        predicted=predicted,
        hits=hits,
        precision=figures[0],
        recall=figures[1],
        f1=figures[2],
    )


def abstention_rate(predicted: Sequence[Statement]) -> float:
    """Return the share of statements on which the model abstained, in [0, 1]; 0 for no statements."""
    return sum(bool(s.abstained) for s in predicted) / max(1, len(predicted))
