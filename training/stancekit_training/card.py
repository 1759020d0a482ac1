"""The model card: what a checkpoint was trained on and what was measured of it on dev."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from ruamel.yaml import YAML

from stancekit.classifier import StanceClassifier
from stancekit.records import Family, Statement
from stancekit_eval.calibration import reliability
from stancekit_eval.items import collect_items
from stancekit_eval.metrics import micro_f1
from stancekit_training.calibrate import apply
from stancekit_training.config import Config


def model_card(
    config: Config, classifier: StanceClassifier, dev: Sequence[Statement], scored: Sequence[Statement]
) -> str:
    """Return the card as Markdown.

    Args:
        config: The run.
        classifier: What is shipped, calibrated.
        dev: Labelled statements.
        scored: The same with ``scores`` at temperature 1, by the weights as stored.
    """
    found = [apply(classifier.calibration, s) for s in scored]
    f1, items = micro_f1(dev, found), collect_items(dev, found)
    lines = [
        "---", "library_name: stancekit", f"language: {classifier.codebook.language}", "---", "",
        f"# Stances under the codebook {classifier.codebook.name!r}", "",
        "Made by stancekit; weights stored as " + config.output.packing + ".", "",
        "## Trained on", "", *_stages(config), "",
        "What the sets are, and their licences: docs/data.md of stancekit. No text of theirs is in this folder.", "",
        "## Measured on dev", "",
        f"Dev: {classifier.calibration.fitted_on}; {len(dev):,} statements. Temperatures and thresholds are fitted on "
        "the same statements, so these figures are on the bright side.", "",
        "| family | micro F1 | calibration error, all considered | temperature | threshold | abstains from |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for family in get_args(Family):
        c, x = classifier.calibration.of(family), items[family]
        lines.append(
            f"| {family} | {f1[family]:.3f} | {reliability(x.probability, x.correct).error:.3f} "
            f"| {c.temperature:.2f} | {c.threshold:.2f} | {c.abstain_above:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _stages(config: Config) -> list[str]:
    """Return the sources of the run, after those of the checkpoint that it went on from."""
    before = config.model.backbone.removeprefix("checkpoint:")
    earlier = Path(before) / "training.yaml"
    if before != config.model.backbone and earlier.exists():
        first = Config.model_validate(YAML(typ="safe", pure=True).load(earlier.read_text(encoding="utf-8")))
        lines = [*_stages(first), "", "then", ""]
    else:
        lines = [f"Backbone: {config.model.backbone}", ""]
    return lines + [
        f"- {s.path} ({s.form}" + (f", {s.limit} rows" if s.limit else "") + ")" for s in config.data.train
    ]
