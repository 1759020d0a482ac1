"""Logits to stances: calibrated probabilities, thresholds, labels, evidence, abstention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stancekit.calibration import Calibration
from stancekit.codebook import Codebook
from stancekit.encode import Encoded
from stancekit.evidence import find_evidence
from stancekit.records import Family, Position, Stance, Statement
from stancekit.runtimes.runtime import Array, Outputs

POSITIONS: tuple[Position, Position] = ("favor", "against")


class Decoder:
    """Turns one statement's logits into its stances under a codebook."""

    def __init__(self, codebook: Codebook, calibration: Calibration) -> None:
        self.codebook, self.calibration = codebook, calibration
        self.outcomes, self.charges = list(codebook.outcomes), list(codebook.accusations)

    def __call__(
        self,
        statement: Statement,
        row: Encoded,
        logits: Outputs,
        *,
        all_scores: bool,
        least: float | None = None,
    ) -> Statement:
        """Return the statement with stances, ``abstained`` and, if asked for, ``scores``.

        Args:
            statement: What was scored.
            row: How it was encoded.
            logits: Its scores, without a batch axis.
            all_scores: Keep every target with its best position in ``scores``.
            least: Report stances from this probability on, in place of the checkpoint's thresholds.
        """
        scores = list(self._scores(row, logits))
        reported = [
            (s, w) for s, w in scores
            if s.probability >= (self.calibration.of(s.family).threshold if least is None else least)
        ]  # fmt: skip
        start = row.text_start
        stances = tuple(
            s.model_copy(
                update={
                    "evidence": find_evidence(
                        statement.text, row.spans, w[start : start + len(row.spans)].tolist()
                    )
                }
            )
            for s, w in reported
        )
        unsure = not stances and any(
            s.probability >= self.calibration.of(s.family).abstain_above for s, _ in scores
        )
        return statement.model_copy(
            update={
                "stances": stances,
                "abstained": unsure,
                "scores": tuple(s for s, _ in scores) if all_scores else None,
            }
        )

    def _scores(self, row: Encoded, logits: Outputs) -> Iterator[tuple[Stance, Array]]:
        """Yield each target with its better position, and its attention over the tokens."""
        for name, scores, at in zip(self.outcomes, logits.outcomes, logits.outcome_attention, strict=True):
            yield self._best("outcome", name, None, scores), at
        n = len(row.actors)
        if self.codebook.actors:
            for name, scores, at in zip(
                row.actors, logits.actors[:n], logits.actor_attention[:n], strict=True
            ):
                yield self._best("actor", name, name, scores), at
        for actor, line, actor_at in zip(
            row.actors, logits.accusations[:n], logits.actor_attention[:n], strict=True
        ):
            for charge, score, at in zip(self.charges, line, logits.charge_attention, strict=True):
                yield self._stance("accusation", charge, "against", actor, float(score)), (at + actor_at) / 2

    def _best(self, family: Family, target: str, actor: str | None, scores: Array) -> Stance:
        """Return the likelier position, its logit being that of this position against the rest."""
        none, favor, against = scores.astype(np.float64)
        best, other = max(favor, against), min(favor, against)
        return self._stance(
            family, target, POSITIONS[int(against > favor)], actor, best - np.logaddexp(none, other)
        )

    def _stance(
        self, family: Family, target: str, position: Position, actor: str | None, logit: float
    ) -> Stance:
        p = float(1 / (1 + np.exp(-logit / self.calibration.of(family).temperature)))
        return Stance.model_construct(
            family=family, target=target, position=position, actor=actor,
            label=self.codebook.label(family, target, position), probability=p, evidence=None,
        )  # fmt: skip
