"""Reading, scoring and writing at the same time, each in its own thread, one part ahead of the other.

Scoring stays in the thread of the caller. What is read ahead is one part, so memory stays flat; what fails in
a thread is raised in the caller's, where it would have been raised without threads.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from contextlib import closing
from threading import Event
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Generator[T], pool: Executor, stop: Event) -> Iterator[T]:
    """Yield the items, each made in a thread of the pool while the caller is busy with the one before.

    Args:
        items: The generator; closed at the end, when it has come to rest.
        pool: Where it runs, in one thread at a time.
        stop: Set when the caller wants no more; the generator may then end early.

    Raises:
        Exception: what making an item raises, in its place.
    """
    with closing(items):
        coming: Future[T | None] = pool.submit(next, items, None)
        try:
            while (item := coming.result()) is not None:
                coming = pool.submit(next, items, None)
                yield item
        finally:
            stop.set()
            wait([coming])


def behind(work: Callable[[T], object], items: Iterable[T], pool: Executor) -> None:
    """Do the work on each item, in order, in a thread of the pool while the next item is made.

    Raises:
        Exception: what the work on an item raises; the work on no later item is begun.
    """
    last: Future[object] | None = None
    for item in items:
        if last:
            last.result()
        last = pool.submit(work, item)
    if last:
        last.result()
