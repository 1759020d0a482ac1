"""The evaluation as a whole: items, confusions, the record, its report and its pictures."""

import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from test_eval_matching import BOOK, accuse, actor, outcome, statement

from stancekit.errors import CodebookError, MissingExtraError, OutputError
from stancekit.records import Stance, Statement
from stancekit_eval.confusions import confusions
from stancekit_eval.evaluate import Evaluation, evaluate, evaluate_classifier
from stancekit_eval.items import collect_decisions, collect_items
from stancekit_eval.plots import save_plots
from stancekit_eval.report import print_report


def p(stance: Stance, probability: float) -> Stance:
    return stance.model_copy(update={"probability": probability})


GOLD = [
    statement(0, outcome("withdrawal"), accuse("aggression", "Russia"), kind="direct", speaker="Ali"),
    statement(1, actor("Israel"), kind="indirect"),
    statement(2, kind="narration"),
    statement(3, outcome("ceasefire")),
]


def scored(row: Statement, given: list[Stance], more: Iterable[Stance] = ()) -> Statement:
    return row.model_copy(update={"stances": tuple(given), "scores": (*given, *more), "abstained": not given})


PREDICTED = [
    scored(
        GOLD[0],
        [p(outcome("withdrawal", "against"), 0.8), p(accuse("aggression", "Moscow"), 0.9)],
        [p(accuse("aggression", "Ukraine"), 0.2), p(outcome("ceasefire"), 0.1)],
    ),
    scored(GOLD[1], [p(actor("Israel"), 0.6), p(actor("Tel Aviv"), 0.7)], [p(actor("Iran", "favor"), 0.3)]),
    scored(GOLD[2], [], [p(outcome("withdrawal"), 0.05)]),
    scored(GOLD[3], [p(outcome("sanctions", "favor"), 0.6)], [p(outcome("ceasefire"), 0.4)]),
]


def test_items_pair_each_gold_stance_with_its_most_probable_match() -> None:
    found = collect_items(GOLD, PREDICTED)
    actors = found["actor"]
    assert actors.probability.tolist() == [0.7, 0.6, 0.3]
    # "Israel" is matched exactly by the second, but after normalising the first is the same name and surer.
    assert actors.correct.tolist() == [True, False, False]
    assert actors.given.tolist() == [True, True, False]
    assert found["accusation"].correct.tolist() == [True, False]
    outcomes = found["outcome"]
    assert outcomes.probability.tolist() == [0.8, 0.1, 0.05, 0.6, 0.4]
    assert outcomes.correct.tolist() == [False, False, False, False, True]
    assert outcomes.n_gold == 2


def test_a_gold_stance_never_considered_counts_as_gold() -> None:
    found = collect_items(GOLD, [scored(GOLD[1], [])])
    assert (len(found["actor"].probability), found["actor"].n_gold) == (0, 1)


def test_a_model_is_as_sure_of_a_statement_as_of_its_least_sure_decision() -> None:
    found = collect_decisions(GOLD, PREDICTED)
    assert found.confidence.tolist() == pytest.approx([0.8, 0.6, 0.95, 0.6])
    assert found.correct.tolist() == [False, False, True, False]
    right = collect_decisions(GOLD[:1], [scored(GOLD[0], list(GOLD[0].stances))])
    assert right.correct.tolist() == [True]


def test_confusions_by_hand() -> None:
    found = {(c.gold, c.predicted): c for c in confusions(GOLD, PREDICTED, BOOK)}
    assert set(found) == {
        ("support_withdrawal", "oppose_withdrawal"),
        ("none", "disapprove"),
        ("support_ceasefire", "none"),
        ("none", "support_sanctions"),
    }
    turned = found["support_withdrawal", "oppose_withdrawal"]
    # The gold position was never considered (floor 0.01), the wrong one given with 0.8: -ln 0.01 - ln 0.2.
    assert turned.cost == pytest.approx(4.60517 + 1.609438)
    assert (turned.examples[0].speaker, turned.examples[0].text) == ("Ali", "Sentence 0.")
    assert found["support_ceasefire", "none"].examples[0].probability == 0.4
    assert found["none", "disapprove"].examples[0].predicted in ("disapprove(Tel Aviv)", "disapprove(Israel)")
    costs = [c.cost for c in confusions(GOLD, PREDICTED, BOOK)]
    assert costs == sorted(costs, reverse=True)


def test_a_wrong_actor_and_a_wrong_charge_are_one_confusion_each() -> None:
    gold = [statement(0, accuse("aggression", "Russia")), statement(1, accuse("deception", "Iran"))]
    predicted = [
        statement(0, p(accuse("aggression", "Turkey"), 0.5)),
        statement(1, p(accuse("arming", "Tehran"), 0.5)),
    ]
    found = {(c.gold, c.predicted): c.examples[0] for c in confusions(gold, predicted, BOOK)}
    assert set(found) == {("accuse_aggression", "accuse_aggression"), ("accuse_deception", "accuse_arming")}
    example = found["accuse_aggression", "accuse_aggression"]
    assert (example.gold, example.predicted) == ("accuse_aggression(Russia)", "accuse_aggression(Turkey)")


def test_perfect_predictions_confuse_nothing() -> None:
    assert confusions(GOLD, GOLD, BOOK) == []


def test_the_record_survives_json_and_is_the_same_twice() -> None:
    one, again = (evaluate(GOLD, PREDICTED, BOOK, resamples=50, seed=3) for _ in range(2))
    assert one == again
    assert Evaluation.model_validate_json(one.model_dump_json()) == one
    assert (one.statements, one.missing, one.unit, one.units) == (4, 0, "statement", 4)
    assert one.abstention == 0.25
    assert one.calibration["outcome"].considered.count == 5
    assert one.calibration["outcome"].given.error == pytest.approx(0.7)  # 0.8 and 0.6, both wrong
    assert one.selective is not None
    # The surest statement (2) is right; the next (0) is wrong; the last two are equally unsure and wrong.
    assert one.selective.coverage == (0.25, 0.5, 1.0)
    assert one.selective.risk == (0, 0.5, 0.75)


def test_predictions_without_scores_are_evaluated_and_the_gap_is_told() -> None:
    plain = [s.model_copy(update={"scores": None}) for s in PREDICTED[:3]]
    found = evaluate(GOLD, plain, BOOK, resamples=0)
    assert found.calibration == {}
    assert found.selective is None
    assert found.missing == 1
    assert "no scores" in found.notes[0]


def test_an_article_is_the_unit_where_there_are_articles() -> None:
    gold = [s.model_copy(update={"article": f"a{i // 2}"}) for i, s in enumerate(GOLD)]
    found = evaluate(gold, PREDICTED, BOOK, resamples=10)
    assert (found.unit, found.units) == ("article", 2)


class Oracle:
    """Says what it was told beforehand, and keeps what it was shown."""

    def __init__(self, answers: list[Statement]) -> None:
        self.answers, self.shown = {s.id: s for s in answers}, list[Statement]()

    def predict_many(
        self, statements: Iterable[Statement], *, all_scores: bool = False
    ) -> Iterator[Statement]:
        assert all_scores
        for row in statements:
            self.shown.append(row)
            yield self.answers[row.id]


def test_a_classifier_never_sees_the_gold_stances() -> None:
    oracle, seen = Oracle(PREDICTED), []

    def track(rows: Iterator[Statement], total: int) -> Iterator[Statement]:
        seen.append(total)
        return rows

    found = evaluate_classifier(oracle, GOLD, BOOK, resamples=20, track=track)
    assert found == evaluate(GOLD, PREDICTED, BOOK, resamples=20)
    assert seen == [4]
    assert [s.id for s in oracle.shown] == [s.id for s in GOLD]
    assert not any(s.stances or s.scores or s.abstained for s in oracle.shown)


def test_a_target_of_another_codebook_is_named() -> None:
    with pytest.raises(CodebookError, match="unknown accusation 'greenwashing'"):
        evaluate(GOLD, [statement(0, accuse("greenwashing", "Shell"))], BOOK)


def test_the_report_names_every_part() -> None:
    out = StringIO()
    gold = [GOLD[0].model_copy(update={"text": "[bold]Sentence[/bold] 0."}), *GOLD[1:]]
    print_report(evaluate(gold, PREDICTED, BOOK, resamples=50), Console(file=out, width=80))
    text = out.getvalue()
    for part in (
        "4 statements",
        "support_withdrawal",
        "indirect",
        "Calibration of accusation",
        "area",
        "cost",
    ):
        assert part in text
    assert "Ali: [bold]Sentence[/bold] 0." in text, "a sentence is no markup"
    assert "50.0 (" in text  # one of the two actor stances is right
    assert max(len(line) for line in text.splitlines()) <= 80


def test_pictures_are_written(tmp_path: Path) -> None:
    found = save_plots(evaluate(GOLD, PREDICTED, BOOK, resamples=0), tmp_path / "new" / "plots")
    assert [f.name for f in found] == ["reliability.png", "risk_coverage.png"]
    assert all(f.read_bytes().startswith(b"\x89PNG") for f in found)
    assert save_plots(evaluate(GOLD, GOLD, BOOK, resamples=0), tmp_path / "none") == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        save_plots(evaluate(GOLD, PREDICTED, BOOK, resamples=0), tmp_path / "file" / "plots")


def test_a_missing_matplotlib_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "stancekit\[plots\]"'):
        save_plots(evaluate(GOLD, PREDICTED, BOOK, resamples=0), tmp_path)
