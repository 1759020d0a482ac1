"""Weights on disk: fp32, fp16, int8 a row, or int4 a group for the largest; fp32 again when loaded.

Symmetric round-to-nearest. int8 keeps one scale a row; int4 keeps one a group of 32 columns (as in
Dettmers & Zettlemoyer 2023, "The case for 4-bit precision"). One-dimensional weights stay fp16.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Packing = Literal["float32", "float16", "int8", "mixed"]
GROUP = 32
_INT4 = ("word_embeddings", "intermediate.dense", "output.dense")
"""With ``mixed`` the embeddings and feed-forward layers, two thirds of an encoder, are int4; the rest is int8."""


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
    return any(part in name for part in _INT4) and "attention" not in name


def _to_int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    scale = (weight.abs().amax(1, keepdim=True) / 127).clamp(min=1e-8).half()
    return (weight / scale.float()).round().clamp(-127, 127).to(torch.int8), scale


def _to_int4(weight: Tensor) -> tuple[Tensor, Tensor]:
    groups = weight.view(weight.shape[0], -1, GROUP)
    scale = (groups.abs().amax(-1, keepdim=True) / 7).clamp(min=1e-7).half()
    codes = ((groups / scale.float()).round().clamp(-7, 7) + 8).to(torch.uint8).view(weight.shape)
    return codes[:, 0::2] | (codes[:, 1::2] << 4), scale.squeeze(-1)


def _from_int4(packed: Tensor, scale: Tensor) -> Tensor:
    codes = torch.stack([packed & 15, packed >> 4], -1).view(packed.shape[0], -1).float() - 8
    return (codes.view(*scale.shape, GROUP) * scale.float()[..., None]).view(packed.shape[0], -1)
