"""The one interface of all runtimes."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from stancekit.network import TargetVectors

Array = NDArray[np.float32]
RuntimeName = Literal["torch", "torch-bf16", "onnx", "onnx-int8"]
RUNTIMES: tuple[RuntimeName, ...] = ("torch", "torch-bf16", "onnx", "onnx-int8")
"""``torch``: fp32 on the CPU or a GPU, the reference; ``torch-bf16``: half the bits, fast where the processor
multiplies them; ``onnx``: fp32 by onnxruntime; ``onnx-int8``: weights and activations in 8 bits."""


class Outputs(NamedTuple):
    """Scores of a batch as arrays, shapes as in ``network.Logits``; or of one statement, without the batch axis."""

    outcomes: Array
    actors: Array
    accusations: Array
    outcome_attention: Array
    actor_attention: Array
    charge_attention: Array

    def row(self, index: int) -> Outputs:
        """Return the scores of one statement of a batch."""
        return Outputs(*(array[index] for array in self))


class Runtime(Protocol):
    """Computes the scores of a batch.

    Attributes:
        name: One of ``RUNTIMES``.
        batch_tokens: Tokens of a batch, padding included, at which it is fastest.
    """

    name: RuntimeName
    batch_tokens: int

    def __call__(self, batch: dict[str, Tensor], targets: TargetVectors) -> Outputs:
        """Return the scores of a batch of ``StatementEncoder.batch`` for every target."""
        ...
