"""The persons and bodies that an article names: fullest name, roles, gender, where they are mentioned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stancekit.cues import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

TITLES = words(
    "mr mrs ms miss dr prof professor president prime minister premier chancellor chairman"
    " chairwoman chair secretary general gen colonel col lieutenant lt major maj captain capt"
    " sergeant sgt brigadier brig admiral adm vice rear marshal field commander commodore senator sen"
    " representative rep congressman congresswoman governor gov mayor ambassador amb envoy spokesman"
    " spokeswoman spokesperson deputy foreign defence defense interior finance justice energy health"
    " former acting ex king queen prince princess pope archbishop bishop father sister imam sheikh"
    " sheik ayatollah grand rabbi rev reverend sir dame lord lady judge justice chief superintendent"
    " inspector councillor councilman councilwoman special first state leader director emir alhaji"
    " mallam archimandrite mp lawmaker analyst commentator physician lawyer professor under assistant"
    " permanent undersecretary secretary-general undersecretary-general vice-president commissioner"
    " speaker high retired then opposition attorney human rights political"
)
"""Words before a name that are no part of it, in lower case and without the full stop."""

_SHE = words(
    "she her herself mrs ms miss mother woman spokeswoman chairwoman congresswoman lady queen sister"
    " daughter wife"
)
_HE = words(
    "he him his himself mr father man spokesman chairman congressman sir lord king brother son husband"
)
_PARTICLES = words(
    "al el bin ibn ben de del della da di du dos la le van von der den ter abu um umm ould mint y of ag uí"
)


@dataclass
class Entity:
    """A person or body of the article under its fullest name."""

    name: str
    person: bool
    roles: set[str] = field(default_factory=set)
    female: bool | None = None
    places: list[int] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The name's words in lower case, without possessive endings."""
        return name_words(self.name)


def name_words(name: str) -> list[str]:
    """Return a name's words in lower case, without possessive endings and marks."""
    return [
        w
        for w in re.sub(r"['’]s\b", "", name.lower()).replace("’", "'").replace(".", " ").split()
        if w.strip("'-")
    ]


def bare(token: Token) -> str:
    """Return a token's text in lower case without a full stop."""
    return str(token.lower_).rstrip(".")


def is_title(token: Token) -> bool:
    """Tell whether a token is a title or role word before a name."""
    return bare(token) in TITLES


def name_run(token: Token) -> list[Token]:
    """Return the tokens of the proper name that ends or goes on at a token, titles included."""
    doc = token.doc
    first = last = token.i
    while first > 0 and _in_name(doc[first - 1], doc[first]):
        first -= 1
    while last + 1 < len(doc) and _in_name(doc[last + 1], doc[last]):
        last += 1
    while first < last and not _capital(doc[first]):
        first += 1
    while last > first and not _capital(doc[last]) and not doc[last].text.isdigit():
        last -= 1
    return list(doc[first : last + 1])


def _capital(token: Token) -> bool:
    return bool(token.text[:1].isupper()) or bare(token) in ("al",)


def _in_name(token: Token, neighbour: Token) -> bool:
    if (
        token.is_space
        or (token.is_sent_start and token.i > neighbour.i)
        or (neighbour.is_sent_start and token.i < neighbour.i)
    ):
        return False
    if token.text in ("-", "–") and not token.whitespace_ and token.i > 0 and not token.nbor(-1).whitespace_:
        return True
    if bare(token) in _PARTICLES and token.text.islower():
        return bare(token) != "of"
    if token.ent_type_ in ("DATE", "TIME") or token.pos_ in (
        "PRON",
        "DET",
        "ADP",
        "AUX",
        "VERB",
        "SCONJ",
        "CCONJ",
        "ADV",
        "PUNCT",
    ):
        return token.text.isalpha() and token.text[:1].isupper() and token.ent_type_ == "PERSON"
    return bool(token.text[:1].isupper()) and token.text[:1].isalpha()


def strip_titles(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a name without the titles and nationalities before it."""
    while len(tokens) > 1 and (
        is_title(tokens[0])
        or tokens[0].ent_type_ == "NORP"
        or tokens[0].pos_ == "ADJ"
        or tokens[0].text in "-–"
    ):
        tokens = tokens[1:]
    return tokens


def text_of(tokens: list[Token]) -> str:
    """Return the text that tokens cover, on one line."""
    return " ".join("".join(t.text_with_ws for t in tokens).split())


def persons(doc: Doc) -> list[Entity]:
    """Return the persons that a parsed doc names, by spaCy's entities and by titles before names."""
    found: list[Entity] = []
    for ent in doc.ents:
        if ent.label_ != "PERSON":
            continue
        run = name_run(ent[-1])
        name = strip_titles([t for t in run if t.i >= ent.start or not is_title(t)])
        mention(found, name, run, person=True)
    return found


def mention(found: list[Entity], name: list[Token], run: list[Token], *, person: bool) -> Entity | None:
    """Add a mention to the entities found, to the one it names or to a new one; return that one."""
    text = re.sub(r"['’]s?$", "", text_of(name))
    if not any(c.isupper() for c in text):
        return None
    entity = best_match(found, text) if person else next((e for e in found if e.name == text), None)
    if entity is None:
        entity = Entity(text, person)
        found.append(entity)
    elif len(name_words(text)) > len(entity.words):
        entity.name = text
    entity.person = entity.person or person
    entity.places.append(name[0].i)
    describe(entity, name, run)
    return entity


def best_match(found: list[Entity], name: str) -> Entity | None:
    """Return the last entity whose words contain the name's words, or the other way round."""
    words = name_words(name)
    for entity in reversed(found):
        have = entity.words
        if (
            words == have
            or (words and set(words) <= set(have))
            or (len(have) > 0 and set(have) <= set(words))
        ):
            return entity
    return None


def describe(entity: Entity, name: list[Token], run: list[Token]) -> None:
    """Add to an entity the role words around one of its mentions, and its gender where they tell it."""
    around: list[Token] = [t for t in run if t.i < name[0].i]
    for token in name:
        for child in token.children:
            if child.i in range(name[0].i, name[-1].i + 1):
                continue
            if child.dep_ in ("compound", "amod", "nmod", "poss"):
                around += [t for t in child.subtree if t.i < name[0].i]
            if child.dep_ == "appos":
                around += [t for t in child.subtree if t.i - child.i < 8]
        if token.dep_ == "appos":
            around += [t for t in token.head.subtree if t.i < name[0].i and name[0].i - t.i < 10]
    words = {bare(t) for t in around if t.is_alpha or "-" in t.text}
    entity.roles |= words
    if words & _SHE - {"her"}:
        entity.female = True
    elif words & _HE - {"his", "him"} and entity.female is None:
        entity.female = False
