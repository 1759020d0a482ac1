"""What `score` is given: a folder of articles, a file of one or many, a file of statements, or standard input."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stancekit.articles.files import load_articles, refusal, walk
from stancekit.errors import ArticleError, DataError, InputError
from stancekit.formats.document import Unreadable
from stancekit.formats.fields import is_statement, plain
from stancekit.formats.registry import expected, kind_of
from stancekit.records import Article, Statement
from stancekit.scoring.inputs import File, Loaded, Problem, Source
from stancekit.statements import MAX_LINE, scan_statements

STDIN = Path("-")
"""Given as a path, it means standard input."""
WANTED = f"a folder of articles, an article ({expected()}) or statements (.jsonl)"


class Named(NamedTuple):
    """A file under the name that a user knows it by; the path is whole, for a process in another folder."""

    path: Path
    name: str


Reader = Callable[[Named], Iterator[Loaded]]
"""Yields what a file holds."""


def check_source(path: Path) -> None:
    """Check that a path is of a kind that can be scored, without reading more than its first bytes.

    Raises:
        InputError: if there is nothing there, or it is of another kind.
    """
    if path == STDIN or path.is_dir():
        return
    if not path.is_file():
        what = "no file" if path.exists() else "does not exist"
        raise InputError(f"{path}: {what}; expected {WANTED}")
    check_kind(Named(path, str(path)))


def check_kind(file: Named) -> None:
    """Check that a file is of a kind that can be read.

    Raises:
        InputError: if it is not.
    """
    try:
        with file.path.open("rb") as opened_:
            kind_of(Path(file.name).name, opened_.read(4096))
    except ValueError as e:
        raise InputError(f"{file.name}: {str(e).split(';')[0]}; expected {WANTED}") from None
    except OSError as e:
        raise InputError(f"{file.name}: cannot be read: {e.strerror}; expected {WANTED}") from None


@contextmanager
def opened(
    path: Path, exclude: Iterable[Path] = (), *, fields: Mapping[str, str] | None = None
) -> Iterator[Source]:
    """Give what lies at a path: a folder of articles, a file of them, or statements in JSON lines.

    Args:
        path: Folder or file; ``-``: standard input, which is copied to disk while it is used.
        exclude: Files and folders that are no input, such as the output.
        fields: What the fields of tables are called; JSON lines are articles then.

    Raises:
        InputError: if there is nothing there, nothing in it, or it is of another kind.
    """
    fields = fields or {}
    if path == STDIN:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "stdin"
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            found = file_source(Named(copy, "stdin"), fields)
            with copy.open("rb") as file:
                yield replace(found, stamp=hashlib.file_digest(file, "sha256").hexdigest())
        return
    check_source(path)
    if path.is_dir():
        yield _folder(path, {x.absolute() for x in exclude}, fields)
    else:
        yield file_source(Named(path.absolute(), str(path)), fields)


def _folder(folder: Path, exclude: set[Path], fields: Mapping[str, str]) -> Source:
    root = folder.resolve()

    def paths() -> Iterator[tuple[str, Path]]:
        for id, path in walk(folder):
            whole = path.absolute()
            if exclude.isdisjoint((whole, *whole.parents)):
                yield id, path

    def files() -> Iterator[File]:
        for id, path in paths():
            file, stamp = Named(path.absolute(), str(path)), _stamp(id, path)
            load = partial(load_file, file, id=id, fields=fields, root=root)
            yield File(stamp, partial(_steady, load, file, id, stamp))

    total = sum(1 for _ in paths())
    if not total:
        raise ArticleError(f"{folder}: holds no article; expected files of text ({expected()})")
    return Source(str(folder), "", total, files)


def file_source(
    file: Named, fields: Mapping[str, str], again: Callable[[Reader], Iterator[Loaded]] | None = None
) -> Source:
    """Return one file as a source.

    Args:
        file: The file.
        fields: What the fields of tables are called; JSON lines are articles then.
        again: Gives what a reader finds when the run comes to the file; by default it reads the file itself.

    Raises:
        InputError: if it holds nothing, or is of another kind.
    """
    id = Path(file.name).name
    read: Reader = load_statements
    total = 1
    if not fields and _holds_statements(file.path):
        total = _lines(file)
        if not total:
            raise DataError(f"{file.name}: no statements; expected one JSON object a line")
    else:
        read = partial(load_file, id=id, fields=fields)
        first = next(read(file), None)
        if isinstance(first, Problem) and first.line is None and first.path == file.name:
            raise ArticleError(f"{file.name}: {first.reason}")  # the user's mistake, who named this file
    stamp = _stamp(id, file.path)
    load = partial(again, read) if again else partial(_steady, partial(read, file), file, id, stamp)
    return Source(file.name, stamp, total, lambda: iter([File(stamp, load)]))


def _steady(load: Callable[[], Iterable[Loaded]], file: Named, id: str, stamp: str) -> Iterator[Loaded]:
    """Yield what a file holds, and in the end, if its stamp is another by then, that it changed meanwhile."""
    yield from load()
    now = _stamp(id, file.path)
    if now != stamp and now != _gone(id):
        reason = (
            "changed while it was read; expected a file that stays as it is (the rows may be of both states)"
        )
        yield Problem(file.name, None, reason)


def load_file(
    file: Named, id: str, fields: Mapping[str, str], root: Path | None = None
) -> Iterator[Article | Problem]:
    """Yield the articles of a file, without statements yet, and what is wrong with it.

    Args:
        file: The file.
        id: With which the ids of its articles begin.
        fields: What the fields of tables are called.
        root: The folder that is walked, resolved; None for a file that the user named.
    """
    reason = refusal(file.path, root)
    if reason:
        safe = file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        yield Problem(safe, None, reason)
        return
    for found in load_articles(file.path, id, fields=fields, name=Path(file.name).name):
        if isinstance(found, Unreadable):
            member = found.part.rpartition("#")[0] if found.line is not None else found.part
            kind = "no article" if found.other else "unreadable"
            yield Problem(file.name + member, found.line, found.reason, kind)  # type: ignore[arg-type]
        else:
            yield found.model_copy(update={"path": file.name + (found.path or "")[len(str(file.path)) :]})


def _stamp(id: str, path: Path) -> str:
    """Return a line that changes when a file does; without size if it has vanished."""
    try:
        found = path.stat()
    except OSError:
        return _gone(id)
    return f"{id}\t{found.st_size}\t{found.st_mtime_ns}"


def _gone(id: str) -> str:
    return f"{id}\t-"


def _holds_statements(path: Path) -> bool:
    """Tell whether a file is JSON lines whose first object is a statement, or which holds no object."""
    with path.open("rb") as file:
        if kind_of(path.name, file.peek(4096)[:4096]) != "jsonl":
            return False
        for _ in range(100):
            try:
                row = json.loads(file.readline(MAX_LINE + 1))
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict) and row:
                return is_statement(set(map(plain, row)))
    return True


def load_statements(file: Named) -> Iterator[Statement | Problem]:
    """Yield the statements of a file, and what is wrong with a line."""
    for number, found in scan_statements(file.path):
        yield Problem(file.name, number, found) if isinstance(found, str) else found


def _lines(file: Named) -> int:
    """Return the number of lines, 0 if all are blank; read in blocks, however long a line is."""
    lines, blank, last = 0, True, b""
    try:
        with file.path.open("rb") as opened_:
            while block := opened_.read(1 << 20):
                lines += block.count(b"\n")
                blank, last = blank and block.isspace(), block
    except OSError as e:
        raise DataError(f"{file.name}: cannot be read: {e.strerror}") from None
    return 0 if blank else lines + (not last.endswith(b"\n"))
