"""Runtimes: each gives what torch gives, to what it promises, and no score depends on the rest of its batch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import build_tiny_classifier
from hypothesis import given
from hypothesis import strategies as st
from processes import stancekit

from stancekit.classifier import StanceClassifier, batches
from stancekit.codebook import Codebook
from stancekit.errors import CheckpointError, ConfigError
from stancekit.records import Statement
from stancekit.runtimes.export import FILES, FOLDER, RECORD, export, exported
from stancekit.scoring.parts import Parts, recorded
from stancekit_eval.parity import measure

ONNX_TOLERANCE = 1e-4
TEXTS = [
    "Iran said Turkey must withdraw.", "Talks resume.", "We will never sit down with Israel, Turkey or Iran.",
    "The troops of Turkey are to withdraw from Iran before the talks, and Israel is to blame for all of this.",
]  # fmt: skip
STATEMENTS = [Statement(id=str(i), text=t, context=("They met.",) * (i % 3)) for i, t in enumerate(TEXTS * 3)]


@pytest.fixture(scope="module")
def folder(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny checkpoint with its graphs."""
    folder = tmp_path_factory.mktemp("exported") / "checkpoint"
    shutil.copytree(tiny_checkpoint, folder)
    card = StanceClassifier.from_pretrained(folder, device="cpu").card
    assert card
    assert export(card) == folder / FOLDER
    return folder


def probabilities(classifier: StanceClassifier, rows: list[Statement], size: int | None = None) -> np.ndarray:
    found = classifier.predict_many(rows, all_scores=True, batch_size=size)
    return np.array([s.probability for x in found for s in x.scores or ()])


@pytest.mark.parametrize(
    ("name", "tolerance"), [("onnx", ONNX_TOLERANCE), ("torch-bf16", 0.1), ("onnx-int8", 0.1)]
)
def test_a_runtime_gives_the_scores_of_torch(folder: Path, name: str, tolerance: float) -> None:
    wanted = probabilities(StanceClassifier.from_pretrained(folder, device="cpu"), STATEMENTS)
    other = StanceClassifier.from_pretrained(folder, device="cpu", runtime=name)
    assert other.runtime.name == name
    got = probabilities(other, STATEMENTS)
    assert np.abs(got - wanted).max() < tolerance
    assert np.ptp(wanted) > 0.2
    if name != "onnx":
        assert np.abs(got - wanted).max() > 0  # it is another arithmetic indeed


@pytest.mark.parametrize("name", ["onnx", "onnx-int8"])
def test_the_batch_changes_no_score(folder: Path, name: str) -> None:
    classifier = StanceClassifier.from_pretrained(folder, device="cpu", runtime=name)
    alone = np.concatenate([probabilities(classifier, [s]) for s in STATEMENTS])
    for size in (None, 1, 5):
        assert probabilities(classifier, STATEMENTS, size) == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("name", ["onnx", "onnx-int8"])
def test_a_graph_takes_any_codebook(folder: Path, name: str) -> None:
    outcomes = {
        f"x{i}": {"definition": f"Talks {i}.", "labels": {"favor": f"for_{i}", "against": f"against_{i}"}}
        for i in range(3)
    }
    book = Codebook.model_validate({"name": "small", "version": 1, "outcomes": outcomes})
    torch_ = StanceClassifier.from_pretrained(folder, device="cpu").with_codebook(book)
    other = StanceClassifier.from_pretrained(folder, device="cpu", runtime=name).with_codebook(book)
    assert other.runtime.name == name
    assert probabilities(other, STATEMENTS) == pytest.approx(probabilities(torch_, STATEMENTS), abs=0.1)


def test_graphs_of_other_weights_are_not_used(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "checkpoint"
    build_tiny_classifier(seed=1).save_pretrained(changed)
    shutil.copytree(folder / FOLDER, changed / FOLDER)
    classifier = StanceClassifier.from_pretrained(changed, device="cpu")
    assert classifier.card
    assert exported(classifier.card) is None
    again = StanceClassifier.from_pretrained(changed, device="cpu", runtime="onnx")  # exported anew
    assert probabilities(again, STATEMENTS) == pytest.approx(probabilities(classifier, STATEMENTS), abs=1e-4)


def test_graphs_made_in_an_older_way_are_not_used(folder: Path, tmp_path: Path) -> None:
    older = tmp_path / "checkpoint"
    shutil.copytree(folder, older)
    card = StanceClassifier.from_pretrained(older, device="cpu").card
    assert card
    assert exported(card) == older / FOLDER
    record = json.loads((older / FOLDER / RECORD).read_text())
    (older / FOLDER / RECORD).write_text(json.dumps(record | {"format": record["format"] - 1}))
    assert exported(card) is None


def test_a_damaged_graph_is_named(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "checkpoint"
    shutil.copytree(folder, broken)
    (broken / FOLDER / FILES["onnx"]).write_bytes(b"no graph")
    with pytest.raises(CheckpointError, match=r"model\.onnx: damaged"):
        StanceClassifier.from_pretrained(broken, device="cpu", runtime="onnx")


def test_an_unknown_runtime_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"tensorflow.*expected auto or one of torch"):
        StanceClassifier.from_pretrained(folder, runtime="tensorflow")


def test_a_graph_needs_a_saved_checkpoint() -> None:
    made = build_tiny_classifier()
    with pytest.raises(ConfigError, match="save_pretrained"):
        StanceClassifier(made.network, made.encoder, made.codebook, device="cpu", runtime="onnx")


def test_auto_takes_one_that_is_there(folder: Path) -> None:
    classifier = StanceClassifier.from_pretrained(folder, device="cpu", runtime="auto")
    assert classifier.runtime.name in ("torch", "torch-bf16", "onnx", "onnx-int8")
    assert len(probabilities(classifier, STATEMENTS)) > 0


def test_a_resumed_run_keeps_the_runtime_that_auto_took(tmp_path: Path) -> None:
    out = tmp_path / "o.jsonl"
    assert recorded(out, "runtime") is None
    Parts(out, {"runtime": "onnx-int8"}, resume=False).close()
    assert recorded(out, "runtime") == "onnx-int8"
    assert recorded(out, "no such setting") is None


def test_parity_is_measured(folder: Path) -> None:
    (found,) = measure(STATEMENTS, str(folder), ["onnx"])
    assert found.reported > 0
    assert (found.same, found.kept) == (1, 1)
    assert found.largest < ONNX_TOLERANCE


def test_export_and_score_on_the_command_line(tiny_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_checkpoint, tmp_path / "m")
    got = stancekit(["export", "--model", "m"], tmp_path)
    assert (got.code, got.err) == (0, "")
    assert "--runtime onnx-int8" in got.out
    assert json.loads((tmp_path / "m" / FOLDER / RECORD).read_text())["opset"]
    (tmp_path / "in.jsonl").write_text("".join(s.model_dump_json() + "\n" for s in STATEMENTS))
    for runtime in ("torch", "onnx"):
        given_ = ["score", "in.jsonl", "--out", f"{runtime}.jsonl", "--model", "m", "--runtime", runtime]
        assert stancekit(given_, tmp_path).code == 0
    one, two = (
        [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
        for name in ("torch", "onnx")
    )
    assert [r["id"] for r in one] == [r["id"] for r in two]
    assert [[s["label"] for s in r["stances"]] for r in one] == [
        [s["label"] for s in r["stances"]] for r in two
    ]


@given(st.lists(st.integers(1, 200), max_size=60), st.integers(1, 500), st.none() | st.integers(1, 9))
def test_batches_hold_all_once_within_their_budget(lengths: list[int], tokens: int, most: int | None) -> None:
    found = list(batches(lengths, tokens, most))
    assert sorted(i for part in found for i in part) == list(range(len(lengths)))
    for part in found:
        assert len(part) * max(lengths[i] for i in part) <= tokens or len(part) == 1
        assert most is None or len(part) <= most
