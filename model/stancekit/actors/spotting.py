"""The actors that one sentence names, before names are linked across sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from stancekit.actors.entities import entities
from stancekit.actors.gazetteer import Gazetteer, Match, usual
from stancekit.actors.groups import Group, groups, lexicon

if TYPE_CHECKING:
    from spacy.tokens import Doc

SpotKind = Literal["known", "person", "body", "group", "bare", "seat"]

_NOT_ACTING = re.compile(r"\b(?:pro|anti|non|ex|post|pre)-$", re.IGNORECASE)
_SPEECH = re.compile(r"^[-–](?:speaking|language|speaker|made|born|style|built)", re.IGNORECASE)
_BACKED = re.compile(r"^[-–](?:backed|led|sponsored|supported|funded|controlled|armed|trained|aligned)", re.I)
_IN_PLACE = re.compile(r"\b(?:in|at|near|outside|around|inside|from)\s$", re.IGNORECASE)
_OF_STATE = re.compile(r"^\s(?:in|of)\s(?:the\s)?$")


class Spot(NamedTuple):
    """A name in a sentence: offsets, the name it goes by, and where that name comes from.

    ``kind``: ``known`` (the gazetteer), ``person``, ``body`` (an organisation), ``group`` (a collective
    noun), ``bare`` (one without a modifier), or ``seat`` (a capital that may be only a place: "in Geneva").
    """

    start: int
    end: int
    name: str
    kind: SpotKind


def spot(doc: Doc, gazetteer: Gazetteer) -> tuple[Spot, ...]:
    """Return the actors that a sentence names, from left to right.

    None lies inside another, but for the state in "Turkish-backed rebels".
    """
    every = gazetteer.find(doc.text)
    matches = [m for m in every if _acts(doc.text, m)]
    named = [Spot(*x) for x in entities(doc, every)]
    known = [m for m in matches if not any(s.start < m.end and m.start < s.end for s in named)]
    collective = _collective(doc, known, named)
    used = [s for s in collective if s.kind != "seat"]
    found = named + collective
    for match in known:
        inside = any(s.start < match.end and match.start < s.end for s in used)
        if not inside or _BACKED.match(doc.text[match.end :]):
            found.append(Spot(match.start, match.end, match.entry.name, _kind(doc.text, match)))
    return tuple(sorted(set(found)))


def _acts(text: str, match: Match) -> bool:
    """Return whether an alias means the actor: not in "pro-Russian", "French-speaking"."""
    return not _NOT_ACTING.search(text[: match.start]) and not _SPEECH.match(text[match.end :])


def _kind(text: str, match: Match) -> SpotKind:
    """Return ``seat`` for a capital that may be a place only: "in Geneva"."""
    at = match.entry.kind == "place" and _IN_PLACE.search(text[: match.start])
    return "seat" if at else "known"


def _collective(doc: Doc, known: list[Match], named: list[Spot]) -> list[Spot]:
    found = []
    for group in groups(doc):
        start, end = doc[group.start].idx, doc[group.end - 1].idx + len(doc[group.end - 1])
        inside = [
            m for m in known if m.start < end and start < m.end and not _BACKED.match(doc.text[m.end :])
        ]
        start = min([start, *(m.start for m in inside)])
        if any(m.start < end <= m.end for m in known) or any(s.start < end and start < s.end for s in named):
            continue
        spotted = _linked(doc, group, (start, end), inside) or _of_state(doc.text, group, (start, end), known)
        spotted = spotted or _by_noun(doc, group, (start, end), any(start <= m.start < end for m in known))
        found += [spotted] if spotted else []
    return found


def _linked(doc: Doc, group: Group, span: tuple[int, int], inside: list[Match]) -> Spot | None:
    """Return the known actor that a group belongs to: "Russian troops", "Islamic State fighters"."""
    if not inside:
        return None
    nearest = inside[-1]
    between = set(doc.text[nearest.end : span[1]].lower().split())
    kind = nearest.entry.kind
    independent = bool(between & lexicon()["not state"])
    acts_for = kind in {"state", "place", "body"} and group.head_in("state") and not independent
    if acts_for or kind == "force":
        return Spot(nearest.start, span[1], nearest.entry.name, "known")
    return None


def _of_state(text: str, group: Group, span: tuple[int, int], known: list[Match]) -> Spot | None:
    """Return the state in "the government in Kyiv", "the army of Chad"."""
    if not (group.head_in("bare state") or group.head_in("state")) or group.modifiers:
        return None
    for match in known:
        of = match.start > span[1] and _OF_STATE.match(text[span[1] : match.start])
        if of and match.entry.kind in {"state", "place"}:
            return Spot(span[0], match.end, match.entry.name, "known")
    return None


def _by_noun(doc: Doc, group: Group, span: tuple[int, int], belongs: bool) -> Spot | None:
    """Return a group under its own noun: "armed groups", "Ukrainian nationalists", "the junta"."""
    text = doc.text[slice(*span)]
    # A capital that only the start of the sentence asks for; or a lone noun's: "the Government".
    if (group.start == 0 or not group.modifiers) and not belongs and not text.split()[0].isupper():
        text = text[0].lower() + text[1:]
    alone = group.head_in("alone") or group.head_in("bare state")
    if not group.modifiers:
        return Spot(*span, text, "bare") if alone else None
    telling = (
        belongs or alone or group.head_in("modified") or bool(set(group.modifiers) & lexicon()["not state"])
    )
    # "Ruritanian troops": a state or people that the gazetteer does not know.
    telling = telling or (group.start > 0 and text[0].isupper() and doc[group.end - 1].is_lower)
    return Spot(*span, usual(text), "group") if telling else None
