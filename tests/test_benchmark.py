"""Public sets: their figures against values worked out by hand, and whole runs on small sets written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, build_tiny_classifier
from processes import Finished, stancekit

from stancekit.codebook import Codebook
from stancekit.errors import CodebookError, ConfigError, DataError
from stancekit_eval.benchmark_rows import (
    PAIR_CLASSES,
    QUADS,
    EventRow,
    MentionRow,
    PairRow,
    TopicRow,
    read_benchmark,
)
from stancekit_eval.benchmarks import (
    event_figures,
    f_avg,
    macro_f1,
    mention_figures,
    pair_figures,
    seen_figures,
    topic_figures,
)
from stancekit_training.benchmark.config import load_benchmark
from stancekit_training.benchmark.decide import choose_offsets
from stancekit_training.benchmark.parts import hold_out, read_parts
from stancekit_training.benchmark.questions import ask_event, ask_mention, ask_pair, ask_topic, join
from stancekit_training.benchmark.sets import SETS
from stancekit_training.collate import Collator
from stancekit_training.examples import UNKNOWN, TargetTable
from stancekit_training.objective import Objective, choice

Record = dict[str, Any]
SHARED = ROOT.parent / "shared" / "data"
SIDES = ("favor", "against", "none")
WORDS = {"favor": "praised", "against": "blamed", "none": "met"}
ACTS = {
    "agree": "promised to visit", "consult": "held talks with", "support": "backed", "aid": "fed",
    "cooperate": "trained beside", "yield": "freed", "accuse": "sued", "reject": "turned down", "request": "begged",
    "threaten": "warned", "assault": "shelled", "coerce": "jailed", "mobilize": "massed tanks near",
    "protest": "marched against", "sanction": "cut the grant of",
}  # fmt: skip


def plv(n: int) -> list[Record]:
    rows = []
    for i in range(n):
        root = list(QUADS)[i % len(QUADS)]
        text = f"The mayor of Port {i} {ACTS[root]} the guild of bakers."
        rows.append({"id": f"e{i}", "text": text, "source": f"The mayor of Port {i}", "target": "the guild of bakers",
                     "root": root.upper(), "quad": QUADS[root]})  # fmt: skip
    return rows


def newsmtsc(n: int) -> list[Record]:
    rows = []
    for i in range(n):
        text = f"On day {i // 2} the paper {WORDS[SIDES[i % 3]]} Ms Oak and Mr Elm."
        name = ("Ms Oak", "Mr Elm")[i % 2]
        start = text.index(name)
        rows.append({"id": f"m{i}", "text": text, "target": name, "label": SIDES[i % 3], "start": start,
                     "end": start + len(name)})  # fmt: skip
    return rows


def directed(n: int) -> list[Record]:
    rows = []
    for i in range(n):
        k = i % 5
        verb = WORDS[PAIR_CLASSES[k].split()[0]]
        text = f"In week {i} Norland {verb} Sudland." if "q->p" not in PAIR_CLASSES[k] else (
            f"In week {i} Norland was {verb} by Sudland.")  # fmt: skip
        p, q = text.index("Norland"), text.index("Sudland")
        source, target = ("Sudland", "Norland") if "q->p" in PAIR_CLASSES[k] else ("Norland", "Sudland")
        rows.append({"id": f"d{i}", "text": text, "source": source, "target": target, "orig_class": k,
                     "label": PAIR_CLASSES[k].split()[0], "p_span": [p, p + 7], "q_span": [q, q + 7]})  # fmt: skip
    return rows


def semeval(n: int) -> list[Record]:
    return [
        {"id": f"s{i}", "text": f"Tram {i}: today we {WORDS[SIDES[i % 3]]} it #town",
         "target": ("Night Trams", "Toll Roads")[i % 2], "label": SIDES[i % 3]}
        for i in range(n)
    ]  # fmt: skip


def vast(n: int) -> list[Record]:
    return [
        {"id": f"v{i}", "text": f"Comment {i // 3}: the council may think again.",
         "target": f"topic {i % 7}", "label": SIDES[i % 3], "seen": i % 2}
        for i in range(n)
    ]  # fmt: skip


MADE = {"plv": plv, "newsmtsc": newsmtsc, "directed": directed, "semeval": semeval, "vast": vast}
KEYS = {
    "plv": {"root_macro_f1", "penta_macro_f1", "root_accuracy"},
    "newsmtsc": {"macro_f1", "a_rec"},
    "directed": {"macro_f1_clean", "macro_f1", "macro_f1_three", "rows_clean"},
    "semeval": {"f_avg", "f_avg_by_target"},
    "vast": {"macro_f1_zero_shot", "macro_f1_few_shot", "macro_f1"},
}


def write(path: Path, rows: list[Record]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def bench(name: str, data: Path, backbone: Path, out: Path, *more: object) -> Finished:
    sets = ("model.heads=2", "model.head_size=16", "model.freeze_layers=0", "training.precision=fp32",
            "training.epochs=1", "training.batch_size=8")  # fmt: skip
    changes = [x for s in sets for x in ("--set", s)]
    arguments = ["benchmark", name, "--data", data, "--backbone", f"random:{backbone}", "--json", *changes]
    return stancekit([*arguments, *more], out, cwd=ROOT)


# --- whole runs


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_a_set_runs_from_folder_to_figures(name: str, tiny_backbone: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "train.jsonl", MADE[name](60)).parent
    write(data / "dev.jsonl", MADE[name](24))
    test = write(tmp_path / "held" / "out.jsonl", MADE[name](31))
    out = tmp_path / "predictions.jsonl"
    got = bench(name, data, tiny_backbone, tmp_path, "--test", test, "--predictions", out)
    assert got.code == 0, got.err
    lines = got.out.splitlines()
    found = json.loads(lines[-1])
    assert KEYS[name] <= set(found)
    assert all(0 <= found[k] <= 1 for k in KEYS[name] - {"rows_clean", "f_avg_by_target"})
    assert (found["benchmark"], found["rows_test"], found["seed"], found["test"]) == (name, 31, 0, str(test))
    learnt, chosen_on = {"semeval": (77, 7), "plv": (60, 0)}.get(name, (60, 24))
    assert (found["rows_train"], found["rows_dev"]) == (learnt, chosen_on)
    assert found["seconds_train"] > 0 and found["seconds_test"] >= 0
    assert lines[0].endswith(name) and any(x.startswith("tested on") and x.endswith(str(test)) for x in lines)
    rows = [json.loads(x) for x in out.read_text().splitlines()]
    assert [r["id"] for r in rows] == [r["id"] for r in MADE[name](31)]
    assert {r["predicted"] for r in rows} <= set(SETS[name].classes)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_predictions(tiny_backbone: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "train.jsonl", plv(45)).parent
    said = []
    for run in ("one", "two"):
        out = tmp_path / f"{run}.jsonl"
        got = bench("plv", data, tiny_backbone, tmp_path, "--predictions", out)
        assert got.code == 0, got.err
        found = json.loads(got.out.splitlines()[-1])
        assert found["test"] == f"a fifth of {data / 'train.jsonl'}, held out with seed 0"
        assert (found["rows_train"], found["rows_test"]) == (36, 9)
        said.append((out.read_bytes(), found["root_macro_f1"]))
    assert said[0] == said[1]


@pytest.mark.slow
def test_codes_are_learnt(tiny_backbone: Path, tmp_path: Path) -> None:
    """The softmax over the codes teaches: a tiny encoder of random weights tells five acts apart."""
    rows = [r for r in plv(300) if r["root"] in {"AID", "ACCUSE", "AGREE", "ASSAULT", "PROTEST"}]
    data = write(tmp_path / "set" / "train.jsonl", rows).parent
    more = ("training.epochs=12", "training.learning_rate=2e-3", "training.head_learning_rate=2e-3",
            "model.dropout=0", "model.backbone_dropout=0")  # fmt: skip
    got = bench("plv", data, tiny_backbone, tmp_path, *(x for s in more for x in ("--set", s)))
    assert got.code == 0, got.err
    assert json.loads(got.out.splitlines()[-1])["root_accuracy"] > 0.9


# --- figures by hand


def test_macro_f1_and_f_avg_by_hand() -> None:
    gold = ["favor", "favor", "against", "none"]
    said = ["favor", "against", "against", "favor"]
    # favor: 1 hit, 2 gold, 2 said: 1/2. against: 1 hit, 1 gold, 2 said: 2/3. none: 0.
    assert macro_f1(gold, said) == pytest.approx((1 / 2 + 2 / 3) / 3)
    assert f_avg(gold, said) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert macro_f1([], []) is None and f_avg([], []) is None


def test_mention_figures_by_hand() -> None:
    rows = [MentionRow(id=str(i), text="x", target="x", label=SIDES[k]) for i, k in enumerate((0, 0, 1, 2))]
    found = mention_figures(rows, ["favor", "against", "against", "favor"])
    assert found["a_rec"] == pytest.approx((1 / 2 + 1 + 0) / 3)


def test_event_figures_by_hand() -> None:
    rows = [EventRow(**r) for r in plv(15) if r["root"] in {"AGREE", "CONSULT", "AID"}]
    found = event_figures(rows, ["consult", "consult", "aid"])  # gold agree, consult, aid
    assert found["root_macro_f1"] == pytest.approx((0 + 2 / 3 + 1) / 3)
    assert found["root_accuracy"] == pytest.approx(2 / 3)
    assert found["penta_macro_f1"] == 1  # agree and consult are of one quad
    odd = [rows[0].model_copy(update={"quad": 2}), *rows[1:]]  # the row's own quad counts, not its root's
    assert event_figures(odd, ["agree", "consult", "aid"])["penta_macro_f1"] == pytest.approx(2 / 3)


def test_copies_of_training_rows_are_left_out_of_the_clean_figure() -> None:
    rows = [PairRow(**r) for r in directed(4)]  # none, favor p->q, favor q->p, against p->q
    rows[3] = rows[3].model_copy(update={"dup_in_train": True})
    said = ["none", "favor q->p", "favor q->p", "none"]
    found = pair_figures(rows, said)
    # clean: none 1, favor p->q 0, favor q->p 2/3
    assert found["macro_f1_clean"] == pytest.approx((1 + 0 + 2 / 3) / 3)
    # all: none 2/3, favor p->q 0, favor q->p 2/3, against p->q 0
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0 + 2 / 3 + 0) / 4)
    assert found["macro_f1_three_clean"] == 1
    assert found["macro_f1_three"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert found["rows_clean"] == 3
    rows[0] = rows[0].model_copy(update={"dup_in_dev": True})
    assert pair_figures(rows, said)["rows_clean"] == 2


def test_topic_figures_by_hand() -> None:
    rows = [TopicRow(**r) for r in semeval(4)]  # trams favor, roads against, trams none, roads favor
    found = topic_figures(rows, ["favor", "against", "favor", "against"])
    # pooled: favor 1 hit, 2 gold, 2 said; against 1 hit, 1 gold, 2 said
    assert found["f_avg"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found["f_avg_by_target"] == pytest.approx(
        {"Night Trams": (2 / 3 + 0) / 2, "Toll Roads": (0 + 2 / 3) / 2}
    )


def test_seen_figures_by_hand() -> None:
    rows = [TopicRow(**r) for r in vast(4)]  # seen 0, 1, 0, 1; favor, against, none, favor
    found = seen_figures(rows, ["favor", "against", "favor", "favor"])
    assert found["macro_f1_zero_shot"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["macro_f1_few_shot"] == 1
    assert found["macro_f1"] == pytest.approx((4 / 5 + 1 + 0) / 3)
    assert seen_figures([r for r in rows if r.seen], ["against", "favor"])["macro_f1_zero_shot"] is None


# --- questions


def test_a_statement_is_encoded_once_for_all_that_is_asked_of_it() -> None:
    made = build_tiny_classifier()
    table = TargetTable()
    table.add_book(made.codebook)
    asked = join([q for r in vast(9) for q in ask_topic(TopicRow(**r))], table, made.encoder)
    assert (len(asked.examples), len(asked.places)) == (3, 9)
    assert [len(e["outcomes"]) for e in asked.examples] == [3, 3, 3]
    batch = Collator(table, made.encoder, 0, vary=False)(asked.examples)
    assert set(batch["families"].tolist()) == {0}  # no actor, so no definition of one to pad the topics to
    assert float(Objective(made.network)(**batch)["loss"].detach()) > 0
    both = "The paper praised Ms Oak and Mr Elm."
    rows = [MentionRow(id=n, text=both, target=n, label="favor") for n in ("Ms Oak", "Mr Elm", "Ms Oak")]
    asked = join([q for r in rows for q in ask_mention(r)], table, made.encoder)
    assert len(asked.examples) == 1 and asked.examples[0]["names"] == ["Ms Oak", "Mr Elm"]
    assert [p.slot for p in asked.places] == [0, 1, 0]


def test_who_is_not_found_or_was_cut_off_is_still_asked_about() -> None:
    made = build_tiny_classifier()
    table = TargetTable()
    table.add_book(made.codebook)
    long = "word " * 400 + "Oak"
    rows = [MentionRow(id="a", text="He left.", target="Oak", label="none"),
            MentionRow(id="b", text=long, target="Oak", label="none", start=2000, end=2003)]  # fmt: skip
    asked = join([q for r in rows for q in ask_mention(r)], table, made.encoder)
    assert [e["actors"] for e in asked.examples] == [[0], [0]]
    assert all(len(e["mentions"][0]) == len(e["spans"]) for e in asked.examples)


def test_a_pair_is_asked_both_ways() -> None:
    row = PairRow(**directed(3)[2])  # favor q->p
    assert row.names == ("Norland", "Sudland")
    first, second = ask_pair(row)
    assert (first.statement.speaker, first.actor and first.actor.name, first.label) == (
        "Norland",
        "Sudland",
        "none",
    )
    assert (second.statement.speaker, second.actor and second.actor.name, second.label) == (
        "Sudland", "Norland", "favor",
    )  # fmt: skip


def test_two_answers_make_five_classes() -> None:
    one, other = np.log([0.2, 0.7, 0.1]), np.log([0.9, 0.05, 0.05])
    # none .2*.9, favor p->q .7*.9, favor q->p .2*.05, against p->q .1*.9, against q->p .2*.05
    joint = np.array([0.18, 0.63, 0.01, 0.09, 0.01])
    assert np.exp(SETS["directed"].combine([one, other])) == pytest.approx(joint / joint.sum())


def test_just_one_code_fits() -> None:
    """The loss of a choice is the cross entropy over the codes, and nothing else is labelled."""
    import torch

    book = Codebook.load(ROOT / "configs/benchmarks/plover.yaml")
    assert tuple(book.accusations) == SETS["plv"].classes
    made = build_tiny_classifier(book)
    table = TargetTable()
    table.add_book(book)
    asked = join([q for r in plv(4) for q in ask_event(EventRow(**r))], table, made.encoder)
    batch = Collator(table, made.encoder, 0, vary=False)(asked.examples)
    assert batch["choice_labels"].tolist() == [0, 1, 2, 3]
    for name in ("outcome_labels", "actor_labels", "accusation_labels", "charge_labels"):
        assert (batch[name] == UNKNOWN).all()
    objective = Objective(made.network).eval()
    with torch.no_grad():
        scores = choice(objective.logits(batch)).log_softmax(-1)
        loss = objective(**batch)["loss"]
    assert scores.shape == (4, 15)
    assert float(loss) == pytest.approx(-float(scores.diagonal().mean()), rel=1e-5)


def test_offsets_help_a_rare_class_and_stay_where_nothing_is_gained() -> None:
    gold = np.array([0] * 6 + [1] * 3)
    scores = np.log(np.array([[0.8, 0.2]] * 6 + [[0.55, 0.45]] * 3))

    def right(said: Any) -> float:
        return float((said == gold).mean())

    offsets = choose_offsets(scores, right)
    assert right((scores + offsets).argmax(1)) == 1
    assert not choose_offsets(np.log(np.array([[0.9, 0.1], [0.1, 0.9]])), lambda said: 0.5).any()


# --- which rows serve for what


def settings(name: str, *overrides: str) -> Any:
    return load_benchmark(name, ROOT / f"configs/benchmarks/{name}.yaml", list(overrides))[0]


def test_the_test_is_the_file_named_then_test_then_dev_then_a_fifth(tmp_path: Path) -> None:
    of, config = SETS["newsmtsc"], settings("newsmtsc")
    data = write(tmp_path / "set" / "train.jsonl", newsmtsc(100)).parent
    parts = read_parts(of, config, data, None)
    assert (len(parts.test), parts.test_name[:10]) == (20, "a fifth of") and parts.dev_name[:3] == "10%"
    texts = [{r.text for r in rows} for rows in (parts.train, parts.dev, parts.test)]
    assert not (texts[0] & texts[1] or texts[0] & texts[2] or texts[1] & texts[2])
    write(data / "dev.jsonl", newsmtsc(10))
    parts = read_parts(of, config, data, None)
    assert (parts.test_name, len(parts.test), len(parts.dev)) == (str(data / "dev.jsonl"), 10, 10)
    write(data / "test.jsonl", newsmtsc(12))
    parts = read_parts(of, config, data, None)
    assert (parts.test_name, parts.dev_name) == (str(data / "test.jsonl"), str(data / "dev.jsonl"))
    assert len(parts.train) == 100
    named = write(tmp_path / "other.jsonl", newsmtsc(8))
    assert read_parts(of, config, data, named).test_name == str(named)


def test_the_test_is_never_learnt_from(tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "train.jsonl", semeval(50)).parent
    write(data / "dev.jsonl", semeval(10))
    parts = read_parts(SETS["semeval"], settings("semeval"), data, None)
    assert parts.test_name == str(data / "dev.jsonl") and len(parts.train) == 45
    with pytest.raises(DataError, match="is the test and the only file"):
        read_parts(SETS["newsmtsc"], settings("newsmtsc"), data, data / "train.jsonl")


def test_limits_draw_rows(tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "train.jsonl", directed(100)).parent
    write(data / "dev.jsonl", directed(5))
    write(data / "test.jsonl", directed(5))
    parts = read_parts(SETS["directed"], settings("directed", "data.limit_none=7"), data, None)
    assert (len(parts.train), sum(r.gold == "none" for r in parts.train)) == (87, 7)
    parts = read_parts(SETS["directed"], settings("directed", "data.limit=30"), data, None)
    assert len(parts.train) == 30
    assert [r.id for r in parts.train] == sorted((r.id for r in parts.train), key=lambda x: int(x[1:]))


def test_holding_out_takes_whole_texts_and_needs_two() -> None:
    rows = [TopicRow(**r) for r in vast(30)]
    train, held = hold_out(rows, 0.2, 0, "x")
    assert len(held) == 6 and not {r.text for r in train} & {r.text for r in held}
    with pytest.raises(DataError, match="x: one text"):
        hold_out(rows[:3], 0.2, 0, "x")


# --- what is wrong is said


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("plv", {"root": "DANCE"}, "root 'DANCE' is unknown; expected one of AGREE"),
        ("newsmtsc", {"label": "maybe"}, "label: input should be 'none', 'favor' or 'against', got 'maybe'"),
        ("newsmtsc", {"end": 4000}, "start, end: expected offsets inside the text"),
        ("directed", {"orig_class": 5}, "orig_class: input should be less than or equal to 4, got 5"),
        ("directed", {"p_span": [9, 3]}, "p_span: expected offsets inside the text"),
        ("semeval", {"text": " "}, "text: string should match"),
        ("vast", {"seen": 2}, "seen: input should be 0 or 1, got 2"),
    ],
)
def test_a_bad_row_is_named(name: str, change: Record, said: str, tmp_path: Path) -> None:
    rows = MADE[name](3)
    path = write(tmp_path / "train.jsonl", [*rows[:2], rows[2] | change])
    with pytest.raises(DataError) as caught:
        read_benchmark(path, SETS[name].rows)
    assert str(caught.value).startswith(f"{path}:3: ") and said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ":1: not valid JSON"),
        ("[1]", ":1: expected a JSON object, got list"),
        ("\n\n", "no rows; expected one JSON object a line"),
        ('{"id": "a", "text": "x", "target": "y"}', ":1: label: missing; it is required"),
    ],
)
def test_a_file_that_is_none_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match=f"train.jsonl.*{said}"):
        read_benchmark(path, MentionRow)


def test_mistakes_on_the_command_line_are_one_line(tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "dev.jsonl", plv(3)).parent
    for arguments, said in (
        (["chess", "--data", data], "benchmark 'chess' is unknown; expected one of plv, newsmtsc"),
        (
            ["plv", "--data", tmp_path / "no"],
            f"{tmp_path / 'no'}: no such folder; expected one with train.jsonl",
        ),
        (["plv", "--data", data], f"{data / 'train.jsonl'}: cannot be read: No such file"),
        (["plv", "--data", data, "--test", "none.jsonl"], "none.jsonl: cannot be read: No such file"),
        (["plv", "--data", data, "--set", "training.epoch=1"], "training.epoch: unknown key"),
        (["plv", "--data", data, "--config", "no.yaml"], "no.yaml: cannot be read: No such file"),
        (["plv"], "Missing option '--data'"),
    ):
        got = stancekit(["benchmark", *arguments], tmp_path, cwd=ROOT)
        assert got.code == 2
        assert len(got.errors) == 1 and said in got.errors[0], got.err


def test_a_codebook_that_cannot_ask_is_refused(tiny_backbone: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "set" / "train.jsonl", plv(20)).parent
    got = bench("plv", data, tiny_backbone, tmp_path, "--set", "data.codebook=../codebooks/climate.yaml")
    assert got.code == 2 and "expected the accusations agree, consult" in got.errors[0]


@pytest.mark.parametrize("name", SETS)
def test_every_config_loads(name: str) -> None:
    config, book = load_benchmark(name, ROOT / f"configs/benchmarks/{name}.yaml", [])
    assert config.model.backbone == "checkpoint" and book.actors
    with pytest.raises(ConfigError, match="no: unknown key"):
        load_benchmark(name, None, ["no.such=1"])
    with pytest.raises(ConfigError, match="start_share: expected 0"):
        load_benchmark(name, None, ["training.start_share=0.5"])
    with pytest.raises(CodebookError):
        load_benchmark(name, ROOT / f"configs/benchmarks/{name}.yaml", ["data.codebook=missing.yaml"])


@pytest.mark.parametrize(
    ("name", "folder"),
    [("plv", "PLV"), ("newsmtsc", "NewsMTSC"), ("directed", "DirectedSentiment"), ("semeval", "SemEval2016"),
     ("vast", "VAST")],
)  # fmt: skip
def test_the_real_rows_are_read(name: str, folder: str) -> None:
    if not (SHARED / folder).is_dir():
        pytest.skip("the real sets are not here: they may not be passed on (docs/data.md)")
    for path in sorted((SHARED / folder).glob("*.jsonl")):
        rows = read_benchmark(path, SETS[name].rows)
        assert {r.gold for r in rows} <= set(SETS[name].classes)
