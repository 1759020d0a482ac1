"""Interviews and transcripts: paragraphs that begin with who speaks, ``NAME:`` or ``Q.`` and ``A.``."""

from __future__ import annotations

import re
from typing import NamedTuple

from stancekit.cues import words

_LABEL = re.compile(
    r"(?:^|\n)[^\S\n]*((?:[A-Z][\w.'’\-]*\s?){1,5}?)\s?(?:\([^)\n]{1,40}\)\s?)?:[^\S\n]+(?=\S)"
)
_LETTER = re.compile(r"(?:^|\n)[^\S\n]*([QA])[.:]?[^\S\n]+(?=[A-Z\"“‘'(¿])")
_ASKS = words("q presenter host interviewer moderator question reporter correspondent anchor journalist")
_NOT_NAMES = words(
    "note update correction photo picture image read more related source sources by editor summary"
    " background analysis opinion transcript"
)


class Turn(NamedTuple):
    """What one speaker says in a dialogue: ``text[start:end]``, its label included.

    ``name`` is the label (``COL. SHIRE``); None for the one who asks.
    """

    start: int
    end: int
    name: str | None


def find_turns(text: str) -> list[Turn]:
    """Return the turns of a dialogue, in order; empty if the text is none."""
    letters = list(_LETTER.finditer(text))
    if {m.group(1) for m in letters} == {"Q", "A"}:
        marks = letters
    else:
        marks = [m for m in _LABEL.finditer(text) if _is_name(m.group(1))]
        counts = [m.group(1).strip() for m in marks]
        marks = [m for m in marks if m.group(1).isupper() or counts.count(m.group(1).strip()) > 1]
    if len(marks) < 3 or len({m.group(1) for m in marks}) < 2:
        return []
    ends = [*(m.start() for m in marks[1:]), len(text)]
    return [Turn(m.start(1), end, _name(m.group(1))) for m, end in zip(marks, ends, strict=True)]


def _is_name(label: str) -> bool:
    return not {w.strip(".").lower() for w in label.split()} & _NOT_NAMES


def _name(label: str) -> str | None:
    return None if label.strip(". ").lower() in _ASKS else label.strip()
