"""A folder of articles end to end, and where its time goes."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stancekit import StanceClassifier
from stancekit.articles.files import load_articles, walk
from stancekit.articles.reading import add_statements
from stancekit.classifier import batches
from stancekit.decode import Decoder
from stancekit.records import Article
from stancekit.runtimes.runtime import Outputs, Runtime
from stancekit.scoring.run import score_path
from stancekit.scoring.writers import as_line


class _Timed:
    """A runtime that counts the seconds spent in it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime, self.name, self.batch_tokens = runtime, runtime.name, runtime.batch_tokens
        self.seconds = 0.0

    def __call__(self, *given: Any) -> Outputs:
        began = time.perf_counter()
        out = self.runtime(*given)
        self.seconds += time.perf_counter() - began
        return out


def end_to_end(classifier: StanceClassifier, articles: Path, copies: int = 1) -> dict[str, float]:
    """Return articles and statements a second of ``score_path``, and the model's share of the time.

    Args:
        classifier: Warm; its runtime is timed.
        articles: A folder of articles in plain text.
        copies: How often each is scored, each copy under another name.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for n in range(copies):
            shutil.copytree(
                articles,
                Path(scratch) / "in" / str(n),
                ignore=lambda _, names: [x for x in names if "json" in x],
            )
        classifier.targets  # noqa: B018
        timed: Any = _Timed(classifier.runtime)
        classifier.runtime = timed
        began = time.perf_counter()
        done = score_path(classifier, Path(scratch) / "in", Path(scratch) / "out.jsonl")
        taken = time.perf_counter() - began
        lines = sum(1 for _ in (Path(scratch) / "out.jsonl").open("rb"))
        classifier.runtime = timed.runtime
    return {
        "articles_per_second": round(done.articles / taken, 2), "statements_per_second": round(lines / taken, 1),
        "model_share": round(timed.seconds / taken, 3),
    }  # fmt: skip


def profile(classifier: StanceClassifier, articles: Path) -> dict[str, float]:
    """Return the share of each step, the steps done one after the other: where time goes."""
    taken: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        taken[name] = taken.get(name, 0.0) + time.perf_counter() - began

    decode = Decoder(classifier.codebook, classifier.calibration)
    classifier.finder.forget()
    with step("reading"):
        read = [
            a for id, path in walk(articles) if path.suffix == ".txt"
            for a in load_articles(path, id) if isinstance(a, Article)
        ]  # fmt: skip
    with step("parsing"):
        statements = [s for a in add_statements(read) for s in a.statements]
    with step("actors"):
        actors = classifier.finder.find_many(statements)
    with step("tokenizing"):
        rows = classifier.encoder.many(statements, actors)
    for part in batches([len(r.ids) for r in rows], classifier.runtime.batch_tokens):
        with step("batching"):
            batch = classifier.encoder.batch([rows[i] for i in part])
        with step("model"):
            out = classifier.runtime(batch, classifier.targets)
        with step("decoding"):
            done = [
                decode(statements[i], rows[i], out.row(at), all_scores=False) for at, i in enumerate(part)
            ]
        with step("writing"):
            b"".join(map(as_line, done))
    whole = sum(taken.values())
    return {name: round(t / whole, 3) for name, t in taken.items()}
