"""What one word of a sentence may attribute: a verb of saying with its subject, or "according to" with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stancekit.articles import cues
from stancekit.articles.roles import DOCUMENTS, speaks
from stancekit.articles.subjects import agent_of, noun_beside, passive, subject_of
from stancekit.articles.verbs import (
    after_comma,
    attributes,
    closing_aside,
    contact_clause,
    ends_sentence,
    in_adverbial,
    misread_root,
    official_act,
    only_verb,
    under_denial,
    unreal,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

_NO_SOURCES = cues.words(
    "plan schedule rule law tradition custom taste age size principle need wish order religion logic"
)
_NOBODY = cues.words("nobody none neither nothing few")


@dataclass(frozen=True)
class Attribution:
    """The words that attribute a sentence.

    Attributes:
        cue: The token that attributes: the verb of saying, or ``according``.
        subject: Head token of the phrase that names the speaker.
        main: True if the whole sentence hangs on it, False if only a part does (a relative clause).
    """

    cue: Token
    subject: Token
    main: bool = True

    @property
    def words(self) -> str:
        """The cue as the sentence has it: ``said``, ``according to``, ``called for``."""
        if self.cue.lower_ == "according":
            return f"{self.cue.text} to"
        wanted = cues.WITH_PREPOSITION.get(self.cue.lemma_.lower(), frozenset())
        after = self.cue.nbor() if self.cue.i + 1 < len(self.cue.doc) else None
        return (
            f"{self.cue.text} {after.text}" if after is not None and after.lower_ in wanted else self.cue.text
        )


def candidate(
    token: Token, has_quote: bool, quoted: Callable[[Token], bool]
) -> tuple[Attribution | None, float]:
    """Return the attribution by a token, or None, and how far it stands back behind others.

    Args:
        token: A word outside quotation marks.
        has_quote: Whether its sentence quotes anything.
        quoted: Tells whether a token stands inside a quotation.
    """
    if token.lower_ == "according":
        source = _according_to(token)
        return (Attribution(token, source) if source else None), 1.5
    if token.pos_ not in ("VERB", "AUX"):
        return None, 0
    if token.lemma_.lower() in cues.QUOTING and any(c.lower_ == "as" for c in token.subtree):
        source = next((c for c in token.children if c.dep_ in ("dobj", "nsubjpass")), None)
        return (Attribution(token, source) if source else None), 0
    said = attributes(token, has_quote) or (
        token.lemma_.lower() in cues.LAST and ends_sentence(token, quoted) and after_comma(token)
    )
    said = said or closing_aside(token)
    if not said or under_denial(token) or unreal(token) or official_act(token):
        return None, 0
    found = _from_verb(token, quoted)
    if found is not None and (in_adverbial(token) or _free_relative(found)):
        found = Attribution(found.cue, found.subject, main=False)
    passed_on = {"report": 1.5, "be": 3.0}.get(token.lemma_.lower(), 0.0)
    return found, passed_on if found is None or found.main else 4.0


def _free_relative(found: Attribution) -> bool:
    """Tell whether "what" stands before the speaker: ``what residents say was an air strike``."""
    before = found.subject.left_edge.i - 1
    return before >= found.cue.sent.start and found.cue.doc[before].lower_ == "what"


def _from_verb(token: Token, quoted: Callable[[Token], bool]) -> Attribution | None:
    """Return the attribution by a verb, with its subject wherever the parse has it; None if nobody speaks."""
    lemma = token.lemma_.lower()
    if passive(token):
        agent = agent_of(token, quoted) if lemma in cues.JUDGE else None
        return Attribution(token, agent) if agent is not None and can_speak(agent) else None
    own = any(c.dep_ == "nsubj" for c in token.children)
    if token.tag_ == "VBN" and not own and (lemma == "ask" or any(c.dep_ == "agent" for c in token.children)):
        return None  # "Asked about it, ...", "a vote condemned by ..."
    misread = misread_root(token) or closing_aside(token)
    if (
        token.dep_ == "acl"
        and token.tag_ == "VBN"
        and not own
        and not _after_quote(token, quoted)
        and not misread
    ):
        return None
    subject = subject_of(token, quoted)
    if subject is None or not can_speak(subject):
        subject = noun_beside(token, quoted)
    if subject is None or not can_speak(subject):
        return None
    relative = token.dep_ == "relcl" or (token.dep_ == "acl" and token.tag_ in ("VBG", "VBN"))
    main = (
        not relative
        or misread
        or only_verb(token)
        or contact_clause(token)
        or ends_sentence(token, quoted)
        or subject.lemma_.lower() in DOCUMENTS
        or _after_quote(token, quoted)
    )
    return Attribution(token, subject, main)


def _according_to(token: Token) -> Token | None:
    to = next((t for t in token.sent if t.i == token.i + 1 and t.lower_ == "to"), None)
    if to is None:
        return None
    objects = [c for x in (to, token) for c in x.children if c.dep_ in ("pobj", "dobj")]
    return objects[0] if objects else noun_beside(to, lambda _: False)


def _after_quote(token: Token, quoted: Callable[[Token], bool]) -> bool:
    """Tell whether a verb comes in the clause after a quotation, where the parse is often wrong."""
    before = token.doc[max(token.sent.start, token.i - 14) : token.i]
    return any(quoted(t) for t in before) and not any(
        t.lower_ in ("who", "which", "that") for t in before if not quoted(t)
    )


def can_speak(subject: Token) -> bool:
    """Tell whether a subject can speak: not "nobody", "no minister" or a thing, but for "according to the data"."""
    if subject.head.lower_ == "to" and subject.head.i > 0 and subject.head.nbor(-1).lower_ == "according":
        return subject.lemma_.lower() not in _NO_SOURCES
    if subject.lower_ in _NOBODY or any(c.lower_ in ("neither", "no") for c in subject.children):
        return False
    return (
        subject.pos_ != "NOUN" or subject.text[0].isupper() or speaks(subject.lower_, subject.lemma_.lower())
    )
