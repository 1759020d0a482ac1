"""The connection to a Ray cluster: made and ended, silent, its failures told in a line."""

from __future__ import annotations

import logging
import os
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from stancekit.errors import InputError, MissingExtraError, OutputError, StancekitError

STORE = 500_000_000
"""Memory for what is read and not yet scored, in bytes, of a cluster that is started here."""


def import_ray() -> Any:
    """Return ray, silent and without its telemetry.

    Raises:
        MissingExtraError: if it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")  # else what is left of a run starts a cluster anew
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # Ray Data's own actors are warned of otherwise
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError(
            'the engine "ray" needs ray[data]; expected it installed: pip install "stancekit[ray]"'
        ) from None
    return ray


@contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[None]:
    """Connect to a cluster, or start one; one that this process is connected to already is used and left.

    Args:
        address: As of ``RayEngine``.
        workers: CPUs of a cluster that is started.

    Raises:
        InputError: if there is no such cluster.
    """
    ray = import_ray()
    if ray.is_initialized():
        with _quiet(ray):
            yield
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        options |= {"num_cpus": workers, "object_store_memory": STORE, "include_dashboard": False}
    try:
        if address and address != "auto":
            _answers(address)
        with _without_stderr():
            ray.init(address=address or "local", **options)
    except (OSError, RuntimeError, ValueError) as e:
        what = f"{address}: no Ray cluster there; expected HOST:PORT of its head, or auto"
        raise InputError(what if address else f"Ray does not start on this machine: {_short(e)}") from None
    try:
        with _quiet(ray):
            yield
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Raise an OSError or ValueError at once where nothing answers; Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    socket.create_connection((host, int(port)), timeout=10).close()


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Drop what is written on standard error for a while, by compiled code too: that its level of logging is set."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _quiet(ray: Any) -> Iterator[None]:
    """Keep the order of the inputs, blocks small, and the library's chatter from the screen, for a while."""
    context = ray.data.DataContext.get_current()
    names = (
        "target_max_block_size",
        "enable_progress_bars",
        "execution_options",
        "raise_original_map_exception",
    )
    before = {name: getattr(context, name) for name in names}
    context.target_max_block_size = 1
    context.enable_progress_bars = False
    context.raise_original_map_exception = True
    context.execution_options = copy(before["execution_options"])
    context.execution_options.preserve_order = True
    logger = logging.getLogger("ray.data")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what fails is raised
    try:
        yield
    finally:
        logger.setLevel(level)
        for name, value in before.items():
            setattr(context, name, value)


@contextmanager
def told() -> Iterator[None]:
    """Raise what failed in a worker as if it had here; what else fails in the cluster is told in one line.

    Raises:
        OutputError: if the cluster fails.
    """
    from ray.data.exceptions import ExecutionTimeoutError, SystemException
    from ray.exceptions import RayError

    try:
        yield
    except (RayError, ExecutionTimeoutError, SystemException) as e:
        traceback.clear_frames(e.__traceback__)  # what they hold of the cluster goes before its connection
        for cause in _causes(e):
            if isinstance(cause, StancekitError) and not isinstance(cause, RayError):
                raise type(cause)(str(cause).partition("\n")[0]) from None  # Ray has added lines of its own
        what = f"the cluster failed: {type(cause).__name__}: {_short(cause)}"
        raise OutputError(f"{what}; what is finished can be gone on from (--resume)") from None


def _causes(e: BaseException | None) -> Iterator[BaseException]:
    while e is not None:
        yield e
        e = getattr(e, "cause", None) or e.__cause__


def _short(e: BaseException) -> str:
    return " ".join(str(e).split())[:300]
