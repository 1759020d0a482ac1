"""The network as it was trained, on the CPU or a GPU."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor

from stancekit.network import StanceNetwork, TargetVectors
from stancekit.runtimes.runtime import Outputs, RuntimeName


class TorchRuntime:
    """Runs the network by torch.

    Args:
        network: On the device, and out of training mode.
        device: Where to compute.
        half: Matrix products in bfloat16 (autocast); weights stay as they are.
    """

    def __init__(self, network: StanceNetwork, device: torch.device, *, half: bool = False) -> None:
        self.network, self.device, self.half = network, device, half
        self.name: RuntimeName = "torch-bf16" if half else "torch"
        self.batch_tokens = 16_384 if device.type == "cuda" else 2048 if half else 1024

    def __call__(self, batch: dict[str, Tensor], targets: TargetVectors) -> Outputs:
        """Return the scores of a batch for every target."""
        moved = {k: v.to(self.device, non_blocking=True) for k, v in batch.items()}
        half = torch.autocast(self.device.type, torch.bfloat16) if self.half else nullcontext()
        with torch.inference_mode(), half:
            out = self.network(moved, targets)
        return Outputs(*(getattr(out, name).float().cpu().numpy() for name in Outputs._fields))
