"""Collective actors under a common noun: "pro-Russian separatists", "the junta", "armed groups"."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ADJECTIVES = frozenset({"JJ", "NN", "NNP", "NNPS", "NNS", "VBN", "VBG", "HYPH", "AFX", "JJR", "JJS"})
_MAX_WORDS = 5
_TELLING = (
    "pro-",
    "anti-",
    "-backed",
    "-led",
    "-sponsored",
    "-supported",
    "-funded",
    "-controlled",
    "-aligned",
)


class Group(NamedTuple):
    """A collective noun with its modifiers, as token indices ``[start, end)``; ``head`` is its last words."""

    start: int
    end: int
    head: str
    modifiers: tuple[str, ...]
    is_state: bool
    is_alone: bool


@lru_cache(maxsize=1)
def lexicon() -> dict[str, frozenset[str]]:
    """Return the sections of the word list: section -> words."""
    found: dict[str, set[str]] = {}
    section: set[str] = set()
    for line in (resources.files("stancekit") / "data" / "groups.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), set())
        elif line.strip() and not line.startswith("#"):
            section.add(line.strip())
    return {name: frozenset(words) for name, words in found.items()}


def _head(doc: Doc, i: int) -> int:
    """Return how many words the head noun at ``i`` takes (0: no head of a collective actor)."""
    lists = lexicon()
    for length in (2, 1):
        text = doc[i : i + length].text.lower()
        if i + length <= len(doc) and any(
            text in lists[x] for x in ("alone", "modified", "state", "bare state")
        ):
            return length
    return 0


def groups(doc: Doc) -> list[Group]:
    """Return the collective actors of a tagged text, from left to right, none inside another."""
    found: list[Group] = []
    i = 0
    while i < len(doc):
        length = _head(doc, i) if doc[i].tag_[:1] in "NJV" else 0
        if length and not _goes_on(doc, i + length):
            found.append(_group(doc, i, length, found[-1].end if found else 0))
        i += length or 1
    return found


def _goes_on(doc: Doc, i: int) -> bool:
    """Return whether a noun follows that is the real head ("rebel leaders", "government building")."""
    return i < len(doc) and doc[i].tag_ in {"NN", "NNS"} and doc[i - 1].tag_ not in {"NNS", "NNPS"}


def _group(doc: Doc, i: int, length: int, floor: int) -> Group:
    start = i
    while start > floor and i - start < _MAX_WORDS and _modifies(doc[start - 1], doc[start]):
        start -= 1
    while start < i and (doc[start].lower_ in lexicon()["no modifier"] or doc[start].tag_ == "HYPH"):
        start += 1
    head = doc[i : i + length].text.lower()
    lists = lexicon()
    alone = head in lists["alone"] or head in lists["bare state"]
    modifiers = tuple(t.text for t in doc[start:i])
    return Group(start, i + length, head, modifiers, head in lists["state"], alone)


def _modifies(word: Token, following: Token) -> bool:
    if word.tag_ == "POS" or (word.is_punct and word.tag_ != "HYPH"):
        return False
    return word.tag_ in _ADJECTIVES or (word.tag_ == "RB" and following.tag_ == "HYPH")
