"""The ablations: two other networks whose scores depend on their own target alone, and the whole list run small."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import ROOT, build_tiny_classifier

from stancekit import Codebook, StanceClassifier, Statement, read_statements
from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.errors import ConfigError, DataError
from stancekit.network import Logits, NetworkConfig, StanceNetwork
from stancekit.target_vectors import encode_codebook
from stancekit_training.ablations.__main__ import attach_labels, main
from stancekit_training.ablations.plan import Settings, load_plan, resolve, with_needs
from stancekit_training.ablations.run import with_reader
from stancekit_training.collate import Collator
from stancekit_training.examples import TargetTable, statement_examples
from stancekit_training.objective import Objective
from stancekit_training.standoff import detach

LIST = Path("configs/ablations/runs.yaml")
TOLERANCE = 1e-5


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


# --- the two other networks


def other_network(reader: Any, backbone: str) -> StanceClassifier:
    """Return a tiny classifier of another network, its heads turned up so that scores differ."""
    made = build_tiny_classifier()
    network = made.network
    if backbone == "mpnet":
        from transformers import MPNetConfig, MPNetModel

        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        vocabulary = network.backbone.config.vocab_size
        mpnet = MPNetModel(MPNetConfig(vocab_size=vocabulary, **sizes), add_pooling_layer=False)
        torch.nn.init.normal_(mpnet.encoder.relative_attention_bias.weight)
        network = StanceNetwork(mpnet, NetworkConfig(head_size=16, heads=2))
    network = with_reader(network, reader)
    with torch.no_grad():
        for head in (network.outcome_head, network.actor_head, network.pair_head[-1]):
            head.weight.mul_(30)
    return StanceClassifier(network, made.encoder, made.codebook, device="cpu")


TWO = Statement(
    id="a", text="Iran and Turkey want Russia to withdraw its troops from Israel.", speaker="Iran"
)
LONG = Statement(id="b", text="We will talk. " * 12, speaker="Turkey")


def logits(made: StanceClassifier, rows: list[tuple[Statement, list[str]]], book: Codebook) -> Logits:
    encoded = [
        made.encoder(
            s, [Actor(n, (Mention(TEXT, s.text.index(n), s.text.index(n) + len(n)),)) for n in names]
        )
        for s, names in rows
    ]
    with torch.inference_mode():
        targets = encode_codebook(made.network, made.encoder, book, torch.device("cpu"))
        return made.network(made.encoder.batch(encoded), targets)


@pytest.mark.parametrize("backbone", ["bert", "mpnet"])
@pytest.mark.parametrize("reader", ["after", "inside"])
def test_a_score_depends_on_its_own_target_alone(reader: str, backbone: str) -> None:
    made = other_network(reader, backbone)
    whole = logits(made, [(TWO, ["Iran", "Turkey", "Russia", "Israel"])], made.codebook)
    raw = made.codebook.model_dump(exclude_none=True)
    kept = {f: list(raw[f])[::-2] for f in ("outcomes", "accusations")}
    raw |= {family: {name: raw[family][name] for name in names} for family, names in kept.items()}
    part = logits(made, [(LONG, []), (TWO, ["Russia", "Turkey"])], Codebook.model_validate(raw))

    outcomes = [list(made.codebook.outcomes).index(n) for n in kept["outcomes"]]
    charges = [list(made.codebook.accusations).index(n) for n in kept["accusations"]]
    for got, wanted in (
        (part.outcomes[1], whole.outcomes[0, outcomes]),
        (part.actors[1], whole.actors[0, [2, 1]]),
        (part.accusations[1], whole.accusations[0, [2, 1]][:, charges]),
        (part.charges[1], whole.charges[0, charges]),
    ):
        assert torch.allclose(got, wanted, atol=TOLERANCE)
    assert whole.outcomes[0].std(0).max() > 100 * TOLERANCE and whole.actors[0].std(0).max() > 100 * TOLERANCE
    assert (part.outcomes[0] - part.outcomes[1]).abs().max() > 100 * TOLERANCE


@pytest.mark.parametrize("reader", ["after", "inside"])
def test_attention_is_that_of_the_shipped_network_in_shape(reader: str) -> None:
    made = other_network(reader, "bert")
    rows = [(TWO, ["Iran", "Turkey"]), (LONG, [])]
    got, wanted = logits(made, rows, made.codebook), logits(build_tiny_classifier(), rows, made.codebook)
    assert [x.shape for x in got] == [x.shape for x in wanted]
    assert torch.allclose(got.outcome_attention.sum(-1), torch.ones(got.outcomes.shape[:2]))


@pytest.mark.parametrize("reader", ["after", "inside"])
@pytest.mark.parametrize("bf16", [False, True])
def test_every_weight_learns(reader: str, bf16: bool) -> None:
    made = other_network(reader, "bert")
    table = TargetTable()
    seeds = read_statements(Path("seeds/articles/seed.jsonl"))
    batch = Collator(table, made.encoder, 0)(statement_examples(seeds, made.codebook, table, made.encoder))
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        loss = Objective(made.network)(**batch)["loss"]
    loss.backward()
    still = [n for n, w in made.network.named_parameters() if w.grad is None or not w.grad.isfinite().all()]
    assert not still


# --- the list


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as that of the data sets, its rows written or made up."""
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "Conflict").mkdir()
    shutil.copy(ROOT / "seeds/conflict/train/speeches.jsonl", folder / "Conflict/train.jsonl")
    shutil.copy(ROOT / "seeds/conflict/dev/speeches.jsonl", folder / "Conflict/dev.jsonl")
    sides = ("none", "favor", "against")
    pairs = [
        {"text": f"On day {i} Ms Oak came.", "target": "Ms Oak", "label": sides[i % 3]} for i in range(9)
    ]
    for name in ("DirectedSentiment", "NewsMTSC", "MPQA", "Perspectrum", "VAST", "SemEval2016", "IBM30k"):
        write(folder / name / "train.jsonl", pairs)
    return folder


def labelled(out: Path) -> Path:
    """Put the statements of the written articles where those of the news labels would be attached."""
    out.mkdir()
    shutil.copy(ROOT / "seeds/articles/train.jsonl", out / "annotated.jsonl")
    return out


def arguments(corpora: Path, out: Path, backbone: Path) -> list[str]:
    sets = (f"model.backbone=random:{backbone}", "model.layers=1", "model.freeze_layers=0", "model.heads=2",
            "model.head_size=16", "training.max_steps=2", "training.batch_size=4",
            "training.precision=fp32")  # fmt: skip
    changes = [x for s in sets for x in ("--set", s)]
    return ["--corpora", str(corpora), "--out", str(out), "--limit", "8", *changes]


@pytest.mark.slow
def test_the_whole_list_runs_and_goes_on_where_it_was_cut_off(
    corpora: Path, tiny_backbone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments(corpora, labelled(tmp_path / "out"), tiny_backbone)
    assert main([*given, "--only", "base"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [r["name"] for r in first] == ["base"]
    assert main(given) == 0
    captured = capsys.readouterr()
    assert "base ..." not in captured.err.splitlines(), "the base was there and is not repeated"
    lines = captured.out.splitlines()
    results = json.loads(lines[-1])
    names = list(load_plan(LIST).runs)
    assert [r["name"] for r in results] == names
    assert results[0] == first[0]
    at = next(i for i, x in enumerate(lines) if x.startswith("| run |"))
    rows = [x for x in lines[at:] if x.startswith("| ")][1:]
    assert [x.split(" | ")[0].removeprefix("| ") for x in rows] == names
    assert {x.count("|") for x in lines[at : at + 2] + rows} == {3 + 9 + 1}
    trained = [r for r in results if "averaged" not in r["name"]]
    assert {r["steps"] for r in trained} == {2} and all(r["rows"] for r in trained)
    figures = {json.dumps(r["f1"]) for r in results}
    assert len(figures) > 1


@pytest.mark.slow
def test_an_average_is_the_mean_of_the_weights(corpora: Path, tiny_backbone: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    out = labelled(tmp_path / "out")
    plan = tmp_path / "runs.yaml"
    text = LIST.read_text(encoding="utf-8").partition("runs:")[0]
    names = "{base: {}, seed 1: {set: [training.seed=1]}, mean: {average: [base, seed 1]}, "
    names += "quarter: {average: [base], start_share: 0.25}, last: {average: [mean]}, lasting: {average: [quarter]}}"
    plan.write_text(f"{text}runs: {names}\n", encoding="utf-8")
    fast = ["--set", "training.head_learning_rate=0.3"]
    assert main([*arguments(corpora, out, tiny_backbone), *fast, "--runs", str(plan)]) == 0
    weights = {n: load_file(out / n / "weights.safetensors") for n in ("base", "seed-1", "mean", "quarter")}
    start = load_file(out / "corpora-stage-minilm-similarity" / "weights.safetensors")
    name = "reader.query.weight"
    base, other = weights["base"][name].float(), weights["seed-1"][name].float()
    began = start[name].float()
    assert min((base - other).abs().max(), (base - began).abs().max()) > 0.1
    assert torch.allclose(weights["mean"][name].float(), (base + other) / 2, atol=2e-3)
    assert torch.allclose(weights["quarter"][name].float(), 0.75 * base + 0.25 * began, atol=2e-3)


def settings(corpora: Path, out: Path, **more: Any) -> Settings:
    if not out.exists():
        labelled(out)
    return Settings(corpora=corpora, out=out, **more)


def test_what_a_run_needs_comes_before_it(corpora: Path, tmp_path: Path) -> None:
    jobs = resolve(load_plan(LIST), settings(corpora, tmp_path / "out"))
    found = [j.name for j in with_needs(jobs, ["three seeds, weights averaged"])]
    assert found == [
        "corpora stage, minilm, similarity",
        "base",
        "seed 1",
        "seed 2",
        "three seeds, weights averaged",
    ]
    assert [j.name for j in with_needs(jobs, [])] == list(jobs)
    assert jobs["inside the encoder"].start == "corpora stage, minilm, inside"
    assert jobs["no corpora stage"].start is None
    with pytest.raises(ConfigError, match="--only nothing: no such run; expected one of corpora stage"):
        with_needs(jobs, ["nothing"])


def test_runs_differ_from_the_base_as_the_list_says(corpora: Path, tmp_path: Path) -> None:
    jobs = resolve(load_plan(LIST), settings(corpora, tmp_path / "out", limit=1000))
    base = [s.path for s in jobs["base"].config.data.train]
    assert len(base) == 6 and str(tmp_path / "out/annotated.jsonl") in base
    for name, left in (("no real statements", "{corpora}/Conflict/train.jsonl"), ("no news labels", base[1])):
        assert [s.path for s in jobs[name].config.data.train] == [p for p in base if p != left]
    assert [s.limit for s in jobs["1/8 of real and news"].config.data.train[:3]] == [850, 756, 1000]
    for name, job in jobs.items():
        model = job.config.model
        if "mpnet" not in name:
            assert model == jobs["base"].config.model
    stage = jobs["corpora stage, minilm, similarity"].config.data.train
    assert not any(s.path.startswith("seeds/conflict") for s in stage)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("{base: {start: other}}", "runs.base: 'other' is no run before it"),
        ("{base: {average: [base]}}", "runs.base: 'base' is no run before it"),
        ("{base: {backbone: bert}}", "backbone 'bert' of 'base' is unknown; expected one of minilm, mpnet6, mpnet"),
        ("{base: {without: [seeds/no]}}", "without: seeds/no is no path of data.train in configs/news.yaml"),
        ("{base: {}, b: {reader: after, average: [base]}}", "runs.b: 'base' has another network"),
        ("{base: {readers: after}}", "runs.yaml:1: runs.base.readers: unknown key"),
        ("{base: {set: [training.epoch=1]}}", "training.epoch: unknown key"),
    ],
)  # fmt: skip
def test_mistakes_in_the_list_are_named(runs: str, said: str, corpora: Path, tmp_path: Path) -> None:
    head = LIST.read_text(encoding="utf-8").partition("runs:")[0]
    plan = tmp_path / "runs.yaml"
    plan.write_text(f"runs: {runs}\n{head}", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        resolve(load_plan(plan), settings(corpora, tmp_path / "out"))
    assert said in str(caught.value)


def test_missing_data_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--corpora", str(tmp_path / "no"), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path}/no/conflict_articles/articles.jsonl: cannot be read")
    assert len(error.splitlines()) == 1


def test_labels_are_attached_once(tmp_path: Path) -> None:
    text = "They left. Bring the troops home."
    statement = Statement(
        id="a:1", article="a", index=1, start=11, end=33, text=text[11:], context=("They left.",)
    )
    labels = write(tmp_path / "labels.jsonl", list(detach([statement], {"a": text})))
    articles = write(tmp_path / "articles.jsonl", [{"id": "a", "text": text}])
    out = tmp_path / "out" / "annotated.jsonl"
    attach_labels(labels, articles, out)
    assert [s.text for s in read_statements(out)] == [statement.text]
    articles.unlink()
    attach_labels(labels, articles, out)
    out.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        attach_labels(labels, articles, out)
