"""Resolve the phrase that names a speaker to the fullest name in the article, reading from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.attribution import phrase
from stancekit.cues import words
from stancekit.names import (
    TITLES,
    Entity,
    bare,
    best_match,
    is_title,
    mention,
    name_run,
    name_words,
    persons,
    strip_titles,
    text_of,
)
from stancekit.records import NARRATOR

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

BODIES = words(
    "ministry government commission committee council group organisation organization agency army"
    " military police office court parliament party union bank company mission bloc alliance"
    " administration authority service body department embassy movement militia junta command staff"
    " front association network institute centre center foundation federation league board cabinet"
    " senate house congress delegation force navy secretariat panel watchdog charity assembly"
    " presidency republic state country kingdom city kremlin opposition capital side newspaper paper"
    " channel television outlet newswire region fund ngo regime coalition faction"
)
"""Nouns for bodies that can speak, in the singular."""

DOCUMENTS = words(
    "statement report communique communiqué letter document survey study text resolution release"
    " message tweet post article"
)
"""Nouns for things that speak in place of who wrote them."""

_VAGUE = words("i we you this that there one everyone everybody nobody anyone someone")


class Resolver:
    """Who speaks, sentence by sentence, in one article.

    Call ``resolve`` for the speaker phrase of a sentence and ``close`` after each sentence, in order.
    """

    def __init__(self, doc: Doc) -> None:
        self.entities: list[Entity] = persons(doc)
        self.bodies: list[Entity] = []
        self.focus: list[Entity] = []

    def resolve(self, head: Token) -> Entity | None:
        """Return the entity that a speaker phrase means; None if it names nobody that can be told."""
        if head.pos_ == "PRON" or head.lower_ in ("he", "she", "it", "they"):
            return self._pronoun(head)
        person = self._named_person(head)
        if person is not None:
            return person
        if (
            head.pos_ == "PROPN"
            and head.ent_type_ not in ("ORG", "GPE", "NORP", "FAC", "LOC")
            and bare(head) not in BODIES
        ):
            run = name_run(head)
            name = strip_titles(run)
            if not is_title(name[-1]):
                return (
                    self._body(head)
                    if run[0].i != head.left_edge.i and bare(head.doc[head.left_edge.i]) == "the"
                    else mention(self.entities, name, run, person=True)
                )
        return self._described(head)

    def labelled(self, label: str) -> Entity:
        """Return the person whom the label of a dialogue turn means: ``COL. SHIRE``."""
        words = [w for w in name_words(label) if w not in TITLES] or name_words(label)
        for entity in self.entities:
            if entity.person and set(words) <= set(entity.words):
                return entity
        name = label.title() if label.isupper() else label
        people = [e for e in self.entities if e.person]
        if label in ("A", "A."):
            return (
                max(people, key=lambda e: (len(e.places), -e.places[0]))
                if people
                else Entity(name, person=True)
            )
        self.entities.append(Entity(name, person=True, places=[0]))
        return self.entities[-1]

    def close(self, sent: Span, speaker: Entity | None) -> None:
        """Note who is spoken about after a sentence: its speaker, or else its subject."""
        subject = speaker or self._subject(sent)
        if subject is not None:
            self.focus.append(subject)

    def _subject(self, sent: Span) -> Entity | None:
        for token in sent:
            if token.dep_ in ("nsubj", "nsubjpass") and token.head.dep_ in ("ROOT", "conj"):
                if token.pos_ == "PRON":
                    return self._pronoun(token)
                return self._named_person(token) or (
                    self._body(token) if token.pos_ == "PROPN" or bare(token) in BODIES else None
                )
        return None

    def _pronoun(self, head: Token) -> Entity | None:
        word = head.lower_
        if word in ("he", "she"):
            return self._last_person(word == "she", head)
        if word in ("it", "they"):
            fit = [e for e in self.focus if not e.person] or self.bodies
            return fit[-1] if fit else None
        if word in ("i", "we"):
            return Entity(NARRATOR, person=True)
        if word in _VAGUE and word != "one":
            return None
        return self._text(head)

    def _last_person(self, female: bool, before: Token) -> Entity | None:
        here = [e for e in self.entities if any(before.sent.start <= p < before.i for p in e.places)]
        earlier = [e for e in self.entities if any(p < before.i for p in e.places)]
        earlier.sort(key=lambda e: max(p for p in e.places if p < before.i))
        for group in (self.focus, earlier, here):
            fit = [e for e in group if e.person and e.female in (female, None)]
            if fit:
                if fit[-1].female is None:
                    fit[-1].female = female
                return fit[-1]
        return None

    def _named_person(self, head: Token) -> Entity | None:
        """Return the person whom a noun phrase names, itself or in apposition: ``the envoy, Ingrid Berg``."""
        near = [
            head,
            *(c for c in head.children if c.dep_ == "appos" or (c.dep_ == "compound" and c.i > head.i - 2)),
        ]
        near += [c for t in phrase(head) for c in t.children if c.dep_ == "appos" and c.i > head.i]
        for token in near:
            run = name_run(token) if token.pos_ == "PROPN" or token.ent_type_ == "PERSON" else []
            name = strip_titles(run) if run else []
            if not name or is_title(name[-1]) or bare(name[-1]) in BODIES:
                continue
            if any(t.ent_type_ == "PERSON" for t in name) or self._known(name):
                found = mention(self.entities, name, run, person=True)
                if found is not None and token is not head:
                    found.roles.update(bare(t) for t in phrase(head))
                return found
        return None

    def _known(self, name: list[Token]) -> bool:
        found = best_match(self.entities, text_of(name))
        return found is not None and name_words(text_of(name))[-1] in found.words

    def _described(self, head: Token) -> Entity | None:
        """Return who a description means: the last person of that role, the body, or the words themselves."""
        noun = bare(head)
        definite = any(
            c.dep_ in ("det", "poss") and c.lower_ not in ("a", "an", "one", "some", "another", "no")
            for c in head.children
        )
        if noun in DOCUMENTS or head.lemma_.lower() in DOCUMENTS:
            return self._author(head)
        if noun in BODIES or head.ent_type_ in ("ORG", "GPE", "NORP") or head.tag_ in ("NNS", "NNPS"):
            return self._body(head)
        if definite or head.pos_ == "PROPN" or head.text[:1].isupper():
            return self._by_role(head) or self._text(head)
        return self._text(head)

    def _by_role(self, head: Token) -> Entity | None:
        words = {bare(t) for t in phrase(head) if t.pos_ in ("NOUN", "PROPN", "ADJ")}
        known = [e for e in self.entities if bare(head) in e.roles and any(p < head.i for p in e.places)]
        known = known or [e for e in self.entities if bare(head) in e.roles]
        if known:
            return max(
                known,
                key=lambda e: (len(words & e.roles), max((p for p in e.places if p < head.i), default=-1)),
            )
        people = [e for e in self.focus if e.person]
        bare_phrase = len(words) == 1 and not any(c.dep_ == "prep" for c in head.children)
        return people[-1] if people and bare_phrase else None

    def _body(self, head: Token) -> Entity:
        words = [t for t in phrase(head) if t.dep_ != "det"]
        wanted = set(name_words(text_of(words)))
        for known in reversed(self.bodies):
            if wanted <= set(known.words):
                known.places.append(head.i)
                return known
        if len(words) == 1 and bare(head) in BODIES and bare(head) not in ("state", "country"):
            spoken = [e for e in self.focus if not e.person]
            if (
                spoken
                and head.text.islower()
                and bare(head)
                in (
                    "group",
                    "organisation",
                    "organization",
                    "body",
                    "bloc",
                    "company",
                    "agency",
                    "charity",
                    "watchdog",
                    "movement",
                )
            ):
                return spoken[-1]
        return self._text(head)

    def _author(self, head: Token) -> Entity | None:
        for child in head.children:
            if child.dep_ == "poss" and child.pos_ != "PRON":
                return self._named_person(child) or self._body(child)
            if child.dep_ == "prep" and child.lower_ in ("by", "of", "from"):
                for obj in child.children:
                    if obj.dep_ == "pobj":
                        return self._named_person(obj) or self._body(obj)
        return self.focus[-1] if self.focus else self._text(head)

    def _text(self, head: Token) -> Entity:
        """Return the words of a phrase as a speaker of its own."""
        words = phrase(head)
        while len(words) > 1 and (
            words[0].lower_ in ("the", "its", "their", "his", "her", "but", "and", "then", "even")
            or words[0].is_punct
        ):
            words = words[1:]
        entity = Entity(
            text_of(words).rstrip(",;:"),
            person=bare(head) not in BODIES
            and head.ent_type_ not in ("ORG", "GPE", "NORP")
            and head.tag_ == "NN",
        )
        entity.places.append(head.i)
        entity.roles = {bare(t) for t in words}
        (self.entities if entity.person else self.bodies).append(entity)
        return entity
