"""From an article to its statements: one parse, then kinds and speakers sentence by sentence."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from stancekit.articles.dialogue import find_turns
from stancekit.articles.files import load_articles, read_text_article, refusal, walk
from stancekit.articles.language import language_of
from stancekit.articles.prefixes import Prefix, find_prefixes
from stancekit.articles.sentences import Span, sentence_spans, set_sentence_starts
from stancekit.articles.voices import Voice, voices
from stancekit.errors import ArticleError
from stancekit.formats.document import Unreadable, check_text, title_of
from stancekit.nlp import load_nlp
from stancekit.records import Article, Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc

SECTION = 50_000
"""Most characters that are parsed at once."""
CONTEXT = 2
"""How many sentences before a statement are its context."""


def read_article(
    file: str | Path | BinaryIO, id: str | None = None, *, fields: Mapping[str, str] | None = None
) -> Article:
    """Return the article in a file of any format that ``stancekit score`` reads, with its statements.

    Args:
        file: Path, or a file opened in binary mode.
        id: Id of the article; the file's name without suffix if None.
        fields: What the fields of a JSON object or a table's row are called, where the usual names do not fit:
            ``{"text": "Volltext", "date": "Tag"}``.

    Raises:
        ArticleError: naming the file and what was expected; also if it holds several articles.
    """
    if isinstance(file, (str, Path)):
        return next(add_statements([read_text_article(Path(file), id, fields=fields)]))
    name = PurePath(str(getattr(file, "name", ""))).name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (name or "article")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        try:
            article = read_text_article(path, id, fields=fields)
        except ArticleError as e:
            raise ArticleError(str(e).replace(f"{folder}/", "")) from None
    return next(add_statements([article.model_copy(update={"path": name or None})]))


def read_articles(
    path: str | Path,
    *,
    fields: Mapping[str, str] | None = None,
    on_problem: Callable[[str], None] | None = None,
) -> Iterator[Article]:
    """Yield every article of a folder, or of a file that holds many, with its statements, in order.

    Args:
        path: Folder, or file of any format that ``stancekit score`` reads.
        fields: As of ``read_article``.
        on_problem: Told of each file, row or member that cannot be read; by default a warning is given.

    Raises:
        ArticleError: if the folder is missing or cannot be listed.
    """
    path = Path(path)
    tell = on_problem or (lambda reason: warnings.warn(reason, stacklevel=3))
    root = path.resolve() if path.is_dir() else None

    def loaded() -> Iterator[Article]:
        for id, file in walk(path) if root else [(path.name, path)]:
            refused = refusal(file, root)
            for found in [Unreadable(refused)] if refused else load_articles(file, id, fields=fields):
                if isinstance(found, Unreadable):
                    tell(f"{file}{found.part}: {found.reason}")
                else:
                    yield found

    return add_statements(loaded())


def parse_article(text: str, id: str) -> Article:
    """Return the article with this text, with its statements.

    Raises:
        ArticleError: if the text has no words or a line over 1 MB.
    """
    try:
        check_text(text)
    except ValueError as e:
        raise ArticleError(f"{id}: {e}; expected the text of an article") from None
    article = Article(id=id, text=text, title=title_of(text), language=language_of(text))
    return next(add_statements([article]))


def add_statements(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield each article with its statements filled in, in order; articles are parsed in batches.

    A long text is read section by section, so that the time it takes grows with its length only; who speaks in
    one section is not looked for in another.
    """
    nlp = load_nlp()

    def docs() -> Iterator[tuple[Doc, tuple[Article, Span]]]:
        for article in articles:
            for section in sections(article.text):
                doc = nlp.make_doc(article.text[section.start : section.end])
                set_sentence_starts(doc, _prefixes(doc.text))
                yield doc, (article, section)

    found: list[Statement] = []
    for doc, (article, section) in nlp.pipe(docs(), as_tuples=True, batch_size=8):
        found += _statements(doc, article, section.start, found)
        if section.end == len(article.text):
            yield article.model_copy(update={"statements": tuple(found)})
            found = []


def sections(text: str) -> Iterator[Span]:
    """Yield the parts of a text of at most ``SECTION`` characters, cut at a blank line, a line's end or a blank."""
    start = 0
    while len(text) - start > SECTION:
        cuts = (text.rfind(mark, start + SECTION // 2, start + SECTION) for mark in ("\n\n", "\n", " "))
        end = next((x for x in cuts if x > 0), start + SECTION)
        yield Span(start, end)
        start = end
    yield Span(start, len(text))


def _prefixes(text: str) -> list[Prefix]:
    return list(find_prefixes(text, find_turns(text)))


def _statements(doc: Doc, article: Article, offset: int, before: list[Statement]) -> list[Statement]:
    """Return the statements of a section that begins at ``offset``; ``before`` are those of the article so far."""
    prefixes = _prefixes(doc.text)
    spans = sentence_spans(doc, prefixes)
    texts = [s.text for s in before[-CONTEXT:]]
    first = len(texts)
    texts += [article.text[s.start + offset : s.end + offset] for s in spans]
    found: list[Voice] = voices(doc, spans, prefixes, article.title)
    return [
        Statement(
            id=f"{article.id}:{len(before) + i}",
            article=article.id,
            index=len(before) + i,
            start=span.start + offset,
            end=span.end + offset,
            text=texts[first + i],
            context=tuple(texts[max(0, first + i - CONTEXT) : first + i]),
            speaker=voice.name,
            kind=voice.kind,
            cue=voice.cue,
            speaker_role=voice.office.role,
            speaker_affiliation=voice.office.affiliation,
            title=article.title,
            date=article.date,
            source=article.source,
            duplicate_of=article.duplicate_of,
        )
        for i, (span, voice) in enumerate(zip(spans, found, strict=True))
    ]
