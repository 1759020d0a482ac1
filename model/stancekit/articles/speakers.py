"""Resolve the phrase that names a speaker to the fullest name in the article, reading from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stancekit.articles.apposition import alias
from stancekit.articles.cues import words
from stancekit.articles.entities import Entity, mention
from stancekit.articles.mentions import Mentions
from stancekit.articles.names import bare, is_place, name_run, name_words, strip_titles
from stancekit.articles.roles import (
    BODIES,
    IN_BODIES,
    PEOPLE,
    TITLES,
    speaks,
)
from stancekit.articles.subjects import joined
from stancekit.records import NARRATOR

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_NEAR = 80
"""How many tokens back a name is looked for that a pronoun may mean."""
_VAGUE = words("you this that these those which who whom there everyone everybody nobody anyone someone what")


class Resolver(Mentions):
    """Who speaks, sentence by sentence, in one article.

    Call ``resolve`` for the speaker phrase of a sentence and ``close`` after each sentence, in order.

    Args:
        doc: The article, parsed.
        quoted: Tells whether a token stands inside a quotation.
    """

    def __init__(self, doc: Doc, quoted: Callable[[Token], bool]) -> None:
        super().__init__(doc)
        self._quoted = quoted

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
        found = named if named is not None else self._described(head)
        other = joined(head)
        if found is None or other is None or " and " in found.name:
            return found
        second = self._named(other, None) or self._described(other)
        if second is None or second is found:
            return found
        both = Entity(f"{found.name} and {second.name}", person=False, places=[head.i], plural=True)
        self.bodies.append(both)
        return both

    def labelled(self, label: str) -> Entity | None:
        """Return the person whom the label of a dialogue turn means: ``COL. SHIRE``; None for an unknown "A"."""
        people = [e for e in self.entities if e.person]
        if label in ("A", "A."):
            return max(people, key=lambda e: (len(e.places), -e.places[0]), default=None)
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
                if token.lower_ in _VAGUE:
                    return None
                if token.pos_ == "PRON":
                    return self._pronoun(token)
                named = self._named(token, token.head)
                if named is not None or token.pos_ == "PROPN":
                    return named or self._body(token)
                if bare(token) in PEOPLE and token.tag_ == "NN":
                    return self._described(token)
                several = token.tag_ == "NNS" and speaks(token.lower_, token.lemma_.lower())
                return self._body(token) if several or bare(token) in BODIES else None
        return None

    def _pronoun(self, head: Token) -> Entity | None:
        word = head.lower_
        if word in ("he", "she", "him", "her"):
            return self._last_person(word in ("she", "her"), head)
        if word in ("it", "they", "them"):
            fit = [e for e in self.focus if not e.person] or self.bodies
            fit = [e for e in fit[-3:] if not (word == "it" and e.plural)] or fit
            return fit[-1] if fit else self._own_subject(head, word != "it")
        if word in ("i", "we", "me", "us"):
            return Entity(NARRATOR, person=True)
        named = alias(head)
        return self._person(named, described=True) if named is not None else self._text(head)

    def _acts(self, token: Token) -> bool:
        """Tell whether a single name that nothing tells to be a person's is a subject, as a person's is."""
        name = name_run(token)
        return (
            token.tag_ == "NNP"
            and token.dep_ in ("nsubj", "nsubjpass")
            and token.ent_type_ not in ("GPE", "LOC", "FAC", "NORP", "DATE")
            and not self._quoted(token)
            and not any(is_place(t.text) or bare(t) in BODIES | IN_BODIES or t.text.isupper() for t in name)
        )

    def _own_subject(self, pronoun: Token, plural: bool) -> Entity | None:
        """Return the body that was the subject before a pronoun in its sentence: ``The army left, it said``."""
        for token in pronoun.doc[pronoun.sent.start : pronoun.i]:
            named = token.ent_type_ in ("ORG", "GPE") or bare(token) in BODIES
            several = token.tag_ in ("NNS", "NNPS") and speaks(token.lower_, token.lemma_.lower())
            if token.dep_ in ("nsubj", "nsubjpass") and not self._quoted(token) and token.pos_ != "PRON":
                return (
                    self._named(token, None) or self._body(token) if (several if plural else named) else None
                )
        return None

    def _last_person(self, female: bool, before: Token) -> Entity | None:
        for token in before.doc[before.sent.start : before.i]:  # "When Ruiz left, she said ..."
            clause = token.dep_ == "nsubj" and token.head.dep_ == "advcl" and token.pos_ == "PROPN"
            named = self._person(token, described=True) if clause and not self._quoted(token) else None
            if named is not None and named.female in (female, None):
                return named
        told = [
            e
            for e in self.entities
            if any(p < before.i and not self._quoted(before.doc[p]) for p in e.places)
        ]
        earlier = told or [e for e in self.entities if e.last_before(before.i) >= 0]
        earlier.sort(key=lambda e: e.last_before(before.i))
        for group in (self.focus, earlier):
            fit = [e for e in group if e.person and e.female in (female, None)]
            if fit and fit[-1].described and fit[-1].female is None:
                fit = [e for e in fit if not e.described and e.female == female][-1:] or fit
            if fit:
                fit[-1].female = female
                return fit[-1]
        names = [t for t in before.doc[max(0, before.sent.start - _NEAR) : before.i] if self._acts(t)]
        if names:
            return mention(self.entities, strip_titles(name_run(names[-1])), person=True)
        described = [
            t
            for t in before.doc[max(0, before.sent.start - 40) : before.i]
            if t.lower_ == t.text and t.text in PEOPLE and t.tag_ == "NN" and not self._quoted(t)
        ]
        return self._described(described[-1]) if described else None
