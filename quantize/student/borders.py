"""What stands before and behind the frames that a layer is given: its state, and the frames that are not there yet.

Two forms of the same sums. With any number of frames (:class:`Varying`) the first stretch begins with half a state and
the last one is fed rows of zeros to end with. With a fixed number (:class:`Fixed`) every shape is known when the graph
is built: all stretches are alike, and a mask says which frames lie inside the utterance; the others are made zeros in
front of every layer.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from edged.engine.decoder import HALVES, INSIDE, Layout
from quantize.student.drawing import Drawing

STACKS = ("prosody", "pitch", "sound")
"""The kinds of layers, in the order in which frames pass them."""


class Borders(Protocol):
    """How the frames of a stretch are surrounded."""

    rows: int | None
    """Frames of sound in each stretch; None: any number."""

    def declare(self, graph: Drawing, widths: dict[str, int]) -> None:
        """Declare the inputs that all layers share; ``widths``: channels of each kind of layer."""

    def around(self, graph: Drawing, name: str, width: int, rows: str) -> str:
        """``rows`` as the layer takes them, with the frames it reaches on either side; its next state is an output."""


class Varying:
    """Any number of frames: inputs ``…_end`` [rows of zeros, channels] stand for what is behind the end."""

    rows: int | None = None

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def declare(self, graph: Drawing, widths: dict[str, int]) -> None:
        """See :class:`Borders`."""
        for kind in STACKS:
            graph.input(f"{kind}_end", [f"{kind}_end_rows", widths[kind]])

    def around(self, graph: Drawing, name: str, width: int, rows: str) -> str:
        """See :class:`Borders`."""
        reach = self._layout.reach[name]
        state = graph.input(f"{name}_state", [f"{name}_state_rows", width])
        zeros = rows_of(graph, f"{name}_zeros", f"{kind_of(name)}_end", 0, reach)
        around = graph.node("Concat", [state, rows, zeros], f"{name}_around", axis=0)
        rows_of(graph, f"{name}_next", around, -2 * reach, None)
        graph.output(f"{name}_next", [f"{name}_next_rows", width])
        return around


class Fixed:
    """Always the same number of frames: inputs ``inside_prosody`` and ``inside_sound``, [rows, 1], 1 or 0.

    The masks reach back as far as the layers lag behind what is fed, the first row being the earliest frame.
    """

    def __init__(self, layout: Layout, frames: int) -> None:
        """``frames``: of sound; even, because a frame of prosody is two of them."""
        if frames % HALVES:
            raise ValueError(f"{frames} frames of sound are no whole number of frames of prosody")
        self._layout = layout
        self.rows: int | None = frames
        self._frames = frames

    def declare(self, graph: Drawing, widths: dict[str, int]) -> None:
        """See :class:`Borders`; the masks are of one column, whatever the widths."""
        del widths
        for kind, lag in (("prosody", self._layout.prosody_lag), ("sound", self._layout.lag)):
            graph.input(INSIDE[kind], [lag + self._rows(kind), 1])

    def around(self, graph: Drawing, name: str, width: int, rows: str) -> str:
        """See :class:`Borders`."""
        kind, reach = kind_of(name), self._layout.reach[name]
        mask = "prosody" if kind == "prosody" else "sound"
        whole = self._layout.prosody_lag if mask == "prosody" else self._layout.lag
        first = whole - self._layout.lag_before(name)
        inside = rows_of(graph, f"{name}_inside", INSIDE[mask], first, first + self._rows(kind))
        masked = graph.node("Mul", [rows, inside], f"{name}_masked")
        state = graph.input(f"{name}_state", [2 * reach, width])
        around = graph.node("Concat", [state, masked], f"{name}_around", axis=0)
        rows_of(graph, f"{name}_next", around, self._rows(kind), self._rows(kind) + 2 * reach)
        graph.output(f"{name}_next", [2 * reach, width])
        return around

    def _rows(self, kind: str) -> int:
        return self._frames // HALVES if kind == "prosody" else self._frames


def kind_of(name: str) -> str:
    """The kind of a layer by its name: ``sound3`` → ``sound``."""
    return name.rstrip("0123456789")


def rows_of(graph: Drawing, name: str, rows: str, start: int, stop: int | None) -> str:
    """A stretch of the rows, counted as Python's slices are."""
    last = np.iinfo(np.int64).max if stop is None else stop
    return graph.node("Slice", [rows, graph.numbers(start), graph.numbers(last), graph.numbers(0)], name)
