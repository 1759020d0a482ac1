"""The model card: what a checkpoint was trained on and what was measured on dev."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stancekit.classifier import StanceClassifier
from stancekit_training.config import Config


def model_card(config: Config, classifier: StanceClassifier, history: Sequence[dict[str, Any]]) -> str:
    """Return the card as Markdown."""
    evaluations = [x for x in history if "eval_score" in x]
    best = max(evaluations, key=lambda x: float(x["eval_score"]), default=None)
    lines = [
        "---", "library_name: stancekit", f"language: {classifier.codebook.language}", "---", "",
        f"# Stances under the codebook {classifier.codebook.name!r}", "",
        f"Backbone: {config.model.backbone}"
        + (f", first {config.model.layers} layers" if config.model.layers else "") + ".",
        "", "## Trained on", "",
        *[f"- {s.path} ({s.form}, weight {s.weight:g})" for s in config.data.train],
        "", "## Measured on dev", "",
        f"Dev: {classifier.calibration.fitted_on}. Thresholds are chosen on the same statements, so these "
        "figures are on the bright side.", "",
    ]  # fmt: skip
    if best:
        lines += ["| family | micro F1 |", "|---|---|"]
        lines += [f"| {f} | {best[f'eval_{f}']:.3f} |" for f in ("outcome", "actor", "accusation", "charge")]
    lines += ["", "| family | temperature | threshold | abstains from |", "|---|---|---|---|"]
    for name in ("outcome", "actor", "accusation"):
        c = getattr(classifier.calibration, name)
        lines.append(f"| {name} | {c.temperature:.2f} | {c.threshold:.2f} | {c.abstain_above:.2f} |")
    return "\n".join(lines) + "\n"
