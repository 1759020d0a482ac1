"""One function for one file: its documents, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from stancekit.formats.blob import HEAD, Blob
from stancekit.formats.child import read_in_child
from stancekit.formats.document import Found, Unreadable
from stancekit.formats.registry import kind_of, read_blob


def read_documents(
    path: Path, fields: Mapping[str, str] | None = None, name: str | None = None
) -> Iterator[Found]:
    """Yield the documents of a file; what cannot be read is yielded as such, not raised.

    A text file is read here; for any other format a child process does it, which may be lost.

    Args:
        path: The file.
        fields: What its fields are called, where the usual names do not fit: ``{"text": "Volltext"}``.
        name: Name whose suffix counts, if it is not the path's.
    """
    name, fields = name or path.name, fields or {}
    if path.is_dir():
        yield Unreadable("cannot be listed; expected a readable folder")
        return
    if path.exists() and not path.is_file():
        yield Unreadable("no regular file; expected an article")
        return
    try:
        with path.open("rb") as file:
            head = file.peek(HEAD)[:HEAD]
            if kind_of(name, head) == "text":
                yield from read_blob(Blob(name, file, dict(fields)))
                return
    except ValueError as e:
        yield Unreadable(str(e))
        return
    except FileNotFoundError:
        yield Unreadable("no such file; expected an article")
        return
    except OSError as e:
        yield Unreadable(f"cannot be read: {e.strerror}; expected a readable file")
        return
    yield from read_in_child(path, name, fields)
