"""The limits that reading keeps: seconds per article, whatever stands in it."""

from __future__ import annotations

import time

import pytest

from stancekit.articles.reading import SECTION, parse_article, sections
from stancekit.articles.sentences import MAX_TOKENS

NASTY = {
    "no full stop": "the minister said that the army of Turkey would not leave because ",
    "capitals": "THE ARMY SAID ",
    "names": "Ana Ruiz Ben Ode ",
    "brackets": "((((((((((a",
    "apostrophes": "'tis 'a ' said ",
    "quotation marks": '"a" ',
    "terms": 'the so-called "Thing One" said ',
    "turns": "NAME: yes.\n",
    "one word": "abcdefghij",
}
SECONDS = 2.5
"""For 10,000 characters; a text takes 0.4 where this was set."""


@pytest.mark.parametrize("name", NASTY)
def test_the_time_grows_with_the_length_only(name: str) -> None:
    parse_article("He said so.", "a")
    text = (NASTY[name] * (20_000 // len(NASTY[name]) + 1))[:20_000]
    began = time.process_time()
    article = parse_article(text, "a")
    assert time.process_time() - began < 2 * SECONDS
    assert all(article.text[s.start : s.end] == s.text for s in article.statements)


def test_a_sentence_has_an_end() -> None:
    text = "the minister said that he would not go and " * 80
    found = parse_article(text, "a").statements
    assert len(found) == -(-9 * 80 // (MAX_TOKENS + 1))
    assert " ".join(s.text for s in found) == text.strip()


def test_a_long_text_is_cut_into_sections_that_lose_nothing() -> None:
    paragraph = "Ana Ruiz said the army had left the old town. It was raining on that day.\n\n"
    text = paragraph * (3 * SECTION // len(paragraph))
    parts = list(sections(text))
    assert [p.start for p in parts] == [0, *(p.end for p in parts[:-1])] and parts[-1].end == len(text)
    assert all(p.end - p.start <= SECTION for p in parts) and len(parts) >= 3
    assert all(text[p.end - 1] == "." for p in parts[:-1])
    found = parse_article(text, "a").statements
    assert len(found) == 2 * text.count("\n\n")
    assert [s.index for s in found] == list(range(len(found)))
    assert [s.id for s in found] == [f"a:{i}" for i in range(len(found))]
    assert all(text[s.start : s.end] == s.text for s in found)
    assert all(s.context == tuple(x.text for x in found[max(0, i - 2) : i]) for i, s in enumerate(found))


@pytest.mark.parametrize("text", ["", "a", "word " * 30_000, "x" * 120_000, "\n" * 120_000 + "a"])
def test_sections_cover_any_text(text: str) -> None:
    parts = list(sections(text))
    assert "".join(text[p.start : p.end] for p in parts) == text
    assert all(p.end - p.start <= SECTION for p in parts)
