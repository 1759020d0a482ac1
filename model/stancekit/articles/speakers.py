"""Resolve the phrase that names a speaker to the fullest name in the article, reading from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.names import (
    Entity,
    bare,
    best_match,
    describes_person,
    is_title,
    meaning,
    mention,
    name_run,
    name_words,
    persons,
    strip_titles,
    text_of,
)
from stancekit.articles.roles import BODIES, DOCUMENTS, GENERIC_BODIES, PEOPLE, TITLES
from stancekit.articles.subjects import phrase
from stancekit.records import NARRATOR

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_VAGUE = frozenset(
    ["you", "this", "that", "there", "everyone", "everybody", "nobody", "anyone", "someone", "what"]
)
_INDEFINITE = frozenset(
    ["a", "an", "one", "some", "another", "no", "two", "three", "four", "several", "many"]
)
_PLACES = ("GPE", "LOC", "FAC", "NORP")


class Resolver:
    """Who speaks, sentence by sentence, in one article.

    Call ``resolve`` for the speaker phrase of a sentence and ``close`` after each sentence, in order.

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

    def resolve(self, head: Token, cue: Token | None = None) -> Entity | None:
        """Return the entity that a speaker phrase means; None if it names nobody that can be told.

        Args:
            head: Head of the phrase.
            cue: The words that attribute, which end the search for a name beside the phrase.
        """
        if head.lower_ in _VAGUE:
            return None
        if head.pos_ == "PRON" or head.lower_ in ("he", "she", "it", "they"):
            return self._pronoun(head)
        named = self._named(head, cue)
        if named is not None:
            return named
        return self._described(head)

    def labelled(self, label: str) -> Entity:
        """Return the person whom the label of a dialogue turn means: ``COL. SHIRE``."""
        people = [e for e in self.entities if e.person]
        if label in ("A", "A.") and people:
            return max(people, key=lambda e: (len(e.places), -e.places[0]))
        wanted = [w for w in name_words(label) if w not in TITLES] or name_words(label)
        for entity in people:
            if wanted[-1] in entity.words and (
                set(entity.words) <= set(wanted) or set(wanted) <= set(entity.words)
            ):
                return entity
        name = label.title() if label.isupper() else label
        self.entities.append(Entity(name, person=True, places=[0]))
        return self.entities[-1]

    def close(self, sent: Span, speaker: Entity | None) -> None:
        """Note after a sentence who it was about."""
        if speaker is not None:
            self.spoken.append(speaker)
        about = speaker or self._subject(sent)
        if about is not None and about.name != NARRATOR:
            self.focus.append(about)
        elif speaker is None:
            new = [
                e
                for e in self.entities
                if e.person and sent.start <= e.places[0] < sent.end and " " in e.name
            ]
            self.focus += new if len(new) == 1 else []

    def _subject(self, sent: Span) -> Entity | None:
        for token in sent:
            if token.dep_ in ("nsubj", "nsubjpass") and token.head.dep_ in ("ROOT", "conj"):
                if token.pos_ == "PRON":
                    return self._pronoun(token)
                named = self._named(token, token.head)
                if named is not None or token.pos_ == "PROPN":
                    return named or self._body(token)
                if bare(token) in PEOPLE and token.tag_ == "NN":
                    return self._described(token)
                return self._body(token) if bare(token) in BODIES else None
        return None

    def _pronoun(self, head: Token) -> Entity | None:
        word = head.lower_
        if word in ("he", "she"):
            return self._last_person(word == "she", head)
        if word in ("it", "they"):
            fit = [e for e in self.focus if not e.person] or self.bodies
            return fit[-1] if fit else None
        if word in ("i", "we", "me", "us"):
            return Entity(NARRATOR, person=True)
        return None if word in _VAGUE else self._text(head)

    def _last_person(self, female: bool, before: Token) -> Entity | None:
        here = [e for e in self.entities if any(before.sent.start <= p < before.i for p in e.places)]
        earlier = sorted(self.entities, key=lambda e: e.last_before(before.i))
        earlier = [e for e in earlier if e.last_before(before.i) >= 0]
        for group in (self.focus, earlier, here):
            fit = [e for e in group if e.person and e.female in (female, None)]
            if fit:
                fit[-1].female = female
                return fit[-1]
        return None

    def _named(self, head: Token, cue: Token | None) -> Entity | None:
        """Return whom a noun phrase names, itself or in apposition: ``the envoy, Ingrid Berg``."""
        body = bare(head) in BODIES or head.tag_ in ("NNS", "NNPS")
        the = any(c.lower_ == "the" for c in head.children) and head.ent_type_ != "PERSON"
        if not body and not the and head.pos_ == "PROPN" and head.ent_type_ not in ("DATE", *_PLACES):
            found = self._person(head)
            if found is not None:
                return found
        beside = _apposed(head, cue) or (None if body else _alias(head))
        if beside is None:
            return None
        if body:
            return self._body(beside) if bare(head) in GENERIC_BODIES else None
        found = self._person(beside, described=bare(head) in PEOPLE or bare(head) in TITLES)
        if found is not None:
            found.roles.update(bare(t) for t in phrase(head))
        return found

    def _person(self, token: Token, described: bool = False) -> Entity | None:
        """Return the person named at a token; ``described`` if the words beside it say that it is one."""
        name = strip_titles(name_run(token))
        if is_title(name[-1]) or bare(name[-1]) in BODIES or not name[0].text[:1].isupper():
            return None
        described = (
            described
            or self._known(name)
            or describes_person(name)
            or any(is_title(t) for t in name_run(token))
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
        words = {meaning(t) for t in phrase(head) if t.pos_ in ("NOUN", "PROPN", "ADJ") and t.i != head.i}
        known = [
            e for e in self.entities if bare(head) in e.roles and 2 * len(words & e.meanings) >= len(words)
        ]
        known = [e for e in known if e.last_before(head.i) >= 0] or known
        if known:
            return max(known, key=lambda e: (len(words & e.meanings), e.last_before(head.i)))
        people = [e for e in self.focus if e.person]
        plain = not words and not any(c.dep_ == "prep" for c in head.children)
        return people[-1] if people and plain and bare(head) in PEOPLE else None

    def _body(self, head: Token) -> Entity:
        tokens = [t for t in phrase(head) if t.dep_ != "det" and t.tag_ != "PRP$"]
        wanted = set(name_words(text_of(tokens)))
        for known in reversed(self.bodies):
            if wanted <= set(known.words):
                known.places.append(head.i)
                return known
        spoken = [e for e in self.focus if not e.person]
        if len(tokens) == 1 and bare(head) in GENERIC_BODIES and head.text.islower() and spoken:
            return spoken[-1]
        return self._text(head)

    def _author(self, head: Token) -> Entity | None:
        """Return who wrote a document: its owner, or the last body that spoke."""
        for child in head.children:
            owners = [child] if child.dep_ == "poss" and child.pos_ != "PRON" else []
            if child.dep_ == "prep" and child.lower_ in ("by", "of", "from"):
                owners = [c for c in child.children if c.dep_ == "pobj"]
            for owner in owners:
                return self._named(owner, None) or self._described(owner)
        if head.dep_ == "dobj":
            maker = next((c for c in head.head.children if c.dep_ == "nsubj"), None)
            if maker is not None and maker.i != head.i:
                return self._named(maker, None) or self._described(maker)
        before = [e for e in self.spoken if not e.person] or self.spoken or self.focus
        return before[-1] if before else self._text(head)

    def _text(self, head: Token) -> Entity:
        """Return the words of a phrase as a speaker of its own; "its" becomes the body it stands for."""
        tokens = phrase(head)
        small = ("the", "its", "their", "his", "her", "but", "and", "then", "even", "our", "my")
        owner = ""
        while len(tokens) > 1 and (tokens[0].lower_ in small or tokens[0].is_punct):
            bodies = [e for e in self.focus if not e.person]
            if tokens[0].lower_ in ("its", "their") and bodies:
                owner = f"{bodies[-1].name}'s "
            tokens = tokens[1:]
        person = head.tag_ == "NN" and bare(head) not in BODIES and head.ent_type_ not in ("ORG", *_PLACES)
        entity = Entity(owner + text_of(tokens).rstrip(",;:"), person)
        entity.places.append(head.i)
        entity.roles = {bare(t) for t in tokens}
        (self.entities if person else self.bodies).append(entity)
        return entity


def _alias(head: Token) -> Token | None:
    """Return a name that a clause gives: ``a man known as Ti Gaspar``, ``who gave her name as Ana``."""
    end = min(head.sent.end, head.i + 18)
    for token in head.doc[head.i + 1 : end]:
        if token.is_punct and token.text not in ",":
            return None
        after = [
            t
            for t in token.doc[token.i + 1 : min(end, token.i + 4)]
            if t.lower_ not in ("only", "as", "of", ",")
        ]
        if token.lower_ in ("name", "known") and after and after[0].pos_ == "PROPN":
            return name_run(after[0])[-1]
    return None


def _apposed(head: Token, cue: Token | None) -> Token | None:
    """Return the last token of a name in apposition to a head noun: ``the envoy, Ingrid Berg, said``.

    Goes by the commas, because the parser attaches names after long phrases in many ways.
    """
    for child in head.children:
        if child.dep_ == "appos" and child.pos_ == "PROPN" and child.i > head.i:
            return name_run(child)[-1]
        if child.dep_ == "compound" and child.i == head.i - 1 and child.ent_type_ == "PERSON":
            return child
    end = cue.i if cue is not None and cue.i > head.i else head.sent.end
    for token in head.doc[head.i + 1 : min(end, head.i + 25)]:
        if token.pos_ in ("VERB", "AUX") or token.is_space or token.text in ".;:—–":
            return None
        if token.text == ",":
            return _name_after(token)
    return None


def _name_after(comma: Token) -> Token | None:
    """Return the last token of the name that stands between a comma and the next comma, verb or end."""
    if comma.i + 1 >= len(comma.doc):
        return None
    first = comma.nbor()
    run = name_run(first) if first.text[:1].isupper() and first.pos_ != "PRON" else []
    if not run or run[0].i < first.i:
        return None
    after = comma.doc[run[-1].i + 1] if run[-1].i + 1 < len(comma.doc) else None
    ends = after is None or after.is_punct or after.pos_ in ("VERB", "AUX", "ADP", "ADV") or after.is_space
    return run[-1] if ends else None
