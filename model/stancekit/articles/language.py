"""Which language a text is in (py3langid: Lui and Baldwin 2012), or that it is too short to tell."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LEAST_LETTERS = 100
"""Letters that a text in an alphabet needs to be judged."""
LEAST_SIGNS = 20
"""The same for a text in syllables or ideographs."""
LEAST_CONFIDENCE = 0.95
"""Below this the language is not told."""
_SAMPLE = 20_000


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language; None if that is not sure."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    signs = sum(c > "\u0e00" and c.isalpha() for c in sample)  # Thai and what comes after it
    if letters < LEAST_LETTERS and signs < LEAST_SIGNS:
        return None
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= LEAST_CONFIDENCE and len(language) == 2 else None


def same_language(found: str | None, wanted: str) -> bool:
    """Tell whether a language found may be the one wanted (``en``, ``en-GB``); an unsure one may."""
    return found is None or found == wanted.lower().replace("_", "-").split("-")[0]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
