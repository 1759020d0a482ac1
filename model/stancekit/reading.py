"""From an article to its statements: one parse, then kinds and speakers sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stancekit.articles import check_text, read_text_article, title_of
from stancekit.dialogue import find_turns
from stancekit.errors import ArticleError
from stancekit.nlp import load_nlp
from stancekit.prefixes import Prefix, find_prefixes
from stancekit.records import Article, Statement
from stancekit.sentences import sentence_spans, set_sentence_starts
from stancekit.voices import Voice, voices

if TYPE_CHECKING:
    from spacy.tokens import Doc

CONTEXT = 2
"""How many sentences before a statement are its context."""


def read_article(path: Path, id: str | None = None) -> Article:
    """Return the article in a .txt or .md file, with its statements.

    Args:
        path: The file.
        id: Id of the article; the file's name without suffix if None.

    Raises:
        ArticleError: naming the file and what was expected.
    """
    return next(add_statements([read_text_article(path, id)]))


def parse_article(text: str, id: str) -> Article:
    """Return the article with this text, with its statements.

    Raises:
        ArticleError: if the text has no words or a line over 1 MB.
    """
    try:
        check_text(text)
    except ValueError as e:
        raise ArticleError(f"{id}: {e}; expected the text of an article") from None
    return next(add_statements([Article(id=id, text=text, title=title_of(text))]))


def add_statements(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield each article with its statements filled in, in order; articles are parsed in batches."""
    nlp = load_nlp()

    def docs() -> Iterator[tuple[Doc, Article]]:
        for article in articles:
            doc = nlp.make_doc(article.text)
            set_sentence_starts(doc, _prefixes(article.text))
            yield doc, article

    for doc, article in nlp.pipe(docs(), as_tuples=True, batch_size=8):
        yield article.model_copy(update={"statements": _statements(doc, article)})


def _prefixes(text: str) -> list[Prefix]:
    return list(find_prefixes(text, find_turns(text)))


def _statements(doc: Doc, article: Article) -> tuple[Statement, ...]:
    prefixes = _prefixes(article.text)
    spans = sentence_spans(doc, prefixes)
    texts = [article.text[s.start : s.end] for s in spans]
    found: list[Voice] = voices(doc, spans, prefixes, article.title)
    return tuple(
        Statement(
            id=f"{article.id}:{i}",
            article=article.id,
            index=i,
            start=span.start,
            end=span.end,
            text=texts[i],
            context=tuple(texts[max(0, i - CONTEXT) : i]),
            speaker=voice.name,
            kind=voice.kind,
            cue=voice.cue,
        )
        for i, (span, voice) in enumerate(zip(spans, found, strict=True))
    )
