"""Reading ahead and writing behind: one at a time, in order, and no error is lost."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from stancekit.scoring.overlap import ahead, behind


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_the_next_item_is_made_meanwhile_and_no_other(pool: ThreadPoolExecutor) -> None:
    taken, made = [Event() for _ in range(6)], 0

    def items() -> Generator[int]:
        nonlocal made
        for number in range(5):
            assert not number or taken[number - 1].wait(20)  # made while the one before is in use
            made += 1
            yield number

    for number in ahead(items(), pool, Event()):
        taken[number].set()
        end = time.monotonic() + 20
        while made < min(number + 2, 5) and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(0.01)
        assert made == min(number + 2, 5)


def test_what_fails_in_a_thread_is_raised_where_it_would_have_been(pool: ThreadPoolExecutor) -> None:
    def items() -> Generator[int]:
        yield 1
        yield 2
        raise OSError("gone")

    got = []
    with pytest.raises(OSError, match="gone"):
        for item in ahead(items(), pool, Event()):
            got.append(item)
    assert got == [1, 2]


def test_a_caller_that_wants_no_more_ends_the_generator(pool: ThreadPoolExecutor) -> None:
    stop, ended = Event(), []

    def items() -> Generator[int]:
        try:
            yield 1
            while not stop.is_set():
                time.sleep(0.001)
        finally:
            ended.append(True)

    coming = ahead(items(), pool, stop)
    assert next(coming) == 1
    coming.close()  # type: ignore[attr-defined]
    assert ended == [True]


def test_work_is_done_in_order_while_the_next_item_is_made(pool: ThreadPoolExecutor) -> None:
    begun, done = [Event() for _ in range(3)], []

    def items() -> Iterator[int]:
        for number in range(3):
            assert not number or begun[number - 1].wait(20)
            yield number

    def work(number: int) -> None:
        begun[number].set()
        time.sleep(0.02)
        done.append(number)

    behind(work, items(), pool)
    assert done == [0, 1, 2]


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_after_work_that_fails_no_other_is_begun(pool: ThreadPoolExecutor, bad: int) -> None:
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        if number == bad:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        behind(work, range(3), pool)
    assert begun == list(range(bad + 1))
