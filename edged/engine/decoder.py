"""A student's second network, run over an utterance stretch by stretch.

It is made of convolutions over frames, so a stretch needs some frames on either side. Those before it are the state
that each layer hands on; for those behind it each layer lags, the whole by :attr:`Layout.lag` frames. So every frame is
computed once, from the same numbers, however the utterance is cut (`quantize/student/decoder.py` writes the graph).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edged.engine.session import Session
from edged.engine.spectrum import COLUMNS, Real, audible
from edged.engine.trim import LEAD_IN, Stretch
from edged.errors import Fatal

LAYOUT = "edged.layout"
"""Key of the graph's metadata under which it says how far its layers reach."""
FRAMES = "edged.frames"
"""Key under which a graph that takes always the same number of frames says how many (`engine.fixed_decoder`)."""
INSIDE = {"prosody": "inside_prosody", "sound": "inside_sound"}
"""Inputs of such a graph that say which frames lie inside the utterance."""
TRANSPOSITION = "transposition"
"""Input of a graph that can speak at another pitch: what the pitch is multiplied with between both nets, [1]."""
TAPS = 7
HALVES = 2
"""Frames of sound (12.5 ms) per frame of prosody (25 ms)."""
CLOSED = 8
"""Frames that must be silent before the last ones are left out: 0.1 s, longer than the closure of a stop, behind which
its release is still to come. More than `trim.LEAD_OUT`, so nothing is lost that would have been kept."""
FIRST = 24
"""Frames of sound in the first stretch beyond the silence that the network begins with: 0.3 s."""
WORTH = 4
"""Utterances shorter than this many times the layers' reach are made whole."""
SILENT = 26
"""Frames of that silence, as the voices that are known have it; another voice's first stretch is a little off."""
LARGEST = 320
"""Frames in a later stretch: larger ones are hardly faster, and somebody may wait for the gate."""


@dataclass(frozen=True)
class Layout:
    """How far the layers of a decoder reach, in rows of theirs, by the name of their state."""

    reach: dict[str, int]

    @cached_property
    def prosody_lag(self) -> int:
        """Frames of prosody by which the pitch comes late."""
        return sum(rows for name, rows in self.reach.items() if name.startswith("prosody"))

    @cached_property
    def text_lag(self) -> int:
        """Frames of sound by which the decoder takes the text late."""
        return HALVES * self.prosody_lag + self.reach["pitch"]

    @cached_property
    def lag(self) -> int:
        """Frames of sound by which the spectrum comes late."""
        return self.text_lag + self.sound_reach

    @cached_property
    def sound_layers(self) -> tuple[str, ...]:
        """The states of the layers behind prosody and text."""
        return tuple(name for name in self.reach if name.startswith("sound"))

    @cached_property
    def sound_reach(self) -> int:
        """Frames of sound that these layers reach together."""
        return sum(self.reach[name] for name in self.sound_layers)

    def lag_before(self, name: str) -> int:
        """Rows of its own by which a layer takes late what the layers before it make."""
        kind = name.rstrip("0123456789")
        before = {"prosody": 0, "pitch": HALVES * self.prosody_lag, "sound": self.text_lag}[kind]
        number = int(name.removeprefix(kind) or 0)
        return before + sum(self.reach[f"{kind}{earlier}"] for earlier in range(number))

    def end(self, name: str) -> int:
        """Rows of zeros that stand behind the end for the layers of this kind."""
        return max(rows for layer, rows in self.reach.items() if layer.startswith(name))


@dataclass(frozen=True)
class Score:
    """What the first network says of an utterance of L symbols."""

    durations: NDArray[np.int64]
    """Frames of prosody per symbol, [L]."""
    prosody: Real
    """What each symbol gives to the prosody, [L, channels]."""
    text: Real
    """What each symbol gives to the frame of sound 3, 2, 1, 0, -1, -2, -3 frames on, [L, 7 * channels]."""
    last_sound: int | None = None
    """The last symbol that is a sound; None if that is not known."""
    semitones: float = 0.0
    """How much higher than the network would have it."""

    @cached_property
    def ending(self) -> int:
        """Frames of sound from the beginning of the last sound to the end; 0 if it is not known."""
        return 0 if self.last_sound is None else HALVES * int(self.durations[self.last_sound :].sum())

    @cached_property
    def symbols(self) -> NDArray[np.intp]:
        """The symbol of each frame of prosody, [P]."""
        return np.repeat(np.arange(len(self.durations)), self.durations)

    @property
    def frames(self) -> int:
        """Frames of sound of the whole utterance."""
        return HALVES * len(self.symbols)

    def text_rows(self, start: int, stop: int) -> Real:
        """What the text gives to the frames of sound from ``start`` to ``stop``, [stop - start, channels]."""
        taps = self.text.reshape(len(self.text) * TAPS, -1)
        reach = TAPS // 2
        around = np.arange(start - reach, stop + reach)
        symbols = self.symbols[np.clip(around // HALVES, 0, len(self.symbols) - 1)] * TAPS
        rows = np.zeros((stop - start, taps.shape[1]), np.float32)
        for tap in range(TAPS):
            low = min(max(reach - tap - start, 0), len(rows))
            high = max(min(self.frames + reach - tap, stop) - start, low)
            rows[low:high] += taps[symbols[low + tap : high + tap] + tap]
        return rows


@dataclass(frozen=True)
class _Ends:
    """Which ends of the utterance a stretch has, and at which of them the outermost frames may be left out."""

    first: bool
    last: bool
    spare_first: bool = False
    spare_last: bool = False


@dataclass(frozen=True)
class _Run:
    """What came out for one stretch; the pitch is known further than the rows."""

    rows: Real
    pitch: Real
    state: dict[str, Real]


def check_columns(rows: Real) -> None:
    """Raises ``Fatal`` (``synth_failed``) if these are no rows of a spectrum."""
    if rows.shape[1] != COLUMNS:
        raise Fatal("synth_failed", f"the network made rows of {rows.shape[1]} numbers, not {COLUMNS}")


class Decoding(Protocol):
    """The second network, whatever the form of its graph; makes any number of utterances, several at once."""

    def stretches(self, score: Score) -> Iterator[Stretch]:
        """The frames of the utterance in order, the first ones soon; raises ``Fatal`` (``synth_failed``)."""


def layout_of(session: Session) -> Layout:
    """What the graph says of its layers; raises ``Fatal`` (``provider_failed``) if it is not a student's decoder."""
    described = session.metadata.get(LAYOUT)
    if described is None or "spectrum" not in session.output_names:
        raise Fatal("provider_failed", "the model is no decoder of a `student` voice")
    return Layout(json.loads(described))


def transposing(session: Session, score: Score) -> dict[str, NDArray[Any]]:
    """What the graph is fed besides; nothing, if it was made before voices could be raised: then it speaks as ever."""
    factor = np.array([2 ** (score.semitones / 12)], np.float32)
    return {TRANSPOSITION: factor} if TRANSPOSITION in session.input_names else {}


class Decoder:
    """A :class:`Decoding` by one graph for any number of frames."""

    def __init__(self, session: Session) -> None:
        """Raises ``Fatal`` (``provider_failed``) if the graph is not a student's decoder."""
        self._session = session
        self._layout = layout_of(session)
        self._widths: dict[str, int] = {name: shape[-1] for name, shape in session.input_shapes.items()}

    def stretches(self, score: Score) -> Iterator[Stretch]:
        """The frames of the utterance in order, the first ones soon.

        At either end the frames nearest to it, as many as the layers reach, are left out where the sound next to them
        is silence: nothing is to be heard in them, and a short sentence is a tenth faster.
        """
        layout, total = self._layout, len(score.symbols)
        state = {f"{name}_state": self._zeros(name, rows) for name, rows in layout.reach.items()}
        steady = transposing(self._session, score)
        pitch, made, text_start = np.empty(0, np.float32), 0, 0
        for start, stop in self._plan(total):
            last = stop == total
            text_stop = score.frames if last else HALVES * stop - layout.text_lag
            feeds = {
                "prosody": score.prosody[score.symbols[start:stop]],
                "text": score.text_rows(text_start, text_stop),
            }
            run = self._run({**feeds, **steady, **state}, self._ends(score, first=start == 0, last=last), pitch[made:])
            pitch, made, text_start = run.pitch, len(run.rows), text_stop
            yield Stretch(run.rows, pitch, last=last)
            state = run.state

    def _run(self, feeds: dict[str, NDArray[Any]], ends: _Ends, known: Real) -> _Run:
        """One stretch, without the outermost frames if they may be left out; ``known`` is the pitch of its first."""
        brief = self._outputs(feeds, ends, known)
        rows, pitch = brief.rows, brief.pitch[: len(brief.rows)]
        begins = ends.spare_first and audible(rows[:LEAD_IN], pitch[:LEAD_IN]).any()
        goes_on = ends.spare_last and audible(rows[-CLOSED:], pitch[-CLOSED:]).any()
        if begins or goes_on:
            return self._outputs(feeds, _Ends(ends.first, ends.last), known)
        return brief

    def _ends(self, score: Score, *, first: bool, last: bool) -> _Ends:
        """What may be left out: frames of the symbol before the first word; frames of the last sound and behind it."""
        reach = self._layout.sound_reach
        worth = score.frames >= WORTH * reach
        spare_first = first and worth and HALVES * int(score.durations[0]) >= reach + LEAD_IN
        return _Ends(first, last, spare_first, last and worth and score.ending >= reach)

    def _outputs(self, feeds: dict[str, NDArray[Any]], ends: _Ends, known: Real) -> _Run:
        chosen = dict(feeds)
        for name in ("prosody", "pitch", "sound"):
            spared = name == "sound" and ends.spare_last
            chosen[f"{name}_end"] = self._zeros(name, self._layout.end(name) if ends.last and not spared else 0)
        if ends.spare_first:
            for name in self._layout.sound_layers:
                chosen[f"{name}_state"] = chosen[f"{name}_state"][:0]
        made = dict(zip(self._session.output_names, self._session.run(None, chosen), strict=True))
        check_columns(made["spectrum"])
        state = {f"{name}_state": made[f"{name}_next"] for name in self._layout.reach}
        pitch = np.concatenate((known, made["pitch"][:, 0]))
        if ends.spare_first:
            pitch = pitch[self._layout.sound_reach :]
        return _Run(made["spectrum"], pitch, state)

    def _zeros(self, name: str, rows: int) -> Real:
        return np.zeros((rows, self._widths[next(key for key in self._widths if key.startswith(name))]), np.float32)

    def _plan(self, total: int) -> Iterator[tuple[int, int]]:
        """Frames of prosody that go in together, of ``total``: a first stretch for speed, the rest in equal parts."""
        lag = self._layout.lag
        start, stop = 0, -(-(SILENT + FIRST + lag) // HALVES)
        left = HALVES * total - (HALVES * stop - lag)
        for parts in range(-(-left // LARGEST), 0, -1):
            if stop >= total:
                break
            yield start, stop
            # The last stretch holds at least the frames by which the layers lag.
            step = min(left // parts, left - lag) // HALVES if parts > 1 else total - stop
            start, stop, left = stop, stop + step, left - HALVES * step
        yield start, total
