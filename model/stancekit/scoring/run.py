"""Score a folder of articles or a file of statements into one table, in flat memory, resumable."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from importlib import metadata
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stancekit.articles.language import same_language
from stancekit.errors import InputError
from stancekit.records import Article, Statement
from stancekit.scoring.finished import Finished, finished, problem_line
from stancekit.scoring.inputs import Chunk, Cursor, Problem, Screen, Source, chunks
from stancekit.scoring.overlap import ahead, behind
from stancekit.scoring.parts import Parts, Progress, errors_file, parts_folder
from stancekit.scoring.sources import STDIN, opened
from stancekit.scoring.stories import Stories
from stancekit.scoring.writers import converter

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier
    from stancekit.scoring.ray_engine import RayEngine

OnProgress = Callable[[int, int], None]
"""Called with (finished, in all) as the work goes on: files of a folder, else articles or lines.

It is called from the thread that writes, one call at a time."""
Predict = Callable[[Iterable[Statement]], Iterable[Statement]]
COUNTS = (
    "articles", "duplicates", "statements", "stances", "abstained", "errors", "other_language", "passed_over"
)  # fmt: skip
"""What a summary counts, by the names of a run's progress."""


class Summary(BaseModel):
    """What a run did.

    Attributes:
        out: The result.
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

    out: Path
    articles: int
    duplicates: int
    statements: int
    stances: int
    abstained: int
    errors: int
    other_language: int
    passed_over: int
    errors_file: Path | None
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
) -> Summary:
    """Score articles or statements into a file: one record a statement, also for those without a stance.

    Work in progress lies in ``<out>.parts``; the output appears, complete, at the end, and what stood there
    stays until then. Files and lines that cannot be read are listed in ``<out>.errors.jsonl``. An article that
    nearly repeats an earlier one is scored too, and names that one in ``duplicate_of``.

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

    Raises:
        InputError: if there is nothing to score, or a resumed run was begun with other inputs or settings.
        OutputError: if the result cannot be written; what is finished can be resumed.
    """
    began, path, out = time.monotonic(), Path(path), Path(out)
    _check(path, out, min_probability)
    if engine and path == STDIN:
        raise InputError("-: standard input; expected a folder or file that every worker can read")
    convert = converter(out, all_scores=all_scores)
    exclude = (out, errors_file(out), parts_folder(out))
    with opened(path, exclude, fields=fields) as source:
        settings = _settings(classifier, source, {
            "min-probability": min_probability, "all-scores": all_scores, "any-language": any_language,
            "field": dict(fields or {}), "engine": engine.name if engine else "local",
        })  # fmt: skip
        parts = Parts(out, settings, resume=resume)
        try:
            if not parts.progress.complete:
                language = None if any_language else classifier.codebook.language
                options = {"all_scores": all_scores, "min_probability": min_probability}

                def write(part: Finished) -> None:
                    _add(parts, part)
                    if on_progress:
                        on_progress(*_done(parts.progress, source))

                with ThreadPoolExecutor(2, "stancekit") as pool:
                    if engine:
                        work = engine.scored(
                            classifier,
                            source,
                            parts,
                            fingerprint=settings["model"],
                            language=language,
                            options=options,
                        )
                    else:
                        predict = partial(classifier.predict_many, **options)
                        work = _scored(classifier, source, parts, language, predict, pool)
                    behind(write, work, pool)
            parts.finish(convert)
        finally:
            parts.close()
    done = parts.progress
    return Summary(
        out=out,
        errors_file=errors_file(out) if done.errors or done.passed_over else None,
        seconds=time.monotonic() - began,
        **{name: getattr(done, name) for name in COUNTS},
    )


def _scored(
    classifier: StanceClassifier, source: Source, parts: Parts, language: str | None, predict: Predict, pool: Executor
) -> Iterator[Finished]:  # fmt: skip
    """Yield each chunk, scored, while the next is read."""
    stop = Event()
    for chunk in ahead(_read(source, parts, language, stop), pool, stop):
        # A sentence seen before could be found otherwise in the last digit, and a resumed run has not seen
        # the same ones.
        classifier.finder.forget()
        yield finished(chunk, list(predict(chunk.statements)))


def _read(source: Source, parts: Parts, language: str | None, stop: Event) -> Generator[Chunk]:
    """Yield each chunk, the stories up to it on disk: ahead of the rows, and cut back to them on resuming."""
    done = parts.progress
    stories = Stories(parts.stories, done.stories)
    cursor = Cursor(done.files, done.items, done.digest)
    try:
        for chunk in chunks(source, cursor, _screen(stories, language), stop.is_set):
            stories.commit()
            chunk.stories = stories.count
            yield chunk
    finally:
        stories.close()


def _screen(stories: Stories, language: str | None) -> Screen:
    """Return what sets aside articles in another language, and marks near-duplicates."""

    def screen(article: Article) -> Article | Problem:
        if language is not None and (problem := other_language(article, language)):
            return problem
        first = stories.first_like(article)
        return article.model_copy(update={"duplicate_of": first}) if first is not None else article

    return screen


def other_language(article: Article, language: str) -> Problem | None:
    """Return why an article is set aside, if it is in another language."""
    if same_language(article.language, language):
        return None
    reason = f"in {article.language!r}; expected {language!r} (scored all the same with --any-language)"
    return Problem(article.path or article.id, article.row, reason, "language")


def _done(progress: Progress, source: Source) -> tuple[int, int]:
    if not source.stamp:  # a folder
        return min(progress.files + (progress.items > 0), source.total), source.total
    return progress.inputs, max(progress.inputs, source.total)


def _check(path: Path, out: Path, min_probability: float | None) -> None:
    if min_probability is not None and not 0 <= min_probability <= 1:
        raise InputError(f"min_probability: {min_probability}; expected a number from 0 to 1")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; expected a file to write")
    if out.exists() and path.exists() and out.samefile(path):
        raise InputError(f"{out}: is what is to be scored; expected another file to write")


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
