"""What calibration is measured on: each stance considered, how probable it was, and whether it was right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stancekit.records import Family, Stance, Statement
from stancekit_eval.matching import align, key, match, views

FAMILIES: tuple[Family, ...] = ("outcome", "actor", "accusation")


class Items(NamedTuple):
    """The stances of one family that a model considered in a set of statements.

    Attributes:
        probability: In [0, 1]. *Shape:* (items,).
        correct: Whether a gold stance matches. *Shape:* (items,).
        given: Whether the stance was reported, not only considered. *Shape:* (items,).
        n_gold: Number of gold stances, those never considered included.
    """

    probability: NDArray[np.float64]
    correct: NDArray[np.bool_]
    given: NDArray[np.bool_]
    n_gold: int


class Decisions(NamedTuple):
    """Whole statements: how sure the model was of all that it said of one, and whether all was right.

    Attributes:
        confidence: In [0, 1]. *Shape:* (statements,).
        correct: *Shape:* (statements,).
    """

    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]


def considered(statement: Statement) -> list[Stance]:
    """Return the stances considered, most probable first; those reported where no scores were kept."""
    found = statement.scores if statement.scores is not None else statement.stances
    return sorted(found, key=lambda s: -s.probability)


def collect_items(gold: Sequence[Statement], predicted: Iterable[Statement]) -> dict[Family, Items]:
    """Return the items by family: one for each stance in ``scores`` of a predicted statement.

    A gold stance makes one item right, the most probable that matches. Statements are paired by id.

    Raises:
        DataError: if an id occurs twice.
    """
    rows: dict[Family, list[tuple[float, bool, bool]]] = {family: [] for family in FAMILIES}
    n_gold = dict.fromkeys(FAMILIES, 0)
    for truth, guess in zip(gold, align(gold, predicted), strict=True):
        wanted = views(truth.stances)
        for family in FAMILIES:
            n_gold[family] += len(wanted[family])
            stances = [s for s in considered(guess) if s.family == family] if guess else []
            given = {key(s) for s in guess.stances} if guess else set()
            right = set(match(wanted[family], [key(s) for s in stances]))
            rows[family] += [(s.probability, i in right, key(s) in given) for i, s in enumerate(stances)]
    return {family: _items(rows[family], n_gold[family]) for family in FAMILIES}


def _items(rows: list[tuple[float, bool, bool]], n_gold: int) -> Items:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Items(table[:, 0], table[:, 1] > 0, table[:, 2] > 0, n_gold)


def collect_decisions(gold: Sequence[Statement], predicted: Iterable[Statement]) -> Decisions:
    """Return for each gold statement with a prediction how sure the model was, and whether all was right.

    A model is as sure of a statement as of its least sure decision: p of a stance that it reports, 1 - p of
    one that it only considered. A gold stance that was never considered makes a statement wrong, however sure
    the model was.

    Raises:
        DataError: if an id occurs twice.
    """
    sure: list[float] = []
    right: list[bool] = []
    for truth, guess in zip(gold, align(gold, predicted), strict=True):
        if guess is not None:
            given = {key(s) for s in guess.stances}
            least = (s.probability if key(s) in given else 1 - s.probability for s in considered(guess))
            sure.append(min(least, default=1.0))
            right.append(_all_right(truth, guess))
    return Decisions(np.array(sure, dtype=np.float64), np.array(right, dtype=bool))


def _all_right(truth: Statement, guess: Statement) -> bool:
    wanted, given = views(truth.stances), views(guess.stances)
    return all(
        len(wanted[family]) == len(given[family]) and None not in match(wanted[family], given[family])
        for family in FAMILIES
    )
