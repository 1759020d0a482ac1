"""PDF with text (pypdf): pages joined, words put together that a line's end divides, running heads left out."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import clean
from stancekit.formats.document import MAX_BINARY, MAX_TEXT, Document, Found, check_text, one_line, title_of

MAX_PAGES = 1_000
_DIVIDED = re.compile(r"(?<=[^\W\d_])-\n(?=[a-z])")
_NO_TITLE = re.compile(r"^(microsoft|untitled|unknown)|\.(docx?|indd|qxd|pdf|rtf)$", re.IGNORECASE)
_ENDS = '.!?…:"”’»)'


def read(blob: Blob) -> Iterator[Found]:
    """Yield the one document of a PDF.

    Raises:
        ValueError: if it is damaged, locked, or holds pictures only.
    """
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(blob.whole(MAX_BINARY)))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("locked by a password; expected a PDF that opens without")
        pages = _pages(reader)
        meta = _meta(reader)
    except ValueError:
        raise
    except Exception as e:  # pypdf raises whatever a damaged file leads to
        what = " ".join(str(e).split())[:200]
        raise ValueError(f"damaged: {type(e).__name__}: {what}; expected a PDF with text") from None
    text = clean(_joined(_without_heads(pages)))
    try:
        check_text(text)
    except ValueError as e:
        what = "no text in it (a scan?)" if not text.strip() else str(e)
        raise ValueError(f"{what}; expected a PDF with text") from None
    title = None if _NO_TITLE.search(meta["title"] or "") else meta["title"]
    yield Document(text, title=title or title_of(text), date=meta["date"], author=meta["author"])


def _pages(reader: object) -> list[list[str]]:
    """Return the lines of each page."""
    pages: list[list[str]] = []
    size = 0
    found = reader.pages  # type: ignore[attr-defined]
    if len(found) > MAX_PAGES:
        raise ValueError(f"over {MAX_PAGES:,} pages; expected one article")
    for page in found:
        lines = [x.rstrip() for x in str(page.extract_text()).split("\n")]
        size += sum(map(len, lines))
        if size > MAX_TEXT:
            raise ValueError(f"over {MAX_TEXT:,} characters; expected one article")
        pages.append(lines)
    return pages


def _meta(reader: object) -> dict[str, str | None]:
    try:
        meta = reader.metadata  # type: ignore[attr-defined]
        made = meta.creation_date if meta else None
        return {
            "title": one_line(clean(str(meta.title))) if meta and meta.title else None,
            "author": one_line(clean(str(meta.author))) if meta and meta.author else None,
            "date": made.date().isoformat() if made else None,
        }
    except Exception:  # the text is what counts
        return {"title": None, "author": None, "date": None}


def _without_heads(pages: list[list[str]]) -> list[list[str]]:
    """Leave out first and last lines that come back on most pages, whatever number stands in them."""
    if len(pages) < 3:
        return pages
    keys = [[re.sub(r"\d+", "#", x.strip()) for x in page] for page in pages]
    counts = Counter(k for page in keys for k in {*page[:1], *page[-1:]})
    heads = {k for k, n in counts.items() if n > len(pages) / 2}
    edge = [{0, len(page) - 1} for page in pages]
    return [
        [x for i, x in enumerate(page) if not (i in edge[n] and keys[n][i] in heads)]
        for n, page in enumerate(pages)
    ]


def _joined(pages: list[list[str]]) -> str:
    text = ""
    for page in ("\n".join(x).strip() for x in pages):
        gap = "\n\n" if not text or text[-1] in _ENDS else "\n"
        text += (gap if text else "") + page
    return _DIVIDED.sub("", text)
