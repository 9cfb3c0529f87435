"""The graphs of a voice as files: constants kept once for all variants, in one file beside the graphs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import onnx
from onnx import external_data_helper

from quantize.graphs import copied

WEIGHTS = "weights.bin"
"""Name of the file with the constants of all graphs; it must stay beside them under this name."""
SMALLEST = 1024
"""Bytes from which a constant is worth keeping outside its graph."""
ALIGNMENT = 64
"""Bytes; a cache line."""


def pack(models: Mapping[str, onnx.ModelProto]) -> dict[str, bytes]:
    """File name → content: each graph under the name given, and :data:`WEIGHTS`; the same graphs give the same bytes.

    The runtime maps the constants into memory from the file, so that variants share them there too.
    """
    weights, places, files = bytearray(), {}, {}
    for name in sorted(models):
        graph = copied(models[name])
        for tensor in graph.graph.initializer:
            content = _content(tensor)
            if len(content) < SMALLEST:
                continue
            digest = hashlib.sha256(content).digest()
            if digest not in places:
                weights.extend(bytes(-len(weights) % ALIGNMENT))
                places[digest] = len(weights)
                weights.extend(content)
            tensor.raw_data = content
            external_data_helper.set_external_data(tensor, WEIGHTS, places[digest], len(content))
            tensor.ClearField("raw_data")
        files[name] = graph.SerializeToString(deterministic=True)
    return {**files, WEIGHTS: bytes(weights)}


def _content(tensor: onnx.TensorProto) -> bytes:
    """The numbers of a constant in little-endian order, as external data must be."""
    if tensor.HasField("raw_data"):
        return bytes(tensor.raw_data)
    return onnx.numpy_helper.to_array(tensor).tobytes()
