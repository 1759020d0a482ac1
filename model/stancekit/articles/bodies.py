"""The bodies that an article mentions, so that "the ministry" gets the fullest name it has there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from stancekit.actors.gazetteer import builtin
from stancekit.articles.cues import words
from stancekit.articles.names import bare, is_demonym, is_place, meaning
from stancekit.articles.roles import BODIES
from stancekit.articles.subjects import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.tokens import Doc, Token

_LONGEST = 7
_OWNERS = words("country nation state region republic territory province city kingdom municipality")
_FOR_STATE = words("government authorities regime administration leadership")
_OF_STATE = words("government ministry army military parliament cabinet presidency")
_SMALL = words("the a an its their his her our my this that same 's ’s")


class Body(NamedTuple):
    """A mention of a body: its words, what they mean, and where it stands."""

    tokens: list[Token]
    meanings: frozenset[str]
    place: int


def bodies(doc: Doc) -> dict[str, list[Body]]:
    """Return the mentions of bodies that a name or a nationality tells apart, by their head word."""
    found: dict[str, list[Body]] = {}
    for token in doc:
        if bare(token) not in BODIES - _OWNERS or token.dep_ == "compound":
            continue
        tokens = body_words(token)
        own = any(_proper(t) for t in tokens if t.i != token.i) and not any(_personal(t) for t in tokens)
        if own and len(tokens) <= _LONGEST and tokens[-1].pos_ not in ("VERB", "AUX"):
            found.setdefault(bare(token), []).append(Body(tokens, _meanings(tokens), token.i))
    return found


def body_words(head: Token) -> list[Token]:
    """Return the words of a body's name: no article, no owner such as "the country's", no "Vienna-based"."""
    tokens = [t for t in phrase(head) if t.lower_ not in _SMALL]
    based = next((n for n, t in enumerate(tokens) if t.lower_ == "based" and t.i < head.i), -1)
    tokens = tokens[based + 1 :]
    if len(tokens) > 1 and tokens[0].dep_ == "poss" and tokens[0].lower_ in _OWNERS:
        tokens = tokens[1:]
    return tokens


def country(doc: Doc) -> str | None:
    """Return the state that an article names most often, itself or by its people or capital."""
    named = Counter(
        e.name
        for t in doc
        if t.text[:1].isupper() and (e := builtin().lookup(t.text)) is not None and e.kind == "state"
    )
    first = named.most_common(2)
    clear = first and (len(first) == 1 or first[0][1] >= 2 * first[1][1])
    return first[0][0] if clear else None


def fullest(known: dict[str, list[Body]], head: Token) -> list[Token] | None:
    """Return the words of the mention that says more of the same body: the last one before, else the next."""
    mine = body_words(head)
    wanted = _meanings(mine)
    more = [
        b
        for b in known.get(bare(head), ())
        if b.place != head.i
        and wanted < b.meanings
        and not (_owners(mine) and _owners(b.tokens) - _owners(mine))
    ]
    before = [b for b in more if b.place < head.i]
    chosen = before[-1] if before else more[0] if more else None
    return chosen.tokens if chosen else None


def state_of(name: str, place: bool) -> str | None:
    """Return the state that a capital or a government stands for: ``Rabat``, ``Afghan authorities``.

    Args:
        name: The name, or the words that describe a body.
        place: Whether the name is a place's or a people's, rather than a body's (``Kremlin``).
    """
    words = [w.removesuffix("'s").removesuffix("’s") for w in name.split()]
    if len(words) > 1 and words[-1].lower() in _FOR_STATE:
        words = words[:-1]
    elif len(words) > 2 and words[0].lower() in _FOR_STATE and words[1] == "of":
        words = words[2:]
    elif len(words) > 1 or not place:
        return None
    entry = builtin().lookup(" ".join(words))
    return entry.name if entry is not None and entry.kind in ("state", "place") else None


def owned_by_country(head: Token) -> bool:
    """Tell whether a body is "the country's", or a plain "the government"."""
    owner = any(c.dep_ == "poss" and c.lower_ in ("country", "nation") for c in head.children)
    own = all(t.i == head.i or t.text.islower() for t in body_words(head))
    return owner or (bare(head) in _OF_STATE and own and any(c.lower_ == "the" for c in head.children))


def _personal(token: Token) -> bool:
    return token.ent_type_ == "PERSON" and not is_place(token.text)


def _proper(token: Token) -> bool:
    return token.text[:1].isupper() and (token.pos_ == "PROPN" or is_demonym(token))


def _meanings(tokens: Iterable[Token]) -> frozenset[str]:
    return frozenset(meaning(t) for t in tokens if t.text[0].isalnum())


def _owners(tokens: Iterable[Token]) -> set[str]:
    """Return the countries among the words of a name."""
    return {meaning(t) for t in tokens if is_place(t.text) and t.text[:1].isupper()}
