"""Scoring on a cluster: portions and order, then real clusters of this machine, workers killed in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from runs import StoppedError, rows_of, story, write_archive, write_rows

from stancekit.calibration import Calibration
from stancekit.classifier import StanceClassifier
from stancekit.errors import CheckpointError, InputError, OutputError
from stancekit.records import Article
from stancekit.scoring.finished import Finished
from stancekit.scoring.inputs import Cursor, Problem, files_after
from stancekit.scoring.parts import errors_file
from stancekit.scoring.ray_cluster import connected, told
from stancekit.scoring.ray_engine import RayEngine, in_order
from stancekit.scoring.ray_workers import PORTION_INPUTS, Outcome, load, packed, portions, unpacked
from stancekit.scoring.run import fingerprint, score_path
from stancekit.scoring.sources import opened
from stancekit.scoring.stories import Stories, signature, words_of
from stancekit.scoring.writers import read_result
from stancekit_cli.main import run

os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  as fast as the test itself
LEAST = 0.5


def rounded(path: Path) -> list[dict[str, Any]]:
    """Return a result's rows, their probabilities to the precision that differs between batches."""
    rows = rows_of(path)
    for row in rows:
        for stance in row["stances"]:
            stance["probability"] = round(stance["probability"], 4)
    return rows


# --- what needs no cluster


def test_portions_hold_every_input_and_can_be_gone_on_from(tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", PORTION_INPUTS + 100)
    with opened(tmp_path / "in.jsonl") as source:
        first, second = portions(files_after(source, Cursor()))
        assert (first.end.files, first.end.items) == (0, len(first.loaded))
        assert [s.id for s in first.loaded + second.loaded] == [f"s{i}" for i in range(PORTION_INPUTS + 100)]
        assert next(iter(portions(files_after(source, first.end)))) == second
    with opened(write_archive(tmp_path / "in")) as source, pytest.raises(InputError, match="changed since"):
        list(portions(files_after(source, first.end)))


def test_a_portion_spans_files(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "in")) as source:
        whole = list(portions(files_after(source, Cursor())))
        loaded = [x for portion in whole for x in portion.loaded]
        assert whole[-1].end.files == source.total - 1
    assert sum(isinstance(x, Article) for x in loaded) == 20
    assert [x.kind for x in loaded if isinstance(x, Problem)] == ["unreadable"] * 3 + ["no article"]


def outcome(id: str, text: str, **counts: int) -> Outcome:
    rows = [b'{"id": "%s", "duplicate_of": null, "x": 0.25}\n' % id.encode()]
    found = signature(words_of(Article(id=id, text=text)))
    return Outcome(Finished(Cursor(), 0, rows, inputs=1, articles=1, **counts), id, found.tobytes())


def test_copies_are_marked_and_counted_once(tmp_path: Path) -> None:
    stories = Stories(tmp_path / "stories.db", 0)
    bad = Outcome(Finished(Cursor(), 0, problems=[Problem("b", None, "bad")], inputs=1))
    counted = {"statements": 1, "stances": 2, "abstained": 1}
    outcomes = [outcome("a", story(1), **counted), bad, outcome("c", story(1), **counted)]
    got = in_order(Cursor(2, 0, "x"), outcomes, stories)
    stories.close()
    assert b"".join(got.rows) == (
        b'{"id": "a", "duplicate_of": null, "x": 0.25}\n{"id": "c", "duplicate_of": "a", "x": 0.25}\n'
    )
    assert (got.inputs, got.articles, got.duplicates, got.problems) == (3, 2, 1, bad.part.problems)
    assert (got.statements, got.stances, got.abstained) == (1, 2, 1)


def test_objects_travel_in_tables() -> None:
    rows = [Cursor(1, 2, "x"), Problem("a", None, "b")]
    assert list(unpacked(packed(rows))) == rows


def test_a_cluster_of_no_workers_is_refused(tiny: StanceClassifier, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workers: 0; expected 1 or more"):
        RayEngine(workers=0)
    with pytest.raises(InputError, match="standard input"):
        score_path(tiny, "-", tmp_path / "out.jsonl", engine=RayEngine())


def test_workers_hold_the_model_of_the_run(tiny: StanceClassifier) -> None:
    engine, same = RayEngine(), fingerprint(tiny)
    assert fingerprint(load(engine.job(tiny, same, None, {}))) == same
    loose = Calibration(fitted_on="another set")
    other = StanceClassifier(tiny.network, tiny.encoder, tiny.codebook, loose, card=tiny.card, device="cpu")
    with pytest.raises(CheckpointError, match="differs from its checkpoint folder"):
        load(engine.job(other, fingerprint(other), None, {}))
    other = StanceClassifier(tiny.network, tiny.encoder, tiny.codebook, device="cpu")
    with pytest.raises(InputError, match="without a checkpoint folder"):
        engine.job(other, same, None, {})


# --- on a cluster of two nodes


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a cluster with two nodes of one CPU each."""
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    yield nodes.address
    nodes.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of many small files, copies and what cannot be read."""
    path = write_archive(tmp_path_factory.mktemp("ray") / "in")
    for i in range(12):
        (path / f"x{i:02}.txt").write_text(f"Headline {i}\n\n{story(100 + i, 4)}\n")
    return path


def kill_the_workers() -> int:
    """Kill the processes that hold the model, of the clusters that this process has started; return how many."""
    killed = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # has ended meanwhile
            if any("MapWorker" in part for part in process.cmdline()):
                process.kill()
                killed += 1
    return killed


@pytest.mark.slow
def test_the_result_is_the_same_though_workers_are_killed_and_the_run_is_stopped(
    cluster: str, folder: Path, tiny: StanceClassifier, tmp_path: Path
) -> None:
    here, there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    told: list[int] = []
    killed: list[int] = []

    def disturb(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 1:
            killed.append(kill_the_workers())
        if len(told) == 4:
            raise StoppedError

    score, engine = partial(score_path, tiny, folder, min_probability=LEAST), RayEngine(cluster, workers=1)
    with pytest.raises(StoppedError):
        score(there, engine=engine, on_progress=disturb)
    with pytest.raises(InputError, match="another engine; expected the same"):
        score(there, resume=True)
    other = score(there, engine=engine, resume=True, on_progress=partial(_note, told))
    assert killed == [1] and len(told) > 6 and told == sorted(told)
    one = score(here)
    assert rounded(there) == rounded(here)
    assert errors_file(there).read_bytes() == errors_file(here).read_bytes()
    own = {"out", "errors_file", "seconds"}
    assert other.model_dump(exclude=own) == one.model_dump(exclude=own)
    assert one.duplicates == 8 and one.errors == 5 and one.passed_over == 1


def _note(told: list[int], done: int, total: int) -> None:
    told.append(done)


@pytest.mark.slow
def test_what_is_wrong_in_a_worker_is_said_as_if_it_were_here(cluster: str) -> None:
    import ray

    def fail(batch: Any) -> Any:
        raise CheckpointError("w.bin: damaged")

    with pytest.raises(CheckpointError, match=r"^w\.bin: damaged$"), connected(cluster, 1), told():
        ray.data.range(1).map_batches(fail).take_all()
    with pytest.raises(OutputError, match=r"the cluster failed: .*division"), connected(cluster, 1), told():
        ray.data.range(1).map_batches(lambda x: 1 / 0).take_all()


@pytest.mark.slow
def test_the_command_starts_a_cluster_of_its_own(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", 4 * PORTION_INPUTS)
    options = ["--model", str(tiny_checkpoint), "--engine", "ray", "--workers", "1"]
    command = [
        sys.executable,
        "-m",
        "stancekit_cli.main",
        "score",
        "in.jsonl",
        "--out",
        "out.parquet",
        *options,
    ]
    got = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (got.returncode, got.stderr) == (0, "")
    assert got.stdout.startswith(f"0 articles, {4 * PORTION_INPUTS:,} statements, ")
    found = [s.id for s in read_result(tmp_path / "out.parquet")]
    assert found == [f"s{i}" for i in range(4 * PORTION_INPUTS)]


def test_what_is_wrong_with_the_options_is_said(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(tmp_path / "in.jsonl", 1)
    command = [
        "score",
        f"{tmp_path}/in.jsonl",
        "--out",
        f"{tmp_path}/o.jsonl",
        "--model",
        str(tiny_checkpoint),
    ]
    assert run([*command, "--workers", "1"]) == 2
    assert "--address and --workers: of a cluster; expected --engine ray with them" in capsys.readouterr().err
    assert run([*command, "--engine", "ray", "--address", "127.0.0.1:1"]) == 2
    assert "127.0.0.1:1: no Ray cluster there; expected" in capsys.readouterr().err.splitlines()[-1]
