"""The persons and bodies that an article names: fullest name, roles, gender, where they are mentioned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stancekit.actors.gazetteer import builtin
from stancekit.articles.cues import words
from stancekit.articles.roles import HE, PEOPLE, SHE, TITLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_PARTICLES = words(
    "al el bin ibn ben de del della da di du dos la le van von der den ter abu um umm ould mint y ag uí"
)
_LAND = words("district province region village city town airport river valley street square prison")
_NO_NAME = ("PRON", "DET", "ADP", "AUX", "VERB", "SCONJ", "CCONJ", "ADV", "PUNCT", "SYM")


@dataclass
class Entity:
    """A person or body of the article under its fullest name.

    Attributes:
        name: The fullest name, or the words that describe it where the article has no name.
        person: True for one person.
        roles: Words that the article has beside the name, in lower case: minister, polish, spokesman.
        female: True for "she", False for "he", None if the article does not tell.
        places: Numbers of the tokens that begin a mention.
    """

    name: str
    person: bool
    roles: set[str] = field(default_factory=set)
    female: bool | None = None
    places: list[int] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The name's words in lower case, without possessive endings."""
        return name_words(self.name)

    @property
    def meanings(self) -> set[str]:
        """Its roles and the words of its name, with nationalities as countries."""
        return {_meaning(w) for w in self.roles | set(self.words)}

    def last_before(self, place: int) -> int:
        """Return the last mention before a token, or -1."""
        return max((p for p in self.places if p < place), default=-1)


def name_words(name: str) -> list[str]:
    """Return a name's words in lower case, without possessive endings and marks."""
    plain = re.sub(r"['’]s?(?!\w)", "", name.lower()).replace("’", "'").replace(".", " ")
    return [w for w in plain.split() if w.strip("'-")]


def _meaning(word: str) -> str:
    entry = builtin().lookup(word.capitalize()) or builtin().lookup(word.upper())
    return entry.name if entry is not None else word


def meaning(token: Token) -> str:
    """Return a word for comparison: in lower case, a nationality or capital as the name of its country."""
    return _meaning(bare(token))


def bare(token: Token) -> str:
    """Return a token's text in lower case without a full stop."""
    return str(token.lower_).rstrip(".")


def is_title(token: Token) -> bool:
    """Tell whether a token is a title or role word before a name."""
    return bare(token) in TITLES or (token.text[-1:] == "." and len(token) > 2)


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


def strip_titles(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a name without the titles and nationalities before it."""
    while len(tokens) > 1 and (
        is_title(tokens[0])
        or is_demonym(tokens[0])
        or not tokens[0].text[0].isalnum()
        or (len(tokens) > 2 and _is_place(tokens[0].text))
    ):
        tokens = tokens[1:]
    return tokens


def _is_place(name: str) -> bool:
    return builtin().lookup(name) is not None


def text_of(tokens: list[Token]) -> str:
    """Return the words of tokens on one line; a gap between them counts as one blank."""
    parts = []
    for at, token in enumerate(tokens):
        gap = at + 1 < len(tokens) and tokens[at + 1].i > token.i + 1
        parts.append(token.text + (" " if gap or token.whitespace_ else ""))
    return " ".join("".join(parts).split())


def persons(doc: Doc) -> list[Entity]:
    """Return the persons that a parsed doc names, each with all its mentions and roles."""
    found: list[Entity] = []
    for ent in doc.ents:
        if ent.label_ not in ("PERSON", "ORG") or ent.text.isupper() or _beside_place(ent[0], ent[-1]):
            continue
        name = strip_titles(name_run(ent[-1]))
        if is_title(name[-1]) or (ent.label_ == "ORG" and not describes_person(name)):
            continue
        if len(name) > 1 or not _is_place(name[0].text):
            mention(found, name, person=True)
    return found


def describes_person(name: list[Token]) -> bool:
    """Tell whether the words beside a name make its bearer a person: ``[Name], a retired ambassador``."""
    after = roles_around(name, before=False)
    return len(name) > 1 and bool(
        after & PEOPLE or any(t.dep_ == "relcl" and "who" in t.sent.text for t in name[-1].children)
    )


def _beside_place(first: Token, last: Token) -> bool:
    """Tell whether a single word stands where the name of a place does: ``in Gali``, ``Gali district``."""
    if first.i != last.i:
        return False
    before = first.nbor(-1).lower_ if first.i else ""
    after = last.nbor().lower_ if last.i + 1 < len(last.doc) else ""
    return before in ("in", "at", "near", "outside", "around", "from") or after in _LAND


def mention(found: list[Entity], name: list[Token], *, person: bool) -> Entity | None:
    """Add a mention to the entity it names, or to a new one among those found; return that one."""
    text = re.sub(r"['’]s?$", "", text_of(name))
    if not any(c.isupper() for c in text):
        return None
    entity = best_match(found, text, person)
    if entity is None:
        entity = Entity(text, person)
        found.append(entity)
    elif len(name_words(text)) > len(entity.words):
        entity.name = text
    if name[0].i not in entity.places:
        entity.places.append(name[0].i)
        entity.roles |= roles_around(name)
        entity.female = _gender(entity)
    return entity


def _gender(entity: Entity) -> bool | None:
    if entity.roles & SHE:
        return True
    return False if entity.roles & HE else entity.female


def best_match(found: list[Entity], name: str, person: bool = True) -> Entity | None:
    """Return the entity that a name means: equal words, or else one's words contain the other's."""
    wanted = name_words(name)
    same = [e for e in found if e.person == person and e.words == wanted]
    if same or not wanted:
        return same[0] if same else None
    for entity in reversed([e for e in found if e.person == person]):
        have = entity.words
        part = set(wanted) <= set(have) or set(have) <= set(wanted)
        if part and (have[-1:] == wanted[-1:] or have[0] == wanted[0] or len(wanted) == 1):
            return entity
    return None


def roles_around(name: list[Token], reach: int = 9, before: bool = True) -> set[str]:
    """Return the words beside a name that describe its bearer.

    ``Polish Prime Minister [Donald Tusk]``, ``the envoy, [Ingrid Berg],`` and ``[Ingrid Berg], the envoy,``.
    """
    doc, first, last = name[0].doc, name[0].i, name[-1].i
    ahead = _back(doc, first - 1, reach) if before else []
    if before and first > 1 and doc[first - 1].text == "," and not ahead:
        ahead = _back(doc, first - 2, reach)
        if not any(bare(t) in PEOPLE or bare(t) in TITLES for t in ahead):
            ahead = []
    after: list[Token] = []
    if last + 2 < len(doc) and doc[last + 1].text == ",":
        for token in doc[last + 2 : last + 2 + reach]:
            if (
                token.text in ",.;:"
                or token.pos_ in ("VERB", "AUX")
                or token.is_sent_start
                or token.lower_ == "who"
            ):
                break
            after.append(token)
    return {bare(t) for t in [*ahead, *after] if t.text[0].isalpha() and t.pos_ not in ("DET", "ADP", "PRON")}


def _back(doc: Doc, at: int, reach: int) -> list[Token]:
    found: list[Token] = []
    while at >= 0 and len(found) < reach and not doc[at].is_space:
        token = doc[at]
        if (token.is_punct and not _hyphen(token)) or token.pos_ in ("VERB", "AUX", "SCONJ", "CCONJ"):
            break
        found.append(token)
        if token.is_sent_start:
            break
        at -= 1
    return found
