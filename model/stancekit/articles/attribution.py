"""Find in one sentence the words that attribute it, and the phrase that names the speaker.

Works on spaCy's dependency parse: of all the words of a sentence that attribute, those nearest to its root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stancekit.articles.candidates import Attribution, can_speak, candidate
from stancekit.articles.roles import MEDIA

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


def find_attribution(sent: Span, quoted: Callable[[Token], bool]) -> Attribution | None:
    """Return the attribution of a sentence: the one nearest to the root of its parse, or None.

    Args:
        sent: The sentence, parsed.
        quoted: Tells whether a token stands inside a quotation.
    """
    has_quote = any(quoted(t) for t in sent)
    found = []
    for token in sent:
        if quoted(token):
            continue
        attributed, cost = candidate(token, has_quote, quoted)
        if attributed is not None and can_speak(attributed.subject):
            found.append((cost + _depth(token) + 3 * _is_media(attributed.subject), token.i, attributed))
    return min(found, key=lambda x: x[:2])[2] if found else None


def _depth(token: Token) -> int:
    depth = 0
    while token.head.i != token.i:
        depth += token.dep_ not in ("conj", "parataxis")
        token = token.head
    return depth


def _is_media(subject: Token) -> bool:
    """Tell whether a subject is a news agency, which passes on what others say."""
    name = {t.lower_ for t in subject.subtree}
    return bool(name & MEDIA) or (subject.lower_ in ("agency", "channel") and "news" in name)
