"""Sentence spans: nasty punctuation, and exact offsets whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.articles.reading import parse_article
from stancekit.errors import ArticleError

NASTY = {
    "titles": ["Gen. Ada Ruiz met Mr. and Mrs. Orr.", "Lt.-Gen. Abe Moe did not."],
    "country and title": ["He met U.S. Sen. Jo Hill in the U.S. on Monday.", "They talked."],
    "initials": ["J. R. Stone spoke to M. A. Khan.", "Nothing came of it."],
    "dates": ["It began on Sept. 5 and ended on Oct. 9.", "Nobody won."],
    "decimals": ["Prices rose 3.5 per cent to $1.2 billion.", "No. 7 was hit."],
    "quoted question": ['"Why did they come?" Ana Ruiz asked.', "Nobody knew."],
    "quoted sentences": ["“We came.", "We saw,” said Berg.", "“We left.”"],
    "brackets": ["The army (it had lost.) left.", "(Nobody saw it.)", "It was night."],
    "ellipsis inside": ["He spoke of peace ... and of war.", "Then he left."],
    "dateline": ["KYIV, Sept. 3 (Wire) - The army left on Monday.", "It was raining."],
    "time stamps": ["09:15 GMT – The bridge is closed.", "It reopens at noon."],
}


def sentences(text: str) -> list[str]:
    return [s.text for s in parse_article(text, "a").statements]


@pytest.mark.parametrize("name", NASTY)
def test_nasty_punctuation(name: str) -> None:
    assert sentences(" ".join(NASTY[name])) == NASTY[name]


def test_a_quotation_that_ends_ends_the_sentence() -> None:
    assert sentences('"It is over." The crowd left the square.') == [
        '"It is over."',
        "The crowd left the square.",
    ]


def test_a_blank_line_always_ends_a_sentence() -> None:
    assert sentences("Talks fail over Ruritania\n\nthe talks have failed") == [
        "Talks fail over Ruritania",
        "the talks have failed",
    ]


def test_lines_wrapped_to_a_width_are_one_paragraph() -> None:
    text = "The foreign ministry said on Monday that the talks would be\nheld in the capital next week."
    assert sentences(text) == [text]


def test_bullets_and_list_items_stand_alone() -> None:
    assert sentences("The demands:\n- Leave the town\n- Free the men\n") == [
        "The demands:",
        "- Leave the town",
        "- Free the men",
    ]


def test_lines_without_words_are_left_out() -> None:
    assert sentences("One town fell.\n\n* * *\n\nAnother held.") == ["One town fell.", "Another held."]


def test_context_is_the_two_sentences_before() -> None:
    found = parse_article("One. Two came. Three came. Four came.", "x").statements
    assert found[3].context == ("Two came.", "Three came.") and found[0].context == ()
    assert [s.id for s in found] == ["x:0", "x:1", "x:2", "x:3"]


def test_a_text_without_words_is_an_error() -> None:
    with pytest.raises(ArticleError, match="a: empty file; expected the text of an article"):
        parse_article("  ", "a")


PIECES = [
    "He said",
    '"',
    "“",
    "”",
    "‘",
    "’",
    "\n\n",
    "\n",
    " ",
    ". ",
    "U.S. ",
    "Mr. ",
    "? ",
    "Kyiv ",
    "the army ",
]
PIECES += [": ", "é", "😀", "\u200b", "\xa0", "- ", "09:10 ", "NAME: ", "Q. ", "A. ", "1. ", "... ", "\t"]
PIECES += [", said Berg", "(", ")"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join).map(lambda x: x + " Word"))
def test_offsets_are_exact(text: str) -> None:
    article = parse_article(text, "a")
    end = 0
    for statement in article.statements:
        assert statement.start is not None and statement.end is not None and end <= statement.start
        assert article.text[statement.start : statement.end] == statement.text == statement.text.strip()
        end = statement.end
