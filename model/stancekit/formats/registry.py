"""Which reader takes a file: by its first bytes where they are plain, else by its suffix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath

from stancekit.formats.blob import Blob
from stancekit.formats.document import Found, NoArticleError, Unreadable

READERS = {
    "text": "plain:read",
    "html": "html:read",
    "json": "jsons:read",
    "jsonl": "jsons:read_lines",
    "table": "tables:read",
    "parquet": "parquet:read",
    "pdf": "pdf:read",
    "docx": "docx:read",
    "warc": "warc:read",
    "zip": "archives:read_zip",
    "tar": "archives:read_tar",
    "packed": "archives:read_packed",
}
"""Kind of a file -> module and function that reads it; a module is loaded when a file needs it."""

SUFFIXES = {
    ".txt": "text", ".md": "text", ".text": "text", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "table", ".tsv": "table", ".tab": "table",
    ".parquet": "parquet", ".pdf": "pdf", ".docx": "docx", ".warc": "warc", ".zip": "zip", ".tar": "tar",
    ".tgz": "packed", ".tbz2": "packed", ".txz": "packed", ".gz": "packed", ".bz2": "packed", ".xz": "packed",
}  # fmt: skip
"""Suffixes that can be read, in lower case."""

_MAGIC = (
    (b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "packed"), (b"BZh", "packed"),
    (b"\xfd7zXZ\x00", "packed"), (b"PAR1", "parquet"), (b"WARC/", "warc"),
)  # fmt: skip
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)*(?:<!doctype html|<html\b)", re.IGNORECASE | re.DOTALL
)
_ROW = re.compile(rb'\s*\{\s*"[^"\n]{1,80}"\s*:')
_NEEDS = {"trafilatura": ".html", "pypdf": ".pdf", "docx": ".docx", "warcio": ".warc"}


def expected() -> str:
    """Return the formats as they are listed to a user."""
    return ", ".join(
        x for x in SUFFIXES if x not in (".text", ".xhtml", ".tab", ".tbz2", ".txz", ".bz2", ".xz")
    )


def kind_of(name: str, head: bytes) -> str:
    """Return the kind of a file.

    Args:
        name: Its name, of which the suffix counts.
        head: Its first bytes.

    Raises:
        ValueError: if it is of none that can be read.
    """
    suffix = PurePath(name).suffix.lower()
    by_name = SUFFIXES.get(suffix)
    magic = next((kind for mark, kind in _MAGIC if head.startswith(mark)), None)
    if magic == "zip" and (by_name == "docx" or b"word/" in head):
        return "docx"
    if magic and (by_name or not suffix or _is_number(suffix)):
        return magic
    if head[257:262] == b"ustar" and (by_name or not suffix):
        return "tar"
    if by_name == "text" and _PAGE.match(head):
        return "html"
    if by_name:
        return by_name
    if suffix and not _is_number(suffix):
        raise ValueError(f"suffix {suffix!r}; expected an article ({expected()})")
    if _PAGE.match(head):
        return "html"
    if _ROW.match(head):
        return "jsonl" if head.strip().split(b"\n")[0].rstrip().endswith(b"}") or len(head) > 4000 else "json"
    return "json" if re.match(rb"\s*\[\s*\{", head) else "text"


def read_blob(blob: Blob) -> Iterator[Found]:
    """Yield what a blob holds; what is wrong with the whole of it is the last thing yielded, not raised."""
    empty = True
    try:
        module, _, function = READERS[kind_of(blob.name, blob.head())].partition(":")
        for found in getattr(import_module(f"stancekit.formats.{module}"), function)(blob):
            empty = False
            yield found
        if empty:
            yield Unreadable("holds no article; expected one")
    except NoArticleError as e:
        yield Unreadable(str(e), other=True)
    except ValueError as e:
        reason = " ".join(str(e).split()) or "cannot be read"
        yield Unreadable(reason if "expected" in reason else f"{reason}; expected an article")
    except ModuleNotFoundError as e:
        if e.name not in _NEEDS:
            raise
        yield Unreadable(
            f'{_NEEDS[e.name]} needs {e.name}; expected it installed: pip install "stancekit[formats]"'
        )


def _is_number(suffix: str) -> bool:
    return suffix[1:].isdigit()
