"""The command line: what each command prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import Process, stancekit

from stancekit.classifier import StanceClassifier
from stancekit.records import Evidence, Stance, Statement
from stancekit_cli.screen import ROWS, print_tables, shorten

ROOT = Path(__file__).parent.parent
CODEBOOKS = ROOT / "configs" / "codebooks"
SAYS = {"id": "a", "text": "Turkey must withdraw [from] Syria.", "speaker": "[bold]Iran[/bold]"}


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(SAYS) + "\n" + json.dumps({"id": "b", "text": "He left."}) + "\n")
    return path


# --- score


def test_score_prints_a_summary(tiny_checkpoint: Path, statements: Path, tmp_path: Path) -> None:
    got = stancekit(["score", statements, "--out", "o.csv", "--model", tiny_checkpoint], tmp_path)
    assert (got.code, got.err) == (0, "")
    assert got.out.startswith("0 articles, 2 statements, ")
    assert got.out.endswith(" s: o.csv\n")


def test_score_prints_a_table_and_reads_no_markup(
    tiny_checkpoint: Path, statements: Path, tmp_path: Path
) -> None:
    wanted = ["--model", tiny_checkpoint, "--min-probability", 0.2, "--table"]
    got = stancekit(["score", statements, "--out", "o.parquet", *wanted], tmp_path)
    assert (got.code, got.err) == (0, "")
    assert "[bold]Iran[/bold]" in got.out
    assert "words it rests on" in got.out
    assert max(map(len, got.out.splitlines())) <= 120


def test_score_with_unreadable_inputs_ends_with_1(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "good.txt").write_text("Iran said Turkey must withdraw.\n")
    (tmp_path / "articles" / "empty.txt").write_text("")
    got = stancekit(["score", "articles", "--out", "o.jsonl", "--model", tiny_checkpoint], tmp_path)
    assert got.code == 1
    assert got.errors == [
        "error: articles/empty.txt: empty file; expected an article as text in UTF-8",
        "error: 1 not scored; all listed in o.jsonl.errors.jsonl",
    ]
    assert got.out.startswith("1 articles, 1 statements, ")
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 1


def test_score_under_another_codebook(tiny_checkpoint: Path, statements: Path, tmp_path: Path) -> None:
    wanted = ["--model", tiny_checkpoint, "--codebook", CODEBOOKS / "climate.yaml", "--all-scores"]
    assert stancekit(["score", statements, "--out", "o.jsonl", *wanted], tmp_path).code == 0
    scores = json.loads((tmp_path / "o.jsonl").read_text().splitlines()[0])["scores"]
    assert {s["target"] for s in scores} & {"withdrawal", "military_action"} == set()


def test_interrupted_it_ends_with_130_and_can_be_resumed(tiny_checkpoint: Path, tmp_path: Path) -> None:
    rows = [json.dumps({"id": str(i), "text": f"Turkey must withdraw {i} tanks."}) for i in range(1500)]
    (tmp_path / "in.jsonl").write_text("\n".join(rows))
    arguments = ["score", "in.jsonl", "--out", "o.jsonl", "--model", str(tiny_checkpoint)]

    def work() -> int:
        from stancekit_cli.main import run

        os.chdir(tmp_path)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return run(arguments)

    process = Process(work, tmp_path)
    process.wait_for(tmp_path / "o.jsonl.parts" / "progress.json")
    process.kill(signal.SIGINT)
    got = process.wait()
    assert (got.code, got.errors) == (130, ["error: interrupted"])
    assert not (tmp_path / "o.jsonl").exists()
    assert stancekit([*arguments, "--resume"], tmp_path).code == 0
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 1500


# --- the other commands


def test_predict_prints_a_table_or_json(tiny_checkpoint: Path, tmp_path: Path) -> None:
    arguments = ["predict", SAYS["text"], "--speaker", "Iran [x]", "--context", "One.", "--context", "Two."]
    arguments += ["--model", str(tiny_checkpoint)]
    got = stancekit(arguments, tmp_path)
    assert (got.code, got.err) == (0, "")
    assert "Iran [x]" in got.out or got.out.startswith(("no stance", "unsure"))
    row = json.loads(stancekit([*arguments, "--json"], tmp_path).out)
    assert (row["speaker"], row["context"]) == ("Iran [x]", ["One.", "Two."])


def test_codebook_check_lists_targets(tmp_path: Path) -> None:
    for path in sorted(CODEBOOKS.glob("*.yaml")):
        got = stancekit(["codebook", "check", path], tmp_path)
        assert (got.code, got.err) == (0, "")
    assert (
        "withdrawal: support_withdrawal / oppose_withdrawal"
        in stancekit(["codebook", "check", CODEBOOKS / "conflict.yaml"], tmp_path).out
    )


def test_seeds_check_prints_counts(tmp_path: Path) -> None:
    got = stancekit(["seeds", "check", ROOT / "seeds" / "articles"], tmp_path)
    assert (got.code, got.err) == (0, "")
    assert "statements by label:" in got.out


def test_info_says_what_is_in_a_checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    (folder / "README.md").write_text("---\nlanguage: en\n---\n# Card\n\nF1 [0.5]\n")
    got = stancekit(["info", folder], tmp_path)
    assert (got.code, got.err) == (0, "")
    count = sum(p.numel() for p in StanceClassifier.from_pretrained(folder).network.state_dict().values())
    assert f"{count:,}" in got.out
    assert "backbone      bert, 2 layers, 32 wide" in got.out
    assert "all as written" in got.out
    assert got.out.endswith("# Card\n\nF1 [0.5]\n")
    with (folder / "config.json").open("a") as file:
        file.write("\n")
    assert "changed since: config.json" in stancekit(["info", folder], tmp_path).out


def test_evaluate_prints_figures_or_json(tiny_checkpoint: Path, tmp_path: Path) -> None:
    rows = (ROOT / "seeds" / "articles" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    (tmp_path / "gold.jsonl").write_text("\n".join(rows))
    arguments = [
        "evaluate",
        "gold.jsonl",
        "--model",
        str(tiny_checkpoint),
        "--no-baselines",
        "--resamples",
        "9",
    ]
    got = stancekit(arguments, tmp_path)
    assert (got.code, got.err) == (0, "")
    assert got.out.startswith("12 statements under codebook 'conflict'")
    found = json.loads(stancekit([*arguments, "--json"], tmp_path).out)
    assert found["statements"] == 12
    assert {r["view"] for r in found["by_family"]} == {"outcome", "actor", "accusation", "charge"}


def test_evaluate_writes_plots(tiny_checkpoint: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rows = (ROOT / "seeds" / "articles" / "seed.jsonl").read_text(encoding="utf-8").splitlines()[:6]
    (tmp_path / "gold.jsonl").write_text("\n".join(rows))
    arguments = ["evaluate", "gold.jsonl", "--model", tiny_checkpoint, "--no-baselines", "--resamples", 0]
    assert stancekit([*arguments, "--plots", "p"], tmp_path).code == 0
    assert sorted(p.name for p in (tmp_path / "p").iterdir()) == ["reliability.png", "risk_coverage.png"]


def test_evaluate_articles_requires_the_speaker(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = ROOT / "seeds" / "articles"
    arguments = [
        "evaluate",
        folder / "seed.jsonl",
        "--articles",
        folder,
        "--model",
        tiny_checkpoint,
        "--json",
    ]
    got = stancekit(arguments, tmp_path)
    assert (got.code, got.err) == (0, "")
    found = json.loads(got.out)
    assert found["reading"]["articles"] == 1
    for any_, right in zip(found["any_speaker"], found["right_speaker"], strict=True):
        assert right["hits"] <= any_["hits"]
        assert right["gold"] == any_["gold"] and right["predicted"] == any_["predicted"]


# --- arguments, help, pipes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scor"], "No such command 'scor'"),
        (["score"], "Missing argument"),
        (["score", "x.jsonl"], "Missing option '--out'"),
        (
            ["score", "x.jsonl", "--out", "o.jsonl", "--min-probability", "high"],
            "'--min-probability'",
        ),
        (["score", "x.jsonl", "--out", "o.jsonl", "--wrong"], "No such option: --wrong"),
        (["seeds"], "Missing command"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    got = stancekit(arguments, tmp_path)
    assert got.code == 2
    assert len(got.errors) == 1
    assert words in got.err and "--help)" in got.err


@pytest.mark.parametrize("arguments", [[], ["--help"], ["score", "--help"], ["codebook", "check", "--help"]])
def test_help(arguments: list[str], tmp_path: Path) -> None:
    got = stancekit(arguments, tmp_path)
    assert (got.code, got.err) == (0, "")
    assert got.out.startswith("Usage: stancekit")


def test_version(tmp_path: Path) -> None:
    got = stancekit(["--version"], tmp_path)
    assert got.code == 0 and got.out.startswith("stancekit 0.")


COMMAND = Path(sys.executable).with_name("stancekit")


@pytest.mark.skipif(not COMMAND.exists(), reason="the package's console script is not installed")
def test_the_console_script_starts_fast_and_ends_as_it_should(tmp_path: Path) -> None:
    times = []
    for _ in range(3):
        began = time.process_time(), os.times()
        done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=False)
        after = os.times()
        times.append(after.children_user + after.children_system
                     - began[1].children_user - began[1].children_system)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    assert min(times) < 0.5  # processor seconds, so that a busy machine does not fail it
    done = subprocess.run(
        [COMMAND, "codebook", "check", "no.yaml"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        "error: no.yaml: cannot be read: No such file or directory\n",
    )


@pytest.mark.skipif(not COMMAND.exists(), reason="the package's console script is not installed")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_goes_nowhere_is_no_traceback() -> None:
    arguments = f"{COMMAND} codebook check {CODEBOOKS / 'conflict.yaml'}"
    full = subprocess.run(f"{arguments} > /dev/full", shell=True, capture_output=True, text=True, check=False)
    assert (full.returncode, full.stderr) == (1, "error: standard output: No space left on device\n")
    closed = subprocess.run(
        f"set -o pipefail; {arguments} | true",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        check=False,
    )
    assert closed.returncode in (0, 141)
    assert closed.stderr == b""


# --- tables


def test_a_long_table_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    stance = Stance(family="actor", target="X", position="favor", label="approve", probability=0.5)
    many = [
        Statement(id=str(i), text="word " * 99, article="a.txt", stances=(stance,)) for i in range(ROWS + 5)
    ]
    none = Statement(id="none", text="Words.", article="b.txt")
    print_tables([*many, none], Console(width=100))
    out = capsys.readouterr().out
    assert out.count("approve") == ROWS
    assert "... and 5 more" in out
    assert "b.txt" not in out


def test_evidence_is_shortened_in_its_middle() -> None:
    assert shorten("a\n b") == "a b"
    text = shorten("begin " + "x" * 300 + " end")
    assert len(text) <= 100 and text.startswith("begin") and text.endswith("end")
    assert Evidence(start=0, end=1, text="x").text == "x"


def test_a_result_is_converted_without_scoring_again(tiny_checkpoint: Path, tmp_path: Path) -> None:
    """The Parquet file that is converted equals the one that is scored."""
    import pyarrow.parquet as pq

    from stancekit import StanceClassifier, score_path
    from stancekit.errors import InputError
    from stancekit.scoring.writers import convert

    clf = StanceClassifier.from_pretrained(tiny_checkpoint, device="cpu")
    article = Path(__file__).parent.parent / "seeds/articles/seed.txt"
    for name in ("a.jsonl", "b.parquet"):
        score_path(clf, article, tmp_path / name)
    convert(tmp_path / "a.jsonl", tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").equals(pq.read_table(tmp_path / "b.parquet"))
    (tmp_path / "bad.jsonl").write_text("no json\n")
    with pytest.raises(InputError, match="not a result of"):
        convert(tmp_path / "bad.jsonl", tmp_path / "bad.parquet")
    assert not (tmp_path / "bad.parquet").exists()
