"""Quotation spans, by their marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.articles.quotes import find_quotes, is_term, quoted_letters


def spans(text: str) -> list[str]:
    return [text[q.start : q.end] for q in find_quotes(text)]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('He said "we go" and "we stay".', ['"we go"', '"we stay"']),
        ("He said “we go” again.", ["“we go”"]),
        ("Er sagte „wir gehen“ und „ja”.", ["„wir gehen“", "„ja”"]),
        ("Il dit «nous allons» ici.", ["«nous allons»"]),
        ("‘We go,’ he said.", ["‘We go,’"]),
        ("'We go,' he said.", ["'We go,'"]),
        ("``We go,'' he said.", ["``We go,''"]),
        ("The soldiers' tents and Iran's men don't count.", []),
        ("The ’90s and rock ’n’ roll, 'twas said.", []),
        ("‘The soldiers’ tents burned,’ he said.", ["‘The soldiers’ tents burned,’"]),
        ("“He told me ‘go home’ twice,” she said.", ["“He told me ‘go home’ twice,”"]),
        ('A 5" gun and a 6" gun.', []),
        ("“First.\n\n“Second,” he said.", ["“First.\n\n“Second,”"]),
        ('"First.\n\nSecond," he said. "Third."', ['"First.\n\nSecond,"', '"Third."']),
        ("“Never closed.\n\nThe town is quiet.", ["“Never closed."]),
        ('"Never closed.\n\nHe said "yes" then.', ['"Never closed.', '"yes"']),
        ("‘Never closed.\n\nThe town is quiet.", []),
        ("“First. “Second,” he said. He left.", ["“First. “Second,”"]),
        ('A "guarded "yes and a "no ".', ['"guarded "', '"no "']),
        ("“Never closed. He told them: “We go.”", ["“Never closed.", "“We go.”"]),
        ("No quotation at all.", []),
    ],
)
def test_quotations(text: str, quotes: list[str]) -> None:
    assert spans(text) == quotes


def test_letters_inside_quotations_are_counted() -> None:
    text = 'He said "we go".'
    assert quoted_letters(text, 0, len(text), find_quotes(text)) == 4


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ('the so-called "polite people" came', True),
        ('the book "War and Peace" sold', True),
        ('called the vote "a farce" today', False),
        ('"We go," he said', False),
    ],
)
def test_a_term_is_no_statement(text: str, term: bool) -> None:
    assert is_term(text, find_quotes(text)[0]) is term


@given(st.text(alphabet="ab .,\n\"'“”„‘’«»`", max_size=80))
def test_quotations_are_in_order_and_inside_the_text(text: str) -> None:
    end = 0
    for quote in find_quotes(text):
        assert end <= quote.start < quote.end <= len(text)
        end = quote.end
