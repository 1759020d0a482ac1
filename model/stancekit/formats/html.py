"""Saved web pages: the article without menus, adverts and comments (trafilatura, Barbaresi 2021)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import clean, decode
from stancekit.formats.document import MAX_FILE, Document, Found, check_text, one_line

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w\-]{2,30})", re.IGNORECASE
)
_LEAST = 25  # characters; what is left of a page without an article is a word or two
_DEEP = 1_000  # tags open at once; no page comes near it, and parsers slow down
_OPEN_OR_CLOSE = re.compile(
    r"<(/?)(?:div|span|p|table|tr|td|ul|ol|li|b|i|em|font|a|section|blockquote)\b", re.IGNORECASE
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|section|article)\b[^>]*>", re.IGNORECASE
)
_DROP = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)


def read(blob: Blob) -> Iterator[Found]:
    """Yield the article of a page.

    Raises:
        ValueError: if it holds none.
    """
    yield page(blob.whole(MAX_FILE))


def page(data: bytes, url: str | None = None) -> Document:
    """Return the article in the bytes of a page.

    Raises:
        ValueError: if it holds none.
    """
    import trafilatura
    from trafilatura.settings import Extractor

    html = _decoded(data)
    _check_depth(html)
    options = Extractor(output_format="python", comments=False, with_metadata=True, url=url)
    options.date_params = {"extensive_search": False, "original_date": True}  # no guess from the text
    try:
        found = trafilatura.bare_extraction(html, options=options)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError) as e:
        raise ValueError(f"not a page that can be read ({type(e).__name__}); expected HTML") from None
    lines = (found.text or "").split("\n") if found is not None and not isinstance(found, dict) else []
    text = clean("\n\n".join(x.strip() for x in lines if x.strip()))
    try:
        if len(text) < _LEAST:
            text = ""
        check_text(text)
    except ValueError as e:
        what = "no article found in it" if not text else str(e)
        raise ValueError(f"{what}; expected a page with the text of an article") from None
    title, date, site, author, address = (
        one_line(clean(v)) if isinstance(v := getattr(found, name, None), str) else None
        for name in ("title", "date", "sitename", "author", "url")
    )
    source = site or one_line(getattr(found, "hostname", None))
    return Document(text, title, date, source, author, address or url)


def text_of_fragment(html: str) -> str:
    """Return the text of a piece of HTML, such as the field of a table, paragraph by paragraph."""
    text = _BLOCK.sub("\n", _DROP.sub(" ", html))
    text = unescape(re.sub(r"<[^<>]{1,2000}>", "", text))
    return "\n\n".join(x for line in text.split("\n") if (x := " ".join(line.split())))


def _decoded(data: bytes) -> str:
    """Decode a page: by its mark or UTF-8, else as it says of itself, else as found."""
    named = _CHARSET.search(data[:4096])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            name = named.group(1).decode().lower()
            return data.decode(
                "windows-1252" if name in ("iso-8859-1", "latin1", "latin-1", "ascii") else name
            )
        except (LookupError, UnicodeError, ValueError):
            pass
    try:
        return decode(data)
    except ValueError as e:
        raise ValueError(f"{e}; expected a page in the encoding it names, or UTF-8") from None


def _check_depth(html: str) -> None:
    depth = 0
    for match in _OPEN_OR_CLOSE.finditer(html):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        if depth > 20 * _DEEP:
            raise ValueError("tags nested too deep; expected a page")
