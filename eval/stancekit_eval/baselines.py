"""Baselines: what is reached without a neural network.

``no stance`` and ``most frequent`` (stance) look at no word; ``TF-IDF + logistic regression`` looks at words
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Family, Stance, Statement
from stancekit_eval.items import FAMILIES
from stancekit_eval.matching import key
from stancekit_eval.tfidf import TfidfBaseline

NO_STANCE, MOST_FREQUENT, TFIDF = "no stance", "most frequent", "TF-IDF + logistic"


class MajorityBaseline:
    """Says the same of every statement: the stances given.

    Args:
        stances: What to say; the probability is the share of the training statements that it held for.
    """

    def __init__(self, stances: Iterable[Stance] = ()) -> None:
        self.stances = tuple(stances)

    @classmethod
    def fit(cls, statements: Sequence[Statement], codebook: Codebook) -> MajorityBaseline:
        """Return the baseline that says each family's most frequent stance; ties go to the first seen."""
        found = (_most_frequent(statements, family) for family in FAMILIES)
        return cls(
            s.model_copy(update={"label": codebook.label(s.family, s.target, s.position)})
            for s in found
            if s is not None
        )

    def predict_many(
        self, statements: Iterable[Statement], *, all_scores: bool = False
    ) -> Iterator[Statement]:
        """Yield each statement with the same stances."""
        scores = self.stances if all_scores else None
        for statement in statements:
            yield statement.model_copy(update={"stances": self.stances, "abstained": False, "scores": scores})


def _most_frequent(statements: Sequence[Statement], family: Family) -> Stance | None:
    rows = [{key(s): s for s in statement.stances if s.family == family} for statement in statements]
    counts = Counter(k for row in rows for k in row)
    if not counts:
        return None
    best, times = counts.most_common(1)[0]
    stance = next(row[best] for row in rows if best in row)
    actor = None if family == "outcome" else stance.actor
    return stance.model_copy(update={"actor": actor, "probability": times / len(rows), "evidence": None})


def baselines(
    train: Sequence[Statement], codebook: Codebook
) -> list[tuple[str, MajorityBaseline | TfidfBaseline]]:
    """Return the baselines by name, fitted on labelled statements.

    Raises:
        DataError: if there is no statement to fit on.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    if not train:
        raise DataError("no statement to fit the baselines on; expected labelled statements")
    return [
        (NO_STANCE, MajorityBaseline()),
        (MOST_FREQUENT, MajorityBaseline.fit(train, codebook)),
        (TFIDF, TfidfBaseline(codebook).fit(train)),
    ]
