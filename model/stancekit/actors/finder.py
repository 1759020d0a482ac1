"""Finding the actors that a statement and its context mention, each under one name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.actors.gazetteer import Gazetteer, builtin
from stancekit.actors.linking import link
from stancekit.actors.same import same_actor
from stancekit.actors.spotting import Spot, spot
from stancekit.codebook import Codebook
from stancekit.nlp import load_nlp
from stancekit.records import Statement

__all__ = ["MAX_ACTORS", "ActorFinder", "same_actor"]

MAX_ACTORS = 12
"""Most actors proposed for a statement; the statement's own come first."""
NEAR = 1
"""How many sentences back an organisation is proposed that the gazetteer does not know."""
LONGEST = 20_000
"""Characters of a sentence that are searched for actors; more than any encoder reads."""
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

    def forget(self) -> None:
        """Forget the sentences seen, so that what comes next does not depend on what came before."""
        self._spots.clear()

    def _analyse(self, sentences: Iterable[str]) -> None:
        if len(self._spots) > _CACHE:
            self._spots.clear()
        new = [x for x in dict.fromkeys(sentences) if x not in self._spots]
        docs = load_nlp(_UNUSED).pipe((x[:LONGEST] for x in new), batch_size=64)
        for sentence, doc in zip(new, docs, strict=True):
            self._spots[sentence] = spot(doc, self._gazetteer)

    def _actors(self, statement: Statement) -> tuple[Actor, ...]:
        texts = (*statement.context, statement.text)
        linked = link([self._spots[x] for x in texts], texts, self._gazetteer)
        mentions: dict[str, list[Mention]] = {}
        # The nearest sentence of the context comes right after the text.
        for back in range(len(texts)):
            i = len(texts) - 1 - back
            for s in linked[i]:
                # A body that a distant sentence names in passing hardly ever has a stance here.
                if s.name in mentions or back <= NEAR or s.kind != "body":
                    mentions.setdefault(s.name, []).append(Mention(i if back else TEXT, s.start, s.end))
        return tuple(Actor(name, tuple(m)) for name, m in list(mentions.items())[:MAX_ACTORS])
