"""A public set from folder to figures: ask, fine-tune, choose the decision, answer the test."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray
from transformers import set_seed

from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.errors import CodebookError
from stancekit_eval.benchmark_rows import EventRow, Row, TopicRow
from stancekit_training.backbone import start
from stancekit_training.benchmark.config import BenchmarkConfig, load_benchmark
from stancekit_training.benchmark.decide import choose_offsets
from stancekit_training.benchmark.parts import Parts, read_parts
from stancekit_training.benchmark.predict import answer
from stancekit_training.benchmark.questions import Question, join
from stancekit_training.benchmark.result import Result
from stancekit_training.benchmark.sets import BenchmarkSet, find_set
from stancekit_training.collate import Collator
from stancekit_training.examples import TargetTable
from stancekit_training.fit import fit
from stancekit_training.objective import Objective

Array = NDArray[np.float64]


def run(
    name: str, folder: Path, *, test: Path | None = None, config: Path | None = None, overrides: Sequence[str] = ()
) -> Result:  # fmt: skip
    """Fine-tune on a public set's training rows and measure on its test rows.

    Args:
        name: Of the set: a key of ``SETS``.
        folder: With the set's files, ``train.jsonl`` at least.
        test: The test file; for the default see ``read_parts``.
        config: A config in place of the set's own.
        overrides: ``section.key=value``.

    Raises:
        StancekitError: if something the user gave is wrong.
    """
    of = find_set(name)
    settings, book = load_benchmark(name, config, list(overrides))
    _check(of, book)
    parts = read_parts(of, settings, folder, test)
    begin = time.perf_counter()
    model = _Model(of, settings, book)
    statements = model.learn(parts.train)
    offsets = _offsets(model, parts)
    middle = time.perf_counter()
    scores = model.scores(parts.test)
    predicted = [of.classes[k] for k in (scores + offsets).argmax(1)]
    end = time.perf_counter()
    return Result(
        benchmark=name, backbone=settings.model.backbone, figures=of.figures(parts.test, predicted),
        rows_train=len(parts.train), statements_train=statements, rows_dev=len(parts.dev), rows_test=len(parts.test),
        dev=parts.dev_name, test=parts.test_name,
        offsets={c: float(x) for c, x in zip(of.classes, offsets, strict=True) if x},
        precision="bf16" if model.bf16 else "fp32", seconds_train=round(middle - begin, 1),
        seconds_test=round(end - middle, 1), seed=settings.training.seed,
        predictions=[
            {"id": r.id, "gold": r.gold, "predicted": p} for r, p in zip(parts.test, predicted, strict=True)
        ],
    )  # fmt: skip


class _Model:
    """The network under training, and what asks it."""

    def __init__(self, of: BenchmarkSet, config: BenchmarkConfig, book: Codebook) -> None:
        set_seed(config.training.seed)
        self.of, self.section = of, config.training
        network, self.encode = start(config.model)
        self.table = TargetTable()
        self.table.add_book(book)
        self.collate = Collator(self.table, self.encode, config.training.seed, vary=False)
        self.classifier = StanceClassifier(network, self.encode, book)
        self.bf16 = False

    def learn(self, rows: Sequence[Row]) -> int:
        """Train on rows and return how many statements they come to."""
        asked = join(_to_learn(self.of, rows), self.table, self.encode)
        examples = Dataset.from_list(asked.examples)
        with tempfile.TemporaryDirectory() as work:
            trainer = fit(self.classifier, examples, self.collate, [], self.section, Path(work))
        self.bf16 = trainer.args.bf16
        return len(asked.examples)

    def scores(self, rows: Sequence[Row]) -> Array:
        """Return the log-probability of each class. *Shape:* (rows, classes)."""
        questions = [self.of.ask(r) for r in rows]
        hidden = [q._replace(label="") for asked in questions for q in asked]
        asked = join(hidden, self.table, self.encode)
        answers = iter(answer(Objective(self.classifier.network), self.collate, asked, bf16=self.bf16))
        return np.stack([self.of.combine([next(answers) for _ in q]) for q in questions])


def _to_learn(of: BenchmarkSet, rows: Sequence[Row]) -> list[Question]:
    """Return the questions of training rows; where several are answered none, one of them, in turn, is enough."""
    questions: list[Question] = []
    for number, row in enumerate(rows):
        asked = of.ask(row)
        questions += [asked[number % len(asked)]] if row.gold == "none" else asked
    return questions


def _offsets(model: _Model, parts: Parts) -> Array:
    """Return what to add to the classes' log-probabilities, chosen on the dev rows."""
    of = model.of
    if of.tuned_on is None:
        return np.zeros(len(of.classes))

    def figure(predicted: NDArray[np.int64]) -> float:
        value = of.figures(parts.dev, [of.classes[k] for k in predicted])[str(of.tuned_on)]
        return value if isinstance(value, float) else 0.0

    return choose_offsets(model.scores(parts.dev), figure)


def _check(of: BenchmarkSet, book: Codebook) -> None:
    """Raise CodebookError if the codebook cannot ask this set's questions."""
    if of.rows is not TopicRow and not book.actors:
        raise CodebookError(
            f"codebook {book.name!r}: no actors; expected the section, for mentions are asked about"
        )
    if of.rows is EventRow and tuple(book.accusations) != of.classes:
        raise CodebookError(
            f"codebook {book.name!r}: expected the accusations {', '.join(of.classes)}, in this order"
        )
