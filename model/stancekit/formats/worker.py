"""The process that reads files which could hang, fill the memory or crash a parser; it may be lost without harm.

It takes one JSON object a line, ``{"path": ..., "name": ..., "fields": {...}}`` to begin a file or ``{}`` for its
next document, and answers each with one: ``{"document": [...]}``, ``{"unreadable": [...]}`` or ``{"end": true}``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stancekit.formats.blob import Blob
from stancekit.formats.document import Document, Found, Unreadable
from stancekit.formats.registry import read_blob

MEMORY = 4_000_000_000
"""Most memory of the process, in bytes of address space."""


def main() -> None:
    """Serve until the input ends."""
    _limit()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    seconds = float(sys.argv[1])
    current: Iterator[Found] = iter(())
    for line in sys.stdin.buffer:
        request = json.loads(line)
        # Ends this process from a thread of its own, whatever the parser is doing.
        faulthandler.dump_traceback_later(seconds, exit=True)
        if request:
            current = _file(request)
        try:
            answer = _answer(next(current, None))
        except Exception as e:  # a parser fell over the file: one file, not the run
            current = iter(())
            what = " ".join(str(e).split())[:200]
            answer = _answer(Unreadable(f"cannot be read: {type(e).__name__}: {what}; expected an article"))
        faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _file(request: dict[str, Any]) -> Iterator[Found]:
    with Path(os.fsdecode(bytes.fromhex(request["path"]))).open("rb") as file:
        yield from read_blob(Blob(request["name"], file, request["fields"]))


def _answer(found: Found | None) -> dict[str, Any]:
    if found is None:
        return {"end": True}
    return {"document" if isinstance(found, Document) else "unreadable": list(found)}


def _limit() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops, and with it the input
    logging.disable(logging.CRITICAL)
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
