"""Read an archive of articles without labels, and say what comes out: ``python -m stancekit_eval.archive FILE.jsonl``.

A row has ``id``, ``text`` and perhaps ``title``, which is put before the text where the text lacks it. The last
line printed holds the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from stancekit.articles.reading import parse_article
from stancekit.errors import ArticleError, DataError
from stancekit.scoring.stories import Stories


class ArchiveFigures(BaseModel):
    """What reading an archive gave; shares are in [0, 1].

    Attributes:
        articles: Articles in the file.
        refused: Articles refused with a message, such as one without words.
        crashed: Ids of the articles at which reading failed in any other way.
        near_duplicates: Articles that nearly repeat an earlier one, as a scoring run would mark them.
        statements: Statements in all.
        unknown: Share of the attributed statements whose speaker is unknown.
        kinds: Statements by kind.
        speakers: Speakers other than the narrator, summed over articles.
        seconds: Wall time in all.
    """

    articles: int = 0
    refused: int = 0
    crashed: list[str] = []
    near_duplicates: int = 0
    statements: int = 0
    unknown: float = 0.0
    kinds: dict[str, int] = {}
    speakers: int = 0
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """Return the figures as lines of plain text."""
        read = max(1, self.articles - self.refused - len(self.crashed))
        kinds = ", ".join(f"{k} {n / max(1, self.statements):.2f}" for k, n in sorted(self.kinds.items()))
        return [
            f"articles                {self.articles:,} ({self.refused} refused, {len(self.crashed)} crashed)",
            f"near-duplicates         {self.near_duplicates:,}",
            f"statements an article   {self.statements / read:.1f}",
            f"speakers an article     {self.speakers / read:.1f}",
            f"unknown of attributed   {self.unknown:.3f}",
            f"kinds                   {kinds}",
            f"seconds an article      {self.seconds / max(1, self.articles):.3f}",
            *(f"crashed: {id}" for id in self.crashed),
        ]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of an archive.

    Raises:
        DataError: naming the line that has no id or text.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                row["id"], row["text"]
            except (ValueError, KeyError, TypeError) as e:
                raise DataError(f"{path}:{number}: {e!r}; expected a row with id and text") from None
            yield row


def _text(row: dict[str, Any]) -> str:
    title = (row.get("title") or "").strip()
    return row["text"] if not title or title in row["text"][:500] else f"{title}\n\n{row['text']}"


def measure(rows: Iterator[dict[str, Any]]) -> ArchiveFigures:
    """Read each article by itself and return the figures; an article that fails is counted and passed over."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Stories(Path(folder) / "stories.sqlite", 0)) as stories,
    ):
        return _measure(rows, stories)


def _measure(rows: Iterator[dict[str, Any]], stories: Stories) -> ArchiveFigures:
    figures, kinds, unknown, start = ArchiveFigures(), Counter[str](), 0, time.perf_counter()
    for row in rows:
        figures.articles += 1
        try:
            article = parse_article(_text(row), str(row["id"]))
        except ArticleError:
            figures.refused += 1
            continue
        except Exception:
            figures.crashed.append(str(row["id"]))
            continue
        statements = article.statements
        figures.near_duplicates += stories.first_like(article) is not None
        figures.statements += len(statements)
        kinds.update(s.kind or "none" for s in statements)
        spoken = [s.speaker for s in statements if s.kind != "narration"]
        unknown += spoken.count(None)
        figures.speakers += len({s for s in spoken if s})
    figures.kinds = dict(kinds)
    figures.unknown = unknown / max(1, figures.statements - kinds["narration"])
    figures.seconds = time.perf_counter() - start
    return figures


def main() -> None:
    """Print the figures of a file."""
    parser = argparse.ArgumentParser(description="Read an archive of articles and count what comes out.")
    parser.add_argument("file", type=Path)
    args = parser.parse_args()
    figures = measure(read_rows(args.file))
    print(*figures.lines(), figures.model_dump_json(), sep="\n")


if __name__ == "__main__":
    main()
