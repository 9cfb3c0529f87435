"""ONNX graphs in memory: neighbours by tensor name, what is reached, constants kept once, a session."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
Feed = Mapping[str, Array]
"""Input name -> array: what one run of a graph takes."""


class Neighbours:
    """The constants of a graph, and who makes and who takes each tensor. Subgraphs are not looked into."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.constants: dict[str, onnx.TensorProto] = {tensor.name: tensor for tensor in model.graph.initializer}
        self.makers: dict[str, onnx.NodeProto] = {}
        self.takers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            self.makers.update((name, node) for name in node.output if name)
            for name in set(node.input):
                self.takers[name].append(node)
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t

    def value(self, name: str) -> Array | None:
        """The constant of that name; None if the tensor is computed."""
        tensor = self.constants.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def maker(self, name: str, kind: str) -> onnx.NodeProto | None:
        """The node that makes the tensor, if it is of that kind."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == kind else None

    def only_taker(self, name: str, kind: str) -> onnx.NodeProto | None:
        """The one node that takes the tensor, if it is of that kind and nothing else wants the tensor."""
        takers = self.takers[name]
        alone = len(takers) == 1 and name not in {output.name for output in self.model.graph.output}
        return takers[0] if alone and takers[0].op_type == kind else None

    def add(self, name: str, values: Array) -> str:
        """Put a constant into the graph; one of that name is there already only if it is the same. Gives the name."""
        if name not in self.constants:
            self.model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
            self.constants[name] = self.model.graph.initializer[-1]
        return name


def copied(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model that can be changed without changing this one."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def typed(model: onnx.ModelProto, tensors: Iterable[str]) -> onnx.ModelProto:
    """A copy that says of these tensors that they are float32: whoever quantises asks, and inference may not know."""
    made = copied(model)
    known = {info.name for info in [*made.graph.value_info, *made.graph.output, *made.graph.input]}
    infos = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in tensors if name not in known)
    made.graph.value_info.extend(infos)
    return made


def replace_nodes(model: onnx.ModelProto, replaced: Mapping[str, Sequence[onnx.NodeProto]]) -> None:
    """Put other nodes where those stand whose first output is named, and drop what no output needs any more."""
    nodes = [new for node in model.graph.node for new in replaced.get(node.output[0], [node])]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    prune(model)


def prune(model: onnx.ModelProto) -> None:
    """Drop the nodes, constants, shapes and operator sets that no output needs. The order stays."""
    graph = model.graph
    wanted = {output.name for output in graph.output}
    kept: list[onnx.NodeProto] = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
            wanted.update(_outer_names(node))
    kept.reverse()
    _put(graph.node, kept)
    _put(graph.initializer, [tensor for tensor in graph.initializer if tensor.name in wanted])
    made = {name for node in kept for name in node.output}
    _put(graph.value_info, [info for info in graph.value_info if info.name in made])
    domains = {"", *(node.domain for node in kept)}
    _put(model.opset_import, [opset for opset in model.opset_import if opset.domain in domains])


def share_constants(model: onnx.ModelProto) -> int:
    """Keep constants of the same type, shape and bytes once; how many were dropped."""
    first: dict[tuple[int, tuple[int, ...], bytes], str] = {}
    renamed: dict[str, str] = {}
    kept: list[onnx.TensorProto] = []
    for tensor in model.graph.initializer:
        content = hashlib.sha256(numpy_helper.to_array(tensor).tobytes()).digest()
        name = first.setdefault((tensor.data_type, tuple(tensor.dims), content), tensor.name)
        if name == tensor.name:
            kept.append(tensor)
        else:
            renamed[tensor.name] = name
    for node in model.graph.node:
        _put(node.input, [renamed.get(name, name) for name in node.input])
    _put(model.graph.initializer, kept)
    return len(renamed)


def open_graph(model: onnx.ModelProto, threads: int = 1, *, rewrite: bool = True) -> Any:
    """An ONNX Runtime session on the processor; ``rewrite`` false leaves the graph as it is, node by node."""
    import onnxruntime  # noqa: PLC0415 - rewriting a graph needs no runtime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if rewrite else levels.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _outer_names(node: onnx.NodeProto) -> Iterable[str]:
    """The tensors that the branches and bodies of a node take, theirs and those of the graph around."""
    for attribute in node.attribute:
        for graph in [attribute.g, *attribute.graphs]:
            for inner in graph.node:
                yield from inner.input
                yield from _outer_names(inner)
            yield from (output.name for output in graph.output)


def _put(field: Any, values: Iterable[Any]) -> None:
    """Replace the content of a repeated field."""
    values = list(values)
    del field[:]
    field.extend(values)
