"""Hold statements out for dev: whole articles and groups, never single rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stancekit.errors import DataError
from stancekit.records import Statement


def hold_out(
    statements: Sequence[Statement], share: float, seed: int
) -> tuple[list[Statement], list[Statement]]:
    """Return (train, dev), the dev part about ``share`` of the statements; the same for the same seed.

    Raises:
        DataError: if the statements are all of one article or group.
    """
    unit = [s.article or s.group or s.id for s in statements]
    names = sorted(set(unit))
    if len(names) < 2:
        raise DataError(
            f"data.train: {len(statements)} statements of one article or group; expected two or more to split"
        )
    order = np.random.default_rng(seed).permutation(len(names))
    held: set[str] = set()
    for i in order[:-1]:
        if sum(u in held for u in unit) >= share * len(statements):
            break
        held.add(names[i])
    train = [s for s, u in zip(statements, unit, strict=True) if u not in held]
    return train, [s for s, u in zip(statements, unit, strict=True) if u in held]
