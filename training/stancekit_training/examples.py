"""Labelled rows to training examples: token ids, and a label for each target that the row says something of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.actors.finder import ActorFinder, same_actor
from stancekit.codebook import Codebook, Target
from stancekit.encode import Encoded, StatementEncoder
from stancekit.records import Statement

CLASSES = {"none": 0, "favor": 1, "against": 2}
UNKNOWN = -100
"""Label of a target that a row says nothing of; the loss passes over it (as in torch's cross entropy)."""


@dataclass
class TargetTable:
    """Every target of every source, numbered, and which of them belong to which codebook."""

    targets: list[Target] = field(default_factory=list)
    books: list[list[int]] = field(default_factory=list)
    _number: dict[Target, int] = field(default_factory=dict)

    def add(self, target: Target) -> int:
        """Return the target's number, given on first sight."""
        if target not in self._number:
            self._number[target] = len(self.targets)
            self.targets.append(target)
        return self._number[target]

    def add_book(self, codebook: Codebook) -> int:
        """Return the codebook's number; all its targets are added."""
        self.books.append([self.add(t) for t in codebook.targets])
        return len(self.books) - 1


def statement_examples(
    statements: Sequence[Statement], codebook: Codebook, table: TargetTable, encode: StatementEncoder,
    finder: ActorFinder | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return an example a statement: every target that it does not list is labelled none.

    A gold actor whom the finder does not propose is left out, as it will be in prediction.
    """
    book = table.add_book(codebook)
    number = {(table.targets[i].family, table.targets[i].name): i for i in table.books[book]}
    rows = []
    for statement, actors in zip(
        statements, (finder or ActorFinder(codebook)).find_many(statements), strict=True
    ):
        row = encode(statement, actors)
        outcomes = [
            [number["outcome", s.target], CLASSES[s.position]]
            for s in statement.stances
            if s.family == "outcome"
        ]
        evaluated = {
            s.actor: CLASSES[s.position] for s in statement.stances if s.family == "actor" and s.actor
        }
        charged: dict[str, list[int]] = {}
        for s in statement.stances:
            if s.family == "accusation" and s.actor:
                charged.setdefault(s.actor, []).append(number["accusation", s.target])
        owner = _link(row.actors, list({*evaluated, *charged}))
        rows.append(
            example(row, book, outcomes)
            | {
                "actors": [0 if g == "" else UNKNOWN if g is None else evaluated.get(g, 0) for g in owner],
                "charges": [[j, c] for j, g in enumerate(owner) if g for c in charged.get(g, [])],
                "open_actors": [j for j, g in enumerate(owner) if g is None],
            }
        )
    return rows


def mention_examples(rows: Sequence[dict[str, Any]], encode: StatementEncoder) -> list[dict[str, Any]]:
    """Return an example a row of text, target and label, where the target is an actor named in the text."""
    out = []
    for n, data in enumerate(rows):
        text, target = str(data["text"]), str(data["target"])
        span = data.get("q_span") or ([data["start"], data["end"]] if "start" in data else None)
        if data.get("orig_label", "").endswith("q->p") and data.get("p_span"):
            span = data["p_span"]
        start = text.find(target)
        if span and text[span[0] : span[1]] == target:
            start = span[0]
        if start < 0 or not target.strip():
            continue
        statement = Statement(id=str(n), text=text, speaker=str(data.get("source") or "") or None)
        row = encode(statement, [Actor(target, (Mention(TEXT, start, start + len(target)),))])
        if row.actors:
            out.append(
                example(row, -1, []) | {"actors": [CLASSES[data["label"]]], "charges": [], "open_actors": [0]}
            )
    return out


def topic_examples(
    rows: Sequence[dict[str, Any]], table: TargetTable, encode: StatementEncoder
) -> list[dict[str, Any]]:
    """Return an example a row of text, target and label, where the target is something one is for or against."""
    out = []
    for n, data in enumerate(rows):
        target = table.add(Target("outcome", "", str(data["target"])))
        row = encode(Statement(id=str(n), text=str(data["text"])), [])
        out.append(
            example(row, -1, [[target, CLASSES[data["label"]]]])
            | {"actors": [], "charges": [], "open_actors": []}
        )
    return out


def example(row: Encoded, book: int, outcomes: list[list[int]]) -> dict[str, Any]:
    """Return the part that all examples have: an encoded statement, and the outcomes labelled in it."""
    return {
        "ids": row.ids, "types": row.types, "text_start": row.text_start, "spans": [list(s) for s in row.spans],
        "names": row.actors, "mentions": row.mentions, "roles": row.roles,
        "book": book, "outcomes": outcomes, "length": len(row.ids),
    }  # fmt: skip


def _link(found: list[str], gold: list[str]) -> list[str | None]:
    """Return for each found actor the gold name it stands for, "" if none, None if that cannot be told.

    An exact name wins; a second name that only might be the same actor is left open.
    """
    exact = {name for name in found if name in gold}
    links: list[str | None] = []
    for name in found:
        if name in exact:
            links.append(name)
            continue
        alike = [g for g in gold if same_actor(name, g)]
        free = [g for g in alike if g not in exact and g not in links]
        links.append(free[0] if free else None if alike else "")
    return links
