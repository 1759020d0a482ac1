"""Whose voice each sentence of an article is in: its kind, its resolved speaker, its cue."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from stancekit.articles.attribution import find_attribution
from stancekit.articles.candidates import Attribution
from stancekit.articles.dialogue import find_turns
from stancekit.articles.entities import Entity
from stancekit.articles.headline import headline_source
from stancekit.articles.lead import fill_names, name_the_lead
from stancekit.articles.offices import Office, office
from stancekit.articles.prefixes import Prefix
from stancekit.articles.quotes import Quote, find_quotes, is_term, quoted_letters
from stancekit.articles.sentences import Span
from stancekit.articles.speakers import Resolver
from stancekit.articles.subjects import adds_more
from stancekit.records import NARRATOR, Kind

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Sent


class Voice(NamedTuple):
    """How a sentence is attributed; the speaker is None where nobody can be told."""

    kind: Kind
    speaker: Entity | None
    cue: str | None = None
    office: Office = Office()

    @property
    def name(self) -> str | None:
        """The speaker's name, ``narrator`` for narration."""
        return NARRATOR if self.kind == "narration" else self.speaker.name if self.speaker else None


_NARRATION = Voice("narration", None)


def voices(doc: Doc, spans: list[Span], prefixes: list[Prefix], title: str | None = None) -> list[Voice]:
    """Return the voice of each sentence span of a parsed doc, in order."""
    reader = _Reader(doc, spans, prefixes, title)
    found = [reader.read(i) for i in range(len(spans))]
    fill_names([v.speaker for v in found if v.speaker], reader.resolver.entities)
    name_the_lead([(v.speaker, v.kind) for v in found])
    offices = {id(v.speaker): office(v.speaker, doc) for v in found if v.speaker and v.kind != "narration"}
    return [v._replace(office=offices.get(id(v.speaker), Office())) for v in found]


def _sentences(doc: Doc, spans: list[Span]) -> list[Sent]:
    """Return the tokens of each span; not by ``char_span``, which walks the whole doc each time."""
    starts = [t.idx for t in doc]
    return [doc[bisect_right(starts, s.start) - 1 : bisect_left(starts, s.end)] for s in spans]


class _Reader:
    """Reads the sentences of one article from top to bottom."""

    def __init__(self, doc: Doc, spans: list[Span], prefixes: list[Prefix], title: str | None) -> None:
        self.spans, self.text = spans, doc.text
        starts = {p.start: p.end for p in prefixes}
        self.words = [Span(starts.get(s.start, s.start), s.end) for s in spans]
        self.sents: list[Sent] = _sentences(doc, spans)
        self.quotes = find_quotes(self.text)
        self._ends = [s.end for s in spans]
        self._starts = [q.start for q in self.quotes]
        self.turns = find_turns(self.text)
        self._turns = [t.start for t in self.turns]
        self.resolver = Resolver(doc, self._quoted)
        self.found = [find_attribution(s, self._quoted) for s in self.sents]
        self.headed = bool(title)
        self._resolved: dict[int, Entity | None] = {}

    def _quoted(self, token: Token) -> bool:
        at = bisect_right(self._starts, token.idx) - 1
        return at >= 0 and token.idx < self.quotes[at].end

    def _here(self, span: Span) -> list[Quote]:
        first = max(0, bisect_right(self._starts, span.start) - 1)
        last = bisect_right(self._starts, span.end)
        return [q for q in self.quotes[first:last] if q.start < span.end and q.end > span.start]

    def read(self, i: int) -> Voice:
        """Return the voice of sentence i; the earlier ones have been read."""
        at = bisect_right(self._turns, self.spans[i].start) - 1
        turn = self.turns[at] if at >= 0 else None
        if turn is not None and self.spans[i].start < turn.end and turn.name is not None:
            voice = Voice("direct", self.resolver.labelled(turn.name))
        else:
            voice = self._in_prose(i)
        self.resolver.close(self.sents[i], voice.speaker)
        return voice

    def _in_prose(self, i: int) -> Voice:
        span, found = self.words[i], self.found[i]
        if (
            i == 0
            and self.headed
            and not self.turns
            and (source := headline_source(self.sents[0], self.resolver))
        ):
            return Voice("indirect", source)
        letters = sum(c.isalnum() for c in self.text[span.start : span.end])
        inside = quoted_letters(self.text, span.start, span.end, self.quotes)
        if found is not None and inside < letters and found.main:
            entity = self._speaker(i)
            if entity is not None and entity.name == NARRATOR:
                return _NARRATION
            return Voice(self._kind(i, found), entity, found.words)
        if inside >= 0.6 * letters or self._after_colon(span):
            return Voice("direct", self._continued(i))
        return _NARRATION

    def _after_colon(self, span: Span) -> bool:
        """Tell whether a quotation of a clause or more follows a colon."""
        here = self._here(span)
        before = self.text[span.start : here[0].start].rstrip() if here else ""
        return before.endswith(":") and here[0].end - here[0].start > 25

    def _speaker(self, i: int) -> Entity | None:
        """Return who the attribution of sentence i names, resolved once."""
        if i not in self._resolved:
            found = self.found[i]
            self._resolved[i] = self.resolver.resolve(found.subject, found.cue) if found else None
        return self._resolved[i]

    def _kind(self, i: int, found: Attribution) -> Kind:
        """Return the kind of an attributed sentence, by what of it is quoted."""
        span, text = self.words[i], self.text
        here = [q for q in self._here(span) if q.start < span.start or not is_term(text, q)]
        if not here:
            return "indirect"
        first = here[0]
        ahead = text[span.start : max(span.start, first.start)].strip()
        if any(c.isalnum() for c in ahead):
            clause = ahead.endswith((":", ",")) and text[first.start + 1 : first.start + 2].isupper()
        else:
            inner = text[first.start : first.end].rstrip("\"'”’»“")
            after = text[first.end : first.end + 1]
            clause = first.start < span.start or inner[-1:] in ",.?!…—-" or after == ","
        return "direct" if clause and not adds_more(found.cue, self._quoted) else "mixed"

    def _continued(self, i: int) -> Entity | None:
        """Return the speaker of a quotation that sentence i does not attribute itself."""
        for j in self._sharing(i):
            entity = self._speaker(j)
            if entity is not None and entity.name != NARRATOR:
                return entity
        focus = self.resolver.focus[-1] if self.resolver.focus else None
        if focus is not None and focus.person:
            return focus
        return self.resolver.spoken[-1] if self.resolver.spoken else focus

    def _sharing(self, i: int) -> list[int]:
        """Return the sentences with an attribution that share a quotation with sentence i, nearest first."""
        here = self._here(self.spans[i])
        if not here:
            return []
        first = bisect_right(self._ends, here[0].start)
        near = []
        for j in range(first, len(self.spans)):
            if self.spans[j].start >= here[-1].end:
                break
            span = self.spans[j]
            if self.found[j] is not None and any(q.start < span.end and q.end > span.start for q in here):
                near.append(j)
        return sorted(near, key=lambda j: abs(j - i))
