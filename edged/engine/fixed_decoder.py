"""A student's second network where every run takes a fixed number of frames: every shape is known beforehand.

What GPUs are fastest with, and the only thing that TensorRT should be given: it builds anew for each shape it has not
seen. There are a few sizes of run, and the state goes from one to the other (`engine.decoder` says what state is). All
runs are full: beyond the end, frames of zeros go in, and a mask tells the graph where the utterance begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edged.engine.decoder import (
    FIRST,
    FRAMES,
    HALVES,
    INSIDE,
    SILENT,
    Decoder,
    Decoding,
    Layout,
    Score,
    check_columns,
    layout_of,
    transposing,
)
from edged.engine.session import Session
from edged.engine.spectrum import Real
from edged.engine.trim import Stretch
from edged.errors import Fatal


def decoding(sessions: Sequence[Session]) -> Decoding:
    """What these graphs are made for, as they say themselves: one for any number of frames, or several for fixed ones.

    Raises ``Fatal`` (``provider_failed``) if they are not the decoders of one student.
    """
    if any(FRAMES in session.metadata for session in sessions):
        return FixedDecoder(sessions)
    if len(sessions) != 1:
        raise Fatal("provider_failed", f"{len(sessions)} decoders for any number of frames; one is enough")
    return Decoder(sessions[0])


class FixedDecoder:
    """A :class:`Decoding` by one graph for each size of run."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        """Raises ``Fatal`` (``provider_failed``) if the graphs are not decoders of one student for fixed sizes."""
        layouts = [layout_of(session) for session in sessions]
        sizes = [int(session.metadata.get(FRAMES, 0)) for session in sessions]
        if not all(sizes) or any(layout != layouts[0] for layout in layouts):
            raise Fatal("provider_failed", "the decoders are not those of one voice for fixed numbers of frames")
        self._sessions = dict(sorted(zip(sizes, sessions, strict=True)))
        self._layout: Layout = layouts[0]
        self._state_shapes = {
            name: tuple(shape) for name, shape in sessions[0].input_shapes.items() if name.endswith("_state")
        }

    def stretches(self, score: Score) -> Iterator[Stretch]:
        """The frames of the utterance in order, the first ones after as few runs as can be."""
        layout, total = self._layout, score.frames
        state: dict[str, NDArray[Any]] = {
            name: np.zeros(shape, np.float32) for name, shape in self._state_shapes.items()
        }
        pitch = np.empty(0, np.float32)
        start = 0
        for size in self._plan(total + layout.lag):
            session = self._sessions[size]
            feeds = {**self._feeds(score, start, size), **transposing(session, score), **state}
            made = dict(zip(session.output_names, session.run(None, feeds), strict=True))
            check_columns(made["spectrum"])
            state = {name: made[name.removesuffix("_state") + "_next"] for name in state}
            pitch = np.concatenate((pitch, _inside(made["pitch"][:, 0], start - HALVES * layout.prosody_lag, total)))
            rows = _inside(made["spectrum"], start - layout.lag, total)
            start += size
            if len(rows):
                yield Stretch(rows, pitch, last=start - layout.lag >= total)
                pitch = pitch[len(rows) :]

    def _feeds(self, score: Score, start: int, size: int) -> dict[str, NDArray[Any]]:
        """The frames of sound from ``start`` on, as many as a run takes, and where the utterance is among them."""
        layout = self._layout
        symbols = score.symbols[start // HALVES : (start + size) // HALVES]
        prosody = np.zeros((size // HALVES, score.prosody.shape[1]), np.float32)
        prosody[: len(symbols)] = score.prosody[symbols]
        text_start = start - layout.text_lag
        earliest = start // HALVES - layout.prosody_lag
        return {
            "prosody": prosody,
            "text": score.text_rows(text_start, text_start + size),
            INSIDE["prosody"]: _mask(earliest, (start + size) // HALVES, len(score.symbols)),
            INSIDE["sound"]: _mask(start - layout.lag, start + size, score.frames),
        }

    def _plan(self, frames: int) -> Iterator[int]:
        """Sizes of the runs that take in so many frames: quickly to the first sound, then large ones."""
        largest = max(self._sessions)
        left, early = frames, SILENT + FIRST + self._layout.lag
        while left > 0:
            wanted = min(left, early) if early > 0 else left
            size = next((size for size in self._sessions if size >= wanted), largest)
            yield size
            left, early = left - size, early - size


def _inside(rows: NDArray[Any], start: int, total: int) -> NDArray[Any]:
    """Those of the rows, the first of which is frame ``start``, that lie between frame 0 and ``total``."""
    return rows[max(-start, 0) : max(total - start, 0)]


def _mask(start: int, stop: int, total: int) -> Real:
    """[stop - start, 1]: 1 for frames of the utterance, 0 for those outside."""
    frames = np.arange(start, stop)
    return ((frames >= 0) & (frames < total)).astype(np.float32)[:, None]
