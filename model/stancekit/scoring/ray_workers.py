"""What runs in the processes of a cluster: readers that cut files into portions, scorers that hold the model."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stancekit.codebook import Codebook
from stancekit.errors import CheckpointError
from stancekit.records import Article, Statement
from stancekit.scoring.finished import Finished
from stancekit.scoring.inputs import Cursor, Loaded, Problem, Unread, parsed
from stancekit.scoring.local_engine import other_language
from stancekit.scoring.run import fingerprint
from stancekit.scoring.stories import signature, words_of
from stancekit.scoring.writers import as_line

if TYPE_CHECKING:
    import pyarrow as pa

    from stancekit.classifier import StanceClassifier

PORTION_INPUTS = 512
"""Most articles or lines of a portion, which one worker scores at once."""
PORTION_CHARACTERS = 30_000
"""A portion is closed once it holds this much text."""


class Portion(NamedTuple):
    """What was read, and how far the reading has come with it."""

    end: Cursor
    loaded: list[Loaded]


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Attributes:
        part: Its rows and counts as if it repeated nothing, or its problem.
        id: Id of the article.
        signature: The article's least hashes (``stories.signature``); None of what is not compared.
    """

    part: Finished
    id: str = ""
    signature: bytes | None = None


@dataclass(frozen=True)
class Job:
    """What a scorer is told.

    Attributes:
        checkpoint: Path in the checkpoint folder -> content of each file.
        codebook: What to score.
        device: Where to compute.
        runtime: What computes.
        fingerprint: Of the model that it must turn out to be.
        language: Of the articles that are scored; None: any.
        predict: Options of ``predict_many``.
    """

    checkpoint: dict[str, bytes]
    codebook: Codebook
    device: str
    runtime: str
    fingerprint: str
    language: str | None
    predict: dict[str, Any]


def read(batch: pa.Table) -> Iterator[pa.Table]:
    """Yield the portions of lists of files, one a table."""
    for files in unpacked(batch):
        for portion in portions(files):
            yield packed([portion])


def portions(files: Iterable[Unread]) -> Iterator[Portion]:
    """Yield what the files hold, in portions that may end in the middle of one."""
    loaded: list[Loaded] = []
    end, size = Cursor(), 0
    for number, skipped, digest, file in files:
        for item, found in enumerate(file.load(), 1):
            if item <= skipped:
                continue
            loaded.append(found)
            size += len(found.text) if not isinstance(found, Problem) else 0
            end = Cursor(number, item, digest)
            if len(loaded) >= PORTION_INPUTS or size >= PORTION_CHARACTERS:
                yield Portion(end, loaded)
                loaded, size = [], 0
    if loaded:
        yield Portion(end, loaded)


def load(job: Job) -> StanceClassifier:
    """Return the model of a job.

    Raises:
        CheckpointError: if it is not the one that the run was begun with.
    """
    from stancekit.classifier import StanceClassifier

    with tempfile.TemporaryDirectory() as folder:
        for name, content in job.checkpoint.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        found = StanceClassifier.from_pretrained(folder, device=job.device, runtime=job.runtime)
    if found.codebook != job.codebook:
        found = found.with_codebook(job.codebook)
    if fingerprint(found) != job.fingerprint:
        raise CheckpointError("the model differs from its checkpoint folder; expected it saved and loaded")
    return found


class Scorer:
    """Scores portions; the model is loaded once, with the first, since Ray keeps no error of a constructor.

    Args:
        job: Reference of a ``Job`` in the cluster's store.
    """

    def __init__(self, job: Any) -> None:
        import ray

        self.job: Job = ray.get(job)

    @cached_property
    def classifier(self) -> StanceClassifier:
        """The model."""
        return load(self.job)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the outcomes of each portion, with its end."""
        return packed([(portion.end, list(self.outcomes(portion.loaded))) for portion in unpacked(batch)])

    def outcomes(self, loaded: list[Loaded]) -> Iterator[Outcome]:
        """Yield what becomes of each input of a portion."""
        screened = [self._screened(x) for x in loaded]
        ready = iter(parsed([x for x in screened if isinstance(x, Article)]))
        read_ = [next(ready) if isinstance(x, Article) else x for x in screened]
        self.classifier.finder.forget()
        scored = self.classifier.predict_many((s for x in read_ for s in _statements(x)), **self.job.predict)
        for before, found in zip(screened, read_, strict=True):
            part = Finished(Cursor(), 0, inputs=1, articles=isinstance(found, Article))
            if isinstance(found, Problem):
                part.problems.append(found)
            statements = [next(scored) for _ in _statements(found)]
            part.count(statements)
            part.rows += map(as_line, statements)
            if isinstance(before, Article):
                yield Outcome(part, before.id, signature(words_of(before)).tobytes())
            else:
                yield Outcome(part)

    def _screened(self, found: Loaded) -> Loaded:
        if isinstance(found, Article) and self.job.language is not None:
            return other_language(found, self.job.language) or found
        return found


def _statements(found: Loaded) -> tuple[Statement, ...]:
    if isinstance(found, Article):
        return found.statements
    return (found,) if isinstance(found, Statement) else ()


def packed(rows: Iterable[Any]) -> pa.Table:
    """Return objects as a table of one column, a row each."""
    import pyarrow as pa

    return pa.table({"pickled": pa.array([pickle.dumps(row) for row in rows], pa.large_binary())})


def unpacked(table: pa.Table) -> Iterator[Any]:
    """Yield the objects of a table."""
    for row in table["pickled"]:
        yield pickle.loads(row.as_py())
