"""A graph with its matrix products in 8 bits, each token with a scale of its own.

onnxruntime's own dynamic quantization takes one scale for the whole batch, so that a statement's score
depends on what it is batched with. Here an activation's scale is that of its token (its largest value is 127),
and a weight's that of its output column: scores stay independent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_COLUMNS = 64
"""Products with fewer columns stay in fp32: they cost nothing, and the last layers would lose most."""
_ZERO, _ONE, _STEP, _LEAST, _LAST = "int8_zero", "int8_one", "int8_step", "int8_least", "int8_last_axis"


def to_int8(source: Path, target: Path) -> int:
    """Write the graph at ``source`` with its large constant matrices in 8 bits to ``target``.

    Returns:
        How many products were turned.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    weights = _weights(graph)
    constants: dict[str, NDArray[Any]] = {
        _ZERO: np.array(128, np.uint8), _ONE: np.array(1, np.float32), _STEP: np.array(1 / 127, np.float32),
        _LEAST: np.array(1e-8, np.float32), _LAST: np.array([-1], np.int64),
    }  # fmt: skip
    nodes: list[Any] = []
    quantized: set[str] = set()
    turned = 0
    for node in graph.node:
        weight = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if weight is None or weight.shape[1] < LEAST_COLUMNS:
            nodes.append(node)
            continue
        turned += 1
        (x, w), (y,) = node.input, node.output
        if x not in quantized:  # queries, keys and values read the same tokens
            quantized.add(x)
            nodes += _quantize(helper, x)
        if f"{w}_int8" not in constants:
            scale = np.maximum(np.abs(weight).max(0), 1e-12) / 127
            constants[f"{w}_int8"] = np.round(weight / scale).astype(np.int8)
            constants[f"{w}_scale"] = scale.astype(np.float32)
        nodes += [
            helper.make_node(
                "MatMulIntegerToFloat", [f"{x}_int8", f"{w}_int8", _ONE, f"{w}_scale", _ZERO], [f"{y}_raw"],
                domain="com.microsoft",
            ),
            helper.make_node("Mul", [f"{y}_raw", f"{x}_scale"], [y]),
        ]  # fmt: skip
    kept = _used(nodes, {o.name for o in graph.output})
    read = {name for node in kept for name in node.input}
    stored = [i for i in graph.initializer if i.name in read]
    stored += [numpy_helper.from_array(array, name) for name, array in constants.items()]
    for place, items in ((graph.node, kept), (graph.initializer, stored)):
        del place[:]
        place.extend(items)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, str(target))
    return turned


def _weights(graph: Any) -> dict[str, NDArray[np.float32]]:
    """Return the constant matrices by the name under which products read them, as (inputs, outputs)."""
    from onnx import numpy_helper

    found = {i.name: numpy_helper.to_array(i) for i in graph.initializer if len(i.dims) == 2}
    turned = {
        n.output[0]: found[n.input[0]].T
        for n in graph.node
        if n.op_type == "Transpose" and n.input[0] in found
    }
    return {name: array for name, array in (found | turned).items() if array.dtype == np.float32}


def _quantize(helper: Any, x: str) -> list[Any]:
    """Return the nodes that give ``x_int8``, and ``x_scale`` of each token."""
    steps = [
        ("ReduceMax", [x, _LAST], f"{x}_max"), ("ReduceMin", [x, _LAST], f"{x}_min"),
        ("Neg", [f"{x}_min"], f"{x}_low"), ("Max", [f"{x}_max", f"{x}_low", _LEAST], f"{x}_top"),
        ("Mul", [f"{x}_top", _STEP], f"{x}_scale"), ("Div", [x, f"{x}_scale"], f"{x}_steps"),
        ("QuantizeLinear", [f"{x}_steps", _ONE, _ZERO], f"{x}_int8"),
    ]  # fmt: skip
    return [
        helper.make_node(op, given, [out], **({"keepdims": 1} if op.startswith("Reduce") else {}))
        for op, given, out in steps
    ]


def _used(nodes: list[Any], wanted: set[str]) -> list[Any]:
    """Return the nodes that something reads, in order."""
    kept, wanted = [], set(wanted)
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]
