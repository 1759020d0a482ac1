"""Web archives (warcio): the pages in their responses; pictures, scripts and the like are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import decode
from stancekit.formats.document import MAX_FILE, Document, Found, Unreadable, check_text, title_of
from stancekit.formats.html import page


def read(blob: Blob) -> Iterator[Found]:
    """Yield the article of each page.

    Raises:
        ValueError: if it is damaged.
    """
    from warcio.archiveiterator import ArchiveIterator

    number = 0
    try:
        for record in ArchiveIterator(blob.file):
            number += 1
            kind = _kind(record)
            if kind is None:
                continue
            try:
                yield _document(record, kind)._replace(part=f"#{number}", line=number)
            except ValueError as e:
                url = record.rec_headers.get_header("WARC-Target-URI") or "?"
                yield Unreadable(f"{url[:200]}: {e}", f"#{number}", number)
    except Exception as e:  # warcio raises whatever a damaged file leads to
        what = " ".join(str(e).split())[:200]
        raise ValueError(
            f"damaged after record {number}: {type(e).__name__}: {what}; expected a WARC"
        ) from None
    if not number:
        raise ValueError("no record in it; expected a WARC")


def _kind(record: Any) -> str | None:
    """Return ``html`` or ``text`` for a page that was delivered."""
    if record.rec_type not in ("response", "resource"):
        return None
    headers = record.http_headers
    if headers is not None and headers.get_statuscode() != "200":
        return None
    source = headers if headers is not None else record.rec_headers
    kind = (source.get_header("Content-Type") or "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return "html"
    return "text" if kind == "text/plain" else None


def _document(record: Any, kind: str) -> Document:
    data = record.content_stream().read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ValueError(f"over {MAX_FILE:,} bytes; expected a page")
    url = record.rec_headers.get_header("WARC-Target-URI")
    if kind == "html":
        return page(data, url)
    text = decode(data)
    check_text(text)
    return Document(text, title=title_of(text), url=url)
