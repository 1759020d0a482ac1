"""Whom a noun phrase means, within the article: by the name it gives, by a role, or as a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.apposition import alias, apposed
from stancekit.articles.bodies import bodies, body_words, country, fullest, owned_by_country, state_of
from stancekit.articles.cues import words
from stancekit.articles.documents import earlier, issuer, owner
from stancekit.articles.entities import Entity, best_match, mention, persons
from stancekit.articles.names import (
    bare,
    describes_person,
    is_demonym,
    is_place,
    is_rank,
    is_title,
    meaning,
    name_run,
    name_words,
    strip_titles,
    text_of,
)
from stancekit.articles.roles import (
    BODIES,
    COURTESY,
    DOCUMENTS,
    GENERIC_BODIES,
    GENERIC_PEOPLE,
    IN_BODIES,
    PEOPLE,
    TITLES,
)
from stancekit.articles.subjects import phrase

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_INDEFINITE = words("a an one some another no two three four several many")
_NEW = words("a an one")
_SMALL = _NEW | words("the its their his her but and then even our my though although")
_SAME_ROLE = {"pm": "minister", "premier": "minister", "fm": "minister"}
_NEAR = 80
"""How many tokens back one must have been named to be taken up by a description."""
_PLACES = ("GPE", "LOC", "FAC", "NORP")


class Mentions:
    """The persons and bodies of one article, as far as it has been read.

    Args:
        doc: The article, parsed.

    Attributes:
        entities: The persons of the article, named or described.
        bodies: The bodies that spoke or acted so far.
        focus: Who each sentence so far was about: its speaker, or else its subject.
        spoken: Who spoke so far.
    """

    def __init__(self, doc: Doc) -> None:
        self.entities: list[Entity] = persons(doc)
        self.bodies: list[Entity] = []
        self.focus: list[Entity] = []
        self.spoken: list[Entity] = []
        self._mentioned = bodies(doc)
        self._country = country(doc)

    def _named(self, head: Token, cue: Token | None) -> Entity | None:
        """Return whom a noun phrase names, itself or in apposition: ``the envoy, Ingrid Berg``."""
        body = bare(head) in BODIES or head.tag_ in ("NNS", "NNPS")
        the = any(c.lower_ == "the" for c in head.children) and head.ent_type_ != "PERSON"
        if not body and not the and head.pos_ == "PROPN" and head.ent_type_ != "DATE":
            found = self._person(head)
            if found is not None:
                return found
        beside = apposed(head, cue) or (None if body else alias(head))
        if beside is None:
            return None
        if body:
            vague = bare(head) in GENERIC_BODIES or not any(t.pos_ == "PROPN" for t in phrase(head))
            return self._body(beside) if vague else None
        found = self._person(beside, described=bare(head) in PEOPLE or bare(head) in TITLES)
        if found is not None:
            found.roles.update(bare(t) for t in phrase(head))
        return found

    def _person(self, token: Token, described: bool = False) -> Entity | None:
        """Return the person named at a token; ``described`` if the words beside it say that it is one."""
        name = strip_titles(name_run(token))
        if (
            is_title(name[-1])
            or not name[0].text[:1].isupper()
            or any(bare(t) in BODIES | IN_BODIES for t in name)
        ):
            return None
        described = (
            described
            or self._known(name)
            or describes_person(name)
            or any(is_rank(t) for t in name_run(token))
        )
        if not described and any(t.ent_type_ in ("ORG", *_PLACES) for t in name):
            return None
        return mention(self.entities, name, person=True)

    def _known(self, name: list[Token]) -> bool:
        found = best_match(self.entities, text_of(name))
        return found is not None and name_words(text_of(name))[-1] in found.words

    def _described(self, head: Token) -> Entity | None:
        """Return who a description means: the last person of that role, the body, or the words themselves."""
        if head.lemma_.lower() in DOCUMENTS:
            return self._author(head)
        if bare(head) in BODIES or head.ent_type_ in ("ORG", *_PLACES) or head.tag_ in ("NNS", "NNPS"):
            return self._body(head)
        if any(c.lower_ in _INDEFINITE for c in head.children):
            return self._text(head)
        return self._by_role(head) or self._text(head)

    def _by_role(self, head: Token) -> Entity | None:
        words = [t for t in phrase(head) if t.pos_ in ("NOUN", "PROPN", "ADJ") and t.i != head.i]
        people = [e for e in self.focus if e.person]
        noun = _SAME_ROLE.get(bare(head), bare(head))
        known = [e for e in self.entities if noun in e.roles and _agrees(words, e)]
        known = [e for e in known if e.last_before(head.i) >= 0] or known
        plain = not words and not any(c.dep_ == "prep" for c in head.children)
        if known and all(e.described for e in known) and plain and people and not people[-1].roles - {noun}:
            return people[-1]  # "The mayor has the key. Ana Ruiz drove up. ..., says the mayor."
        if known:
            return max(
                known, key=lambda e: (len({meaning(t) for t in words} & e.meanings), e.last_before(head.i))
            )
        if bare(head) in GENERIC_PEOPLE and words:
            alike = [e for e in people if _agrees(words, e)]
            alike = [e for e in alike if e in self.spoken] or alike
            if alike:
                return alike[-1]
        if people and plain and bare(head) in PEOPLE:
            return people[-1]
        return self._spoken_of(head, words)

    def _spoken_of(self, head: Token, words: list[Token]) -> Entity | None:
        """Return the named person just spoken of, whom "the retired pilot" describes if nothing is against it."""
        last = next((e for e in reversed(self.focus[-2:]) if e.person), None)
        the = any(c.lower_ == "the" for c in head.children)
        if not the or bare(head) not in PEOPLE or last is None or last.described or last.plural:
            return None
        office = last.roles & (PEOPLE | TITLES) - COURTESY
        near = last.last_before(head.i) >= head.sent.start - _NEAR
        told = any(is_place(w) for w in last.meanings)
        proper = [t for t in words if (told and is_demonym(t)) or (t.pos_ == "PROPN" and not is_demonym(t))]
        other = any(meaning(t) not in last.meanings for t in proper)
        vague = not office or bare(head) in GENERIC_PEOPLE or (len(words) > 0 and bare(head) not in TITLES)
        return last if near and not other and vague else None

    def _body(self, head: Token) -> Entity:
        tokens = [t for t in phrase(head) if t.dep_ != "det" and t.tag_ != "PRP$"]
        wanted = set(name_words(text_of(tokens)))
        for known in reversed(self.bodies):
            if wanted <= set(known.words):
                known.places.append(head.i)
                return known
        spoken = [e for e in self.focus if not e.person]
        common = {bare(t) for t in tokens if t.text.islower() and t.i != head.i}
        if bare(head) in GENERIC_BODIES and common and not any(t.pos_ == "PROPN" for t in tokens[-2:]):
            alike = [e for e in spoken if common & set(e.words)]  # "the rights group"
            if alike:
                return alike[-1]
        if len(tokens) == 1 and bare(head) in GENERIC_BODIES and head.text.islower() and spoken:
            return spoken[-1]
        more = fullest(self._mentioned, head) if bare(head) in BODIES else None
        entity = self._text(head)
        if more is not None:
            entity.name = text_of(more).rstrip(",;:")
        entity.name = state_of(entity.name, head.ent_type_ in ("GPE", "NORP")) or entity.name
        if more is None and self._country and bare(head) in BODIES and owned_by_country(head):
            entity.name = f"{self._country}'s {text_of(body_words(head))}"
        return entity

    def _author(self, head: Token) -> Entity | None:
        """Return who wrote a document: its owner, here or where it was named before, or the last body."""
        owners = (o for t in (head, *earlier(head)) if (o := owner(t)) is not None)
        found = next(owners, None) or issuer(head)
        if found is not None:
            return self._named(found, None) or self._described(found)
        before = [e for e in self.spoken if not e.person] or self.spoken or self.focus
        return before[-1] if before else self._text(head)

    def _text(self, head: Token) -> Entity:
        """Return the words of a phrase as a speaker of its own; "its" becomes the body it stands for."""
        tokens = phrase(head)
        new = any(t.lower_ in _NEW for t in tokens[:2] if t.i != head.i)
        whose = ""
        while (
            len(tokens) > 1 and (tokens[0].lower_ in _SMALL or tokens[0].is_punct) and tokens[0].i != head.i
        ):
            bodies = [e for e in self.focus if not e.person]
            if tokens[0].lower_ in ("its", "their") and bodies:
                whose = f"{bodies[-1].name}'s "
            tokens = tokens[1:]
        named = head.ent_type_ in ("ORG", *_PLACES)
        role = bare(head) in PEOPLE and (head.pos_ != "PROPN" or len(tokens) == 1)
        person = role or (head.tag_ == "NN" and bare(head) not in BODIES and not named)
        entity = Entity(whose + text_of(tokens).rstrip(",;:"), person)
        entity.places.append(head.i)
        entity.plural, entity.indefinite = head.tag_ in ("NNS", "NNPS"), new
        entity.described = head.pos_ != "PROPN" or (
            bare(head) in PEOPLE | TITLES | BODIES and (person or len(tokens) == 1)
        )
        # Not what hangs on a preposition: an adviser to the president is no president.
        entity.roles = {bare(t) for t in tokens if t.i == head.i or (t.head.i == head.i and t.i < head.i)}
        (self.entities if person else self.bodies).append(entity)
        return entity


def _agrees(words: list[Token], entity: Entity) -> bool:
    """Tell whether the words beside a role fit a person: most of them, or a nationality unopposed."""
    meant = {meaning(t) for t in words}
    shared = 2 * len(meant & entity.meanings)
    if shared > len(meant) or not meant:
        return True
    if all(is_demonym(t) for t in words):
        return not any(is_place(w) for w in entity.meanings)
    return shared == len(meant) and not any(t.pos_ == "PROPN" for t in words)
