"""Where the rows come from that baselines are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stancekit.codebook import Codebook
from stancekit.errors import DataError
from stancekit.records import Statement
from stancekit.statements import read_statements


def read_rows(path: str | Path, codebook: Codebook) -> list[Statement]:
    """Return the labelled statements of a JSONL file, or of all below a folder in the order of their names.

    Raises:
        DataError: if there is no such file, or a line is not what it should be.
    """
    path = Path(path)
    if not path.is_dir():
        return read_statements(path, codebook)
    files = sorted(path.rglob("*.jsonl"))
    if not files:
        raise DataError(f"{path}: no *.jsonl below this folder; expected files of labelled statements")
    return [statement for file in files for statement in read_statements(file, codebook)]


def default_rows(codebook: Codebook) -> Path | None:
    """Return the folder of training seeds for a codebook, None if it has none.

    That is ``seeds/<codebook's name>/train`` below the working directory, or in the repository that stancekit
    runs from; the wheel holds no seeds.
    """
    for root in (Path.cwd(), Path(__file__).parents[2]):
        folder = root / "seeds" / codebook.name / "train"
        if folder.is_dir():
            return folder
    return None


def without_overlap(rows: Sequence[Statement], held_out: Sequence[Statement]) -> list[Statement]:
    """Return the rows whose text is not among the held-out ones, so that none is learned from the test."""
    seen = {s.text for s in held_out}
    return [s for s in rows if s.text not in seen]
