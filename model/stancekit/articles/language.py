"""Which language a text is in (py3langid: Lui and Baldwin 2012), or that it is too short to tell."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LEAST_LETTERS = 100
"""Letters that a text needs to be judged."""
LEAST_OTHER = 20
"""The same for a text in another script than the Latin."""
LEAST_CONFIDENCE = 0.95
"""Below this the language is not told."""
LEAST_IN_SCRIPT = 0.5
"""The same for a text in another script than the Latin: its neighbours may be mixed up, but it is not English."""
_SAMPLE = 20_000
_LATIN = "\u036f"  # letters up to here are Latin


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language; None if that is not sure."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    other = sum(c > _LATIN and c.isalpha() for c in sample) > letters / 2
    if letters < (LEAST_OTHER if other else LEAST_LETTERS):
        return None
    language, confidence = _identifier().classify(sample)
    sure = confidence >= (LEAST_IN_SCRIPT if other else LEAST_CONFIDENCE)
    return str(language) if sure and len(language) == 2 else None


def same_language(found: str | None, wanted: str) -> bool:
    """Tell whether a language found may be the one wanted (``en``, ``en-GB``); an unsure one may."""
    return found is None or found == wanted.lower().replace("_", "-").split("-")[0]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
