"""Finding known actors in a text: countries, capitals, demonyms, organisations, armed groups, leaders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from stancekit.actors.tables import Entry, builtin_aliases, collectives

WORD = re.compile(r"\w+")
_ACRONYM = 6
"""Longest alias in capitals that is taken for an acronym, which no other spelling matches."""


class Match(NamedTuple):
    """An alias found in a text: offsets in characters, and what it means."""

    start: int
    end: int
    entry: Entry


@lru_cache(maxsize=65_536)
def plain(word: str) -> str:
    """Return a word in lower case without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).lower()


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without accents and punctuation."""
    return tuple(plain(x) for x in WORD.findall(text))


class Gazetteer:
    """Aliases with their actors; finds them in texts, the longest first.

    Args:
        extra: Actor's name -> more aliases. They win over the built-in ones, and a name here that means a
            built-in actor replaces that actor's name.
    """

    def __init__(self, extra: Mapping[str, Sequence[str]] | None = None) -> None:
        self._table: dict[tuple[str, ...], list[tuple[str, Entry]]] = {}
        self._longest: dict[str, int] = {}
        renamed: dict[str, str] = {}
        for name, aliases in (extra or {}).items():
            known = builtin().lookup(name)
            if known:
                renamed[known.name] = name
            self._add_all((name, *aliases), Entry(name, known.kind if known else "body"))
        for alias, entry in builtin_aliases():
            self._add_all([alias], Entry(renamed.get(entry.name, entry.name), entry.kind))

    def _add_all(self, aliases: Iterable[str], entry: Entry) -> None:
        for alias in aliases:
            key = words(alias)
            if key:
                self._table.setdefault(key, []).append((alias, entry))
                self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def lookup(self, name: str) -> Entry | None:
        """Return the actor that a whole name means (a leading "the" aside), or None."""
        key = words(name)
        key = key[1:] if key[:1] == ("the",) else key
        found = self._table.get(key)
        return found[0][1] if found else None

    def aliases(self, name: str) -> tuple[str, ...]:
        """Return all that means the same actor as a name; empty for an unknown name."""
        entry = self.lookup(name)
        found = [alias for row in self._table.values() for alias, e in row if entry and e.name == entry.name]
        return tuple(dict.fromkeys(found))

    def find(self, text: str) -> list[Match]:
        """Return all aliases in a text, from left to right, none inside another."""
        tokens = list(WORD.finditer(text))
        low = [plain(t.group()) for t in tokens]
        found, i = [], 0
        while i < len(tokens):
            match, length = self._at(text, tokens, low, i)
            if match:
                found.append(match)
            i += length
        return found

    def _at(self, text: str, tokens: list[re.Match[str]], low: list[str], i: int) -> tuple[Match | None, int]:
        for length in range(min(self._longest.get(low[i], 0), len(low) - i), 0, -1):
            start, end = tokens[i].start(), tokens[i + length - 1].end()
            for alias, entry in self._table.get(tuple(low[i : i + length]), ()):
                if _written_alike(alias, text[start:end]):
                    end += alias.endswith(".") and text[end : end + 1] == "."
                    return Match(start, end, entry), length
        # "Russians"; and "Syrias" where an archive has lost its apostrophes.
        if low[i].endswith("s") and len(low[i]) > 4 and text[tokens[i].start()].isupper():
            for _, entry in self._table.get((low[i][:-1],), ()):
                if entry.kind in {"state", "people", "leader"}:
                    return Match(*tokens[i].span(), entry), 1
        return None, 1


@lru_cache(maxsize=65_536)
def _written_alike(alias: str, surface: str) -> bool:
    """Return whether words in a text can be this alias: acronyms in capitals, names with a capital."""
    if re.search(r"[,;:()]|\. ", surface) and not re.search(r"\. ", alias):
        return False
    length = len(WORD.findall(alias))
    if alias.isupper() and length == 1 and len(alias) <= _ACRONYM:
        return surface == alias
    if "." in alias and alias.isupper():
        return surface == alias.rstrip(".")
    # A name of three words or more is safe without capitals ("international criminal court").
    return surface != surface.lower() or alias == alias.lower() or length > 2


@lru_cache(maxsize=1)
def builtin() -> Gazetteer:
    """Return the gazetteer without a codebook's aliases."""
    return Gazetteer()


def usual(name: str) -> str:
    """Return the usual name of a collective noun ("Russian-backed rebels"), or the name as it is."""
    return collectives().get(name.lower(), name)
