"""Files as articles, and the walk of a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from stancekit.articles.language import language_of
from stancekit.errors import ArticleError
from stancekit.formats.document import Document, Unreadable
from stancekit.formats.reading import read_documents
from stancekit.records import Article


def load_articles(
    path: Path, id: str | None = None, *, fields: Mapping[str, str] | None = None, name: str | None = None
) -> Iterator[Article | Unreadable]:
    """Yield the articles of a file, without statements yet, and what of it cannot be read.

    Args:
        path: The file.
        id: Id of the file, with which those of its articles begin; the file's name without suffix if None.
        fields: What its fields are called, where the usual names do not fit.
        name: Name whose suffix tells the format, if it is not the path's.
    """
    id = path.stem if id is None else id
    for found in read_documents(path, fields, name):
        yield _article(found, id, path) if isinstance(found, Document) else found


def read_text_article(
    path: Path, id: str | None = None, *, fields: Mapping[str, str] | None = None
) -> Article:
    """Return the one article of a file, without statements yet.

    Raises:
        ArticleError: naming the file and what was expected; also if it holds several articles, or none.
    """
    found = load_articles(path, id, fields=fields)
    first, second = next(found, None), next(found, None)
    found.close()  # type: ignore[attr-defined]
    if isinstance(first, Unreadable):
        raise ArticleError(f"{path}{first.part}: {first.reason}")
    assert first is not None  # a file with nothing in it is unreadable
    if second is not None:
        raise ArticleError(f"{path}: holds several articles; expected one (read_articles gives all)")
    return first


def _article(found: Document, id: str, path: Path) -> Article:
    member = found.part if found.line is None else found.part.rpartition("#")[0]
    about = found._asdict()
    part = about.pop("part")
    about["row"] = about.pop("line")
    return Article(id=id + part, path=f"{path}{member}", language=language_of(found.text), **about)


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (id, path) of every file under a folder, sorted; hidden files and folders are skipped.

    The id is the path relative to the folder, with ``/``. Files of any kind are yielded, so that the caller can
    report those that it cannot read; so is a folder below that cannot be listed, or that a link leads to.

    Raises:
        ArticleError: if the folder is missing, is no folder, or cannot be listed.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise ArticleError(f"{folder}: {what}; expected a folder of articles")
    yield from _walk(folder, folder)


def _walk(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda x: x.name)
    except OSError as e:
        if folder != root:  # one among many: for the caller to report
            yield folder.relative_to(root).as_posix(), folder
            return
        raise ArticleError(f"{folder}: cannot be listed: {e.strerror}; expected a readable folder") from None
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root)
        else:
            yield path.relative_to(root).as_posix(), path


def refusal(path: Path, root: Path | None = None) -> str | None:
    """Return why a path is not opened: a link that leads out of the folder, or a name that is no text.

    Args:
        path: The file.
        root: The folder that is walked, resolved; None for a file that the user named.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "the file's name is not UTF-8; expected one that is"
    if root is not None and path.is_symlink():
        if path.is_dir():
            return "a link to a folder; expected the folder itself"
        try:
            inside = path.resolve(strict=True).is_relative_to(root)
        except (OSError, RuntimeError):
            return "a link that leads nowhere; expected a file"
        if not inside:
            return "a link out of the folder; expected a file in it"
    return None
