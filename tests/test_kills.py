"""Killed with SIGKILL at random moments and resumed, a run gives what an undisturbed one gives, byte for byte."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from processes import Process
from runs import LEAST, digest, write_archive, write_rows

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.scoring.parts import errors_file, parts_folder
from stancekit.scoring.run import score_path
from stancekit.scoring.writers import read_result

pytestmark = pytest.mark.slow
KILLS = 100


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@pytest.mark.parametrize("kind", ["statements", "articles"])
def test_killed_at_random_moments(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, kind: str, suffix: str
) -> None:
    """A process is forked for each kill, which saves loading everything each time."""
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 8 if kind == "statements" else 3)
    source = tmp_path / "in.jsonl"
    if kind == "statements":
        write_rows(source, 100)
    else:
        source = write_archive(tmp_path / "in")
    whole, out = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    began = time.monotonic()
    score_path(tiny, source, whole, min_probability=LEAST)
    takes, moments = time.monotonic() - began, random.Random(f"{kind} {suffix}")

    def resumed() -> int:
        return 0 * score_path(tiny, source, out, min_probability=LEAST, resume=True).errors

    killed = whole_runs = 0
    while killed < KILLS // 4:
        run = Process(resumed, tmp_path)
        time.sleep(moments.random() * takes / 3)
        run.kill()
        code = run.wait().code
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        if code == 0:
            whole_runs += 1
            is_the_same(out, whole)
            out.unlink()
    assert Process(resumed, tmp_path).wait().code == 0
    is_the_same(out, whole)
    assert not parts_folder(out).exists()


def is_the_same(out: Path, whole: Path) -> None:
    ids = [s.id for s in read_result(out)]
    assert len(ids) == len(set(ids))
    assert digest(out) == digest(whole)
    assert errors_file(out).exists() == errors_file(whole).exists()
    if errors_file(whole).exists():
        assert digest(errors_file(out)) == digest(errors_file(whole))


def test_the_command_killed_and_run_again(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", 1500)
    whole, out, moments = tmp_path / "whole.parquet", tmp_path / "out.parquet", random.Random(0)
    assert command(tiny_checkpoint, whole).wait() == 0
    parts = parts_folder(out) / "progress.json"
    for least in (512, 1024):
        run = command(tiny_checkpoint, out, "--resume")
        wait_until(lambda least=least: inputs_done(parts) >= least)
        time.sleep(moments.random() * 0.2)
        run.kill()
        assert run.wait() == -signal.SIGKILL
    assert command(tiny_checkpoint, out, "--resume").wait() == 0
    is_the_same(out, whole)
    assert [s.id for s in read_result(out)] == [f"s{i}" for i in range(1500)]


def command(model: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    arguments = [
        "score",
        "in.jsonl",
        "--out",
        out.name,
        "--model",
        str(model),
        "--min-probability",
        "0.6",
        *more,
    ]
    return subprocess.Popen([sys.executable, "-m", "stancekit_cli.main", *arguments], cwd=out.parent)


def inputs_done(progress: Path) -> int:
    return int(json.loads(progress.read_text())["inputs"]) if progress.exists() else 0


def wait_until(true: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.002)
