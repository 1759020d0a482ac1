"""Scoring in this process: the next chunk is read and parsed while the model scores this one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

from stancekit.articles.language import same_language
from stancekit.records import Article, Statement
from stancekit.scoring.finished import Finished, finished
from stancekit.scoring.inputs import Chunk, Cursor, Problem, Screen, Source, chunks
from stancekit.scoring.overlap import ahead
from stancekit.scoring.parts import Parts
from stancekit.scoring.stories import Stories

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier

Predict = Callable[[Iterable[Statement]], Iterable[Statement]]


def scored_here(
    classifier: StanceClassifier, source: Source, parts: Parts, language: str | None, predict: Predict, pool: Executor
) -> Generator[Finished]:  # fmt: skip
    """Yield what a run has still to do in chunks, scored, in order, each while the next is read."""
    stop = Event()
    for chunk in ahead(_read(source, parts, language, stop), pool, stop):
        # A sentence seen before could be found otherwise in the last digit, and a resumed run has not seen
        # the same ones.
        classifier.finder.forget()
        yield finished(chunk, list(predict(chunk.statements)))


def _read(source: Source, parts: Parts, language: str | None, stop: Event) -> Generator[Chunk]:
    """Yield each chunk, the stories up to it on disk: ahead of the rows, and cut back to them on resuming."""
    done = parts.progress
    cursor = Cursor(done.files, done.items, done.digest)
    with closing(Stories(parts.stories, done.stories)) as stories:
        for chunk in chunks(source, cursor, _screen(stories, language), stop.is_set):
            stories.commit()
            chunk.stories = stories.count
            yield chunk


def _screen(stories: Stories, language: str | None) -> Screen:
    """Return what sets aside articles in another language, and marks near-duplicates."""

    def screen(article: Article) -> Article | Problem:
        if language is not None and (problem := other_language(article, language)):
            return problem
        first = stories.first_like(article)
        return article.model_copy(update={"duplicate_of": first}) if first is not None else article

    return screen


def other_language(article: Article, language: str) -> Problem | None:
    """Return why an article is set aside, if it is in another language."""
    if same_language(article.language, language):
        return None
    reason = f"in {article.language!r}; expected {language!r} (scored all the same with --any-language)"
    return Problem(article.path or article.id, article.row, reason, "language")
