"""Interviews and transcripts: turns that begin with who speaks, ``NAME:`` or ``Q.`` and ``A.``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from stancekit.articles.cues import words
from stancekit.articles.roles import PEOPLE, TITLES

_WORD = r"(?:[^\W\d_a-zß-öø-ÿ][\w.'’\-]*)"
_LABEL = re.compile(
    r"(?:(?<=\n)|(?<=[.!?…]\s)|(?<=[.!?…][\"”’]\s)|\A)[^\S\n]*"
    rf"({_WORD}(?:[^\S\n][\w.'’\-]+){{0,7}})"
    r"(?:,\s[a-z][\w\-]*(?:\s[\w\-]+){0,3})?\s?(?:\([^)\n]{1,40}\)\s?)?:[^\S\n]+(?=\S)"
)
_LETTER = re.compile(r"(?:(?<=\n)|\A)[^\S\n]*([QA])[.:]?[^\S\n]+(?=[A-Z\"“‘'(¿])")
_ASKS = words("q presenter host interviewer moderator question reporter correspondent anchor journalist")
_SMALL = words("of the and for de van von bin al el line programme program show news")
_NO_NAMES = words(
    "note update updates correction photo picture image read more related source sources by editor summary"
    " background analysis opinion transcript breaking live watch video interview news caption credit tel"
    " fax email contact date time place published"
)


class Turn(NamedTuple):
    """What one speaker says in a dialogue: ``text[start:end]``, its label before ``words`` included.

    ``name`` is the label (``COL. SHIRE``); None for an unnamed one who asks.
    """

    start: int
    words: int
    end: int
    name: str | None


def find_turns(text: str) -> list[Turn]:
    """Return the turns of a dialogue, in order; empty if the text is none."""
    letters = list(_LETTER.finditer(text))
    marks = letters if {m.group(1) for m in letters} == {"Q", "A"} else _labels(text)
    ends = [*(m.start(1) for m in marks[1:]), len(text)] if marks else []
    return [Turn(m.start(1), m.end(), end, _name(m.group(1))) for m, end in zip(marks, ends, strict=True)]


def _labels(text: str) -> list[re.Match[str]]:
    """Return the labels of a text: three turns of two speakers, or a speech under a name in capitals."""
    found = [(m, m.group(1).split()[-1].lower()) for m in _candidates(text)]
    often = Counter(last for _, last in found)
    elsewhere = {last: _named_elsewhere(text, last) for last in often}
    marks = [(m, x) for m, x in found if often[x] > 1 or m.group(1).isupper() or elsewhere[x]]
    if len(marks) >= 3 and len({last for _, last in marks}) > 1:
        known = {last for _, last in marks}
        return [m for m, last in found if last in known or len(m.group(1).split()) > 1]
    return [m for m, last in marks if m.group(1).isupper() and elsewhere[last]]


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Yield what looks like a label; a failed one may hide another behind the next full stop."""
    at = 0
    while match := _LABEL.search(text, at):
        good = _is_name(match.group(1))
        if good:
            yield match
        at = match.end() if good else match.start(1) + 1


def _named_elsewhere(text: str, last: str) -> bool:
    return re.search(rf"\b{re.escape(last.title())}\b(?!\s?:)", text) is not None


def _is_name(label: str) -> bool:
    """Tell whether a label can name a speaker: capitalised words, with nothing but role words between."""
    parts = [w.strip(".").lower() for w in label.split()]
    small = {p for p, w in zip(parts, label.split(), strict=True) if w[0].islower()}
    if set(parts) & _NO_NAMES or small - (_SMALL | PEOPLE | TITLES):
        return False
    return len(label) <= 80 and label.split()[-1][0].isupper()


def _name(label: str) -> str | None:
    return None if label.strip(". ").lower() in _ASKS else label.strip()
