"""One name per actor across a statement and its context."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stancekit.gazetteer import Gazetteer, words
from stancekit.spotting import Spot

_INTRODUCED = re.compile(r"((?:[\w'’.-]+ ){1,9})\(([A-Z][A-Za-z]{1,8})\)")


def link(
    segments: Sequence[tuple[Spot, ...]], texts: Sequence[str], gazetteer: Gazetteer
) -> list[list[Spot]]:
    """Return the spots of each segment under linked names.

    Args:
        segments: Spots by segment, the statement's own text last.
        texts: The segments themselves.
        gazetteer: Names and their aliases.
    """
    names = acronyms(" ".join(texts))
    every = [s for segment in segments for s in segment]
    people = [s.name for s in every if s.kind == "person" and " " in s.name]
    groups = [s.name for s in every if s.kind == "group"]
    return [[s._replace(name=_linked(s, names, people, groups, gazetteer)) for s in x] for x in segments]


def acronyms(text: str) -> dict[str, str]:
    """Return the acronyms that a text introduces: "OPM" -> "Free Papua Movement"."""
    found = {}
    for match in _INTRODUCED.finditer(text):
        before, short = match.group(1).split(), match.group(2)
        for start in range(len(before) - 1, -1, -1):
            initials = [w[0] for w in before[start:] if w[0].isupper()]
            if before[start][0].isupper() and "".join(initials).upper() == short.upper():
                found[short] = " ".join(before[start:])
                break
    return found


def _linked(
    spot: Spot, names: dict[str, str], people: list[str], groups: list[str], gazetteer: Gazetteer
) -> str:
    if spot.kind == "known":
        return spot.name
    name = names.get(spot.name, spot.name)
    entry = gazetteer.lookup(name)
    if entry:
        return entry.name
    if spot.kind == "person" and " " not in name:
        return next((p for p in reversed(people) if name in p.split()), name)
    if spot.kind == "bare":
        head = words(name)[-1:]
        return next((g for g in reversed(groups) if words(g)[-1:] == head), name)
    return name
