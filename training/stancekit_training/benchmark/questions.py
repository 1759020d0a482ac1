"""A row of a public set as questions, and questions as examples: what has the same tokens is encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from stancekit.actors.actor import TEXT, Actor, Mention
from stancekit.codebook import Target
from stancekit.encode import Encoded, StatementEncoder
from stancekit.records import Statement
from stancekit_eval.benchmark_rows import EventRow, MentionRow, PairRow, Span, TopicRow
from stancekit_training.examples import CLASSES, UNKNOWN, TargetTable, example


class Question(NamedTuple):
    """One thing asked of a statement.

    ``kind``: ``actor``, the side taken toward a mention; ``outcome``, the side taken toward a topic; ``code``, which
    of the codebook's charges fits what is done to a mention. ``label`` is the answer, "" if it is not to be learnt.
    """

    kind: Literal["actor", "outcome", "code"]
    statement: Statement
    label: str
    actor: Actor | None = None
    topic: str = ""


class Place(NamedTuple):
    """Where a question stands: number of the example; number of the actor in it, or of the target in the table."""

    example: int
    kind: str
    slot: int


def ask_event(row: EventRow) -> list[Question]:
    """Return the question which code fits what the source does; both actors are named before the sentence."""
    lead = f"To {row.target}."
    mentions = [Mention(0, 3, len(lead) - 1)]
    if row.target in row.text:
        mentions.append(_mention(row.text, row.target, None))
    said = Statement(id=row.id, text=row.text, speaker=row.source, context=(lead,))
    return [Question("code", said, row.gold, Actor(row.target, tuple(mentions)))]


def ask_mention(row: MentionRow) -> list[Question]:
    """Return the question of the side taken toward the mention."""
    actor = Actor(row.target, (_mention(row.text, row.target, row.span),))
    return [Question("actor", Statement(id=row.id, text=row.text), row.gold, actor)]


def ask_pair(row: PairRow) -> list[Question]:
    """Return two questions: the side that p takes toward q, and q toward p."""
    p, q = row.names
    at_p, at_q = _mention(row.text, p, row.p_span), _mention(row.text, q, row.q_span)
    label, _, way = row.gold.partition(" ")
    asked = []
    for speaker, actor, direction in ((p, Actor(q, (at_q,)), "p->q"), (q, Actor(p, (at_p,)), "q->p")):
        said = Statement(id=row.id, text=row.text, speaker=speaker)
        asked.append(Question("actor", said, label if way == direction else "none", actor))
    return asked


def ask_topic(row: TopicRow) -> list[Question]:
    """Return the question of the author's side toward the topic."""
    return [Question("outcome", Statement(id=row.id, text=row.text), row.gold, topic=row.target)]


@dataclass
class Asked:
    """Examples of the training form, and the place of each question in them."""

    examples: list[dict[str, Any]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def join(questions: Sequence[Question], table: TargetTable, encode: StatementEncoder) -> Asked:
    """Return questions as examples; those whose statement has the same tokens share one.

    A question asked twice keeps its first label. The codes are the charges of the table's first codebook.
    """
    asked, number = Asked(), dict[tuple[int, ...], int]()
    codes = {table.targets[i].name: i for i in table.books[0]}
    for question in questions:
        row = _encoded(question, encode)
        at = number.setdefault(tuple(row.ids), len(asked.examples))
        if at == len(asked.examples):
            book = 0 if question.kind == "code" else -1
            asked.examples.append(
                example(replace(row, actors=[], mentions=[], roles=[]), book, [])
                | {"actors": [], "charges": [], "open_actors": [], "choice": None}
            )
        slot = _add(asked.examples[at], question, row, table, codes)
        asked.places.append(Place(at, question.kind, slot))
    return asked


def _encoded(question: Question, encode: StatementEncoder) -> Encoded:
    """Return the statement with the actor asked about; the whole text stands for one that was cut off."""
    if not question.actor:
        return encode(question.statement, [])
    row = encode(question.statement, [question.actor])
    whole = Mention(TEXT, 0, len(question.statement.text))
    return row if row.actors else encode(question.statement, [Actor(question.actor.name, (whole,))])


def _add(
    at: dict[str, Any], question: Question, row: Encoded, table: TargetTable, codes: dict[str, int]
) -> int:
    """Add a question to its example and return its slot."""
    label = CLASSES.get(question.label, UNKNOWN)
    if question.kind == "outcome":
        target = table.add(Target("outcome", "", question.topic))
        if all(target != t for t, _ in at["outcomes"]):
            at["outcomes"].append([target, label])
        return target
    if row.mentions[0] in at["mentions"]:
        return int(at["mentions"].index(row.mentions[0]))
    if question.kind == "code":
        at["choice"] = codes.get(question.label, UNKNOWN)
    at["actors"].append(label)
    at["names"].append(row.actors[0])
    at["mentions"].append(row.mentions[0])
    at["roles"].append(row.roles[0])
    return len(at["actors"]) - 1


def _mention(text: str, name: str, span: Span | None) -> Mention:
    """Return where somebody is named: at the span, else where the name stands first, else the whole text."""
    start = text.find(name)
    start, end = span or ((start, start + len(name)) if start >= 0 else (0, len(text)))
    return Mention(TEXT, start, end)
