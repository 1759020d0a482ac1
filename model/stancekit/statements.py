"""Files of statements: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Statement
from stancekit.scoring.seen import SeenIds
from stancekit.yaml_file import explain

MAX_LINE = 5_000_000
"""Longest line read, in bytes; a longer one is no statement."""


def parse_statement(line: str, codebook: Codebook | None = None) -> Statement:
    """Return the statement in one line of JSON.

    Raises:
        ValueError: naming the field and what was expected.
    """
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as e:
        raise ValueError(f"not valid JSON: {e}") from None
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, got {type(data).__name__}")
    try:
        statement = Statement.model_validate(data)
    except ValidationError as e:
        what = "; ".join(f"{'.'.join(map(str, x['loc']))}: {explain(x)}" for x in e.errors())
        raise ValueError(what) from None
    if not statement.text.strip():
        raise ValueError("text: expected words, got only blanks")
    wrong = codebook.check(statement) if codebook else None
    if wrong:
        raise ValueError(f"stances: {wrong}")
    return statement


def scan_statements(
    path: str | Path, codebook: Codebook | None = None
) -> Iterator[tuple[int, Statement | str]]:
    """Yield (line number from 1, statement or what is wrong with the line) for each non-empty line.

    Raises:
        DataError: if the file cannot be read at all.
    """
    path, seen = Path(path), SeenIds()
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(_lines(file), 1):
                if len(raw) > MAX_LINE:
                    yield number, f"line over {MAX_LINE:,} bytes; expected a shorter one"
                    continue
                if not raw.strip():
                    continue
                try:
                    statement = parse_statement(raw.decode("utf-8-sig" if number == 1 else "utf-8"), codebook)
                except UnicodeDecodeError as e:
                    yield number, f"byte {e.start} is not UTF-8"
                except ValueError as e:
                    yield number, str(e)
                else:
                    if seen.add(statement.id):
                        yield number, statement
                    else:
                        yield number, f"id: {statement.id!r} stands on an earlier line; expected unique ids"
    except OSError as e:
        raise DataError(f"{path}: cannot be read: {e.strerror}") from None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines, of those that are too long only the beginning, so that no line fills the memory."""
    while raw := file.readline(MAX_LINE + 1):
        rest = raw
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE + 1)
        yield raw


def read_statements(path: str | Path, codebook: Codebook | None = None) -> list[Statement]:
    """Return all statements of a JSONL file.

    Raises:
        DataError: naming every bad line (the first ten), or an empty file.
    """
    found = list(scan_statements(path, codebook))
    bad = [f"{path}:{n}: {x}" for n, x in found if isinstance(x, str)]
    if bad:
        more = f"\n... and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise DataError("\n".join(bad[:10]) + more)
    if not found:
        raise DataError(f"{path}: no statements; expected one JSON object a line")
    return [x for _, x in found if isinstance(x, Statement)]
