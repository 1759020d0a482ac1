"""Reliability and risk-coverage curves as pictures; needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stancekit.errors import MissingExtraError, OutputError
from stancekit_eval.evaluate import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_plots(evaluation: Evaluation, folder: str | Path) -> list[Path]:
    """Write ``reliability.png`` and ``risk_coverage.png`` into a folder, made if need be.

    Returns:
        The files written; none where the evaluation holds no calibration.

    Raises:
        MissingExtraError: if matplotlib is not installed.
        OutputError: if the folder or a file cannot be written.
    """
    pictures = {"reliability.png": _reliability(evaluation), "risk_coverage.png": _risk_coverage(evaluation)}
    if not evaluation.calibration:
        return []
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            picture.savefig(folder / name, dpi=150)
    except OSError as e:
        raise OutputError(f"{folder}: cannot be written: {e.strerror or e}") from None
    return [folder / name for name in pictures]


def _figure(width: float, height: float) -> Figure:
    # The class itself rather than pyplot: no window, no state shared with the caller's own plots.
    try:
        from matplotlib.figure import Figure
    except ImportError:
        message = 'plots need matplotlib, which is not installed; expected: pip install "stancekit[plots]"'
        raise MissingExtraError(message) from None
    return Figure(figsize=(width, height), layout="constrained")


def _reliability(evaluation: Evaluation) -> Figure:
    """Return one panel a family: share right against mean probability, with the items of each bin."""
    n = max(1, len(evaluation.calibration))
    figure = _figure(4 * n, 4)
    panels = figure.subplots(1, n, squeeze=False, sharey=True)[0]
    for panel, (family, calibration) in zip(panels, evaluation.calibration.items(), strict=False):
        bins = calibration.considered.bins
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        panel.plot([b.probability for b in bins], [b.correct for b in bins], marker="o")
        for b in bins:
            panel.annotate(
                f"{b.count:,}", (b.probability, b.correct), textcoords="offset points", xytext=(4, -12)
            )
        panel.set(
            title=f"{family}: error {calibration.considered.error:.3f}", xlabel="probability", xlim=(0, 1)
        )
    panels[0].set(ylabel="share right", ylim=(0, 1))
    return figure


def _risk_coverage(evaluation: Evaluation) -> Figure:
    """Return the share wrong against the share kept, of statements and of each family's stances."""
    figure = _figure(6, 4)
    panel = figure.subplots()
    curves = {"statements": evaluation.selective}
    curves |= {family: c.risk_coverage for family, c in evaluation.calibration.items()}
    for name, curve in curves.items():
        if curve and curve.coverage:
            panel.plot(curve.coverage, curve.risk, label=f"{name} (area {curve.area:.3f})")
    panel.set(xlabel="coverage", ylabel="risk: share wrong", xlim=(0, 1), ylim=(0, 1))
    if panel.lines:
        panel.legend()
    return figure
