"""Work in progress beside the output: what is finished is on disk, and a killed run can go on from it.

    OUT.parts/lock            held while a run writes
    OUT.parts/settings.json   what the rows depend on: model, codebook, options
    OUT.parts/rows.jsonl      rows so far
    OUT.parts/errors.jsonl    problems so far
    OUT.parts/stories.db      signatures of the articles so far, to find near-duplicates
    OUT.parts/progress.json   inputs finished, and how long the two files were then; replaced as a whole

Rows are written and synced before the progress that counts them, so that whatever stands behind it after a
kill is cut off on resuming. The output itself appears at the end, by renaming.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from stancekit.checkpoint import writing
from stancekit.errors import InputError


class Progress(BaseModel):
    """What a run has finished.

    Attributes:
        inputs: Articles, lines and what could not be read.
        files: Files that are finished whole.
        items: Of these inputs, those of the next file.
        digest: Hash of what the files were.
        rows_bytes: Length of rows.jsonl.
        errors_bytes: Length of errors.jsonl.
        articles: Articles read.
        stories: Articles that are no near-duplicate of an earlier one, where they were compared.
        duplicates: Articles that are.
        statements: Statements scored, of near-duplicates those of the first alone; so the next two.
        stances: Stances reported.
        abstained: Statements on which the model abstained.
        errors: Files or lines that could not be scored.
        other_language: Of these, articles in another language.
        passed_over: Files that are whole but hold no articles, such as labelled statements.
        complete: All inputs are finished; the output may already be in its place.
    """

    inputs: int = 0
    files: int = 0
    items: int = 0
    digest: str = ""
    rows_bytes: int = 0
    errors_bytes: int = 0
    articles: int = 0
    stories: int = 0
    duplicates: int = 0
    statements: int = 0
    stances: int = 0
    abstained: int = 0
    errors: int = 0
    other_language: int = 0
    passed_over: int = 0
    complete: bool = False


Move = Callable[[Path | None, Path], None]
"""Puts a file in its place, where it appears whole; None: nothing shall be there."""


def recorded(out: Path, setting: str) -> str | None:
    """Return a setting that the unfinished work beside an output was made with; None if there is no such work."""
    try:
        found = json.loads((parts_folder(out) / "settings.json").read_bytes()).get(setting)
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


class Parts:
    """The work folder of one output, locked until ``close``.

    Args:
        out: The output.
        settings: What the rows depend on.
        resume: Go on from what is there; otherwise it is thrown away.

    Raises:
        InputError: if what is there was made with other settings, or another run holds it.
        OutputError: if it cannot be written.
    """

    def __init__(self, out: Path, settings: dict[str, Any], *, resume: bool) -> None:
        self.out, self.folder = out, parts_folder(out)
        self.rows, self.errors = self.folder / "rows.jsonl", self.folder / "errors.jsonl"
        self.stories = self.folder / "stories.db"
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.folder / "lock", out)
        try:
            self.progress = self._open(settings, resume)
        except BaseException:
            self.close()
            raise

    def add(self, rows: bytes, errors: bytes, progress: Progress) -> None:
        """Append the rows and problems of a chunk, then record it as finished.

        Raises:
            OutputError: if the disk is full, for example; what was recorded before stays valid.
        """
        before = self.progress
        _append(self.rows, rows, before.rows_bytes)
        _append(self.errors, errors, before.errors_bytes)
        sizes = {
            "rows_bytes": before.rows_bytes + len(rows),
            "errors_bytes": before.errors_bytes + len(errors),
        }
        self._record(progress.model_copy(update=sizes))

    def finish(self, convert: Callable[[Path, Path], None] | None, move: Move | None = None) -> None:
        """Put the output and its list of errors into place and remove the folder.

        Args:
            convert: Writes the rows in the output's format, from one path to another; None: as they are.
            move: Puts a finished file where it belongs; by default it is renamed.

        Raises:
            OutputError: if something cannot be written; resuming goes on from there.
        """
        self._record(self.progress.model_copy(update={"complete": True}))
        if self.rows.exists():
            source = self.rows
            if convert:
                source = self.folder / "converted"
                with writing(source):
                    convert(self.rows, source)
                    _sync(source)
            # The rows go last: as long as they are here, this can be done over again.
            move = move or _move
            with writing(self.out):
                self._place_errors(move)
                move(source, self.out)
        with writing(self.folder):
            self.rows.unlink(missing_ok=True)
            shutil.rmtree(self.folder)
            self.close()

    def close(self) -> None:
        """Let go of the lock; what is finished stays for a later run."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _place_errors(self, move: Move) -> None:
        target = errors_file(self.out)
        if self.progress.errors or self.progress.passed_over:
            if self.errors.exists():
                move(self.errors, target)
        else:
            move(None, target)

    def _open(self, settings: dict[str, Any], resume: bool) -> Progress:
        saved = self.folder / "settings.json"
        progress = _read_progress(self.folder / "progress.json") if resume and saved.exists() else None
        if progress is None:
            with writing(self.folder):
                for name in (
                    "progress.json",
                    "settings.json",
                    "converted",
                    "stories.db",
                    "stories.db-journal",
                ):
                    (self.folder / name).unlink(missing_ok=True)
                for path in (self.rows, self.errors):
                    path.write_bytes(b"")
                _replace(saved, json.dumps(settings, indent=1).encode())
            return Progress()
        _check_settings(saved, settings)
        for path, size in ((self.rows, progress.rows_bytes), (self.errors, progress.errors_bytes)):
            _cut(path, size, missing_ok=progress.complete)
        return progress

    def _record(self, progress: Progress) -> None:
        path = self.folder / "progress.json"
        with writing(path):
            _replace(path, progress.model_dump_json(indent=1).encode())
        self.progress = progress


def parts_folder(out: Path) -> Path:
    """Return the folder of work in progress of an output."""
    return out.with_name(f"{out.name}.parts")


def errors_file(out: Path) -> Path:
    """Return the file that lists what could not be scored."""
    return out.with_name(f"{out.name}.errors.jsonl")


def _move(source: Path | None, target: Path) -> None:
    if source:
        source.replace(target)
        _sync(target.parent)
    else:
        target.unlink(missing_ok=True)


def _lock(path: Path, out: Path) -> int | None:
    """Return a locked file descriptor; however the process ends, the kernel lets go of the lock."""
    if sys.platform == "win32":  # no flock there
        return None
    import fcntl

    while True:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(number)
            raise InputError(f"{out}: another run is writing it; expected one run at a time") from None
        except OSError:  # a file system without locks
            return number
        try:
            if os.path.samestat(os.fstat(number), path.stat()):
                return number
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
        os.close(number)  # that run finished and removed the file between opening and locking


def _read_progress(path: Path) -> Progress | None:
    try:
        return Progress.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        what = "damaged; expected the record of an interrupted run (start without --resume)"
        raise InputError(f"{path}: {what}") from None


def _check_settings(path: Path, settings: dict[str, Any]) -> None:
    try:
        saved = dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        saved = {}
    other = [k for k, v in settings.items() if saved.get(k) != v]
    if other:
        raise InputError(
            f"{path.parent}: was begun with another {', '.join(other)}; "
            "expected the same as then (or a new run without --resume)"
        )


def _cut(path: Path, size: int, *, missing_ok: bool) -> None:
    """Cut off what was written after the last record."""
    found = path.stat().st_size if path.exists() else None
    if found is None and missing_ok:
        return
    if found is None or found < size:
        raise InputError(f"{path}: shorter than recorded; expected {size:,} bytes (start without --resume)")
    with writing(path):
        os.truncate(path, size)


def _append(path: Path, data: bytes, at: int) -> None:
    if not data:
        return
    with writing(path), path.open("r+b", buffering=0) as file:
        file.seek(at)
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that after a kill either the old or the new content is there."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on disk."""
    if sys.platform == "win32" and path.is_dir():
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
