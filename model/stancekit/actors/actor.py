"""An actor that a statement or its context mentions: what the finder proposes and the model scores."""

from __future__ import annotations

from typing import NamedTuple

TEXT = -1
"""Segment number of the statement's own text in a ``Mention``."""


class Mention(NamedTuple):
    """Where an actor is named: offsets in characters within one segment.

    ``segment`` is ``TEXT`` for the statement's text, or an index into ``statement.context``.
    """

    segment: int
    start: int
    end: int


class Actor(NamedTuple):
    """An actor under one name, with all its mentions in a statement and its context (at least one)."""

    name: str
    mentions: tuple[Mention, ...]
