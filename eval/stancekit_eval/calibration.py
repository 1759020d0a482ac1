"""Whether a probability means what it says: calibration error, temperature, risk and coverage, thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict

FloatArray = NDArray[np.float64]

BINS = 10
"""Bins of the reliability curve."""

FLOOD = 3
"""Most stances that a threshold may let through for each gold one. Where a model knows nothing, F1 is best if
everything is given, which is of no use to a reader."""

TEMPERATURES = (0.05, 20.0)
"""Range in which a temperature is sought."""


class Bin(BaseModel):
    """One bin of a reliability curve: [low, high) and what fell into it; the last bin holds 1.0 as well."""

    model_config = ConfigDict(frozen=True)

    low: float
    high: float
    count: int
    probability: float
    """Mean probability of the items in the bin."""
    correct: float
    """Share of the items in the bin that are right."""


class Reliability(BaseModel):
    """Expected calibration error, in [0, 1], over ``count`` items, and its curve without empty bins."""

    model_config = ConfigDict(frozen=True)

    error: float
    count: int
    bins: tuple[Bin, ...]


class RiskCoverage(BaseModel):
    """Risk against coverage, from the surest item on; ``area`` is the mean risk over all coverages."""

    model_config = ConfigDict(frozen=True)

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float


def reliability(probabilities: ArrayLike, correct: ArrayLike, bins: int = BINS) -> Reliability:
    """Return the expected calibration error with its curve.

    The mean over bins of equal width of |mean probability - share right|, weighted by the items in them
    (Naeini, Cooper & Hauskrecht 2015).

    Args:
        probabilities: In [0, 1]. *Shape:* (items,).
        correct: Whether the item is right. *Shape:* (items,).
        bins: Number of bins.
    """
    p, right = np.asarray(probabilities, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    _same_length(p, right)
    # Compared with the edges as they are printed: p * bins would put 0.29 * 100 into bin 28.
    edges = np.arange(bins + 1) / bins
    place = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, bins - 1)
    curve = [
        Bin(
            low=float(edges[b]),
            high=float(edges[b + 1]),
            count=int((place == b).sum()),
            probability=float(p[place == b].mean()),
            correct=float(right[place == b].mean()),
        )
        for b in np.unique(place)
    ]
    gap = sum(b.count * abs(b.probability - b.correct) for b in curve)
    return Reliability(error=gap / max(1, len(p)), count=len(p), bins=tuple(curve))


def risk_coverage(confidence: ArrayLike, correct: ArrayLike) -> RiskCoverage:
    """Return the share wrong among the surest items, for each number of items kept (El-Yaniv & Wiener 2010).

    Items of equal confidence are kept or left together, so that their order in the data does not matter.

    Args:
        confidence: Higher is surer. *Shape:* (items,).
        correct: Whether the item is right. *Shape:* (items,).
    """
    c, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    _same_length(c, right)
    if not len(c):
        return RiskCoverage(coverage=(), risk=(), area=0.0)
    order = np.argsort(-c, kind="stable")
    last = np.append(np.flatnonzero(np.diff(c[order])), len(c) - 1)
    kept = last + 1
    risk = np.cumsum(1 - right[order])[last] / kept
    share = np.diff(np.concatenate([[0], kept])) / len(c)
    return RiskCoverage(
        coverage=tuple((kept / len(c)).tolist()), risk=tuple(risk.tolist()), area=float((risk * share).sum())
    )


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the temperature T > 0 that makes ``logits / T`` most likely (Guo et al. 2017).

    Where no T is best, because there is no item or because sharper is always better (every label has the
    highest logit), the data says nothing about T and 1.0 is returned. Otherwise T is kept within
    ``TEMPERATURES``.

    Args:
        logits: Multi-class: *Shape:* (items, classes), read by softmax. Binary: *Shape:* (items,), by
            sigmoid.
        labels: The right class, or 0 / 1 for binary. *Shape:* (items,).

    Raises:
        ValueError: if the shapes do not fit or a logit is not finite.
    """
    z, y = np.asarray(logits, dtype=np.float64), np.asarray(labels).astype(np.int64)
    if z.ndim == 1:  # sigmoid(z) is the softmax of (0, z)
        z = np.stack([np.zeros_like(z), z], axis=-1)
    _same_length(z, y)
    if not np.isfinite(z).all():
        raise ValueError("expected finite logits")
    right = z[np.arange(len(z)), y]
    if not len(z) or (right >= z.max(axis=1)).all():
        return 1.0
    # In b = 1 / T the likelihood is convex, so the sign of its slope tells on which side the optimum lies.
    low, high = np.log(1 / TEMPERATURES[1]), np.log(1 / TEMPERATURES[0])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _slope(z, right, float(np.exp(middle))) > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def _slope(logits: FloatArray, right: FloatArray, b: float) -> float:
    """Return the slope in b of the mean negative log-likelihood.

    *Shape:* logits (items, classes), right (items,).
    """
    scaled = b * (logits - logits.max(axis=1, keepdims=True))
    weight = np.exp(scaled)
    mean = (weight * logits).sum(axis=1) / weight.sum(axis=1)
    return float((mean - right).mean())


def choose_threshold(probabilities: ArrayLike, correct: ArrayLike, n_gold: int) -> float:
    """Return the probability from which on a stance is given, chosen for F1.

    F1 is computed over a grid in log-odds and smoothed, so that a broad optimum beats a spike; the middle of
    a plateau is taken, and no threshold that floods (``FLOOD``). With few right items the choice is drawn
    toward half the best F1, which is where the optimum lies for calibrated probabilities (Lipton, Elkan &
    Narayanaswamy 2014). Without a right item it is 0.5.

    Args:
        probabilities: In [0, 1]; one for each stance considered. *Shape:* (items,).
        correct: Whether the item is right. *Shape:* (items,).
        n_gold: Number of gold stances, those that are no item included.

    Returns:
        A threshold in (0, 1).
    """
    p, right = np.asarray(probabilities, dtype=np.float64), np.asarray(correct, dtype=bool)
    _same_length(p, right)
    n = int(right.sum())
    if n == 0:
        return 0.5
    n_gold = max(n_gold, n)
    grid = 1 / (1 + np.exp(-np.linspace(-6, 6, 241)))
    given = len(p) - np.searchsorted(np.sort(p), grid)
    hits = n - np.searchsorted(np.sort(p[right]), grid)
    smooth = _smoothed(2 * hits / (n_gold + given), width=6)
    allowed = given <= FLOOD * n_gold
    allowed[-1] = True
    best = _middle_of_best(np.where(allowed, smooth, -1.0))
    prior = max(smooth[best] / 2, grid[allowed][0])
    trust = n / (n + 10)
    return float(trust * grid[best] + (1 - trust) * prior)


def _smoothed(values: FloatArray, width: int) -> FloatArray:
    """Return the values under a triangular window of ``width`` steps to each side, cut off at the ends."""
    window = width + 1 - np.abs(np.arange(-width, width + 1))
    return np.convolve(values, window, "same") / np.convolve(np.ones_like(values), window, "same")


def _middle_of_best(values: FloatArray) -> int:
    """Return the middle of the longest run of values that are as good as the best."""
    good = np.flatnonzero(np.isclose(values, values.max(), rtol=0, atol=1e-9))
    runs = np.split(good, np.flatnonzero(np.diff(good) > 1) + 1)
    longest = max(runs, key=len)
    return int(longest[len(longest) // 2])


def _same_length(one: NDArray[np.float64], other: Sequence[object] | NDArray[np.generic]) -> None:
    if len(one) != len(other):
        raise ValueError(f"expected as many labels as items; got {len(other)} for {len(one)}")
