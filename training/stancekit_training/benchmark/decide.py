"""The decision between classes: an offset a class, chosen on held-out rows for the figure that is reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = (0.0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1.0, -1.0)
"""Offsets tried, the small ones first, in units of log-probability."""
SWEEPS = 2
LEAST_GAIN = 0.002
"""A smaller gain is taken for noise."""


def choose_offsets(scores: Array, figure: Callable[[NDArray[np.int64]], float]) -> Array:
    """Return what to add to each class's log-probability, by coordinate ascent; 0 where nothing is gained.

    Args:
        scores: Log-probabilities. *Shape:* (rows, classes).
        figure: What predicted classes are worth.
    """
    offsets = np.zeros(scores.shape[1])
    best = figure(scores.argmax(1))
    for _ in range(SWEEPS):
        for k in range(scores.shape[1]):
            for step in STEPS:
                tried = offsets.copy()
                tried[k] = step
                value = figure((scores + tried).argmax(1))
                if value > best + LEAST_GAIN:
                    best, offsets = value, tried
    return offsets
