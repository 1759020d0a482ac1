"""Where articles lie and results go: a path, or a URL of any store that fsspec knows (s3://, gs://, memory://, ...)."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from stancekit.cache import cache_folder
from stancekit.errors import InputError, MissingExtraError, OutputError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_STAMPS = (
    "ETag",
    "etag",
    "md5Hash",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "modified",
    "created",
)


@dataclass(frozen=True)
class Remote:
    """A file or folder in a store.

    Attributes:
        url: As the user gave it, without a slash at its end.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return PurePosixPath(self.url).name

    def beside(self, name: str) -> Remote:
        """Return the file of another name in the same folder."""
        return Remote(self.url[: len(self.url) - len(self.name)] + name)

    def below(self, id: str) -> Remote:
        """Return a file below this folder."""
        return Remote(f"{self.url}/{id}")

    def store(self) -> tuple[Any, str]:
        """Return the file system and the path in it; nothing of its listings is kept.

        Raises:
            InputError: if there is no such kind of store.
            MissingExtraError: if a package for it is not installed.
        """
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise MissingExtraError(
                f'{self}: needs fsspec; expected it installed: pip install "stancekit[remote]"'
            ) from None
        try:
            system, path = url_to_fs(self.url, use_listings_cache=False)
        except ImportError as e:
            raise MissingExtraError(
                f'{self}: {short(e)}; expected it installed beside "stancekit[remote]"'
            ) from None
        except ValueError as e:
            raise InputError(f"{self}: {short(e)}; expected a path, or a URL that fsspec knows") from None
        return system, str(path)

    def info(self) -> dict[str, Any]:
        """Return what the store tells of it.

        Raises:
            InputError: if it is not there or cannot be asked for.
        """
        system, path = self.store()
        try:
            return dict(system.info(path))
        except FileNotFoundError:
            raise InputError(f"{self}: does not exist; expected a folder of articles or a file") from None
        except Exception as e:  # each store has errors of its own
            raise InputError(f"{self}: cannot be read: {short(e)}; expected access to it") from None


Place = Path | Remote


def place(given: str | Path) -> Place:
    """Return where a path or URL leads; file:// is a path."""
    text = str(given)
    if isinstance(given, Path) or not _URL.match(text):
        return Path(given)
    if text.lower().startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    return Remote(text.rstrip("/"))


def stamp(info: dict[str, Any]) -> str:
    """Return what changes when a file in a store does: its size and its hash, or else the time it was written."""
    return f"{info.get('size')}\t{next((info[x] for x in _STAMPS if info.get(x)), '')}"


def walk_remote(folder: Remote) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (id, what the store tells) of every file under a folder, in the order of ``files.walk``.

    Raises:
        InputError: if it cannot be listed.
    """
    system, root = folder.store()

    def below(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            entries = system.ls(path, detail=True)
        except Exception as e:  # each store has errors of its own
            raise InputError(
                f"{folder}: cannot be listed: {short(e)}; expected a folder of articles"
            ) from None
        for entry in sorted(entries, key=lambda x: str(x["name"]).rstrip("/")):
            whole = str(entry["name"]).rstrip("/")
            if whole == path.rstrip("/") or PurePosixPath(whole).name.startswith("."):
                continue  # the mark of an empty folder; a hidden file
            if entry["type"] == "directory":
                yield from below(whole)
            else:
                yield whole[len(root.rstrip("/")) :].lstrip("/"), entry

    yield from below(root)


@contextmanager
def fetched(found: Place) -> Iterator[Path]:
    """Give a file as one on this machine: itself, or a copy for the while.

    Raises:
        InputError: if it cannot be fetched.
    """
    if isinstance(found, Path):
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="stancekit-") as folder:
        copy = Path(folder) / f"file{PurePosixPath(found.name).suffix}"
        system, path = found.store()
        try:
            system.get_file(path, str(copy))
        except Exception as e:  # each store has errors of its own
            raise InputError(f"{found}: cannot be read: {short(e)}; expected a readable file") from None
        yield copy


@contextmanager
def worked_on(target: Place, folder: str | Path | None = None) -> Iterator[Path]:
    """Give the file that an output is worked on as: itself, or one of its name on this machine.

    Args:
        target: The output.
        folder: Where this file lies; by default in the user's folder for caches.
    """
    if isinstance(target, Path):
        yield target
        return
    own = Path(folder or cache_folder()) / hashlib.sha256(target.url.encode()).hexdigest()[:16]
    yield own / target.name
    with suppress(OSError):  # there is more work in it
        own.rmdir()


def put(target: Remote, source: Path | None, worked_on: Path) -> None:
    """Copy a finished file into a store, or remove what is there.

    Args:
        target: The output.
        source: The file; None: there shall be none.
        worked_on: The file that it was worked on as, beside that of the output.

    Raises:
        OutputError: if that fails.
    """
    target = target.beside(worked_on.name)
    system, path = target.store()
    try:
        if source:
            system.makedirs(system._parent(path), exist_ok=True)
            system.put_file(str(source), path)
        elif system.exists(path):
            system.rm_file(path)
    except Exception as e:  # each store has errors of its own
        raise OutputError(f"{target}: cannot be written: {short(e)}") from None


def as_given(found: Place) -> Path | str:
    """Return a place as a user gives it."""
    return found if isinstance(found, Path) else found.url


def short(e: BaseException) -> str:
    """Return what an error says, in one line."""
    return " ".join(str(e).split())[:200] or type(e).__name__
