"""What a speaker is and for whom, where the article tells: role and affiliation.

``Interior Minister Arsen Dolak`` is an interior minister; ``Norland's interior minister, Arsen Dolak`` is Norland's.
Both are None where the article does not tell: nothing is filled in from general knowledge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stancekit.actors.gazetteer import builtin
from stancekit.articles.names import bare, is_title, name_run, strip_titles, text_of
from stancekit.articles.roles import BODIES, COURTESY, PEOPLE
from stancekit.articles.subjects import phrase

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from stancekit.articles.entities import Entity

_REACH = 9
_FOR = ("of", "for", "at", "from", "in", "with")


class Office(NamedTuple):
    """A role in lower case, and the country or body it is held for; None where the article does not tell."""

    role: str | None = None
    affiliation: str | None = None


def office(entity: Entity, doc: Doc) -> Office:
    """Return the first role that an article tells of a speaker, and the first affiliation."""
    if not entity.person:
        return Office(None, _state_in(entity.name))
    told = [o for p in entity.places[:20] for o in _beside(doc, p)]
    role = next((o.role for o in told if o.role), None)
    affiliation = next((o.affiliation for o in told if o.affiliation and (o.role or not role)), None)
    return Office(role, affiliation)


def _beside(doc: Doc, place: int) -> list[Office]:
    """Return the offices told before and after a mention: as a title, in apposition, or as its own words."""
    run = name_run(doc[place])
    name = strip_titles(run)
    head = doc[place]
    if bare(head) in PEOPLE and head.pos_ == "NOUN":
        return [_from_noun(head)]
    found = [_from_title(_ahead(doc, name[0].i))]
    after = name[-1].i + 1
    if after + 1 < len(doc) and doc[after].text == ",":
        for token in doc[after + 1 : after + 1 + _REACH]:
            if token.is_punct or token.pos_ in ("VERB", "AUX") or token.is_sent_start:
                break
            if bare(token) in PEOPLE and token.dep_ != "compound":
                found.append(_from_noun(token))
                break
    before = name[0].i - 2
    if before >= 0 and doc[before + 1].text == ",":  # "the envoy, Ingrid Berg"
        noun = next((t for t in _nouns_back(doc, before) if bare(t) in PEOPLE and t.dep_ != "compound"), None)
        found += [_from_noun(noun)] if noun is not None else []
    return [o for o in found if o.role or o.affiliation]


def _ahead(doc: Doc, first: int) -> list[Token]:
    """Return the title before a name: ``Polish Prime Minister`` [Jan Kowal]."""
    found: list[Token] = []
    for token in reversed(doc[max(0, first - _REACH) : first]):
        if token.is_punct and token.text not in ("-", "–"):
            break
        if token.pos_ not in ("PROPN", "NOUN", "ADJ", "PUNCT", "PART") or token.is_space:
            break
        found.insert(0, token)
        if token.is_sent_start:
            break
    return found if any(bare(t) in PEOPLE or is_title(t) for t in found) else []


def _nouns_back(doc: Doc, at: int) -> list[Token]:
    found = []
    for token in reversed(doc[max(0, at - _REACH) : at + 1]):
        if token.is_punct or token.pos_ in ("VERB", "AUX") or token.is_space:
            break
        found.append(token)
    return found


def _from_title(tokens: list[Token]) -> Office:
    """Return the office that a title tells: ``Ukrainian Interior Minister``, ``NATO chief``."""
    kept = [t for t in tokens if bare(t) not in COURTESY and t.text not in ("'s", "’s")]
    whose = [t for t in kept if _state_in(t.text) or _is_body(t)]
    role = [t for t in kept if t not in whose]
    if not any(bare(t) in PEOPLE for t in role):
        return Office()
    return Office(text_of(role).lower(), _affiliation(whose))


def _from_noun(head: Token) -> Office:
    """Return the office that a noun tells: ``Norland's envoy``, ``a spokesman for the Harbour Board``."""
    own = [t for t in phrase(head) if t.i <= head.i and t.dep_ not in ("det", "nummod", "npadvmod")]
    old = next((n for n, t in enumerate(own) if t.lower_ == "old"), -1)  # "a 27-year-old nurse"
    own = own[old + 1 :]
    whose = [t for t in own if _state_in(t.text) or _is_body(t) or t.dep_ in ("poss", "case") or _owned(t)]
    role = [t for t in own if t not in whose]
    affiliation = _affiliation([t for t in whose if t.dep_ != "case" and t.tag_ != "PRP$"])
    for prep in head.children:
        if affiliation is None and prep.dep_ == "prep" and prep.lower_ in _FOR and prep.i > head.i:
            goal = next((c for c in prep.children if c.dep_ == "pobj"), None)
            if goal is not None and any(t.pos_ == "PROPN" for t in phrase(goal)):
                affiliation = _affiliation([t for t in phrase(goal) if t.head.i != goal.i or t.dep_ != "det"])
    return Office(text_of(role).lower() or None, affiliation)


def _owned(token: Token) -> bool:
    return any(t.dep_ == "poss" for t in token.ancestors if t.i > token.i)


def _is_body(token: Token) -> bool:
    """Tell whether a word names a body or is part of such a name: ``NATO``, ``Harbour``."""
    return token.ent_type_ == "ORG" and bare(token) not in PEOPLE and not is_title(token)


def _affiliation(tokens: list[Token]) -> str | None:
    name = text_of(tokens).removesuffix("'s").removesuffix("’s")
    plain = any(bare(t) in BODIES for t in tokens)
    return (name if plain else _state_in(name) or name) or None


def _state_in(name: str) -> str | None:
    """Return the state among the words of a name, if there is one."""
    for word in (name, *name.replace("'s", "").replace("’s", "").split()):
        entry = builtin().lookup(word) if word[:1].isupper() else None
        if entry is not None and entry.kind == "state":
            return entry.name
    return None
