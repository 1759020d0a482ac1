"""The worst confusions, with their sentences."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from stancekit.codebook import Codebook
from stancekit.records import Family, Stance, Statement
from stancekit_eval.items import FAMILIES, considered
from stancekit_eval.matching import Key, align, key, label_of, match
from stancekit_eval.names import same_name

NONE = "none"
"""Stands for no stance."""

_FLOOR = 0.01
"""Least probability that a cost is computed from, so that one blunder (4.6 nats) does not hide all others."""


class Example(BaseModel):
    """One error.

    Attributes:
        id: Id of the statement.
        text: The statement.
        speaker: Its speaker, if known.
        gold: Label and actor of the gold stance; ``none`` if there is none.
        predicted: Label and actor of the stance reported; ``none`` if there is none.
        probability: Probability of the stance reported; for a missed one that of the gold stance, 0 if it was
            never
            considered.
        cost: Log loss of the error, in nats.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    speaker: str | None
    gold: str
    predicted: str
    probability: float
    cost: float


class Confusion(BaseModel):
    """All errors with one gold and one predicted label (``none``: no stance), and the costliest of them."""

    model_config = ConfigDict(frozen=True)

    family: str
    gold: str
    predicted: str
    count: int
    cost: float
    examples: tuple[Example, ...]


def confusions(
    gold: Sequence[Statement], predicted: Iterable[Statement], codebook: Codebook, *, examples: int = 3
) -> list[Confusion]:
    """Return what was taken for what, the costliest first.

    An error costs its log loss: -ln(1 - p) for a stance reported with probability p that is wrong, -ln(p) for
    a gold stance missed. A wrong and a missed stance of one statement that agree but for the position, the
    actor or the charge are one confusion.

    Args:
        gold: Labelled statements.
        predicted: Predictions with the same ids, best with ``scores``.
        codebook: Names the labels.
        examples: Sentences kept for each confusion.

    Raises:
        DataError: if an id occurs twice.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    found: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for truth, guess in zip(gold, align(gold, predicted), strict=True):
        if guess is None:
            continue
        for family in FAMILIES:
            for wanted, given in _errors(truth, guess, family):
                names = [codebook_label(family, s, codebook) for s in (wanted, given)]
                found[family, names[0], names[1]].append(_example(truth, guess, wanted, given, names))
    groups = [_confusion(*names, errors, examples) for names, errors in found.items()]
    return sorted(groups, key=lambda c: (-c.cost, c.family, c.gold, c.predicted))


def codebook_label(family: Family, stance: Stance | None, codebook: Codebook) -> str:
    """Return the codebook's label for a stance, ``none`` for None."""
    return label_of(family, key(stance), codebook) if stance else NONE


_Pair = tuple[Stance | None, Stance | None]


def _errors(truth: Statement, guess: Statement, family: Family) -> list[_Pair]:
    """Return the pairs (gold, predicted) that are wrong, None where there is no counterpart."""
    wanted, given = _unique(truth.stances, family), _unique(guess.stances, family)
    pairs = match([key(s) for s in wanted], [key(s) for s in given])
    missed = [s for s, pair in zip(wanted, pairs, strict=True) if pair is None]
    wrong = [s for i, s in enumerate(given) if i not in pairs]
    found: list[_Pair] = []
    for stance in missed:
        twin = next((s for s in wrong if _related(key(stance), key(s))), None)
        if twin is not None:
            wrong.remove(twin)
        found.append((stance, twin))
    return found + [(None, stance) for stance in wrong]


def _unique(stances: Sequence[Stance], family: Family) -> list[Stance]:
    """Return a family's stances; an outcome's actor is not scored, so outcomes count once for all actors."""
    mine = [s for s in stances if s.family == family]
    return list({key(s): s for s in mine}.values()) if family == "outcome" else mine


def _related(one: Key, other: Key) -> bool:
    """Return whether two keys of one family share their target or their actor."""
    if one.target and one.target == other.target:
        return True
    return bool(one.actor and other.actor and same_name(one.actor, other.actor))


def _probability(wanted: Stance, guess: Statement) -> float:
    """Return the probability that the model gave a stance, 0 if it did not consider it."""
    scored = [s for s in considered(guess) if s.family == wanted.family]
    pair = match([key(wanted)], [key(s) for s in scored])[0]
    return 0.0 if pair is None else scored[pair].probability


def _example(
    truth: Statement, guess: Statement, wanted: Stance | None, given: Stance | None, names: list[str]
) -> Example:
    cost, probability = 0.0, 0.0
    if wanted is not None:
        probability = _probability(wanted, guess)
        cost -= math.log(max(_FLOOR, probability))
    if given is not None:
        probability = given.probability
        cost -= math.log(max(_FLOOR, 1 - probability))
    return Example(
        id=truth.id,
        text=truth.text,
        speaker=truth.speaker,
        gold=_named(names[0], wanted),
        predicted=_named(names[1], given),
        probability=probability,
        cost=cost,
    )


def _named(label: str, stance: Stance | None) -> str:
    return f"{label}({stance.actor})" if stance and stance.family != "outcome" else label


def _confusion(family: str, gold: str, predicted: str, errors: list[Example], keep: int) -> Confusion:
    worst = sorted(errors, key=lambda e: (-e.cost, e.id))[:keep]
    total = sum(e.cost for e in errors)
    return Confusion(
        family=family, gold=gold, predicted=predicted, count=len(errors), cost=total, examples=tuple(worst)
    )
