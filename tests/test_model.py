"""Encoding, packing and the checkpoint folder."""

import json
from pathlib import Path

import pytest
import torch

from stancekit import Codebook, StanceClassifier, Statement
from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.encode import IN_TEXT, IS_SPEAKER
from stancekit.errors import CheckpointError
from stancekit.packing import pack, unpack

STATEMENT = Statement(
    id="1",
    text="We ask Turkey to withdraw its troops, he said.",
    context=("Iran held talks on Monday.", "Turkey was absent."),
    speaker="Iran",
)
ACTORS = [
    Actor("Iran", (Mention(0, 0, 4),)),
    Actor("Turkey", (Mention(TEXT, 7, 13), Mention(1, 0, 6))),
]


def test_encode_marks_the_tokens_of_each_mention(tiny: StanceClassifier) -> None:
    row = tiny.encoder(STATEMENT, ACTORS)
    assert row.actors == ["Iran", "Turkey"]
    assert row.roles == [IS_SPEAKER, IN_TEXT]
    words = tiny.encoder.tokenizer.convert_ids_to_tokens(row.ids)
    assert [words[i] for i in row.mentions[0]] == ["iran"]
    assert [words[i] for i in row.mentions[1]] == ["turkey", "turkey"]
    assert words[row.text_start] == "we"
    start, end = row.spans[row.mentions[1][1] - row.text_start]
    assert STATEMENT.text[start:end] == "Turkey"


def test_a_long_context_is_cut_from_the_left_and_its_actors_with_it(tiny: StanceClassifier) -> None:
    long = STATEMENT.model_copy(update={"context": ("Iran held talks. " * 80, "Turkey was absent.")})
    row = tiny.encoder(long, ACTORS)
    assert len(row.ids) == tiny.encoder.max_length
    assert row.actors == ["Turkey"]
    assert row.spans == tiny.encoder(STATEMENT, ACTORS).spans


def test_a_long_statement_is_cut_from_the_right(tiny: StanceClassifier) -> None:
    row = tiny.encoder(STATEMENT.model_copy(update={"text": STATEMENT.text * 60}), ACTORS)
    assert len(row.ids) == tiny.encoder.max_length
    assert row.spans[:13] == tiny.encoder(STATEMENT, ACTORS).spans[:13]


@pytest.mark.parametrize(
    ("packing", "tolerance"), [("float32", 0), ("float16", 1e-3), ("int8", 0.01), ("mixed", 0.12)]
)
def test_packing_keeps_weights_within_its_step(packing: str, tolerance: float) -> None:
    torch.manual_seed(0)
    state = {
        "backbone.encoder.layer.0.intermediate.dense.weight": torch.randn(128, 64),
        "backbone.encoder.layer.0.attention.self.query.weight": torch.randn(64, 64),
        "head.bias": torch.randn(64),
        "n": torch.arange(3),
    }
    stored = pack(state, packing)  # type: ignore[arg-type]
    back = unpack(stored)
    assert back.keys() == state.keys()
    for name, weight in state.items():
        error = (back[name].double() - weight).abs().max() / weight.abs().max()
        assert float(error) <= tolerance
    if packing == "mixed":
        packed = stored["backbone.encoder.layer.0.intermediate.dense.weight.int4"]
        assert packed.numel() == 128 * 64 // 2


def test_checkpoint_round_trip_gives_the_same_scores(tiny: StanceClassifier, tmp_path: Path) -> None:
    tiny.save_pretrained(tmp_path / "copy")
    again = StanceClassifier.from_pretrained(tmp_path / "copy", device="cpu")
    one = tiny.predict(STATEMENT.text, speaker="Iran", all_scores=True)
    two = again.predict(STATEMENT.text, speaker="Iran", all_scores=True)
    assert one.scores and two.scores
    # fp16 on disk: the second saving changes nothing more.
    assert [s.probability for s in one.scores] == pytest.approx([s.probability for s in two.scores], abs=2e-3)
    files = json.loads((tmp_path / "copy/manifest.json").read_text())["files"]
    assert {"config.json", "model.safetensors", "codebook.yaml", "calibration.json"} <= files.keys()


@pytest.mark.parametrize(
    ("name", "damage", "expected"),
    [
        ("model.safetensors", lambda b: b[:100], "model.safetensors: damaged"),
        ("config.json", lambda b: b"{", "config.json: not valid JSON"),
        ("config.json", lambda b: b.replace(b'"format": 1', b'"format": 9'), "expected 1"),
        ("codebook.yaml", lambda b: b.replace(b"withdrawal", b"retreat"), "not the codebook"),
        ("calibration.json", lambda b: b.replace(b'"threshold": 0.5', b'"threshold": 7'), "wrong field"),
        ("tokenizer.json", lambda b: b[:50], "tokenizer.json: damaged"),
    ],
)
def test_a_damaged_checkpoint_is_named(
    tiny_checkpoint: Path, tmp_path: Path, name: str, damage: object, expected: str
) -> None:
    for file in tiny_checkpoint.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))  # type: ignore[operator]
    with pytest.raises(CheckpointError, match=expected.replace(".", r"\.")):
        StanceClassifier.from_pretrained(tmp_path)


def test_no_such_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        StanceClassifier.from_pretrained(tmp_path / "nowhere")


def test_another_codebook_is_scored_from_its_definitions(tiny: StanceClassifier) -> None:
    climate = Codebook.load(Path(__file__).parent.parent / "configs/codebooks/climate.yaml")
    scored = tiny.with_codebook(climate).predict("Close the coal mines, Turkey.", all_scores=True)
    assert scored.scores
    assert {s.target for s in scored.scores if s.family == "outcome"} == set(climate.outcomes)
    assert {s.target for s in scored.scores if s.family == "accusation"} == set(climate.accusations)
