"""Persons, organisations and communities that the entity recogniser finds and the gazetteer does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from stancekit.actors.gazetteer import Match
from stancekit.actors.groups import lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_TITLE = re.compile(
    r"^(?:(?:the|mr|mrs|ms|dr|sir|president|minister|general|gen|col|colonel|senator|sen|rep|prime|foreign|king|prince|"
    r"sheikh|secretary|ambassador|chancellor|governor|lord|ayatollah|imam|pope|comrade|commander)\b\.?\s*)+(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:['’]s?|\s+(?:said|says))$")
_LOCATIVE = frozenset(
    {"in", "at", "near", "outside", "around", "inside", "from", "to", "of", "into", "over", "on", "through",
     "across", "toward", "towards", "between", "and", "reach", "leave", "off"}
)  # fmt: skip


Kind = Literal["person", "body"]
PERSON: Kind = "person"
BODY: Kind = "body"


class Found(NamedTuple):
    """An entity: offsets, name, and whether it is a person or a body."""

    start: int
    end: int
    name: str
    kind: Kind


def entities(doc: Doc, known: list[Match]) -> list[Found]:
    """Return the entities that may act and are not known better, from left to right."""
    found = []
    for entity in doc.ents:
        start, end = _trimmed(entity)
        name = doc.text[start:end]
        inside = [m for m in known if m.start < end and start < m.end]
        if (
            not name
            or name.lower() in lexicon()["no actor"]
            or not name[0].isupper()
            or "\n" in name
            or any(c in name for c in '"“”/')
        ):
            continue
        if entity.label_ == "PERSON":
            new, kind = _is_other_person(name, inside, start, end), PERSON
        elif entity.label_ == "ORG":
            new, kind = _is_other_body(name, inside, start, end), BODY
        else:
            new, kind = not inside and (_is_community(entity, name) or _acting_place(doc, entity)), BODY
        if new:
            found.append(Found(start, end, name, kind))
    return found


def _trimmed(entity: Span) -> tuple[int, int]:
    """Return an entity's offsets without titles, articles and a possessive ending."""
    text = entity.text
    title, tail = _TITLE.match(text), _TAIL.search(text)
    start = entity.start_char + (title.end() if title else 0)
    return start, entity.start_char + (tail.start() if tail else len(text))


def _is_other_person(name: str, inside: list[Match], start: int, end: int) -> bool:
    """Return whether the gazetteer does not know a person: "Melania Trump", not "Trump Vows Revenge"."""
    if not inside:
        return True
    # The known name is the whole of it, or two known names stand side by side in a headline.
    if len(inside) > 1 or (inside[0].start <= start and inside[0].end >= end):
        return False
    return inside[0].end == end and len(name.split()) <= 3


def _is_other_body(name: str, inside: list[Match], start: int, end: int) -> bool:
    """Return whether an organisation has a name of its own: not "Russian Foreign Ministry", "UN troops"."""
    lists = lexicon()
    first, last = name.split()[0].lower(), name.split()[-1].lower()
    if any(m.start <= start and m.end >= end for m in inside):
        return False
    if any(m.entry.kind in {"force", "leader"} for m in inside):
        return False
    # "Russian Foreign Ministry", "Government of Chad".
    if inside and (last in lists["institution"] | lists["state"] or first in lists["bare state"]):
        return False
    return last not in lists["alone"] | lists["modified"] | lists["bare state"]


def _is_community(entity: Span, name: str) -> bool:
    return entity.label_ == "NORP" and name.endswith("s")


def _acting_place(doc: Doc, entity: Span) -> bool:
    """Return whether a place that is no known state may act: not after "in", "near", "the city of"."""
    if entity.label_ != "GPE" or entity.start == 0:
        return False
    return doc[entity.start - 1].lower_ not in _LOCATIVE and doc[entity.end - 1].text.isalpha()
