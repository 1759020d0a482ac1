"""Everything that is measured of a model on labelled statements, in one record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from stancekit.codebook import Codebook
from stancekit.records import Family, Statement
from stancekit.statements import read_statements
from stancekit_eval.calibration import Reliability, RiskCoverage, reliability, risk_coverage
from stancekit_eval.confusions import Confusion, confusions
from stancekit_eval.items import Items, collect_decisions, collect_items
from stancekit_eval.matching import align
from stancekit_eval.metrics import Row, abstention_rate, clusters, tables
from stancekit_eval.training_rows import default_rows, read_rows, without_overlap

Track = Callable[[Iterator[Statement], int], Iterable[Statement]]
"""Passes predictions through, told how many there will be; for a progress bar."""


class Predictor(Protocol):
    """What can be evaluated: ``StanceClassifier`` and the baselines."""

    def predict_many(
        self, statements: Iterable[Statement], *, all_scores: bool = False
    ) -> Iterator[Statement]:
        """Yield each statement with its stances, and with ``scores`` if ``all_scores``."""


class FamilyCalibration(BaseModel):
    """How far a family's probabilities can be trusted.

    Attributes:
        considered: Calibration over all stances considered; most are improbable, which makes the error small.
        given: Calibration over the stances reported.
        risk_coverage: Share of wrong stances as those reported are withheld, the least probable first.
    """

    considered: Reliability
    given: Reliability
    risk_coverage: RiskCoverage


class Baseline(BaseModel):
    """What a simple method reaches on the same statements."""

    name: str
    by_family: list[Row]


class Evaluation(BaseModel):
    """The figures of a model on a set of labelled statements.

    Attributes:
        codebook: Name of the codebook.
        statements: Number of labelled statements.
        missing: How many of them have no prediction; they count as ones without a stance.
        units: Number of units that are drawn in a resample.
        unit: What is drawn: ``article`` where there are articles (a statement without one is drawn by
            itself), else ``statement``.
        resamples: Number of bootstrap resamples.
        seed: Seed of the resampling.
        abstention: Share of the predicted statements on which the model abstained.
        by_family: A row for each family, and for the charges without their actors.
        by_label: A row for each label that occurs.
        by_kind: A row for each family and kind of statement that occurs.
        calibration: By family; empty where the predictions hold no ``scores``.
        selective: Share of statements not wholly right, as the least sure are left out; None without
            ``scores``.
        confusions: What is taken for what, the costliest first.
        baselines: Simple methods on the same statements.
        notes: What could not be measured, and why.
    """

    codebook: str
    statements: int
    missing: int
    units: int
    unit: str
    resamples: int
    seed: int
    abstention: float
    by_family: list[Row]
    by_label: list[Row]
    by_kind: list[Row]
    calibration: dict[Family, FamilyCalibration]
    selective: RiskCoverage | None
    confusions: list[Confusion]
    baselines: list[Baseline] = []
    notes: list[str] = []


def evaluate(
    gold: Sequence[Statement],
    predicted: Sequence[Statement],
    codebook: Codebook,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Return the figures of predictions against gold statements, paired by id.

    Args:
        gold: Labelled statements.
        predicted: Predictions; with ``scores`` (``all_scores=True``) calibration is measured too.
        codebook: Names the labels.
        resamples: Bootstrap resamples for the 95% intervals; 0 for none.
        seed: Seed of the resampling; the same seed gives the same intervals.

    Raises:
        DataError: if an id occurs twice.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    found = [s for s in align(gold, predicted) if s is not None]
    rows = tables(gold, found, codebook, resamples=resamples, seed=seed)
    scored = any(s.scores is not None for s in found)
    units = clusters(gold)
    by_article = any(s.article for s in gold) and len(set(units.tolist())) < len(gold)
    return Evaluation(
        codebook=codebook.name,
        statements=len(gold),
        missing=len(gold) - len(found),
        units=len(set(units.tolist())),
        unit="article" if by_article else "statement",
        resamples=resamples,
        seed=seed,
        abstention=abstention_rate(found),
        by_family=rows["by_family"],
        by_label=rows["by_label"],
        by_kind=rows["by_kind"],
        calibration=_calibration(collect_items(gold, found)) if scored else {},
        selective=risk_coverage(*collect_decisions(gold, found)) if scored else None,
        confusions=confusions(gold, found, codebook),
        notes=[] if scored else ["calibration: the predictions hold no scores"],
    )


def _calibration(items: dict[Family, Items]) -> dict[Family, FamilyCalibration]:
    return {
        family: FamilyCalibration(
            considered=reliability(x.probability, x.correct),
            given=reliability(x.probability[x.given], x.correct[x.given]),
            risk_coverage=risk_coverage(x.probability[x.given], x.correct[x.given]),
        )
        for family, x in items.items()
        if len(x.probability)
    }


def unlabelled(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield the statements without stances, so that nothing that predicts can see the gold ones."""
    for statement in statements:
        yield statement.model_copy(update={"stances": (), "scores": None, "abstained": None})


def evaluate_classifier(
    clf: Predictor,
    statements: Sequence[Statement],
    codebook: Codebook,
    *,
    resamples: int = 1000,
    seed: int = 0,
    track: Track | None = None,
) -> Evaluation:
    """Return the figures of a classifier on labelled statements; it sees them without their stances.

    Args:
        clf: A ``StanceClassifier``, or anything with its ``predict_many``.
        statements: Labelled statements.
        codebook: The classifier's codebook.
        resamples: Bootstrap resamples for the 95% intervals; 0 for none.
        seed: Seed of the resampling.
        track: Wraps the predictions as they come, e.g. in a progress bar.

    Raises:
        DataError: if an id occurs twice.
        CodebookError: if a stance has a target that the codebook lacks.
    """
    coming = clf.predict_many(unlabelled(statements), all_scores=True)
    predicted = list(track(coming, len(statements)) if track else coming)
    return evaluate(statements, predicted, codebook, resamples=resamples, seed=seed)


def measure_baselines(
    statements: Sequence[Statement],
    train: Sequence[Statement],
    codebook: Codebook,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> list[Baseline]:
    """Return what the baselines, fitted on ``train``, reach on ``statements``."""
    from stancekit_eval.baselines import baselines  # scikit-learn and spaCy take seconds to load

    found = []
    for name, method in baselines(train, codebook):
        predicted = list(method.predict_many(unlabelled(statements), all_scores=True))
        rows = tables(statements, predicted, codebook, resamples=resamples, seed=seed)["by_family"]
        found.append(Baseline(name=name, by_family=rows))
    return found


def run(
    data: str | Path,
    model: str | Path | None = None,
    *,
    runtime: str = "torch",
    device: str | None = None,
    codebook: Codebook | None = None,
    train: str | Path | None = None,
    with_baselines: bool = True,
    resamples: int = 1000,
    seed: int = 0,
    track: Track | None = None,
) -> Evaluation:
    """Return the evaluation of a checkpoint on a file of labelled statements: ``stancekit evaluate``.

    Args:
        data: JSONL of labelled statements.
        model: Checkpoint folder or hub name; the shipped one by default.
        runtime: What computes, see ``StanceClassifier``.
        device: Where to compute; by default a GPU if there is one.
        codebook: What the statements are labelled under; the checkpoint's own by default.
        train: JSONL or folder of JSONL to fit the baselines on; by default the seeds that ship with the
            repository,
            where they are and fit the codebook.
        with_baselines: Whether to fit and measure the baselines too.
        resamples: Bootstrap resamples for the 95% intervals; 0 for none.
        seed: Seed of the resampling.
        track: Wraps the predictions as they come, e.g. in a progress bar.

    Raises:
        DataError: if ``data`` or a given ``train`` is not what it should be.
        CheckpointError: if the checkpoint is missing or damaged.
    """
    from stancekit.classifier import StanceClassifier  # torch takes seconds to load; bad data is told before

    path = Path(data)
    read_statements(path)
    clf = StanceClassifier.from_pretrained(model, runtime=runtime, device=device)
    clf = clf.with_codebook(codebook) if codebook else clf
    statements = read_statements(path, clf.codebook)
    result = evaluate_classifier(clf, statements, clf.codebook, resamples=resamples, seed=seed, track=track)
    if not with_baselines:
        return result
    found = train if train is not None else default_rows(clf.codebook)
    if found is None:
        note = f"baselines: no training seeds for codebook {clf.codebook.name!r} here; name a file of them"
        return result.model_copy(update={"notes": [*result.notes, note]})
    seeds = without_overlap(read_rows(found, clf.codebook), statements)
    measured = measure_baselines(statements, seeds, clf.codebook, resamples=resamples, seed=seed)
    return result.model_copy(update={"baselines": measured})
