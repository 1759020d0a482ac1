"""Whether a verb attributes: what hangs on it, and whether it was said at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stancekit.articles import cues
from stancekit.articles.subjects import negated

if TYPE_CHECKING:
    from spacy.tokens import Token

_ADVERBIAL = cues.words("when although if because before unless until once")
_DECIDES = cues.words("court judge senate parliament congress tribunal legislature assembly jury")
_DECIDED = cues.words("motion petition lawsuit")
_MODALS = cues.words("should could would might may")


def attributes(token: Token, has_quote: bool) -> bool:
    """Tell whether a verb, with what hangs on it, can attribute."""
    lemma = token.lemma_.lower()
    children = list(token.children)
    near = {c.lower_ for c in children} | {t.lower_ for t in token.doc[token.i + 1 : token.i + 2]}
    if lemma in cues.SAY or near & cues.WITH_PREPOSITION.get(lemma, frozenset()):
        return True
    clause = token.dep_ == "parataxis" or any(c.dep_ in ("ccomp", "parataxis") for c in children)
    if lemma in cues.THINK and (clause or (has_quote and any(c.dep_ == "nsubj" for c in children))):
        return True
    if lemma in ("want", "ask", "call", "describe", "expect") and any(
        c.dep_ in ("xcomp", "oprd") and c.dep_ != "conj" for c in children
    ):
        return lemma != "want" or any(
            s.dep_ == "nsubj" for c in children if c.dep_ == "ccomp" for s in c.children
        )
    if lemma == "be":
        return any(
            c.dep_ == "acomp" and c.lower_ in cues.WILLING and any(x.dep_ == "xcomp" for x in c.children)
            for c in children
        )
    if lemma == "offer":
        return any(c.dep_ == "xcomp" for c in children)
    if lemma == "go" and not (clause or has_quote or token.dep_ in ("ROOT", "ccomp", "conj")):
        return False
    if lemma == "go":
        following = token.doc[token.i + 2].text if token.i + 2 < len(token.doc) else ""
        return "on" in near and following in (",", ".", ";", ":", "”", '"')
    objects = {c.lower_ for c in children} | {
        g.lower_ for c in children if c.dep_ == "dobj" for g in c.children
    }
    if lemma == "ask":
        return any(c.dep_ == "dobj" for c in children) and bool({"for", "to"} & _near_words(token))
    return bool(objects & cues.WITH_OBJECT.get(lemma, frozenset()))


def _near_words(token: Token) -> set[str]:
    return {t.lower_ for t in token.subtree if token.i < t.i < token.i + 12}


def in_adverbial(token: Token) -> bool:
    """Tell whether a verb stands in a clause of time, reason or condition: ``when he rejected the plan``."""
    while token.dep_ in ("conj", "advcl", "ccomp") and token.head.i != token.i:
        if token.dep_ == "advcl" and any(c.lower_ in _ADVERBIAL for c in token.children):
            return True
        token = token.head
    return False


def unreal(token: Token) -> bool:
    """Tell whether a verb is about what was not said: ``should have called for``, ``could say``."""
    return any(c.dep_ == "aux" and c.lower_ in _MODALS for c in token.children)


def under_denial(token: Token) -> bool:
    """Tell whether a verb stands under a denied one: ``has not said whether it will reply``."""
    if negated(token) and token.lemma_.lower() not in ("deny", "accept"):
        return True
    while token.dep_ in ("ccomp", "xcomp") and token.head.i != token.i:
        token = token.head
        if negated(token) or token.lemma_.lower() in ("decline", "refuse", "fail") or token.lower_ == "yet":
            return True
        if any(c.lower_ == "yet" for c in token.children) and token.lemma_ in ("have", "be"):
            return True
    return False


def misread_root(token: Token) -> bool:
    """Tell whether a verb was read as a participle: "The envoy, who left, called on ..." has no other verb."""
    noun = token.head
    between = noun.doc[noun.i + 1 : token.i]
    return (
        token.dep_ == "acl"
        and noun.dep_ == "ROOT"
        and noun.pos_ in ("NOUN", "PROPN")
        and any(t.dep_ == "relcl" and t.head.i == noun.i for t in between)
    )


def contact_clause(token: Token) -> bool:
    """Tell whether a clause without a relative word is the point: ``an attack the president blamed on rebels``."""
    own = any(c.dep_ == "nsubj" and c.i > token.head.i for c in token.children)
    told = token.lemma_.lower() in cues.JUDGE or token.lemma_.lower() == "say"
    return (
        told
        and token.dep_ == "relcl"
        and own
        and not any(c.tag_[0] == "W" for c in token.subtree if c.i < token.i)
    )


def only_verb(token: Token) -> bool:
    """Tell whether a verb in the past was hung on a noun that is the root: ``The envoy, a lawyer, called for ...``."""
    noun = token.head
    return (
        token.dep_ in ("acl", "relcl")
        and noun.dep_ == "ROOT"
        and noun.pos_ in ("NOUN", "PROPN")
        and token.tag_ in ("VBD", "VBZ", "VBP")
        and not any(c.tag_[0] == "W" or c.lower_ == "that" for c in token.children)
    )


def official_act(token: Token) -> bool:
    """Tell whether a court or a chamber decides in the verb: ``the court rejected the appeal``."""
    lemma = token.lemma_.lower()
    subject = next((c for c in token.children if c.dep_ == "nsubj"), None)
    what = {c.lemma_.lower() for c in token.children if c.dep_ == "dobj"}
    if lemma == "declare":
        return bool(what & {"state"}) and any(
            g.lower_ in ("siege", "emergency", "war") for c in token.children for g in c.subtree
        )
    decides = subject is not None and subject.lemma_.lower() in _DECIDES
    return lemma in ("reject", "dismiss") and (decides or bool(what & _DECIDED))


def closing_aside(token: Token) -> bool:
    """Tell whether a last clause was read as a participle: ``killing two, a local website reported on Sunday``."""
    noun = token.head
    start = noun.left_edge.i
    after = token.doc[token.i + 1 : token.sent.end]
    return (
        token.dep_ == "acl"
        and token.lemma_.lower() in cues.LAST
        and noun.i == token.i - 1
        and noun.pos_ in ("NOUN", "PROPN")
        and start > token.sent.start
        and token.doc[start - 1].text == ","
        and len(after) <= 6
        and not any(t.pos_ in ("VERB", "AUX") or t.text == "," or t.lower_ == "by" for t in after)
    )


def after_comma(token: Token) -> bool:
    """Tell whether a comma stands before the subject of a verb: ``..., a local website reported``."""
    subject = next((c for c in token.children if c.dep_ == "nsubj"), token)
    start = subject.left_edge.i
    return start > token.sent.start and token.doc[start - 1].text in (",", "”", '"', "’", "''")


def ends_sentence(token: Token, quoted: Callable[[Token], bool]) -> bool:
    """Tell whether a verb with its subject closes the sentence, as after a lost comma: "... the ministry said."."""
    subject = next((c for c in token.children if c.dep_ == "nsubj"), None)
    after = [t for t in token.doc[token.i + 1 : token.sent.end] if not t.is_punct and not t.is_space]
    return (
        token.tag_ == "VBD"
        and subject is not None
        and subject.tag_[0] not in "WP"
        and not any(c.tag_[0] == "W" for c in token.children)
        and not any(t.pos_ in ("VERB", "AUX") or quoted(t) for t in after)
        and len(after) <= 8
        and token.lemma_.lower() in cues.LAST
    )
