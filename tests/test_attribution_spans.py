"""Attributions as spans, and their scores; an archive without labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stancekit.errors import DataError
from stancekit.nlp import load_nlp
from stancekit_eval.archive import measure, read_rows
from stancekit_eval.attribution_spans import by_rules
from stancekit_eval.polnear import parse, score


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        ("Ana Ruiz said that the army had left.", ["Ana Ruiz"], ["that the army had left"]),
        ("The army had left, Ana Ruiz said.", ["Ana Ruiz"], ["The army had left"]),
        ("According to the envoy, the army had left.", ["the envoy"], ["the army had left"]),
        ("Ana Ruiz called for new talks.", ["Ana Ruiz"], ["new talks"]),
        ('"We came," said Ana Ruiz. "We saw."', ["Ana Ruiz"], ['"We came,"', '"We saw."']),
    ],
)
def test_source_and_content(text: str, source: list[str], content: list[str]) -> None:
    found = next(by_rules(load_nlp()(text)))
    assert [text[s:e] for s, e in found.source] == source
    assert [text[s:e].strip(",. ") for s, e in found.content] == [c.strip(",.") for c in content]


def rows(text: str, contents: list[str], source: str) -> str:
    def spans(words: list[str]) -> list[list[int]]:
        return [[text.index(w), text.index(w) + len(w)] for w in words]

    label = {"quote_spans": spans(contents), "speaker_spans": spans([source]), "kind": "indirect"}
    return json.dumps({"text": text, "doc": "d", "attributions": [label]}) + "\n"


def test_scores_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    first = rows("Ana Ruiz said that the army had left.", ["that the army had left"], "Ana Ruiz")
    second = rows(
        "The town was shelled, the report seen by Ben Ode said.", ["The town was shelled"], "Ben Ode"
    )
    file.write_text(first + second)
    found = [(doc, gold, list(by_rules(doc))) for doc, gold in parse(file)]
    assert len(found) == 1 and len(found[0][1]) == 2
    scores = score(found)
    assert scores["content, exact"] == (1.0, 1.0) and scores["source, exact"] == (0.5, 0.5)
    assert score(found, ("direct",))["content, exact"].recall == 0.0


def test_a_bad_row_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "No labels."}\n')
    with pytest.raises(DataError, match=r"rows\.jsonl:1: .*expected a row"):
        list(parse(file))


def test_an_archive(tmp_path: Path) -> None:
    file = tmp_path / "archive.jsonl"
    story = "Ana Ruiz said the army had left. The town is quiet."
    texts = [story, " ", story]
    file.write_text(
        "".join(json.dumps({"id": n, "title": "", "text": t}) + "\n" for n, t in enumerate(texts))
    )
    figures = measure(read_rows(file))
    assert (figures.articles, figures.refused, figures.crashed) == (3, 1, [])
    assert figures.near_duplicates == 1
    assert figures.kinds == {"indirect": 2, "narration": 2} and figures.unknown == 0
    assert figures.lines()[0] == "articles                3 (1 refused, 0 crashed)"
