"""The formats of a result: JSON lines, Parquet, CSV.

JSONL and Parquet hold one record a statement; Parquet nests stances as a list of structs. CSV holds one row a
stance, and one row with empty stance columns for a statement without; the context's sentences are joined by a
blank. With all scores a CSV also holds a row for each target considered, and the column ``reported``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stancekit.errors import InputError, OutputError
from stancekit.records import Stance, Statement

SUFFIXES = (".jsonl", ".parquet", ".csv")
"""Suffixes of the formats that a result can be written in."""

FIELDS = (
    "id", "article", "title", "date", "source", "duplicate_of", "index", "start", "end", "text", "context",
    "speaker", "kind", "stances", "abstained",
)  # fmt: skip
STANCE_FIELDS = ("family", "target", "position", "actor", "label", "probability")
EVIDENCE_FIELDS = ("evidence", "evidence_start", "evidence_end")
DECIMALS = 6
"""Decimals of a probability in a result."""

ROW_GROUP = 10_000
_ROW_GROUP_BYTES = 32_000_000


def as_line(statement: Statement) -> bytes:
    """Return a scored statement as one line of JSON."""
    row: dict[str, Any] = {name: getattr(statement, name) for name in FIELDS}
    row["stances"] = [_stance(s) for s in statement.stances]
    if statement.scores is not None:
        row["scores"] = [_stance(s) for s in statement.scores]
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def check_suffix(out: Path, wanted: Sequence[str] | None = None) -> None:
    """Check that a result can be written in the format its suffix asks for.

    Raises:
        InputError: if the suffix is none of those wanted, by default ``SUFFIXES``.
    """
    if out.suffix.lower() not in (wanted or SUFFIXES):
        raise InputError(f"{out}: suffix {out.suffix!r}; expected one of {', '.join(wanted or SUFFIXES)}")


def converter(out: Path, *, all_scores: bool) -> Callable[[Path, Path], None] | None:
    """Return what turns rows in JSONL into the format of an output; None if that is JSONL.

    Raises:
        InputError: if its suffix is none of ``SUFFIXES``.
    """
    check_suffix(out)
    suffix = out.suffix.lower()
    if suffix == ".jsonl":
        return None
    write = _to_parquet if suffix == ".parquet" else _to_csv
    return lambda rows, target: write(rows, target, all_scores)


def convert(result: Path, out: Path) -> None:
    """Write a result in JSONL as Parquet or CSV; what stood at ``out`` stays until the new file is whole.

    Raises:
        InputError: if the result is no JSONL of this program, or the suffix of ``out`` is another.
        OutputError: if ``out`` cannot be written.
    """
    check_suffix(result, (".jsonl",))
    check_suffix(out, (".parquet", ".csv"))
    try:
        first = next(_rows(result), {})
        part = out.with_name(out.name + ".part")
        write = converter(out, all_scores="scores" in first)
        assert write
        out.parent.mkdir(parents=True, exist_ok=True)
        write(result, part)
        part.replace(out)
    except (ValueError, KeyError, TypeError) as e:
        raise InputError(f"{result}: not a result of `stancekit score`: {e}") from None
    except OSError as e:
        wrong = InputError if e.filename == str(result) else OutputError
        raise wrong(f"{e.filename or out}: {e.strerror or e}") from None


def read_result(path: Path) -> Iterator[Statement]:
    """Yield the scored statements of a result in JSONL or Parquet.

    Raises:
        InputError: if it is in another format.
    """
    check_suffix(path, (".jsonl", ".parquet"))
    if path.suffix.lower() == ".jsonl":
        for row in _rows(path):
            yield Statement.model_validate(row)
    else:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from (Statement.model_validate(row) for row in batch.to_pylist())


def _stance(stance: Stance) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(stance, name) for name in STANCE_FIELDS}
    row["probability"] = round(stance.probability, DECIMALS)
    row["evidence"] = stance.evidence.model_dump() if stance.evidence else None
    return row


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)


def _groups(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield rows in groups of bounded number and size."""
    group: list[dict[str, Any]] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            group.append(json.loads(line))
            size += len(line)
            if len(group) >= ROW_GROUP or size >= _ROW_GROUP_BYTES:
                yield group
                group, size = [], 0
    if group:
        yield group


def parquet_schema(all_scores: bool) -> Any:
    """Return the pyarrow schema of a result."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    evidence = pa.struct([("start", whole), ("end", whole), ("text", text)])
    types = {"probability": pa.float64()}
    stance = pa.struct([*((name, types.get(name, text)) for name in STANCE_FIELDS), ("evidence", evidence)])
    columns = dict.fromkeys(FIELDS, text) | dict.fromkeys(("index", "start", "end"), whole)
    columns |= {"context": pa.list_(text), "stances": pa.list_(stance), "abstained": pa.bool_()}
    return pa.schema(columns | ({"scores": pa.list_(stance)} if all_scores else {}))


def _to_parquet(rows: Path, target: Path, all_scores: bool) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = parquet_schema(all_scores)
    with target.open("wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, schema))


def _to_csv(rows: Path, target: Path, all_scores: bool) -> None:
    columns = [f for f in FIELDS if f != "stances"] + [*STANCE_FIELDS, *EVIDENCE_FIELDS]
    with target.open("wb") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns + (["reported"] if all_scores else []), lineterminator="\n")
        writer.writeheader()
        for row in _rows(rows):
            writer.writerows(_csv_rows(row))


def _csv_rows(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    scores = row.pop("scores", None)
    stances = [(s, True) for s in row.pop("stances")]
    if scores is not None:
        reported = {_target(s) for s, _ in stances}
        stances += [(s, False) for s in scores if _target(s) not in reported]
    row |= {"context": " ".join(row["context"]), "abstained": str(row["abstained"]).lower()}
    if not stances:
        yield row
    for stance, reported_too in stances:
        words = stance.pop("evidence") or {}
        evidence = dict(zip(EVIDENCE_FIELDS, map(words.get, ("text", "start", "end")), strict=True))
        yield row | stance | evidence | ({} if scores is None else {"reported": str(reported_too).lower()})


def _target(stance: dict[str, Any]) -> tuple[Any, ...]:
    return stance["family"], stance["target"], stance["actor"]
