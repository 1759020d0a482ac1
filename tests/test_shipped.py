"""The checkpoint that ships: what it must find, and floors that it must not fall under.

The floors stand a little under the figures of docs/measurements.md; they are raised with the model, not lowered.
"""

import json
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from stancekit import StanceClassifier, Statement, read_statements
from stancekit.checkpoint import default_folder
from stancekit_eval.evaluate import unlabelled
from stancekit_eval.metrics import micro_f1

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shipped() -> StanceClassifier:
    return StanceClassifier.from_pretrained(device="cpu")


def labels(statement: Statement) -> set[tuple[str, str | None]]:
    return {
        (s.label, s.actor if s.family == "accusation" else None)
        for s in statement.stances
        if s.family != "actor"
    }


def test_seed_article(shipped: StanceClassifier) -> None:
    found = shipped.predict_article(ROOT / "seeds/articles/seed.txt")
    said = {x for s in found if s.speaker == "Ali Akbar Velayati" for x in labels(s)}
    assert {
        ("support_withdrawal", None),
        ("oppose_military_action", None),
        ("support_negotiation", None),
        ("accuse_interference", "Israel"),
        ("accuse_interference", "Turkey"),
    } <= said
    for s in found:
        for stance in s.stances:
            assert stance.evidence is not None
            assert s.text[stance.evidence.start : stance.evidence.end] == stance.evidence.text


@pytest.mark.parametrize(
    ("name", "floors"),
    [
        ("conflict/dev/*.jsonl", {"outcome": 0.57, "actor": 0.59, "accusation": 0.50}),
        ("articles/dev.jsonl", {"outcome": 0.78, "actor": 0.71, "accusation": 0.54}),
        ("plain.jsonl", {"outcome": 0.85, "actor": 0.89, "accusation": 0.87}),
    ],
)
def test_floors_on_the_seeds(shipped: StanceClassifier, name: str, floors: dict[str, float]) -> None:
    gold = [s for f in sorted((ROOT / "seeds").glob(name)) for s in read_statements(f, shipped.codebook)]
    f1 = micro_f1(gold, shipped.predict_many(unlabelled(gold)))
    assert {k: round(f1[k], 3) for k, floor in floors.items() if f1[k] < floor} == {}


def test_floors_on_real_news(shipped: StanceClassifier) -> None:
    path = ROOT / "../shared/data/Conflict/dev.jsonl"
    if not path.exists():
        pytest.skip("the real statements are not here: they may not be passed on (docs/data.md)")
    gold = read_statements(path, shipped.codebook)
    f1 = micro_f1(gold, shipped.predict_many(unlabelled(gold)))
    floors = {"outcome": 0.60, "actor": 0.52, "accusation": 0.40}
    assert {k: round(f1[k], 3) for k, floor in floors.items() if f1[k] < floor} == {}


def test_manifest_and_size(shipped: StanceClassifier) -> None:
    folder = default_folder()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) >= {"model.safetensors", "config.json", "codebook.yaml", "calibration.json"}
    assert (folder / "model.safetensors").stat().st_size <= 75_000_000
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split(
        "\0"
    )
    if names == [""]:
        pytest.skip("not a git checkout, so what is tracked cannot be told")
    assert sum((ROOT / n).stat().st_size for n in names if n and Path(ROOT / n).exists()) < 100_000_000
