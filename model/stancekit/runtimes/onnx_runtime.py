"""An exported graph, run by onnxruntime on the CPU."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from stancekit.errors import CheckpointError, MissingExtraError
from stancekit.network import TargetVectors
from stancekit.runtimes.runtime import Outputs, RuntimeName

TARGETS = ("target_outcomes", "target_actor", "target_accusations")
"""Inputs of a graph beside those of ``StatementEncoder.batch``: the codebook's target vectors."""


class OnnxRuntime:
    """Runs an exported graph.

    Args:
        path: The graph.
        name: ``onnx`` or ``onnx-int8``.
        threads: Threads of a pass; by default as many as torch would take.

    Raises:
        MissingExtraError: if onnxruntime is not installed.
        CheckpointError: if the graph is damaged.
    """

    batch_tokens = 1024

    def __init__(self, path: Path, name: RuntimeName, threads: int | None = None) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise MissingExtraError(
                f'--runtime {name} needs onnxruntime; expected: pip install "stancekit[onnx]"'
            ) from None
        self.name = name
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or torch.get_num_threads()
        options.inter_op_num_threads = 1
        # Idle threads would spin, and take the processor from parsing and tokenizing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as e:  # onnxruntime raises classes of its own for each kind of damage
            raise CheckpointError(f"{path}: damaged; expected a graph of `stancekit export`: {e}") from None
        self._inputs = {i.name for i in self.session.get_inputs()}

    def __call__(self, batch: dict[str, Tensor], targets: TargetVectors) -> Outputs:
        """Return the scores of a batch for every target."""
        feed = {k: v.numpy() for k, v in batch.items() if k in self._inputs}
        feed |= {k: v.float().cpu().numpy() for k, v in zip(TARGETS, targets, strict=True)}
        return Outputs(*self.session.run(list(Outputs._fields), feed))
