"""Runs that stop before they are done go on to the same bytes; and what keeps them from it."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from runs import LEAST, check_kills_at_lines, interrupt, rows_of, write_rows

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError, OutputError
from stancekit.scoring.parts import Parts, Progress, parts_folder
from stancekit.scoring.run import score_path


def test_resuming_with_other_settings_or_inputs_is_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 6)
    interrupt(tiny, source, out, after=1)
    with pytest.raises(InputError, match="another min-probability; expected"):
        score_path(tiny, source, out, resume=True, min_probability=0.9)
    write_rows(source, 7)
    with pytest.raises(InputError, match="another input; expected"):
        score_path(tiny, source, out, resume=True)
    assert score_path(tiny, source, out).statements == 7


def test_resuming_over_changed_articles_is_refused(
    tiny: StanceClassifier, articles: Path, tmp_path: Path
) -> None:
    interrupt(tiny, articles, tmp_path / "out.jsonl", after=1)
    (articles / "b.txt").write_text("Another text.\n")
    with pytest.raises(InputError, match="have changed since; expected the same files"):
        score_path(tiny, articles, tmp_path / "out.jsonl", resume=True)


def test_an_old_result_stays_until_the_new_one_is_whole(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 5)
    out.write_text("old\n")
    interrupt(tiny, source, out, after=2)
    assert out.read_text() == "old\n"
    assert score_path(tiny, source, out, resume=True).statements == 5
    assert len(rows_of(out)) == 5


@pytest.mark.parametrize(
    ("suffix", "step"), [("jsonl", 7), pytest.param("parquet", 1, marks=pytest.mark.slow)]
)
def test_killed_at_any_line_it_resumes_to_the_same_bytes(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, suffix: str, step: int
) -> None:
    """Kill with SIGKILL before the first line of what writes, the second, and so on, and resume each time."""
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 4)
    source, whole, out = tmp_path / "in.jsonl", tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    write_rows(source, 6)
    with source.open("a") as file:
        file.write("not json\n")
    score_path(tiny, source, whole, min_probability=LEAST)

    resume = partial(score_path, tiny, source, out, min_probability=LEAST, resume=True)
    check_kills_at_lines(resume, out, whole, step)


def test_rows_behind_the_last_record_are_cut_off(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    parts = Parts(out, {"a": 1}, resume=False)
    parts.add(b"one\n", b"", Progress(inputs=1))
    with parts.rows.open("ab") as file:
        file.write(b"half a l")
    parts.close()
    parts = Parts(out, {"a": 1}, resume=True)
    assert parts.progress.inputs == 1
    parts.add(b"two\n", b"", Progress(inputs=2))
    parts.finish(None)
    assert out.read_bytes() == b"one\ntwo\n"


def test_a_full_disk_leaves_what_can_be_resumed(
    tiny: StanceClassifier, tmp_path: Path, small_disk: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 10)
    source, whole, out = tmp_path / "in.jsonl", tmp_path / "whole.jsonl", small_disk / "out.jsonl"
    write_rows(source, 60)
    score_path(tiny, source, whole, all_scores=True)
    out.write_text("old\n")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - whole.stat().st_size // 2))
    with pytest.raises(OutputError, match=r"out\.jsonl\.parts/.*: cannot be written: No space left on"):
        score_path(tiny, source, out, all_scores=True)
    assert out.read_text() == "old\n"
    filler.unlink()
    assert json.loads((parts_folder(out) / "progress.json").read_text())["inputs"] > 0
    score_path(tiny, source, out, all_scores=True, resume=True)
    assert out.read_bytes() == whole.read_bytes()
