"""Score a folder of articles or a file of statements into one table, in flat memory, resumable."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stancekit.errors import InputError
from stancekit.scoring.finished import Finished, problem_line
from stancekit.scoring.inputs import Source
from stancekit.scoring.local_engine import scored_here
from stancekit.scoring.overlap import behind
from stancekit.scoring.parts import Parts, Progress, errors_file, parts_folder
from stancekit.scoring.places import Place, as_given, place, put, worked_on
from stancekit.scoring.remote import opened_remote
from stancekit.scoring.sources import STDIN, opened
from stancekit.scoring.writers import converter

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier
    from stancekit.scoring.ray_engine import RayEngine

OnProgress = Callable[[int, int], None]
"""Called with (finished, in all) as the work goes on: files of a folder, else articles or lines.

It is called from the thread that writes, one call at a time."""
COUNTS = (
    "articles", "duplicates", "statements", "stances", "abstained", "errors", "other_language", "passed_over"
)  # fmt: skip
"""What a summary counts, by the names of a run's progress."""


class Summary(BaseModel):
    """What a run did.

    Attributes:
        out: The result; a URL as text.
        articles: Articles read.
        duplicates: Of these, articles that nearly repeat an earlier one; they are in the result, but in no figure
            below.
        statements: Statements scored.
        stances: Stances reported.
        abstained: Statements on which the model abstained.
        errors: Files, articles or lines that were not scored; listed in ``errors_file``.
        other_language: Of these, articles in another language than the codebook's.
        passed_over: Files that hold something else than articles, listed in ``errors_file`` too.
        errors_file: ``<out>.errors.jsonl``; None if there is nothing to list.
        seconds: Time taken; of a resumed run, since it was resumed.
    """

    model_config = ConfigDict(frozen=True)

    out: Path | str
    articles: int
    duplicates: int
    statements: int
    stances: int
    abstained: int
    errors: int
    other_language: int
    passed_over: int
    errors_file: Path | str | None
    seconds: float


def score_path(
    classifier: StanceClassifier,
    path: str | Path,
    out: str | Path,
    *,
    min_probability: float | None = None,
    all_scores: bool = False,
    any_language: bool = False,
    fields: Mapping[str, str] | None = None,
    resume: bool = False,
    on_progress: OnProgress | None = None,
    engine: RayEngine | None = None,
    work: str | Path | None = None,
) -> Summary:
    """Score articles or statements into a file: one record a statement, also for those without a stance.

    Both may be URLs of a store that fsspec knows (s3://, gs://, ...): its files are fetched one by one while they
    are read, and the result is worked on here and copied there at the end.

    Work in progress lies in ``<out>.parts``; the output appears, complete, at the end, and what stood there
    stays until then. Files and lines that cannot be read are listed in ``<out>.errors.jsonl``. An article that
    nearly repeats an earlier one is scored too, and names that one in ``duplicate_of``.

    The next inputs are read while the model scores these. Neither that nor the sizes of chunks and batches nor the
    number of threads changes a probability of 32-bit floats by 1e-5 (``docs/scaling.md``).

    Args:
        classifier: What scores.
        path: A folder of articles, a file of one or many, or a JSONL of statements (``id``, ``text``, optional
            ``speaker`` and ``context``); ``-`` for standard input.
        out: The result: .jsonl, .parquet or .csv, see ``stancekit.scoring.writers``. Its folder is made if need be.
        min_probability: Report stances from this probability on, in place of the checkpoint's thresholds.
        all_scores: Also write every target considered, in ``scores``.
        any_language: Also score articles that are not in the codebook's language.
        fields: What the fields of tables and JSON are called, where the usual names do not fit:
            ``{"text": "Volltext"}``.
        resume: Go on from what a killed run left, to the same result byte for byte.
        on_progress: Told how far it is, from another thread; what it raises ends the run.
        engine: A cluster that scores; None: this process does.
        work: Folder for work in progress where ``out`` is a URL; by default in the user's folder for caches.

    Raises:
        InputError: if there is nothing to score, or a resumed run was begun with other inputs or settings.
        OutputError: if the result cannot be written; what is finished can be resumed.
    """
    began, found, target = time.monotonic(), place(path), place(out)
    if work and isinstance(target, Path):
        raise InputError(f"work {work}: only for a result by URL; expected none (it lies beside {out})")
    _check(found, target, min_probability)
    if engine and found == STDIN:
        raise InputError("-: standard input; expected a folder or file that every worker can read")
    convert = converter(target if isinstance(target, Path) else Path(target.name), all_scores=all_scores)
    with worked_on(target, work) as local, _opened(found, target, local, fields or {}) as source:
        settings = _settings(classifier, source, {
            "min-probability": min_probability, "all-scores": all_scores, "any-language": any_language,
            "field": dict(fields or {}), "engine": engine.name if engine else "local",
        })  # fmt: skip
        parts = Parts(local, settings, resume=resume)
        try:
            if not parts.progress.complete:
                language = None if any_language else classifier.codebook.language
                options: dict[str, Any] = {"all_scores": all_scores, "min_probability": min_probability}

                def write(part: Finished) -> None:
                    _add(parts, part)
                    if on_progress:
                        on_progress(*_done(parts.progress, source))

                with ThreadPoolExecutor(2, "stancekit") as pool:
                    if engine:
                        job = engine.job(classifier, settings["model"], language, options)
                        scored = engine.scored(job, source, parts)
                    else:
                        predict = partial(classifier.predict_many, **options)
                        scored = scored_here(classifier, source, parts, language, predict, pool)
                    with closing(scored):  # at once, also if writing fails
                        behind(write, scored, pool)
            parts.finish(convert, None if isinstance(target, Path) else partial(put, target))
        finally:
            parts.close()
    done = parts.progress
    return Summary(
        out=as_given(target),
        errors_file=as_given(_errors_of(target)) if done.errors or done.passed_over else None,
        seconds=time.monotonic() - began,
        **{name: getattr(done, name) for name in COUNTS},
    )


def _opened(
    found: Place, target: Place, local: Path, fields: Mapping[str, str]
) -> AbstractContextManager[Source]:
    """Give what is to be scored, without what the run itself writes."""
    if isinstance(found, Path):
        return opened(found, (local, errors_file(local), parts_folder(local)), fields=fields)
    return opened_remote(found, (target, _errors_of(target)), fields=fields)


def _done(progress: Progress, source: Source) -> tuple[int, int]:
    if not source.stamp:  # a folder
        return min(progress.files + (progress.items > 0), source.total), source.total
    return progress.inputs, max(progress.inputs, source.total)


def _check(found: Place, out: Place, min_probability: float | None) -> None:
    if min_probability is not None and not 0 <= min_probability <= 1:
        raise InputError(f"min_probability: {min_probability}; expected a number from 0 to 1")
    if isinstance(out, Path) and out.is_dir():
        raise InputError(f"{out}: is a folder; expected a file to write")
    same = found == out
    if isinstance(out, Path) and isinstance(found, Path) and out.exists() and found.exists():
        same = out.samefile(found)
    if same:
        raise InputError(f"{out}: is what is to be scored; expected another file to write")


def _errors_of(out: Place) -> Place:
    return errors_file(out) if isinstance(out, Path) else out.beside(errors_file(Path(out.name)).name)


def _add(parts: Parts, part: Finished) -> None:
    problems = b"".join(problem_line(p) for p in part.problems)
    parts.add(b"".join(part.rows), problems, part.after(parts.progress))


def _settings(classifier: StanceClassifier, source: Source, options: dict[str, Any]) -> dict[str, Any]:
    """Return everything that the rows depend on, under the names a user knows it by."""
    return {
        "input": [source.name, source.stamp],
        "model": fingerprint(classifier),
        "codebook": classifier.codebook.sha256,
        **options,
        "device": classifier.device.type,
        "runtime": classifier.runtime.name,
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
