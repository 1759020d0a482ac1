"""Train a classifier further on a handful of seeds: what ``StanceClassifier.fit`` calls."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from datasets import Dataset
from pydantic import ValidationError

from stancekit.classifier import StanceClassifier
from stancekit.errors import ConfigError, DataError
from stancekit.records import Statement
from stancekit.yaml_file import explain
from stancekit_training.calibrate import calibrate, score
from stancekit_training.collate import Collator
from stancekit_training.config import TrainingSection
from stancekit_training.dropout import share_dropout
from stancekit_training.examples import TargetTable, statement_examples
from stancekit_training.fit import fit as run_fit
from stancekit_training.split import hold_out

C = TypeVar("C", bound=StanceClassifier)
DEFAULTS: dict[str, Any] = {"epochs": 8, "batch_size": 16, "save_steps": 100_000, "patience": 3}


def fit(classifier: C, statements: Sequence[Statement], dev: Sequence[Statement] = (), **settings: Any) -> C:
    """Return a new classifier trained on the statements and calibrated on dev; the old one stays as it is.

    Args:
        classifier: Where training starts; its codebook names the labels.
        statements: Labelled statements.
        dev: Labelled statements to stop early and calibrate on; by default a fifth of the statements.
        settings: Fields of ``TrainingSection``.

    Raises:
        ConfigError: if a setting is unknown or of the wrong type.
        DataError: if there are too few statements, or one has a target that the codebook does not have.
    """
    try:
        section = TrainingSection.model_validate({**DEFAULTS, **settings})
    except ValidationError as e:
        raise ConfigError(
            "\n".join(f"fit: {'.'.join(map(str, x['loc']))}: {explain(x)}" for x in e.errors())
        ) from None
    for s in (*statements, *dev):
        wrong = classifier.codebook.check(s)
        if wrong:
            raise DataError(f"statement {s.id}: {wrong}")
    train, held = (list(statements), list(dev)) if dev else hold_out(statements, 0.2, section.seed)
    network = copy.deepcopy(classifier.network)
    share_dropout(network.backbone, 0.1)
    new = type(classifier)(network, classifier.encoder, classifier.codebook, device=str(classifier.device))
    table = TargetTable()
    rows = Dataset.from_list(statement_examples(train, new.codebook, table, new.encoder))
    with tempfile.TemporaryDirectory() as folder:
        run_fit(new, rows, Collator(table, new.encoder, section.seed), held, section, Path(folder))
    new.calibration = calibrate(held, score(new, held), "dev" if dev else "a fifth of the seeds")
    return new
