"""Collective actors under a common noun: "pro-Russian separatists", "the junta", "armed groups"."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc

_NOUNS = frozenset({"JJ", "NN", "NNP", "NNPS", "AFX", "JJS"})
_MAX_WORDS = 7
_HEADS = ("alone", "modified", "state", "bare state")


class Group(NamedTuple):
    """A collective noun with its telling modifiers.

    Attributes:
        start: Index of the first token.
        end: Index after the last token.
        head: The noun, in lower case; one or two words.
        modifiers: What comes before the noun, in lower case.
    """

    start: int
    end: int
    head: str
    modifiers: tuple[str, ...]

    def head_in(self, section: str) -> bool:
        """Return whether the noun stands in a section of the word list."""
        return self.head in lexicon()[section]


@lru_cache(maxsize=1)
def lexicon() -> dict[str, frozenset[str]]:
    """Return the sections of the word list: section -> words."""
    found: dict[str, set[str]] = {}
    section: set[str] = set()
    for line in (resources.files("stancekit.actors") / "data" / "groups.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), set())
        elif line.strip() and not line.startswith("#"):
            section.add(line.strip())
    return {name: frozenset(words) for name, words in found.items()}


def groups(doc: Doc) -> list[Group]:
    """Return the collective actors of a tagged text, from left to right, none inside another."""
    found: list[Group] = []
    i = 0
    while i < len(doc):
        length = _head(doc, i)
        if length and not _goes_on(doc, i + length):
            found.append(_group(doc, i, length, found[-1].end if found else 0))
        i += length or 1
    return found


def _head(doc: Doc, i: int) -> int:
    """Return how many words the head noun at ``i`` takes; 0 if there is none."""
    if doc[i].tag_[0] not in "NJV":
        return 0
    lists = lexicon()
    for length in (2, 1):
        text = doc[i : i + length].text.lower()
        if i + length <= len(doc) and any(text in lists[x] for x in _HEADS):
            # "forces" and "volunteers" are verbs too.
            return length if doc[i + length - 1].tag_[0] == "N" else 0
    return 0


def _goes_on(doc: Doc, i: int) -> bool:
    """Return whether a noun follows that is the real head ("rebel leaders", "government building")."""
    return i < len(doc) and doc[i].tag_ in {"NN", "NNS"} and doc[i - 1].tag_ not in {"NNS", "NNPS"}


def _group(doc: Doc, i: int, length: int, floor: int) -> Group:
    lists = lexicon()
    head = doc[i : i + length].text.lower()
    start = i
    while start > floor and i - start < _MAX_WORDS and _modifies(doc, start - 1):
        start -= 1
    dropped = lists["no modifier"] | (lists["weak modifier"] if head in lists["alone"] else frozenset())
    while start < i and (doc[start].lower_ in dropped or doc[start].is_punct or doc[start].like_num):
        start += 1
    return Group(start, i + length, head, tuple(t.lower_ for t in doc[start:i]))


def _modifies(doc: Doc, i: int) -> bool:
    """Return whether the token at ``i`` belongs to the noun phrase that goes on after it."""
    token, following = doc[i], doc[i + 1]
    if token.text == "-" or following.text == "-":
        # Both sides of a hyphen, if no blank parts them: "pro-Russian", "Turkish-backed".
        return not token.whitespace_ and (token.text == "-" or token.is_alpha or token.text.endswith("."))
    if token.tag_ in _NOUNS:
        return token.is_alpha or "." in token.text
    return token.lower_ in lexicon()["loose modifier"] or (
        i > 0 and doc[i - 1].text == "-" and token.is_alpha
    )
