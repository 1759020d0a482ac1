"""The data section of a config to datasets of examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from stancekit.checkpoint import sha256
from stancekit.codebook import Codebook
from stancekit.encode import StatementEncoder
from stancekit.errors import DataError
from stancekit.records import Statement
from stancekit.statements import read_statements
from stancekit_training.config import Config, Source, source_path
from stancekit_training.examples import (
    CLASSES, TargetTable, mention_examples, statement_examples, topic_examples,
)  # fmt: skip


def training_data(config: Config, encode: StatementEncoder) -> tuple[Dataset, TargetTable]:
    """Return the training examples, each as often as its source's weight says, and their targets.

    Raises:
        DataError: naming each bad line.
        CodebookError: if a codebook is wrong.
    """
    table = TargetTable()
    random = np.random.default_rng(config.training.seed)
    rows: list[dict[str, Any]] = []
    # The codebook of the checkpoint comes first, so that its definition of an actor's evaluation is the default.
    table.add_book(Codebook.load(config.data.codebook))
    for source in config.data.train:
        found = _examples(source, config, table, encode, random)
        whole = int(source.weight)
        rest = random.permutation(len(found))[: round((source.weight - whole) * len(found))]
        rows += found * whole + [found[i] for i in sorted(rest)]
    if not rows:
        raise DataError("data.train: no row to train on")
    return Dataset.from_list(rows), table


def dev_data(config: Config) -> list[Statement]:
    """Return the labelled dev statements, ids made unique by their source.

    Raises:
        DataError: naming each bad line.
    """
    book = Codebook.load(config.data.codebook)
    found = []
    for source in config.data.dev:
        for file in files(source_path(source, config)):
            found += [s.model_copy(update={"id": f"{file.name}:{s.id}"}) for s in read_statements(file, book)]
    return found


def data_hashes(config: Config) -> dict[str, str]:
    """Return the SHA-256 of every data file of a config, by path."""
    sources = [*config.data.train, *config.data.dev]
    return {str(f): sha256(f) for s in sources for f in files(source_path(s, config))}


def files(path: Path) -> list[Path]:
    """Return the JSONL files of a path: itself, or a folder's in order.

    Raises:
        DataError: if a folder has none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.jsonl"))
    if not found:
        raise DataError(f"{path}: no .jsonl file in this folder")
    return found


def _examples(
    source: Source, config: Config, table: TargetTable, encode: StatementEncoder, random: np.random.Generator
) -> list[dict[str, Any]]:
    path = source_path(source, config)
    if source.form == "statements":
        book = Codebook.load(source.codebook or config.data.codebook)
        statements = _limited([s for f in files(path) for s in read_statements(f, book)], source, random)
        return statement_examples(statements, book, table, encode)
    rows = _limited([r for f in files(path) for r in _pairs(f)], source, random)
    return mention_examples(rows, encode) if source.form == "mentions" else topic_examples(rows, table, encode)


def _limited(rows: list[Any], source: Source, random: np.random.Generator) -> list[Any]:
    if source.limit is None or source.limit >= len(rows):
        return rows
    return [rows[i] for i in sorted(random.permutation(len(rows))[: source.limit])]


def _pairs(path: Path) -> Sequence[dict[str, Any]]:
    """Return the rows of a file of (text, target, label).

    Raises:
        DataError: naming the first bad line.
    """
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                good = bool(row["text"]) and bool(row["target"]) and row["label"] in CLASSES
            except (ValueError, KeyError, TypeError):
                good = False
            if not good:
                raise DataError(f"{path}:{number}: expected text, target and label (favor, against or none)")
            rows.append(row)
    return rows
