"""Sixty-odd nasty little articles, each for one thing: ``tests/nasty/*.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stancekit.articles.files import load_articles
from stancekit.articles.quotes import find_quotes
from stancekit.articles.reading import parse_article
from stancekit.records import Article
from stancekit_eval.names import same_speaker

FOLDER = Path(__file__).parent / "nasty"
KNOWN = ("title", "date", "source", "author", "language")


def cases(name: str) -> list[Any]:
    """Return the cases of a file; one with ``fails`` must fail, for the reason given there."""
    found = YAML(typ="safe").load((FOLDER / name).read_text(encoding="utf-8"))
    return [
        pytest.param(
            x, id=x["tests"],
            marks=[pytest.mark.xfail(reason=x["fails"], strict=True, raises=AssertionError)] if "fails" in x else [],
        )
        for x in found
    ]  # fmt: skip


def test_there_are_sixty() -> None:
    every = [x for path in FOLDER.glob("*.yaml") for x in cases(path.name)]
    assert len(every) >= 60
    assert len({x.id for x in every}) == len(every)


@pytest.mark.parametrize("case", cases("reading.yaml"))
def test_reading(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / case["file"]
    path.write_bytes(case["content"].encode(case.get("encoding", "utf-8")))
    found = list(load_articles(path))
    assert len(found) == 1
    if "error" in case:
        assert not isinstance(found[0], Article) and case["error"] in found[0].reason
        return
    assert isinstance(found[0], Article), found[0]
    assert found[0].text == case["text"]
    assert {k: getattr(found[0], k) for k in KNOWN if k in case} == {k: case[k] for k in KNOWN if k in case}


@pytest.mark.parametrize("case", cases("sentences.yaml"))
def test_sentences(case: dict[str, Any]) -> None:
    assert [s.text for s in parse_article(case["text"], "a").statements] == case["sentences"]


@pytest.mark.parametrize("case", cases("quotes.yaml"))
def test_quotes(case: dict[str, Any]) -> None:
    assert [case["text"][q.start : q.end] for q in find_quotes(case["text"])] == case["quotes"]


@pytest.mark.parametrize("case", cases("speakers.yaml"))
def test_speakers(case: dict[str, Any]) -> None:
    statements = parse_article(case["text"], "a").statements
    for begins, (kind, speaker) in case["speakers"].items():
        found = [s for s in statements if s.text.startswith(begins)]
        assert len(found) == 1, [s.text for s in statements]
        assert found[0].kind == kind
        assert found[0].speaker and same_speaker(found[0].speaker, speaker), found[0].speaker
