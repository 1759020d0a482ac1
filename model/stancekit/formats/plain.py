"""Text files: txt and md."""

from __future__ import annotations

from collections.abc import Iterator

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import decode
from stancekit.formats.document import MAX_FILE, Document, Found, check_text, title_of


def read(blob: Blob) -> Iterator[Found]:
    """Yield the one document of a text file.

    Raises:
        ValueError: if it is no text.
    """
    try:
        text = decode(blob.whole(MAX_FILE))
        check_text(text)
    except ValueError as e:
        raise ValueError(f"{e}; expected an article as text in UTF-8") from None
    yield Document(text, title=title_of(text))
