"""The data section of a config to datasets of examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from stancekit.actors.finder import ActorFinder
from stancekit.checkpoint import sha256
from stancekit.codebook import Codebook
from stancekit.encode import StatementEncoder
from stancekit.errors import ConfigError, DataError
from stancekit.records import Statement
from stancekit.statements import read_statements
from stancekit_training.config import Config, Source, source_path
from stancekit_training.examples import (
    CLASSES,
    TargetTable,
    mention_examples,
    statement_examples,
    topic_examples,
)  # fmt: skip
from stancekit_training.split import hold_out


def training_data(
    config: Config, encode: StatementEncoder, find: Callable[[Codebook], ActorFinder] = ActorFinder
) -> tuple[Dataset, TargetTable]:
    """Return the training examples, each as often as its source's weight says, and their targets.

    Args:
        config: The run.
        encode: The statement encoder.
        find: Gives the finder of a codebook's actors; one that is kept remembers the sentences it has seen.

    Raises:
        DataError: naming each bad line.
        CodebookError: if a codebook is wrong.
    """
    table = TargetTable()
    random = np.random.default_rng(config.training.seed)
    rows: list[dict[str, Any]] = []
    # The codebook of the checkpoint comes first, so that its definition of an actor's evaluation is the default.
    table.add_book(Codebook.load(config.data.codebook))
    for number, source in enumerate(config.data.train):
        held = number == 0 and not config.data.dev
        found = _examples(source, config, table, encode, random, find, held=held)
        whole = int(source.weight)
        rest = random.permutation(len(found))[: round((source.weight - whole) * len(found))]
        rows += found * whole + [found[i] for i in sorted(rest)]
    if not rows:
        raise DataError("data.train: no row to train on")
    return Dataset.from_list(rows), table


def dev_data(config: Config) -> list[Statement]:
    """Return the labelled dev statements, ids made unique by their file.

    Raises:
        DataError: naming each bad line.
    """
    book = Codebook.load(config.data.codebook)
    if not config.data.dev:
        return _held_out(config.data.train[0], config, book)[1]
    return [s for source in config.data.dev for s in _statements(source, config, book)]


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
    source: Source, config: Config, table: TargetTable, encode: StatementEncoder, random: np.random.Generator,
    find: Callable[[Codebook], ActorFinder], *, held: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    if source.form == "statements":
        book = Codebook.load(source.codebook or config.data.codebook)
        found = _held_out(source, config, book)[0] if held else _statements(source, config, book)
        return statement_examples(_limited(found, source, random), book, table, encode, find(book))
    rows = _limited([r for f in files(source_path(source, config)) for r in _pairs(f)], source, random)
    return (
        mention_examples(rows, encode) if source.form == "mentions" else topic_examples(rows, table, encode)
    )


def _statements(source: Source, config: Config, book: Codebook) -> list[Statement]:
    return [
        s.model_copy(update={"id": f"{file.name}:{s.id}"})
        for file in files(source_path(source, config))
        for s in read_statements(file, book)
    ]


def _held_out(source: Source, config: Config, book: Codebook) -> tuple[list[Statement], list[Statement]]:
    """Return (train, dev) of a source that gives both."""
    if source.form != "statements":
        raise ConfigError(
            "data.dev: missing; expected it, for the first source of data.train holds no statements"
        )
    return hold_out(_statements(source, config, book), config.data.hold_out, config.training.seed)


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
