"""Read files in a child process that ends by itself when one takes too long or crashes it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from stancekit.formats.document import Document, Found, Unreadable

SECONDS = 60.0
"""Longest time for one document of a file."""


class _Child:
    """One process, which reads one file at a time."""

    def __init__(self) -> None:
        self.seconds = SECONDS
        self._process = subprocess.Popen(
            [sys.executable, "-m", "stancekit.formats.worker", str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(x for x in sys.path if x)},
        )

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a request; None if the process has ended."""
        try:
            requests = cast(IO[bytes], self._process.stdin)
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
            line = cast(IO[bytes], self._process.stdout).readline()
            return dict(json.loads(line)) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            return None

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], stream).close()
        self._process.wait()


_idle: list[tuple[int, _Child]] = []


def read_in_child(path: Path, name: str, fields: Mapping[str, str]) -> Iterator[Found]:
    """Yield what a file holds, as ``registry.read_blob`` finds it in another process.

    A document that takes more than ``SECONDS``, or that ends the process, is unreadable, and so is what comes
    after it in its file.
    """
    child = _take()
    try:
        request: dict[str, Any] = {"path": os.fsencode(path).hex(), "name": name, "fields": dict(fields)}
        while True:
            began = time.monotonic()
            answer = child.ask(request)
            if answer is None:
                yield Unreadable(_lost(time.monotonic() - began, child.seconds))
                return
            if "end" in answer:
                _idle.append((os.getpid(), child))
                child = None  # type: ignore[assignment]
                return
            yield Document(*answer["document"]) if "document" in answer else Unreadable(*answer["unreadable"])
            request = {}
    finally:
        if child is not None:
            child.end()


def _take() -> _Child:
    """Return a process that waits for a file: one of this process's own, not of the one it was forked from."""
    while _idle:
        owner, child = _idle.pop()
        if owner == os.getpid() and child.seconds == SECONDS:
            return child
        if owner == os.getpid():
            child.end()
    return _Child()


def _lost(took: float, seconds: float) -> str:
    if took >= seconds:
        return f"took over {seconds:g} seconds; expected a file that can be read in that time"
    return "the program that reads it crashed, or ran out of memory; expected a sound file"


@atexit.register
def _end_all() -> None:
    for owner, child in _idle:
        if owner == os.getpid():
            child.end()
