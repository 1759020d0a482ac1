"""What `score` reads: a folder of articles, one article, or a file of statements, in chunks of even size.

A chunk is the unit of work that is scored and recorded at once. Where it ends depends on the inputs alone,
so that a run that is resumed scores the same chunks, and with them the same batches, as an undisturbed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stancekit.articles.files import SUFFIXES, read_text_article, readable, walk
from stancekit.articles.reading import add_statements
from stancekit.errors import ArticleError, DataError, InputError, StancekitError
from stancekit.records import Article, Statement
from stancekit.statements import scan_statements

CHUNK_INPUTS = 512
"""Most articles or lines of a chunk."""
CHUNK_CHARACTERS = 100_000
"""A chunk is closed once it holds this much text."""
TABLES = (".jsonl", ".json", ".csv", ".tsv", ".parquet")
"""Suffixes of tables, labels and results: what lies beside articles without being one."""


class Problem(NamedTuple):
    """An input that cannot be scored: its file, the line from 1 (None: the whole file), and the reason."""

    path: str
    line: int | None
    reason: str


Loaded = Article | Statement | Problem


class Piece(NamedTuple):
    """One input: a stamp that changes when it does, and what loads it."""

    stamp: str
    load: Callable[[], Loaded]


@dataclass(frozen=True)
class Source:
    """What is scored.

    Attributes:
        path: As the user gave it.
        stamp: Changes when the file of statements does; empty for a folder, whose pieces have stamps.
        total: Number of inputs.
        pieces: Starts reading from the first input.
    """

    path: Path
    stamp: str
    total: int
    pieces: Callable[[], Iterator[Piece]]


@dataclass
class Chunk:
    """Inputs that are scored together.

    Attributes:
        inputs: Inputs so far, those of earlier chunks included.
        digest: Hash of the stamps of all of these.
        articles: Articles read in this chunk.
        statements: Their statements, or the statements of the file.
        problems: What could not be read.
    """

    inputs: int
    digest: str
    articles: int = 0
    statements: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def check_source(path: Path) -> None:
    """Check that a path is of a kind that can be scored, without reading it.

    Raises:
        InputError: if there is nothing there, or it is of another kind.
    """
    if path.is_dir() or (path.is_file() and (path.suffix.lower() == ".jsonl" or readable(path))):
        return
    what = f"suffix {path.suffix!r}" if path.is_file() else "no file" if path.exists() else "does not exist"
    wanted = f"a folder of articles, an article ({', '.join(SUFFIXES)}) or statements (.jsonl)"
    raise InputError(f"{path}: {what}; expected {wanted}")


def open_source(path: Path, exclude: Iterable[Path] = ()) -> Source:
    """Return what lies at a path: a folder of articles, an article, or statements in JSONL.

    Args:
        path: Folder or file.
        exclude: Files and folders that are no input, such as the output.

    Raises:
        InputError: if there is nothing there, nothing in it, or it is of another kind.
    """
    check_source(path)
    if path.is_dir():
        return _folder(path, {x.absolute() for x in exclude})
    return _statements(path) if path.suffix.lower() == ".jsonl" else _single(path)


def chunks(source: Source, done: int = 0, digest: str = "") -> Iterator[Chunk]:
    """Yield the inputs in chunks, in order.

    Args:
        source: What to read.
        done: Inputs to pass over, which an earlier run has finished.
        digest: Hash of their stamps in that run.

    Raises:
        InputError: if these inputs are not the same any more.
        StancekitError: if an optional dependency is missing.
    """
    hashed, count, size = hashlib.sha256(), 0, 0
    loaded: list[Loaded] = []
    for piece in source.pieces():
        count += 1
        hashed.update(piece.stamp.encode("utf-8", "surrogateescape") + b"\n")
        if count < done:
            continue
        if count == done:
            if hashed.hexdigest() != digest:
                break
            continue
        loaded.append(piece.load())
        size += len(loaded[-1].text) if not isinstance(loaded[-1], Problem) else 0
        if len(loaded) >= CHUNK_INPUTS or size >= CHUNK_CHARACTERS:
            yield _chunk(count, hashed.hexdigest(), loaded)
            loaded, size = [], 0
    if count < done or (count == done and done and hashed.hexdigest() != digest):
        raise InputError(
            f"{source.path}: files that were already scored have changed since; "
            "expected the same files (or a new run without --resume)"
        )
    if loaded:
        yield _chunk(count, hashed.hexdigest(), loaded)


def _chunk(inputs: int, digest: str, loaded: list[Loaded]) -> Chunk:
    chunk = Chunk(inputs, digest)
    articles = [x for x in loaded if isinstance(x, Article)]
    parsed = iter(_parsed(articles))
    for item in loaded:
        found = next(parsed) if isinstance(item, Article) else item
        if isinstance(found, Article):
            chunk.articles += 1
            chunk.statements += found.statements
        elif isinstance(found, Statement):
            chunk.statements.append(found)
        else:
            chunk.problems.append(found)
    return chunk


def _parsed(articles: list[Article]) -> list[Article | Problem]:
    """Return the articles with their statements; one that the parser fails on becomes a problem."""
    try:
        return list(add_statements(articles))
    except StancekitError:
        raise
    except Exception as e:  # one odd article must not end a run over an archive
        if len(articles) == 1:
            what = f"cannot be parsed: {type(e).__name__}: {' '.join(str(e).split())[:200]}"
            return [Problem(articles[0].path or articles[0].id, None, what)]
        return [x for a in articles for x in _parsed([a])]


def _folder(folder: Path, exclude: set[Path]) -> Source:
    def files() -> Iterator[tuple[str, Path]]:
        for id, path in walk(folder):
            whole = path.absolute()
            if path.suffix.lower() not in TABLES and exclude.isdisjoint((whole, *whole.parents)):
                yield id, path

    def pieces() -> Iterator[Piece]:
        for id, path in files():
            yield Piece(_stamp(id, path), partial(_article, id, path))

    total = sum(1 for _ in files())
    if not total:
        raise ArticleError(f"{folder}: holds no article; expected files of text ({', '.join(SUFFIXES)})")
    return Source(folder, "", total, pieces)


def _single(path: Path) -> Source:
    read_text_article(path)  # a file that was named itself and cannot be read is the user's mistake
    stamp = _stamp(path.name, path)
    return Source(path, stamp, 1, lambda: iter([Piece(stamp, partial(_article, path.name, path))]))


def _article(id: str, path: Path) -> Article | Problem:
    """Return an article without statements yet, or what is wrong with its file."""
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        safe = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return Problem(safe, None, "the file's name is not UTF-8; expected one that is")
    if path.is_dir():
        return Problem(name, None, "cannot be listed; expected a readable folder")
    if not readable(path):
        return Problem(name, None, f"suffix {path.suffix!r}; expected an article ({', '.join(SUFFIXES)})")
    try:
        return read_text_article(path, id)
    except ArticleError as e:
        return Problem(name, None, str(e).removeprefix(f"{path}: "))


def _stamp(id: str, path: Path) -> str:
    """Return a line that changes when a file does; without size if it has vanished."""
    try:
        found = path.stat()
    except OSError:
        return f"{id}\t-"
    return f"{id}\t{found.st_size}\t{found.st_mtime_ns}"


def _statements(path: Path) -> Source:
    def pieces() -> Iterator[Piece]:
        for number, found in scan_statements(path):
            yield Piece(str(number), partial(_line, path, number, found))

    total = _lines(path)
    if not total:
        raise DataError(f"{path}: no statements; expected one JSON object a line")
    return Source(path, _stamp(path.name, path), total, pieces)


def _line(path: Path, number: int, found: Statement | str) -> Statement | Problem:
    return Problem(str(path), number, found) if isinstance(found, str) else found


def _lines(path: Path) -> int:
    """Return the number of lines, 0 if all are blank; read in blocks, however long a line is."""
    lines, blank, last = 0, True, b""
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                lines += block.count(b"\n")
                blank, last = blank and block.isspace(), block
    except OSError as e:
        raise DataError(f"{path}: cannot be read: {e.strerror}") from None
    return 0 if blank else lines + (not last.endswith(b"\n"))
