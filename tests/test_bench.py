"""The measure of cost runs with a real network, and its figures are of the run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stancekit.classifier import StanceClassifier
from stancekit_eval.bench import folder, rates, sizes

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_bench_prints_and_writes_its_figures(tiny_checkpoint: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, model)
    out = tmp_path / "bench.json"
    small = ["--statements", "4", "--few", "1", "--rounds", "1", "--runtimes", "torch", "onnx-int8"]
    command = [sys.executable, "-m", "stancekit_eval.bench", "--model", str(model), "--out", str(out), *small]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(out.read_text())
    assert json.loads(done.stdout) == figures
    assert 0.2 < figures["targets_80_over_1"] < 20
    assert figures["zero_shot_over_stancekit_40"] > 1
    assert figures["int8_over_fp32"] > 0
    assert 0 < figures["model_share_end_to_end"] < 1
    assert sum(figures["profile"]["torch"].values()) == pytest.approx(1, abs=0.01)
    changes = [f"model.backbone=checkpoint:{model}", "model.freeze_layers=0", "data.hold_out=0.2"]
    command = [sys.executable, "-m", "stancekit_training.bench", "--steps", "2", "--out", str(out)]
    subprocess.run(
        [*command, *(x for c in changes for x in ("--set", c))], cwd=ROOT, capture_output=True, check=True
    )
    assert json.loads(out.read_text()).items() >= figures.items()
    assert json.loads(out.read_text())["training_over_bare_trainer"] > 0


def test_a_folder_is_measured_as_it_is_scored(tiny: StanceClassifier, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Iran said Turkey must withdraw. Talks resume.\n")
    before = tiny.runtime
    found = folder.end_to_end(tiny, tmp_path, copies=2)
    assert tiny.runtime is before
    assert found["articles_per_second"] > 0
    assert found["statements_per_second"] == pytest.approx(2 * found["articles_per_second"], rel=0.1)


def test_lengths_are_those_asked_for(tiny: StanceClassifier) -> None:
    for length in (32, 64):
        batches = rates._batches(tiny, length)
        assert sum(len(b["input_ids"]) for b in batches) == rates.ROWS
        assert all(b["input_ids"].shape[1] == length for b in batches)


def test_a_codebook_of_any_size(tiny: StanceClassifier) -> None:
    book = sizes.codebook_of(80, tiny.codebook)
    assert len(book.outcomes) == 80
    assert len({o.definition for o in book.outcomes.values()}) == 80
