"""Who stands behind a document: a report, a letter, a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.cues import words

if TYPE_CHECKING:
    from spacy.tokens import Token

_REPORT = 400
"""How many tokens back the owner of "the report" is looked for."""

_ABOUT = words("survey poll study analysis review investigation inquiry")
"""Documents of which "of" tells whom they are about."""
_MAKE = words("conduct write release publish issue prepare compile commission carry sign send draft")


def owner(head: Token) -> Token | None:
    """Return who a document is of, as its phrase or its verb tells: ``a survey by the chamber``."""
    of = () if head.lemma_.lower() in _ABOUT else ("of",)
    found = [*_makers(head), *(o for c in head.children for o in _owners(c, ("by", "from", *of)))]
    if not found and head.dep_ == "dobj":
        found = [c for c in head.head.children if c.dep_ == "nsubj" and c.i != head.i]
    return next((t for t in found if t.ent_type_ != "DATE"), None)


def earlier(head: Token) -> list[Token]:
    """Return the last two mentions of such a document before, the nearest first."""
    before = head.doc[max(0, head.i - _REPORT) : head.i]
    same = [t for t in before if t.lower_ == head.lower_ and t.dep_ != "dobj"]
    return same[:-3:-1]


def issuer(head: Token) -> Token | None:
    """Return who does what a new document is about: ``Norland closed the port, according to a statement``."""
    actor = next((c for c in head.sent.root.children if c.dep_ == "nsubj"), None)
    new = any(c.lower_ in ("a", "an") for c in head.children)
    named = actor is not None and actor.ent_type_ in ("ORG", "GPE", "PERSON") and actor.i < head.i
    return actor if new and named else None


def _makers(head: Token) -> list[Token]:
    """Return who made it, where a participle tells: ``a survey conducted by the chamber``."""
    verbs = [c for c in head.subtree if c.dep_ == "acl" and c.tag_ == "VBN" and c.lemma_.lower() in _MAKE]
    by = [c for v in verbs for c in v.children if c.lower_ == "by" and c.dep_ in ("agent", "prep")]
    return [c for b in by for c in b.children if c.dep_ == "pobj"]


def _owners(child: Token, words: tuple[str, ...]) -> list[Token]:
    if child.dep_ == "poss" and child.pos_ != "PRON":
        return [child]
    if child.dep_ in ("compound", "nmod") and child.pos_ == "PROPN":
        return [child]
    of = child.dep_ == "prep" and child.lower_ in words
    return [c for c in child.children if c.dep_ == "pobj"] if of else []
