"""The network as ONNX graphs: the whole pass, any number of statements, tokens, actors and targets.

CHECKPOINT/onnx/model.onnx         fp32
CHECKPOINT/onnx/model-int8.onnx    8 bits
CHECKPOINT/onnx/export.json        hash of the weights they were made from
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stancekit.actors.finder import ActorFinder
from stancekit.cache import cache_folder
from stancekit.checkpoint import WEIGHTS, Checkpoint, sha256, writing
from stancekit.errors import MissingExtraError
from stancekit.network import StanceNetwork, TargetVectors
from stancekit.records import Statement
from stancekit.runtimes.int8 import to_int8
from stancekit.runtimes.onnx_runtime import TARGETS
from stancekit.runtimes.runtime import Outputs, RuntimeName
from stancekit.target_vectors import encode_codebook

FOLDER, RECORD = "onnx", "export.json"
FORMAT = 2
"""Rises when graphs are made in another way; older ones are then made anew."""
FILES: dict[RuntimeName, str] = {"onnx": "model.onnx", "onnx-int8": "model-int8.onnx"}
OPSET = 20


def exported(card: Checkpoint) -> Path | None:
    """Return the folder of a checkpoint's graphs; None if there are none of these weights, made in today's way."""
    weights = sha256(card.path / WEIGHTS)
    for folder in (card.path / FOLDER, _cache(weights)):
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        made = isinstance(record, dict) and (record.get("format"), record.get("weights"))
        if made == (FORMAT, weights) and all((folder / name).is_file() for name in FILES.values()):
            return folder
    return None


def _cache(weights: str) -> Path:
    """Return where graphs lie whose checkpoint's folder cannot be written."""
    return cache_folder() / "onnx" / weights[:32]


def export(card: Checkpoint, folder: Path | None = None) -> Path:
    """Write a checkpoint's graphs and return their folder.

    Args:
        card: The checkpoint.
        folder: Where to; by default ``onnx`` in the checkpoint's folder, or if that cannot be written the user's
            cache.

    Raises:
        MissingExtraError: if onnx or onnxscript is not installed.
        OutputError: if the graphs cannot be written.
    """
    weights = sha256(card.path / WEIGHTS)
    if folder is None:
        folder = card.path / FOLDER if os.access(card.path, os.W_OK) else _cache(weights)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            whole, small = (Path(scratch) / FILES[name] for name in ("onnx", "onnx-int8"))
            feed = sample(card)
            write_graph(card.network, whole, typed="token_type_ids" in feed)
            to_int8(whole, small, feed)
            for path in (whole, small):
                path.replace(folder / path.name)
        record = {"format": FORMAT, "weights": weights, "torch": torch.__version__, "opset": OPSET}
        (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return folder


def write_graph(network: StanceNetwork, path: Path, *, typed: bool) -> None:
    """Write a network's graph in fp32.

    Args:
        network: On the CPU.
        path: The file.
        typed: Whether its backbone reads ``token_type_ids``.

    Raises:
        MissingExtraError: if onnx or onnxscript is not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            'an export needs onnx and onnxscript; expected: pip install "stancekit[onnx]"'
        ) from None
    statements, tokens, actors, outcomes, charges = map(torch.export.Dim, ("B", "T", "A", "O", "C"))
    size = int(network.backbone.config.hidden_size)
    # Any numbers will do that are no 0 and no 1: these would be taken for constants.
    b, t, a = 3, 7, 2
    inputs: dict[str, Tensor] = {
        "input_ids": torch.full((b, t), 5), "attention_mask": torch.ones(b, t, dtype=torch.long),
        "text_mask": torch.ones(b, t, dtype=torch.long), "mention_weights": torch.full((b, a, t), 1 / t),
        "roles": torch.ones(b, a, dtype=torch.long),
    }  # fmt: skip
    if typed:
        inputs["token_type_ids"] = torch.zeros(b, t, dtype=torch.long)
    axes: dict[str, dict[int, torch.export.Dim]] = {name: {0: statements, 1: tokens} for name in inputs}
    axes |= {"mention_weights": {0: statements, 1: actors, 2: tokens}, "roles": {0: statements, 1: actors}}
    vectors = TargetVectors(torch.randn(4, size), torch.randn(1, size), torch.randn(6, size))
    names = tuple(inputs)
    with _quiet(), torch.no_grad():
        torch.onnx.export(
            _Pass(network.eval(), names), (*inputs.values(), *vectors), str(path), opset_version=OPSET,
            input_names=[*names, *TARGETS], output_names=list(Outputs._fields), external_data=False, verbose=False,
            dynamic_shapes=((*(axes[name] for name in names), {0: outcomes}, {}, {0: charges}),), dynamo=True,
        )  # fmt: skip


def sample(card: Checkpoint) -> dict[str, NDArray[Any]]:
    """Return inputs of a pass over the definitions of the checkpoint's own codebook, as if they were said."""
    book = card.codebook
    texts = [Statement(id=t.name, text=t.definition or t.name) for t in book.targets]
    found = ActorFinder(book).find_many(texts)
    batch = card.encoder.batch(card.encoder.many(texts, found))
    with torch.inference_mode():
        vectors = encode_codebook(card.network, card.encoder, book, torch.device("cpu"))
    feed = {k: v.numpy() for k, v in batch.items()}
    return feed | {k: v.numpy() for k, v in zip(TARGETS, vectors, strict=True)}


class _Pass(nn.Module):
    """The network's forward with its inputs one by one, as a graph has them."""

    def __init__(self, network: StanceNetwork, names: tuple[str, ...]) -> None:
        super().__init__()
        self.network, self.names = network, names

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        n = len(self.names)
        out = self.network(dict(zip(self.names, given[:n], strict=True)), TargetVectors(*given[n:]))
        return tuple(getattr(out, name) for name in Outputs._fields)


@contextlib.contextmanager
def _quiet():  # type: ignore[no-untyped-def]
    """Keep the exporter's chatter from the user's screen."""
    noisy = logging.getLogger("torch.onnx")
    before = noisy.level
    noisy.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        noisy.setLevel(before)
