"""A graph with its matrix products in 8 bits, each token with a scale of its own.

onnxruntime's own dynamic quantization takes one scale for the whole batch, so that a statement's score
depends on what it is batched with. Here an activation's scale is that of its token (its largest value is 127),
and a weight's that of its output column: scores stay independent.

Two things keep the error small. Channels with large values are made smaller, and the weights that read them larger
(SmoothQuant, Xiao et al. 2023). And where a product narrows (the second of each feed-forward layer), the weights'
rounding error is a second matrix of 8 bits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LEAST_COLUMNS = 64
"""Products with fewer columns stay in fp32: they cost nothing, and the last layers would lose most."""
SMOOTHING = 0.6
"""Share of a channel's size that moves into the weights, on a logarithmic scale."""
_ZERO, _ONE, _STEP, _LEAST, _LAST = "int8_zero", "int8_one", "int8_step", "int8_least", "int8_last_axis"


class Product(NamedTuple):
    """A matrix product with constant weights: names of input and output, the weights (inputs, outputs)."""

    x: str
    y: str
    name: str
    weight: Array


def to_int8(source: Path, target: Path, sample: dict[str, NDArray[Any]]) -> int:
    """Write the graph at ``source`` with its large constant matrices in 8 bits to ``target``.

    Args:
        source: A graph in fp32.
        target: The file to write.
        sample: Inputs of a pass, from which the size of each channel is learnt.

    Returns:
        How many products were turned.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    products = _products(graph)
    factors = _smoothing(products, _channels(source, {p.x for p in products.values()}, sample))
    constants: dict[str, NDArray[Any]] = {
        _ZERO: np.array(128, np.uint8), _ONE: np.array(1, np.float32), _STEP: np.array(1 / 127, np.float32),
        _LEAST: np.array(1e-8, np.float32), _LAST: np.array([-1], np.int64),
    }  # fmt: skip
    constants |= {f"{x}_factor": 1 / factor for x, factor in factors.items()}
    nodes: list[Any] = []
    quantized: set[str] = set()
    for node in graph.node:
        product = products.get(node.output[0])
        if product is None:
            nodes.append(node)
            continue
        if product.x not in quantized:  # queries, keys and values read the same tokens
            quantized.add(product.x)
            nodes += _quantize(helper, product.x, smooth=product.x in factors)
        weight = product.weight * factors.get(product.x, np.ones(1, np.float32))[:, None]
        nodes += _multiply(helper, product, weight, constants)
    kept = _used(nodes, {o.name for o in graph.output})
    read = {name for node in kept for name in node.input}
    stored = [i for i in graph.initializer if i.name in read]
    stored += [numpy_helper.from_array(a, name) for name, a in constants.items() if name in read]
    for place, items in ((graph.node, kept), (graph.initializer, stored)):
        del place[:]
        place.extend(items)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, str(target))
    return len(products)


def _products(graph: Any) -> dict[str, Product]:
    """Return the large products with constant weights, by the name of their output."""
    from onnx import numpy_helper

    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer if len(i.dims) == 2}
    arrays |= {
        n.output[0]: arrays[n.input[0]].T
        for n in graph.node
        if n.op_type == "Transpose" and n.input[0] in arrays
    }
    return {
        n.output[0]: Product(n.input[0], n.output[0], n.input[1], arrays[n.input[1]])
        for n in graph.node
        if n.op_type == "MatMul" and n.input[1] in arrays and arrays[n.input[1]].shape[1] >= LEAST_COLUMNS
    }


def _channels(source: Path, wanted: set[str], sample: dict[str, NDArray[Any]]) -> dict[str, Array]:
    """Return the largest size of each channel of some tensors of a graph, over a pass."""
    import onnx
    import onnxruntime
    from onnx import helper

    model = onnx.load(str(source))
    names = sorted(wanted)
    model.graph.output.extend(helper.make_tensor_value_info(x, onnx.TensorProto.FLOAT, None) for x in names)
    watched = source.with_name("watched.onnx")
    onnx.save(model, str(watched))
    session = onnxruntime.InferenceSession(str(watched), providers=["CPUExecutionProvider"])
    inputs = {i.name for i in session.get_inputs()}
    found = session.run(names, {k: v for k, v in sample.items() if k in inputs})
    watched.unlink()
    return {x: np.abs(v.reshape(-1, v.shape[-1])).max(0) for x, v in zip(names, found, strict=True)}


def _smoothing(products: dict[str, Product], channels: dict[str, Array]) -> dict[str, Array]:
    """Return what each channel is divided by, and its weights multiplied.

    Weights that read several tensors are left alone, and so are these.
    """
    readers: dict[str, set[str]] = {}
    for p in products.values():
        readers.setdefault(p.name, set()).add(p.x)
    factors: dict[str, Array] = {}
    for x, top in channels.items():
        reading = [p for p in products.values() if p.x == x]
        if any(len(readers[p.name]) > 1 for p in reading):
            continue
        weights = np.max([np.abs(p.weight).max(1) for p in reading], axis=0)
        factor = np.maximum(top, 1e-5) ** SMOOTHING / np.maximum(weights, 1e-5) ** (1 - SMOOTHING)
        factors[x] = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
    return factors


def _quantize(helper: Any, x: str, *, smooth: bool) -> list[Any]:
    """Return the nodes that give ``x_int8``, and ``x_scale`` of each token."""
    whole = f"{x}_smooth" if smooth else x
    steps = [("Mul", [x, f"{x}_factor"], whole)] if smooth else []
    steps += [
        ("ReduceMax", [whole, _LAST], f"{x}_max"), ("ReduceMin", [whole, _LAST], f"{x}_min"),
        ("Neg", [f"{x}_min"], f"{x}_low"), ("Max", [f"{x}_max", f"{x}_low", _LEAST], f"{x}_top"),
        ("Mul", [f"{x}_top", _STEP], f"{x}_scale"), ("Div", [whole, f"{x}_scale"], f"{x}_steps"),
        ("QuantizeLinear", [f"{x}_steps", _ONE, _ZERO], f"{x}_int8"),
    ]  # fmt: skip
    return [
        helper.make_node(op, given, [out], **({"keepdims": 1} if op.startswith("Reduce") else {}))
        for op, given, out in steps
    ]


def _multiply(helper: Any, product: Product, weight: Array, constants: dict[str, NDArray[Any]]) -> list[Any]:
    """Return the nodes of a product in 8 bits; its weights are added to the constants."""
    x, y = product.x, product.y
    name = f"{product.name}_{x}" if f"{x}_factor" in constants else product.name
    scale = np.maximum(np.abs(weight).max(0), 1e-12) / 127
    parts = [(np.round(weight / scale), scale)]
    if weight.shape[0] > weight.shape[1]:
        rest = weight - parts[0][0] * scale
        parts.append((np.clip(np.round(rest / (scale / 254)), -127, 127), scale / 254))
    nodes = []
    for n, (whole, step) in enumerate(parts):
        constants[f"{name}_int8_{n}"], constants[f"{name}_scale_{n}"] = (
            whole.astype(np.int8),
            step.astype("f"),
        )
        given = [f"{x}_int8", f"{name}_int8_{n}", _ONE, f"{name}_scale_{n}", _ZERO]
        nodes.append(
            helper.make_node("MatMulIntegerToFloat", given, [f"{y}_part_{n}"], domain="com.microsoft")
        )
    last = f"{y}_part_0"
    if len(parts) > 1:
        last = f"{y}_parts"
        nodes.append(helper.make_node("Add", [f"{y}_part_0", f"{y}_part_1"], [last]))
    return [*nodes, helper.make_node("Mul", [last, f"{x}_scale"], [y])]


def _used(nodes: list[Any], wanted: set[str]) -> list[Any]:
    """Return the nodes that something reads, in order."""
    kept, wanted = [], set(wanted)
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]
