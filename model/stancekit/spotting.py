"""The actors that one sentence names, before names are linked across sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from stancekit.gazetteer import Gazetteer, Match
from stancekit.groups import Group, groups, lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_AT = frozenset({"in", "at", "near", "outside", "around", "inside"})
_TITLE = re.compile(
    r"^(?:(?:the|mr|mrs|ms|dr|sir|president|minister|general|gen|col|colonel|senator|sen|prime|foreign|king|prince|sheikh|"
    r"secretary|ambassador|chancellor|governor|lord|ayatollah|imam|pope)\b\.?\s*)+(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:['’]s?|\s+(?:said|says))$")


class Spot(NamedTuple):
    """A name in a sentence: offsets, the name it goes by, and how sure that name is.

    ``kind`` is ``known`` (the gazetteer), ``person``, ``body`` (an organisation), ``group`` or ``bare`` (a
    group without a modifier; the next modified one of the same head may be meant).
    """

    start: int
    end: int
    name: str
    kind: str


def spot(doc: Doc, gazetteer: Gazetteer) -> tuple[Spot, ...]:
    """Return the actors that a sentence names, from left to right, none inside another."""
    matches = [m for m in gazetteer.find(doc.text) if not _is_place(doc.text, m)]
    found = _entities(doc, matches)
    taken = [(s.start, s.end) for s in found]
    known = [m for m in matches if not _inside(m, taken)]
    found += _groups(doc, known, taken, gazetteer)
    taken = [(s.start, s.end) for s in found]
    found += [
        Spot(m.start, m.end, m.entry.name, "known") for m in known if not _overlaps(m.start, m.end, taken)
    ]
    return tuple(sorted(found))


def _is_place(text: str, match: Match) -> bool:
    """Return whether a capital is only where something happens ("in Geneva", "MOSCOW, March 3")."""
    if match.entry.kind != "place":
        return False
    before = text[: match.start].split()
    return bool(before) and before[-1].lower() in _AT


def _inside(match: Match, spans: list[tuple[int, int]]) -> bool:
    return any(a <= match.start and match.end <= b and (a, b) != (match.start, match.end) for a, b in spans)


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in spans)


def _entities(doc: Doc, matches: list[Match]) -> list[Spot]:
    """Return persons and organisations that the gazetteer does not know better."""
    known = [(m.start, m.end) for m in matches]
    found = []
    for entity in doc.ents:
        if entity.label_ not in {"PERSON", "ORG", "NORP"}:
            continue
        start, end = _trimmed(entity)
        name = doc.text[start:end]
        covered = any(a <= start and end <= b for a, b in known)
        if covered or not name or not name[0].isupper() or "\n" in name:
            continue
        if entity.label_ == "PERSON":
            found.append(Spot(start, end, name, "person"))
        elif not _is_state_body(name) if entity.label_ == "ORG" else name.endswith("s"):
            found.append(Spot(start, end, name, "body"))
    return found


def _is_state_body(name: str) -> bool:
    return name.split()[-1].lower() in lexicon()["state"] | lexicon()["modified"] | lexicon()["alone"]


def _trimmed(entity: Span) -> tuple[int, int]:
    """Return an entity's offsets without titles, articles and a possessive ending."""
    text = entity.text
    title, tail = _TITLE.match(text), _TAIL.search(text)
    start = entity.start_char + (title.end() if title else 0)
    return start, entity.start_char + (tail.start() if tail else len(text))


def _groups(doc: Doc, known: list[Match], taken: list[tuple[int, int]], gazetteer: Gazetteer) -> list[Spot]:
    found = []
    for group in groups(doc):
        start, end = doc[group.start].idx, doc[group.end - 1].idx + len(doc[group.end - 1])
        inside = [m for m in known if start <= m.start and m.end <= end]
        if _overlaps(start, end, taken) or any(m.end == end for m in inside):
            continue
        found += _named(doc, group, start, end, inside)
    return found


def _named(doc: Doc, group: Group, start: int, end: int, inside: list[Match]) -> list[Spot]:
    text = doc.text[start:end]
    states = [m for m in inside if m.entry.kind in {"state", "place"}]
    if group.is_state and states:
        plain = [m for m in states if not _in_compound(doc.text, m)]
        if plain:
            return [Spot(plain[0].start, end, plain[0].entry.name, "known")]
    if inside and group.is_state and not states:
        return [Spot(start, end, text, "group")]
    if group.modifiers and (group.is_alone or inside or not group.is_state):
        return [Spot(start, end, text, "group")]
    if group.is_alone and not group.modifiers:
        return [Spot(start, end, text, "bare")]
    return []


def _in_compound(text: str, match: Match) -> bool:
    """Return whether a demonym is part of a compound: "pro-Russian", "Turkish-backed"."""
    return text[match.start - 1 : match.start] == "-" or text[match.end : match.end + 1] == "-"
