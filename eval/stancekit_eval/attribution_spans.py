"""Attributions as spans of a text: who (source), the words that attribute (cue), what (content).

By the library's own rules, and by textacy's quotation extractor to compare with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from stancekit.articles.attribution import find_attribution
from stancekit.articles.candidates import Attribution
from stancekit.articles.quotes import Quote, find_quotes, is_term
from stancekit.articles.subjects import phrase
from stancekit.errors import MissingExtraError

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_COMPLEMENTS = (("ccomp", "parataxis"), ("xcomp", "oprd"), ("dobj", "prep", "acomp"))
_FRAME = ("aux", "auxpass", "neg", "advmod", "prt", "mark", "cc", "punct")


class Spans(NamedTuple):
    """One attribution: (start, end) offsets in characters of its source, cue and content."""

    source: tuple[tuple[int, int], ...]
    cue: tuple[int, int]
    content: tuple[tuple[int, int], ...]


def by_rules(doc: Doc) -> Iterator[Spans]:
    """Yield the attributions of a parsed doc as the library finds them, at most one a sentence."""
    text = doc.text
    quotes = find_quotes(text)
    starts = [q.start for q in quotes]

    def quoted(token: Token) -> bool:
        at = bisect_right(starts, token.idx) - 1
        return at >= 0 and token.idx < quotes[at].end

    sents = list(doc.sents)
    attributed = [find_attribution(s, quoted) for s in sents]
    for number, (sent, found) in enumerate(zip(sents, attributed, strict=True)):
        if found is None or not found.main:
            continue
        here = [q for q in quotes if q.start < sent.end_char and q.end > sent.start_char]
        here = [q for q in here if not is_term(text, q)]
        content = _content(found, sent, here, quoted)
        for later, none in zip(sents[number + 1 :], attributed[number + 1 :], strict=True):
            if none is not None or not here or not quoted(later[0]) or "\n" in sent.text[-2:]:
                break  # a quotation goes on to the next attribution or the paragraph's end
            more = [(q.start, q.end) for q in quotes if later.start_char <= q.start < later.end_char]
            content, sent = (*content, *more), later
        source = _runs(phrase(found.subject))
        if content:
            yield Spans(source, (found.cue.idx, found.cue.idx + len(found.cue)), content)


def _content(
    found: Attribution, sent: Span, here: list[Quote], quoted: Callable[[Token], bool]
) -> tuple[tuple[int, int], ...]:
    """Return what is attributed: whole quotations, or else the clause or object of the cue, or the rest."""
    cue = found.cue
    frame = {t.i for t in found.subject.subtree} | {cue.i}
    frame |= {c.i for c in cue.children if c.dep_ in _FRAME}
    outside = [t for t in sent if t.i not in frame and not quoted(t) and not t.is_punct and not t.is_space]
    if here and len(outside) < 4:
        return tuple((q.start, q.end) for q in here)
    if cue.lower_ == "according":
        told = {t.i for t in cue.subtree}
        return _runs([t for t in sent if t.i not in told])
    tokens = _complement(found)
    if not tokens:  # "..., Berg said" where the parse hangs the clause on nothing
        tokens = {t.i for t in sent if t.i < min(frame)} or {t.i for t in sent if t.i > max(frame)}
    spans = _runs([t for t in sent if t.i in tokens])
    more = [(q.start, q.end) for q in here if not any(s < q.end and e > q.start for s, e in spans)]
    return (*spans, *more)


def _complement(found: Attribution) -> set[int]:
    """Return the numbers of the tokens of what is said: the clause, or else the infinitive, or the object."""
    mine = {t.i for t in found.subject.subtree}
    for deps in _COMPLEMENTS:
        heads = [c for c in found.cue.children if c.dep_ in deps and c.i not in mine]
        if deps[0] == "dobj":  # "called for talks", but not "said on Monday"
            heads = [
                c for c in heads if c.i > found.cue.i and not any(x.ent_type_ == "DATE" for x in c.children)
            ]
        tokens = {t.i for c in heads for t in c.subtree if not (t.i == c.i and c.dep_ == "prep")} - mine
        if tokens:
            return tokens
    return set()


def _runs(tokens: Iterable[Token]) -> tuple[tuple[int, int], ...]:
    """Return the spans of runs of tokens that stand side by side."""
    spans: list[list[int]] = []
    last = -2
    for token in tokens:
        if token.i == last + 1 and spans:
            spans[-1][1] = token.idx + len(token)
        else:
            spans.append([token.idx, token.idx + len(token)])
        last = token.i
    return tuple((s, e) for s, e in spans)


def textacy_version() -> str:
    """Return the version of textacy.

    Raises:
        MissingExtraError: if it is not installed; nothing else of stancekit needs it.
    """
    try:
        return str(import_module("textacy").__version__)
    except ImportError as e:
        raise MissingExtraError(
            f"textacy cannot be imported ({e}); run: pip install --no-deps textacy cachetools catalogue"
            " cytoolz toolz floret jellyfish pyphen"
        ) from None


def by_textacy(doc: Doc) -> Iterator[Spans]:
    """Yield the direct quotations that textacy finds in a parsed doc; none where it gives up on the marks."""
    extract = import_module("textacy.extract.triples").direct_quotations
    try:
        found = list(extract(doc))
    except ValueError:  # an odd number of quotation marks
        return
    for speaker, cue, content in found:
        yield Spans(
            _runs(speaker),
            (cue[0].idx, cue[-1].idx + len(cue[-1])),
            ((content.start_char, content.end_char),),
        )
