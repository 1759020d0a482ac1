"""The bytes of a file or of a member of an archive: a stream with a name and limits."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, AnyStr, BinaryIO, cast

from stancekit.formats.decoding import decode, encoding_by_mark
from stancekit.formats.document import MAX_ROW

HEAD = 4096
_SPOOL = 10_000_000
_FREE, _RATIO = 50_000_000, 200  # bytes unpacked before the ratio counts; the greatest ratio


@dataclass
class Blob:
    """A stream of bytes.

    Attributes:
        name: Name with suffix.
        file: The stream, read once from the beginning.
        fields: What the user calls the fields of a table: ``{"text": "Volltext"}``.
        depth: How many archives it lies in.
    """

    name: str
    file: io.BufferedReader
    fields: dict[str, str] = field(default_factory=dict)
    depth: int = 0

    def head(self) -> bytes:
        """Return the first bytes, at most ``HEAD``, without taking them."""
        return self.file.peek(HEAD)[:HEAD]

    def whole(self, limit: int) -> bytes:
        """Return all bytes.

        Raises:
            ValueError: if there are more than ``limit``.
        """
        data = self.file.read(limit + 1)
        if len(data) > limit:
            raise ValueError(f"over {limit:,} bytes")
        return data

    def seekable(self) -> BinaryIO:
        """Return the bytes as a file in which one can go back: a copy on disk if the stream cannot."""
        if self.file.seekable():
            return cast(BinaryIO, self.file)
        copy = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115  gone with its last user
        shutil.copyfileobj(self.file, copy, 1 << 20)
        copy.seek(0)
        return cast(BinaryIO, copy)

    def lines(self) -> Iterator[tuple[int, str | None]]:
        """Yield (number from 1, line with its end; None for one over ``MAX_ROW``).

        A line in another encoding than UTF-8 is detected by itself; what is none becomes U+FFFD.
        """
        encoding = encoding_by_mark(self.head())
        if encoding and encoding != "utf-8-sig":
            text = io.TextIOWrapper(self.file, encoding, errors="replace", newline="")
            yield from enumerate(_short_lines(text.readline), 1)
            return
        for number, raw in enumerate(_short_lines(self.file.readline), 1):
            yield number, None if raw is None else _decoded(raw, first=number == 1)


def _short_lines(readline: Callable[[int], AnyStr]) -> Iterator[AnyStr | None]:
    """Yield the lines, None for one that is too long, of which no more than a part is held."""
    while line := readline(MAX_ROW + 1):
        long = len(line) > MAX_ROW
        while len(line) > MAX_ROW and line[-1] not in ("\n", 10):
            line = readline(MAX_ROW + 1)
        yield None if long else line


def _decoded(raw: bytes, *, first: bool) -> str:
    try:
        return raw.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return decode(raw.rstrip(b"\r\n")) + "\n"
    except ValueError:
        return raw.decode("utf-8", "replace")


class Unpacked(io.RawIOBase):
    """A stream that is being unpacked, and refuses to give far more than was packed.

    Args:
        file: What gives the unpacked bytes.
        packed: Returns how many packed bytes have gone in so far.
    """

    def __init__(self, file: IO[bytes], packed: int) -> None:
        self._file, self._packed, self._given = file, packed, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer; return how many bytes.

        Raises:
            ValueError: if the packed file is a bomb.
        """
        view = memoryview(cast(bytearray, buffer))
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._given += len(data)
        if self._given > _FREE and self._given > _RATIO * max(self._packed, 1):
            raise ValueError(f"unpacks to over {_RATIO} times its size; expected an honest archive")
        return len(data)


def unpacked(file: IO[bytes], packed: int) -> io.BufferedReader:
    """Return a buffered stream of what is being unpacked; ``packed`` is its size before."""
    return io.BufferedReader(Unpacked(file, packed), 1 << 16)
