"""Read text files as articles, and walk a folder of them."""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from stancekit.errors import ArticleError
from stancekit.records import Article

SUFFIXES = (".txt", ".md")
"""Suffixes of the files that can be read, in lower case."""

MAX_FILE = 10_000_000
"""Largest article file read, in bytes."""

MAX_LINE = 1_000_000
"""Longest line of an article read, in bytes."""

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MAX_TITLE = 300
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> str:
    """Return the text in the bytes: by its byte order mark, else UTF-8, else Windows-1252.

    Every kind of newline becomes a line feed.

    Raises:
        ValueError: saying what the bytes are instead of text.
    """
    encoding = next((e for bom, e in _BOMS.items() if data.startswith(bom)), None)
    if encoding:
        text = _strict(data, encoding)
    elif b"\x00" in data:
        raise ValueError("binary file (null bytes)")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as e:
            if _mostly_utf8(data):
                raise ValueError(f"damaged UTF-8 (byte {e.start})") from None
            text = _strict(data, "windows-1252")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n")
    if len(_NO_TEXT.findall(text)) > len(text) // 100:
        raise ValueError("binary file (control characters)")
    return text


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as e:
        raise ValueError(f"not {encoding.removesuffix('-sig').upper()} (byte {e.start})") from None


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether most non-ASCII characters are well-formed UTF-8, so that Windows-1252 would garble it."""
    text = data.decode("utf-8", errors="replace")
    good = sum(c > "\x7f" and c != "\ufffd" for c in text)
    return good > 4 * text.count("\ufffd")


def check_text(text: str) -> None:
    """Check that a text holds words and no endless line.

    Raises:
        ValueError: saying what is wrong.
    """
    long = [x for x in text.split("\n") if len(x) > MAX_LINE // 4]  # at most four bytes a character
    if any(len(x.encode("utf-8", "replace")) > MAX_LINE for x in long):
        raise ValueError(f"line over {MAX_LINE:,} bytes")
    if not any(unicodedata.category(c)[0] == "L" for c in text):
        raise ValueError("no words" if text.strip() else "empty file")


def title_of(text: str) -> str | None:
    """Return the title: the first line, where a blank line follows and no full stop ends it."""
    lines = text.lstrip().split("\n", 2)
    if len(lines) < 3 or lines[1].strip() or not lines[2].strip():
        return None
    title = lines[0].strip().lstrip("#").strip()
    ends = title.rstrip("\"'”’»)")
    return title if title and len(title) <= _MAX_TITLE and not ends.endswith(".") else None


def read_text_article(path: Path, id: str | None = None) -> Article:
    """Return the article in a .txt or .md file, without statements yet.

    Args:
        path: The file.
        id: Id of the article; the file's name without suffix if None.

    Raises:
        ArticleError: naming the file and what was expected.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise ArticleError(f"{path}: no such file; expected an article ({', '.join(SUFFIXES)})") from None
    except OSError as e:
        raise ArticleError(f"{path}: cannot be read: {e.strerror}; expected a readable text file") from None
    try:
        if len(data) > MAX_FILE:
            raise ValueError(f"over {MAX_FILE:,} bytes")
        text = decode(data)
        check_text(text)
    except ValueError as e:
        raise ArticleError(f"{path}: {e}; expected an article as text in UTF-8") from None
    return Article(id=id or path.stem, text=text, path=str(path), title=title_of(text))


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (article id, path) of every file under a folder, sorted; hidden files and folders are skipped.

    The id is the path relative to the folder, with ``/``. Files of any suffix are yielded, so that the
    caller can report those that it cannot read.

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
        raise ArticleError(f"{folder}: cannot be listed: {e.strerror}; expected a readable folder") from None
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root)
        elif entry.is_file():
            yield path.relative_to(root).as_posix(), path


def readable(path: Path) -> bool:
    """Tell whether a file's suffix is one of ``SUFFIXES``."""
    return path.suffix.lower() in SUFFIXES
