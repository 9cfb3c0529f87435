"""A small graph that TensorRT runs, and what is found when one thing about it is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edged.engine.decoder import FRAMES
from quantize.graphs import Array, copied
from quantize.student.drawing import Drawing
from quantize.tensorrt import OPERATORS, Unfit, check, problems

ROWS, INPUTS, OUTPUTS = 64, 32, 48
Break = Callable[[onnx.ModelProto], None]


def good() -> onnx.ModelProto:
    """Rows and weight in int8, a bias in float; a norm, a convolution and an addition beside them."""
    graph = Drawing("good")
    scale, zero = graph.constant("scale", np.float32(0.1)), graph.constant("zero", np.int8(0))
    text = graph.input("text", [ROWS, INPUTS])
    graph.node("QuantizeLinear", [text, scale, zero], "text_q")
    graph.node("DequantizeLinear", ["text_q", scale, zero], "text_dq")
    numbers = graph.constant("numbers", np.ones((INPUTS, OUTPUTS), np.int8))
    steps, zeros = graph.constant("steps", np.full(OUTPUTS, 0.1, np.float32)), np.zeros(OUTPUTS, np.int8)
    graph.node("DequantizeLinear", [numbers, steps, graph.constant("zeros", zeros)], "weight", axis=1)
    bias = graph.constant("bias", np.ones(OUTPUTS, np.float32))
    graph.node("Gemm", ["text_dq", "weight", bias], "wide")
    factors = [graph.constant(name, np.ones(OUTPUTS, np.float32)) for name in ("gain", "shift")]
    graph.node("LayerNormalization", ["wide", *factors], "normed", axis=-1)
    graph.node("Relu", ["normed"], "bent")
    picture = graph.node("Unsqueeze", ["bent", graph.numbers(0)], "picture")
    taps = graph.constant("taps", np.ones((ROWS, 1, 3), np.float32))
    graph.node("Conv", [picture, taps], "mixed", group=ROWS, pads=[1, 1])
    graph.node("Squeeze", ["mixed", graph.numbers(0)], "flat")
    graph.node("Add", ["flat", "bent"], "spectrum")
    graph.output("spectrum", [ROWS, OUTPUTS])
    model = graph.model()
    helper.set_model_props(model, {FRAMES: str(ROWS)})
    return model


def node(model: onnx.ModelProto, output: str) -> onnx.NodeProto:
    found: onnx.NodeProto = next(one for one in model.graph.node if one.output[0] == output)
    return found


def constant(model: onnx.ModelProto, name: str, value: Array) -> None:
    tensor = next((one for one in model.graph.initializer if one.name == name), None) or model.graph.initializer.add()
    tensor.CopyFrom(numpy_helper.from_array(value, name))


def operator(name: str, domain: str = "") -> Break:
    def broken(model: onnx.ModelProto) -> None:
        node(model, "bent").op_type = name
        node(model, "bent").domain = domain

    return broken


def value(name: str, content: Array) -> Break:
    return lambda model: constant(model, name, content)


def takes(output: str, place: int, name: str) -> Break:
    """The node takes another tensor at this place."""

    def broken(model: onnx.ModelProto) -> None:
        node(model, output).input[place] = name

    return broken


def attribute(output: str, name: str, number: int) -> Break:
    def broken(model: onnx.ModelProto) -> None:
        found = node(model, output)
        kept = [one for one in found.attribute if one.name != name]
        del found.attribute[:]
        found.attribute.extend([*kept, helper.make_attribute(name, number)])

    return broken


def open_axis(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "n"


def unknown_shape(model: onnx.ModelProto) -> None:
    """Of what stands between: the new shape is not known before the graph runs."""
    model.graph.input.append(helper.make_tensor_value_info("shape", TensorProto.INT64, [2]))
    node(model, "bent").op_type = "Reshape"
    node(model, "bent").input.append("shape")


def axes_from_outside(model: onnx.ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("axes", TensorProto.INT64, [1]))
    node(model, "flat").input[1] = "axes"


def no_zero_point(model: onnx.ModelProto) -> None:
    del node(model, "text_q").input[2:]


def whole_bias(model: onnx.ModelProto) -> None:
    constant(model, "whole", np.ones(OUTPUTS, np.int32))
    model.graph.node.insert(0, helper.make_node("DequantizeLinear", ["whole", "scale"], ["bias_dq"], "bias_dq"))
    node(model, "wide").input[2] = "bias_dq"


def weight_in_float(model: onnx.ModelProto) -> None:
    constant(model, "float", np.ones((INPUTS, OUTPUTS), np.float32))
    quantise = helper.make_node("QuantizeLinear", ["float", "steps", "zeros"], ["weight_q"], "weight_q", axis=1)
    model.graph.node.insert(0, quantise)
    node(model, "weight").input[0] = "weight_q"


def moved_in_whole_numbers(model: onnx.ModelProto) -> None:
    model.graph.node.insert(1, helper.make_node("Identity", ["text_q"], ["moved"], "moved"))
    node(model, "text_dq").input[0] = "moved"


def in_double(model: onnx.ModelProto) -> None:
    node(model, "bent").op_type = "Cast"
    node(model, "bent").attribute.append(helper.make_attribute("to", TensorProto.DOUBLE))


def newer_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 25


def more_of_the_norm(model: onnx.ModelProto) -> None:
    node(model, "normed").output.append("mean")


def other_frames(model: onnx.ModelProto) -> None:
    helper.set_model_props(model, {FRAMES: "128"})


BROKEN: dict[str, tuple[Break, str]] = {
    "opset": (newer_opset, "opset 25"),
    "domain": (operator("Relu", "com.microsoft"), "does not run Relu"),
    "open axis": (open_axis, "text has an axis"),
    "unknown shape": (unknown_shape, "bent has an axis"),
    "axes": (axes_from_outside, "input 1 of Squeeze is no constant"),
    "double": (in_double, "bent holds DOUBLE"),
    "norm": (more_of_the_norm, "only the first output"),
    "frames": (other_frames, "the manifest says 64 frames, the graph 128"),
    "zero point": (value("zero", np.array(1, np.int8)), "zero point is not 0"),
    "no zero point": (no_zero_point, "zero point is no constant"),
    "unsigned": (value("zero", np.array(0, np.uint8)), "uint8, not to int8"),
    "scale": (value("scale", np.array(0, np.float32)), "no positive constant"),
    "channels of rows": (value("scale", np.full(INPUTS, 0.1, np.float32)), "32 scales, not one"),
    "one step": (value("steps", np.array(0.1, np.float32)), "not one scale for each output channel"),
    "steps of inputs": (attribute("weight", "axis", 0), "not one scale for each output channel"),
    "unsigned weight": (value("numbers", np.ones((INPUTS, OUTPUTS), np.uint8)), "a constant is quantised to uint8"),
    "weight in float": (weight_in_float, "kept in float"),
    "rows in float": (takes("wide", 0, "text"), "only one operand"),
    "bias": (whole_bias, "its bias is in whole numbers"),
    "moved": (moved_in_whole_numbers, "moved holds INT8"),
    "norm of int8": (takes("normed", 0, "text_dq"), "LayerNormalization is to stay in float16"),
    "addition of int8": (takes("spectrum", 1, "weight"), "Add is to stay in float16"),
    "channels alone": (takes("mixed", 1, "weight"), "a convolution of each channel alone"),
}


def test_a_good_graph_has_no_problems() -> None:
    assert problems(good(), ROWS) == []
    check(good(), ROWS, "good")


@pytest.mark.parametrize(("broken", "words"), BROKEN.values(), ids=BROKEN)
def test_each_problem_is_found(broken: Break, words: str) -> None:
    model = copied(good())
    broken(model)
    assert any(words in problem for problem in problems(model, ROWS)), problems(model, ROWS)


@pytest.mark.parametrize(
    "name",
    [
        "DynamicQuantizeLinear",
        "MatMulInteger",
        "ConvInteger",
        "QLinearConv",
        "QLinearMatMul",
        "STFT",
        "DFT",
        "SplitToSequence",
        "SequenceAt",
        "ConcatFromSequence",
        "NonZero",
        "Loop",
        "RandomNormalLike",
    ],
)
def test_operators_that_it_does_not_run_are_found(name: str) -> None:
    assert name not in OPERATORS
    model = copied(good())
    operator(name)(model)
    assert f"bent: TensorRT does not run {name}" in problems(model, ROWS)


@pytest.mark.parametrize(("frames", "words"), [(None, "no profile"), (128, "text has 64 rows, not 128")])
def test_a_graph_without_its_profile_is_found(frames: int | None, words: str) -> None:
    assert any(words in problem for problem in problems(good(), frames))


def test_what_the_runtime_folds_is_not_looked_at() -> None:
    model = copied(good())
    constant(model, "whole", np.ones((INPUTS, OUTPUTS), np.int8))
    model.graph.node.insert(0, helper.make_node("Cast", ["whole"], ["folded"], "folded", to=TensorProto.FLOAT))
    node(model, "wide").input[0], node(model, "wide").input[1] = "text", "folded"
    assert problems(model, ROWS) == []


def test_all_problems_are_told_together() -> None:
    with pytest.raises(Unfit, match=r"graph is not fit for TensorRT: .*no profile.*; .*rows") as caught:
        check(good(), None, "graph")
    assert len(caught.value.details["problems"]) == 3
