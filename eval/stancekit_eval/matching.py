"""Predicted stances against gold ones, statement by statement.

Four views of a stance are scored: ``outcome`` (target, position), ``actor`` (actor, position), ``accusation``
(charge, actor) and ``charge`` (the charge alone, whoever is accused). Each gold stance is matched at most
once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Stance, Statement
from stancekit_eval.names import normalise, same_name

View = Literal["outcome", "actor", "accusation", "charge"]
VIEWS: tuple[View, ...] = ("outcome", "actor", "accusation", "charge")

IntArray = NDArray[np.int64]


class Key(NamedTuple):
    """What must agree for a match: target and position; the actor's name, if any, by ``same_name``."""

    target: str
    position: str
    actor: str | None = None


def key(stance: Stance) -> Key:
    """Return what a stance is matched by within its family."""
    if stance.family == "actor":
        return Key("", stance.position, stance.actor or stance.target)
    if stance.family == "accusation":
        return Key(stance.target, stance.position, stance.actor)
    return Key(stance.target, stance.position)


def views(stances: Iterable[Stance]) -> dict[View, list[Key]]:
    """Return the stances as keys by view; outcomes and charges once each, in a fixed order."""
    found: dict[View, list[Key]] = {view: [] for view in VIEWS}
    for stance in stances:
        found[stance.family].append(key(stance))
    found["charge"] = sorted({Key(k.target, k.position) for k in found["accusation"]})
    found["outcome"] = sorted(set(found["outcome"]))
    return found


def _agrees(gold: Key, predicted: Key, exact: bool) -> bool:
    if gold[:2] != predicted[:2]:
        return False
    if gold.actor is None or predicted.actor is None:
        return gold.actor is predicted.actor
    if exact:
        return normalise(gold.actor) == normalise(predicted.actor)
    return same_name(gold.actor, predicted.actor)


def match(gold: Sequence[Key], predicted: Sequence[Key]) -> list[int | None]:
    """Return for each gold key the index of the predicted one that it is matched with, or None.

    Equal names are matched first, then names that only mean the same. Among several predictions that would
    do, the earliest is taken.
    """
    left = list(range(len(predicted)))
    pairs: list[int | None] = [None] * len(gold)
    for exact in (True, False):
        for i, wanted in enumerate(gold):
            if pairs[i] is not None:
                continue
            found = next((j for j in left if _agrees(wanted, predicted[j], exact)), None)
            if found is not None:
                pairs[i] = found
                left.remove(found)
    return pairs


def by_id(statements: Iterable[Statement]) -> dict[str, Statement]:
    """Return the statements by their id.

    Raises:
        DataError: if an id occurs twice.
    """
    found: dict[str, Statement] = {}
    for statement in statements:
        if statement.id in found:
            raise DataError(f"id {statement.id!r} occurs twice; expected unique ids")
        found[statement.id] = statement
    return found


def align(gold: Sequence[Statement], predicted: Iterable[Statement]) -> list[Statement | None]:
    """Return for each gold statement its prediction (the one of the same id), or None if it has none."""
    by_id(gold)
    found = by_id(predicted)
    return [found.get(statement.id) for statement in gold]


def columns(codebook: Codebook) -> list[tuple[View, str]]:
    """Return the (view, label) pairs that are counted under a codebook, in the codebook's order."""
    outcomes = [x for o in codebook.outcomes.values() for x in (o.labels.favor, o.labels.against)]
    actors = [codebook.actors.labels.favor, codebook.actors.labels.against] if codebook.actors else []
    charges = [a.label for a in codebook.accusations.values()]
    found: list[tuple[View, str]] = [("outcome", x) for x in outcomes]
    found += [("actor", x) for x in actors]
    found += [("accusation", x) for x in charges]
    return found + [("charge", x) for x in charges]


def label_of(view: View, wanted: Key, codebook: Codebook) -> str:
    """Return the codebook's label for a key.

    Raises:
        CodebookError: if the codebook has no such target.
    """
    family = "accusation" if view == "charge" else view
    return codebook.label(family, wanted.target, "favor" if wanted.position == "favor" else "against")


def count(gold: Sequence[Statement], predicted: Iterable[Statement], codebook: Codebook) -> IntArray:
    """Count true positives, gold stances and predicted stances per statement and label.

    Returns:
        Counts in the order of ``gold`` and ``columns(codebook)``; a label's matches lie within the label, so
        sums over a view's columns are that view's counts. *Shape:* (statements, columns, 3).

    Raises:
        DataError: if an id occurs twice.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    place = {column: i for i, column in enumerate(columns(codebook))}
    counts = np.zeros((len(gold), len(place), 3), dtype=np.int64)
    for row, (truth, guess) in enumerate(zip(gold, align(gold, predicted), strict=True)):
        _count_one(counts[row], views(truth.stances), views(guess.stances if guess else ()), place, codebook)
    return counts


def _count_one(
    counts: IntArray,
    gold: Mapping[View, list[Key]],
    predicted: Mapping[View, list[Key]],
    place: Mapping[tuple[View, str], int],
    codebook: Codebook,
) -> None:
    """Add one statement's counts. *Shape:* counts (columns, 3)."""
    for view in VIEWS:
        for wanted, pair in zip(gold[view], match(gold[view], predicted[view]), strict=True):
            column = place[view, label_of(view, wanted, codebook)]
            counts[column] += (pair is not None, 1, 0)
        for given in predicted[view]:
            counts[place[view, label_of(view, given, codebook)], 2] += 1


def totals(gold: Sequence[Statement], predicted: Iterable[Statement]) -> dict[View, IntArray]:
    """Count (true positives, gold, predicted) by view over all statements, without a codebook.

    Returns:
        View -> counts. *Shape:* (3,).
    """
    sums: dict[View, IntArray] = {view: np.zeros(3, dtype=np.int64) for view in VIEWS}
    for truth, guess in zip(gold, align(gold, predicted), strict=True):
        wanted, given = views(truth.stances), views(guess.stances if guess else ())
        for view in VIEWS:
            hits = sum(pair is not None for pair in match(wanted[view], given[view]))
            sums[view] += (hits, len(wanted[view]), len(given[view]))
    return sums
