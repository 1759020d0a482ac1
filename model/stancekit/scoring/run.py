"""Score a folder of articles or a file of statements into one table, in flat memory, resumable."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stancekit.errors import InputError
from stancekit.records import Statement
from stancekit.scoring.inputs import Chunk, Problem, Source, chunks, open_source
from stancekit.scoring.parts import Parts, Progress, errors_file, parts_folder
from stancekit.scoring.writers import as_line, converter

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier

OnProgress = Callable[[int, int], None]
"""Called with (inputs finished, inputs in all) as the work goes on; an input is an article or a line."""


class Summary(BaseModel):
    """What a run did.

    Attributes:
        out: The result.
        articles: Articles read.
        statements: Statements scored.
        stances: Stances reported.
        abstained: Statements on which the model abstained.
        errors: Files or lines that could not be scored; listed in ``errors_file``.
        errors_file: ``<out>.errors.jsonl``; None if there are no errors.
        seconds: Time taken; of a resumed run, since it was resumed.
    """

    model_config = ConfigDict(frozen=True)

    out: Path
    articles: int
    statements: int
    stances: int
    abstained: int
    errors: int
    errors_file: Path | None
    seconds: float


def score_path(
    classifier: StanceClassifier,
    path: str | Path,
    out: str | Path,
    *,
    min_probability: float | None = None,
    all_scores: bool = False,
    resume: bool = False,
    on_progress: OnProgress | None = None,
) -> Summary:
    """Score articles or statements into a file: one record a statement, also for those without a stance.

    Work in progress lies in ``<out>.parts``; the output appears, complete, at the end, and what stood there
    stays until then. Files and lines that cannot be read are listed in ``<out>.errors.jsonl``.

    Args:
        classifier: What scores.
        path: A folder of articles, one article, or a JSONL of statements (``id``, ``text``, optional
            ``speaker`` and ``context``).
        out: The result: .jsonl, .parquet or .csv, see ``stancekit.scoring.writers``. Its folder is made if need be.
        min_probability: Report stances from this probability on, in place of the checkpoint's thresholds.
        all_scores: Also write every target considered, in ``scores``.
        resume: Go on from what a killed run left, to the same result byte for byte.
        on_progress: Told how far it is.

    Raises:
        InputError: if there is nothing to score, or a resumed run was begun with other inputs or settings.
        OutputError: if the result cannot be written; what is finished can be resumed.
    """
    began, path, out = time.monotonic(), Path(path), Path(out)
    _check(path, out, min_probability)
    convert = converter(out, all_scores=all_scores)
    source = open_source(path, exclude=(out, errors_file(out), parts_folder(out)))
    settings = _settings(classifier, source, min_probability, all_scores)
    parts = Parts(out, settings, resume=resume)
    try:
        if not parts.progress.complete:
            for chunk in chunks(source, parts.progress.inputs, parts.progress.digest):
                # A sentence seen before could be found otherwise in the last digit, and a resumed run has not
                # seen the same ones.
                classifier.finder.forget()
                coming = classifier.predict_many(
                    chunk.statements, all_scores=all_scores, min_probability=min_probability
                )
                _add(parts, chunk, list(coming))
                if on_progress:
                    on_progress(chunk.inputs, source.total)
        parts.finish(convert)
    finally:
        parts.close()
    done = parts.progress
    return Summary(
        out=out,
        articles=done.articles,
        statements=done.statements,
        stances=done.stances,
        abstained=done.abstained,
        errors=done.errors,
        errors_file=errors_file(out) if done.errors else None,
        seconds=time.monotonic() - began,
    )


def _check(path: Path, out: Path, min_probability: float | None) -> None:
    if min_probability is not None and not 0 <= min_probability <= 1:
        raise InputError(f"min_probability: {min_probability}; expected a number from 0 to 1")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; expected a file to write")
    if out.exists() and path.exists() and out.samefile(path):
        raise InputError(f"{out}: is what is to be scored; expected another file to write")


def _add(parts: Parts, chunk: Chunk, scored: Sequence[Statement]) -> None:
    done = parts.progress
    parts.add(
        b"".join(as_line(s) for s in scored),
        b"".join(_problem(p) for p in chunk.problems),
        Progress(
            inputs=chunk.inputs,
            digest=chunk.digest,
            articles=done.articles + chunk.articles,
            statements=done.statements + len(scored),
            stances=done.stances + sum(len(s.stances) for s in scored),
            abstained=done.abstained + sum(bool(s.abstained) for s in scored),
            errors=done.errors + len(chunk.problems),
        ),
    )


def _problem(problem: Problem) -> bytes:
    line = json.dumps(problem._asdict(), ensure_ascii=False)
    return line.encode(errors="backslashreplace") + b"\n"  # a path may hold bytes that are no text


def _settings(
    classifier: StanceClassifier, source: Source, min_probability: float | None, all_scores: bool
) -> dict[str, Any]:
    """Return everything that the rows depend on, under the names a user knows it by."""
    return {
        "input": [str(source.path), source.stamp],
        "model": fingerprint(classifier),
        "codebook": classifier.codebook.sha256,
        "min-probability": min_probability,
        "all-scores": all_scores,
        "device": classifier.device.type,
        "version of stancekit": metadata.version("stancekit"),
    }


def fingerprint(classifier: StanceClassifier) -> str:
    """Return a hash of the weights, the calibration and the longest sequence."""
    hashed = hashlib.sha256()
    for name, tensor in sorted(classifier.network.state_dict().items()):
        hashed.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        hashed.update(tensor.detach().cpu().float().contiguous().numpy().data)
    hashed.update(f"{classifier.encoder.max_length} {classifier.calibration.model_dump_json()}".encode())
    return hashed.hexdigest()
