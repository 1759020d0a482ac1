"""Which arithmetic is faster on this processor: try both for a second."""

from __future__ import annotations

import time
from contextlib import nullcontext

import torch

from stancekit.network import StanceNetwork


def pick_precision(wanted: str, network: StanceNetwork, seconds: float = 0.5) -> str:
    """Return ``fp32`` or ``bf16``: what is wanted, or for ``auto`` the one that trains faster here.

    Args:
        wanted: ``auto``, ``fp32`` or ``bf16``.
        network: The network to time; its weights stay as they are.
        seconds: How long each is tried.
    """
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    rates = {p: _rate(network, p == "bf16", seconds) for p in ("fp32", "bf16")}
    return max(rates, key=lambda p: rates[p])


def _rate(network: StanceNetwork, bf16: bool, seconds: float) -> float:
    """Return backbone passes, forward and backward, a second of processor time: other work does not count."""
    ids = torch.full((8, 64), 5)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    count, begin = 0, 0.0
    with torch.random.fork_rng():
        while not count or time.process_time() - begin < seconds:
            with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
                out = network.backbone(**inputs).last_hidden_state.float().pow(2).mean()
            out.backward()
            network.zero_grad(set_to_none=True)
            if not begin:  # the first pass warms up
                begin = time.process_time()
                continue
            count += 1
    return count / (time.process_time() - begin)
