"""One name per actor across a statement and its context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from stancekit.actors.gazetteer import Gazetteer, usual, words
from stancekit.actors.spotting import Spot

_INTRODUCED = re.compile(r"((?:[\w'’.-]+ ){1,9})\(([A-Z][A-Za-z]{1,8})\)")


class _Names(NamedTuple):
    """What a statement with its context tells about names: the nearest use last."""

    acronyms: dict[str, str]
    people: list[str]
    bodies: list[str]
    groups: list[str]


def link(
    segments: Sequence[tuple[Spot, ...]], texts: Sequence[str], gazetteer: Gazetteer
) -> list[list[Spot]]:
    """Return the spots of each segment under linked names.

    Args:
        segments: Spots by segment, the statement's own text last.
        texts: The segments themselves.
        gazetteer: Names and their aliases.
    """
    every = [s for segment in segments for s in segment]
    names = _Names(
        acronyms(" ".join(texts)),
        [s.name for s in every if s.kind == "person" and " " in s.name],
        [s.name for s in every if s.kind in {"body", "known"} and " " in s.name],
        [s.name for s in every if s.kind in {"group", "known"} and " " in s.name],
    )
    return [[s._replace(name=_linked(s, names, gazetteer)) for s in segment] for segment in segments]


def acronyms(text: str) -> dict[str, str]:
    """Return the acronyms that a text introduces: "RVF" -> "Red Valley Front"."""
    found = {}
    for match in _INTRODUCED.finditer(text):
        before, short = match.group(1).split(), match.group(2)
        for start in range(len(before) - 1, -1, -1):
            initials = "".join(w[0] for w in before[start:] if w[0].isupper())
            if before[start][0].isupper() and initials.upper() == short.upper():
                found[short] = " ".join(before[start:])
                break
    return found


def _linked(spot: Spot, names: _Names, gazetteer: Gazetteer) -> str:
    if spot.kind in {"known", "seat"}:
        return spot.name
    name = names.acronyms.get(spot.name, spot.name)
    entry = gazetteer.lookup(name)
    if entry:
        return entry.name
    if spot.kind == "person":
        return _longer(name, names.people)
    if spot.kind == "body" and " " not in name:
        return _longer(name, names.bodies)
    if spot.kind == "bare":
        head = words(name)[-1:]
        return next((g for g in reversed(names.groups) if words(g)[-1:] == head), usual(name))
    return name


def _longer(name: str, others: list[str]) -> str:
    """Return the nearest longer name that holds this one word for word, or the name itself."""
    part = words(name)
    for other in reversed(others):
        whole = words(other)
        if len(whole) > len(part) and any(
            whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1)
        ):
            return other
    return name
