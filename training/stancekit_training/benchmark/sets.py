"""The public sets: their rows, what is asked of the model, how its answers become a class, how they are counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.errors import ConfigError
from stancekit_eval.benchmark_rows import PAIR_CLASSES, QUADS, EventRow, MentionRow, PairRow, Row, TopicRow
from stancekit_eval.benchmarks import (
    Figures,
    event_figures,
    mention_figures,
    pair_figures,
    seen_figures,
    topic_figures,
)
from stancekit_training.benchmark.questions import Question, ask_event, ask_mention, ask_pair, ask_topic
from stancekit_training.examples import CLASSES

Array = NDArray[np.float64]


def _only(answers: list[Array]) -> Array:
    """Return the answer of a row that asks one question."""
    return answers[0]


def _either(answers: list[Array]) -> Array:
    """Return the log-probabilities of ``PAIR_CLASSES``: two independent answers, given that one at most is a side."""
    (none_pq, favor_pq, against_pq), (none_qp, favor_qp, against_qp) = answers
    joint = np.array([
        none_pq + none_qp, favor_pq + none_qp, none_pq + favor_qp, against_pq + none_qp, none_pq + against_qp,
    ])  # fmt: skip
    found: Array = joint - np.logaddexp.reduce(joint)
    return found


@dataclass(frozen=True)
class BenchmarkSet:
    """A public set.

    Attributes:
        rows: The form of its rows.
        classes: In the order of the scores that ``combine`` returns.
        ask: Row to questions.
        combine: Log-probabilities of a row's answers to those of its classes.
        figures: Rows and predicted classes to figures.
        tuned_on: Figure that the decision is chosen for on held-out rows; None: the likeliest class is taken.
    """

    rows: type[Row]
    classes: tuple[str, ...]
    ask: Callable[[Any], list[Question]]
    combine: Callable[[list[Array]], Array]
    figures: Callable[[Sequence[Any], Sequence[str]], Figures]
    tuned_on: str | None


SIDES = tuple(CLASSES)
SETS = {
    "plv": BenchmarkSet(EventRow, tuple(QUADS), ask_event, _only, event_figures, None),
    "newsmtsc": BenchmarkSet(MentionRow, SIDES, ask_mention, _only, mention_figures, "macro_f1"),
    "directed": BenchmarkSet(PairRow, PAIR_CLASSES, ask_pair, _either, pair_figures, "macro_f1"),
    "semeval": BenchmarkSet(TopicRow, SIDES, ask_topic, _only, topic_figures, "f_avg"),
    "vast": BenchmarkSet(TopicRow, SIDES, ask_topic, _only, seen_figures, "macro_f1"),
}


def find_set(name: str) -> BenchmarkSet:
    """Return a set by its name.

    Raises:
        ConfigError: if there is no such set.
    """
    if name not in SETS:
        raise ConfigError(f"benchmark {name!r} is unknown; expected one of {', '.join(SETS)}")
    return SETS[name]
