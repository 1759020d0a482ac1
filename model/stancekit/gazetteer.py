"""Names of political actors and their aliases: countries, capitals, demonyms, organisations, armed groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

WORD = re.compile(r"\w+")


class Entry(NamedTuple):
    """An alias's actor. ``kind``: ``state`` (adjectives too), ``place`` (a capital) or ``body``."""

    name: str
    kind: str


class Match(NamedTuple):
    """An alias found in a text: offsets in characters, and what it means."""

    start: int
    end: int
    entry: Entry


def rows(file: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, aliases) for each row of a table in the package's ``data`` folder."""
    for line in (resources.files("stancekit") / "data" / file).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, aliases = line.partition("\t")
            found = [x.strip() for x in aliases.split(";") if x.strip()]
            yield name.strip(), found + [_dotted(x) for x in (name, *found) if _dotted(x) != x]


def _dotted(alias: str) -> str:
    """Return "U.S. Congress" for "US Congress"."""
    return re.sub(r"^(U)([SNK])(?= )", r"\1.\2.", alias)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without punctuation."""
    return tuple(x.lower() for x in WORD.findall(text.replace("’", "'")))


def _countries() -> Iterator[tuple[str, Entry]]:
    """Yield (alias, entry) from countryinfo, corrected by our own table."""
    from countryinfo import all_countries

    skipped = dict(rows("skipped.tsv"))
    for country in all_countries():
        facts = country.info()
        name, capital = facts["name"], facts.get("capital")
        if name in skipped["countries"] or "," in name or "(" in name:
            continue
        state = Entry(name.removeprefix("The "), "state")
        yield name, state
        for alias in facts.get("altSpellings") or []:
            # Codes such as "IS" or "ARE" are words; the few that the news uses stand in our own table.
            if alias.isascii() and (not alias.isupper() or alias in {"US", "USA", "UK", "UAE"}):
                yield alias, state
        for demonym in re.split("[,/]", facts.get("demonym") or ""):
            yield demonym, state
            if re.search("(an|ian|i|er)$", demonym):
                yield demonym + "s", state
        if isinstance(capital, str) and capital:
            yield capital.removesuffix(" D.C."), Entry(state.name, "place")


@lru_cache(maxsize=1)
def _skipped() -> frozenset[str]:
    return frozenset(dict(rows("skipped.tsv"))["aliases"])


def _own(file: str, kind: str) -> Iterator[tuple[str, Entry]]:
    for name, aliases in rows(file):
        for alias in (name, *aliases):
            yield alias.removeprefix("@"), Entry(name, "place" if alias.startswith("@") else kind)


class Gazetteer:
    """Aliases with their actors; finds them in texts, the longest first.

    Args:
        extra: Actor's name -> more aliases, which win over the built-in ones.
    """

    def __init__(self, extra: Mapping[str, Sequence[str]] | None = None) -> None:
        self._table: dict[tuple[str, ...], list[tuple[str, Entry]]] = {}
        self._longest: dict[str, int] = {}
        for name, aliases in (extra or {}).items():
            known = builtin().lookup(name)
            entry = Entry(name, "state" if known and known.kind == "state" else "body")
            for alias in (name, *aliases):
                self._add(alias, entry)
        for alias, entry in _builtin():
            self._add(alias, entry)

    def _add(self, alias: str, entry: Entry) -> None:
        key = words(alias)
        if not key or (alias.lower() in _skipped() and entry.kind != "body"):
            return
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
        low = [t.group().lower() for t in tokens]
        found, i = [], 0
        while i < len(tokens):
            match = self._at(text, tokens, low, i)
            if match:
                found.append(match[0])
            i += match[1] if match else 1
        return found

    def _at(self, text: str, tokens: list[re.Match[str]], low: list[str], i: int) -> tuple[Match, int] | None:
        for length in range(min(self._longest.get(low[i], 0), len(low) - i), 0, -1):
            start, end = tokens[i].start(), tokens[i + length - 1].end()
            for alias, entry in self._table.get(tuple(low[i : i + length]), ()):
                if _written_alike(alias, text[start:end]):
                    end += alias.endswith(".") and text[end : end + 1] == "."
                    return Match(start, end, entry), length
        return None


def _written_alike(alias: str, surface: str) -> bool:
    """Return whether words in a text can be this alias: acronyms in capitals, names with a capital."""
    if re.search(r"[,;:()]|\. ", surface) and not re.search(r"\. ", alias):
        return False
    if alias.isupper() and len(WORD.findall(alias)) == 1 and len(alias) <= 6:
        return surface == alias
    if "." in alias and alias.isupper():
        return surface == alias.rstrip(".")
    return surface != surface.lower() or alias == alias.lower()


@lru_cache(maxsize=1)
def _builtin() -> tuple[tuple[str, Entry], ...]:
    tables = (("organisations.tsv", "body"), ("armed_groups.tsv", "body"), ("countries.tsv", "state"))
    own = [row for file, kind in tables for row in _own(file, kind)]
    return (*own, *_countries())


@lru_cache(maxsize=1)
def builtin() -> Gazetteer:
    """Return the gazetteer without a codebook's aliases."""
    return Gazetteer()
