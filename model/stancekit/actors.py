"""Finding the actors that a statement and its context mention, each under one name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from stancekit.actor import TEXT, Actor, Mention
from stancekit.codebook import Codebook
from stancekit.gazetteer import Gazetteer, builtin, words
from stancekit.groups import lexicon
from stancekit.linking import link
from stancekit.nlp import load_nlp
from stancekit.records import Statement
from stancekit.spotting import Spot, spot

MAX_ACTORS = 12
"""Most actors proposed for a statement; the statement's own come first."""
_CACHE = 50_000
_UNUSED = ("parser", "attribute_ruler", "lemmatizer", "senter")


class ActorFinder:
    """Proposes the actors of statements: a pure function of the statement and the codebook's aliases.

    Sentences are cached, because one sentence is the text of a statement and the context of the next ones.
    """

    def __init__(self, codebook: Codebook) -> None:
        self._gazetteer = Gazetteer(codebook.aliases) if codebook.aliases else builtin()
        self._spots: dict[str, tuple[Spot, ...]] = {}

    def find(self, statement: Statement) -> tuple[Actor, ...]:
        """Return the actors named in a statement and its context, those of its own text first.

        Raises:
            MissingExtraError: if the English spaCy pipeline is not installed.
        """
        return self.find_many([statement])[0]

    def find_many(self, statements: Sequence[Statement]) -> list[tuple[Actor, ...]]:
        """Return ``find`` of each statement; each sentence is analysed once.

        Raises:
            MissingExtraError: if the English spaCy pipeline is not installed.
        """
        found: list[tuple[Actor, ...]] = []
        for first in range(0, len(statements), 1000):
            batch = statements[first : first + 1000]
            self._analyse(x for s in batch for x in (*s.context, s.text))
            found += [self._actors(s) for s in batch]
        return found

    def _analyse(self, sentences: Iterable[str]) -> None:
        if len(self._spots) > _CACHE:
            self._spots.clear()
        new = [x for x in dict.fromkeys(sentences) if x not in self._spots]
        for doc in load_nlp(_UNUSED).pipe(new, batch_size=64):
            self._spots[doc.text] = spot(doc, self._gazetteer)

    def _actors(self, statement: Statement) -> tuple[Actor, ...]:
        texts = (*statement.context, statement.text)
        linked = link([self._spots[x] for x in texts], texts, self._gazetteer)
        mentions: dict[str, list[Mention]] = {}
        # The nearest sentence of the context comes right after the text.
        for i in (len(texts) - 1, *range(len(texts) - 2, -1, -1)):
            for s in linked[i]:
                segment = TEXT if i == len(texts) - 1 else i
                mentions.setdefault(s.name, []).append(Mention(segment, s.start, s.end))
        return tuple(Actor(name, tuple(m)) for name, m in list(mentions.items())[:MAX_ACTORS])


@lru_cache(maxsize=65_536)
def same_actor(a: str, b: str) -> bool:
    """Return whether two names may be the same actor.

    They are if the gazetteer links them to one name, if one's words contain the other's ("Yanukovych" and
    "Viktor Yanukovych"), or if one is the other's initials. Two different known actors are never the same.
    The relation is symmetric but not transitive.
    """
    x, y = _core(a), _core(b)
    if not x or not y:
        return False
    if x == y:
        return True
    known = [builtin().lookup(" ".join(n)) is not None for n in (x, y)]
    if all(known):
        return False
    p, q = set(x), set(y)
    if p <= q or q <= p:
        return True
    return "".join(w[0] for w in x) == "".join(y) or "".join(w[0] for w in y) == "".join(x)


@lru_cache(maxsize=65_536)
def _core(name: str) -> tuple[str, ...]:
    """Return the words that tell an actor from others: "the Russian Foreign Ministry" -> ("russia",)."""
    entry = builtin().lookup(name)
    if entry:
        return words(entry.name)
    found = [w for w in words(name) if w not in {"the", "of", "a", "an", "s"}]
    state = lexicon()["state"] | {"foreign", "prime", "armed", "security", "defence", "defense", "interior"}
    kept = [w for w in found if w not in state] or found
    entry = builtin().lookup(" ".join(kept))
    if entry and entry.kind != "body":
        return words(entry.name)
    return tuple(kept if entry else found)
