"""Near-duplicates: the same story under another headline, found by MinHash (Broder 1997) in flat memory.

The signatures lie in a SQLite file beside the rows of a run. A story is committed to it before the progress
that counts it is recorded, so that after a kill what stands behind the record is cut off, as with the rows.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stancekit.errors import InputError, OutputError
from stancekit.records import Article

SAME = 0.6
"""Share of four-word sequences in common (Jaccard) from which two texts are one story."""
_WORDS = 4
_SHORT = 30  # words; shorter texts are the same only if every word is
_HASHES, _BAND = 128, 4  # 32 bands of 4: a pair at 0.6 is looked at with 98.8%, at 0.7 with 99.99%
_LOOKED_AT = 200  # most stories compared with an article, the earliest
_TABLES = """
CREATE TABLE IF NOT EXISTS story (number INTEGER PRIMARY KEY, id TEXT, signature BLOB);
CREATE TABLE IF NOT EXISTS band (key INTEGER, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_number ON band (number);
"""


class Stories:
    """The stories of a run so far.

    Args:
        path: The file that holds them; made with the first article.
        count: How many of those in it count; the rest is of a chunk that was not finished.

    Raises:
        InputError: if the file holds fewer.
    """

    def __init__(self, path: Path, count: int) -> None:
        self.path, self.count = path, count
        self._file: sqlite3.Connection | None = None
        if count and not path.exists():
            raise InputError(f"{path}: missing; expected it of an interrupted run (start without --resume)")

    def first_like(self, article: Article) -> str | None:
        """Return the id of the first story that an article nearly repeats; if there is none it becomes one.

        Raises:
            OutputError: if the file cannot be written.
        """
        return self.first_of(article.id, signature(words_of(article)))

    def first_of(self, id: str, found: NDArray[np.uint64]) -> str | None:
        """Return what ``first_like`` does of the article with this id and signature."""
        keys = [_key(i, band) for i, band in enumerate(found.reshape(-1, _BAND))]
        with _told(self.path):
            file = self._opened()
            asked = ",".join("?" * len(keys))
            rows = file.execute(
                f"SELECT id, signature FROM story WHERE number IN (SELECT number FROM band WHERE key IN ({asked}))"
                f" ORDER BY number LIMIT {_LOOKED_AT}",
                keys,
            )
            for first, other in rows:
                if np.mean(np.frombuffer(other, dtype=np.uint64) == found) >= SAME:
                    return str(first)
            file.execute("INSERT INTO story VALUES (?, ?, ?)", (self.count, id, found.tobytes()))
            file.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", ((k, self.count) for k in keys))
        self.count += 1
        return None

    def commit(self) -> None:
        """Write the stories added to disk."""
        if self._file is not None:
            with _told(self.path):
                self._file.commit()

    def close(self) -> None:
        """Close the file; what was not committed is dropped."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self) -> sqlite3.Connection:
        if self._file is None:
            # Read by one thread after another, never by two at a time.
            self._file = sqlite3.connect(self.path, check_same_thread=False)
            self._file.executescript(_TABLES)
            for table in ("story", "band"):
                self._file.execute(f"DELETE FROM {table} WHERE number >= ?", (self.count,))
            held = self._file.execute("SELECT COUNT(*) FROM story").fetchone()[0]
            if held != self.count:
                raise InputError(
                    f"{self.path}: {held:,} stories; expected {self.count:,} (start without --resume)"
                )
        return self._file


def words_of(article: Article) -> list[str]:
    """Return the words of an article's text, without its headline."""
    text = article.text.lstrip("# \n")
    if article.title and text.startswith(article.title):
        text = text[len(article.title) :]
    return re.findall(r"\w+", text.lower())


def signature(words: list[str]) -> NDArray[np.uint64]:
    """Return the 128 least hashes of a text's four-word sequences."""
    from datasketch import MinHash

    width = _WORDS if len(words) >= _SHORT else max(len(words), 1)
    found = MinHash(num_perm=_HASHES, seed=1)
    for at in range(0, max(len(words) - width + 1, 1), 10_000):  # a bounded array at a time
        part = words[at : at + 10_000 + width - 1]
        found.update_batch(
            {" ".join(part[i : i + width]).encode() for i in range(max(len(part) - width + 1, 1))}
        )
    return np.asarray(found.hashvalues, dtype=np.uint64)


def _key(number: int, band: NDArray[np.uint64]) -> int:
    digest = hashlib.blake2b(bytes([number]) + band.tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as e:
        raise OutputError(f"{path}: cannot be written: {e}") from None
