"""Makes ``tiny_student.onnx``: a graph with the inputs and outputs of a `student` voice, small enough to be committed.

Run it by hand when the interface changes; it needs the `onnx` package (1.19 was used), which the tests do not::

    python tests/fakes/make_tiny_student.py

Each symbol lasts eight frames divided by the speed. Odd symbols buzz: harmonics falling by frequency at 100 Hz and a
little more for each number; even ones hiss. Numbers below 4, and the zeros at both ends, are silent. So what goes in
can be recognised in what comes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BINS = 601
FRAMES_PER_SYMBOL = 8.0
SILENCE = -20.0
TARGET = Path(__file__).with_name("tiny_student.onnx")


class Graph:
    """Nodes in the order in which they are computed."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output


def symbols_by_frame(graph: Graph) -> str:
    """Frame f shows symbol floor(f * speed / 8), int64 [1, F]."""
    add = graph.add
    speed = add("Squeeze", ["speed", "first_axis"], "speed_scalar")
    length = add("Gather", [add("Shape", ["ids"], "shape"), "one"], "length")
    unhurried = add("Mul", [add("Cast", [length], "long", to=TensorProto.FLOAT), "per_symbol"], "unhurried")
    total = add("Floor", [add("Div", [unhurried, speed], "total")], "floored")
    frames = add("Range", ["zero", add("Cast", [total], "whole", to=TensorProto.INT64), "one"], "frames")
    stretched = add("Mul", [add("Cast", [frames], "frame", to=TensorProto.FLOAT), speed], "stretched")
    place = add("Floor", [add("Div", [stretched, "per_symbol"], "hurried")], "place")
    end = add("Sub", [length, "one"], "end")
    inside = add("Min", [add("Cast", [place], "index", to=TensorProto.INT64), end], "inside")
    return add("Gather", ["ids", inside], "symbol", axis=1)


def outputs(graph: Graph, symbol: str) -> None:
    add = graph.add
    odd = add("Equal", [add("Mod", [symbol, "two"], "parity"), "one"], "odd")
    heard = add("GreaterOrEqual", [symbol, "four"], "heard")
    voiced = add("And", [odd, heard], "voiced")
    hissing = add("And", [add("Not", [odd], "even"), heard], "hissing")
    number = add("Cast", [symbol], "number", to=TensorProto.FLOAT)
    add("Where", [voiced, add("Add", [number, "base_pitch"], "pitch"), "nothing"], "f0")
    add("Where", [add("Unsqueeze", [voiced, "second_axis"], "voiced_bins"), "slope", "silence"], "lh")
    hiss = add("Where", [add("Unsqueeze", [hissing, "second_axis"], "hissing_bins"), "hiss", "silence"], "loudness")
    none = add("Mul", ["lh", "nothing"], "none")
    add("Add", [none, hiss], "ln")
    add("Add", [none, "silence"], "lr")
    add("Identity", [none], "theta")
    add("Identity", [none], "phi")


def constants() -> list[onnx.TensorProto]:
    slope = 1.0 - np.arange(BINS, dtype=np.float32).reshape(1, BINS, 1) / 100
    values: dict[str, Any] = {
        "zero": np.int64(0), "one": np.int64(1), "two": np.int64(2), "four": np.int64(4),
        "first_axis": np.array([0], np.int64), "second_axis": np.array([1], np.int64),
        "nothing": np.float32(0), "per_symbol": np.float32(FRAMES_PER_SYMBOL), "base_pitch": np.float32(100),
        "slope": slope, "hiss": np.full((1, 1, 1), 0.5, np.float32), "silence": np.full((1, 1, 1), SILENCE, np.float32),
    }  # fmt: skip
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]


def student() -> onnx.ModelProto:
    graph = Graph()
    outputs(graph, symbols_by_frame(graph))
    tensor = helper.make_tensor_value_info
    spectra = [tensor(name, TensorProto.FLOAT, [1, BINS, "F"]) for name in ("lh", "theta", "ln", "lr", "phi")]
    made = helper.make_graph(
        graph.nodes,
        "tiny_student",
        [tensor("ids", TensorProto.INT64, [1, "L"]), tensor("speed", TensorProto.FLOAT, [1])],
        [*spectra, tensor("f0", TensorProto.FLOAT, [1, "F"])],
        constants(),
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main() -> None:
    model = student()
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(TARGET))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
