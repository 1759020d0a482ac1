"""The source that a headline names beside a dash or colon: ``Vote illegal - Swiss``, ``Berg: we agree``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stancekit.articles.entities import Entity, mention
from stancekit.articles.names import bare, is_demonym, is_title, meaning, strip_titles
from stancekit.articles.roles import BODIES, PEOPLE, TITLES

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from stancekit.articles.speakers import Resolver

_MAX_WORDS = 5
_PLURALS = re.compile(r"s$")


def headline_source(sent: Span, resolver: Resolver) -> Entity | None:
    """Return whom a headline names as its source after a last dash or colon, or before a first colon."""
    tokens = [t for t in sent if not t.is_space]
    marks = [n for n, t in enumerate(tokens) if t.text in (":", "-", "–", "—", "--") and t.whitespace_]
    if not marks:
        return None
    last, first = tokens[marks[-1] + 1 :], tokens[: marks[0]]
    if 0 < len(last) <= _MAX_WORDS and (found := _source(last, resolver)):
        return found
    if tokens[marks[0]].text == ":" and 0 < len(first) <= _MAX_WORDS:
        return _source(first, resolver)
    return None


def _source(tokens: list[Token], resolver: Resolver) -> Entity | None:
    """Return the person, body or role that a few words are; None if they are anything else."""
    if any(t.pos_ in ("VERB", "AUX", "ADP") or t.text.isdigit() for t in tokens):
        return None
    head = tokens[-1]
    nouns = {bare(head), _PLURALS.sub("", bare(head))}
    if nouns & (PEOPLE | BODIES):
        return resolver.resolve(head)
    name = strip_titles(tokens)
    known = [e for e in resolver.entities if e.words[-1:] == [bare(name[-1])] and not is_title(name[-1])]
    if known:
        return mention(resolver.entities, name, person=True)
    people = [e for e in resolver.entities if meaning(head) in e.meanings and e.roles & (PEOPLE | TITLES)]
    if is_demonym(head) and people:
        return people[0]
    if nouns & TITLES or head.ent_type_ in ("ORG", "GPE", "NORP"):
        return resolver.resolve(head)
    return None
