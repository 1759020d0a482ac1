"""Inputs of runs, and ways to stop them before they are done."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from format_files import zip_of
from processes import Process

import stancekit.scoring.inputs as inputs
from stancekit.classifier import StanceClassifier
from stancekit.scoring.parts import errors_file, parts_folder
from stancekit.scoring.run import score_path

LEAST = 0.6
ACTORS = ("Iran", "Turkey", "Israel", "Russia", "Armenia", "France")
ACTIONS = ("must withdraw from", "should open talks with", "stands behind the attack on", "arms rebels in")
GERMAN = (
    "Der Minister sagte am Montag, die Gespräche über den neuen Kai seien gescheitert und würden nicht wieder "
    "aufgenommen. Niemand habe das Papier gelesen, erklärte er vor der Presse im alten Rathaus der Stadt."
)


def sentence(random_: random.Random) -> str:
    one, two = random_.sample(ACTORS, 2)
    return f"{one} {random_.choice(ACTIONS)} {two}, and {random_.randint(2, 99)} people were told so."


def write_rows(path: Path, count: int, seed: int = 0) -> list[dict[str, Any]]:
    random_ = random.Random(seed)
    rows = [
        {
            "id": f"s{i}",
            "text": sentence(random_),
            "speaker": random_.choice(ACTORS),
            "context": [sentence(random_)],
        }
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return rows


def story(seed: int, sentences: int = 14) -> str:
    """Return a story unlike that of any other seed."""
    random_ = random.Random(seed)
    return " ".join(
        f"{random_.choice(ACTORS)} {random_.choice(ACTIONS)} {random_.choice(ACTORS)}, a speaker from the "
        f"{random_.choice(['northern', 'southern', 'eastern', 'western', 'upper', 'lower'])} "
        f"{random_.choice(['province', 'harbour', 'valley', 'market', 'island', 'bridge', 'college', 'mill'])} said, "
        f"and {random_.randint(2, 999)} {random_.choice(['people', 'boats', 'tents', 'trucks', 'letters'])} were "
        f"{random_.choice(['counted', 'moved', 'lost', 'found', 'sold', 'burned'])} on the {random_.randint(1, 31)}th."
        for _ in range(sentences)
    )


def write_archive(folder: Path) -> Path:
    """Write a folder with rows, members, copies, another language and what is no article."""
    folder.mkdir()
    (folder / "a.txt").write_text(f"First headline\n\n{story(1)}\n")
    (folder / "b.txt").write_text(f"Quite another headline\n\nVALLEY (Wire) - {story(1)} It rained.\n")
    rows = io.StringIO(newline="")
    writer = csv.writer(rows)
    writer.writerow(["id", "title", "text", "date"])
    for i in range(5):
        writer.writerow([f"r{i}", f"Row {i}", story(10 + i, 4), f"2020-01-0{i + 1}"])
    writer.writerow(["r5", "Copy", story(1), "2020-02-01"])
    writer.writerow(["r6", "Fremd", GERMAN, "2020-02-02"])
    writer.writerow(["r7", "Empty", "", "2020-02-03"])
    (folder / "c.csv").write_text(rows.getvalue())
    members = {f"{i}.txt": f"Member {i}\n\n{story(20 + i, 3)}".encode() for i in range(4)}
    (folder / "d.zip").write_bytes(
        zip_of(members | {"bad.pdf": b"%PDF-1.4", "e.csv": rows.getvalue().encode()})
    )
    (folder / "labels.jsonl").write_text(json.dumps({"id": "x", "text": story(1), "stances": []}))
    return folder


def write_stories(folder: Path, count: int) -> Path:
    """Write a folder of short articles, each a story of its own: 0.txt, 1.txt, ..."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.txt").write_text(story(number, 1) + "\n")
    return folder


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class StoppedError(Exception):
    pass


def interrupt(classifier: StanceClassifier, source: Path, out: Path, after: int) -> None:
    """Leave the work of a run that stopped after some chunks of one input each."""

    def stop(done: int, total: int) -> None:
        if done >= after:
            raise StoppedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "CHUNK_INPUTS", 1)
        with pytest.raises(StoppedError):
            score_path(classifier, source, out, on_progress=stop)
    assert parts_folder(out).is_dir()


def kill_before_line(number: int, module: str = "parts.py") -> None:
    """Let this process die at the n-th line it runs of a module, by default of what writes the work in progress."""
    left = [number]

    def trace(frame: Any, event: str, arg: object) -> Any:
        if not frame.f_code.co_filename.endswith(f"scoring/{module}"):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    threading.settrace(trace)  # reading and writing have threads of their own
    sys.settrace(trace)


def check_kills_at_lines(
    resume: Callable[[], object], out: Path, whole: Path, step: int, module: str = "parts.py"
) -> None:
    """Kill a run before every so many lines of a module, resume it each time, and compare with an undisturbed one.

    Args:
        resume: Begins or goes on with the run.
        out: Its result.
        whole: The result of the undisturbed run.
        step: Lines from one kill to the next.
        module: Whose lines count.
    """

    def resumed(line: int | None = None) -> int:
        if line is not None:
            kill_before_line(line, module)
        resume()
        return 0

    line = 0
    while Process(partial(resumed, line), out.parent).wait().code == -signal.SIGKILL:
        assert Process(resumed, out.parent).wait().code == 0
        assert out.read_bytes() == whole.read_bytes(), line
        assert errors_file(out).read_bytes() == errors_file(whole).read_bytes(), line
        assert not parts_folder(out).exists()
        line += step
    assert line > 100


def score_in_turn(model: Path, source: Path, folder: Path, chunks: list[int], threads: list[int]) -> None:
    """Score with chunks of each size and each number of threads; to be run in a process of its own."""
    import torch

    classifier = StanceClassifier.from_pretrained(model, device="cpu")
    for count in threads:
        torch.set_num_threads(count)
        for size in chunks:
            inputs.CHUNK_INPUTS = size
            score_path(classifier, source, folder / f"{count}-{size}.jsonl", all_scores=True)
