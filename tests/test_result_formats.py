"""The formats of a result hold the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from runs import LEAST, rows_of, write_rows

from stancekit.classifier import StanceClassifier
from stancekit.records import Evidence, Stance, Statement
from stancekit.scoring.run import score_path
from stancekit.scoring.writers import FIELDS, as_line, read_result


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


def test_a_line_break_in_a_text_breaks_no_line() -> None:
    words = Evidence(start=0, end=1, text="é")
    stance = Stance(family="actor", target="Iran", position="favor", evidence=words)
    line = as_line(Statement(id="a", text="é\n\u2028", stances=(stance,)))
    assert line.count(b"\n") == 1
    assert json.loads(line)["text"] == "é\n\u2028"
