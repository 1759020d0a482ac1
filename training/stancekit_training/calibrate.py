"""Fit temperature and thresholds of each family on labelled dev statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from stancekit.calibration import Calibration, FamilyCalibration
from stancekit.classifier import StanceClassifier
from stancekit.records import Family, Stance, Statement
from stancekit_eval.calibration import choose_threshold, fit_temperature
from stancekit_eval.matching import key, match

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
    families = {f: _family(f, dev, scored) for f in get_args(Family)}
    return Calibration(**families, fitted_on=name)


def apply(calibration: Calibration, scored: Statement) -> Statement:
    """Return an uncalibrated scored statement with the stances that the calibration reports."""
    stances = []
    for s in scored.scores or ():
        of = calibration.of(s.family)
        p = float(_sigmoid(_logit(np.array(s.probability)) / of.temperature))
        if p >= of.threshold:
            stances.append(s.model_copy(update={"probability": p}))
    return scored.model_copy(update={"stances": tuple(stances)})


def _family(family: Family, gold: Sequence[Statement], scored: Sequence[Statement]) -> FamilyCalibration:
    p: list[float] = []
    right: list[bool] = []
    n_gold = 0
    for g, s in zip(gold, scored, strict=True):
        items = sorted((x for x in s.scores or () if x.family == family), key=lambda x: -x.probability)
        wanted = [x for x in g.stances if x.family == family]
        n_gold += len(wanted)
        found = _hits(wanted, items)
        p += [x.probability for x in items]
        right += [i in found for i in range(len(items))]
    if not p:
        return FamilyCalibration()
    logits, correct = _logit(np.array(p)), np.array(right)
    temperature = fit_temperature(logits, correct.astype(int))
    threshold = choose_threshold(_sigmoid(logits / temperature), correct, n_gold)
    return FamilyCalibration(temperature=temperature, threshold=threshold, abstain_above=ABSTAIN * threshold)


def _hits(gold: Sequence[Stance], items: Sequence[Stance]) -> set[int]:
    """Return the indices of the items that are right, the surest one for each gold stance."""
    return {i for i in match([key(x) for x in gold], [key(x) for x in items]) if i is not None}


def _logit(p: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p))


def _sigmoid(x: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(1 / (1 + np.exp(-x)))
