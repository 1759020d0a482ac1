"""Names and matching: hand-worked cases, and agreement with the project's scorer run as a process."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.codebook import Codebook
from stancekit.errors import CodebookError, DataError
from stancekit.records import Stance, Statement
from stancekit.statements import read_statements
from stancekit_eval.matching import Key, columns, count, match, totals, views
from stancekit_eval.metrics import micro_f1, tables
from stancekit_eval.names import normalise, same_name

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "tools" / "score.py"
BOOK = Codebook.default()
SEEDS = sorted((ROOT / "seeds" / "conflict" / "dev").glob("*.jsonl"))
CONFLICT = SHARED / "data" / "Conflict" / "dev.jsonl"

NAMES = [
    *(
        "Russia",
        "Moscow",
        "the Russian government",
        "Russian separatists",
        "DPR",
        "Donetsk People's Republic",
    ),
    *(
        "Viktor Yanukovych",
        "Yanukovych",
        "Israel",
        "Syria",
        "Syrian rebels",
        "the government",
        "UN",
        "Red Cross",
    ),
]


def outcome(target: str, position: str = "favor", **more: object) -> Stance:
    return Stance.model_validate({"family": "outcome", "target": target, "position": position, **more})


def actor(name: str, position: str = "against", **more: object) -> Stance:
    return Stance.model_validate({"family": "actor", "target": name, "position": position, **more})


def accuse(charge: str, name: str, **more: object) -> Stance:
    return Stance.model_validate(
        {"family": "accusation", "target": charge, "position": "against", "actor": name, **more}
    )


def statement(number: int, *stances: Stance, **more: object) -> Statement:
    return Statement.model_validate(
        {"id": str(number), "text": f"Sentence {number}.", "stances": stances, **more}
    )


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Moscow", "russia"),
        ("The Kremlin", "russia"),
        ("U.S.", "united states"),
        ("President Bashar al-Assad", "bashar al assad"),
        ("Türkiye", "turkey"),
        ("the government", "the government"),
        ("Red  Cross!", "red cross"),
    ],
)
def test_a_name_is_normalised(name: str, wanted: str) -> None:
    assert normalise(name) == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Yanukovych", "Viktor Yanukovych", True),
        ("DPR", "Donetsk People's Republic", True),
        ("LTTE", "Liberation Tigers Tamil Eelam", True),
        ("Israel", "Tel Aviv", True),
        ("Israel", "Iran", False),
        ("North Korea", "South Korea", False),
        ("Syrian rebels", "Syrian army", False),
    ],
)
def test_two_names_are_the_same_actor_or_not(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_same_name_is_symmetric_and_normalising_is_stable(one: str, other: str) -> None:
    assert same_name(one, other) == same_name(other, one)
    assert normalise(one.upper()) == normalise(one.upper().lower())


def test_equal_names_are_matched_before_names_that_only_mean_the_same() -> None:
    gold = [Key("", "against", "Ukrainian rebels"), Key("", "against", "Ukrainian rebels in Donetsk")]
    predicted = [Key("", "against", "Ukrainian rebels in Donetsk"), Key("", "against", "Ukrainian rebels")]
    assert match(gold, predicted) == [1, 0]


def test_a_gold_stance_is_matched_once() -> None:
    twice = [Key("", "against", "Russia"), Key("", "against", "Moscow")]
    assert match(twice[:1], twice) == [0]
    assert match(twice, twice[:1]) == [0, None]
    assert match([Key("", "favor", "Russia")], twice) == [None]


def test_outcomes_and_charges_count_once_whoever_acts() -> None:
    stances = [outcome("withdrawal", actor="France"), outcome("withdrawal", actor="United Kingdom"),
               accuse("aggression", "France"), accuse("aggression", "Egypt")]  # fmt: skip
    found = views(stances)
    assert {view: len(keys) for view, keys in found.items()} == {
        "outcome": 1, "actor": 0, "accusation": 2, "charge": 1,
    }  # fmt: skip


def test_counts_per_statement_and_label() -> None:
    gold = [
        statement(0, outcome("withdrawal"), accuse("aggression", "Russia")),
        statement(1, actor("Israel")),
    ]
    predicted = [
        statement(0, outcome("withdrawal", "against"), accuse("aggression", "Ukraine")),
        statement(1, actor("Tel Aviv"), actor("Iran", "favor")),
    ]
    counts = count(gold, predicted, BOOK)
    found = {
        (row, *column): counts[row, i].tolist()
        for i, column in enumerate(columns(BOOK))
        for row in (0, 1)
        if counts[row, i].any()
    }
    assert found == {
        (0, "outcome", "support_withdrawal"): [0, 1, 0],
        (0, "outcome", "oppose_withdrawal"): [0, 0, 1],
        (0, "accusation", "accuse_aggression"): [0, 1, 1],
        (0, "charge", "accuse_aggression"): [1, 1, 1],
        (1, "actor", "disapprove"): [1, 1, 1],
        (1, "actor", "approve"): [0, 0, 1],
    }


def test_bad_input_is_named() -> None:
    one = statement(0, outcome("peace"))
    with pytest.raises(CodebookError, match="unknown outcome 'peace'"):
        count([one], [], BOOK)
    with pytest.raises(DataError, match="'0' occurs twice"):
        micro_f1([one, one], [])


stances_ = st.one_of(
    st.builds(outcome, st.sampled_from(list(BOOK.outcomes)[:3]), st.sampled_from(["favor", "against"])),
    st.builds(actor, st.sampled_from(NAMES), st.sampled_from(["favor", "against"])),
    st.builds(accuse, st.sampled_from(list(BOOK.accusations)[:2]), st.sampled_from(NAMES)),
)
rows_ = st.lists(st.lists(stances_, max_size=5), min_size=1, max_size=4)


@settings(deadline=None)
@given(rows_)
def test_gold_against_itself_is_perfect(rows: list[list[Stance]]) -> None:
    gold = [statement(i, *row) for i, row in enumerate(rows)]
    for hits, n_gold, n_predicted in totals(gold, gold).values():
        assert hits == n_gold == n_predicted


@settings(deadline=None)
@given(rows_, rows_)
def test_labels_sum_to_their_family_and_nothing_is_matched_twice(
    rows: list[list[Stance]], guesses: list[list[Stance]]
) -> None:
    gold = [statement(i, *row) for i, row in enumerate(rows)]
    predicted = [statement(i, *row) for i, row in enumerate(guesses)]
    counts = count(gold, predicted, BOOK).sum(axis=0)
    for view, total in totals(gold, predicted).items():
        parts = sum(counts[i] for i, (v, _) in enumerate(columns(BOOK)) if v == view)
        assert list(parts) == list(total)
        assert total[0] <= min(total[1], total[2])


def guesses(gold: list[Statement], seed: int) -> list[Statement]:
    """Predictions with all sorts of error: stances dropped, turned, renamed, invented, statements missing."""
    rng, found = random.Random(seed), []
    names = sorted({s.actor for row in gold for s in row.stances if s.actor} | set(NAMES))

    def disturb(stance: Stance) -> Stance:
        data = stance.model_dump()
        if rng.random() < 0.3:
            data |= {"actor": rng.choice(names), "target": data["target"]}
            data |= {"target": data["actor"]} if stance.family == "actor" else {}
        if rng.random() < 0.2 and stance.family != "accusation":
            data |= {"position": rng.choice(["favor", "against"])}
        return Stance.model_validate(data)

    for row in gold:
        kept = [disturb(s) for s in row.stances if rng.random() < 0.7]
        other = rng.choice(gold).stances if rng.random() < 0.3 else ()
        if rng.random() < 0.95:
            found.append(
                row.model_copy(update={"stances": tuple(rng.sample([*kept, *other], len(kept) + len(other)))})
            )
    return found


def write(path: Path, rows: list[Statement]) -> Path:
    path.write_text("".join(row.model_dump_json() + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("source", ["seeds", "conflict"])
def test_the_figures_agree_with_the_scorer(source: str, seed: int, tmp_path: Path) -> None:
    if not SCORER.exists():
        pytest.skip("the project's scorer is not beside this checkout (../shared)")
    files = SEEDS if source == "seeds" else [CONFLICT]
    gold = [row for file in files for row in read_statements(file)]
    predicted = guesses(gold, seed)
    command = [
        sys.executable,
        str(SCORER),
        str(write(tmp_path / "gold", gold)),
        str(write(tmp_path / "p", predicted)),
    ]
    wanted = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    f1 = micro_f1(gold, predicted)
    rows = tables(gold, predicted, BOOK, resamples=0, seed=0)["by_family"]
    assert wanted["missing"] == len(gold) - len(predicted) > 0
    for row in rows:
        found = {"p": row.precision.value, "r": row.recall.value, "f1": row.f1.value}
        assert {k: round(v, 3) for k, v in found.items()} | {"gold": row.gold} == wanted[row.view]
        assert f1[row.view] == row.f1.value
        assert 0.2 < row.f1.value < 0.95
