"""What is wrong with an input is told in one line: the file, the line or field, and what was expected."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import Finished, stancekit

ROOT = Path(__file__).parent.parent
GOOD = '{"id": "a", "text": "Turkey must withdraw its troops."}\n'


@pytest.fixture
def model(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy of the tiny checkpoint, to be damaged."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "model"))


def is_told(got: Finished, code: int, *words: str) -> None:
    assert got.code == code, got.err
    assert got.errors, "nothing was told"
    assert all(line.startswith("error: ") for line in got.errors), got.err
    assert "Traceback" not in got.err + got.out
    missing = [w for w in words if w not in got.err]
    assert not missing, got.err


def score(path: object, tmp_path: Path, model: object, *more: object) -> Finished:
    return stancekit(["score", path, "--out", "o.jsonl", "--model", model, *more], tmp_path)


# --- what is scored


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jsonl", b"", "no statements; expected one JSON object a line"),
        ("blank.jsonl", b"\n \n", "no statements; expected one JSON object a line"),
        ("empty.txt", b"", "empty file; expected an article as text"),
        ("binary.txt", bytes(range(256)) * 9, "binary file (null bytes); expected an article as text"),
        ("long.txt", b"w " * 1_000_000, "line over 1,000,000 bytes; expected an article as text"),
        ("big.txt", b"word word word\n" * 70_000, "over 1,000,000 characters; expected an article as text"),
        ("bigger.txt", b"word word word\n" * 700_000, "over 10,000,000 bytes; expected an article as text"),
        ("odd.xyz", b"words", "suffix '.xyz'; expected a folder of articles, an article (.txt"),
    ],
)
def test_a_file_that_cannot_be_scored(
    name: str, content: bytes, words: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    got = score(name, tmp_path, tiny_checkpoint)
    is_told(got, 2, f"error: {name}: ", words)
    assert len(got.errors) == 1
    assert not list(tmp_path.glob("o.jsonl*"))


def test_a_folder_that_is_not_there_or_empty(tiny_checkpoint: Path, tmp_path: Path) -> None:
    is_told(score("nowhere", tmp_path, tiny_checkpoint), 2, "nowhere: does not exist; expected a folder")
    (tmp_path / "empty").mkdir()
    is_told(
        score("empty", tmp_path, tiny_checkpoint), 2, "empty: holds no article; expected files of text (.txt"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "b", "text": 5}', "text: input should be a valid string, got 5"),
        (b'{"id": 7, "text": "x"}', "id: input should be a valid string, got 7"),
        (b'{"text": "x"}', "id: missing; it is required"),
        (b'{"id": "b", "text": "x", "context": "y"}', "context: input should be a valid tuple, got 'y'"),
        (b'["a"]', "expected a JSON object, got list"),
        (b"{", "not valid JSON"),
        (b'{"id": "b", "text": "\x00"}', "not valid JSON"),
        (b'{"id": "b", "text": "\xe9"}', "is not UTF-8"),
        (b'{"id": "b", "text": "' + b"x" * 10_000_000 + b'"}', "line over 5,000,000 bytes"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_bad_line_is_told_and_the_rest_done(
    line: bytes, words: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_bytes(GOOD.encode() + line + b"\n" + GOOD.replace('"a"', '"z"').encode())
    got = score("in.jsonl", tmp_path, tiny_checkpoint)
    is_told(got, 1, "error: in.jsonl:2: ", words)
    assert [json.loads(x)["id"] for x in (tmp_path / "o.jsonl").read_text().splitlines()] == ["a", "z"]
    listed = json.loads((tmp_path / "o.jsonl.errors.jsonl").read_text())
    assert listed["line"] == 2 and words in listed["reason"]


def test_a_file_name_that_is_no_text(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.txt").write_text("Iran said so.\n")
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("Iran said so.\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    got = score("articles", tmp_path, tiny_checkpoint)
    is_told(got, 1, "the file's name is not UTF-8")
    assert got.out.startswith("1 articles")


# --- where it is written


@pytest.mark.parametrize(
    ("out", "code", "words"),
    [
        ("o.txt", 2, "o.txt: suffix '.txt'; expected one of .jsonl, .parquet, .csv"),
        ("folder.csv", 2, "folder.csv: is a folder; expected a file to write"),
        ("file/o.csv", 1, "cannot be written: Not a directory"),
        ("/proc/nowhere/o.csv", 1, "cannot be written: No such file or directory"),
    ],
)
def test_an_output_that_cannot_be(
    out: str, code: int, words: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    if out.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("there is no /proc here")
    got = stancekit(["score", "in.jsonl", "--out", out, "--model", tiny_checkpoint], tmp_path)
    is_told(got, code, words)
    assert len(got.errors) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    (tmp_path / "locked").mkdir(mode=0o500)
    got = stancekit(["score", "in.jsonl", "--out", "locked/o.csv", "--model", tiny_checkpoint], tmp_path)
    is_told(got, 1, "locked", "cannot be written: Permission denied")


def test_a_full_disk(tiny_checkpoint: Path, tmp_path: Path, small_disk: Path) -> None:
    rows = [{"id": str(i), "text": f"Turkey must withdraw {i} tanks."} for i in range(200)]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 20_000))
    (small_disk / "o.csv").write_text("old\n")
    arguments = ["score", "in.jsonl", "--out", small_disk / "o.csv", "--model", tiny_checkpoint]
    got = stancekit(arguments, tmp_path)
    is_told(got, 1, "o.csv.parts", "cannot be written: No space left on device")
    assert len(got.errors) == 1
    assert (small_disk / "o.csv").read_text() == "old\n"


def test_a_probability_beyond_one(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    got = score("in.jsonl", tmp_path, tiny_checkpoint, "--min-probability", "1.5")
    is_told(got, 2, "1.5", "0")


# --- codebooks


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda t: t.replace("outcomes:", "outcomes:\n  ceasefire: {}\n  ceasefire: {}", 1), "key repeated"),
        (lambda t: t.replace("definition:", "defintion:", 1), "defintion: unknown key"),
        (lambda t: t.replace("version:", "version: x #", 1), "version: input should be a valid integer"),
        (lambda t: "", "expected a mapping"),
        (lambda t: t.replace("name:", "name: [", 1), "not valid YAML"),
    ],
)
def test_a_wrong_codebook(
    edit: Callable[[str], str], words: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    text = edit((ROOT / "configs" / "codebooks" / "conflict.yaml").read_text(encoding="utf-8"))
    (tmp_path / "book.yaml").write_text(text, encoding="utf-8")
    got = stancekit(["codebook", "check", "book.yaml"], tmp_path)
    is_told(got, 2, words)
    assert all(re.match(r"error: book\.yaml:\d+: ", line) for line in got.errors), got.err
    (tmp_path / "in.jsonl").write_text(GOOD)
    assert score("in.jsonl", tmp_path, tiny_checkpoint, "--codebook", "book.yaml").errors == got.errors


def test_a_codebook_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_bytes("name: caf\xe9".encode("latin-1"))
    is_told(
        stancekit(["codebook", "check", "book.yaml"], tmp_path), 2, "book.yaml: byte 9 is not UTF-8; expected"
    )


# --- seeds


BAD_SEEDS = [
    (
        {"family": "outcome", "target": "peace", "position": "favor"},
        "unknown outcome 'peace'; codebook 'conflict' has",
    ),
    (
        {"family": "accusation", "target": "interference", "position": "against"},
        "an accusation needs an actor",
    ),
    (
        {"family": "outcome", "target": "withdrawal", "position": "for"},
        "position: input should be 'favor' or",
    ),
]


@pytest.mark.parametrize(("stance", "words"), BAD_SEEDS)
def test_a_wrong_seed(stance: dict[str, str], words: str, tiny_checkpoint: Path, tmp_path: Path) -> None:
    row = {"id": "b", "text": "Words.", "stances": [stance]}
    (tmp_path / "seeds.jsonl").write_text(GOOD + json.dumps(row) + "\n")
    is_told(stancekit(["seeds", "check", "seeds.jsonl"], tmp_path), 2, "seeds.jsonl:2: stances", words)
    evaluated = stancekit(["evaluate", "seeds.jsonl", "--model", tiny_checkpoint, "--no-baselines"], tmp_path)
    is_told(evaluated, 2, "seeds.jsonl:2: stances", words)


def test_seeds_that_are_not_there(tmp_path: Path) -> None:
    is_told(
        stancekit(["seeds", "check", "no.jsonl"], tmp_path), 2, "no.jsonl: no such file or folder; expected"
    )


# --- checkpoints


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def other_codebook(path: Path) -> None:
    shutil.copy(ROOT / "configs" / "codebooks" / "climate.yaml", path)


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("model.safetensors", cut, "model.safetensors: damaged or missing; expected a safetensors file"),
        (
            "model.safetensors",
            Path.unlink,
            "model.safetensors: damaged or missing; expected a safetensors file",
        ),
        (
            "model.safetensors",
            lambda p: p.write_bytes(b""),
            "model.safetensors: damaged or missing; expected",
        ),
        (
            "codebook.yaml",
            other_codebook,
            "codebook.yaml: not the codebook this checkpoint was trained on; expected",
        ),
        ("codebook.yaml", Path.unlink, "codebook.yaml: cannot be read: No such file"),
        ("config.json", lambda p: p.write_text("{"), "config.json: not valid JSON"),
        ("config.json", lambda p: p.write_text("{}"), "config.json: format None; expected 1"),
        ("tokenizer.json", cut, "tokenizer.json: damaged"),
        ("tokenizer.json", Path.unlink, "tokenizer.json: missing; expected"),
        ("calibration.json", lambda p: p.write_text('{"outcome": {"temperature": 0}}'), "calibration.json"),
    ],
)
def test_a_damaged_checkpoint(
    name: str, damage: Callable[[Path], object], words: str, model: Path, tmp_path: Path
) -> None:
    damage(model / name)
    got = stancekit(["predict", "Words.", "--model", "model"], tmp_path)
    is_told(got, 2, "error: model", words)
    assert len(got.errors) == 1


def test_a_checkpoint_that_is_not_there(tmp_path: Path) -> None:
    got = stancekit(["predict", "Words.", "--model", "./nowhere"], tmp_path)
    is_told(got, 2, "./nowhere: no such checkpoint; expected a folder with config.json and model.safetensors")
    is_told(stancekit(["info", "nobody/nothing"], tmp_path), 2, "nobody/nothing: no such folder")


def test_an_empty_statement(tiny_checkpoint: Path, tmp_path: Path) -> None:
    got = stancekit(["predict", "  ", "--model", tiny_checkpoint], tmp_path)
    is_told(got, 2, "text: expected words, got an empty text")


# --- configs


def test_a_wrong_config_is_told_whole_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("data: {codebook: no.yaml}\nmodel: {backbone: minilm, layer: 3}\n")
    got = stancekit(["train", "c.yaml"], tmp_path)
    is_told(got, 2, "c.yaml:1: data.train: missing", "c.yaml:2: model.layer: unknown key", "output: missing")
    is_told(stancekit(["train", "no.yaml"], tmp_path), 2, "no.yaml: cannot be read: No such file")
    is_told(stancekit(["train", "c.yaml", "--set", "x"], tmp_path), 2, "--set x: expected section.key=value")
