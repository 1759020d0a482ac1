"""Training from config files: every shipped config, the same result twice, and after kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT, build_tiny_classifier

from stancekit import Codebook, StanceClassifier, Statement, read_statements
from stancekit.actors.finder import ActorFinder
from stancekit.errors import ConfigError, DataError
from stancekit_training.collate import Collator
from stancekit_training.config import load_config
from stancekit_training.examples import (
    UNKNOWN,
    TargetTable,
    mention_examples,
    statement_examples,
    topic_examples,
)
from stancekit_training.fit import average, train
from stancekit_training.order import LengthOrder
from stancekit_training.split import hold_out

CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
DEV = "[{path: seeds/articles/seed.jsonl}]"


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def small(backbone: Path, folder: Path, *more: str) -> list[str]:
    return [
        f"model.backbone=random:{backbone}", "model.layers=1", "model.freeze_layers=0", "model.heads=2",
        "model.head_size=16", "model.max_length=64", "training.batch_size=8", "training.precision=fp32",
        f"output.folder={folder}", *more,
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_every_shipped_config_trains(path: Path, tiny_backbone: Path, tmp_path: Path) -> None:
    raw = path.read_text(encoding="utf-8")
    climate = "{path: seeds/climate.jsonl, limit: 8, codebook: configs/codebooks/climate.yaml}"
    sources = f"[{{path: seeds/conflict/train, limit: 24}}, {climate}]"
    more = [f"data.train={sources}"] if "{corpora}" in raw else ["training.max_steps=3"]
    more += [f"data.dev={DEV}", "training.start_share=0"] if "{corpora}" in raw else []
    config = load_config(path, small(tiny_backbone, tmp_path / "out", "training.epochs=1", *more))
    folder = train(config)
    found = {p.name for p in folder.iterdir()}
    assert {
        "model.safetensors",
        "codebook.yaml",
        "calibration.json",
        "training.yaml",
        "README.md",
        "manifest.json",
    } <= found
    assert json.loads((folder / "manifest.json").read_text())["data"]
    scored = StanceClassifier.from_pretrained(folder).predict("Bring the troops home.", all_scores=True)
    assert scored.scores
    rows = [json.loads(x) for x in Path(f"{folder}.run/metrics.jsonl").read_text().splitlines()]
    assert any("eval_score" in r for r in rows)


def command(backbone: Path, folder: Path, *more: str) -> list[str]:
    sets = [x for s in small(backbone, folder, "training.save_steps=4", *more) for x in ("--set", s)]
    return [sys.executable, "-m", "stancekit_cli.main", "train", "configs/tiny.yaml", *sets]


def test_average_lies_between_the_two_networks() -> None:
    mine, other = build_tiny_classifier().network, build_tiny_classifier().network
    with torch.no_grad():
        for weight in other.parameters():
            weight.add_(1.0)
    before = {k: v.clone() for k, v in mine.state_dict().items()}
    average(mine, other, 0.25)
    name = "reader.query.weight"
    assert torch.allclose(mine.state_dict()[name], before[name] + 0.25, atol=1e-6)


def test_average_needs_a_checkpoint_to_start_from() -> None:
    with pytest.raises(ConfigError, match="start_share"):
        load_config("configs/tiny.yaml", ["training.start_share=0.5"])


@pytest.mark.slow
def test_kill_and_resume_gives_the_undisturbed_result(tiny_backbone: Path, tmp_path: Path) -> None:
    """Two runs agree to the bit, and so does one that is killed on its way and resumed."""
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    for name in ("one", "two"):
        subprocess.run(command(tiny_backbone, tmp_path / name), check=True, env=env, capture_output=True)
    weights = (tmp_path / "one/model.safetensors").read_bytes()
    assert (tmp_path / "two/model.safetensors").read_bytes() == weights

    killed = subprocess.Popen(
        command(tiny_backbone, tmp_path / "three"),
        env=env,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while not any((tmp_path / "three.run").glob("checkpoint-*/trainer_state.json")):
        time.sleep(0.02)
        assert killed.poll() is None, "the run ended before it could be killed"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "three/model.safetensors").exists()
    subprocess.run(
        [*command(tiny_backbone, tmp_path / "three"), "--resume"], check=True, env=env, capture_output=True
    )
    assert (tmp_path / "three/model.safetensors").read_bytes() == weights


def test_all_config_errors_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "data:\n  codebook: configs/codebooks/conflict.yaml\n  train: [{path: seeds/nowhere}]\n"
        "model: {backbone: minilm, layer: 3}\ntraining: {epochs: many, batch_size: 0}\noutput: {folder: x}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    text = str(caught.value)
    assert len(text.splitlines()) == 3
    assert "bad.yaml:4: model.layer: unknown key" in text
    assert "bad.yaml:5: training.epochs" in text and "training.batch_size" in text


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"data\.train\.0\.path: .*Conflict.* does not exist; set data\.corpora"
    ):
        load_config("configs/conflict.yaml", [f"data.corpora={tmp_path}"])


@pytest.mark.parametrize("item", ["training", "epochs=3", "training.epochs.x=1", "nowhere.7.x=1"])
def test_a_bad_override_is_named(item: str) -> None:
    with pytest.raises(ConfigError, match=item.split("=")[0].split(".")[0]):
        load_config("configs/tiny.yaml", [item])


def test_scientific_numbers_are_numbers() -> None:
    assert load_config("configs/tiny.yaml", ["training.learning_rate=1e-5"]).training.learning_rate == 1e-5


def test_order_is_a_permutation_that_seed_and_epoch_fix() -> None:
    lengths = list(np.random.default_rng(0).integers(5, 90, 1000))
    order = LengthOrder(lengths, 16, seed=3)
    first = list(order)
    assert sorted(first) == list(range(1000))
    assert first == list(LengthOrder(lengths, 16, seed=3))
    order.set_epoch(1)
    assert first != list(order)
    spread = [
        max(lengths[j] for j in first[i : i + 16]) - min(lengths[j] for j in first[i : i + 16])
        for i in range(0, 992, 16)
    ]
    assert np.mean(spread) < 20


def test_examples_label_every_target_of_a_statement(tiny: StanceClassifier) -> None:
    book, table = Codebook.default(), TargetTable()
    seed = read_statements("seeds/articles/seed.jsonl", book)
    statement = next(s for s in seed if any(x.target == "interference" for x in s.stances))
    row = statement_examples([statement], book, table, tiny.encoder)[0]
    found = dict(zip(row["names"], row["actors"], strict=True))
    assert (found["Israel"], found["Turkey"]) == (2, 2)
    charged = {(row["names"][a], table.targets[t].name) for a, t in row["charges"]}
    assert {("Israel", "interference"), ("Turkey", "interference")} <= charged
    batch = Collator(table, tiny.encoder, 0, vary=False)([row])
    assert batch["outcome_labels"].shape == (1, 12)
    assert int((batch["accusation_labels"] == 1).sum()) == len(row["charges"])
    assert not (batch["outcome_labels"] == UNKNOWN).any()


def test_targets_of_another_codebook_are_negatives(tiny: StanceClassifier) -> None:
    table = TargetTable()
    books = [Codebook.default(), Codebook.load("configs/codebooks/climate.yaml")]
    one = Statement(id="1", text="Close the coal mines.")
    rows = [statement_examples([one], b, table, tiny.encoder)[0] for b in books]
    rows += topic_examples(
        [{"text": "I like nuclear power.", "target": "nuclear", "label": "favor"}], table, tiny.encoder
    )
    labels = Collator(table, tiny.encoder, 0, vary=False)(rows)["outcome_labels"]
    assert (labels[:2] == 0).all()
    assert (labels[2] != UNKNOWN).sum() == 1 and labels[2].max() == 1


def test_mentions_take_the_direction_that_the_row_says(tiny: StanceClassifier) -> None:
    text = "Iran blamed Turkey."
    row = {"text": text, "target": "Turkey", "source": "Iran", "label": "against", "q_span": [12, 18]}
    found = mention_examples([row, {**row, "target": "Israel"}], tiny.encoder)
    assert len(found) == 1
    assert (found[0]["names"], found[0]["actors"], found[0]["open_actors"]) == (["Turkey"], [2], [0])


def test_hold_out_keeps_groups_together() -> None:
    statements = [Statement(id=str(i), text="x", group=f"g{i // 3}") for i in range(60)]
    train_part, dev = hold_out(statements, 0.2, seed=0)
    assert len(dev) == 12 and len(train_part) == 48
    assert not {s.group for s in train_part} & {s.group for s in dev}
    with pytest.raises(DataError, match="one article or group"):
        hold_out(statements[:3], 0.2, seed=0)


@pytest.mark.slow
def test_fit_learns_its_seeds_and_leaves_the_old_classifier_alone(tiny: StanceClassifier) -> None:
    texts = {"favor": "we support talks now", "against": "we do not want talks"}
    seeds = [
        Statement.model_validate(
            {"id": f"{p}{i}", "text": f"{t} {'now ' * (i % 4)}", "group": f"{p}{i}",
             "stances": [{"family": "outcome", "target": "negotiated_settlement", "position": p}]}
        )
        for i in range(24) for p, t in texts.items()
    ]  # fmt: skip
    before = tiny.predict("we support talks", all_scores=True)
    fitted = tiny.fit(
        seeds, epochs=40, patience=40, learning_rate=2e-3, head_learning_rate=5e-3, precision="fp32"
    )
    assert tiny.predict("we support talks", all_scores=True) == before
    for position, text in texts.items():
        found = {(s.target, s.position) for s in fitted.predict(text).stances if s.family == "outcome"}
        assert ("negotiated_settlement", position) in found
    assert isinstance(ActorFinder(fitted.codebook), ActorFinder)
    with pytest.raises(ConfigError, match="fit: epoch: unknown key"):
        tiny.fit(seeds, epoch=3)


@pytest.mark.slow
def test_trained_on_one_codebook_it_scores_another(tiny_backbone: Path, tmp_path: Path) -> None:
    """Nothing but the YAML changes: labels of climate in training, of migration in prediction."""
    path = ROOT / "configs/fewshot.yaml"
    folder = train(load_config(path, small(tiny_backbone, tmp_path / "out", "training.epochs=1")))
    clf = StanceClassifier.from_pretrained(folder, device="cpu")
    assert clf.codebook.name == "climate"
    migration = Codebook.load("configs/codebooks/migration.yaml")
    seeds = read_statements("seeds/migration.jsonl", migration)[:20]
    scored = list(clf.with_codebook(migration).predict_many(seeds, all_scores=True))
    assert [s.id for s in scored] == [s.id for s in seeds]
    for s in scored:
        assert {x.target for x in s.scores or () if x.family == "outcome"} == set(migration.outcomes)
        assert all(migration.label(x.family, x.target, x.position) == x.label for x in s.scores or ())
