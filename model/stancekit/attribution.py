"""Find in one sentence the words that attribute it, and the phrase that names the speaker.

Works on spaCy's dependency parse: a verb of saying outside quotation marks, its subject, or "according to".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stancekit import cues

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_SUBJECTS = ("nsubj", "csubj")
_CLAUSES = ("ccomp", "xcomp", "parataxis")
_RELATIVE = frozenset(("who", "which", "that", "whom"))


@dataclass(frozen=True)
class Attribution:
    """The words that attribute a sentence.

    Attributes:
        cue: The token that attributes: the verb of saying, or ``according``.
        subject: Head token of the phrase that names the speaker; None if it names none.
        main: True if the whole sentence hangs on it, False if only a part does (a relative clause).
    """

    cue: Token
    subject: Token | None
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


def find_attribution(sent: Span, quoted: Callable[[Token], bool]) -> Attribution | None:
    """Return the attribution of a sentence: the one nearest to the root of its parse, or None.

    Args:
        sent: The sentence, parsed.
        quoted: Tells whether a token stands inside a quotation.
    """
    has_quote = any(quoted(t) for t in sent)
    found = []
    for token in sent:
        if quoted(token):
            continue
        if token.lower_ == "according" and (source := _according_to(token)):
            found.append((_depth(token) + 1.5, token.i, Attribution(token, source)))
        elif token.pos_ in ("VERB", "AUX", "NOUN") and _attributes(token, has_quote):
            candidate = _from_verb(token, quoted)
            if candidate:
                found.append((_depth(token) + (0 if candidate.main else 4), token.i, candidate))
    return min(found, key=lambda x: x[:2])[2] if found else None


def _depth(token: Token) -> int:
    depth = 0
    while token.head.i != token.i:
        depth += token.dep_ not in ("conj", "parataxis")
        token = token.head
    return depth


def _according_to(token: Token) -> Token | None:
    to = next((t for t in token.sent if t.i == token.i + 1 and t.lower_ == "to"), None)
    objects = [c for x in (to, token) if x is not None for c in x.children if c.dep_ in ("pobj", "dobj")]
    return objects[0] if objects else None


def _attributes(token: Token, has_quote: bool) -> bool:
    lemma = token.lemma_.lower()
    if token.pos_ == "NOUN":
        return False
    if lemma in cues.SAY:
        return True
    after = {c.lower_ for c in token.children} | (
        {token.nbor().lower_} if token.i + 1 < len(token.doc) else set()
    )
    if after & cues.WITH_PREPOSITION.get(lemma, frozenset()):
        return True
    clause = any(c.dep_ in ("ccomp", "parataxis") for c in token.children) or token.dep_ == "parataxis"
    if lemma in cues.THINK:
        return clause or (has_quote and any(c.dep_ in _SUBJECTS for c in token.children))
    if lemma in cues.SOFT:
        return has_quote or clause or any(c.dep_ in ("xcomp", "oprd") for c in token.children)
    return False


def _negated(token: Token) -> bool:
    return any(c.dep_ == "neg" or c.lower_ in ("never", "nobody", "none") for c in token.children)


def _from_verb(token: Token, quoted: Callable[[Token], bool]) -> Attribution | None:
    """Return the attribution by a verb, with its subject wherever the parse has it; None if nobody speaks."""
    if _negated(token) and token.lemma_.lower() not in ("deny", "accept"):
        return None
    children = list(token.children)
    passive = [c for c in children if c.dep_ in ("nsubjpass", "auxpass")]
    if passive:
        agents = [p for c in children if c.dep_ == "agent" for p in c.children if p.dep_ == "pobj"]
        return Attribution(token, agents[0]) if agents else None
    subject = next((c for c in children if c.dep_ in _SUBJECTS and not quoted(c)), None)
    if subject is not None and subject.lower_ in _RELATIVE and token.dep_ == "relcl":
        return Attribution(token, token.head, main=False)
    if subject is not None:
        return Attribution(token, subject, main=token.dep_ not in ("relcl", "acl"))
    inherited = _inherited(token, quoted)
    if inherited is None and token.dep_ in ("ROOT", "ccomp", "parataxis", "conj"):
        inherited = _beside(token, quoted)
    return Attribution(token, inherited) if inherited is not None else None


def _inherited(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the subject that a verb shares with the one above it: ``went on to accuse``, ``..., saying``."""
    at = token
    for _ in range(4):
        up = at.head
        if up.i == at.i:
            return None
        if at.dep_ in ("xcomp", "ccomp") and not (
            up.lemma_.lower() in cues.GO_ON or up.lemma_.lower() in cues.SAY
        ):
            return None
        if at.dep_ not in ("conj", "xcomp", "advcl", "ccomp", "acl"):
            return None
        if at.dep_ == "acl":
            return up
        if at.dep_ == "advcl" and at.tag_ != "VBG":
            return None
        if _negated(up) and at.dep_ == "xcomp":
            return None
        for child in up.children:
            if child.dep_ in _SUBJECTS and not quoted(child):
                return up.head if child.lower_ in _RELATIVE and up.dep_ == "relcl" else child
        at = up
    return None


def _beside(token: Token, quoted: Callable[[Token], bool]) -> Token | None:
    """Return the noun after or before a verb whose subject the parser missed: ``", said Tusk``."""
    sent = token.sent
    after = [t for t in sent if token.i < t.i <= token.i + 8 and not quoted(t)]
    for t in after:
        if t.is_punct or t.pos_ in ("VERB", "ADP", "SCONJ"):
            break
        if t.pos_ in ("PROPN", "PRON", "NOUN") and t.dep_ != "compound":
            return t
    for t in reversed([t for t in sent if token.i - 3 <= t.i < token.i and not quoted(t)]):
        if t.pos_ in ("PROPN", "PRON", "NOUN"):
            return t
        if t.pos_ not in ("AUX", "ADV", "PUNCT"):
            break
    return None


def phrase(
    head: Token, stop: Iterable[str] = ("relcl", "acl", "appos", "conj", "cc", "punct", "advcl", "advmod")
) -> list[Token]:
    """Return the tokens of a noun phrase, without relative clauses, appositions and coordinations."""
    keep, left = [head], [head]
    while left:
        for child in left.pop().children:
            if child.dep_ not in stop and not (child.dep_ == "prep" and child.i < head.i):
                keep.append(child)
                left.append(child)
    return sorted(keep, key=lambda t: t.i)
