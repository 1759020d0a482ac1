"""Rows of the public sets, one record type a form, and the JSONL files they are read from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from stancekit.errors import DataError
from stancekit.records import Record
from stancekit.yaml_file import explain

Label = Literal["none", "favor", "against"]
Span = tuple[int, int]

QUADS = {
    "agree": 1, "consult": 1, "support": 1,
    "aid": 2, "cooperate": 2, "yield": 2,
    "accuse": 3, "reject": 3, "request": 3, "threaten": 3,
    "assault": 4, "coerce": 4, "mobilize": 4, "protest": 4, "sanction": 4,
}  # fmt: skip
"""Root codes of PLOVER and the quad of each: 1 verbal, 2 material cooperation, 3 verbal, 4 material conflict."""

PAIR_CLASSES = ("none", "favor p->q", "favor q->p", "against p->q", "against q->p")
"""The five classes of directed sentiment, in the order of the field ``orig_class``."""

SHOWN = 10
"""Most bad lines that an error names."""


class Row(Record):
    """What the rows of every set have."""

    id: str
    text: str = Field(pattern=r"\S")

    @property
    def gold(self) -> str:
        """The row's class."""
        raise NotImplementedError


class EventRow(Row):
    """PLV: what a source does to a target."""

    source: str
    target: str
    root: str
    quad: int = Field(ge=1, le=4)

    @model_validator(mode="after")
    def _root_is_known(self) -> Self:
        if self.gold not in QUADS:
            raise ValueError(f"root {self.root!r} is unknown; expected one of {', '.join(QUADS).upper()}")
        return self

    @property
    def gold(self) -> str:
        """The root code, in lower case."""
        return self.root.lower()


class MentionRow(Row):
    """NewsMTSC: the side taken toward somebody named in the sentence."""

    target: str = Field(min_length=1)
    label: Label
    start: int | None = None
    end: int | None = None

    @model_validator(mode="after")
    def _span_is_inside(self) -> Self:
        _check("start, end", self.span, self.text)
        return self

    @property
    def span(self) -> Span | None:
        """Where the target stands in the text, if that is given."""
        return None if self.start is None or self.end is None else (self.start, self.end)

    @property
    def gold(self) -> str:
        """The label."""
        return self.label


class PairRow(Row):
    """Directed sentiment: who takes a side toward whom, of two that the sentence names.

    ``source`` and ``target`` follow the sentiment, so they tell the class; p and q, the order in the sentence, do not.
    """

    source: str = Field(min_length=1)
    target: str = Field(min_length=1)
    orig_class: int = Field(ge=0, le=4)
    p_span: Span | None = None
    q_span: Span | None = None
    dup_in_train: bool = False
    dup_in_dev: bool = False

    @model_validator(mode="after")
    def _spans_are_inside(self) -> Self:
        _check("p_span", self.p_span, self.text)
        _check("q_span", self.q_span, self.text)
        return self

    @property
    def names(self) -> tuple[str, str]:
        """The names of p and q."""
        return (self.target, self.source) if self.gold.endswith("q->p") else (self.source, self.target)

    @property
    def gold(self) -> str:
        """One of ``PAIR_CLASSES``."""
        return PAIR_CLASSES[self.orig_class]


class TopicRow(Row):
    """SemEval 2016 and VAST: the author's side toward a topic; ``seen`` is 0 for a topic that training lacks."""

    target: str = Field(min_length=1)
    label: Label
    seen: Literal[0, 1] | None = None

    @property
    def gold(self) -> str:
        """The label."""
        return self.label


R = TypeVar("R", bound=Row)


def read_benchmark(path: Path, kind: type[R]) -> list[R]:
    """Return the rows of a JSONL file of a public set.

    Raises:
        DataError: if the file cannot be read or is empty; or naming the first bad lines.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as e:
        raise DataError(f"{path}: cannot be read: {e.strerror}; expected one JSON object a line") from None
    except UnicodeDecodeError as e:
        raise DataError(f"{path}: byte {e.start} is not UTF-8") from None
    rows: list[R] = []
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = _parse(line, kind)
            if isinstance(row, str):
                bad.append(f"{path}:{number}: {row}")
            else:
                rows.append(row)
    if bad:
        more = f"\n... and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        raise DataError("\n".join(bad[:SHOWN]) + more)
    if not rows:
        raise DataError(f"{path}: no rows; expected one JSON object a line")
    return rows


def _parse(line: str, kind: type[R]) -> R | str:
    """Return the row in a line, or what is wrong with it."""
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            return f"expected a JSON object, got {type(data).__name__}"
        return kind.model_validate(data)
    except ValidationError as e:
        return "; ".join(": ".join([*map(str, x["loc"]), explain(x)]) for x in e.errors())
    except (ValueError, RecursionError) as e:
        return f"not valid JSON: {e}"


def _check(field: str, span: Span | None, text: str) -> None:
    if span and not 0 <= span[0] < span[1] <= len(text):
        raise ValueError(f"{field}: expected offsets inside the text of {len(text)} characters, got {span}")
