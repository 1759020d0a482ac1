"""What stands before the first sentence of a paragraph: a dateline, a live blog's time, a speaker's label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stancekit.articles.dialogue import Turn

_DASH = r"\s*(?:--|—|–|-)\s+"
_TIME = re.compile(
    r"\d{1,2}[:.]\d\d(?::\d\d)?(?:\s?(?:GMT|UTC|BST|CET|CEST|EST|EDT|ET|am|pm|a\.m\.|p\.m\.)\b\.?)?"
    r"(?:\s*[-—–:|]+)?\s+"
)
_LATER_TIME = re.compile(r"(?<=[.!?\"”’]\s)\d\d:\d\d\s+(?:[-—–:|]+\s+)?(?=[\"“‘A-Z])")
_DATELINE = re.compile(
    rf"(?=[^\W\d_])(?P<place>[\w'’./ ,\-]{{3,60}}?)(?P<agency>\s*\([^)\n]{{2,40}}\))?{_DASH}"
)
_PARAGRAPH = re.compile(r"(?:^|\n)\s*")
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")


class Prefix(NamedTuple):
    """``text[start:end]`` stands before a sentence and is no part of its grammar."""

    start: int
    end: int


def find_prefixes(text: str, turns: list[Turn]) -> Iterator[Prefix]:
    """Yield the datelines, time stamps and speakers' labels of a text."""
    for turn in turns:
        yield Prefix(turn.start, turn.words)
    for paragraph in _PARAGRAPH.finditer(text):
        at = paragraph.end()
        match = _TIME.match(text, at) or _dateline(text, at)
        if match:
            yield Prefix(at, match.end())
    for time in _LATER_TIME.finditer(text):
        yield Prefix(time.start(), time.end())


def _dateline(text: str, at: int) -> re.Match[str] | None:
    """Return the dateline at a place: words in capitals, an agency or a date, then a dash."""
    match = _DATELINE.match(text, at)
    if match is None:
        return None
    place = match.group("place")
    capitals = re.match(r"[^\W\d_]{3,}", place)
    shown = match.group("agency") or _MONTH.search(place) or (capitals and capitals.group().isupper())
    return match if shown and place[0].isupper() else None
