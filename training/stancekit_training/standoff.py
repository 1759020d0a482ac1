"""Labels apart from their text: what may be passed on where the articles may not.

A detached label holds offsets into its article in place of words, and a checksum of the words it was given for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stancekit.errors import DataError
from stancekit.records import Statement

PLACE = ("id", "article", "index", "start", "end")
LABEL = ("speaker", "kind", "stances")
STANCE = ("family", "target", "position", "actor")


def article_texts(path: Path) -> dict[str, str]:
    """Return the articles of a JSONL file of ``id``, ``text`` and, if any, ``title``: id -> text.

    A title that the text does not begin with stands before it, with a blank line between.

    Raises:
        DataError: naming the first bad line.
    """
    found = {}
    for number, row in _rows(path):
        try:
            title, text = str(row.get("title") or ""), str(row["text"])
            found[str(row["id"])] = f"{title}\n\n{text}" if title and not text.startswith(title) else text
        except KeyError as e:
            raise DataError(f"{path}:{number}: no field {e}; expected an article with id and text") from None
    return found


def detach(statements: Iterable[Statement], texts: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield each statement's labels with offsets in place of its text and context.

    Args:
        statements: Labelled statements that know their article, start and end.
        texts: Articles by id.

    Raises:
        DataError: if a statement's words do not stand where it says.
    """
    for s in statements:
        text = texts.get(s.article or "")
        if text is None or s.start is None or text[s.start : s.end] != s.text:
            raise DataError(
                f"{s.id}: its words are not at {s.start} to {s.end} of article {s.article!r}; expected them there"
            )
        spans: list[list[int]] = []
        before = s.start
        for sentence in reversed(s.context):
            before = text.rfind(sentence, 0, before)
            if before < 0:
                raise DataError(f"{s.id}: its context is not before it in article {s.article!r}")
            spans.insert(0, [before, before + len(sentence)])
        row = s.model_dump(mode="json")
        stances = [{k: x[k] for k in STANCE if x.get(k) is not None} for x in row["stances"]]
        place = {k: row[k] for k in PLACE} | {"context": spans, "sha1": _checksum(s.text)}
        yield place | {"speaker": row["speaker"], "kind": row["kind"], "stances": stances}


def attach(path: Path, texts: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the statements of a file of detached labels, their words read from the articles.

    Raises:
        DataError: naming the first line whose article is missing or has other words there.
    """
    for number, row in _rows(path):
        where = f"{path}:{number}"
        try:
            text = texts[row["article"]]
            words = text[row["start"] : row["end"]]
            if _checksum(words) != row["sha1"]:
                raise DataError(
                    f"{where}: article {row['article']!r} has other words there; expected the version labelled"
                )
            context = [text[start:end] for start, end in row["context"]]
            statement = {**{k: row[k] for k in PLACE}, "text": words, "context": context}
            statement |= {k: row[k] for k in LABEL}
            Statement.model_validate(statement)
        except KeyError as e:
            what = f"no article {e}" if e.args[0] == row.get("article") else f"no field {e}"
            raise DataError(f"{where}: {what}; expected a label made by `stancekit seeds detach`") from None
        except (ValidationError, TypeError, ValueError) as e:
            reason = " ".join(str(e).split())[:200]
            raise DataError(f"{where}: {reason}; expected a label made by `stancekit seeds detach`") from None
        yield statement


def _checksum(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                row = json.loads(line) if line.strip() else {}
                if not isinstance(row, dict) or not row:
                    raise DataError(f"{path}:{number}: expected a JSON object")
                yield number, row
    except OSError as e:
        raise DataError(f"{path}: cannot be read: {e.strerror}") from None
    except ValueError as e:
        raise DataError(f"{path}: not JSONL in UTF-8: {' '.join(str(e).split())[:120]}") from None
