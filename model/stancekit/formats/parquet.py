"""Parquet: one article a row, read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.document import Found
from stancekit.formats.fields import columns, documents

_BATCH = 64


def read(blob: Blob) -> Iterator[Found]:
    """Yield the document of each row.

    Raises:
        ValueError: if it is damaged, or no column holds a text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(blob.seekable()) as file:
            wanted = sorted(set(columns(file.schema_arrow.names, blob.fields).values()))
            yield from documents(_rows(file, wanted), blob.fields)
    except (pa.ArrowException, OSError, OverflowError, MemoryError) as e:
        what = " ".join(str(e).split())[:200]
        raise ValueError(f"damaged: {what}; expected a Parquet file") from None


def _rows(file: Any, wanted: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=wanted):
        for row in batch.to_pylist():
            number += 1
            yield number, row
