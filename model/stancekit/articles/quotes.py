"""Find quotations in a text, by their marks: curly, straight, low-high, angle, single.

A quotation that runs over several paragraphs is one span, whether or not each paragraph repeats the mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple


class Quote(NamedTuple):
    """A quotation with its marks: ``text[start:end]``."""

    start: int
    end: int


_CLOSERS = {
    '"': '"', "“": "”", "„": "“”", "«": "»", "‹": "›", "‘": "’", "'": "'", "``": "''", "''": "''", "”": "”", "»": "«",
}  # fmt: skip
_MARK = re.compile(r"``|''|[\"“”„«»‹›‘’']")
_SINGLE = {"‘", "'", "‹"}
# A mark after a full stop opens no inner quotation: a paragraph began there, and the line was lost.
_STOP = re.compile(r"[.?!…](?=\s)")
_AFRESH = re.compile(r"[.?!…]\s+$")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_MAX_PARAGRAPHS = 8
_MAX_SINGLE = 1_000  # characters; an apostrophe that opens nothing must not send the search far
# Words that begin with an apostrophe: no opening mark.
_ELISION = re.compile(r"['’‘](?:\d\ds?\b|em\b|til\b|tis\b|twas\b|cause\b|n\b|round\b)", re.IGNORECASE)


def find_quotes(text: str) -> list[Quote]:
    """Return the quotations of a text in order; they do not overlap, and inner ones are part of the outer."""
    paragraphs = _paragraphs(text)
    starts = [p.start for p in paragraphs]
    found: list[Quote] = []
    at = 0
    while match := _next_opening(text, at):
        number = bisect_right(starts, match.start()) - 1
        end = _closing(text, match, paragraphs, number)
        if end is None:
            at = match.end()
        else:
            found.append(Quote(match.start(), end))
            at = end
    return found


def _paragraphs(text: str) -> list[Quote]:
    ends = [(m.start(), m.end()) for m in _PARAGRAPH.finditer(text)]
    return [
        Quote(a, b)
        for a, b in zip([0, *(e for _, e in ends)], [*(s for s, _ in ends), len(text)], strict=True)
    ]


def _next_opening(text: str, at: int) -> re.Match[str] | None:
    for match in _MARK.finditer(text, at):
        if _opens(text, match):
            return match
    return None


def _opens(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    spaced = mark == "«" and text[match.end() + 1 : match.end() + 2].strip()  # as in French
    if mark == "›" or not after or (after.isspace() and not spaced):
        return False
    if mark in ("“", "„", "«", "``"):
        return True
    free = not before or before.isspace() or before in "([{—–-/:" or before in '"“”„«»'
    return mark != "’" and free and not _ELISION.match(text, match.start())


def _closes(text: str, match: re.Match[str], opener: str) -> bool:
    if match.group() not in ([_CLOSERS[opener]] if len(opener) > 1 else list(_CLOSERS[opener])):
        return False
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    if opener in ("‘", "'"):
        return not before.isspace() and not after.isalnum()
    return opener != '"' or not before.isspace() or not after.isalnum()


def _closing(text: str, opening: re.Match[str], paragraphs: list[Quote], number: int) -> int | None:
    """Return the end of the quotation that ``opening`` begins; None if the mark opens none."""
    opener = opening.group()
    for count, paragraph in enumerate(paragraphs[number : number + _MAX_PARAGRAPHS]):
        at = opening.end() if count == 0 else paragraph.start
        if count and (repeated := _MARK.match(text, at)) and repeated.group() == opener:
            at = repeated.end()
        elif count and not _runs_on(text, at, paragraphs[number + count : number + _MAX_PARAGRAPHS], opener):
            break
        reach = at + _MAX_SINGLE if opener in _SINGLE else paragraph.end
        end = _close_in(text, at, min(paragraph.end, reach), opener)
        if end is not None:
            return end
        if opener in _SINGLE:
            return None
        last = paragraph.end
    return last


def _close_in(text: str, at: int, end: int, opener: str) -> int | None:
    """Return the end of the first closing mark; a plural's apostrophe gives way to a later one."""
    spare, depth = None, 0
    paired = opener == '"' and text.count('"', at, end) % 2 == 1
    for match in _MARK.finditer(text, at, end):
        if match.group() == opener and opener in ("“", "«", "„") and "“" not in _CLOSERS[opener]:
            if opener == "“" and not _AFRESH.search(text, max(0, match.start() - 4), match.start()):
                return _last_stop(text, at, match.start())
            depth += opener != "“"
        elif (paired and match.group() == opener) or _closes(text, match, opener):
            if depth:
                depth -= 1
            elif opener in ("‘", "'") and text[match.start() - 1] == "s" and spare is None:
                spare = match.end()
            elif opener in ("‘", "'") and spare is not None and text[match.start() - 1].isalnum():
                return spare
            else:
                return match.end()
        elif opener in ("‘", "'") and spare is not None and match.group() == opener and _opens(text, match):
            return spare
    return spare


def _last_stop(text: str, start: int, end: int) -> int | None:
    """Return the end of the last whole sentence: where a quotation that is never closed can only end."""
    stops = [m.end() for m in _STOP.finditer(text, start, end)]
    return stops[-1] if stops else None


def _runs_on(text: str, at: int, paragraphs: list[Quote], opener: str) -> bool:
    """Tell whether an open quotation goes on without a repeated mark: the next mark must be a closing one."""
    for match in _MARK.finditer(text, at, paragraphs[-1].end):
        if match.group() in ("’", "'", "‘") and opener not in ("’", "'", "‘"):
            continue
        after = text[match.end() : match.end() + 1]
        before = text[match.start() - 1 : match.start()]
        return _closes(text, match, opener) and not before.isspace() and not after.isalnum()
    return False


_NAMING = re.compile(r"(?:so-called|famous|named|dubbed|titled|entitled|known as|the term|the word)\s*$")


def is_term(text: str, quote: Quote) -> bool:
    """Tell whether a quotation is a name or a term (``so-called "polite people"``), nobody's statement."""
    words = text[quote.start : quote.end].strip("\"'“”„‘’«»,.").split()
    if len(words) > 6:
        return False
    if _NAMING.search(text[max(0, quote.start - 20) : quote.start].lower()):
        return True
    return (
        len(words) > 1
        and text[quote.end - 2] not in ",?!"
        and all(w[0].isupper() for w in words if len(w) > 3)
    )


def quoted_letters(text: str, start: int, end: int, quotes: list[Quote]) -> int:
    """Return how many letters and digits of ``text[start:end]`` stand inside quotations."""
    return sum(
        c.isalnum()
        for q in quotes
        if q.start < end and q.end > start
        for c in text[max(q.start, start) : min(q.end, end)]
    )
