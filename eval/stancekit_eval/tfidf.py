"""TF-IDF and logistic regression, one against the rest: the baseline that looks at words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from stancekit.actors.actor import TEXT, Actor
from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Family, Position, Stance, Statement
from stancekit_eval.calibration import choose_threshold
from stancekit_eval.items import FAMILIES, collect_items
from stancekit_eval.metrics import clusters

FOLDS = 3
"""Parts that the training rows are cut into to choose thresholds on rows not fitted on."""

Label = tuple[str, str]
_POSITIONS: tuple[Position, Position] = ("favor", "against")
_ACCUSED: Label = ("accused", "")


class OneVsRest:
    """A logistic regression for each label, over TF-IDF of words and pairs of words."""

    def fit(self, texts: Sequence[str], labels: Sequence[set[Label]], wanted: Sequence[Label]) -> Self:
        """Fit a model for each wanted label; one that all texts or none have gets its share instead."""
        self.labels = list(wanted)
        self.words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+|[^\w\s]")
        features = self.words.fit_transform(texts)
        self.models: list[LogisticRegression | float] = []
        for label in self.labels:
            y = np.array([label in row for row in labels])
            mixed = 0 < y.sum() < len(y)
            model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear", random_state=0)
            self.models.append(model.fit(features, y) if mixed else float(y.mean()))
        return self

    def predict(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of each label. *Shape:* (texts, labels)."""
        features = self.words.transform(texts)
        found = np.zeros((len(texts), len(self.labels)))
        for column, model in enumerate(self.models):
            found[:, column] = model if isinstance(model, float) else model.predict_proba(features)[:, 1]
        return found


class _Rows(NamedTuple):
    """Statements with the actors found in them."""

    statements: list[Statement]
    actors: list[tuple[Actor, ...]]

    def take(self, where: NDArray[np.bool_]) -> _Rows:
        kept = np.flatnonzero(where)
        return _Rows([self.statements[i] for i in kept], [self.actors[i] for i in kept])


class TfidfBaseline:
    """Scores a statement by its words, and an actor by the words around its mentions.

    Outcomes and charges are labels of the statement. The actors that ``ActorFinder`` finds are each a text of
    their own, the actor's mentions and the other actors' replaced by marks, with the labels favor, against
    and accused. The probability of an accusation is that of the charge times that of the actor being accused.

    Args:
        codebook: What to score.
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.thresholds: dict[Family, float] = dict.fromkeys(FAMILIES, 0.5)
        self._models: tuple[OneVsRest, OneVsRest] | None = None

    def fit(self, statements: Sequence[Statement]) -> Self:
        """Fit on labelled statements; a threshold for each family is chosen by cross-validation for F1."""
        rows = self._rows(statements)
        fold = _folds(statements)
        predicted: list[Statement] = []
        for k in range(FOLDS):
            if 0 < (fold == k).sum() < len(fold):
                self._models = self._fit(rows.take(fold != k))
                predicted += self._predict(rows.take(fold == k))
        for family, x in collect_items([s for s in statements if predicted], predicted).items():
            self.thresholds[family] = choose_threshold(x.probability, x.correct, x.n_gold)
        self._models = self._fit(rows)
        return self

    def predict_many(
        self, statements: Iterable[Statement], *, all_scores: bool = False
    ) -> Iterator[Statement]:
        """Yield each statement with the stances at or above the thresholds, and ``scores`` if ``all_scores``.

        Raises:
            DataError: if the baseline was not fitted.
        """
        for statement in self._predict(self._rows(list(statements))):
            yield statement if all_scores else statement.model_copy(update={"scores": None})

    def _rows(self, statements: Sequence[Statement]) -> _Rows:
        from stancekit.actors.finder import ActorFinder  # spaCy takes seconds to load

        return _Rows(list(statements), list(ActorFinder(self.codebook).find_many(statements)))

    def _fit(self, rows: _Rows) -> tuple[OneVsRest, OneVsRest]:
        targets: list[Label] = [(o, p) for o in self.codebook.outcomes for p in _POSITIONS]
        targets += [(c, "against") for c in self.codebook.accusations]
        texts = [_text(s) for s in rows.statements]
        statements = OneVsRest().fit(texts, [_target_labels(s) for s in rows.statements], targets)
        marked = [(marked_text(s, a, x), _actor_labels(s, x)) for s, a in zip(*rows, strict=True) for x in a]
        actors = OneVsRest().fit(
            [text for text, _ in marked] or ["none"],
            [found for _, found in marked] or [set()],
            [*((p, "") for p in _POSITIONS), _ACCUSED],
        )
        return statements, actors

    def _predict(self, rows: _Rows) -> list[Statement]:
        if self._models is None:
            raise DataError("the baseline is not fitted; expected fit(statements) before")
        by_statement, by_actor = self._models
        if not rows.statements:
            return []
        targets = by_statement.predict([_text(s) for s in rows.statements])
        marked = [marked_text(s, a, x) for s, a in zip(*rows, strict=True) for x in a]
        scores = iter(by_actor.predict(marked) if marked else ())
        return [
            self._decide(s, list(self._scores(by_statement.labels, p, [(x.name, next(scores)) for x in a])))
            for s, a, p in zip(*rows, targets, strict=True)
        ]

    def _scores(
        self, labels: list[Label], p: NDArray[np.float64], actors: list[tuple[str, NDArray[np.float64]]]
    ) -> Iterator[Stance]:
        """Yield every target with its better position. *Shape:* p (labels,), each actor's scores (3,)."""
        of = dict(zip(labels, p.tolist(), strict=True))
        for outcome in self.codebook.outcomes:
            position = max(_POSITIONS, key=lambda x: of[outcome, x])
            yield self._stance("outcome", outcome, position, None, of[outcome, position])
        for name, q in actors:
            position = _POSITIONS[int(q[1] > q[0])]
            if self.codebook.actors:
                yield self._stance("actor", name, position, name, float(max(q[0], q[1])))
            for charge in self.codebook.accusations:
                yield self._stance("accusation", charge, "against", name, of[charge, "against"] * float(q[2]))

    def _stance(self, family: Family, target: str, position: Position, actor: str | None, p: float) -> Stance:
        label = self.codebook.label(family, target, position)
        return Stance(
            family=family, target=target, position=position, actor=actor, label=label, probability=p
        )

    def _decide(self, statement: Statement, scores: list[Stance]) -> Statement:
        given = tuple(s for s in scores if s.probability >= self.thresholds[s.family])
        return statement.model_copy(update={"stances": given, "scores": tuple(scores), "abstained": False})


def _folds(statements: Sequence[Statement]) -> NDArray[np.int64]:
    """Return the fold of each statement: blocks of neighbours, since near copies stand side by side."""
    units = clusters(statements)
    return units * FOLDS // max(1, int(units.max(initial=0)) + 1)


def _text(statement: Statement) -> str:
    return statement.text.lower()


def marked_text(statement: Statement, actors: Sequence[Actor], one: Actor) -> str:
    """Return the text with the mentions of one actor as ACTORX and of all others as OTHERX.

    SPEAKERX is put before it if the actor is the speaker; without ACTORX the actor occurs in the context
    alone.
    """
    from stancekit.actors.finder import same_actor

    spans = sorted((m.start, m.end, a is one) for a in actors for m in a.mentions if m.segment == TEXT)
    parts, at = [], 0
    for start, end, mine in spans:
        if start >= at:
            parts += [statement.text[at:start].lower(), " ACTORX " if mine else " OTHERX "]
            at = end
    text = "".join([*parts, statement.text[at:].lower()])
    speaks = statement.speaker is not None and same_actor(statement.speaker, one.name)
    return re.sub(r"\s+", " ", f"SPEAKERX {text}" if speaks else text).strip()


def _target_labels(statement: Statement) -> set[Label]:
    """Return the (target, position) pairs that hold for a statement, charges included."""
    return {(s.target, s.position) for s in statement.stances if s.family != "actor"}


def _actor_labels(statement: Statement, actor: Actor) -> set[Label]:
    """Return which of favor, against and accused hold for an actor."""
    from stancekit.actors.finder import same_actor

    about = [s for s in statement.stances if s.family != "outcome" and s.actor]
    mine = [s for s in about if same_actor(s.actor or "", actor.name)]
    return {(s.position, "") if s.family == "actor" else _ACCUSED for s in mine}
