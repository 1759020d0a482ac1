"""Proper names in a parsed text: where one begins and ends, its titles, the roles told beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stancekit.actors.gazetteer import builtin
from stancekit.articles.cues import words
from stancekit.articles.roles import ABBREVIATED, BODIES, PEOPLE, TITLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_PARTICLES = words(
    "al el bin ibn ben de del della da di du dos la le van von der den ter abu um umm ould mint y ag uí"
)


_NO_NAME = ("PRON", "DET", "ADP", "AUX", "VERB", "SCONJ", "CCONJ", "ADV", "PUNCT", "SYM")


def name_words(name: str) -> list[str]:
    """Return a name's words in lower case, without possessive endings and marks."""
    plain = re.sub(r"['’]s?(?!\w)", "", name.lower()).replace("’", "'").replace(".", " ")
    return [w for w in plain.split() if w.strip("'-")]


def country_or_word(word: str) -> str:
    """Return the country that a word in lower case is of (``polish``, ``warsaw``), or else the word."""
    entry = builtin().lookup(word.capitalize()) or builtin().lookup(word.upper())
    return entry.name if entry is not None else word


def meaning(token: Token) -> str:
    """Return a word for comparison: in lower case, a nationality or capital as the name of its country."""
    return country_or_word(bare(token))


def bare(token: Token) -> str:
    """Return a token's text in lower case without a full stop."""
    return str(token.lower_).rstrip(".")


def is_title(token: Token) -> bool:
    """Tell whether a token is a title or role word before a name."""
    return bare(token).rsplit("-", 1)[-1] in TITLES or (token.text[-1:] == "." and len(token) > 2)


def is_demonym(token: Token) -> bool:
    """Tell whether a token is a nationality: ``Dutch``, ``Ivorian``."""
    if token.ent_type_ == "NORP":
        return True
    entry = builtin().lookup(token.text) if token.text[:1].isupper() else None
    return entry is not None and entry.kind == "state" and entry.name != token.text


def name_run(token: Token) -> list[Token]:
    """Return the tokens of the proper name around a token, titles included."""
    doc = token.doc
    first = last = token.i
    while first > 0 and _joins(doc[first - 1], doc[first]):
        first -= 1
    while last + 1 < len(doc) and _joins(doc[last + 1], doc[last]):
        last += 1
    while first < last and not _capital(doc[first]):
        first += 1
    while last > first and not _capital(doc[last]):
        last -= 1
    return list(doc[first : last + 1])


def _capital(token: Token) -> bool:
    return bool(token.text[:1].isupper()) or bare(token) == "al"


def _hyphen(token: Token) -> bool:
    return (
        token.text in ("-", "–") and token.i > 0 and not token.whitespace_ and not token.nbor(-1).whitespace_
    )


def _joins(token: Token, neighbour: Token) -> bool:
    """Tell whether a token belongs to the same name as the token beside it."""
    later = token if token.i > neighbour.i else neighbour
    if token.is_space or later.is_sent_start or (neighbour.text == "’s" or neighbour.text == "'s"):
        return False
    if _hyphen(token) or (_hyphen(neighbour) and token.text[:1].isalpha()):
        return True
    if token.text.islower() and bare(token) in _PARTICLES:
        return True
    if token.text in ("'s", "’s") or token.ent_type_ in ("DATE", "TIME"):
        return False
    if token.pos_ in _NO_NAME and not (token.ent_type_ == "PERSON" and token.text.isalpha()):
        return False
    return bool(token.text[:1].isupper())


def is_rank(token: Token) -> bool:
    """Tell whether a word is a title that only persons bear: ``Minister``, ``Gen.``, ``spokesman``."""
    word = bare(token).rsplit("-", 1)[-1]
    return word in ABBREVIATED or (word in PEOPLE and word in TITLES)


def strip_titles(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a name without the titles, offices and nationalities before it."""
    ranks = [n for n, t in enumerate(tokens[:-1]) if is_rank(t)]
    if ranks:  # "EU Enlargement Commissioner Ana Ruiz"
        tokens = tokens[ranks[-1] + 1 :]
    while len(tokens) > 1 and (
        is_demonym(tokens[0])
        or not tokens[0].text[0].isalnum()
        or (ranks and is_title(tokens[0]))
        or (len(tokens) > 2 and is_place(tokens[0].text))
    ):
        tokens = tokens[1:]
    return tokens


def is_place(name: str) -> bool:
    """Tell whether a name is a country's, a capital's or a known body's."""
    entry = builtin().lookup(name)
    return entry is not None and entry.kind != "leader"


def is_leader(name: str) -> bool:
    """Tell whether a name is a known leader's."""
    entry = builtin().lookup(name)
    return entry is not None and entry.kind == "leader"


def text_of(tokens: list[Token]) -> str:
    """Return the words of tokens on one line; a gap between them counts as one blank."""
    parts = []
    for at, token in enumerate(tokens):
        gap = at + 1 < len(tokens) and tokens[at + 1].i > token.i + 1
        parts.append(token.text + (" " if gap or token.whitespace_ else ""))
    return " ".join("".join(parts).split())


def describes_person(name: list[Token]) -> bool:
    """Tell whether the words after a name make its bearer a person: a role, an age, "who" or "she"."""
    if len(name) < 2:
        return is_leader(name[0].text)
    following = name[0].doc[name[-1].i + 1 : name[-1].i + 4]
    aged = (
        len(following) == 3 and following[0].text == following[2].text == "," and following[1].text.isdigit()
    )
    who = any(t.lower_ == "who" for t in following[:2])
    ahead = name[0].nbor(-1) if name[0].i else None
    titled = ahead is not None and (is_rank(ahead) or ahead.text in PEOPLE)
    plain = not any(bare(t) in TITLES or bare(t) in BODIES for t in name)
    pronoun = plain and any(t.lower_ in ("he", "she") for t in name[0].sent if t.i > name[-1].i)
    return bool(aged or who or titled or pronoun or roles_around(name, before=False) & PEOPLE)


def roles_around(name: list[Token], reach: int = 9, before: bool = True) -> set[str]:
    """Return the words beside a name that describe its bearer.

    ``Polish Prime Minister [Donald Tusk]``, ``the envoy, [Ingrid Berg],`` and ``[Ingrid Berg], the envoy,``.
    """
    doc, first, last = name[0].doc, name[0].i, name[-1].i
    ahead = _back(doc, first - 1, reach, stop=("ADP", "DET")) if before else []
    if before and first > 1 and doc[first - 1].text == "," and not ahead:
        ahead = _back(doc, first - 2, reach)
        if not any(bare(t) in PEOPLE or bare(t) in TITLES for t in ahead):
            ahead = []
    after: list[Token] = []
    if last + 2 < len(doc) and doc[last + 1].text == ",":
        for token in doc[last + 2 : last + 2 + reach]:
            if token.pos_ in ("VERB", "AUX"):  # "..., the bishop said, ...": an aside, no apposition
                after = []
            if (
                token.pos_ in ("VERB", "AUX")
                or (token.is_punct and not _hyphen(token))
                or token.is_sent_start
                or token.tag_[0] == "W"
            ):
                break
            after.append(token)
    return {bare(t) for t in [*ahead, *after] if t.text[0].isalpha() and t.pos_ not in ("DET", "ADP", "PRON")}


def _back(doc: Doc, at: int, reach: int, stop: tuple[str, ...] = ()) -> list[Token]:
    found: list[Token] = []
    while at >= 0 and len(found) < reach and not doc[at].is_space:
        token = doc[at]
        if (token.is_punct and not _hyphen(token)) or token.pos_ in ("VERB", "AUX", "SCONJ", "CCONJ", *stop):
            break
        found.append(token)
        if token.is_sent_start:
            break
        at -= 1
    return found
