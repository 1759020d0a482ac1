"""The figures of the public sets, each as its own literature reports it.

A macro F1 is scikit-learn's: the mean over the classes that occur in gold or prediction. A figure over no row is None.
"""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.metrics import accuracy_score, f1_score, recall_score

from stancekit_eval.benchmark_rows import QUADS, EventRow, MentionRow, PairRow, TopicRow

Figures = dict[str, int | float | dict[str, float] | None]
Classes = Sequence[str]


def macro_f1(gold: Classes, predicted: Classes) -> float | None:
    """Return the mean F1 of the classes, in [0, 1]."""
    return float(f1_score(gold, predicted, average="macro", zero_division=0)) if len(gold) else None


def f_avg(gold: Classes, predicted: Classes) -> float | None:
    """Return the mean of the F1 of favor and of against (Mohammad et al. 2016); none counts where it is confused."""
    sides = ["favor", "against"]
    if not len(gold):
        return None
    return float(f1_score(gold, predicted, labels=sides, average="macro", zero_division=0))


def event_figures(rows: Sequence[EventRow], predicted: Classes) -> Figures:
    """Return the figures of PLV: ``root_macro_f1``, ``root_accuracy``, ``penta_macro_f1``.

    Penta classes are the four quads and a neutral one. PLV has no neutral row, so the penta figure is the published
    quad figure: gold is the row's own quad, predicted the quad of the predicted root.
    """
    gold = [r.gold for r in rows]
    quads = [str(r.quad) for r in rows], [str(QUADS[p]) for p in predicted]
    return {
        "root_macro_f1": macro_f1(gold, predicted),
        "root_accuracy": float(accuracy_score(gold, predicted)),
        "penta_macro_f1": macro_f1(*quads),
    }


def mention_figures(rows: Sequence[MentionRow], predicted: Classes) -> Figures:
    """Return the figures of NewsMTSC: ``macro_f1`` of the three classes and ``a_rec``, their mean recall."""
    gold = [r.gold for r in rows]
    recall = float(recall_score(gold, predicted, average="macro", zero_division=0))
    return {"macro_f1": macro_f1(gold, predicted), "a_rec": recall}


def pair_figures(rows: Sequence[PairRow], predicted: Classes) -> Figures:
    """Return the figures of directed sentiment, over five classes and, the direction forgotten, over three.

    A fourth of the published test is copied from its training rows. ``clean`` figures are of the rows whose flags
    ``dup_in_train`` and ``dup_in_dev`` are not set.
    """
    clean = [(r, p) for r, p in zip(rows, predicted, strict=True) if not (r.dup_in_train or r.dup_in_dev)]
    figures: Figures = {"rows_clean": len(clean)}
    for name, pairs in (("_clean", clean), ("", list(zip(rows, predicted, strict=True)))):
        five = [r.gold for r, _ in pairs], [p for _, p in pairs]
        figures[f"macro_f1{name}"] = macro_f1(*five)
        figures[f"macro_f1_three{name}"] = macro_f1(*([c.split()[0] for c in side] for side in five))
    return figures


def topic_figures(rows: Sequence[TopicRow], predicted: Classes) -> Figures:
    """Return the figures of SemEval 2016 task 6: ``f_avg`` over the rows of all targets pooled, and each target's."""
    by_target: dict[str, tuple[list[str], list[str]]] = {}
    for row, label in zip(rows, predicted, strict=True):
        gold, found = by_target.setdefault(row.target, ([], []))
        gold.append(row.gold)
        found.append(label)
    each = {target: f_avg(*sides) or 0.0 for target, sides in sorted(by_target.items())}
    return {"f_avg": f_avg([r.gold for r in rows], predicted), "f_avg_by_target": each}


def seen_figures(rows: Sequence[TopicRow], predicted: Classes) -> Figures:
    """Return the figures of VAST: macro F1 over topics that training lacks, over the others, and over all."""
    figures: Figures = {}
    for name, seen in (("macro_f1_zero_shot", {0}), ("macro_f1_few_shot", {1}), ("macro_f1", {0, 1, None})):
        part = [(r.gold, p) for r, p in zip(rows, predicted, strict=True) if r.seen in seen]
        figures[name] = macro_f1([g for g, _ in part], [p for _, p in part])
    return figures
