"""What a reader gives: documents, and what it could not read; and the checks that every text passes."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MAX_FILE = 10_000_000
"""Largest file or member that holds one text (txt, md, html), in bytes."""
MAX_BINARY = 100_000_000
"""Largest pdf or docx, in bytes; of a docx also once unpacked."""
MAX_JSON = 200_000_000
"""Largest .json, which is read whole, in bytes; .jsonl may have any size."""
MAX_LINE = 1_000_000
"""Longest line of an article read, in bytes."""
MAX_ROW = 5_000_000
"""Longest line or field of a table, in bytes."""
MAX_TEXT = 1_000_000
"""Longest article, in characters."""
MAX_DEPTH = 3
"""Archives within archives that are opened."""
MAX_MEMBERS = 1_000_000
"""Most members of an archive."""

_MAX_TITLE = 300


class Document(NamedTuple):
    """One article as a file holds it.

    Attributes:
        text: What is read; statements' offsets are offsets in it.
        title: Headline, if the file has one apart from or in the text.
        date: Date of publication, as the file gives it.
        source: Outlet, publisher or site.
        author: Author or byline.
        url: Address.
        part: What tells it from others in its file: ``#17`` for a row, ``/sub/a.txt`` for a member; else empty.
        line: Row in a table, from 1.
    """

    text: str
    title: str | None = None
    date: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None
    part: str = ""
    line: int | None = None


class Unreadable(NamedTuple):
    """A file, row or member that gives no document.

    Attributes:
        reason: What is wrong, and what was expected.
        part: As of a document.
        line: Row in a table, from 1.
        other: It is whole, but no article: a table of statements, for example.
    """

    reason: str
    part: str = ""
    line: int | None = None
    other: bool = False


Found = Document | Unreadable


class NoArticleError(ValueError):
    """A file is whole, but holds something else than articles."""


def check_text(text: str) -> None:
    """Check that a text holds words, not too many, and no endless line.

    Raises:
        ValueError: saying what is wrong.
    """
    long = [x for x in text.split("\n") if len(x) > MAX_LINE // 4]  # at most four bytes a character
    if any(len(x.encode("utf-8", "replace")) > MAX_LINE for x in long):
        raise ValueError(f"line over {MAX_LINE:,} bytes")
    if len(text) > MAX_TEXT:
        raise ValueError(f"over {MAX_TEXT:,} characters")
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


def one_line(value: str | None) -> str | None:
    """Return a title or name on one line of bounded length; None if it is blank."""
    words = " ".join(re.sub(r"[\x00-\x1f]", " ", value or "").split())
    return words[:_MAX_TITLE].strip() or None
