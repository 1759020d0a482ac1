"""A score depends on the statement and its own target alone: not on other targets, rows, order or padding."""

from __future__ import annotations

import multiprocessing
import random
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import score_in_turn

from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.decode import Decoder
from stancekit.records import Statement
from stancekit.scoring.writers import read_result
from stancekit.statements import scan_statements

ROOT = Path(__file__).parent.parent
TOLERANCE = 1e-5
SLOW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Scores = dict[tuple[str, str, str | None], float]


@cache
def statements() -> tuple[Statement, ...]:
    """Some seeds, short and long."""
    files = sorted((ROOT / "seeds" / "conflict" / "dev").glob("*.jsonl"))
    found = [s for f in files for _, s in scan_statements(f) if isinstance(s, Statement)]
    return tuple(s.model_copy(update={"stances": ()}) for s in random.Random(0).sample(found, 24))


def scores(statement: Statement) -> Scores:
    assert statement.scores is not None
    return {(s.family, s.target, s.actor): s.probability for s in statement.scores}


@pytest.fixture(scope="module")
def alone(tiny: StanceClassifier) -> dict[str, Scores]:
    """Scores of each statement, each in a batch of its own."""
    return {s.id: scores(x) for s in statements() for x in tiny.predict_many([s], all_scores=True)}


@SLOW
@given(data=st.data())
def test_other_rows_order_and_batch_size_change_no_score(
    tiny: StanceClassifier, alone: dict[str, Scores], data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(st.sampled_from(statements()), min_size=1, max_size=24, unique_by=lambda s: s.id)
    )
    size = data.draw(st.integers(1, 32))
    found = list(tiny.predict_many(rows, all_scores=True, batch_size=size))
    assert [s.id for s in found] == [s.id for s in rows]
    for statement in found:
        assert scores(statement) == pytest.approx(alone[statement.id], abs=TOLERANCE)


@SLOW
@given(data=st.data())
def test_other_targets_change_no_score(
    tiny: StanceClassifier, alone: dict[str, Scores], data: st.DataObject
) -> None:
    book = tiny.codebook
    outcomes = data.draw(st.lists(st.sampled_from(list(book.outcomes)), unique=True, min_size=1))
    charges = data.draw(st.lists(st.sampled_from(list(book.accusations)), unique=True))
    raw = book.model_dump(exclude_none=True)
    raw["outcomes"] = {name: raw["outcomes"][name] for name in outcomes}
    raw["accusations"] = {name: raw["accusations"][name] for name in charges}
    if data.draw(st.booleans()):
        raw.pop("actors")
    if data.draw(st.booleans()):
        labels = {"favor": "support_x", "against": "oppose_x"}
        raw["outcomes"]["x"] = {
            "definition": data.draw(st.text("abc xyz", min_size=1)) + "x",
            "labels": labels,
        }
    other = tiny.with_codebook(Codebook.model_validate(raw))
    rows = data.draw(
        st.lists(st.sampled_from(statements()), min_size=1, max_size=8, unique_by=lambda s: s.id)
    )
    for statement in other.predict_many(rows, all_scores=True):
        got = {k: p for k, p in scores(statement).items() if k[1] != "x"}
        # The family of actors has a vector of its own, that of its definition; without it actors differ.
        fair = {k for k in got if "actors" in raw or k[0] == "outcome"}
        before = alone[statement.id]
        assert {k: got[k] for k in fair} == pytest.approx({k: before[k] for k in fair}, abs=TOLERANCE)
        assert set(got) == {
            k for k in before if k[1] in (*outcomes, *charges) or (k[0] == "actor" and "actors" in raw)
        }


@SLOW
@given(data=st.data())
def test_other_actors_change_no_score(tiny: StanceClassifier, data: st.DataObject) -> None:
    statement = Statement(
        id="a", text="Iran and Turkey want Russia and Israel to talk to France.", speaker="Iran"
    )
    names = ["Iran", "Turkey", "Russia", "Israel", "France"]
    actors = [Actor(n, (Mention(TEXT, at, at + len(n)),)) for n in names for at in [statement.text.index(n)]]
    some = data.draw(st.permutations(actors).map(lambda x: x[: data.draw(st.integers(1, 5))]))
    whole, part = (with_actors(tiny, statement, found) for found in (actors, some))
    kept = {k: p for k, p in whole.items() if k[2] is None or k[2] in {a.name for a in some}}
    assert part == pytest.approx(kept, abs=TOLERANCE)


def with_actors(classifier: StanceClassifier, statement: Statement, actors: list[Actor]) -> Scores:
    row = classifier.encoder(statement, actors)
    decode = Decoder(classifier.codebook, classifier.calibration)
    return scores(decode(statement, row, classifier._score([row])[0], all_scores=True))


def test_padding_changes_no_score(tiny: StanceClassifier) -> None:
    statement = statements()[0]
    row = tiny.encoder(statement, tiny.finder.find(statement))
    batch = tiny.encoder.batch([row])
    pads = {"input_ids": int(tiny.encoder.tokenizer.pad_token_id)}
    wide = {
        k: v if k == "roles" else torch.nn.functional.pad(v, (0, 40), value=pads.get(k, 0))
        for k, v in batch.items()
    }
    with torch.inference_mode():
        one, other = tiny.network(batch, tiny.targets), tiny.network(wide, tiny.targets)
    for name in ("outcomes", "actors", "accusations"):
        assert torch.allclose(getattr(one, name), getattr(other, name), atol=TOLERANCE), name


def test_neither_chunks_nor_threads_change_a_result(
    tiny_checkpoint: Path, alone: dict[str, Scores], tmp_path: Path
) -> None:
    rows = [s.model_dump_json(include={"id", "text", "speaker", "context"}) for s in statements()]
    (tmp_path / "in.jsonl").write_text("\n".join(rows))
    # In a process of its own: forked ones would hang later, once this one has had two threads.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        given = (tiny_checkpoint, tmp_path / "in.jsonl", tmp_path, [512, 5], [1, 2])
        pool.apply(score_in_turn, given)
    for name in ("1-512", "1-5", "2-512", "2-5"):
        found = list(read_result(tmp_path / f"{name}.jsonl"))
        assert [s.id for s in found] == [s.id for s in statements()]
        for statement in found:
            assert scores(statement) == pytest.approx(alone[statement.id], abs=TOLERANCE), name


def test_the_tolerance_can_fail(tiny: StanceClassifier, alone: dict[str, Scores]) -> None:
    """Scores do differ between statements, and with a speaker or a context that changes."""
    statement = statements()[0]
    other = scores(
        next(tiny.predict_many([statement.model_copy(update={"speaker": "France"})], all_scores=True))
    )
    assert other != pytest.approx(alone[statement.id], abs=TOLERANCE)
