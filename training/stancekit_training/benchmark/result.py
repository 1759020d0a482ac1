"""What a run on a public set found."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from stancekit_eval.benchmarks import Figures


class Result(BaseModel):
    """What a run found.

    Attributes:
        benchmark: Name of the set.
        backbone: What training started from.
        figures: Of the test rows, by name.
        rows_train: Rows learnt from.
        statements_train: Statements that these come to, encoded once an epoch.
        rows_dev: Rows that the decision was chosen on.
        rows_test: Rows answered.
        dev: Where the dev rows are from; empty if there are none.
        test: Where the test rows are from.
        offsets: What was added to the log-probability of each class, where that is not 0.
        precision: Arithmetic, fp32 or bf16.
        seconds_train: Encoding, training, choosing the decision.
        seconds_test: Answering the test rows.
        seed: Of every random choice.
        predictions: Id, gold and predicted class of each test row.
    """

    model_config = ConfigDict(frozen=True)

    benchmark: str
    backbone: str
    figures: Figures
    rows_train: int
    statements_train: int
    rows_dev: int
    rows_test: int
    dev: str
    test: str
    offsets: dict[str, float]
    precision: str
    seconds_train: float
    seconds_test: float
    seed: int
    predictions: list[dict[str, str]]

    def flat(self) -> dict[str, object]:
        """Return the figures and all else but the predictions as one record."""
        return {**self.figures, **self.model_dump(exclude={"figures", "predictions"})}
