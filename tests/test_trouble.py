"""What goes wrong while a run is under way: a full disk, files that vanish or change, a second run."""

from __future__ import annotations

import json
import os
import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from processes import Process, stancekit
from runs import LEAST, StoppedError, rows_of, write_rows, write_stories

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError, OutputError
from stancekit.scoring.parts import errors_file, parts_folder
from stancekit.scoring.run import score_path

resource = pytest.importorskip("resource")


def test_a_file_that_may_not_grow_leaves_what_can_be_resumed(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 10)
    write_rows(tmp_path / "in.jsonl", 60)
    arguments = ["score", "in.jsonl", "--model", tiny_checkpoint, "--all-scores"]
    assert stancekit([*arguments, "--out", "whole.jsonl"], tmp_path).code == 0
    most = (tmp_path / "whole.jsonl").stat().st_size // 2

    def limited() -> int:
        from stancekit_cli.main import run

        os.chdir(tmp_path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        return run([str(a) for a in [*arguments, "--out", "out.jsonl"]])

    got = Process(limited, tmp_path).wait()
    assert (got.code, got.errors) == (
        1, ["error: out.jsonl.parts/rows.jsonl: cannot be written: File too large"],
    )  # fmt: skip
    assert json.loads((tmp_path / "out.jsonl.parts" / "progress.json").read_text())["inputs"] > 0
    assert stancekit([*arguments, "--out", "out.jsonl", "--resume"], tmp_path).code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_full_disk_while_stories_are_compared(
    tiny: StanceClassifier, tmp_path: Path, small_disk: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 5)
    source, whole, out = (
        write_stories(tmp_path / "in", 25),
        tmp_path / "whole.jsonl",
        small_disk / "out.jsonl",
    )
    score_path(tiny, source, whole)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 90_000))
    with pytest.raises(OutputError, match=r"stories\.db: cannot be written: .*full"):
        score_path(tiny, source, out)
    filler.unlink()
    score_path(tiny, source, out, resume=True)
    assert out.read_bytes() == whole.read_bytes()


def while_it_runs(tiny: StanceClassifier, source: Path, out: Path, what: Any, folder: Path) -> None:
    """Score in another process, which meets ``what`` once the first file is done."""

    def work() -> int:
        def once(done: int, total: int) -> None:
            if done == 1:
                what()

        score_path(tiny, source, out, on_progress=once)
        return 0

    got = Process(work, folder).wait()
    assert (got.code, got.err) == (0, "")


def test_a_file_that_vanishes_is_one_problem(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 1)
    source, out = write_stories(tmp_path / "in", 6), tmp_path / "out.jsonl"
    while_it_runs(tiny, source, out, (source / "5.txt").unlink, tmp_path)
    assert {r["article"] for r in rows_of(out)} == {f"{i}.txt" for i in range(5)}
    (problem,) = rows_of(errors_file(out))
    assert problem["path"] == str(source / "5.txt")
    assert "expected" in problem["reason"]


def test_a_file_that_changes_is_read_as_it_is_then(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 1)
    source, out = write_stories(tmp_path / "in", 6), tmp_path / "out.jsonl"
    later = partial((source / "5.txt").write_text, "Colombia rejects the talks, a ferry captain said.\n")
    while_it_runs(tiny, source, out, later, tmp_path)
    assert [r["text"] for r in rows_of(out) if r["article"] == "5.txt"] == [
        "Colombia rejects the talks, a ferry captain said."
    ]
    assert not errors_file(out).exists()


def test_a_file_that_changes_while_it_is_read_is_told(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 1)
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 2000)  # more than what is read at once

    def more() -> None:
        with source.open("a") as file:
            file.write('{"id": "late", "text": "Iran left."}\n')
            raise StoppedError

    def work() -> int:
        score_path(tiny, source, out, on_progress=lambda done, total: more() if done == 1 else None)
        return 0

    assert "StoppedError" in Process(work, tmp_path).wait().err
    with pytest.raises(InputError, match="another input; expected"):
        score_path(tiny, source, out, resume=True)
    write_rows(source, 20)
    while_it_runs(tiny, source, out, partial(os.utime, source), tmp_path)
    assert len(rows_of(out)) == 20
    (problem,) = rows_of(errors_file(out))
    assert problem["reason"].startswith("changed while it was read; expected a file that stays as it is")


def test_a_second_run_into_the_same_output_is_refused(
    tiny: StanceClassifier, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 2)
    source, out, go = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "go"
    write_rows(source, 6)

    def first() -> int:
        def wait(done: int, total: int) -> None:
            while not go.exists():
                time.sleep(0.002)

        return 0 * score_path(tiny, source, out, min_probability=LEAST, on_progress=wait).errors

    running = Process(first, tmp_path)
    running.wait_for(parts_folder(out) / "progress.json")
    second = ["score", source, "--out", out, "--model", tiny_checkpoint]
    for arguments in (second, [*second, "--resume"]):
        got = stancekit(arguments, tmp_path)
        assert (got.code, got.errors) == (
            2, [f"error: {out}: another run is writing it; expected one run at a time"],
        )  # fmt: skip
    go.touch()
    assert running.wait().code == 0
    assert len(rows_of(out)) == 6
    assert stancekit(second, tmp_path).code == 0
