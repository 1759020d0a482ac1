"""Baselines on shipped seeds, and the entry that the command calls."""

from pathlib import Path

import pytest
from test_eval_matching import BOOK, actor, outcome, statement, write

from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.classifier import StanceClassifier
from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Statement
from stancekit_eval.baselines import MajorityBaseline, baselines
from stancekit_eval.evaluate import measure_baselines, run, unlabelled
from stancekit_eval.metrics import micro_f1
from stancekit_eval.tfidf import TfidfBaseline, marked_text
from stancekit_eval.training_rows import default_rows, read_rows, without_overlap

ROOT = Path(__file__).parents[1]
CONFLICT = ROOT / "seeds" / "conflict"


def test_majority_says_the_most_frequent_stance_of_each_family() -> None:
    train = [
        statement(0, outcome("ceasefire"), outcome("ceasefire", actor="France")),
        statement(1, outcome("withdrawal"), actor("Israel")),
        statement(2, outcome("withdrawal")),
        statement(3),
    ]
    majority = MajorityBaseline.fit(train, BOOK)
    (said,) = majority.predict_many([statement(9)], all_scores=True)
    assert [(s.label, s.actor, s.probability) for s in said.stances] == [
        ("support_withdrawal", None, 0.5),
        ("disapprove", "Israel", 0.25),
    ]
    assert said.scores == said.stances
    (nothing,) = MajorityBaseline().predict_many([statement(9)])
    assert (nothing.stances, nothing.scores) == ((), None)


def test_mentions_are_marked() -> None:
    text = "Ankara said the rebels and Damascus must go."
    row = statement(0, speaker="Ankara").model_copy(update={"text": text})
    turkey = Actor("Turkey", (Mention(TEXT, 0, 6), Mention(0, 7, 11)))
    syria = Actor("Syria", (Mention(TEXT, 27, 35),))
    assert marked_text(row, [turkey, syria], syria) == "ACTORX".join(
        ["OTHERX said the rebels and ", " must go."]
    )
    assert marked_text(row, [turkey, syria], turkey) == "SPEAKERX ACTORX said the rebels and OTHERX must go."


def rows(pattern: str) -> list[Statement]:
    return [s for file in sorted(CONFLICT.glob(pattern)) for s in read_rows(file, BOOK)]


@pytest.mark.slow
def test_tfidf_learns_from_seeds_what_majority_does_not() -> None:
    train, dev = rows("train/[ch]*.jsonl"), rows("dev/[ehi]*.jsonl")
    found = {
        b.name: {r.view: r for r in b.by_family} for b in measure_baselines(dev, train, BOOK, resamples=20)
    }
    assert list(found) == ["no stance", "most frequent", "TF-IDF + logistic"]
    assert all(r.predicted == 0 for r in found["no stance"].values())
    for view in ("outcome", "actor", "charge"):
        assert found["TF-IDF + logistic"][view].f1.value > 2 * found["most frequent"][view].f1.value
    assert found["TF-IDF + logistic"]["outcome"].f1.value > 0.15


@pytest.mark.slow
def test_tfidf_fits_what_it_saw_and_says_the_same_twice() -> None:
    train = rows("train/caucasus.jsonl")[:120]
    one, again = (TfidfBaseline(BOOK).fit(train) for _ in range(2))
    assert one.thresholds == again.thresholds
    said = list(one.predict_many(unlabelled(train), all_scores=True))
    assert said == list(again.predict_many(unlabelled(train), all_scores=True))
    assert micro_f1(train, said)["outcome"] > 0.6
    for row in said:
        assert row.scores is not None
        assert len([s for s in row.scores if s.family == "outcome"]) == len(BOOK.outcomes)
        given = [s for s in row.scores if s.probability >= one.thresholds[s.family]]
        assert list(row.stances) == given


def test_a_codebook_of_outcomes_alone_has_a_baseline_too() -> None:
    book = Codebook(name="small", version=1, outcomes={"ceasefire": BOOK.outcomes["ceasefire"]})
    train = [statement(i, *([outcome("ceasefire")] if i % 2 else [])) for i in range(8)]
    for _, method in baselines(train, book):
        assert all(s.family == "outcome" for row in method.predict_many(train) for s in row.stances)


def test_bad_baseline_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no statement to fit"):
        baselines([], BOOK)
    with pytest.raises(DataError, match="not fitted"):
        next(TfidfBaseline(BOOK).predict_many([statement(0)]))
    with pytest.raises(DataError, match=r"no \*.jsonl below"):
        read_rows(tmp_path, BOOK)


def test_training_rows_leave_out_what_is_tested() -> None:
    train = rows("train/caucasus.jsonl")
    kept = without_overlap(train, train[:10])
    assert {s.text for s in kept}.isdisjoint(s.text for s in train[:10])
    assert len(kept) >= len(train) - 12
    assert default_rows(BOOK) == CONFLICT / "train"
    assert default_rows(BOOK.model_copy(update={"name": "unheard of"})) is None


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint with random weights."""
    from stancekit_training.backbone import start
    from stancekit_training.config import ModelSection

    network, encoder = start(ModelSection(backbone="random:" + minilm(), layers=1))
    StanceClassifier(network, encoder, BOOK, device="cpu").save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def minilm() -> str:
    from stancekit_training.backbone import minilm_folder

    return str(minilm_folder())


@pytest.mark.slow
def test_run_evaluates_a_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "dev.jsonl", rows("dev/horn*.jsonl")[:40])
    train = write(tmp_path / "train.jsonl", rows("train/caucasus.jsonl")[:60])
    found = run(data, checkpoint, train=train, resamples=20)
    assert found.statements == 40
    assert set(found.calibration) == {"outcome", "actor", "accusation"}
    assert found.calibration["outcome"].considered.count == 40 * len(BOOK.outcomes)
    assert [b.name for b in found.baselines] == ["no stance", "most frequent", "TF-IDF + logistic"]
    assert run(data, checkpoint, with_baselines=False, resamples=20).baselines == []


def test_bad_data_is_told_before_a_model_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "dev.jsonl"
    file.write_text('{"id": "1", "text": 7}\n')
    with pytest.raises(DataError, match=r"dev.jsonl:1: text"):
        run(file, tmp_path / "no such model")
