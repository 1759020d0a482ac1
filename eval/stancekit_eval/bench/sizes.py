"""The time of a whole call under codebooks of 1 to 80 targets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from stancekit import Codebook, StanceClassifier, Statement
from stancekit.codebook import Labels, Outcome
from stancekit_eval.bench.timing import ROUNDS, in_turn

SIZES = (1, 10, 40, 80)


def codebook_of(size: int, like: Codebook) -> Codebook:
    """Return a codebook of ``size`` outcomes, their definitions those of another codebook in turn."""
    found = list(like.outcomes.values())
    outcomes = {
        f"target_{i}": Outcome(
            definition=f"{found[i % len(found)].definition} Variant {i}.",
            labels=Labels(favor=f"for_{i}", against=f"against_{i}"),
        )
        for i in range(size)
    }
    return Codebook(name=f"{size} targets", version=1, outcomes=outcomes)


def seconds_by_size(
    classifier: StanceClassifier, statements: Sequence[Statement], rounds: int = ROUNDS
) -> dict[int, float]:
    """Return the median seconds of a whole call for each codebook size."""
    ready = {n: classifier.with_codebook(codebook_of(n, classifier.codebook)) for n in SIZES}
    for one in ready.values():
        one.targets  # noqa: B018 - a codebook is encoded once and cached; scoring is what is timed
        score(one, statements[:8])
    return in_turn({n: partial(score, one, statements) for n, one in ready.items()}, rounds)


def score(classifier: StanceClassifier, statements: Sequence[Statement]) -> None:
    """Score statements, and nothing else; what is known of their words is forgotten first."""
    classifier.finder.forget()
    for _ in classifier.predict_many(statements):
        pass
