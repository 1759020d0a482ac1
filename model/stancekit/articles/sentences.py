"""Split a text into sentences: rules where the punctuation is plain, spaCy's parser where it is not.

The rules set sentence starts on the tokens before the parse; the parser keeps them and decides the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stancekit.articles.cues import words
from stancekit.articles.prefixes import Prefix

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Span(NamedTuple):
    """Offsets of a sentence in its text: ``text[start:end]`` without blanks around it."""

    start: int
    end: int


MAX_TOKENS = 250
"""Longest sentence; one is begun there whatever the punctuation, since what reads it takes quadratic time."""

_CLOSE = "\"'”’»›)]"
_OPEN = "\"'“‘„«‹(["
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_NEWLINE = re.compile(r"(?<!\n)\n(?!\s*\n)")
_END = re.compile(rf"([.!?…]+)([{re.escape(_CLOSE)}]*)(\s+)(?=(\S))")
_STARTER = re.compile(rf"[{re.escape(_OPEN)}\-–—•*]*\s?[^\W_a-z]")
_LAST_WORD = re.compile(r"[^\s\"“„«‘(\[—–/]+$")

# Titles and the like: a name follows, so no sentence ends here.
_TITLES = words(
    "mr mrs ms mx dr prof gen col lt maj capt cpl sgt brig cmdr adm rear vice sen rep reps sens gov"
    " pres amb rev fr hon st ste messrs supt det insp sec dep asst atty al vs est dept ed eds lieut"
    " cdr sr. hrh resp cf e.g i.e viz mt"
)
# A number follows, or else the sentence may end: "Sept. 5", "No. 7".
_BEFORE_NUMBERS = words(
    "no nos art arts para paras fig vol ch pp approx jan feb mar apr jun jul aug sep sept oct nov dec"
)
# May end a sentence or not: the parser decides.
_OPEN_ABBREVIATIONS = words("inc corp ltd co bros jr sr etc a.m p.m am pm ave blvd plc u.s u.k u.n d.c e.u")
_SAID = (
    r"(?:said|says|told|asked|asks|added|adds|replied|replies|wrote|writes|tweeted|cried|shouted|wondered|exclaimed"
    r"|continued|demanded|answered|remarked|recalled|insisted|declared|tells|recounted)"
)
_AFTER_SAID = (
    r"(?:[.,;]|\s(?:to|on|in|at|during|after|before|when|as|from|by|last|reporters|journalists|him|her|us)\b)"
)
_TAG = re.compile(rf"[A-Z][^.!?\"“”\n]{{0,110}}?\b{_SAID}{_AFTER_SAID}")
_LIST = re.compile(r"(?:[-–—•*·]|\d{1,2}[.):]|\(?[a-z]\))\s|\d{1,2}[:.]\d\d\b|[A-Z][\w. ]{0,30}:\s")
# A subheading that lost its line: "Ordinary victims The law is ...". Nothing but a sentence begins so.
_BEGINS = (
    r"(?:The|An?|In|On|At|His|Her|Its|Their|He|She|It|They|We|This|These|There|But|And|As|After|Since|When|While"
    r"|If|Although|Despite|For|From|With|By|One|Some|Many|Last|Earlier|Meanwhile)\s[a-z]"
    r"|(?:The|An?|His|Her|Its|Their)\s[A-Z]\w+\s[a-z]"
)
_SUBHEAD = re.compile(rf"(?<=\n\n)[A-Z0-9][\w'’-]*(?:[ ]\w[\w'’-]*){{1,7}}?[ ](?={_BEGINS})")
_NO_LAST = words(
    "of in on at by for to the a an and or with from as into over after before about under against between than"
    " that is are was were be been has have had said says told called like"
)


def boundaries(text: str) -> Iterator[tuple[int, bool | None]]:
    """Yield (offset, verdict) of each place where a sentence may start.

    The verdict is True where one starts, None where the parser should decide; elsewhere none starts.
    """
    for match in _BLANK.finditer(text):
        yield match.end(), True
    for match in _NEWLINE.finditer(text):
        if _breaks_line(text, match.start()):
            yield match.end(), True
    for match in _SUBHEAD.finditer(text):
        if match.group().split()[-1].lower() not in _NO_LAST:
            yield match.end(), True
    for match in _END.finditer(text):
        if "\n" in match.group(3) and _BLANK.search(match.group(3)):
            continue
        verdict = _verdict(text, match)
        if verdict is not False:
            yield match.end(), verdict


def _breaks_line(text: str, at: int) -> bool:
    """Tell whether a single newline ends a sentence: not inside a paragraph that is wrapped to a width."""
    line = text[text.rfind("\n", 0, at) + 1 : at].strip()
    rest = text[at + 1 : at + 200].lstrip(" \t")
    if not line or not rest:
        return True
    if line.rstrip(_CLOSE)[-1:] in ".!?…:;" or _LIST.match(rest) or _LIST.match(line):
        return line.rstrip(_CLOSE)[-1:] not in ",;" or bool(_LIST.match(rest))
    return len(line) < 45 and not rest[0].islower()


def _verdict(text: str, match: re.Match[str]) -> bool | None:
    marks, closers = match.group(1), match.group(2)
    if not _STARTER.match(text, match.end()):
        return False
    following = text[match.end() : match.end() + 120]
    if closers and closers[0] in "\"'”’»" and ("?" in marks or "!" in marks) and _TAG.match(following):
        return False
    if marks == "." and not closers:
        return _after_period(text, match.start(), following)
    return None if marks in ("...", "…", "....") and not closers else True


def _after_period(text: str, at: int, following: str) -> bool | None:
    found = _LAST_WORD.search(text, max(0, at - 30), at)
    word = found.group() if found else ""
    low = word.lower().strip("'’").rsplit("-", 1)[-1]  # "Lt.-Gen."
    line_start = found is not None and text[text.rfind("\n", 0, at) + 1 : found.start()].strip() == ""
    if low in _TITLES or (low in _BEFORE_NUMBERS and following[:1].isdigit()):
        return False
    if line_start and (word.isdigit() or len(word) == 1):  # "1. First", "Q. How many"
        return False
    if len(word) == 1 and word.isalpha() and word.isupper():  # an initial, or "Plan B."
        return False if re.match(r"[A-Z]\.|[A-Z][\w'’-]+", following) else None
    if low in _OPEN_ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", low):
        return None if following[:1].isupper() or following[:1] in _OPEN else True
    return True


def set_sentence_starts(doc: Doc, prefixes: list[Prefix]) -> None:
    """Set on the tokens of a fresh doc where sentences start and where none does; leave open the rest.

    What follows a prefix starts one too, so that the parser sees a clean sentence; ``sentence_spans`` puts
    the two together again.
    """
    verdicts = dict(boundaries(doc.text))
    inside = [p for p in prefixes if p.end > p.start]
    within = {x for p in inside for x in range(p.start + 1, p.end)}
    verdicts = {x: v for x, v in verdicts.items() if x not in within}
    verdicts |= {x: True for p in inside for x in p}
    places = sorted(verdicts)
    at = length = 0
    starts = np.zeros(len(doc), dtype=np.int64)  # in spaCy's terms: 1 starts one, -1 does not, 0 is open
    for token in doc:
        if token.is_space:
            continue
        here = set()
        while at < len(places) and places[at] <= token.idx:
            here.add(verdicts[places[at]])
            at += 1
        length += 1
        starts[token.i] = 1 if not token.i or True in here else (0 if here else -1)
        if starts[token.i] == 1 or length > MAX_TOKENS:
            starts[token.i], length = 1, 0
    from spacy.attrs import SENT_START

    # All at once: setting one token's ``is_sent_start`` takes spaCy a walk over the whole doc.
    doc.from_array([SENT_START], starts.astype(np.uint64).reshape(-1, 1))  # type: ignore[arg-type]


def sentence_spans(doc: Doc, prefixes: list[Prefix]) -> list[Span]:
    """Return the sentences of a parsed doc, with exact offsets; without those of no letter or digit."""
    spans: list[Span] = []
    text = doc.text  # built anew each time it is asked for
    ends = {p.end for p in prefixes}
    for sent in doc.sents:
        raw = text[sent.start_char : sent.end_char]
        start = sent.start_char + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if spans and spans[-1].end <= start and _follows(text, spans[-1].end, start, ends):
            spans[-1] = Span(spans[-1].start, end)
        elif any(c.isalnum() for c in raw):
            spans.append(Span(start, end))
    return spans


def _follows(text: str, end: int, start: int, ends: set[int]) -> bool:
    """Tell whether a prefix ends in the blanks between two spans."""
    return not text[end:start].strip() and any(x in ends for x in range(end, start + 1))
