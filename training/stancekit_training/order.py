"""The order of the training rows: shuffled, rows of like length side by side, the same for seed and epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

POOL = 32
"""Batches that are drawn together and sorted by length: little padding, yet shuffled."""


class LengthOrder(Sampler[int]):
    """Row numbers of one epoch.

    Args:
        lengths: Tokens of each row.
        batch_size: Rows a batch.
        seed: With the epoch, the only source of the order; so a resumed run sees what an undisturbed one sees.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self.lengths, self.batch_size, self.seed, self.epoch = np.asarray(lengths), batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; the training loop calls it."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng([self.seed, self.epoch])
        order = random.permutation(len(self.lengths))
        step = self.batch_size * POOL
        batches = []
        for at in range(0, len(order), step):
            pool = order[at : at + step]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            batches += [pool[i : i + self.batch_size] for i in range(0, len(pool), self.batch_size)]
        # A short batch stays last, so that the trainer's own cut into batches falls on the same borders.
        short = [b for b in batches if len(b) < self.batch_size]
        full = [b for b in batches if len(b) == self.batch_size]
        for i in random.permutation(len(full)):
            yield from (int(x) for x in full[i])
        for batch in short:
            yield from (int(x) for x in batch)
