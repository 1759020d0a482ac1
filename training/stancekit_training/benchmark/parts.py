"""Which rows of a set's folder are learnt from, which choose the decision, and which are the test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stancekit.errors import DataError
from stancekit_eval.benchmark_rows import Row, read_benchmark
from stancekit_training.benchmark.config import BenchmarkConfig
from stancekit_training.benchmark.sets import BenchmarkSet

FIFTH = 0.2


class Parts(NamedTuple):
    """The rows of a run; ``dev_name`` and ``test_name`` say where they are from."""

    train: list[Row]
    dev: list[Row]
    test: list[Row]
    dev_name: str
    test_name: str


def read_parts(of: BenchmarkSet, config: BenchmarkConfig, folder: Path, test: Path | None) -> Parts:
    """Return the rows of a run.

    The test is the file named, else ``test.jsonl``, else ``dev.jsonl``, else a fifth of the training rows. Rows of one
    text are held out together.

    Raises:
        DataError: if the folder or a file is missing, or naming the first bad lines.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; expected one with {config.data.train[0]}")
    seed = config.training.seed
    found = [p for p in (folder / "test.jsonl", folder / "dev.jsonl") if p.is_file()]
    test = test or next(iter(found), None)
    test_rows = read_benchmark(test, of.rows) if test else []

    paths = [folder / name for name in config.data.train]
    paths = [p for p in (paths[0], *(p for p in paths[1:] if p.is_file())) if not _same(p, test)]
    if not paths:
        raise DataError(
            f"{test}: is the test and the only file of data.train; expected another to learn from"
        )
    train = [row for p in paths for row in read_benchmark(p, of.rows)]
    names = ", ".join(map(str, paths))
    if not test:
        train, test_rows = hold_out(train, FIFTH, seed, names)
    test_name = str(test or f"a fifth of {names}, held out with seed {seed}")

    dev_rows: list[Row] = []
    dev_name = ""
    dev = folder / config.data.dev if config.data.dev else None
    if of.tuned_on and dev and dev.is_file() and not _same(dev, test):
        dev_rows, dev_name = list(read_benchmark(dev, of.rows)), str(dev)
    elif of.tuned_on:
        train, dev_rows = hold_out(train, config.data.hold_out, seed, names)
        dev_name = f"{config.data.hold_out:.0%} of {names}, held out with seed {seed}"
    return Parts(_limited(train, config), dev_rows, list(test_rows), dev_name, test_name)


def hold_out(rows: Sequence[Row], share: float, seed: int, name: str) -> tuple[list[Row], list[Row]]:
    """Return the rows without, and those of, about a share of the texts; the same for the same seed.

    Raises:
        DataError: if there is one text only.
    """
    texts = sorted({r.text for r in rows})
    if len(texts) < 2:
        raise DataError(f"{name}: one text; expected two or more, to hold a part of them out")
    order = np.random.default_rng(seed).permutation(len(texts))
    held = {texts[i] for i in order[: min(len(texts) - 1, max(1, round(share * len(texts))))]}
    return [r for r in rows if r.text not in held], [r for r in rows if r.text in held]


def _limited(rows: list[Row], config: BenchmarkConfig) -> list[Row]:
    """Return as many rows as the config allows, drawn at random, in their order."""
    order = np.random.default_rng(config.training.seed).permutation(len(rows))
    none = [i for i in order if rows[i].gold == "none"]
    left_out = set(none[config.data.limit_none :]) if config.data.limit_none else set()
    kept = [i for i in order if i not in left_out][: config.data.limit]
    return [rows[i] for i in sorted(kept)]


def _same(one: Path, other: Path | None) -> bool:
    return other is not None and one.resolve() == other.resolve()
