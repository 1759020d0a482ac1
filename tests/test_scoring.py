"""Scoring of folders and files: records, errors."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runs import rows_of, write_rows

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError
from stancekit.formats.document import MAX_LINE
from stancekit.records import Statement
from stancekit.scoring.parts import errors_file
from stancekit.scoring.run import score_path
from stancekit.scoring.seen import SeenIds
from stancekit.scoring.writers import FIELDS, read_result
from stancekit.statements import read_statements, scan_statements

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
