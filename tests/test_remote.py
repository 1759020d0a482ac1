"""Articles in a store and results into one: fsspec's memory in this process, an object store over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import fsspec
import pytest
from runs import StoppedError, rows_of, story, write_archive, write_rows

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.errors import InputError, MissingExtraError, OutputError
from stancekit.scoring.parts import errors_file
from stancekit.scoring.places import Remote, place, stamp, walk_remote, worked_on
from stancekit.scoring.run import score_path


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """An empty store in memory; the folder for caches is one of the test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()


def _note(told: list[int], done: int, total: int) -> None:
    told.append(done)


def test_what_is_a_url_and_what_a_path(tmp_path: Path) -> None:
    assert place("a/b.txt") == Path("a/b.txt") and place("-") == Path("-")
    assert place(f"file://{tmp_path}/a%20b.txt") == tmp_path / "a b.txt"
    assert place("s3://bucket/articles/") == Remote("s3://bucket/articles")
    assert Remote("s3://bucket/out.jsonl").beside("x") == Remote("s3://bucket/x")
    with pytest.raises(InputError, match="nowhere://x: Protocol not known"):
        Remote("nowhere://x").store()


def test_a_store_whose_package_is_missing_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtraError, match=r's3://b/a: .*s3fs.*"stancekit\[remote\]"'):
        Remote("s3://b/a").store()


def test_files_come_in_the_order_of_a_folder_on_disk(memory: fsspec.AbstractFileSystem) -> None:
    names = ["b.txt", "a/z.txt", "a/.hidden", "a.txt", ".git/x.txt", "a/b/c.txt"]
    memory.pipe({f"/in/{name}": b"x" for name in names})
    found = list(walk_remote(Remote("memory://in")))
    assert [id for id, _ in found] == ["a/b/c.txt", "a/z.txt", "a.txt", "b.txt"]
    assert stamp({"size": 3, "ETag": "x", "LastModified": 1}) == "3\tx"


def test_a_folder_in_a_store_gives_what_one_on_disk_does(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path
) -> None:
    folder, out = write_archive(tmp_path / "in"), tmp_path / "out.parquet"
    memory.put(str(folder), "/bucket/in", recursive=True)
    here = score_path(tiny, folder, out)
    there = score_path(tiny, "memory://bucket/in/", "memory://bucket/new/out.parquet")
    assert memory.cat("/bucket/new/out.parquet") == out.read_bytes()
    assert (there.out, there.errors_file) == (
        "memory://bucket/new/out.parquet", "memory://bucket/new/out.parquet.errors.jsonl",
    )  # fmt: skip
    own = {"out", "errors_file", "seconds"}
    assert there.model_dump(exclude=own) == here.model_dump(exclude=own)
    errors = memory.cat("/bucket/new/out.parquet.errors.jsonl").decode()
    assert errors.replace("memory://bucket/in/", f"{folder}/") == errors_file(out).read_text()
    assert not list((tmp_path / "cache" / "stancekit").iterdir())


def test_what_a_run_writes_is_no_input_of_the_next(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path
) -> None:
    memory.pipe({"/in/a.txt": story(1, 2).encode(), "/in/b.pdf": b"%PDF-1.4"})
    for _ in range(2):
        summary = score_path(tiny, "memory://in", "memory://in/out.jsonl")
        assert (summary.articles, summary.errors, summary.passed_over) == (1, 1, 0)
    memory.rm("/in/b.pdf")
    assert score_path(tiny, "memory://in", "memory://in/out.jsonl").errors_file is None
    assert memory.ls("/in", detail=False) == ["/in/a.txt", "/in/out.jsonl"]


def test_single_files_of_statements_and_of_articles(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path
) -> None:
    write_rows(tmp_path / "in.jsonl", 3)
    memory.put(str(tmp_path / "in.jsonl"), "/in.jsonl")
    memory.pipe("/a.txt", story(1, 2).encode())
    assert score_path(tiny, "memory://in.jsonl", tmp_path / "out.jsonl").statements == 3
    summary = score_path(tiny, "memory://a.txt", tmp_path / "out.jsonl")
    assert (summary.articles, rows_of(tmp_path / "out.jsonl")[0]["article"]) == (1, "a.txt")
    for url, what in (("memory://b.txt", "does not exist"), ("memory://b.xyz", "suffix '.xyz'")):
        memory.pipe("/b.xyz", b"x")
        with pytest.raises(InputError, match=f"^{url}: {what}"):
            score_path(tiny, url, tmp_path / "out.jsonl")
    with pytest.raises(InputError, match="is what is to be scored"):
        score_path(tiny, "memory://in.jsonl", "memory://in.jsonl")
    with pytest.raises(InputError, match="only for a result by URL"):
        score_path(tiny, "memory://in.jsonl", tmp_path / "out.jsonl", work=tmp_path)


def test_a_file_that_vanishes_is_told_of_and_the_rest_is_done(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 1)
    memory.pipe({f"/in/{i}.txt": story(i, 1).encode() for i in range(9)})

    def remove(done: int, total: int) -> None:
        if done == 1:
            memory.rm("/in/8.txt")

    summary = score_path(tiny, "memory://in", tmp_path / "out.jsonl", on_progress=remove)
    assert (summary.articles, summary.errors) == (8, 1)
    [problem] = rows_of(errors_file(tmp_path / "out.jsonl"))
    assert (problem["path"], problem["reason"].split(":")[0]) == ("memory://in/8.txt", "cannot be read")


def test_a_run_is_gone_on_with_and_notices_a_change(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "CHUNK_INPUTS", 1)
    memory.pipe({f"/in/{i}.txt": story(i, 1).encode() for i in range(4)})
    score_path(tiny, "memory://in", "memory://whole.jsonl")

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise StoppedError

    for work in (None, tmp_path / "work"):
        with pytest.raises(StoppedError):
            score_path(tiny, "memory://in", "memory://out.jsonl", on_progress=stop, work=work)
        assert not memory.exists("/out.jsonl")
        told: list[int] = []
        note = partial(_note, told)
        score_path(tiny, "memory://in", "memory://out.jsonl", resume=True, work=work, on_progress=note)
        assert memory.cat("/out.jsonl") == memory.cat("/whole.jsonl") and told[0] == 3
        memory.rm("/out.jsonl")
    with pytest.raises(StoppedError):
        score_path(tiny, "memory://in", "memory://out.jsonl", on_progress=stop)
    memory.pipe("/in/0.txt", story(7, 1).encode())
    with pytest.raises(InputError, match="changed since"):
        score_path(tiny, "memory://in", "memory://out.jsonl", resume=True)


def test_a_result_that_cannot_be_copied_is_not_lost(
    memory: fsspec.AbstractFileSystem, tiny: StanceClassifier, tmp_path: Path
) -> None:
    memory.pipe({"/in/a.txt": story(1, 1).encode(), "/full": b"a file, no folder"})
    target = "memory://full/out.jsonl"
    with pytest.raises(OutputError, match=f"^{target}: cannot be written"):
        score_path(tiny, "memory://in", target)
    memory.rm("/full")
    told: list[int] = []
    score_path(tiny, "memory://in", target, resume=True, on_progress=partial(_note, told))
    assert memory.exists("/full/out.jsonl") and not told
    with worked_on(Remote(target)) as local:
        assert not local.parent.exists()


# --- an object store over HTTP


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Address of an object store on this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.slow
def test_the_command_reads_a_bucket_and_writes_into_it(
    s3: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}
    store = fsspec.filesystem(
        "s3", endpoint_url=s3, key="x", secret="x", client_kwargs={"region_name": "eu-west-1"}
    )
    store.mkdir("bucket")
    folder = write_archive(tmp_path / "in")
    store.put(str(folder), "bucket/in", recursive=True)

    def run(source: object, out: str, *more: str) -> subprocess.CompletedProcess[str]:
        options = ["--out", out, "--model", str(tiny_checkpoint), *more]
        return subprocess.run(
            [sys.executable, "-m", "stancekit_cli.main", "score", str(source), *options],
            env=os.environ | keys | {"AWS_ENDPOINT_URL": s3, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True, text=True, cwd=tmp_path, check=False,
        )  # fmt: skip

    there = run("s3://bucket/in", "s3://bucket/out.jsonl")
    here = run(folder, "out.jsonl")
    assert (there.returncode, here.returncode) == (1, 1)
    assert there.stdout.split(" errors in")[0] == here.stdout.split(" errors in")[0]
    assert store.cat("bucket/out.jsonl") == (tmp_path / "out.jsonl").read_bytes()
    told = [json.loads(x) for x in store.cat("bucket/out.jsonl.errors.jsonl").splitlines()]
    assert told[0]["path"] == "s3://bucket/in/c.csv" and len(told) == 6
    assert "error: s3://bucket/in/c.csv:7: in 'de'; expected 'en'" in there.stderr
    wrong = run("s3://nobucket/in", "out.jsonl")
    assert (wrong.returncode, wrong.stderr.splitlines()) == (
        2, ["error: s3://nobucket/in: does not exist; expected a folder of articles or a file"],
    )  # fmt: skip
