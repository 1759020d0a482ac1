"""Scoring on a Ray cluster: Ray Data reads, parses and scores in many processes, this one only puts in order.

The driver keeps what must be done one after the other: near-duplicates, rows, problems, the record of progress.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from stancekit.errors import InputError
from stancekit.runtimes.export import FOLDER as GRAPHS
from stancekit.scoring.finished import Finished
from stancekit.scoring.inputs import Cursor, Source, files_after
from stancekit.scoring.parts import Parts
from stancekit.scoring.ray_cluster import connected, import_ray, told
from stancekit.scoring.ray_workers import Job, Outcome, Scorer, packed, read, unpacked
from stancekit.scoring.stories import Stories

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier

FILES = 64
"""Most files that one reader is given at a time."""


@dataclass(frozen=True)
class RayEngine:
    """Scores on a Ray cluster.

    Args:
        address: Head of a cluster, ``HOST:PORT``, or ``auto``: the one this machine belongs to. None: one is
            started on this machine, and ended with the run.
        workers: Processes that hold the model; by default one for each CPU (with a model on a GPU, each GPU).
    """

    address: str | None = None
    workers: int | None = None
    name: ClassVar[str] = "ray"

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise InputError(f"workers: {self.workers}; expected 1 or more")
        import_ray()

    def job(
        self, classifier: StanceClassifier, fingerprint: str, language: str | None, options: dict[str, Any]
    ) -> Job:
        """Return what the workers are told: the model as the files of its folder, which are sent to them.

        Args:
            classifier: What scores.
            fingerprint: Of the model, which each worker compares with what it has loaded.
            language: Of the articles that are scored; None: any.
            options: Of ``predict_many``.

        Raises:
            InputError: if the classifier does not come from a folder.
        """
        if classifier.card is None:
            raise InputError("a model without a checkpoint folder; expected it saved and loaded")
        folder = classifier.card.path
        device, runtime = classifier.device.type, classifier.runtime.name
        kept = [x for x in folder.rglob("*") if x.is_file() and (GRAPHS not in x.parts or "onnx" in runtime)]
        files = {x.relative_to(folder).as_posix(): x.read_bytes() for x in kept}
        return Job(files, classifier.codebook, device, runtime, fingerprint, language, options)

    def scored(self, job: Job, source: Source, parts: Parts) -> Generator[Finished]:
        """Yield what a run has still to do, scored, in order, the stories up to it on disk.

        The workers must see the files of the source under the same paths, or URLs.

        Raises:
            InputError: if there is no such cluster, or what was finished is not the same any more.
            OutputError: if the cluster fails.
        """
        done = parts.progress
        cursor = Cursor(done.files, done.items, done.digest)
        with (
            closing(Stories(parts.stories, done.stories)) as stories,
            connected(self.address, self.workers), told(),
        ):  # fmt: skip
            for end, outcomes in _outcomes(source, cursor, job, self.workers):
                part = in_order(end, outcomes, stories)
                stories.commit()
                part.stories = stories.count
                yield part


def in_order(end: Cursor, outcomes: Iterable[Outcome], stories: Stories) -> Finished:
    """Return a portion as finished, its near-duplicates marked."""
    whole = Finished(end, stories.count)
    for outcome in outcomes:
        part, first = outcome.part, None
        if outcome.signature is not None:
            first = stories.first_of(outcome.id, np.frombuffer(outcome.signature, dtype=np.uint64))
        if first is not None and part.articles:
            rows = [_repeats(row, first) for row in part.rows]
            part = replace(part, rows=rows, duplicates=1, statements=0, stances=0, abstained=0)
        whole.add(part)
    return whole


def _repeats(row: bytes, first: str) -> bytes:
    return json.dumps(json.loads(row) | {"duplicate_of": first}, ensure_ascii=False).encode() + b"\n"


def _outcomes(
    source: Source, done: Cursor, job: Job, workers: int | None
) -> Iterator[tuple[Cursor, list[Outcome]]]:
    """Yield the outcomes of each portion in order, with its end; at last the end of the run."""
    import ray

    unit = "GPU" if job.device == "cuda" else "CPU"
    workers = workers or max(1, int(ray.cluster_resources().get(unit, 1)))
    end, blocks = done, []
    size = max(1, min(FILES, source.total // (8 * workers)))
    files = files_after(source, done)
    while group := list(islice(files, size)):
        blocks.append(ray.put(packed([group])))
        end = Cursor(group[-1].number + 1, 0, group[-1].digest)
    if blocks:
        pool = ray.data.ActorPoolStrategy(min_size=1, max_size=workers, initial_size=workers)
        portions = ray.data.from_arrow_refs(blocks).map_batches(
            read, batch_size=None, batch_format="pyarrow", num_cpus=0,
            compute=ray.data.TaskPoolStrategy(size=(workers + 3) // 4),
        )  # fmt: skip
        scored = portions.map_batches(
            Scorer, batch_size=None, batch_format="pyarrow", compute=pool,
            fn_constructor_args=(ray.put(job),), **({"num_gpus": 1} if unit == "GPU" else {"num_cpus": 1}),
        )  # fmt: skip
        for batch in scored.iter_batches(batch_size=None, batch_format="pyarrow"):
            yield from unpacked(batch)
    yield end, []
