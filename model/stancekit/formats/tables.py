"""Tables as text: csv and tsv, one article a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.document import MAX_ROW, Found
from stancekit.formats.fields import columns, documents

_DELIMITERS = ",;\t|"


def read(blob: Blob) -> Iterator[Found]:
    """Yield the document of each row.

    Raises:
        ValueError: if the head line does not name a text.
    """
    csv.field_size_limit(MAX_ROW)
    yield from documents(_rows(blob), blob.fields)


def _lines(blob: Blob) -> Iterator[str]:
    for number, line in blob.lines():
        if line is None:
            raise ValueError(f"line {number} is over {MAX_ROW:,} bytes; expected one article a row")
        yield line


def _rows(blob: Blob) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    lines = _lines(blob)
    first = next(lines, "")
    if not first.strip():
        raise ValueError("empty file; expected a head line and one article a row")
    delimiter = "\t" if blob.name.lower().endswith((".tsv", ".tab")) else max(_DELIMITERS, key=first.count)
    head = [x.strip() for x in next(csv.reader([first], delimiter=delimiter))]
    columns(head, blob.fields)  # also where there is no row
    rows = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except csv.Error as e:
            yield number, f"{e} (a quotation mark that is not closed?); expected one article a row"
            return
        if row is None:
            return
        if len(row) > len(head):
            yield number, f"{len(row)} fields; expected {len(head)}, as in the head line"
        elif any(x.strip() for x in row):
            yield number, dict(zip(head, row + [""] * (len(head) - len(row)), strict=True))
