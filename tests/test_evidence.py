"""The words a stance rests on: how they are found, and how they are measured against marked ones."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit import StanceClassifier, Statement
from stancekit.errors import DataError
from stancekit.evidence import find_evidence
from stancekit_eval.evidence import (
    MARKS,
    METHODS,
    Mark,
    anywhere,
    cases,
    half,
    measure,
    overlap,
    read_marks,
    table,
)

TEXT = 'On Monday the mayor, who had said little, told us that "the troops must leave the valley now", and sat down.'


def tokens(text: str) -> list[tuple[int, int]]:
    """Pieces of at most four letters, and punctuation."""
    return [m.span() for m in re.finditer(r"\w{1,4}|[^\w\s]", text)]


def words(weighted: dict[str, float], text: str = TEXT) -> str:
    spans = tokens(text)
    found = find_evidence(text, spans, [weighted.get(text[s:e], 0.001) for s, e in spans])
    assert found is not None and text[found.start : found.end] == found.text
    return found.text


def test_evidence_is_the_phrase_around_the_peak_without_punctuation_at_its_ends() -> None:
    found = words({"must": 0.5, "leav": 0.5})
    assert "must leave" in found
    assert found[0].isalnum() and found[-1].isalnum()
    assert "Monday" not in found and "sat down" not in found


def test_a_second_peak_far_off_and_lower_is_not_joined() -> None:
    assert "leave" in words({"leav": 1.0, "Mond": 0.6})
    assert "Monday" not in words({"leav": 1.0, "Mond": 0.6})


def test_the_scale_of_the_weights_changes_nothing() -> None:
    spans = tokens(TEXT)
    weights = [1 / (1 + abs(i - 14)) for i in range(len(spans))]
    assert find_evidence(TEXT, spans, weights) == find_evidence(TEXT, spans, [64 * w for w in weights])


def test_no_tokens_no_evidence_and_a_text_of_punctuation_keeps_it() -> None:
    assert find_evidence("", [], []) is None
    found = find_evidence("?!", [(0, 1), (1, 2)], [0.5, 0.5])
    assert found is not None and found.text == "?!"


@given(st.text(min_size=1, max_size=80), st.data())
def test_offsets_are_exact_in_any_text(text: str, data: st.DataObject) -> None:
    spans = tokens(text)
    weights = data.draw(st.lists(st.floats(0, 1), min_size=len(spans), max_size=len(spans)))
    found = find_evidence(text, spans, weights)
    if found:
        assert text[found.start : found.end] == found.text != ""
    else:
        assert not spans


def test_overlap_counts_characters() -> None:
    assert overlap((10, 20), (10, 20)) == (1, 1, 1, 1, 1)
    assert overlap((10, 20), (15, 35)) == (0.25, 0.5, pytest.approx(1 / 3), 1, 0)
    assert overlap((10, 20), (20, 30)) == overlap((10, 20), (0, 0)) == (0, 0, 0, 0, 0)


def test_a_random_run_is_the_mean_over_its_places() -> None:
    # A run of 2 in 4 characters has three places; against [0, 2) it hits whole, by half, not at all.
    assert anywhere((0, 2), 2, 4).tolist() == pytest.approx([0.5, 0.5, 0.5, 2 / 3, 1 / 3])


def statement() -> Statement:
    return Statement(id="a", text="We ask Turkey to withdraw its troops now.", speaker="Iran")


def mark(**change: object) -> Mark:
    text = statement().text
    row = {
        "id": "a", "family": "actor", "target": "Turkey", "position": "against", "actor": "Turkey",
        "start": 3, "end": 13, "sha1": hashlib.sha1(text.encode()).hexdigest()[:8],
    }  # fmt: skip
    return Mark.model_validate(row | change)


MARKED = [
    mark(),
    mark(family="outcome", target="withdrawal", position="favor", actor=None, start=17, end=36),
    mark(family="accusation", target="aggression"),
    mark(target="Atlantis", actor="Atlantis"),
]


def test_each_method_is_measured_and_an_unknown_actor_is_left_out(tiny: StanceClassifier) -> None:
    found = cases(tiny, [statement()], MARKED)
    assert [m.target for m, _ in found[0].found()] == ["Turkey", "withdrawal", "aggression"]
    rows = measure(tiny, found, list(METHODS))
    assert list(rows) == ["whole statement", "random run", *METHODS]
    again = measure(tiny, found, list(METHODS))
    for name, (stances,) in rows.items():
        assert len(stances) == 3
        assert all(0 <= x <= 1 for values in stances for x in values)
        assert [v.tolist() for v in stances] == [v.tolist() for v in again[name][0]]
    lines = list(table(found, rows))
    assert len(lines) == 2 + 4 * len(rows)
    assert lines[2].startswith("| whole statement | all | 3 |")


def test_measuring_leaves_the_scores_alone(tiny: StanceClassifier) -> None:
    before = tiny.predict(statement().text, all_scores=True).scores
    measure(tiny, cases(tiny, [statement()], MARKED), list(METHODS))
    assert tiny.predict(statement().text, all_scores=True).scores == before


def test_another_text_or_a_missing_statement_is_named(tiny: StanceClassifier) -> None:
    with pytest.raises(DataError, match="a: the text has other words"):
        cases(tiny, [statement()], [mark(sha1="00000000")])
    with pytest.raises(DataError, match="b: marked, but no such statement"):
        cases(tiny, [statement()], [mark(id="b")])


def test_a_line_that_is_no_mark_is_named(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text(mark().model_dump_json() + '\n{"id": "a"}\n')
    with pytest.raises(DataError, match=r"marks\.jsonl:2: expected a mark"):
        read_marks(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_marks(tmp_path / "none.jsonl")


def test_the_marks_that_ship_are_offsets_without_text() -> None:
    marks = read_marks(MARKS)
    assert len({m.id for m in marks}) == 50
    assert {m.id for m in half(marks, "tune")}.isdisjoint(m.id for m in half(marks, "report"))
    assert len(half(marks, "tune")) + len(half(marks, "report")) == len(half(marks, "all")) == len(marks)
    for line in MARKS.read_text("utf-8").splitlines():
        assert json.loads(line).keys() == Mark.model_fields.keys()
