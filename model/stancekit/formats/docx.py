"""Word documents (python-docx): paragraphs and the cells of tables, in order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import clean
from stancekit.formats.document import MAX_BINARY, Document, Found, check_text, one_line, title_of


def read(blob: Blob) -> Iterator[Found]:
    """Yield the one document of a .docx.

    Raises:
        ValueError: if it is damaged or empty.
    """
    import docx

    data = blob.whole(MAX_BINARY)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(x.file_size for x in packed.infolist())
        if size > MAX_BINARY:
            raise ValueError(f"over {MAX_BINARY:,} bytes unpacked")
        found = docx.Document(io.BytesIO(data))
        text = clean("\n\n".join(_paragraphs(found.element.body)))
        check_text(text)
        title = one_line(clean(_style(found, "Title") or found.core_properties.title or ""))
        made = found.core_properties.created
        author = one_line(clean(found.core_properties.author or ""))
    except ValueError as e:
        raise ValueError(f"{' '.join(str(e).split())[:200]}; expected a Word document with text") from None
    except Exception as e:  # python-docx raises whatever a damaged file leads to
        what = " ".join(str(e).split())[:200]
        raise ValueError(f"damaged: {type(e).__name__}: {what}; expected a Word document") from None
    if author == "python-docx":  # the name and date of the template are nobody's
        author = made = None
    date = made.date().isoformat() if made else None
    yield Document(text, title=title or title_of(text), date=date, author=author)


def _paragraphs(body: Any) -> Iterator[str]:
    from docx.oxml.ns import qn

    for paragraph in body.iter(qn("w:p")):
        words = "".join(
            "\n" if x.tag in (qn("w:br"), qn("w:cr")) else "\t" if x.tag == qn("w:tab") else x.text or ""
            for x in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:cr"), qn("w:tab"))
        )
        if words.strip():
            yield words.strip()


def _style(found: Any, name: str) -> str | None:
    return next((p.text for p in found.paragraphs[:5] if p.style is not None and p.style.name == name), None)
