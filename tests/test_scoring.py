"""Scoring of folders and files: records, formats, errors, resuming."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from processes import Process

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError, OutputError
from stancekit.formats.document import MAX_LINE
from stancekit.records import Evidence, Stance, Statement
from stancekit.scoring.parts import Parts, Progress, errors_file, parts_folder
from stancekit.scoring.run import score_path
from stancekit.scoring.seen import SeenIds
from stancekit.scoring.writers import FIELDS, read_result
from stancekit.statements import read_statements, scan_statements

LEAST = 0.6
ACTORS = ("Iran", "Turkey", "Israel", "Russia", "Armenia", "France")
ACTIONS = ("must withdraw from", "should open talks with", "stands behind the attack on", "arms rebels in")


def sentence(random_: random.Random) -> str:
    one, two = random_.sample(ACTORS, 2)
    return f"{one} {random_.choice(ACTIONS)} {two}, and {random_.randint(2, 99)} people were told so."


def write_rows(path: Path, count: int, seed: int = 0) -> list[dict[str, Any]]:
    random_ = random.Random(seed)
    rows = [
        {
            "id": f"s{i}",
            "text": sentence(random_),
            "speaker": random_.choice(ACTORS),
            "context": [sentence(random_)],
        }
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return rows


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text('"Turkey must withdraw," minister Ali Reza said. He left on Monday.\n')
    (folder / "sub" / "a.txt").write_text("Talks begin\n\nFrance said talks with Iran would begin soon.\n")
    return folder


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- records


def test_a_folder_gives_one_record_a_statement(
    tiny: StanceClassifier, articles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out.jsonl"
    summary = score_path(tiny, articles, out, min_probability=0.3)
    rows = rows_of(out)
    assert [tuple(r) for r in rows] == [FIELDS] * len(rows)
    assert [r["id"] for r in rows] == ["b.txt:0", "b.txt:1", "sub/a.txt:0", "sub/a.txt:1"]
    for row in rows:
        text = (articles / row["article"]).read_text()
        assert text[row["start"] : row["end"]] == row["text"]
        for stance in row["stances"]:
            assert stance["probability"] >= 0.3
            evidence = stance["evidence"]
            assert row["text"][evidence["start"] : evidence["end"]] == evidence["text"]
    assert rows[0]["speaker"] == "Ali Reza"
    assert (summary.articles, summary.statements, summary.errors) == (2, 4, 0)
    assert summary.stances == sum(len(r["stances"]) for r in rows) > 0
    assert summary.abstained == sum(r["abstained"] for r in rows)
    assert not summary.errors_file
    assert sorted(p.name for p in out.parent.iterdir()) == ["out.jsonl"]


def test_statements_keep_their_ids_order_and_fields(tiny: StanceClassifier, tmp_path: Path) -> None:
    given = write_rows(tmp_path / "in.jsonl", 40)
    random.Random(1).shuffle(given)
    (tmp_path / "in.jsonl").write_text("\n\n".join(json.dumps(r) for r in given))
    score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.jsonl", all_scores=True)
    rows = rows_of(tmp_path / "out.jsonl")
    assert [{k: r[k] for k in given[0]} for r in rows] == given
    assert all(len(r["scores"]) >= len(tiny.codebook.outcomes) for r in rows)


def test_scores_are_those_of_predict(tiny: StanceClassifier, tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", 8)
    score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.jsonl", all_scores=True)
    for row, given in zip(
        read_result(tmp_path / "out.jsonl"), read_statements(tmp_path / "in.jsonl"), strict=True
    ):
        alone = tiny.predict(given.text, speaker=given.speaker, context=given.context, all_scores=True)
        assert row.scores and alone.scores
        assert [(s.label, s.actor) for s in row.scores] == [(s.label, s.actor) for s in alone.scores]
        assert [s.probability for s in row.scores] == pytest.approx(
            [s.probability for s in alone.scores], abs=1e-5
        )


def test_gold_stances_of_the_input_do_not_come_through(tiny: StanceClassifier, tmp_path: Path) -> None:
    stance = {"family": "outcome", "target": "withdrawal", "position": "favor", "label": "gold"}
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "text": "Words.", "stances": [stance]}))
    score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.jsonl", min_probability=1)
    assert rows_of(tmp_path / "out.jsonl")[0]["stances"] == []


# --- formats


def test_parquet_holds_what_jsonl_holds(tiny: StanceClassifier, tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", 30)
    for name in ("out.jsonl", "out.parquet"):
        score_path(tiny, tmp_path / "in.jsonl", tmp_path / name, min_probability=LEAST, all_scores=True)
    one, other = (list(read_result(tmp_path / f"out.{x}")) for x in ("jsonl", "parquet"))
    assert one == other
    assert any(s.stances for s in one)
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.names == [*FIELDS, "scores"]
    assert str(schema.field("start").type) == "int64"


def test_parquet_is_written_by_row_groups(tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("stancekit.scoring.writers.ROW_GROUP", 4)
    write_rows(tmp_path / "in.jsonl", 10)
    score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.parquet")
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.num_row_groups == 3
    assert [s.id for s in read_result(tmp_path / "out.parquet")] == [f"s{i}" for i in range(10)]


@pytest.mark.parametrize("all_scores", [False, True])
def test_csv_has_a_row_a_stance(tiny: StanceClassifier, tmp_path: Path, all_scores: bool) -> None:
    write_rows(tmp_path / "in.jsonl", 20)
    for name in ("out.jsonl", "out.csv"):
        score_path(tiny, tmp_path / "in.jsonl", tmp_path / name, min_probability=LEAST, all_scores=all_scores)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    records = rows_of(tmp_path / "out.jsonl")
    got = [(r["id"], r["label"], r["evidence"]) for r in rows if r.get("reported", "true") != "false"]
    stances = [(r["id"], s["label"], s["evidence"]["text"]) for r in records for s in r["stances"]]
    assert [x for x in got if x[1]] == stances
    assert {r["id"] for r in rows} == {r["id"] for r in records}
    if all_scores:
        assert len(rows) == sum(len(r["scores"]) for r in records)
    else:
        assert len(rows) == len(stances) + sum(not r["stances"] for r in records)


# --- what cannot be read


def test_bad_articles_are_listed_and_the_rest_is_done(
    tiny: StanceClassifier, articles: Path, tmp_path: Path
) -> None:
    (articles / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (articles / "empty.txt").write_bytes(b"")
    (articles / "long.txt").write_text("word " * (MAX_LINE // 4))
    (articles / "picture.png").write_bytes(b"\x89PNG")
    (articles / "wrong.txt").write_bytes("Talks in Orléans, déjà vu, à côté. ".encode() * 9 + b"\xe9\xff")
    (articles / "rows.jsonl").write_text('{"n": 1}')
    (articles / "labels.jsonl").write_text('{"id": "a", "text": "Iran left.", "stances": []}')
    summary = score_path(tiny, articles, tmp_path / "out.jsonl")
    assert (summary.articles, summary.statements, summary.errors, summary.passed_over) == (2, 4, 6, 1)
    assert summary.errors_file == errors_file(tmp_path / "out.jsonl")
    found = {Path(r["path"]).name: r for r in rows_of(summary.errors_file)}
    assert {n: r["reason"].split(";")[0] for n, r in found.items()} == {
        "binary.txt": "binary file (null bytes)",
        "empty.txt": "empty file",
        "long.txt": "line over 1,000,000 bytes",
        "picture.png": "suffix '.png'",
        "rows.jsonl": "no field with a text",
        "labels.jsonl": "statements with stances",
        "wrong.txt": found["wrong.txt"]["reason"].split(";")[0],
    }
    assert [n for n, r in found.items() if r["kind"] == "no article"] == ["labels.jsonl"]
    assert "UTF-8" in found["wrong.txt"]["reason"]
    assert all(r["line"] is None and "expected" in r["reason"] for r in found.values())


def test_bad_lines_are_listed_and_the_rest_is_done(tiny: StanceClassifier, tmp_path: Path) -> None:
    lines = [
        b'{"id": "a", "text": "Turkey must withdraw."}',
        b'{"id": "b", "text": 5}',
        b"not json",
        b'{"id": "c", "text": "null \x00 byte"}',
        b'{"id": "d", "text": "caf\xe9"}',
        b'{"id": "a", "text": "The same id."}',
        b'{"id": "e", "text": "   "}',
        b'{"id": "f", "text": "' + b"x" * 10_000_000 + b'"}',
        b'{"id": "g", "text": "Iran \\ud800"}',
        b'{"id": "h", "text": "No actor.", "stances": [{"family": "accusation", "target": "interference", '
        b'"position": "against"}]}',
        b'{"id": "z", "text": "Iran said so."}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    summary = score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert [r["id"] for r in rows_of(tmp_path / "out.jsonl")] == ["a", "z"]
    assert summary.errors_file
    problems = rows_of(summary.errors_file)
    assert [p["line"] for p in problems] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    words = ["valid string", "not valid JSON", "not valid JSON", "not UTF-8", "unique ids", "blanks",
             "line over 5,000,000 bytes", "unicode", "an accusation needs an actor"]  # fmt: skip
    assert [w for w, p in zip(words, problems, strict=True) if w not in p["reason"]] == []


def test_a_long_text_is_scored(tiny: StanceClassifier, tmp_path: Path) -> None:
    row = {"id": "a", "text": "Turkey must withdraw. " * 46_000, "context": ["Iran said so."]}
    (tmp_path / "in.jsonl").write_text(json.dumps(row))
    assert score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.parquet").statements == 1


def test_an_article_that_the_parser_fails_on_is_one_problem(
    tiny: StanceClassifier, articles: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    real = inputs.add_statements

    def failing(given: list[Any]) -> Iterator[Any]:
        if any(a.id == "b.txt" for a in given):
            raise IndexError("list index out of range")
        return real(given)

    monkeypatch.setattr(inputs, "add_statements", failing)
    summary = score_path(tiny, articles, tmp_path / "out.jsonl")
    assert summary.errors_file and summary.articles == 1
    assert "IndexError" in rows_of(summary.errors_file)[0]["reason"]


def test_a_list_of_errors_goes_when_there_are_none_any_more(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a", "text": "Words."}\n{}\n')
    assert score_path(tiny, source, out).errors_file
    source.write_text('{"id": "a", "text": "Words."}\n')
    assert not score_path(tiny, source, out).errors_file
    assert not errors_file(out).exists()


def test_a_folder_that_cannot_be_listed_is_one_problem(
    tiny: StanceClassifier, articles: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    real = os.scandir

    def refusing(path: Path) -> Any:
        if isinstance(path, Path) and path.name == "sub":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("stancekit.articles.files.os.scandir", refusing)
    summary = score_path(tiny, articles, tmp_path / "out.jsonl")
    assert summary.errors_file and summary.articles == 1
    assert "expected a readable folder" in rows_of(summary.errors_file)[0]["reason"]


def test_the_input_is_not_overwritten(tiny: StanceClassifier, tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", 1)
    with pytest.raises(InputError, match="is what is to be scored; expected another file"):
        score_path(tiny, tmp_path / "in.jsonl", tmp_path / "in.jsonl")


def test_the_output_may_lie_among_the_articles(tiny: StanceClassifier, articles: Path) -> None:
    out = articles / "out.csv"
    for _ in range(2):
        assert score_path(tiny, articles, out).errors == 0


def test_lines_of_any_length_are_read(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("stancekit.statements.MAX_LINE", 64)
    for length in range(50, 200):
        good = '{"id": "a", "text": "Words."}'
        (tmp_path / "x.jsonl").write_text("x" * length + "\n" + good)
        found = list(scan_statements(tmp_path / "x.jsonl"))
        assert [n for n, _ in found] == [1, 2] and isinstance(found[1][1], Statement), length


def test_seen_ids_beyond_the_recent_ones(monkeypatch: Any) -> None:
    monkeypatch.setattr("stancekit.scoring.seen._RECENT", 10)
    seen = SeenIds()
    assert all(seen.add(f"s{i}") for i in range(95))
    assert not any(seen.add(f"s{i}") for i in range(95))


# --- work in progress


def test_resuming_with_other_settings_or_inputs_is_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 6)
    interrupt(tiny, source, out, after=1)
    with pytest.raises(InputError, match="another min-probability; expected"):
        score_path(tiny, source, out, resume=True, min_probability=0.9)
    write_rows(source, 7)
    with pytest.raises(InputError, match="another input; expected"):
        score_path(tiny, source, out, resume=True)
    assert score_path(tiny, source, out).statements == 7


def test_resuming_over_changed_articles_is_refused(
    tiny: StanceClassifier, articles: Path, tmp_path: Path
) -> None:
    interrupt(tiny, articles, tmp_path / "out.jsonl", after=1)
    (articles / "b.txt").write_text("Another text.\n")
    with pytest.raises(InputError, match="have changed since; expected the same files"):
        score_path(tiny, articles, tmp_path / "out.jsonl", resume=True)


class StoppedError(Exception):
    pass


def interrupt(classifier: StanceClassifier, source: Path, out: Path, after: int) -> None:
    """Leave the work of a run that stopped after some chunks of one input each."""

    def stop(done: int, total: int) -> None:
        if done >= after:
            raise StoppedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "CHUNK_INPUTS", 1)
        with pytest.raises(StoppedError):
            score_path(classifier, source, out, on_progress=stop)
    assert parts_folder(out).is_dir()


def test_an_old_result_stays_until_the_new_one_is_whole(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 5)
    out.write_text("old\n")
    interrupt(tiny, source, out, after=2)
    assert out.read_text() == "old\n"
    assert score_path(tiny, source, out, resume=True).statements == 5
    assert len(rows_of(out)) == 5


def test_a_second_run_into_the_same_output_is_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_rows(source, 5)
    first = Parts(out, {}, resume=False)

    def second() -> int:
        try:
            score_path(tiny, source, out)
        except OutputError as e:
            print(e)
            return 1
        return 0

    finished = Process(second, tmp_path).wait()
    assert finished.code == 1
    assert finished.out == f"{out}: another run is writing it; expected one run at a time\n"
    first.close()
    assert Process(second, tmp_path).wait().code == 0


@pytest.mark.parametrize(
    ("suffix", "step"), [("jsonl", 7), pytest.param("parquet", 1, marks=pytest.mark.slow)]
)
def test_killed_at_any_line_it_resumes_to_the_same_bytes(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, suffix: str, step: int
) -> None:
    """Kill with SIGKILL before the first line of what writes, the second, and so on, and resume each time."""
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 4)
    source, whole, out = tmp_path / "in.jsonl", tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    write_rows(source, 6)
    with source.open("a") as file:
        file.write("not json\n")
    score_path(tiny, source, whole, min_probability=LEAST)

    def resumed(line: int | None = None) -> int:
        if line is not None:
            kill_before_line(line)
        score_path(tiny, source, out, min_probability=LEAST, resume=True)
        return 0

    line = 0
    while Process(partial(resumed, line), tmp_path).wait().code == -signal.SIGKILL:
        assert Process(resumed, tmp_path).wait().code == 0
        assert out.read_bytes() == whole.read_bytes(), line
        assert errors_file(out).read_bytes() == errors_file(whole).read_bytes(), line
        assert not parts_folder(out).exists()
        line += step
    assert line > 100


def kill_before_line(number: int, module: str = "parts.py") -> None:
    """Let this process die at the n-th line it runs of a module, by default of what writes the work in progress."""
    left = [number]

    def trace(frame: Any, event: str, arg: object) -> Any:
        if not frame.f_code.co_filename.endswith(f"scoring/{module}"):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    threading.settrace(trace)  # reading and writing have threads of their own
    sys.settrace(trace)


@pytest.mark.slow
def test_killed_at_random_moments_it_resumes_to_the_same_bytes(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 8)
    source, whole, out = tmp_path / "in.jsonl", tmp_path / "whole.parquet", tmp_path / "out.parquet"
    write_rows(source, 200)
    began = time.monotonic()
    score_path(tiny, source, whole, min_probability=LEAST)
    takes = time.monotonic() - began
    moments = random.Random(0)
    killed = 0

    def resumed() -> int:
        return score_path(tiny, source, out, min_probability=LEAST, resume=True).errors

    for _ in range(30):
        run = Process(resumed, tmp_path)
        time.sleep(moments.random() * takes / 4)
        run.kill()
        finished = run.wait()
        killed += finished.code == -signal.SIGKILL
        if finished.code == 0:
            assert digest(out) == digest(whole)
            out.unlink()
    score_path(tiny, source, out, min_probability=LEAST, resume=True)
    assert killed >= 15
    assert digest(out) == digest(whole)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_rows_behind_the_last_record_are_cut_off(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    parts = Parts(out, {"a": 1}, resume=False)
    parts.add(b"one\n", b"", Progress(inputs=1))
    with parts.rows.open("ab") as file:
        file.write(b"half a l")
    parts.close()
    parts = Parts(out, {"a": 1}, resume=True)
    assert parts.progress.inputs == 1
    parts.add(b"two\n", b"", Progress(inputs=2))
    parts.finish(None)
    assert out.read_bytes() == b"one\ntwo\n"


def test_a_full_disk_leaves_what_can_be_resumed(
    tiny: StanceClassifier, tmp_path: Path, small_disk: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 10)
    source, whole, out = tmp_path / "in.jsonl", tmp_path / "whole.jsonl", small_disk / "out.jsonl"
    write_rows(source, 60)
    score_path(tiny, source, whole, all_scores=True)
    out.write_text("old\n")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - whole.stat().st_size // 2))
    with pytest.raises(OutputError, match=r"out\.jsonl\.parts/.*: cannot be written: No space left on"):
        score_path(tiny, source, out, all_scores=True)
    assert out.read_text() == "old\n"
    filler.unlink()
    assert json.loads((parts_folder(out) / "progress.json").read_text())["inputs"] > 0
    score_path(tiny, source, out, all_scores=True, resume=True)
    assert out.read_bytes() == whole.read_bytes()


def test_a_line_break_in_a_text_breaks_no_line() -> None:
    from stancekit.scoring.writers import as_line

    words = Evidence(start=0, end=1, text="é")
    stance = Stance(family="actor", target="Iran", position="favor", evidence=words)
    line = as_line(Statement(id="a", text="é\n\u2028", stances=(stance,)))
    assert line.count(b"\n") == 1
    assert json.loads(line)["text"] == "é\n\u2028"
