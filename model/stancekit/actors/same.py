"""Whether two names may be the same actor."""

from __future__ import annotations

from functools import lru_cache

from stancekit.actors.gazetteer import builtin, usual, words
from stancekit.actors.groups import lexicon

_WEAK = frozenset({"the", "of", "a", "an", "s", "and"})


@lru_cache(maxsize=65_536)
def same_actor(a: str, b: str) -> bool:
    """Return whether two names may be the same actor.

    They are if the gazetteer links them to one name, if one's words contain the other's ("Yanukovych" and
    "Viktor Yanukovych"), or if one is the other's initials. Two different known actors are not the same, nor
    are a known actor and a group that belongs to it. The relation is symmetric but not transitive.
    """
    x, y = _core(a), _core(b)
    if not x or not y:
        return False
    if x == y:
        return True
    # "Ukraine" is neither "Russia" nor the "eastern Ukraine protesters"; "rebels" may be the "Syrian rebels".
    known = [builtin().lookup(" ".join(n)) is not None for n in (x, y)]
    p, q = set(x), set(y)
    if (p <= q and not known[0]) or (q <= p and not known[1]):
        return True
    return "".join(w[0] for w in x) == "".join(y) or "".join(w[0] for w in y) == "".join(x)


@lru_cache(maxsize=65_536)
def _core(name: str) -> tuple[str, ...]:
    """Return the words that tell an actor from others: "the Russian Foreign Ministry" -> ("russia",)."""
    entry = builtin().lookup(name)
    if entry:
        return words(entry.name)
    found = [w for w in words(usual(name)) if w not in _WEAK]
    kept = [w for w in found if w not in _state_words()] or found
    entry = builtin().lookup(" ".join(kept))
    if entry and entry.kind in {"state", "place", "force"}:
        return words(entry.name)
    return tuple(found) if builtin().lookup(name) else words(_unified(usual(name)))


def _unified(name: str) -> str:
    """Return a name with each known actor in it under its usual name: "American troops", "US troops"."""
    for match in reversed(builtin().find(name)):
        name = f"{name[: match.start]} {match.entry.name} {name[match.end :]}"
    return " ".join(w for w in name.split() if w.lower() not in _WEAK)


@lru_cache(maxsize=1)
def _state_words() -> frozenset[str]:
    """Return words that leave the actor a state: "Russian Foreign Ministry", "Syrian armed forces"."""
    lists = lexicon()
    own = {"foreign", "prime", "armed", "security", "defence", "defense", "interior", "state", "group"}
    return lists["state"] | lists["bare state"] | lists["institution"] | own
