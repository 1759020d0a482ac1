"""The subject of a verb, wherever the parse has it, and the phrase around a head noun."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stancekit.articles import cues

if TYPE_CHECKING:
    from spacy.tokens import Token

_SUBJECTS = ("nsubj", "csubj")
_FINITE = ("VBD", "VBZ", "VBP")
_RELATIVE = frozenset(("who", "which", "that", "whom"))
_OUTSIDE = frozenset(
    ("relcl", "acl", "appos", "conj", "cc", "advcl", "advmod", "parataxis", "dep", "npadvmod")
)


def negated(token: Token) -> bool:
    """Tell whether a verb is denied: ``did not say``, ``never said``."""
    return any(c.dep_ == "neg" or c.lower_ == "never" for c in token.children)


def passive(token: Token) -> bool:
    """Tell whether a verb is in the passive, itself or as the second of two: ``was criticised and condemned``."""
    own = any(c.dep_ in ("nsubjpass", "auxpass") for c in token.children)
    bare = token.tag_ == "VBN" and not any(c.dep_ in (*_SUBJECTS, "aux") for c in token.children)
    return own or (token.dep_ == "conj" and bare and token.head.tag_ == "VBN" and passive(token.head))


def agent_of(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return who a passive says to have done it; the parser may hang "by" on a noun between."""
    for by in sorted(token.subtree, key=lambda t: (t.head.i != token.i, t.i)):
        if by.lower_ == "by" and by.i > token.i and not quoted(by):
            for goal in by.children:
                if goal.dep_ == "pobj" and not quoted(goal):
                    return goal
    return None


def subject_of(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the head noun of who does what a verb says: its own subject, a shared one, or one beside it."""
    subject = next((c for c in token.children if c.dep_ in _SUBJECTS and not quoted(c)), None)
    if subject is not None and subject.lower_ in _RELATIVE and token.dep_ == "relcl":
        return token.head
    if subject is None:
        subject = _after_fronted(token)
    if (
        subject is None
        and token.tag_ in _FINITE
        and token.i > token.sent.start
        and token.nbor(-1).text == ","
    ):
        subject = noun_beside(token, quoted)  # "..., stressed the Chancellor"
    if subject is None:
        subject = _inherited(token, quoted)
    if subject is not None and subject.pos_ in ("VERB", "ADP", "AUX"):  # "Briefing by video, Berg said"
        subject = noun_beside(token, quoted)
    if subject is not None and (subject.tag_ == "PRP$" or subject.lower_ in ("there", "what")):
        subject = noun_beside(token, quoted)
    aside = _aside(token, quoted)
    if aside is not None and subject is not aside:
        return aside
    if subject is None and (token.dep_ in ("ROOT", "ccomp", "parataxis", "conj") or token.tag_ in _FINITE):
        subject = noun_beside(token, quoted)
    return subject


def _after_fronted(token: Token) -> Token | None:
    """Return the name that the parser hung on a phrase before it: ``In a message, Berg, the envoy, says``."""
    for prep in token.children:
        if prep.dep_ == "prep" and prep.i == token.sent.start:
            for noun in prep.children:
                for child in noun.children:
                    if child.dep_ == "appos" and child.pos_ == "PROPN" and child.nbor(-1).text == ",":
                        return child
    return None


def _aside(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the noun right before a verb in an aside: ``The regime, the diplomat went on, has ...``."""
    doc, end = token.doc, token.i + 1
    while end < len(doc) and doc[end].pos_ in ("ADV", "ADP") and end < token.i + 3:
        end += 1
    if (end < len(doc) and not doc[end].is_punct) or token.i == token.sent.start:
        return None
    noun = token.nbor(-1)
    start = noun.left_edge.i
    if (
        noun.pos_ not in ("NOUN", "PROPN", "PRON")
        or start <= token.sent.start
        or noun.ent_type_ == "DATE"
        or quoted(noun)
    ):
        return None
    return (
        noun
        if doc[start - 1].is_punct and doc[start - 1].text != ":" and noun.right_edge.i <= noun.i + 1
        else None
    )


def _inherited(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the subject that a verb shares with the one above it: ``went on to accuse``, ``..., saying``."""
    at = token
    for _ in range(5):
        up = at.head
        if up.i == at.i or at.dep_ not in ("conj", "xcomp", "advcl", "ccomp", "acl"):
            return None
        if at.dep_ == "acl":
            return up
        handed = up.lemma_.lower() in cues.GO_ON or up.pos_ == "ADJ"
        if at.dep_ in ("xcomp", "ccomp") and not (handed or up.lemma_.lower() in cues.SAY):
            return None
        if at.dep_ == "advcl" and at.tag_ != "VBG" and not handed:
            return None
        if negated(up) and at.dep_ == "xcomp":
            return None
        for child in up.children:
            if child.dep_ in _SUBJECTS and not quoted(child):
                return up.head if child.lower_ in _RELATIVE and up.dep_ == "relcl" else child
        at = up
    return None


def adds_more(cue: Token, quoted: Callable[[Token], bool]) -> bool:
    """Tell whether something reported follows a quotation: ``"...," he said, adding that ...``."""
    return any(
        t.i > cue.i
        and t.tag_ in ("VBG", "VBD")
        and t.lemma_.lower() in cues.SAY | cues.THINK
        and not quoted(t)
        and any(c.dep_ == "ccomp" and not quoted(c) for c in t.children)
        for t in cue.sent
    )


def noun_beside(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the noun after or before a verb whose subject the parser missed: ``", said Tusk``."""
    sent = token.sent
    inverted = token.i > sent.start and (quoted(token.nbor(-1)) or token.nbor(-1).text == ",")
    told = token.lemma_.lower() == "tell"  # "told reporters": who follows was told
    for t in [t for t in sent if not told and token.i < t.i <= token.i + 8 and not quoted(t)]:
        if t.is_punct or t.pos_ in ("VERB", "AUX", "ADP", "SCONJ"):
            break
        if (
            t.pos_ in ("PROPN", "PRON", "NOUN")
            and t.dep_ not in ("compound", "npadvmod")
            and t.ent_type_ != "DATE"
        ):
            elsewhere = t.dep_ in ("nsubj", "nsubjpass") and t.head.i != token.i
            if t.tag_ == "PRP$" or (t.dep_ in ("dobj", "dative") and not inverted) or elsewhere:
                break
            return t
    for t in reversed([t for t in sent if token.i - 4 <= t.i < token.i and not quoted(t)]):
        if t.pos_ in ("PROPN", "PRON", "NOUN") and t.ent_type_ != "DATE":
            while (
                t.dep_ == "pobj"
                and t.head.dep_ == "prep"
                and t.head.head.i < t.i
                and t.head.head.pos_ != "VERB"
            ):
                t = t.head.head
            return t
        if t.pos_ not in ("AUX", "ADV", "PUNCT", "NOUN"):
            break
    return None


def _hyphened(token: Token) -> bool:
    """Tell whether a word is the first part of another: ``Moscow-based``."""
    return not token.whitespace_ and token.i + 1 < len(token.doc) and token.nbor().text == "-"


def joined(head: Token) -> Token | None:
    """Return the name that shares the verb with a name: ``Ana Ruiz and Ben Ode said``, ``doctors and nurses said``."""
    several = head.pos_ == "PROPN" or head.tag_ == "NNS"
    if not several or not any(c.lower_ == "and" for c in head.children):
        return None
    return next((c for c in head.children if c.dep_ == "conj" and c.tag_ in (head.tag_, "NNP", "NNS")), None)


def _when(prep: Token) -> bool:
    """Tell whether a preposition only says when: ``the court on Monday``, ``the office during a briefing``."""
    if prep.dep_ != "prep" or prep.lower_ not in ("on", "during", "after", "before", "since"):
        return False
    times = any(c.ent_type_ in ("DATE", "TIME") for c in prep.children)
    return times or prep.lower_ in ("during", "after", "before", "since")


def phrase(head: Token) -> list[Token]:
    """Return the tokens of a noun phrase, without relative clauses, appositions and coordinations."""
    named = head.ent_type_ in ("ORG", "GPE", "FAC", "NORP")
    keep, left = [head], [head]
    while left:
        for child in left.pop().children:
            early = child.dep_ == "prep" and child.i < head.i and child.lower_ != "of"
            hyphen = child.text in ("-", "–") and not child.whitespace_
            same_name = (
                named and child.ent_type_ == head.ent_type_ and child.ent_iob_ == "I" and child.i > head.i
            )
            if (
                (child.dep_ in _OUTSIDE and not same_name and not _hyphened(child))
                or early
                or _when(child)
                or (child.is_punct and not hyphen)
                or child.is_space
            ):
                continue
            keep.append(child)
            left.append(child)
    return sorted(keep, key=lambda t: t.i)
