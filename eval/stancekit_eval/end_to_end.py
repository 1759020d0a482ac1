"""Measure the whole way, from articles to stances, where a stance counts only with the right speaker."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pydantic import BaseModel

from stancekit.articles.files import read_text_article
from stancekit.articles.reading import add_statements
from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import NARRATOR, Article, Statement
from stancekit.statements import read_statements
from stancekit_eval.articles import ArticleScores, align, compare
from stancekit_eval.metrics import Row, tables
from stancekit_eval.names import same_speaker

Pair = tuple[Statement, Statement | None]
"""A gold sentence, and the statement that overlaps it most, if any."""


class EndToEnd(BaseModel):
    """How well articles become stances.

    Attributes:
        reading: Spans, kinds and speakers.
        any_speaker: Stances by family, whoever they are attributed to.
        right_speaker: The same, where the stances of a statement with a wrong speaker count as wrong.
    """

    reading: ArticleScores
    any_speaker: list[Row]
    right_speaker: list[Row]

    def lines(self) -> list[str]:
        """Return the figures as lines of plain text."""
        r = self.reading
        shares = {
            "exact span": r.exact_span,
            "attributed": r.attributed,
            "kind": r.kind,
            "speaker": r.speaker,
        }
        found = [f"{r.articles:,} articles, {r.sentences:,} gold sentences"]
        found += [f"  {name:<12} {100 * share:5.1f}%" for name, share in shares.items()]
        for title, rows in (("any speaker", self.any_speaker), ("right speaker", self.right_speaker)):
            found.append(f"stances, {title}:    precision  recall      F1")
            for row in rows:
                ratios = (row.precision.value, row.recall.value, row.f1.value)
                found.append(f"  {row.view:<24}" + "".join(f"{100 * x:8.1f}" for x in ratios))
        return found


def evaluate_end_to_end(
    classifier: StanceClassifier, folder: Path, gold: Path, *, resamples: int = 0
) -> EndToEnd:
    """Read and score the articles of a folder that have gold sentences, and compare.

    Args:
        classifier: What scores; the gold stances are read under its codebook.
        folder: Files ``<article>.txt``.
        gold: Labelled sentences in JSONL; those of articles without a file are passed over.
        resamples: Bootstrap resamples for the 95% intervals; 0 for none.

    Raises:
        DataError: if no article has a file, or a gold sentence is not in its article's text.
    """
    by_article: dict[str, list[Statement]] = defaultdict(list)
    for statement in read_statements(gold, classifier.codebook):
        by_article[statement.article or ""].append(statement)
    paths = [p for a in by_article if (p := folder / f"{a}.txt").is_file()]
    if not paths:
        raise DataError(f"{folder}: holds no <article>.txt for an article of {gold}")
    articles = [_scored(classifier, a) for a in add_statements(read_text_article(p) for p in paths)]
    pairs = [(by_article[a.id], a) for a in articles]
    found = [(g, p) for statements, a in pairs for g, p, _ in align(statements, a)]
    book = classifier.codebook
    return EndToEnd(
        reading=compare(pairs),
        any_speaker=_rows(*_any_speaker(found), book, resamples),
        right_speaker=_rows(*_right_speaker(found), book, resamples),
    )


def _scored(classifier: StanceClassifier, article: Article) -> Article:
    return article.model_copy(update={"statements": tuple(classifier.predict_many(article.statements))})


def _rows(gold: list[Statement], predicted: list[Statement], book: Codebook, resamples: int) -> list[Row]:
    return tables(gold, predicted, book, resamples=resamples, seed=0)["by_family"]


def _any_speaker(found: list[Pair]) -> tuple[list[Statement], list[Statement]]:
    """Return the gold sentences and, under the same ids, the statements that overlap them most."""
    return [g for g, _ in found], [p.model_copy(update={"id": g.id}) for g, p in found if p is not None]


def _right_speaker(found: list[Pair]) -> tuple[list[Statement], list[Statement]]:
    """Return the same, but a statement in the wrong mouth stands against a gold one without a stance.

    So its stances are all false, and those of the gold sentence are all missed.
    """
    gold, predicted = _any_speaker([(g, p if p and _same_speaker(g, p) else None) for g, p in found])
    for sentence, statement in found:
        if statement is not None and not _same_speaker(sentence, statement):
            id = f"{sentence.id} (wrong speaker)"
            gold.append(sentence.model_copy(update={"id": id, "stances": ()}))
            predicted.append(statement.model_copy(update={"id": id}))
    return gold, predicted


def _same_speaker(gold: Statement, found: Statement) -> bool:
    if gold.speaker == NARRATOR or found.speaker == NARRATOR:
        return gold.speaker == found.speaker
    return same_speaker(gold.speaker or "", found.speaker or "")
