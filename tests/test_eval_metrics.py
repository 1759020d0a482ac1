"""Ratios, tables and bootstrap intervals."""

import time

import numpy as np
import pytest
from test_eval_matching import BOOK, accuse, actor, outcome, statement

from stancekit.records import Statement
from stancekit_eval.metrics import Row, abstention_rate, bootstrap, clusters, micro_f1, ratios, tables

GOLD = [
    statement(0, outcome("withdrawal"), kind="direct", article="a"),
    statement(1, outcome("withdrawal"), actor("Israel"), kind="direct", article="a"),
    statement(2, outcome("ceasefire", "against"), kind="indirect", article="b"),
    statement(3),
]
PREDICTED = [
    statement(0, outcome("withdrawal")),
    statement(1, outcome("ceasefire"), actor("Israeli government")),
    statement(2, outcome("ceasefire", "against")),
    statement(3, accuse("aggression", "Russia")),
]


def row(table: list[Row], view: str, group: str = "all") -> Row:
    return next(r for r in table if (r.view, r.group) == (view, group))


def test_ratios_of_nothing_are_zero_as_the_scorer_has_it() -> None:
    assert ratios(np.array([[0.0, 0, 0], [2, 4, 3], [0, 0, 2]])).tolist() == [
        [0, 0, 0],
        [2 / 3, 0.5, 4 / 7],
        [0, 0, 0],
    ]


def test_rows_by_family_label_and_kind() -> None:
    found = tables(GOLD, PREDICTED, BOOK, resamples=200, seed=0)
    outcomes = row(found["by_family"], "outcome")
    assert (outcomes.hits, outcomes.gold, outcomes.predicted) == (2, 3, 3)
    assert outcomes.precision.value == outcomes.recall.value == outcomes.f1.value == pytest.approx(2 / 3)
    assert row(found["by_family"], "accusation").precision.value == 0
    withdrawal = row(found["by_label"], "outcome", "support_withdrawal")
    assert (withdrawal.precision.value, withdrawal.recall.value) == (1, 0.5)
    assert {(r.view, r.group) for r in found["by_label"]} == {
        ("outcome", "support_withdrawal"), ("outcome", "support_ceasefire"), ("outcome", "oppose_ceasefire"),
        ("actor", "disapprove"), ("accusation", "accuse_aggression"), ("charge", "accuse_aggression"),
    }  # fmt: skip
    assert row(found["by_kind"], "outcome", "direct").f1.value == 0.5
    assert row(found["by_kind"], "outcome", "indirect").f1.value == 1
    assert row(found["by_kind"], "charge", "unknown").predicted == 1


def test_micro_f1_pools_the_three_families() -> None:
    found = micro_f1(GOLD, PREDICTED)
    assert found["all"] == pytest.approx(2 * 3 / (4 + 5))
    assert found["actor"] == 1
    assert micro_f1(GOLD, [])["outcome"] == 0


def test_an_article_is_drawn_as_a_whole() -> None:
    assert clusters(GOLD).tolist() == [0, 0, 1, 2]
    assert clusters(GOLD[:2]).tolist() == [0, 1], "one article leaves nothing to draw"
    assert clusters([]).tolist() == []


def binomial(n: int, hits: int) -> np.ndarray:
    counts = np.ones((n, 1, 3))
    counts[hits:, 0, 0] = 0
    return counts


def test_the_interval_is_that_of_a_share() -> None:
    low, high = bootstrap(binomial(400, 100), np.arange(400), 4000, 0)[:, 0, 1]
    half = 1.96 * np.sqrt(0.25 * 0.75 / 400)
    assert (low, high) == pytest.approx((0.25 - half, 0.25 + half), abs=0.005)


def test_statements_of_one_article_widen_the_interval() -> None:
    counts = np.repeat(binomial(40, 10), 10, axis=0)
    apart = bootstrap(counts, np.arange(400), 2000, 0)[:, 0, 1]
    together = bootstrap(counts, np.repeat(np.arange(40), 10), 2000, 0)[:, 0, 1]
    # Ten identical rows an article carry the information of one: the interval is wider by the root of ten.
    assert np.ptp(together) / np.ptp(apart) == pytest.approx(np.sqrt(10), rel=0.12)


def test_the_seed_decides_and_nothing_else() -> None:
    one, again, other = (tables(GOLD, PREDICTED, BOOK, resamples=300, seed=s) for s in (1, 1, 2))
    assert one == again
    sets = [bootstrap(binomial(50, 20), np.arange(50), 300, s).tolist() for s in (1, 1, 2)]
    assert sets[0] == sets[1] != sets[2]
    assert other["by_family"][0].f1.value == one["by_family"][0].f1.value


def test_a_figure_that_is_never_defined_has_no_interval() -> None:
    found = row(tables(GOLD, [], BOOK, resamples=50, seed=0)["by_family"], "outcome")
    assert (found.precision.low, found.precision.high) == (None, None)
    assert (found.recall.low, found.recall.high) == (0, 0)
    assert row(tables(GOLD, PREDICTED, BOOK, resamples=0, seed=0)["by_family"], "outcome").f1.low is None


def test_a_thousand_resamples_take_less_than_two_seconds() -> None:
    gold = [GOLD[i % 4].model_copy(update={"id": str(i), "article": f"a{i // 10}"}) for i in range(5000)]
    predicted = [PREDICTED[i % 4].model_copy(update={"id": str(i)}) for i in range(5000)]
    start = time.process_time()
    tables(gold, predicted, BOOK, resamples=1000, seed=0)
    assert time.process_time() - start < 2


def test_abstention_rate() -> None:
    rows = [Statement(id=str(i), text="x", abstained=i == 0) for i in range(4)]
    assert abstention_rate(rows) == 0.25
    assert abstention_rate([]) == 0
