"""zip, tar and packed single files: each member is read by the reader of its own format.

Nothing is written to disk under a member's name, so no name can lead anywhere.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, cast

from stancekit.formats.blob import Blob, unpacked
from stancekit.formats.document import MAX_DEPTH, MAX_MEMBERS, Found, Unreadable
from stancekit.formats.registry import read_blob
from stancekit.scoring.seen import SeenIds

DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
    NotImplementedError, LookupError, OverflowError, MemoryError,
)  # fmt: skip
"""What the standard library raises at a damaged archive, beside ValueError."""


def read_zip(blob: Blob) -> Iterator[Found]:
    """Yield the documents of a zip's members.

    Raises:
        ValueError: if it is damaged.
    """
    _check_depth(blob)
    file, seen = blob.seekable(), SeenIds()
    try:
        packed = zipfile.ZipFile(file)
        members = packed.infolist()
    except (*DAMAGE, ValueError) as e:
        raise _damaged(e, "a zip") from None
    if len(members) > MAX_MEMBERS:
        raise ValueError(f"over {MAX_MEMBERS:,} members; expected fewer")
    with packed:
        for member in sorted(members, key=lambda x: x.filename):
            if member.is_dir() or _hidden(member.filename):
                continue
            part = _part(member.filename, seen)
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                yield Unreadable("a link; expected a file", part)
                continue

            def opened(member: zipfile.ZipInfo = member) -> io.BufferedReader:
                return unpacked(packed.open(member), member.compress_size)

            yield from _member(blob, part, opened)


def read_tar(blob: Blob) -> Iterator[Found]:
    """Yield the documents of a tar's members, packed or not.

    Raises:
        ValueError: if it is damaged.
    """
    _check_depth(blob)
    seen = SeenIds()
    try:
        with tarfile.open(fileobj=blob.file, mode="r|") as packed:
            for number, member in enumerate(packed):
                if number >= MAX_MEMBERS:
                    raise ValueError(f"over {MAX_MEMBERS:,} members; expected fewer")
                if member.isdir() or _hidden(member.name):
                    continue
                part = _part(member.name, seen)
                if not member.isreg():
                    yield Unreadable("a link or device; expected a file", part)
                    continue

                def opened(member: tarfile.TarInfo = member) -> io.BufferedReader:
                    return unpacked(cast(IO[bytes], packed.extractfile(member)), member.size)

                yield from _member(blob, part, opened)
    except DAMAGE as e:
        raise _damaged(e, "a tar") from None


def read_packed(blob: Blob) -> Iterator[Found]:
    """Yield the documents of a file packed by gzip, bzip2 or xz.

    Raises:
        ValueError: if it is damaged.
    """
    _check_depth(blob)
    head = blob.head()
    opener: Callable[[IO[bytes]], IO[bytes]] = gzip.open  # type: ignore[assignment]
    if head.startswith(b"BZh"):
        opener = bz2.open
    elif head.startswith(b"\xfd7zXZ"):
        opener = lzma.open
    try:
        size = _size(blob)
        inner = Blob(_inner_name(blob.name), unpacked(opener(blob.file), size), blob.fields, blob.depth + 1)
        yield from read_blob(inner)
    except DAMAGE as e:
        raise _damaged(e, "a packed file") from None


def _member(blob: Blob, part: str, opened: Callable[[], io.BufferedReader]) -> Iterator[Found]:
    try:
        with opened() as file:
            inner = Blob(PurePosixPath(part).name, file, blob.fields, blob.depth + 1)
            for found in read_blob(inner):
                yield found._replace(part=part + found.part)
    except DAMAGE as e:
        yield Unreadable(str(_damaged(e, "a member that can be unpacked")), part)


def _part(name: str, seen: SeenIds) -> str:
    """Return a member's name as part of an id: without a root, without ways up, and no other's in its archive."""
    steps = [x for x in _steps(name) if x not in ("", ".", "..")]
    part, again = "/" + "/".join(steps)[-500:], 1
    while not seen.add(part if again == 1 else f"{again}~/{part}"):
        again += 1
    return part if again == 1 else f"/{again}~{part}"


def _steps(name: str) -> list[str]:
    return name.encode("utf-8", "replace").decode().replace("\x00", "").replace("\\", "/").split("/")


def _hidden(name: str) -> bool:
    return any((x.startswith(".") and x not in (".", "..")) or x == "__MACOSX" for x in _steps(name))


def _inner_name(name: str) -> str:
    low = name.lower()
    for suffix, inner in (
        (".tgz", ".tar"),
        (".tbz2", ".tar"),
        (".txz", ".tar"),
        (".gz", ""),
        (".bz2", ""),
        (".xz", ""),
    ):
        if low.endswith(suffix):
            return name[: -len(suffix)] + inner
    return PurePosixPath(name).stem  # its suffix was wrong; the content tells


def _size(blob: Blob) -> int:
    if not blob.file.seekable():
        return 10_000_000  # a packed member of an archive
    at = blob.file.tell()
    size = blob.file.seek(0, io.SEEK_END)
    blob.file.seek(at)
    return size


def _check_depth(blob: Blob) -> None:
    if blob.depth >= MAX_DEPTH:
        raise ValueError(f"an archive {blob.depth} archives deep; expected at most {MAX_DEPTH}")


def _damaged(e: Exception, wanted: str) -> ValueError:
    what = " ".join(str(e).split())[:200] or type(e).__name__
    return ValueError(f"damaged: {what}; expected {wanted}")
