"""Fit temperature and thresholds of each family on labelled dev statements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stancekit.calibration import Calibration, FamilyCalibration
from stancekit.classifier import StanceClassifier
from stancekit.records import Statement
from stancekit_eval.calibration import choose_threshold, fit_temperature
from stancekit_eval.items import Items, collect_items

Array = NDArray[np.float64]

ABSTAIN = 0.6
"""An abstention starts at this share of the threshold."""


def score(classifier: StanceClassifier, dev: Sequence[Statement]) -> list[Statement]:
    """Return dev statements scored, every target kept, by a classifier that is not calibrated yet."""
    return list(classifier.predict_many([s.model_copy(update={"stances": ()}) for s in dev], all_scores=True))


def calibrate(dev: Sequence[Statement], scored: Sequence[Statement], name: str) -> Calibration:
    """Return the calibration fitted on labelled statements.

    Args:
        dev: Labelled statements.
        scored: The same with ``scores`` at temperature 1.
        name: What the data is called in the checkpoint.
    """
    families = {family: _fit(items) for family, items in collect_items(dev, scored).items()}
    return Calibration(**families, fitted_on=name)


def apply(calibration: Calibration, scored: Statement) -> Statement:
    """Return an uncalibrated scored statement with the stances that the calibration reports."""
    scores = []
    for s in scored.scores or ():
        temperature = calibration.of(s.family).temperature
        p = float(_sigmoid(_logit(np.array(s.probability)) / temperature))
        scores.append(s.model_copy(update={"probability": p}))
    stances = tuple(s for s in scores if s.probability >= calibration.of(s.family).threshold)
    return scored.model_copy(update={"stances": stances, "scores": tuple(scores)})


def _fit(items: Items) -> FamilyCalibration:
    if not len(items.probability):
        return FamilyCalibration()
    logits = _logit(items.probability)
    temperature = fit_temperature(logits, items.correct.astype(int))
    threshold = choose_threshold(_sigmoid(logits / temperature), items.correct, items.n_gold)
    return FamilyCalibration(temperature=temperature, threshold=threshold, abstain_above=ABSTAIN * threshold)


def _logit(
    p: Array,
) -> Array:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p))


def _sigmoid(
    x: Array,
) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))
