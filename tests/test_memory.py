"""A run needs no more memory the longer it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stancekit_eval.generated import generated
from stancekit_eval.memory import measured_file

pytest.importorskip("resource")
ROWS, WEIGHT = 4000, 10_000


def test_generated_text_is_the_same_however_much_is_asked_for() -> None:
    assert list(generated("statements", 3)) == list(generated("statements", 5))[:3]
    assert list(generated("articles", 2)) != list(generated("articles", 2, seed=1))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Titles cost nothing to score, but whoever kept the statements would have 40 MB of them in the end."""
    with (tmp_path / "in.jsonl").open("w") as file:
        for row in generated("statements", ROWS):
            title = (f"{row['id']} " * WEIGHT)[:WEIGHT]
            file.write(json.dumps(row | {"context": [], "title": title}) + "\n")
    found = measured_file(tmp_path / "in.jsonl", ".jsonl", 1)
    assert found["statements"] == ROWS and found["result_mb"] > 0.9 * ROWS * WEIGHT / 2**20
    assert found["last_quarter_mb"] - found["first_quarter_mb"] < 22
