"""Folders and files in a store as sources: listed once, each file fetched for the while it is read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from stancekit.errors import ArticleError, InputError
from stancekit.formats.registry import expected
from stancekit.scoring.inputs import File, Loaded, Problem, Source
from stancekit.scoring.places import Place, Remote, fetched, stamp, walk_remote
from stancekit.scoring.sources import Named, Reader, check_kind, check_source, file_source, load_file


@contextmanager
def opened_remote(
    place: Remote, exclude: Iterable[Place] = (), *, fields: Mapping[str, str] | None = None
) -> Iterator[Source]:
    """Give what lies at a URL, as ``sources.opened`` does of a path.

    Args:
        place: Folder or file.
        exclude: Files that are no input, such as the output.
        fields: What the fields of tables are called.

    Raises:
        InputError: if there is nothing there, nothing in it, or it is of another kind.
    """
    info, fields = place.info(), fields or {}
    if info["type"] == "directory":
        with tempfile.TemporaryDirectory(prefix="stancekit-") as folder:
            yield _folder(place, {str(x) for x in exclude}, fields, Path(folder) / "listing")
        return
    with fetched(place) as copy:
        check_kind(Named(copy, place.url))
        found = file_source(Named(copy, place.url), fields, partial(load_remote, place, copy=copy))
        stamped = f"{place.name}\t{stamp(info)}"
        files = partial(_stamped, found, stamped)
        yield replace(found, stamp=stamped, files=files)


def check_place(found: Place) -> None:
    """Check that something is there that can be scored, without reading more than its first bytes.

    Raises:
        InputError: if not.
    """
    if isinstance(found, Path):
        check_source(found)
    else:
        found.info()


def load_remote(place: Remote, read: Reader, copy: Path | None = None) -> Iterator[Loaded]:
    """Yield what a file holds, fetched for the while; or from a copy, if this machine is the one that has it."""
    with ExitStack() as stack:
        if copy is None or not copy.exists():
            try:
                copy = stack.enter_context(fetched(place))
            except InputError as e:
                yield Problem(place.url, None, str(e).removeprefix(f"{place}: "))
                return
        yield from read(Named(copy, place.url))


def _folder(folder: Remote, exclude: set[str], fields: Mapping[str, str], listing: Path) -> Source:
    total = 0
    with listing.open("w", encoding="utf-8", errors="surrogateescape") as file:
        for id, info in walk_remote(folder):
            if folder.below(id).url not in exclude:
                total += 1
                file.write(json.dumps([id, stamp(info)]) + "\n")
    if not total:
        raise ArticleError(f"{folder}: holds no article; expected files of text ({expected()})")

    def files() -> Iterator[File]:
        with listing.open(encoding="utf-8", errors="surrogateescape") as file:
            for id, found in map(json.loads, file):
                read = partial(load_file, id=id, fields=fields)
                yield File(f"{id}\t{found}", partial(load_remote, folder.below(id), read))

    return Source(str(folder), "", total, files)


def _stamped(source: Source, stamp: str) -> Iterator[File]:
    return (file._replace(stamp=stamp) for file in source.files())
