"""Statements and articles made up by a seeded generator, in any number, for runs that measure size and speed.

Words are drawn as in real text: few are frequent, and new ones keep coming however long the text is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

Kind = Literal["statements", "articles"]
_ACTORS = (
    "Iran",
    "Turkey",
    "Israel",
    "Russia",
    "Armenia",
    "France",
    "Colombia",
    "the government",
    "the rebels",
)
_ACTIONS = (
    "must withdraw from", "should open talks with", "stands behind the attack on", "has armed fighters in",
    "rejects the ceasefire with", "will send observers to", "blames the siege on",
)  # fmt: skip
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "el", "or")]


def generated(kind: Kind, count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the rows of that many statements or articles; the first of a longer run are those of a shorter one."""
    random_ = random.Random(seed)
    for number in range(count):
        if kind == "statements":
            yield {"id": f"s{number}", "text": _sentence(random_), "speaker": random_.choice(_ACTORS)}
        else:
            text = " ".join(f'"{_sentence(random_)}" said {_name(random_)}.' for _ in range(6))
            yield {"id": f"a{number}", "title": _sentence(random_), "body": text}


def write_generated(path: Path, kind: Kind, count: int, seed: int = 0) -> None:
    """Write ``generated`` rows as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in generated(kind, count, seed))


def _sentence(random_: random.Random) -> str:
    one, two = random_.sample(_ACTORS, 2)
    tail = " ".join(_word(random_) for _ in range(random_.randint(3, 9)))
    sentence = (
        f"{one} {random_.choice(_ACTIONS)} {two} before the {tail} of {random_.randint(2, 9999)} people."
    )
    return sentence[0].upper() + sentence[1:]


def _name(random_: random.Random) -> str:
    return f"{_word(random_).title()} {_word(random_).title()}"


def _word(random_: random.Random) -> str:
    """Return a word by its rank, which Zipf's law draws; one of a rank not drawn before is a new word."""
    rank = int(random_.paretovariate(0.7))
    word = ""
    while rank or not word:
        rank, at = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word
