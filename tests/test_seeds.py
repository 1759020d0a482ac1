"""The shipped seeds hold what their datasheet says, and the check finds what is wrong with others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit_training.seeds import SeedReport, check_seeds

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
FIELDS = [
    "id",
    "group",
    "conflict",
    "genre",
    "article",
    "index",
    "context",
    "text",
    "speaker",
    "kind",
    "stances",
    "note",
]
TRAIN, DEV, SEED = SEEDS / "articles/train.jsonl", SEEDS / "articles/dev.jsonl", SEEDS / "articles/seed.jsonl"
DEV_WORDS = (
    "Sri Lanka",
    "Korea",
    "Haiti",
    "Port-au-Prince",
    "Northern Ireland",
    "Catalonia",
    "Namibia",
    "Falkland",
    "Kalduria",
    "Karsund",
    "Zambara",
    "Lethos",
)

Row = dict[str, Any]


def rows(*paths: Path) -> list[Row]:
    files = [f for p in paths for f in (sorted(p.rglob("*.jsonl")) if p.is_dir() else [p])]
    return [json.loads(line) for f in files for line in f.read_text(encoding="utf-8").splitlines()]


def check(path: str, codebook: str | None = None, rare: int = 10) -> SeedReport:
    book = Codebook.load(ROOT / f"configs/codebooks/{codebook}.yaml") if codebook else Codebook.default()
    return check_seeds(SEEDS / path, book, rare=rare)


@pytest.fixture(scope="module")
def train() -> list[Row]:
    return rows(SEEDS / "conflict/train", TRAIN)


@pytest.fixture(scope="module")
def dev() -> list[Row]:
    return rows(SEEDS / "conflict/dev", DEV)


# --- the files that ship


@pytest.mark.parametrize(
    ("path", "codebook"),
    [
        ("conflict", None),
        ("articles", None),
        ("plain.jsonl", None),
        ("climate.jsonl", "climate"),
        ("migration.jsonl", "migration"),
    ],
)
def test_every_line_is_a_seed(path: str, codebook: str | None) -> None:
    report = check(path, codebook)
    assert report.ok, report.bad_lines
    assert not report.repeats
    assert report.statements > 100


def test_every_row_has_all_fields() -> None:
    files = [SEEDS / "conflict", SEEDS / "articles", SEEDS / "climate.jsonl", SEEDS / "migration.jsonl"]
    assert [r["id"] for r in rows(*files) if list(r) != FIELDS] == []


def test_ids_are_unique_over_all_files() -> None:
    ids = [r["id"] for r in rows(SEEDS)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("field", ["group", "conflict", "article", "text"])
def test_nothing_crosses_the_split(field: str, train: list[Row], dev: list[Row]) -> None:
    def key(row: Row) -> tuple[Any, ...] | None:
        context = tuple(row["context"]) if field == "text" else ()
        return None if row[field] is None else (row[field], context)

    assert {key(r) for r in train} & {key(r) for r in dev} <= {None}


def test_no_train_conflict_is_a_dev_conflict_by_another_name(train: list[Row]) -> None:
    aware = {r["conflict"] for r in train if any(w in r["conflict"] for w in DEV_WORDS)}
    assert aware == set()


def test_dev_is_a_seventh_and_covers_every_label(train: list[Row], dev: list[Row]) -> None:
    assert 0.12 <= len(dev) / (len(dev) + len(train)) <= 0.15
    counts = [
        a.statements + b.statements
        for a, b in zip(*(_labels(p) for p in ("conflict/dev", "articles/dev.jsonl")), strict=True)
    ]
    assert min(counts) >= 5
    assert all(x.statements >= 40 for x in _labels("conflict/train"))


def _labels(path: str) -> Any:
    return check(path).labels


def test_every_text_is_an_exact_part_of_its_article() -> None:
    texts = {f.stem: f.read_text(encoding="utf-8") for f in (SEEDS / "articles").glob("*.txt")}
    found = rows(SEEDS / "articles")
    assert [r["id"] for r in found if r["text"] not in texts[r["article"]]] == []
    assert {r["article"] for r in found} == set(texts)


def test_sentences_of_an_article_stand_in_order_with_their_context() -> None:
    articles: dict[str, list[Row]] = {}
    for row in rows(SEEDS / "articles"):
        articles.setdefault(row["article"], []).append(row)
    for name, sentences in articles.items():
        assert [r["index"] for r in sentences] == list(range(len(sentences))), name
        assert [r["id"] for r in sentences] == [f"{name}:{i}" for i in range(len(sentences))]
        for i, row in enumerate(sentences):
            assert row["context"] == [x["text"] for x in sentences[max(0, i - 2) : i]], row["id"]


def test_every_accusation_has_its_actor_against() -> None:
    for row in rows(SEEDS):
        accused = {s["actor"] for s in row["stances"] if s["family"] == "accusation"}
        against = {
            s["actor"] for s in row["stances"] if s["family"] == "actor" and s["position"] == "against"
        }
        assert accused <= against, row["id"]


def test_narration_and_narrator_go_together() -> None:
    found = [r for r in rows(SEEDS / "conflict", SEEDS / "articles") if r["kind"] is not None]
    assert [r["id"] for r in found if (r["kind"] == "narration") != (r["speaker"] == "narrator")] == []


def test_seed_article_says_what_velayati_says() -> None:
    found = rows(SEED)
    stances = {(s["target"], s["position"], s["actor"]) for r in found for s in r["stances"]}
    assert {r["speaker"] for r in found} == {"Ali Akbar Velayati"}
    assert {
        ("withdrawal", "favor", "Armenia"),
        ("military_action", "against", None),
        ("negotiated_settlement", "favor", None),
        ("interference", "against", "Israel"),
        ("interference", "against", "Turkey"),
    } <= stances


def test_plain_list_covers_the_codebook_and_is_not_trained_on(train: list[Row]) -> None:
    report = check("plain.jsonl")
    assert min(x.statements for x in report.labels) >= 2
    assert report.without_stance >= 35
    assert not {r["text"] for r in rows(SEEDS / "plain.jsonl")} & {r["text"] for r in train}


def test_datasheet_counts_are_those_of_the_files() -> None:
    sheet = (SEEDS / "README.md").read_text(encoding="utf-8")
    for path in (
        "conflict/train/",
        "conflict/dev/",
        "articles/train.jsonl",
        "articles/dev.jsonl",
        "plain.jsonl",
    ):
        report = check(path)
        assert f"| `{path}` | {report.statements:,} | {report.without_stance:,} |" in sheet
    columns = ("conflict/train", "conflict/dev", "articles/train.jsonl", "articles/dev.jsonl", "plain.jsonl")
    for same in zip(*(_labels(c) for c in columns), strict=True):
        assert f"| {same[0].label} | {' | '.join(str(x.statements) for x in same)} |" in sheet


# --- the check itself

GOOD = {
    "id": "a",
    "text": "Leave.",
    "stances": [{"family": "outcome", "target": "withdrawal", "position": "favor"}],
}


def write(path: Path, *lines: object) -> Path:
    text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
    path.write_text(text, encoding="utf-8")
    return path


def stance(**fields: str) -> Row:
    return {"id": "x", "text": "Leave.", "stances": [fields]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "x", "text": ', "not valid JSON"),
        ("[1, 2]", "expected a JSON object, got list"),
        ({"id": "x"}, "text: missing"),
        ({"id": "x", "text": "  "}, "text: expected words"),
        ({"id": "x", "text": 7}, "text: input should be a valid string, got 7"),
        ({"id": "a", "text": "Again."}, "id: 'a' stands on an earlier line"),
        ({"id": "x", "text": "Hm.", "kind": "shouted"}, "kind: "),
        (stance(family="outcome", target="picnic", position="favor"), "unknown outcome 'picnic'"),
        (stance(family="outcome", target="withdrawal", position="maybe"), "stances.0.position"),
        (stance(family="accusation", target="arming", position="against"), "an accusation needs an actor"),
        (stance(family="accusation", target="arming", position="favor", actor="A"), "is 'against'"),
        (stance(family="mood", target="withdrawal", position="favor"), "stances.0.family"),
    ],
)
def test_bad_line_is_named_with_file_line_and_reason(tmp_path: Path, line: object, reason: str) -> None:
    file = write(tmp_path / "mine.jsonl", GOOD, "", line, {**GOOD, "id": "b", "text": "Go."})
    report = check_seeds(file, Codebook.default())
    assert [x.line for x in report.bad_lines] == [3]
    assert str(report.bad_lines[0]).startswith(f"{file}:3: ")
    assert reason in report.bad_lines[0].reason
    assert report.statements == 2
    assert not report.ok
    assert any(f"{file}:3: " in x for x in report.lines())


def test_all_bad_lines_of_all_files_are_listed(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *["no json"] * 12)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/b.jsonl").write_bytes(b'{"id": "1", "text": "caf\xe9"}\n')
    (tmp_path / "c.jsonl").write_bytes(b"")
    report = check_seeds(tmp_path, Codebook.default())
    assert [(Path(x.file).name, x.line) for x in report.bad_lines] == [
        *(("a.jsonl", n) for n in range(1, 13)),
        ("b.jsonl", 1),
        ("c.jsonl", 0),
    ]
    assert "not UTF-8" in report.bad_lines[12].reason
    assert "no statements" in report.bad_lines[13].reason


def test_no_such_path_and_folder_without_seeds(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.jsonl: no such file or folder"):
        check_seeds(tmp_path / "gone.jsonl", Codebook.default())
    with pytest.raises(DataError, match=r"no \*\.jsonl file in this folder"):
        check_seeds(tmp_path, Codebook.default())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_file_without_permission_is_a_bad_line(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", GOOD)
    file.chmod(0)
    report = check_seeds(tmp_path, Codebook.default())
    assert str(report.bad_lines[0]) == f"{file}: cannot be read: Permission denied"


def test_counts_and_rare(tmp_path: Path) -> None:
    twice = {
        **GOOD,
        "id": "b",
        "text": "Both of you, leave.",
        "kind": "direct",
        "stances": GOOD["stances"] * 2,
    }
    file = write(tmp_path / "a.jsonl", GOOD, twice, {"id": "c", "text": "Rain.", "kind": "narration"})
    report = check_seeds(file, Codebook.default(), rare=2)
    counts = {x.label: x.statements for x in report.labels}
    assert counts["support_withdrawal"] == 2, "a statement counts once for a label"
    assert counts["oppose_withdrawal"] == 0
    assert len(counts) == 34
    assert (report.statements, report.without_stance) == (3, 1)
    assert report.kinds == {"unknown": 1, "direct": 1, "narration": 1}
    assert "support_withdrawal" not in {x.label for x in report.rare}
    assert "  oppose_withdrawal: none" in report.lines()
    assert report.files[0].statements == 3


def test_same_words_with_other_stances_contradict(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", GOOD, {"id": "b", "text": "Rain."}, {"id": "c", "text": " rain. "})
    write(
        tmp_path / "b.jsonl",
        {"id": "d", "text": "leave."},
        {"id": "e", "text": "Leave.", "context": ["Why?"]},
    )
    report = check_seeds(tmp_path, Codebook.default())
    assert [x.contradicts for x in report.repeats] == [True, False]
    assert report.contradictions[0].places == ((str(a), 1), (str(tmp_path / "b.jsonl"), 1))
    assert report.repeats[1].places == ((str(a), 2), (str(a), 3))
    assert report.ok, "a warning, no error"
    assert "same words, different stances:" in report.lines()


def test_codebook_without_a_family(tmp_path: Path) -> None:
    book = Codebook.model_validate(
        {
            "name": "charges",
            "version": 1,
            "accusations": {"theft": {"definition": "It steals.", "label": "accuse_theft"}},
        }
    )
    bad = stance(family="actor", target="A", position="favor")
    good = stance(family="accusation", target="theft", position="against", actor="A") | {
        "id": "y",
        "text": "Thieves.",
    }
    report = check_seeds(write(tmp_path / "a.jsonl", bad, good), book)
    assert [(x.label, x.statements) for x in report.labels] == [("accuse_theft", 1)]
    assert [x.line for x in report.bad_lines] == [1]


def test_report_survives_json(tmp_path: Path) -> None:
    report = check_seeds(write(tmp_path / "a.jsonl", GOOD), Codebook.default())
    assert SeedReport.model_validate_json(report.model_dump_json()) == report
