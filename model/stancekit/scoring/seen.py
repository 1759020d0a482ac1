"""Which ids have been seen, in eight bytes each, so that a file of many million statements can be checked."""

from __future__ import annotations

import hashlib

import numpy as np

_RECENT = 1 << 16


class SeenIds:
    """A set of ids by their 64-bit hashes.

    Two different ids are taken for the same with a probability of about n² / 2^65: 3e-8 for a million ids.
    """

    def __init__(self) -> None:
        self._sorted = np.empty(0, dtype=np.uint64)
        self._recent: set[int] = set()

    def add(self, id: str) -> bool:
        """Add an id; return whether it is new."""
        key = int.from_bytes(hashlib.blake2b(id.encode(), digest_size=8).digest(), "little")
        if key in self._recent or self._holds(np.uint64(key)):
            return False
        self._recent.add(key)
        if len(self._recent) >= _RECENT:
            recent = np.fromiter(self._recent, dtype=np.uint64, count=len(self._recent))
            self._sorted = np.sort(np.concatenate([self._sorted, recent]), kind="stable")
            self._recent.clear()
        return True

    def _holds(self, key: np.uint64) -> bool:
        at = int(np.searchsorted(self._sorted, key))
        return at < len(self._sorted) and bool(self._sorted[at] == key)
