"""stancekit: who said what, toward whom, with what stance.

    from stancekit import StanceClassifier
    clf = StanceClassifier.from_pretrained()
    clf.predict("Send our soldiers home.", speaker="the opposition leader").stances

Names are loaded on first use, so that importing the package costs little.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stancekit.articles.reading import parse_article, read_article, read_articles
    from stancekit.classifier import StanceClassifier
    from stancekit.codebook import Codebook
    from stancekit.errors import StancekitError
    from stancekit.records import Article, Evidence, Stance, Statement
    from stancekit.scoring.run import score_path
    from stancekit.statements import read_statements

__version__ = metadata.version("stancekit")

_HOME = {
    "Article": "records",
    "Codebook": "codebook",
    "Evidence": "records",
    "Stance": "records",
    "StanceClassifier": "classifier",
    "StancekitError": "errors",
    "Statement": "records",
    "parse_article": "articles.reading",
    "read_article": "articles.reading",
    "read_articles": "articles.reading",
    "read_statements": "statements",
    "score_path": "scoring.run",
}

__all__ = [
    "Article",
    "Codebook",
    "Evidence",
    "Stance",
    "StanceClassifier",
    "StancekitError",
    "Statement",
    "parse_article",
    "read_article",
    "read_articles",
    "read_statements",
    "score_path",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'stancekit' has no attribute {name!r}")
    return getattr(import_module(f"stancekit.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
