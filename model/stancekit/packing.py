"""Weights on disk: fp32, fp16, int8 a row, or int4 a group for the largest; fp32 again when loaded.

Symmetric, to the nearest step. int8 keeps one scale a row; int4 keeps one a group of 32 columns (as in
Dettmers & Zettlemoyer 2023, "The case for 4-bit precision"). One-dimensional weights stay fp16.
"""

from __future__ import annotations

import re
from typing import Literal

import torch
from torch import Tensor

Packing = Literal["float32", "float16", "int8", "mixed"]
GROUP = 32
_INT4 = (
    "word_embeddings",
    "intermediate.dense",
    "layer.output.dense",
    ".attn.q.",
    ".attn.k.",
    "self.query",
    "self.key",
)
"""With ``mixed`` embeddings, feed-forward layers, queries and keys are int4; values, outputs and heads int8."""
_CLIPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)
"""Shares of a group's largest weight tried as the end of its scale; the one with the least squared error is kept."""


def pack(state: dict[str, Tensor], packing: Packing) -> dict[str, Tensor]:
    """Return the tensors to store: ``name`` itself, or ``name.int8`` / ``name.int4`` with ``name.scale``."""
    out: dict[str, Tensor] = {}
    for name, weight in state.items():
        weight = weight.detach().cpu().contiguous()
        if packing == "float32" or not weight.is_floating_point():
            out[name] = weight
        elif packing == "float16" or weight.dim() != 2 or weight.shape[0] < 64:
            out[name] = weight.half()
        elif packing == "mixed" and weight.shape[1] % GROUP == 0 and _is_large(name):
            out[f"{name}.int4"], out[f"{name}.scale"] = _to_int4(weight.float())
        else:
            out[f"{name}.int8"], out[f"{name}.scale"] = _to_int8(weight.float())
    return out


def unpack(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return fp32 tensors by name from what ``pack`` stored."""
    out: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith(".int8"):
            out[name[:-5]] = tensor.float() * stored[f"{name[:-5]}.scale"].float()
        elif name.endswith(".int4"):
            out[name[:-5]] = _from_int4(tensor, stored[f"{name[:-5]}.scale"])
        elif not name.endswith(".scale"):
            out[name] = tensor.float() if tensor.is_floating_point() else tensor
    return out


def _is_large(name: str) -> bool:
    return name.startswith("backbone.") and any(
        part in re.sub(r"layer\.\d+", "layer", name) for part in _INT4
    )


def _to_int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    scale = (weight.abs().amax(1, keepdim=True) / 127).clamp(min=1e-8).half()
    return (weight / scale.float()).round().clamp(-127, 127).to(torch.int8), scale


def _to_int4(weight: Tensor) -> tuple[Tensor, Tensor]:
    groups = weight.view(weight.shape[0], -1, GROUP)
    largest = groups.abs().amax(-1, keepdim=True)
    best = torch.full_like(largest, torch.inf)
    codes, scale = torch.zeros_like(groups), torch.zeros_like(largest)
    for clip in _CLIPS:
        step = (clip * largest / 7).clamp(min=1e-7).half().float()
        tried = (groups / step).round().clamp(-7, 7)
        error = (tried * step - groups).square().sum(-1, keepdim=True)
        better = error < best
        best, codes, scale = (
            torch.where(better, error, best),
            torch.where(better, tried, codes),
            torch.where(better, step, scale),
        )
    packed = (codes + 8).to(torch.uint8).view(weight.shape)
    return packed[:, 0::2] | (packed[:, 1::2] << 4), scale.squeeze(-1).half()


def _from_int4(packed: Tensor, scale: Tensor) -> Tensor:
    codes = torch.stack([packed & 15, packed >> 4], -1).view(packed.shape[0], -1).float() - 8
    return (codes.view(*scale.shape, GROUP) * scale.float()[..., None]).view(packed.shape[0], -1)
