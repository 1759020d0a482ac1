"""Whose voice each sentence of an article is in: its kind, its resolved speaker, its cue."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from stancekit.attribution import Attribution, find_attribution
from stancekit.dialogue import Turn, find_turns
from stancekit.names import Entity
from stancekit.quotes import Quote, find_quotes, quoted_letters
from stancekit.records import NARRATOR, Kind
from stancekit.sentences import Span
from stancekit.speakers import Resolver

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Sent


class Voice(NamedTuple):
    """How a sentence is attributed; the speaker is None where nobody can be told."""

    kind: Kind
    speaker: str | None
    cue: str | None = None


_NARRATION = Voice("narration", NARRATOR)


def voices(doc: Doc, spans: list[Span], title: str | None = None) -> list[Voice]:
    """Return the voice of each sentence span of a parsed doc, in order."""
    reader = _Reader(doc, spans)
    return [reader.read(i) for i in range(len(spans))]


def _tokens(doc: Doc, span: Span) -> Sent:
    found = doc.char_span(span.start, span.end, alignment_mode="expand")
    assert found is not None, "a sentence span holds at least one token"
    return found


class _Reader:
    """Reads the sentences of one article from top to bottom."""

    def __init__(self, doc: Doc, spans: list[Span]) -> None:
        self.doc, self.spans = doc, spans
        self.sents: list[Sent] = [_tokens(doc, s) for s in spans]
        self.quotes = find_quotes(doc.text)
        self._starts = [q.start for q in self.quotes]
        self.turns = find_turns(doc.text)
        self.resolver = Resolver(doc)
        self.found = [find_attribution(s, self._quoted) for s in self.sents]
        self._resolved: dict[int, Entity | None] = {}
        self.last: Entity | None = None

    def _quoted(self, token: Token) -> bool:
        at = bisect_right(self._starts, token.idx) - 1
        return at >= 0 and token.idx < self.quotes[at].end

    def read(self, i: int) -> Voice:
        """Return the voice of sentence i; the earlier ones have been read."""
        turn = next((t for t in self.turns if t.start <= self.spans[i].start < t.end), None)
        voice, entity = self._in_turn(turn, i) if turn else self._in_prose(i)
        self.resolver.close(self.sents[i], entity)
        if entity is not None:
            self.last = entity
        return voice

    def _in_turn(self, turn: Turn, i: int) -> tuple[Voice, Entity | None]:
        if turn.name is None:
            return self._in_prose(i)
        entity = self.resolver.labelled(turn.name)
        return Voice("direct", entity.name), entity

    def _in_prose(self, i: int) -> tuple[Voice, Entity | None]:
        span, found = self.spans[i], self.found[i]
        letters = sum(c.isalnum() for c in self.doc.text[span.start : span.end])
        inside = quoted_letters(self.doc.text, span.start, span.end, self.quotes)
        if found is not None and inside < letters and found.main:
            entity = self._speaker(i)
            if entity is not None and entity.name == NARRATOR:
                return _NARRATION, None
            kind: Kind = "indirect" if not inside else "direct" if self._is_clause(i) else "mixed"
            return Voice(kind, entity.name if entity else None, found.words), entity
        if inside >= 0.6 * letters:
            entity = self._continued(i)
            return Voice("direct", entity.name if entity else None), entity
        return _NARRATION, None

    def _speaker(self, i: int) -> Entity | None:
        """Return who the attribution of sentence i names, resolved once."""
        if i not in self._resolved:
            found = self.found[i]
            head = found.subject if found else None
            self._resolved[i] = self.resolver.resolve(head) if head is not None else None
        return self._resolved[i]

    def _is_clause(self, i: int) -> bool:
        """Tell whether the quotation of sentence i is the reported clause itself, not a part of it."""
        span, text = self.spans[i], self.doc.text
        here = [q for q in self.quotes if q.start < span.end and q.end > span.start]
        first = here[0]
        if first.start <= span.start + 1 or not any(c.isalnum() for c in text[span.start : first.start]):
            if first.start < span.start:
                return True
            last = text[first.end - 2] if first.end >= 2 else ""
            after = text[first.end : first.end + 1]
            return last in ",.?!…—-" or after == ","
        before = text[span.start : first.start].rstrip()
        return before.endswith((":", ",")) and text[first.start + 1 : first.start + 2].isupper()

    def _continued(self, i: int) -> Entity | None:
        """Return the speaker of a quotation that sentence i does not attribute itself."""
        shared = self._sharing(i)
        for j in shared:
            entity = self._speaker(j)
            if entity is not None and entity.name != NARRATOR:
                return entity
        focus = self.resolver.focus[-1] if self.resolver.focus else None
        if focus is not None and focus.person:
            return focus
        return self.last or focus

    def _sharing(self, i: int) -> list[int]:
        """Return the sentences with an attribution that share a quotation with sentence i, nearest first."""
        span = self.spans[i]
        here: list[Quote] = [q for q in self.quotes if q.start < span.end and q.end > span.start]
        near = [
            j
            for j, s in enumerate(self.spans)
            if self.found[j] is not None and any(q.start < s.end and q.end > s.start for q in here)
        ]
        return sorted(near, key=lambda j: abs(j - i))


__all__ = ["Attribution", "Voice", "voices"]
