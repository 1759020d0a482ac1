"""JSON: one object or a list of them (.json), or one a line (.jsonl)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.decoding import encoding_by_mark
from stancekit.formats.document import MAX_JSON, MAX_ROW, Found
from stancekit.formats.fields import documents

_LISTS = ("articles", "documents", "docs", "data", "items", "results", "hits", "records", "rows", "response")
_Row = Mapping[str, Any] | str


def read(blob: Blob) -> Iterator[Found]:
    """Yield the documents of a .json.

    Raises:
        ValueError: if it is no JSON, or none of articles.
    """
    data = blob.whole(MAX_JSON)
    try:
        value = json.loads(data.decode(encoding_by_mark(data) or json.detect_encoding(data)))
    except UnicodeDecodeError:
        value = _loads(data.decode("windows-1252", "replace"))
    except (ValueError, RecursionError) as e:
        if len(lines := data.splitlines()) > 1 and lines[0].rstrip().endswith(
            b"}"
        ):  # JSON lines by another name
            yield from documents(
                _rows((n, x.decode("utf-8", "replace")) for n, x in enumerate(lines, 1)), blob.fields
            )
            return
        raise ValueError(f"not valid JSON: {e}; expected an article, or a list of them") from None
    rows = _list(value)
    if rows is None:
        single = next(documents(iter([(1, value if isinstance(value, dict) else {})]), blob.fields))
        yield single._replace(part="", line=None)  # the file is the article
    else:
        yield from documents(
            (
                (n, x if isinstance(x, dict) else f"{type(x).__name__}; expected an object")
                for n, x in enumerate(rows, 1)
            ),
            blob.fields,
        )


def read_lines(blob: Blob) -> Iterator[Found]:
    """Yield the documents of a .jsonl.

    Raises:
        ValueError: if the rows are none of articles.
    """
    yield from documents(_rows(blob.lines()), blob.fields)


def _rows(lines: Iterator[tuple[int, str | None]]) -> Iterator[tuple[int, _Row]]:
    for number, line in lines:
        if line is None:
            yield number, f"line over {MAX_ROW:,} bytes; expected a shorter one"
            continue
        if not line.strip():
            continue
        try:
            row = _loads(line)
        except ValueError as e:
            yield number, str(e)
            continue
        if isinstance(row, dict) and isinstance(row.get("_source"), dict):  # an export of Elasticsearch
            row = row["_source"] | {"_id": row.get("_id")}
        yield number, row if isinstance(row, dict) else f"expected a JSON object, got {type(row).__name__}"


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        raise ValueError(f"not valid JSON: {e}; expected one object a line") from None


def _list(value: object) -> list[Any] | None:
    """Return the list of objects in a JSON value: itself, or under one of the usual names."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            return inner
        if isinstance(inner, dict) and (found := _list(inner)) is not None:
            return found
    return None
