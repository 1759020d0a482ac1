"""Broken files of every format never end a run: each is read, or listed with a reason.

``MUTATIONS=10000 pytest tests/test_mutations.py`` scores so many; ``python tests/mutations.py`` reads and parses them.
"""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from mutations import MUTATIONS, mutated
from runs import rows_of

from stancekit.classifier import StanceClassifier
from stancekit.formats.child import SECONDS
from stancekit.scoring.parts import errors_file
from stancekit.scoring.run import score_path

COUNT = int(os.environ.get("MUTATIONS", "400"))


def test_broken_files_are_read_or_listed(tiny: StanceClassifier, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.jsonl"
    folder.mkdir()
    names = []
    for number, (name, _, data) in enumerate(mutated(COUNT)):
        names.append(f"{number:05}-{name}")
        (folder / names[-1]).write_bytes(data)
    moments = [time.monotonic()]
    summary = score_path(
        tiny, folder, out, any_language=True, on_progress=lambda *_: moments.append(time.monotonic())
    )
    assert max(b - a for a, b in itertools.pairwise(moments)) < SECONDS
    problems = rows_of(errors_file(out))
    rows = rows_of(out)
    read = {r["article"][: len("00000-")] for r in rows}
    told = {Path(p["path"]).relative_to(folder).parts[0][: len("00000-")] for p in problems}
    assert read | told == {n[: len("00000-")] for n in names}
    assert all("expected" in p["reason"] and "\n" not in p["reason"] for p in problems)
    assert not [p for p in problems if "crashed" in p["reason"] or p["reason"].startswith("took over")]
    assert summary.errors + summary.passed_over == len(problems) > COUNT // 3
    assert len(read) > COUNT // 10
    assert len({r["id"] for r in rows}) == len(rows)


def test_the_generator_gives_the_same_files_for_the_same_seed() -> None:
    first, again, other = ([x.data for x in mutated(100, seed)] for seed in (0, 0, 1))
    assert first == again and first != other
    used = {how for x in mutated(400) for how in x.how.split("+")}
    assert used == {m.__name__ for m in MUTATIONS}
