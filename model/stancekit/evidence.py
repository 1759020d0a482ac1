"""The words a stance rests on: the stretch of the statement where its target's attention gathers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stancekit.records import Evidence

_WORD = re.compile(r"\w")


def find_evidence(text: str, spans: Sequence[tuple[int, int]], weights: Sequence[float]) -> Evidence | None:
    """Return the contiguous words with the most attention above average.

    The stretch is the maximum-sum run of (weight - mean weight), Bentley's problem, widened to whole words.

    Args:
        text: The statement's text.
        spans: Character span of each token.
        weights: Attention of the target on each token; any scale.
    """
    if not spans:
        return None
    mean = sum(weights) / len(weights)
    best, start, total, found = 0.0, 0, 0.0, (0, len(spans) - 1)
    for i, weight in enumerate(weights):
        if total <= 0:
            start, total = i, 0.0
        total += weight - mean
        if total > best:
            best, found = total, (start, i)
    left, right = spans[found[0]][0], spans[found[1]][1]
    while left > 0 and _WORD.match(text[left - 1]) and _WORD.match(text[left]):
        left -= 1
    while right < len(text) and _WORD.match(text[right - 1]) and _WORD.match(text[right]):
        right += 1
    while left < right and text[left].isspace():
        left += 1
    return Evidence(start=left, end=right, text=text[left:right]) if right > left else None
