"""Kinds and speakers in small nasty articles, each with the one thing that it tests."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from stancekit.articles.reading import parse_article
from stancekit.records import NARRATOR


class Case(NamedTuple):
    """A text, and kind and speaker of each sentence; a headline of "Head" and a blank line come before it."""

    text: str
    voices: list[tuple[str, str | None]]


N = ("narration", NARRATOR)
CASES = {
    "after the quotation": Case('"We will fight on," Ana Ruiz said.', [("direct", "Ana Ruiz")]),
    "inverted": Case('"We will fight on," said Ana Ruiz, a spokeswoman.', [("direct", "Ana Ruiz")]),
    "before, with a colon": Case('Ana Ruiz said: "We will fight on."', [("direct", "Ana Ruiz")]),
    "inside": Case('"We fought," Ana Ruiz said, "and we lost."', [("direct", "Ana Ruiz")]),
    "indirect": Case("Ana Ruiz said that the army had left.", [("indirect", "Ana Ruiz")]),
    "mixed": Case('Ana Ruiz called the vote "a shameful farce".', [("mixed", "Ana Ruiz")]),
    "according to": Case("The army has left, according to Ana Ruiz.", [("indirect", "Ana Ruiz")]),
    "according to, first": Case("According to Ana Ruiz, the army has left.", [("indirect", "Ana Ruiz")]),
    "narration": Case("The army left the town on Monday.", [N]),
    "did not say": Case("Ana Ruiz did not say who had fired.", [N]),
    "declined to say": Case("Ana Ruiz declined to say who had fired.", [N]),
    "no comment by a thing": Case("The bridge carried a sign at both ends.", [N]),
    "nobody said": Case("Nobody said where the army was.", [N]),
    "the author": Case("I believe that the army must leave.", [N]),
    "went on to": Case("Ana Ruiz rose. She went on to accuse Norland.", [N, ("indirect", "Ana Ruiz")]),
    "participle": Case("Ana Ruiz left, saying that the talks had failed.", [("indirect", "Ana Ruiz")]),
    "two sentences": Case('"We came. We saw," said Ana Ruiz.', [("direct", "Ana Ruiz")] * 2),
    "goes on after": Case('"We came," said Ana Ruiz. "We saw."', [("direct", "Ana Ruiz")] * 2),
    "next paragraph": Case(
        'Ana Ruiz said they had won.\n\n"We came."', [("indirect", "Ana Ruiz"), ("direct", "Ana Ruiz")]
    ),
    "over paragraphs": Case("“We came.\n\n“We saw,” said Ana Ruiz.", [("direct", "Ana Ruiz")] * 2),
    "unmarked paragraphs": Case('"We came.\n\nWe saw," said Ana Ruiz.', [("direct", "Ana Ruiz")] * 2),
    "said to be": Case("The town is said to be empty.", [N]),
    "scare quotes": Case('The so-called "People Army" took the town.', [N]),
    "quoting": Case("Interfax quoted Ana Ruiz as saying that they had left.", [("indirect", "Ana Ruiz")]),
    "agency": Case("Ana Ruiz said the army had left, Interfax reported.", [("indirect", "Ana Ruiz")]),
    "aside": Case("The regime, Ana Ruiz went on, has shelled the town.", [("indirect", "Ana Ruiz")]),
    "demand": Case("Ana Ruiz called on Norland to withdraw.", [("indirect", "Ana Ruiz")]),
    "single quotes": Case("‘The guards’ tents burned,’ said Ana Ruiz.", [("direct", "Ana Ruiz")]),
    "partly quoted, then more": Case(
        '"We won," said Ana Ruiz, adding that the "bandits" had fled.', [("mixed", "Ana Ruiz")]
    ),
    "a clause of time": Case("The talks ended when Ana Ruiz rejected the plan.", [N]),
    "what they say": Case("Women fled from what Ana Ruiz says was a raid.", [N]),
    "what was not said": Case("Ana Ruiz should have called for talks.", [N]),
    "announced a thing": Case("Ana Ruiz announced a truce.", [("indirect", "Ana Ruiz")]),
    "defended": Case("Ana Ruiz defended the raid.", [("indirect", "Ana Ruiz")]),
    "willing": Case("Norland is willing to withdraw its troops.", [("indirect", "Norland")]),
    "hoped": Case("Ana Ruiz hoped that talks would begin.", [("indirect", "Ana Ruiz")]),
    "conceded ground": Case("Ana Ruiz conceded to the demands of the drivers.", [N]),
    "after a relative clause": Case(
        "Norland, which has its own quarrel with Sudland over the islands, called on both sides to talk.",
        [("indirect", "Norland")],
    ),
    "after a phrase in front": Case(
        "In a new message, Ana Ruiz, the envoy behind the plan, says no boat will be let through.",
        [("indirect", "Ana Ruiz")],
    ),
    "a lost comma": Case(
        "Many of the men fled after planes struck the area Ana Ruiz said.", [("indirect", "Ana Ruiz")]
    ),
    "statement of a body": Case(
        "The Nordish Red Cross denied the report. In a statement, the group said it had no men there.",
        [("indirect", "Nordish Red Cross")] * 2,
    ),
}  # fmt: skip


def voices(text: str) -> list[tuple[str | None, str | None]]:
    return [(s.kind, s.speaker) for s in parse_article(text, "a").statements]


@pytest.mark.parametrize("name", CASES)
def test_kind_and_speaker(name: str) -> None:
    assert voices("Head\n\n" + CASES[name].text)[1:] == CASES[name].voices


@pytest.mark.parametrize(
    ("headline", "voice"),
    [
        ("Ruiz calls for new talks", ("indirect", "Ana Ruiz")),
        ("Ruiz: no new talks", ("indirect", "Ana Ruiz")),
        ("New talks are useless - Ruiz", ("indirect", "Ana Ruiz")),
        ("New talks begin in the capital", N),
        ("War in the north: what we know", N),
    ],
)
def test_headlines(headline: str, voice: tuple[str, str]) -> None:
    assert voices(f"{headline}\n\nForeign Minister Ana Ruiz spoke to reporters on Monday.")[0] == voice


def test_the_cue_is_kept() -> None:
    found = parse_article("Ana Ruiz called for talks. The army left, according to Ben Ode.", "a").statements
    assert [s.cue for s in found] == ["called for", "according to"]
