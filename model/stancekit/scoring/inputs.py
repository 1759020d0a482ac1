"""What is scored, in chunks of even size.

A chunk is the unit of work that is scored and recorded at once. Where it ends depends on the inputs alone,
so that a run that is resumed scores the same chunks, and with them the same batches, as an undisturbed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from stancekit.articles.reading import add_statements
from stancekit.errors import InputError, StancekitError
from stancekit.records import Article, Statement

CHUNK_INPUTS = 512
"""Most articles or lines of a chunk."""
CHUNK_CHARACTERS = 100_000
"""A chunk is closed once it holds this much text."""


class Problem(NamedTuple):
    """An input that is not scored.

    Attributes:
        path: Its file, with the member where it lies in an archive.
        line: Line or row from 1; None: the whole file.
        reason: What is wrong, and what was expected.
        kind: ``unreadable``; ``language``: in another than the codebook's; ``no article``: whole, but something else.
    """

    path: str
    line: int | None
    reason: str
    kind: Literal["unreadable", "language", "no article"] = "unreadable"


Loaded = Article | Statement | Problem


class File(NamedTuple):
    """One file: a stamp that changes when it does, and what reads its articles or statements."""

    stamp: str
    load: Callable[[], Iterable[Loaded]]


@dataclass(frozen=True)
class Source:
    """What is scored.

    Attributes:
        name: As the user gave it.
        stamp: Changes when a single file does; empty for a folder, whose files have stamps.
        total: Number of files of a folder, of lines of a file of statements, else 1.
        files: Starts reading from the first file.
    """

    name: str
    stamp: str
    total: int
    files: Callable[[], Iterator[File]]


class Cursor(NamedTuple):
    """How far a run has come.

    Attributes:
        files: Files that are finished.
        items: Articles, lines and problems of the next file that are finished too.
        digest: Hash of the stamps of these files.
    """

    files: int = 0
    items: int = 0
    digest: str = ""


class Unread(NamedTuple):
    """A file that is not finished: its number, inputs to pass over, the hash of the stamps up to it."""

    number: int
    skipped: int
    digest: str
    file: File


@dataclass
class Chunk:
    """Inputs that are scored together.

    Attributes:
        end: How far the run has come with it.
        inputs: Articles, lines and problems in it.
        articles: Articles read in this chunk.
        duplicates: Articles of these that nearly repeat an earlier one.
        stories: Articles of the whole run so far that do not; for the caller to fill in.
        statements: Their statements, or the statements of the file.
        problems: What is not scored.
    """

    end: Cursor
    inputs: int = 0
    articles: int = 0
    duplicates: int = 0
    stories: int = 0
    statements: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


Screen = Callable[[Article], Article | Problem]
"""Lets an article pass, marked if it nearly repeats another, or tells why not."""


def chunks(
    source: Source,
    done: Cursor,
    screen: Screen = lambda article: article,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Chunk]:
    """Yield the inputs in chunks, in order.

    Args:
        source: What to read.
        done: What an earlier run has finished, to be passed over.
        screen: What each article passes before it is parsed, in order.
        stopped: Asked at each input whether to end at once, without the chunk that is not whole.

    Raises:
        InputError: if what was finished is not the same any more.
        StancekitError: if an optional dependency is missing.
    """
    loaded: list[Loaded] = []
    size, end = 0, done
    for number, skipped, digest, file in files_after(source, done):
        end = Cursor(number + 1, 0, digest)
        for item, found in enumerate(file.load(), 1):
            if stopped():
                return
            if item <= skipped:
                continue
            loaded.append(found)
            size += len(found.text) if not isinstance(found, Problem) else 0
            if len(loaded) >= CHUNK_INPUTS or size >= CHUNK_CHARACTERS:
                yield _chunk(Cursor(number, item, digest), loaded, screen)
                loaded, size = [], 0
    if loaded:
        yield _chunk(end, loaded, screen)


def files_after(source: Source, done: Cursor) -> Iterator[Unread]:
    """Yield the files that are not finished.

    Raises:
        InputError: if those that are finished are not the same any more.
    """
    hashed, number = hashlib.sha256(), -1
    last = done.files if done.items else done.files - 1  # the last file that the digest covers
    for number, file in enumerate(source.files()):
        hashed.update(file.stamp.encode("utf-8", "surrogateescape") + b"\n")
        if number == last and hashed.hexdigest() != done.digest:
            raise _changed(source)
        if number >= done.files:
            skipped = done.items if number == done.files else 0
            yield Unread(number, skipped, hashed.hexdigest(), file)
    if number < last:
        raise _changed(source)


def _changed(source: Source) -> InputError:
    return InputError(
        f"{source.name}: files that were already scored have changed since; "
        "expected the same files (or a new run without --resume)"
    )


def _chunk(end: Cursor, loaded: list[Loaded], screen: Screen) -> Chunk:
    chunk = Chunk(end, len(loaded))
    screened = [screen(x) if isinstance(x, Article) else x for x in loaded]
    with_statements = iter(parsed([x for x in screened if isinstance(x, Article)]))
    for item in screened:
        found = next(with_statements) if isinstance(item, Article) else item
        if isinstance(found, Article):
            chunk.articles += 1
            chunk.duplicates += found.duplicate_of is not None
            chunk.statements += found.statements
        elif isinstance(found, Statement):
            chunk.statements.append(found)
        else:
            chunk.problems.append(found)
    return chunk


def parsed(articles: list[Article]) -> list[Article | Problem]:
    """Return the articles with their statements; one that the parser fails on becomes a problem."""
    try:
        return list(add_statements(articles))
    except StancekitError:
        raise
    except Exception as e:  # one odd article must not end a run over an archive
        if len(articles) == 1:
            what = f"cannot be parsed: {type(e).__name__}: {' '.join(str(e).split())[:200]}"
            return [Problem(articles[0].path or articles[0].id, None, what)]
        return [x for a in articles for x in parsed([a])]
