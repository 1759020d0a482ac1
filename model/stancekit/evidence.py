"""The words a stance rests on: the stretch of the statement where its target's attention gathers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from stancekit.records import Evidence

REACH = 4
"""Tokens on either side that lend a token some of their weight, less with distance."""
LEVEL = 0.3
"""How far from the peak the stretch goes: while the weight is at least this share of the peak's."""

_WORD = re.compile(r"\w")
_BEFORE = " \t\r\n,;:.!?…'\"‘’“”«»()[]-–—"
_AFTER = " \t\r\n,;:'\"‘’“”«»()[]-–—"


def find_evidence(
    text: str, spans: Sequence[tuple[int, int]], weights: Sequence[float], *, level: float = LEVEL
) -> Evidence | None:
    """Return the contiguous words around the peak of the attention.

    Attention falls on single words; a reader marks a phrase. So each token first takes the mean over its
    neighbourhood (a triangle of ``REACH``), and the stretch goes from the peak to both sides while the weight
    stays above ``level``. It is widened to whole words, and punctuation at its ends is left out.

    Args:
        text: The statement's text.
        spans: Character span of each token.
        weights: Attention of the target on each token; any scale, none negative.
        level: As a share of the peak.
    """
    if not spans:
        return None
    near = np.arange(1, REACH + 1)
    triangle = np.concatenate([near, [REACH + 1], near[::-1]])
    smooth = np.convolve(weights, triangle)[REACH:-REACH]
    first = last = int(smooth.argmax())
    least = level * smooth[first]
    while first > 0 and smooth[first - 1] >= least:
        first -= 1
    while last < len(smooth) - 1 and smooth[last + 1] >= least:
        last += 1
    left, right = _whole_words(text, spans[first][0], spans[last][1])
    return Evidence(start=left, end=right, text=text[left:right]) if right > left else None


def _whole_words(text: str, left: int, right: int) -> tuple[int, int]:
    """Return the run widened to whole words, without punctuation at its ends unless there is nothing else."""
    while left > 0 and _WORD.match(text[left - 1]) and _WORD.match(text[left]):
        left -= 1
    while right < len(text) and _WORD.match(text[right - 1]) and _WORD.match(text[right]):
        right += 1
    run = text[left:right]
    before, after = (_BEFORE, _AFTER) if run.strip(_BEFORE) else (None, None)
    return left + len(run) - len(run.lstrip(before)), right - len(run) + len(run.rstrip(after))
