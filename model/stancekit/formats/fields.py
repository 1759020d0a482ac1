"""Rows of tables and JSON objects to documents, by the names that people give to fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from stancekit.formats.decoding import clean
from stancekit.formats.document import Document, Found, NoArticleError, Unreadable, check_text, one_line
from stancekit.scoring.seen import SeenIds

NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "article_text", "full_text", "fulltext", "main_text", "maintext", "article_body",
        "articlebody", "body_text", "bodytext", "plain_text", "clean_text", "raw_text", "story", "article",
        "paragraphs", "transcript", "speech",
    ),
    "title": ("title", "headline", "heading", "head", "article_title", "hl"),
    "date": (
        "date", "published", "date_published", "datepublished", "publish_date", "published_at", "publishedat",
        "publication_date", "pub_date", "pubdate", "published_date", "date_publish", "datetime", "timestamp",
        "created_at", "time", "day",
    ),
    "source": (
        "source", "outlet", "publisher", "publication", "source_name", "newspaper", "media", "site", "site_name",
        "sitename", "source_domain", "domain", "agency",
    ),
    "author": ("author", "authors", "byline", "creator", "writer", "reporter"),
    "url": ("url", "link", "uri", "web_url", "weburl", "canonical_url", "permalink", "source_url"),
    "id": ("id", "article_id", "articleid", "doc_id", "docid", "document_id", "uuid", "_id", "guid", "uid", "key"),
}  # fmt: skip
"""Field of a document -> names it goes by, the likeliest first; small and capital letters are the same."""

_STATEMENT = {"context", "kind", "cue"}
_CONTEXT = {*NAMES["title"], *NAMES["url"], *NAMES["date"], *NAMES["source"]}
_TAGS = re.compile(r"</(?:p|div|br|span|a|b|i|em|strong|ul|li|h[1-6])>|<(?:p|br)\s*/?>", re.IGNORECASE)


def plain(name: object) -> str:
    """Return a field's name as it is compared: ``Publish-Date`` as ``publish_date``."""
    return re.sub(r"[\s\-.]+", "_", str(name).strip().lower())


def columns(names: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
    """Return field of a document -> name in the table, for those that are there.

    Raises:
        ValueError: if no field holds the text, or not the one that the user named.
        NoArticleError: if the names are those of statements or results.
    """
    other = kind_of_table(set(map(plain, names)))
    if other and not fields:
        raise NoArticleError(f"{other}; expected articles (if they are, name the field: --field text=NAME)")
    have = {plain(n): n for n in reversed(names)}
    found = {}
    for field, likely in NAMES.items():
        wanted = fields.get(field)
        if wanted is not None and plain(wanted) not in have and field == "text":
            raise ValueError(f"no field {wanted!r} for the {field}; it has {_listed(names)}")
        name = next((have[x] for x in ([plain(wanted)] if wanted else likely) if x in have), None)
        if name is not None:
            found[field] = name
    if "text" not in found:
        raise ValueError(
            f"no field with a text; expected one of {', '.join(NAMES['text'][:4])}, ... or --field text=NAME; "
            f"it has {_listed(names)}"
        )
    return found


def kind_of_table(names: set[str]) -> str | None:
    """Return what a table with these fields is, where it is known to hold no articles."""
    if "stances" in names or {"family", "target", "position", "label"} <= names:
        return "statements with stances"
    if {"text", "target", "label"} <= names:
        return "labelled statements"
    if {"id", "text"} <= names and (names & _STATEMENT or ("speaker" in names and not names & _CONTEXT)):
        return "statements"
    return "a list of errors of stancekit" if {"path", "line", "reason"} <= names else None


def is_statement(names: set[str]) -> bool:
    """Tell whether a row of JSON lines, named as what is to be scored, is a statement rather than an article."""
    return bool(kind_of_table(names)) or ("text" in names and not names & _CONTEXT)


def documents(
    rows: Iterator[tuple[int, Mapping[str, Any] | str]], fields: Mapping[str, str]
) -> Iterator[Found]:
    """Yield the document in each row; rows are (number, row or what is wrong with it).

    Raises:
        ValueError: if the first row's fields are not those of articles.
    """
    seen = SeenIds()
    first = True
    for number, row in rows:
        if isinstance(row, str):
            yield Unreadable(row, f"#{number}", number)
            continue
        try:
            names = columns(list(row), fields)
        except ValueError as e:
            if first:
                raise
            yield Unreadable(str(e), f"#{number}", number)
            continue
        first = False
        yield _document(row, names, number, seen)


def _document(row: Mapping[str, Any], names: Mapping[str, str], number: int, seen: SeenIds) -> Found:
    values = {field: row.get(name) for field, name in names.items()}
    key = one_line(_string(values.pop("id", None))) or str(number)
    part = f"#{key}" if seen.add(key) else f"#{key}~{number}"
    try:
        text = article_text(values.pop("text"))
        rest = {f: one_line(clean(_string(v))) for f, v in values.items()}
        return Document(text=text, part=part, line=number, **rest)
    except ValueError as e:
        return Unreadable(f"{e}; expected the text of an article", part, number)


def article_text(value: object) -> str:
    """Return the text in a field: a string, or paragraphs; tags are taken out.

    Raises:
        ValueError: if there is none.
    """
    if isinstance(value, list) and all(isinstance(x, str) for x in value):
        value = "\n\n".join(value)
    if not isinstance(value, str):
        raise ValueError(f"no text but {type(value).__name__}" if value is not None else "no text")
    if len(_TAGS.findall(value)) > 1:
        from stancekit.formats.html import text_of_fragment

        value = text_of_fragment(value)
    text = clean(value.replace("\r\n", "\n").replace("\r", "\n"))
    check_text(text)
    return text


def _string(value: object) -> str:
    """Return a value as text: a name in a mapping, names in a list, a date in ISO 8601."""
    if isinstance(value, Mapping):
        value = next((value[k] for k in ("name", "title", "$date", "$oid", "id") if value.get(k)), "")
    if isinstance(value, (list, tuple)):
        return ", ".join(x for x in map(_string, value[:20]) if x)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        value = value.date()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return "" if value is None or value != value else str(value)  # NaN differs from itself


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(str(n)[:40] for n in names[:12])
    return f"{shown}, ..." if len(names) > 12 else shown or "no field"
