"""Calibration error, temperature, risk against coverage, thresholds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit_eval.calibration import choose_threshold, fit_temperature, reliability, risk_coverage

floats = st.floats(0, 1, allow_nan=False)
items_ = st.lists(st.tuples(floats, st.booleans()), min_size=1, max_size=40)


def test_the_error_worked_by_hand() -> None:
    found = reliability([0.95, 0.85, 0.9, 0.1, 1.0], [1, 0, 1, 0, 1])
    # [0.8, 0.9): one item, |0.85 - 0|; [0.9, 1]: three, |0.95 - 1|; [0.1, 0.2): one, |0.1 - 0|.
    assert [(b.low, b.count) for b in found.bins] == [(0.1, 1), (0.8, 1), (0.9, 3)]
    assert found.error == pytest.approx((0.85 + 3 * 0.05 + 0.1) / 5)
    assert found.count == 5


def test_an_edge_belongs_to_the_bin_above_it() -> None:
    assert [b.low for b in reliability([0.29, 0.57, 0.58], [1, 1, 1], bins=100).bins] == [0.29, 0.57, 0.58]


def test_nothing_has_no_error() -> None:
    assert reliability([], []).error == 0
    assert risk_coverage([], []).area == 0


@settings(deadline=None)
@given(items_, st.integers(1, 20))
def test_the_error_is_a_share_and_bins_hold_every_item(items: list[tuple[float, bool]], bins: int) -> None:
    p, right = zip(*items, strict=True)
    found = reliability(p, right, bins)
    assert 0 <= found.error <= 1
    assert sum(b.count for b in found.bins) == len(items)
    assert all(b.low <= b.probability + 1e-12 and b.probability <= b.high + 1e-12 for b in found.bins)


def test_risk_worked_by_hand() -> None:
    found = risk_coverage([0.9, 0.6, 0.8, 0.6], [1, 1, 0, 0])
    assert found.coverage == (0.25, 0.5, 1.0)  # the two items at 0.6 come together
    assert found.risk == (0, 0.5, 0.5)
    assert found.area == pytest.approx(0.25 * 0 + 0.25 * 0.5 + 0.5 * 0.5)


@settings(deadline=None)
@given(items_, st.randoms())
def test_risk_does_not_hang_on_the_order_of_the_data(items: list[tuple[float, bool]], rng: object) -> None:
    mixed = list(items)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (risk_coverage(*zip(*x, strict=True)) for x in (items, mixed))
    assert one == other
    assert one.coverage[-1] == 1
    assert one.risk[-1] == pytest.approx(1 - np.mean([right for _, right in items]))


def multiclass(n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the true distribution of the labels."""
    rng = np.random.default_rng(0)
    z = 1.5 * rng.normal(size=(n, 3))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return z, (rng.random((n, 1)) > p.cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize("sharper", [0.25, 1.0, 4.0])
def test_the_temperature_undoes_what_sharpened_the_logits(sharper: float) -> None:
    z, y = multiclass()
    assert fit_temperature(sharper * z, y) == pytest.approx(sharper, rel=0.05)
    assert fit_temperature(sharper * (z[:, 1] - z[:, 0])[y < 2], y[y < 2]) == pytest.approx(sharper, rel=0.06)


def test_the_temperature_is_the_best_of_a_grid_and_mends_calibration() -> None:
    z, y = multiclass(500)
    z = 3 * z + np.array([0.5, 0, 0])

    def loss(t: float) -> float:
        s = z / t
        return float((np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]).mean())

    best = fit_temperature(z, y)
    assert loss(best) <= min(loss(t) for t in np.geomspace(0.1, 15, 200)) + 1e-9
    p = 1 / (1 + np.exp(-(multiclass()[0][:, 0]) * 4))
    rng = np.random.default_rng(1)
    right = rng.random(len(p)) < 1 / (1 + np.exp(-multiclass()[0][:, 0]))
    t = fit_temperature(multiclass()[0][:, 0] * 4, right)
    assert reliability(1 / (1 + np.exp(-(multiclass()[0][:, 0]) * 4 / t)), right).error < 0.02
    assert reliability(p, right).error > 0.1


def test_data_that_says_nothing_leaves_the_temperature_at_one() -> None:
    assert fit_temperature(np.zeros((0, 3)), []) == 1
    assert fit_temperature([[3.0, 0, 0], [0, 2, 0]], [0, 1]) == 1
    assert fit_temperature([4.0, -1.0], [1, 0]) == 1


def test_bad_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        fit_temperature([np.nan, 1.0], [0, 1])
    with pytest.raises(ValueError, match="as many labels"):
        fit_temperature([0.0, 1.0], [0])


def f1(p: np.ndarray, right: np.ndarray, n_gold: int, t: float) -> float:
    return float(2 * (right & (p >= t)).sum() / (n_gold + (p >= t).sum()))


def test_the_threshold_is_near_the_best_where_there_is_data() -> None:
    rng = np.random.default_rng(0)
    for scale, shift in ((2, -2), (3, -5), (1, -4)):
        z = scale * rng.normal(size=20_000) + shift
        p = 1 / (1 + np.exp(-z))
        right = rng.random(len(p)) < p
        n_gold = int(right.sum() * 1.2)
        t = choose_threshold(p, right, n_gold)
        best = max(f1(p, right, n_gold, x) for x in np.linspace(0.01, 0.99, 99))
        assert f1(p, right, n_gold, t) > best - 0.01
        assert t == pytest.approx(best / 2, abs=0.08), "half the best F1, as for calibrated probabilities"


def test_a_plateau_beats_a_spike() -> None:
    p = np.array([0.92] * 40 + [0.91] * 10 + [0.9] * 6 + [0.3] * 200)
    right = np.array([1] * 40 + [0] * 10 + [1] * 6 + [0] * 200, dtype=bool)
    # F1 is 0.93 between 0.91 and 0.92, and 0.90 all the way from 0.3 to 0.9.
    assert f1(p, right, 46, 0.915) > f1(p, right, 46, 0.6) > 0.9
    assert 0.5 < choose_threshold(p, right, 46) < 0.75


@pytest.mark.parametrize("few", [1, 2, 3])
def test_few_items_do_not_push_the_threshold_to_an_end(few: int) -> None:
    assert 0.3 < choose_threshold([0.99] * few, [1] * few, few) < 0.7
    assert choose_threshold([0.02] * few, [1] * few, few) > 0.2


def test_a_model_that_knows_nothing_does_not_report_everything() -> None:
    rng = np.random.default_rng(0)
    p, right = rng.uniform(0.01, 0.1, 5000), rng.random(5000) < 0.01
    t = choose_threshold(p, right, int(right.sum()))
    # Giving all 5,000 has the best F1 here; no more than three for each gold stance may pass.
    assert (p >= t).sum() <= 3.2 * right.sum()


def test_without_a_right_item_the_threshold_is_a_half() -> None:
    assert choose_threshold([], [], 0) == 0.5
    assert choose_threshold([0.9, 0.8], [0, 0], 4) == 0.5


@settings(deadline=None)
@given(items_, st.integers(0, 10))
def test_the_threshold_is_inside_and_does_not_hang_on_order(
    items: list[tuple[float, bool]], missed: int
) -> None:
    p, right = zip(*items, strict=True)
    t = choose_threshold(p, right, sum(right) + missed)
    assert 0 < t < 1
    assert t == choose_threshold(p[::-1], right[::-1], sum(right) + missed)
