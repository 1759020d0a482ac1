"""Labels apart from their text, and back: through the command line, on files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from processes import stancekit

TITLE, BODY = "Bridge stays shut", "Nobody may cross. The council said the gunmen must leave. They laughed."
TEXT = f"{TITLE}\n\n{BODY}"


def spans(*sentences: str) -> list[tuple[int, int]]:
    return [(TEXT.index(s), TEXT.index(s) + len(s)) for s in sentences]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles.jsonl").write_text(json.dumps({"id": "a", "title": TITLE, "text": BODY}) + "\n")
    said, context = "The council said the gunmen must leave.", "Nobody may cross."
    ((start, end),) = spans(said)
    row = {
        "id": "a:2", "article": "a", "index": 2, "start": start, "end": end, "text": said, "context": [context],
        "speaker": "council", "kind": "indirect",
        "stances": [{"family": "outcome", "target": "withdrawal", "position": "favor", "actor": "gunmen"}],
    }  # fmt: skip
    (tmp_path / "statements.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def part(folder: Path) -> Path:
    out = folder / "labels.jsonl"
    done = stancekit(
        ["seeds", "detach", folder / "statements.jsonl", folder / "articles.jsonl", "--out", out], folder
    )
    assert done.code == 0, done.err
    return out


def test_detached_labels_hold_no_words_and_attach_to_the_same_statements(folder: Path) -> None:
    labels = part(folder)
    assert not any(word in labels.read_text() for word in ("Nobody", "leave", "laughed"))
    back = folder / "back.jsonl"
    done = stancekit(["seeds", "attach", labels, folder / "articles.jsonl", "--out", back], folder)
    assert done.code == 0, done.err
    assert back.read_text() == (folder / "statements.jsonl").read_text()


def test_another_version_of_an_article_is_named_with_the_line(folder: Path) -> None:
    labels = part(folder)
    (folder / "articles.jsonl").write_text(
        json.dumps({"id": "a", "title": TITLE, "text": f"So: {BODY}"}) + "\n"
    )
    done = stancekit(
        ["seeds", "attach", labels, folder / "articles.jsonl", "--out", folder / "back.jsonl"], folder
    )
    assert done.code == 2
    assert "labels.jsonl:1" in done.err and "other words" in done.err
    assert not (folder / "back.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "b:0"}', "no field"),
        ("not json", "not JSONL"),
        ('{"id": "b:0", "article": "b", "start": 0, "end": 3, "sha1": "x"}', "no article"),
    ],
)
def test_bad_labels_are_named(folder: Path, line: str, reason: str) -> None:
    (folder / "labels.jsonl").write_text(line + "\n")
    done = stancekit(
        ["seeds", "attach", folder / "labels.jsonl", folder / "articles.jsonl", "--out", folder / "x"], folder
    )
    assert done.code == 2 and reason in done.err and "Traceback" not in done.err


def test_statement_that_is_not_where_it_says_is_refused(folder: Path) -> None:
    text = (folder / "statements.jsonl").read_text().replace("gunmen must leave.", "gunmen must stay.")
    (folder / "statements.jsonl").write_text(text)
    out = folder / "labels.jsonl"
    done = stancekit(
        ["seeds", "detach", folder / "statements.jsonl", folder / "articles.jsonl", "--out", out], folder
    )
    assert done.code == 2 and "a:2" in done.err and not out.exists()
