"""The part of a student that runs over frames, written as a graph that works through an utterance stretch by stretch.

Prosody (pitch and energy) comes every 25 ms, sound every 12.5 ms. Both nets are stacks of ConvNeXt blocks: a depthwise
convolution over seven frames, a norm and two linear layers for each frame alone, and the way around them. Rows are
frames, so the linear layers need no transposition.

A convolution reaches three frames to either side, or three times its dilation. Those to the left are *state*: the last
rows that its layer saw, kept from stretch to stretch, at the beginning rows of zeros. Those to the right make each
layer lag behind the one before it; at the end rows of zeros stand for them. Zeros beyond either end, in front of every
layer, are what the published graph has there: one stretch or many, each frame is computed once, from the same numbers
(:mod:`quantize.student.borders`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from edged.engine.decoder import FRAMES, HALVES, LAYOUT, TAPS, TRANSPOSITION, Layout
from quantize.student.borders import Borders, Fixed, Varying, rows_of
from quantize.student.drawing import Drawing
from quantize.student.weights import Weights

REACH = TAPS // 2
EPSILON = 1e-5
"""Of the norms, as in the published graph."""
HERTZ = 100.0
"""The prosody net's unit of pitch."""
LEVEL = 5.0
"""By this the decoder's log pitch is divided. Energy comes in units of the same number, and so needs nothing."""
BY_HALF = (0, 2, 1, 3)
"""The prosody net gives the pitch of both halves of its frame, then the energy of both: put in order of time."""


PUBLISHED = ("lh", "theta", "ln", "lr", "phi")
"""The published graph's spectra, in the order of its head's columns."""


@dataclass(frozen=True)
class Stack:
    """One stack of blocks in the graph: `prosody` or `sound`."""

    name: str
    prefix: str
    """Of its parameters."""
    width: int
    """Channels."""
    blocks: int


@dataclass(frozen=True)
class Net:
    """What all layers are written with."""

    graph: Drawing
    weights: Weights
    borders: Borders

    @property
    def frames(self) -> int | None:
        """Frames of sound in each run; None: any number."""
        return self.borders.rows


def decoder(weights: Weights, frames: int | None = None) -> onnx.ModelProto:
    """The decoder as a float graph, with any number of frames or always with ``frames`` of sound, an even number.

    Inputs: `prosody` [p, 192] and `text` [t, 256], what the symbols give to both nets (`quantize.student.encoder`);
    `transposition` [1], by which the pitch is multiplied before the sound net is told of it, so that its spectra are
    those of a voice that speaks higher or lower; per convolution its `…_state`. Outputs: `spectrum` [f, 3005], five
    blocks of 601 bins; `pitch` [g, 1] in hertz; every `…_next`, which is the state for the next stretch.

    With any number: the state is zeros [reach, channels] at the beginning, later [2 reach, channels]; `…_end`, zeros
    [longest reach, channels] with the last stretch, empty before. The outputs are shorter at the beginning and longer
    at the end by as much as the layers lag.

    With ``frames``: p is half of it, t, f and g are it; the state is [2 reach, channels], at the beginning zeros; the
    outputs come late by the layers' lags, and `inside_prosody` [lag + p, 1], `inside_sound` [lag + f, 1] are 1 for
    frames of the utterance and 0 for those outside, from the earliest frame on that a layer still works on.
    """
    graph = Drawing("decoder")
    pro = Stack("prosody", "pn.pro", weights["pn.pro_in.weight"].shape[0], weights.blocks("pn.pro"))
    dec = Stack("sound", "m.dec", weights["m.dec_in.weight"].shape[0], weights.blocks("m.dec"))
    layout = Layout(_reaches(weights, pro, dec))
    net = Net(graph, weights, Varying(layout) if frames is None else Fixed(layout, frames))
    prosody = graph.input("prosody", ["prosody_rows" if frames is None else frames // HALVES, pro.width])
    text = graph.input("text", [frames or "text_rows", dec.width])
    net.borders.declare(graph, {"prosody": pro.width, "pitch": 2, "sound": dec.width})
    for number in range(pro.blocks):
        prosody = _block(net, pro, number, prosody)
    sound = _entry(net, _curves(net, prosody), text)
    for number in range(dec.blocks):
        sound = _block(net, dec, number, sound)
    _head(net, sound)
    model = graph.model()
    described = {LAYOUT: json.dumps(layout.reach)}
    helper.set_model_props(model, described if frames is None else {**described, FRAMES: str(frames)})
    return model


def _reaches(weights: Weights, *stacks: Stack) -> dict[str, int]:
    """How many rows each convolution reaches to either side, by the name of its state."""
    found = {"pitch": REACH}
    for stack in stacks:
        for number in range(stack.blocks):
            found[f"{stack.name}{number}"] = REACH * weights.dilations[f"{stack.prefix}.{number}.dw.weight"]
    return found


def _block(net: Net, stack: Stack, number: int, rows: str) -> str:
    """One ConvNeXt block, [r, width] → [r, width]; what comes out is by its reach earlier than what goes in."""
    graph, weights = net.graph, net.weights
    here, there = f"{stack.name}{number}", f"{stack.prefix}.{number}"
    reach = REACH * weights.dilations[f"{there}.dw.weight"]
    around = net.borders.around(graph, here, stack.width, rows)
    mixed = _depthwise(net, here, there, around)
    norm = [graph.constant(f"{here}_norm_{part}", weights[f"{there}.norm.{part}"]) for part in ("weight", "bias")]
    normed = graph.node("LayerNormalization", [mixed, *norm], f"{here}_normed", axis=-1, epsilon=EPSILON)
    wide = linear(graph, f"{here}_widen", normed, weights[f"{there}.pw1.weight"], weights[f"{there}.pw1.bias"])
    narrow = _narrowed(net, here, there, gelu(graph, here, wide))
    past = rows_of(graph, f"{here}_past", around, reach, -reach)
    return graph.node("Add", [past, narrow], f"{here}_out")


def _narrowed(net: Net, here: str, there: str, rows: str) -> str:
    """The second linear layer of a block and the factors of its channels, `gamma`.

    In the weights where the processor computes: one operation less. Apart with fixed numbers of frames, which are for
    GPUs: some factors are almost nothing, and together with an int8 step of the weight too small for float16. Their
    signs go into the weights there too, so that both forms have the same int8 numbers.
    """
    graph, weights = net.graph, net.weights
    weight, bias = weights[f"{there}.pw2.weight"], weights[f"{there}.pw2.bias"]
    gamma = weights.named.get(f"{there}.gamma")
    if gamma is None:
        return linear(graph, f"{here}_narrow", rows, weight, bias)
    if net.frames is None:
        return linear(graph, f"{here}_narrow", rows, weight * gamma, bias * gamma)
    signs = np.where(gamma < 0, np.float32(-1.0), np.float32(1.0))
    narrow = linear(graph, f"{here}_narrow", rows, weight * signs, bias * signs)
    return graph.node("Mul", [narrow, graph.constant(f"{here}_gamma", np.abs(gamma))], f"{here}_weighed")


def _depthwise(net: Net, here: str, there: str, around: str) -> str:
    """Seven frames of each channel alone, as a convolution over pictures one row high.

    ONNX Runtime keeps such pictures in blocks of channels and does both transpositions while it copies in and out: on
    AVX-512 a third of the time that a one-dimensional convolution and its transpositions take.
    """
    graph, weight = net.graph, net.weights[f"{there}.dw.weight"]
    operands = [
        graph.constant(f"{here}_mix_weight", weight[:, :, None, :]),
        graph.constant(f"{here}_mix_bias", net.weights[f"{there}.dw.bias"]),
    ]
    shape = {"group": weight.shape[0], "kernel_shape": [1, TAPS]}
    dilations = [1, net.weights.dilations[f"{there}.dw.weight"]]
    picture = graph.node("Unsqueeze", [around, graph.numbers(0, 1)], f"{here}_picture")
    first = graph.node("Transpose", [picture], f"{here}_channels_first", perm=[0, 3, 1, 2])
    mixed = graph.node("Conv", [first, *operands], f"{here}_mixed", dilations=dilations, **shape)
    last = graph.node("Transpose", [mixed], f"{here}_channels_last", perm=[0, 2, 3, 1])
    return graph.node("Squeeze", [last, graph.numbers(0, 1)], f"{here}_mix")


def linear(graph: Drawing, name: str, rows: str, weight: np.ndarray, bias: np.ndarray) -> str:
    """A linear layer over the last axis of [r, inputs]; `weight` is [inputs, outputs]."""
    operands = [graph.constant(f"{name}_weight", weight), graph.constant(f"{name}_bias", bias)]
    return graph.node("Gemm", [rows, *operands], name)


def gelu(graph: Drawing, here: str, rows: str) -> str:
    """x/2 (1 + erf(x/√2)), in the form that ONNX Runtime fuses into one operator."""
    halves = graph.constant("half", np.float32(0.5))
    one = graph.constant("one", np.float32(1.0))
    root = graph.constant("root_two", np.sqrt(np.float32(2.0)))
    scaled = graph.node("Div", [rows, root], f"{here}_scaled")
    error = graph.node("Erf", [scaled], f"{here}_erf")
    raised = graph.node("Add", [error, one], f"{here}_raised")
    product = graph.node("Mul", [rows, raised], f"{here}_product")
    return graph.node("Mul", [product, halves], f"{here}_bent")


def _curves(net: Net, prosody: str) -> str:
    """Pitch and energy, two frames of sound per frame of prosody, as the decoder takes them: [2r, 2]."""
    graph, weights = net.graph, net.weights
    kernel = weights["pn.pro_out.weight"][:, :, 0]
    order = list(BY_HALF)
    four = linear(graph, "curves", prosody, kernel.T[:, order], weights["pn.pro_out.bias"][order])
    halves = graph.node("Reshape", [four, graph.numbers(-1, 2)], "curves_by_half")
    pitch = graph.node("Slice", [halves, graph.numbers(0), graph.numbers(1), graph.numbers(1)], "pitch_unit")
    energy = graph.node("Slice", [halves, graph.numbers(1), graph.numbers(2), graph.numbers(1)], "energy_unit")
    natural = graph.node("Mul", [pitch, graph.constant("hertz", np.float32(HERTZ))], "pitch_natural")
    hertz = graph.node("Mul", [natural, graph.input(TRANSPOSITION, [1])], "pitch")
    graph.output("pitch", [net.frames or "pitch_rows", 1])
    audible = graph.node("Relu", [hertz], "pitch_audible")
    above = graph.node("Add", [audible, graph.constant("one", np.float32(1.0))], "pitch_above_one")
    log = graph.node("Log", [above], "pitch_log")
    level = graph.node("Div", [log, graph.constant("unit", np.float32(LEVEL))], "pitch_level")
    return graph.node("Concat", [level, energy], "levels", axis=1)


def _entry(net: Net, curves: str, text: str) -> str:
    """The decoder's first convolution over pitch and energy, added to what it makes of the tokens: [r, 256]."""
    graph, weights = net.graph, net.weights
    kernel = weights["m.dec_in.weight"]
    around = net.borders.around(graph, "pitch", 2, curves)
    taps = [rows_of(graph, f"pitch_tap{tap}", around, tap, tap - TAPS + 1 or None) for tap in range(TAPS)]
    row = graph.node("Concat", taps, "pitch_taps", axis=1)
    weight = kernel[:, -2:, :].transpose(2, 1, 0).reshape(2 * TAPS, -1)
    carried = linear(graph, "pitch_carried", row, weight, weights["m.dec_in.bias"])
    return graph.node("Add", [carried, text], "sound_in")


def _head(net: Net, sound: str) -> None:
    """Five numbers per frequency, [f, 3005], in the order of `edged.engine.spectrum`."""
    graph, weights = net.graph, net.weights
    norm = [graph.constant(f"head_norm_{part}", weights[f"m.dec_norm.{part}"]) for part in ("weight", "bias")]
    normed = graph.node("LayerNormalization", [sound, *norm], "head_normed", axis=-1, epsilon=EPSILON)
    order = _grouped(weights["m.head.bias"].shape[0])
    linear(graph, "spectrum", normed, weights["m.head.weight"][:, order], weights["m.head.bias"][order])
    graph.output("spectrum", [net.frames or "frames", weights["m.head.bias"].shape[0]])


def _grouped(columns: int) -> NDArray[np.int64]:
    """The published order lh theta ln lr phi with what is an angle behind what is a magnitude."""
    lh, theta, ln, lr, phi = np.arange(columns).reshape(len(PUBLISHED), -1)
    return np.concatenate((lh, ln, lr, theta, phi))
