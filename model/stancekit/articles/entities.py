"""The persons and bodies that an article names: fullest name, roles, gender, where they are mentioned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stancekit.articles.cues import words
from stancekit.articles.names import (
    bare,
    country_or_word,
    describes_person,
    is_place,
    is_title,
    name_run,
    name_words,
    roles_around,
    strip_titles,
    text_of,
)
from stancekit.articles.roles import ABBREVIATED, HE, SHE

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LAND = words("district province region village city town airport river valley street square prison")


@dataclass
class Entity:
    """A person or body of the article under its fullest name.

    Attributes:
        name: The fullest name, or the words that describe it where the article has no name.
        person: True for one person.
        roles: Words that the article has beside the name, in lower case: minister, polish, spokesman.
        female: True for "she", False for "he", None if the article does not tell.
        places: Numbers of the tokens that begin a mention.
        described: True if the name is a description: ``a Western diplomat``.
        plural: True for several: ``officials``.
        indefinite: True if it was brought in as new: ``a diplomat``, who may be named later.
    """

    name: str
    person: bool
    roles: set[str] = field(default_factory=set)
    female: bool | None = None
    places: list[int] = field(default_factory=list)
    described: bool = False
    plural: bool = False
    indefinite: bool = False

    @property
    def words(self) -> list[str]:
        """The name's words in lower case, without possessive endings."""
        return name_words(self.name)

    @property
    def meanings(self) -> set[str]:
        """Its roles and the words of its name, with nationalities as countries."""
        return {country_or_word(w) for w in self.roles | set(self.words)}

    def last_before(self, place: int) -> int:
        """Return the last mention before a token, or -1."""
        return max((p for p in self.places if p < place), default=-1)


def persons(doc: Doc) -> list[Entity]:
    """Return the persons that a parsed doc names, each with all its mentions and roles."""
    found: list[Entity] = []
    for ent in doc.ents:
        if ent.label_ in ("DATE", "TIME", "CARDINAL") or ent.text.isupper() or _beside_place(ent[0], ent[-1]):
            continue
        name = strip_titles(name_run(ent[-1]))
        if is_title(name[-1]) or (ent.label_ != "PERSON" and not describes_person(name)):
            continue
        if len(name) > 1 or not is_place(name[0].text):
            mention(found, name, person=True)
    for token in doc[:-1]:  # "Mr Golub", whatever the entities say
        if bare(token) in ABBREVIATED and token.text[:1].isupper() and token.nbor().tag_ == "NNP":
            name = strip_titles(name_run(token.nbor()))
            if name[0].i > token.i and not is_title(name[-1]):
                mention(found, name, person=True)
    return found


def _beside_place(first: Token, last: Token) -> bool:
    """Tell whether a single word stands where the name of a place does: ``in Gali``, ``Gali district``."""
    if first.i != last.i:
        return False
    before = first.nbor(-1).lower_ if first.i else ""
    after = last.nbor().lower_ if last.i + 1 < len(last.doc) else ""
    return before in ("in", "at", "near", "outside", "around", "from") or after in _LAND


def mention(found: list[Entity], name: list[Token], *, person: bool) -> Entity | None:
    """Add a mention to the entity it names, or to a new one among those found; return that one."""
    text = re.sub(r"['’]s?$", "", text_of(name))
    if not any(c.isupper() for c in text):
        return None
    entity = best_match(found, text, person)
    if entity is None:
        entity = Entity(text, person)
        found.append(entity)
    elif len(name_words(text)) > len(entity.words):
        entity.name = text
    if name[0].i not in entity.places:
        entity.places.append(name[0].i)
        entity.roles |= roles_around(name)
        entity.female = _gender(entity)
    return entity


def _gender(entity: Entity) -> bool | None:
    if entity.roles & SHE:
        return True
    return False if entity.roles & HE else entity.female


def best_match(found: list[Entity], name: str, person: bool = True) -> Entity | None:
    """Return the entity that a name means: equal words, or else one's words contain the other's."""
    wanted = name_words(name)
    same = [e for e in found if e.person == person and e.words == wanted]
    if same or not wanted:
        return same[0] if same else None
    for entity in reversed([e for e in found if e.person == person]):
        have = entity.words
        part = set(wanted) <= set(have) or set(have) <= set(wanted)
        if part and (have[-1:] == wanted[-1:] or have[0] == wanted[0] or len(wanted) == 1):
            return entity
    return None
