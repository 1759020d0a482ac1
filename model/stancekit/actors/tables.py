"""The tables of actors that come with stancekit, and what countryinfo knows about countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Literal, NamedTuple

Kind = Literal["state", "place", "people", "force", "body", "leader"]
"""What an alias is: a state, its adjective or seat; a city; a community; an armed group; a body; a person."""

FILES: dict[str, Kind] = {
    "organisations.tsv": "body",
    "armed_groups.tsv": "force",
    "breakaways.tsv": "state",
    "peoples.tsv": "people",
    "countries.tsv": "state",
    "leaders.tsv": "leader",
}
"""Our own tables, the first of them winning where two know an alias."""

_CODES = frozenset({"US", "USA", "UK", "UAE"})
"""Country codes used in the news; others ("IS", "ARE") are words."""


class Entry(NamedTuple):
    """What an alias means: an actor's usual short English name, and the kind of alias."""

    name: str
    kind: Kind


def rows(file: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, aliases) for each row of a table in the package's ``data`` folder."""
    for line in (resources.files("stancekit.actors") / "data" / file).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, aliases = line.partition("\t")
            found = [x.strip() for x in aliases.split(";") if x.strip()]
            yield name.strip(), found + [_dotted(x) for x in (name, *found) if _dotted(x) != x]


def _dotted(alias: str) -> str:
    """Return "U.S. Congress" for "US Congress"."""
    return re.sub(r"^(U)([SNK])(?=[ -])", r"\1.\2.", alias)


@lru_cache(maxsize=1)
def builtin_aliases() -> tuple[tuple[str, Entry], ...]:
    """Return (alias, entry) of all tables, then of countryinfo."""
    found: list[tuple[str, Entry]] = []
    for file, kind in FILES.items():
        for name, aliases in rows(file):
            found.append((name, Entry(name, kind)))
            found += [(x.removeprefix("@"), Entry(name, "place" if x[0] == "@" else kind)) for x in aliases]
    skipped = {x.lower() for x in dict(rows("skipped.tsv"))["aliases"]}
    return (*found, *((alias, entry) for alias, entry in _countries() if alias.lower() not in skipped))


@lru_cache(maxsize=1)
def collectives() -> dict[str, str]:
    """Return usual names of collective nouns by their other names in lower case."""
    return {alias.lower(): name for name, aliases in rows("collectives.tsv") for alias in (name, *aliases)}


def _countries() -> Iterator[tuple[str, Entry]]:
    from countryinfo import all_countries

    skipped = frozenset(dict(rows("skipped.tsv"))["countries"])
    for country in all_countries():
        facts = country.info()
        name, capital = facts["name"].removeprefix("The "), facts.get("capital")
        if name in skipped or "," in name or "(" in name:
            continue
        yield name, Entry(name, "state")
        for alias in facts.get("altSpellings") or []:
            if alias.isascii() and (not alias.isupper() or alias in _CODES):
                yield alias, Entry(name, "state")
        for demonym in re.split("[,/]", facts.get("demonym") or ""):
            yield demonym, Entry(name, "state")
        if isinstance(capital, str) and capital:
            yield capital.removesuffix(" D.C."), Entry(name, "place")
