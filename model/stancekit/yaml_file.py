"""Read a YAML file into a pydantic model, with errors that name the line.

YAML 1.2 as ruamel.yaml reads it: `1e-5` is a number, `yes` a string, a repeated key an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from stancekit.errors import InputError

M = TypeVar("M", bound=BaseModel)


def read_mapping(path: Path, error: type[InputError]) -> CommentedMap:
    """Return the mapping in a YAML file, its line numbers kept.

    Raises:
        InputError: (of the given class) if the file cannot be read, is not YAML, or holds no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise error(f"{path}: cannot be read: {e.strerror}") from None
    except UnicodeDecodeError as e:
        raise error(f"{path}: byte {e.start} is not UTF-8; expected a YAML text file") from None
    try:
        data = YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else "?"
        what = str(e.problem).split(" with ")[0].replace("found duplicate key", "key repeated:")
        raise error(f"{path}:{line}: {what}; each key may stand once") from None
    except MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else "?"
        raise error(f"{path}:{line}: not valid YAML: {e.problem}") from None
    except YAMLError as e:
        raise error(f"{path}: not valid YAML: {' '.join(str(e).split())}") from None
    if not isinstance(data, CommentedMap):
        found = "an empty file" if data is None else type(data).__name__
        raise error(f"{path}:1: expected a mapping (key: value), got {found}")
    return data


def validate(data: Any, model: type[M], name: str, error: type[InputError]) -> M:
    """Return ``data`` as ``model``; all errors are collected into one message, a line each.

    Raises:
        InputError: (of the given class) naming file, line, field and what was expected.
    """
    try:
        return model.model_validate(data)
    except ValidationError as e:
        lines = []
        for item in e.errors():
            field = ".".join(str(p) for p in item["loc"]) or "(file)"
            line = _line(data, item["loc"])
            lines.append(
                f"{name}:{line}: {field}: {explain(item)}" if line else f"{name}: {field}: {explain(item)}"
            )
        raise error("\n".join(lines)) from None


def explain(item: Any) -> str:
    """Return a pydantic error item as words: what was expected and what stood there."""
    kind, text = item["type"], str(item["msg"])
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "missing; it is required"
    if kind == "value_error":
        return text.removeprefix("Value error, ")
    got = repr(item["input"])
    return f"{text[0].lower()}{text[1:]}, got {got if len(got) < 60 else got[:57] + '...'}"


def _line(data: Any, loc: tuple[int | str, ...]) -> int | None:
    """Return the line (from 1) of the deepest part of ``loc`` that stands in the file."""
    line = None
    for part in loc:
        try:
            if isinstance(data, CommentedMap) and part in data:
                line = data.lc.key(part)[0] + 1
            elif isinstance(data, CommentedSeq) and isinstance(part, int):
                line = data.lc.item(part)[0] + 1
            else:
                break
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
    return line
