"""Which runtime: the one asked for, or the fastest of those at hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from stancekit.checkpoint import Checkpoint
from stancekit.errors import ConfigError, StancekitError
from stancekit.network import StanceNetwork, TargetVectors
from stancekit.runtimes.export import FILES, export, exported
from stancekit.runtimes.onnx_runtime import OnnxRuntime
from stancekit.runtimes.runtime import RUNTIMES, Runtime, RuntimeName
from stancekit.runtimes.torch_runtime import TorchRuntime

SECONDS = 1.0
"""How long all candidates together are measured."""


def make_runtime(
    name: str, network: StanceNetwork, device: torch.device, card: Checkpoint | None = None
) -> Runtime:
    """Return a runtime by its name; a graph that is missing is exported first, which takes about a minute.

    Raises:
        ConfigError: if there is no such runtime, or it does not run on the device.
        MissingExtraError: if its package is not installed.
    """
    if name not in RUNTIMES:
        raise ConfigError(f"runtime: {name!r}; expected auto or one of {', '.join(RUNTIMES)}")
    if name in ("torch", "torch-bf16"):
        return TorchRuntime(network, device, half=name == "torch-bf16")
    if device.type != "cpu":
        raise ConfigError(f"runtime: {name} computes on the CPU; expected --device cpu, or torch on a GPU")
    if card is None:
        raise ConfigError(
            f"runtime: {name} needs a saved checkpoint; expected torch, or save_pretrained first"
        )
    return _onnx(exported(card) or export(card), name)


def _onnx(folder: Path, name: RuntimeName) -> Runtime:
    return OnnxRuntime(folder / FILES[name], name)


def candidates(
    network: StanceNetwork, device: torch.device, card: Checkpoint | None
) -> list[Callable[[], Runtime]]:
    """Return what ``auto`` chooses among: torch, and the graphs that are already exported."""
    made: list[Callable[[], Runtime]] = [
        partial(TorchRuntime, network, device, half=half) for half in (False, True)
    ]
    folder = exported(card) if device.type == "cpu" and card is not None else None
    return made + [partial(_onnx, folder, name) for name in FILES if folder]


def fastest(
    made: Sequence[Callable[[], Runtime]], batch: dict[str, Tensor], targets: TargetVectors
) -> tuple[Runtime, dict[RuntimeName, float]]:
    """Return the fastest runtime on a batch, and the seconds that each took at best.

    Each runs once unmeasured, then in turns until a second is over. One that cannot be made is left out.
    """
    runtimes: list[Runtime] = []
    for make in made:
        try:
            runtime = make()
            runtime(batch, targets)
        except (StancekitError, RuntimeError):
            continue
        runtimes.append(runtime)
    best = {r.name: float("inf") for r in runtimes}
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or float("inf") in best.values():
        for runtime in runtimes:
            began = time.perf_counter()
            runtime(batch, targets)
            best[runtime.name] = min(best[runtime.name], time.perf_counter() - began)
    return min(runtimes, key=lambda r: best[r.name]), best
