"""Scoring of messy archives: many articles a file, other languages, near-duplicates, standard input, resuming."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from format_files import BODY, TEXT, every_format, write_all
from processes import Process, stancekit
from runs import GERMAN, StoppedError, check_kills_at_lines, rows_of, story, write_archive

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError
from stancekit.records import Article
from stancekit.scoring.parts import errors_file
from stancekit.scoring.run import score_path
from stancekit.scoring.stories import SAME, Stories, signature

# --- what is in the result


def test_rows_and_members_are_articles(tiny: StanceClassifier, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    summary = score_path(tiny, write_archive(tmp_path / "in"), out)
    rows = rows_of(out)
    by_article = {r["article"]: r for r in rows}
    assert list(by_article) == [
        "a.txt", "b.txt", *(f"c.csv#r{i}" for i in range(6)), *(f"d.zip/{i}.txt" for i in range(4)),
        *(f"d.zip/e.csv#r{i}" for i in range(6)),
    ]  # fmt: skip
    assert len({r["id"] for r in rows}) == len(rows)
    assert (by_article["c.csv#r1"]["title"], by_article["c.csv#r1"]["date"]) == ("Row 1", "2020-01-02")
    copies = {a: r["duplicate_of"] for a, r in by_article.items() if r["duplicate_of"]}
    assert copies == {
        "b.txt": "a.txt", "c.csv#r5": "a.txt", "d.zip/e.csv#r5": "a.txt",
        **{f"d.zip/e.csv#r{i}": f"c.csv#r{i}" for i in range(5)},
    }  # fmt: skip
    assert (summary.articles, summary.duplicates, summary.other_language) == (18, 8, 2)
    assert (summary.errors, summary.passed_over) == (5, 1)
    assert summary.statements == sum(r["duplicate_of"] is None for r in rows)
    assert summary.stances == sum(len(r["stances"]) for r in rows if r["duplicate_of"] is None)
    told = [(Path(p["path"]).name, p["line"], p["kind"]) for p in rows_of(errors_file(out))]
    assert told == [
        ("c.csv", 7, "language"), ("c.csv", 8, "unreadable"), ("bad.pdf", None, "unreadable"), ("e.csv", 7, "language"),
        ("e.csv", 8, "unreadable"), ("labels.jsonl", None, "no article"),
    ]  # fmt: skip


def test_a_folder_of_every_format(tiny: StanceClassifier, tmp_path: Path) -> None:
    write_all(tmp_path / "in")
    summary = score_path(tiny, tmp_path / "in", tmp_path / "out.parquet")
    assert summary.articles == len(every_format()) and summary.duplicates == summary.articles - 1
    assert summary.errors == 2  # the page without an article in each of the two WARCs
    one = score_path(tiny, tmp_path / "in" / "a.txt", tmp_path / "one.parquet")
    assert summary.statements in range(
        one.statements - 1, one.statements + 2
    )  # the headline is in some texts


def test_all_languages_are_scored_when_asked(tiny: StanceClassifier, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(GERMAN)
    (tmp_path / "in" / "short.txt").write_text("Nein, sagte er.")
    out = tmp_path / "out.jsonl"
    assert score_path(tiny, tmp_path / "in", out).articles == 1
    assert rows_of(errors_file(out))[0]["reason"] == (
        "in 'de'; expected 'en' (scored all the same with --any-language)"
    )
    assert score_path(tiny, tmp_path / "in", out, any_language=True).articles == 2
    german = tiny.codebook.model_copy(update={"language": "de-AT"})
    other = StanceClassifier(tiny.network, tiny.encoder, german, tiny.calibration, device="cpu")
    assert score_path(other, tmp_path / "in", out).articles == 2


def test_one_file_of_many_articles(tiny: StanceClassifier, tmp_path: Path) -> None:
    rows = [{"Volltext": story(i, 2), "nr": i} for i in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(InputError, match=r"a\.jsonl: no field with a text"):
        score_path(tiny, tmp_path / "a.jsonl", tmp_path / "out.jsonl")
    fields = {"text": "Volltext", "id": "nr"}
    assert score_path(tiny, tmp_path / "a.jsonl", tmp_path / "out.jsonl", fields=fields).articles == 3
    assert {r["article"] for r in rows_of(tmp_path / "out.jsonl")} == {"a.jsonl#0", "a.jsonl#1", "a.jsonl#2"}


@pytest.mark.parametrize(
    ("row", "articles"),
    [
        ({"id": "a", "text": TEXT}, 0),
        ({"id": "a", "text": TEXT, "speaker": "x", "date": "2020"}, 1),
        ({"id": "a", "text": TEXT, "context": [], "date": "2020"}, 0),
        ({"id": "a", "text": TEXT, "stances": [], "title": "x"}, 0),
        ({"id": "a", "text": TEXT, "headline": "x"}, 1),
        ({"body": TEXT}, 1),
    ],
)
def test_rows_named_to_be_scored_are_statements_or_articles(
    row: dict[str, Any], articles: int, tiny: StanceClassifier, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(row))
    assert score_path(tiny, tmp_path / "in.jsonl", tmp_path / "out.jsonl").articles == articles


# --- near-duplicates


def article(text: str, id: str = "x", title: str | None = None) -> Article:
    return Article(id=id, text=text, title=title)


def stories(tmp_path: Path, *texts: str) -> list[str | None]:
    found = Stories(tmp_path / "stories.db", 0)
    try:
        return [found.first_like(article(t, str(i))) for i, t in enumerate(texts)]
    finally:
        found.close()


def test_the_first_of_a_story_is_named(tmp_path: Path) -> None:
    long = story(1, 30).split()
    most = " ".join(long[: int(len(long) * 0.8)])
    copies = [f"Extra! {' '.join(long)}", most, " ".join(long).upper(), " ".join(long).replace(".", " .")]
    assert stories(tmp_path, " ".join(long), story(2, 30), *copies) == [None, None, "0", "0", "0", "0"]


def test_other_stories_and_short_texts_are_not_taken_for_copies(tmp_path: Path) -> None:
    half = story(1, 30)[: len(story(1, 30)) // 2] + story(2, 30)[len(story(2, 30)) // 2 :]
    short = ["The talks failed.", "The talks failed again.", "The talks failed."]
    assert stories(tmp_path, story(1, 30), story(2, 30), half) == [None, None, None]
    (tmp_path / "stories.db").unlink()
    assert stories(tmp_path, *short) == [None, None, "0"]


def test_the_headline_does_not_count(tmp_path: Path) -> None:
    found = Stories(tmp_path / "stories.db", 0)
    short = "The harbour is closed until Monday, the port office said."
    assert found.first_like(article(f"Port shut\n\n{short}", "a", "Port shut")) is None
    assert found.first_like(article(f"# No boats today\n\n{short}", "b", "No boats today")) == "a"
    found.close()


def test_signatures_estimate_the_share_of_common_words() -> None:
    words = story(3, 60).split()
    whole = signature(words)
    for share in (0.5, 0.75, 0.9):
        other = signature(words[: int(len(words) * share)])
        assert float((whole == other).mean()) == pytest.approx(share, abs=0.14)
    assert SAME == 0.6
    assert (signature(words * 400) == signature(words * 401)).mean() > 0.95  # in several parts


def test_stories_that_were_not_counted_are_forgotten(tmp_path: Path) -> None:
    first = Stories(tmp_path / "stories.db", 0)
    first.first_like(article(story(1), "a"))
    first.first_like(article(story(2), "b"))
    first.commit()
    first.close()
    again = Stories(tmp_path / "stories.db", 1)
    assert again.first_like(article(story(2), "c")) is None
    assert again.first_like(article(story(1), "d")) == "a"
    again.close()
    (tmp_path / "stories.db").unlink()
    with pytest.raises(InputError, match="missing; expected it of an interrupted run"):
        Stories(tmp_path / "stories.db", 2)


# --- resuming


@pytest.mark.parametrize("chunk", [2, 5])
def test_stopped_after_any_chunk_it_resumes_to_the_same_bytes(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, chunk: int
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", chunk)
    source, whole, out = write_archive(tmp_path / "in"), tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    seen: list[int] = []
    score_path(tiny, source, whole, on_progress=lambda done, total: seen.append(done))
    assert seen == sorted(seen) and seen[-1] == 5
    for stop in range(1, len(seen)):
        left = [stop]

        def interrupt(done: int, total: int, left: list[int] = left) -> None:
            left[0] -= 1
            if not left[0]:
                raise StoppedError

        with pytest.raises(StoppedError):
            score_path(tiny, source, out, on_progress=interrupt)
        summary = score_path(tiny, source, out, resume=True)
        assert out.read_bytes() == whole.read_bytes(), stop
        assert errors_file(out).read_bytes() == errors_file(whole).read_bytes(), stop
        assert (summary.articles, summary.duplicates) == (18, 8)


@pytest.mark.slow
@pytest.mark.parametrize(("module", "step"), [("parts.py", 41), ("stories.py", 401), ("inputs.py", 97)])
def test_killed_at_many_lines_it_resumes_to_the_same_bytes(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, module: str, step: int
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 4)
    source, whole, out = write_archive(tmp_path / "in"), tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    score_path(tiny, source, whole)

    resume = partial(score_path, tiny, source, out, resume=True)
    check_kills_at_lines(resume, out, whole, step, module)


@pytest.mark.parametrize("change", ["earlier", "current"])
def test_an_archive_that_changed_is_refused(
    tiny: StanceClassifier, tmp_path: Path, monkeypatch: Any, change: str
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 2)
    source, out, left = write_archive(tmp_path / "in"), tmp_path / "out.jsonl", [3]

    def interrupt(done: int, total: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise StoppedError

    with pytest.raises(StoppedError):
        score_path(tiny, source, out, on_progress=interrupt)
    name = {"earlier": "a.txt", "current": "c.csv"}[change]
    with (source / name).open("a") as file:
        file.write("more\n")
    with pytest.raises(InputError, match="have changed since; expected the same files"):
        score_path(tiny, source, out, resume=True)


def test_other_options_are_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise StoppedError

    source, out = write_archive(tmp_path / "in"), tmp_path / "out.jsonl"
    with pytest.raises(StoppedError):
        score_path(tiny, source, out, on_progress=interrupt)
    for options in ({"any_language": True}, {"fields": {"text": "x"}}):
        with pytest.raises(InputError, match=r"was begun with another (any-language|field); expected"):
            score_path(tiny, source, out, resume=True, **options)  # type: ignore[arg-type]


# --- the command


def test_the_command_tells_what_was_set_aside(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "in")
    got = stancekit(["score", "in", "--out", "o.jsonl", "--model", tiny_checkpoint], tmp_path)
    assert got.code == 1
    first, *rest = got.out.splitlines()
    assert first.startswith("18 articles, ")
    assert rest == [
        "8 articles nearly repeat another (duplicate_of): in the result, not in the figures above",
        "2 articles in another language were set aside; --any-language scores them too",
        "1 files hold no articles and were passed over: o.jsonl.errors.jsonl",
    ]
    assert (
        got.errors[0] == "error: in/c.csv:7: in 'de'; expected 'en' (scored all the same with --any-language)"
    )
    assert got.errors[-1] == "error: 5 not scored; all listed in o.jsonl.errors.jsonl"


def test_files_that_hold_no_articles_are_no_failure(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "in" / "labels.jsonl").write_text(json.dumps({"id": "x", "text": "Words.", "stances": []}))
    got = stancekit(["score", "in", "--out", "o.jsonl", "--model", tiny_checkpoint], tmp_path)
    assert (got.code, got.err) == (0, "")
    assert "1 files hold no articles and were passed over" in got.out
    row = json.loads((tmp_path / "o.jsonl.errors.jsonl").read_text())
    assert row["kind"] == "no article" and row["reason"].startswith(
        "statements with stances; expected articles"
    )


def test_a_table_shows_a_story_once(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "in")
    arguments = [
        "score",
        "in",
        "--out",
        "o.jsonl",
        "--model",
        tiny_checkpoint,
        "--min-probability",
        0.2,
        "--table",
    ]
    lines = [x.strip() for x in stancekit(arguments, tmp_path).out.splitlines()]
    assert "a.txt" in lines and "b.txt" not in lines


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("text", "expected FIELD=NAME"),
        ("body=x", "with a field of text, title, date"),
        ("text= ", "expected FIELD=NAME"),
    ],
)
def test_a_field_that_is_none(wrong: str, words: str, tmp_path: Path) -> None:
    got = stancekit(["score", "in", "--out", "o.jsonl", "--field", wrong], tmp_path)
    assert got.code == 2 and len(got.errors) == 1 and words in got.err


def piped(data: bytes, model: Path, cwd: Path, *more: str) -> subprocess.CompletedProcess[bytes]:
    arguments = ["score", "-", "--out", "o.jsonl", "--model", str(model), *more]
    return subprocess.run(
        [sys.executable, "-m", "stancekit_cli.main", *arguments],
        input=data,
        capture_output=True,
        cwd=cwd,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.json", "a.jsonl", "a.zip", "a.pdf"])
def test_standard_input_is_read_whatever_it_is(name: str, tiny_checkpoint: Path, tmp_path: Path) -> None:
    got = piped(every_format()[name], tiny_checkpoint, tmp_path)
    assert (got.returncode, got.stderr) == (0, b"")
    assert got.stdout.startswith(b"1 articles, ")
    assert rows_of(tmp_path / "o.jsonl")[0]["article"].startswith("stdin")
    assert any(BODY[0] == " ".join(r["text"].split()) for r in rows_of(tmp_path / "o.jsonl"))


def from_stdin(data: bytes, work: Callable[[], int], tmp_path: Path) -> Any:
    (tmp_path / "given").write_bytes(data)

    def run() -> int:
        os.dup2(os.open(tmp_path / "given", os.O_RDONLY), 0)
        sys.stdin = os.fdopen(0, "r", closefd=False)
        return work()

    return Process(run, tmp_path).wait()


def test_standard_input_of_statements_and_of_nothing(tiny_checkpoint: Path, tmp_path: Path) -> None:
    def work() -> int:
        from stancekit_cli.main import run

        os.chdir(tmp_path)
        return run(["score", "-", "--out", "o.jsonl", "--model", str(tiny_checkpoint)])

    got = from_stdin(b'{"id": "a", "text": "Iran left."}\n{"id": "b"}\n', work, tmp_path)
    assert (got.code, got.errors[0]) == (1, "error: stdin:2: text: missing; it is required")
    assert got.out.startswith("0 articles, 1 statements, ")
    got = from_stdin(b"", work, tmp_path)
    assert (got.code, got.errors) == (2, ["error: stdin: empty file; expected an article as text in UTF-8"])


def test_resuming_from_another_standard_input_is_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.parts").mkdir()

    def work() -> int:
        def interrupt(done: int, total: int) -> None:
            raise StoppedError

        try:
            score_path(tiny, "-", tmp_path / "out.jsonl", resume=True, on_progress=interrupt)
        except StoppedError:
            return 3
        except InputError as e:
            print(e)
            return 2
        return 0

    rows = "".join(json.dumps({"id": str(i), "text": f"Iran left {i}."}) + "\n" for i in range(600)).encode()
    assert from_stdin(rows, work, tmp_path).code == 3
    assert "another input; expected" in from_stdin(rows + b"\n", work, tmp_path).out
