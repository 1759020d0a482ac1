"""Score a folder of articles or a file of statements into one table, in flat memory, resumable."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stancekit.articles.language import same_language
from stancekit.errors import InputError
from stancekit.records import Article, Statement
from stancekit.scoring.inputs import Chunk, Cursor, Problem, Screen, Source, chunks
from stancekit.scoring.parts import Parts, Progress, errors_file, parts_folder
from stancekit.scoring.sources import opened
from stancekit.scoring.stories import Stories
from stancekit.scoring.writers import as_line, converter

if TYPE_CHECKING:
    from stancekit.classifier import StanceClassifier

OnProgress = Callable[[int, int], None]
"""Called with (finished, in all) as the work goes on: files of a folder, else articles or lines."""
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
        on_progress: Told how far it is.

    Raises:
        InputError: if there is nothing to score, or a resumed run was begun with other inputs or settings.
        OutputError: if the result cannot be written; what is finished can be resumed.
    """
    began, path, out = time.monotonic(), Path(path), Path(out)
    _check(path, out, min_probability)
    convert = converter(out, all_scores=all_scores)
    exclude = (out, errors_file(out), parts_folder(out))
    with opened(path, exclude, fields=fields) as source:
        settings = _settings(classifier, source, {
            "min-probability": min_probability, "all-scores": all_scores, "any-language": any_language,
            "field": dict(fields or {}),
        })  # fmt: skip
        parts = Parts(out, settings, resume=resume)
        try:
            if not parts.progress.complete:
                language = None if any_language else classifier.codebook.language
                predict = partial(
                    classifier.predict_many, all_scores=all_scores, min_probability=min_probability
                )
                for chunk, scored in _scored(classifier, source, parts, language, predict):
                    _add(parts, chunk, scored)
                    if on_progress:
                        on_progress(*_done(parts.progress, source))
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
    classifier: StanceClassifier, source: Source, parts: Parts, language: str | None, predict: Predict
) -> Iterator[tuple[Chunk, list[Statement]]]:
    """Yield each chunk with its statements scored, the stories up to it on disk."""
    done = parts.progress
    stories = Stories(parts.stories, done.stories)
    try:
        for chunk in chunks(source, Cursor(done.files, done.items, done.digest), _screen(stories, language)):
            # A sentence seen before could be found otherwise in the last digit, and a resumed run has not
            # seen the same ones.
            classifier.finder.forget()
            scored = list(predict(chunk.statements))
            stories.commit()
            chunk.stories = stories.count
            yield chunk, scored
    finally:
        stories.close()


def _screen(stories: Stories, language: str | None) -> Screen:
    """Return what sets aside articles in another language, and marks near-duplicates."""

    def screen(article: Article) -> Article | Problem:
        if language is not None and not same_language(article.language, language):
            reason = (
                f"in {article.language!r}; expected {language!r} (scored all the same with --any-language)"
            )
            return Problem(article.path or article.id, article.row, reason, "language")
        first = stories.first_like(article)
        return article.model_copy(update={"duplicate_of": first}) if first is not None else article

    return screen


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


def _add(parts: Parts, chunk: Chunk, scored: Sequence[Statement]) -> None:
    done = parts.progress
    once = [s for s in scored if s.duplicate_of is None]
    passed_over = sum(p.kind == "no article" for p in chunk.problems)
    parts.add(
        b"".join(as_line(s) for s in scored),
        b"".join(_problem(p) for p in chunk.problems),
        Progress(
            inputs=done.inputs + chunk.inputs,
            files=chunk.end.files,
            items=chunk.end.items,
            digest=chunk.end.digest,
            articles=done.articles + chunk.articles,
            stories=chunk.stories,
            duplicates=done.duplicates + chunk.duplicates,
            statements=done.statements + len(once),
            stances=done.stances + sum(len(s.stances) for s in once),
            abstained=done.abstained + sum(bool(s.abstained) for s in once),
            errors=done.errors + len(chunk.problems) - passed_over,
            other_language=done.other_language + sum(p.kind == "language" for p in chunk.problems),
            passed_over=done.passed_over + passed_over,
        ),
    )


def _problem(problem: Problem) -> bytes:
    line = json.dumps(problem._asdict(), ensure_ascii=False)
    return line.encode(errors="backslashreplace") + b"\n"  # a path may hold bytes that are no text


def _settings(classifier: StanceClassifier, source: Source, options: dict[str, Any]) -> dict[str, Any]:
    """Return everything that the rows depend on, under the names a user knows it by."""
    return {
        "input": [source.name, source.stamp],
        "model": fingerprint(classifier),
        "codebook": classifier.codebook.sha256,
        **options,
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
