"""Run the command line in real processes, forked so that each does not load the libraries anew."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs fork", allow_module_level=True)


@dataclass(frozen=True)
class Finished:
    """A process that has ended: exit code (minus the signal that killed it), what it wrote."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


class Process:
    """A forked process that runs a function, its output going to files in a folder."""

    count = 0

    def __init__(self, work: Callable[[], int], folder: Path) -> None:
        Process.count += 1
        self.out, self.err = (folder / f"process{Process.count}.{x}" for x in ("out", "err"))
        for path in (self.out, self.err):
            path.touch()  # it may be killed before it opens them
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            self._run(work)

    def _run(self, work: Callable[[], int]) -> None:
        code = 70
        try:
            for number, path in ((1, self.out), (2, self.err)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", closefd=False) for n in (1, 2))
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)

    def kill(self, how: int = signal.SIGKILL) -> None:
        os.kill(self.pid, how)

    def wait(self) -> Finished:
        status = os.waitpid(self.pid, 0)[1]
        return Finished(os.waitstatus_to_exitcode(status), self.out.read_text(), self.err.read_text())

    def wait_for(self, path: Path, seconds: float = 60) -> None:
        """Wait until a file is there."""
        end = time.monotonic() + seconds
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.002)


def stancekit(arguments: Sequence[object], folder: Path, cwd: Path | None = None) -> Finished:
    """Run `stancekit` with arguments and return how it ended."""

    def work() -> int:
        from stancekit_cli.main import run

        os.chdir(cwd or folder)
        return run([str(a) for a in arguments])

    return Process(work, folder).wait()
