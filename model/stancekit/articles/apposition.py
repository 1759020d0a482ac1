"""Names beside a noun that describes their bearer: in apposition, or given by a clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stancekit.articles.names import is_demonym, name_run

if TYPE_CHECKING:
    from spacy.tokens import Token


def alias(head: Token) -> Token | None:
    """Return a name that a clause gives: ``a man known as Ti Gaspar``, ``who identified himself as Ana``."""
    end = min(head.sent.end, head.i + 18)
    for token in head.doc[head.i + 1 : end]:
        if token.is_punct and token.text not in ",":
            return None
        after = [
            t
            for t in token.doc[token.i + 1 : min(end, token.i + 4)]
            if t.lower_ not in ("only", "as", "of", ",", "himself", "herself")
        ]
        if token.lower_ in ("name", "known", "named", "identified") and after and after[0].pos_ == "PROPN":
            return name_run(after[0])[-1]
    return None


def apposed(head: Token, cue: Token | None) -> Token | None:
    """Return the last token of a name in apposition to a head noun: ``the envoy, Ingrid Berg, said``."""
    found = _apposed(head, cue)
    if cue is not None and cue.lower_ == "according" and found is not None and found.i > head.i:
        after = found.nbor() if found.i + 1 < len(found.doc) else None
        if after is not None and not after.is_punct:  # "According to an official, Ana Ruiz left"
            return None
    return found


def _apposed(head: Token, cue: Token | None) -> Token | None:
    """Go by the commas, because the parser attaches names after long phrases in many ways."""
    before = _name_before(head)
    if before is not None:
        return before
    for child in head.children:
        if child.dep_ == "appos" and child.pos_ == "PROPN" and child.i > head.i:
            return name_run(child)[-1]
    end = cue.i if cue is not None and cue.i > head.i else head.sent.end
    for token in head.doc[head.i + 1 : min(end, head.i + 25)]:
        if token.pos_ in ("VERB", "AUX") or token.is_space or token.text in ".;:—–":
            return None
        if token.text == ",":
            return _name_after(token)
    return None


def _name_before(head: Token) -> Token | None:
    """Return the last token of a name that a bare description follows: ``Ana Ruiz, leader of the party``."""
    left = head.left_edge
    bare_noun = head.pos_ == "NOUN" and left.i > head.sent.start + 1 and left.pos_ not in ("DET", "PRON")
    if not bare_noun or left.nbor(-1).text != ",":
        return None
    name = left.nbor(-2)
    return name if name.pos_ == "PROPN" and len(name_run(name)) > 1 and name.ent_type_ != "DATE" else None


def _name_after(comma: Token) -> Token | None:
    """Return the last token of the name that stands between a comma and the next comma, verb or end."""
    if comma.i + 1 >= len(comma.doc):
        return None
    first = comma.nbor()
    if first.lower_ == "the" and first.i + 1 < len(comma.doc):
        first = first.nbor()
    run = name_run(first) if first.text[:1].isupper() and first.pos_ != "PRON" else []
    if not run or run[0].i < first.i:
        return None
    after = comma.doc[run[-1].i + 1] if run[-1].i + 1 < len(comma.doc) else None
    if len(run) == 1 and is_demonym(run[0]):
        return None
    ends = after is None or after.is_punct or after.pos_ in ("VERB", "AUX", "ADP", "ADV") or after.is_space
    return run[-1] if ends else None
