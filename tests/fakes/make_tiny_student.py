"""Makes ``tiny_encoder.onnx`` and ``tiny_decoder.onnx``: a voice with the interface of a `student`, small enough to be
committed.

Run it by hand when the interface changes::

    python -m tests.fakes.make_tiny_student

Each symbol lasts eight frames of sound divided by the speed. Odd symbols buzz: harmonics falling by frequency at 100 Hz
and a little more for each number; even ones hiss. Numbers below 4, and the zeros at both ends, are silent. So what goes
in can be recognised in what comes out, but for a little that every layer adds where symbols meet: as in a real decoder,
each needs frames on either side.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from edged.engine.decoder import LAYOUT, TAPS, TRANSPOSITION
from edged.engine.spectrum import BINS, COLUMNS
from quantize.student.drawing import Drawing

PROSODY_FRAMES = 4
"""Of 25 ms, per symbol."""
QUIETEST = 4
"""The first number that is heard."""
SILENCE = np.float32(-20.0)
HISS = np.float32(0.5)
SLOPE = (1.0 - np.arange(BINS, dtype=np.float32) / 100)[None]
"""Log magnitudes of what is silent, hisses and buzzes."""
HERTZ = np.float32(100.0)
SPREAD = np.array([0.01, 0.03, 0.06, 0.8, 0.05, 0.03, 0.02], np.float32)
"""What a symbol gives to the frames around each frame of its own; together 1."""
DIFFERENCES = np.array([-0.03, 0.01, 0.05, -0.06, 0.04, -0.02, 0.01], np.float32)
"""What a layer adds of the frames around; together 0, so that nothing is added where nothing changes."""
DILATIONS = {"prosody0": 1, "pitch": 1, "sound0": 1, "sound1": 2}
CHANNELS = 2
ENCODER = Path(__file__).with_name("tiny_encoder.onnx")
DECODER = Path(__file__).with_name("tiny_decoder.onnx")


def encoder() -> onnx.ModelProto:
    """The graph over symbols."""
    graph = Drawing("tiny_encoder")
    node = graph.node
    symbols = node("Squeeze", [graph.input("ids", [1, "L"], TensorProto.INT64), graph.numbers(0)], "symbols")
    _durations(graph, symbols, graph.input("speed", [1]))
    odd = node("Equal", [node("Mod", [symbols, graph.numbers(2)], "parity"), graph.numbers(1)], "odd")
    heard = node("GreaterOrEqual", [symbols, graph.numbers(QUIETEST)], "heard")
    voiced = _column(graph, node("And", [odd, heard], "voiced"), "voiced_level")
    hissing = _column(graph, node("And", [node("Not", [odd], "even"), heard], "hissing"), "hissing_level")
    number = _column(graph, symbols, "number")
    hertz = node("Add", [number, graph.constant("hertz", HERTZ)], "hertz_of_number")
    unit = node("Div", [node("Mul", [voiced, hertz], "hertz_if_voiced"), graph.constant("hertz", HERTZ)], "pitch_unit")
    node("Concat", [unit, node("Add", [voiced, hissing], "energy")], "prosody", axis=1)
    graph.output("prosody", ["L", CHANNELS])
    spread = graph.constant("spread", np.kron(SPREAD, np.eye(CHANNELS, dtype=np.float32)))
    node("MatMul", [node("Concat", [voiced, hissing], "levels", axis=1), spread], "text")
    graph.output("text", ["L", TAPS * CHANNELS])
    return graph.model()


def _durations(graph: Drawing, symbols: str, speed: str) -> None:
    """Frames of prosody per symbol; whole ones, so that all together are right when one is not."""
    node = graph.node
    length = node("Squeeze", [node("Shape", [symbols], "shape")], "length")
    zero, one = (node("Squeeze", [graph.numbers(value)], f"scalar_{value}") for value in (0, 1))
    place = node("Cast", [node("Range", [zero, length, one], "range")], "place", to=TensorProto.FLOAT)
    step = node("Div", [graph.constant("frames", np.float32(PROSODY_FRAMES)), speed], "step")
    begin = node("Mul", [place, step], "begin")
    end = node("Mul", [node("Add", [place, graph.constant("one", np.float32(1.0))], "next_place"), step], "end")
    whole = [node("Floor", [border], f"whole_{border}") for border in (end, begin)]
    node("Cast", [node("Sub", whole, "difference")], "durations", to=TensorProto.INT64)
    graph.output("durations", ["L"], TensorProto.INT64)


def _column(graph: Drawing, values: str, name: str) -> str:
    """[L] → [L, 1] of numbers."""
    numbers = graph.node("Cast", [values], f"{name}_flat", to=TensorProto.FLOAT)
    return graph.node("Unsqueeze", [numbers, graph.numbers(1)], name)


def decoder() -> onnx.ModelProto:
    """The graph over frames."""
    graph = Drawing("tiny_decoder")
    node = graph.node
    prosody, text = (graph.input(name, [f"{name}_rows", CHANNELS]) for name in ("prosody", "text"))
    for name in ("prosody", "pitch", "sound"):
        graph.input(f"{name}_end", [f"{name}_end_rows", CHANNELS])
    curves = _mixed(graph, "prosody0", "prosody", prosody)
    halves = node("Reshape", [node("Concat", [curves, curves], "twice", axis=1), graph.numbers(-1, CHANNELS)], "halves")
    unit = node("Slice", [halves, *(graph.numbers(value) for value in (0, 1, 1))], "unit")
    natural = node("Mul", [unit, graph.constant("hertz", HERTZ)], "pitch_natural")
    node("Mul", [natural, graph.input(TRANSPOSITION, [1])], "pitch")
    graph.output("pitch", ["pitch_rows", 1])
    sound = node("Add", [_differences(graph, "pitch", "pitch", halves)[1], text], "sound")
    for name in ("sound0", "sound1"):
        sound = _mixed(graph, name, "sound", sound)
    _spectrum(graph, sound)
    model = graph.model()
    reaches = {name: TAPS // 2 * dilation for name, dilation in DILATIONS.items()}
    helper.set_model_props(model, {LAYOUT: json.dumps(reaches)})
    return model


def _mixed(graph: Drawing, name: str, end: str, rows: str) -> str:
    """The rows and what the layer adds to them; ``reach`` fewer at the beginning and more at the end."""
    around, added = _differences(graph, name, end, rows)
    reach = TAPS // 2 * DILATIONS[name]
    return graph.node("Add", [rows_of(graph, f"{name}_past", around, reach, -reach), added], f"{name}_out")


def rows_of(graph: Drawing, name: str, rows: str, start: int, stop: int) -> str:
    """A stretch of the rows, counted as Python's slices are."""
    return graph.node("Slice", [rows, *(graph.numbers(value) for value in (start, stop, 0))], name)


def _differences(graph: Drawing, name: str, end: str, rows: str) -> tuple[str, str]:
    """The rows with their state and their end, and what the layer makes of the frames around each."""
    node, reach = graph.node, TAPS // 2 * DILATIONS[name]
    state = graph.input(f"{name}_state", [f"{name}_state_rows", CHANNELS])
    zeros = rows_of(graph, f"{name}_zeros", f"{end}_end", 0, reach)
    around = node("Concat", [state, rows, zeros], f"{name}_around", axis=0)
    rows_of(graph, f"{name}_next", around, -2 * reach, sys.maxsize)
    graph.output(f"{name}_next", [f"{name}_next_rows", CHANNELS])
    weight = graph.constant("differences", np.tile(DIFFERENCES, (CHANNELS, 1, 1)))
    columns = node("Unsqueeze", [node("Transpose", [around], f"{name}_turned"), graph.numbers(0)], f"{name}_columns")
    made = node("Conv", [columns, weight], f"{name}_made", group=CHANNELS, dilations=[DILATIONS[name]])
    return around, node("Transpose", [node("Squeeze", [made, graph.numbers(0)], f"{name}_flat")], f"{name}_added")


def _spectrum(graph: Drawing, levels: str) -> None:
    """Five numbers per frequency of the levels of buzz and hiss, 0 for silence and 1 for full."""
    node = graph.node
    buzz, hiss = (
        node("Slice", [levels, *(graph.numbers(value) for value in (column, column + 1, 1))], f"level{column}")
        for column in range(CHANNELS)
    )
    silence = graph.constant("silence", SILENCE)
    harmonics = node("Add", [node("Mul", [buzz, graph.constant("slope", SLOPE - SILENCE)], "raised"), silence], "lh")
    loudness = node("Add", [node("Mul", [hiss, graph.constant("hiss", HISS - SILENCE)], "hissed"), silence], "loudness")
    shape = node("Shape", [harmonics], "shape")
    none = node("Expand", [graph.constant("nothing", np.float32(0.0)), shape], "angles")
    noise, free = node("Expand", [loudness, shape], "ln"), node("Expand", [silence, shape], "lr")
    node("Concat", [harmonics, noise, free, none, none], "spectrum", axis=1)
    graph.output("spectrum", ["frames", COLUMNS])


def main() -> None:
    """Write both."""
    for path, model in ((ENCODER, encoder()), (DECODER, decoder())):
        onnx.save(model, str(path))
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
