"""Kokoro-82M: one model, many voices, and voices between them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edged.engine.contract import ProviderReport
from edged.engine.kokoro_join import joined
from edged.engine.kokoro_model import KokoroModel, Real, Score
from edged.engine.kokoro_style import Style, blended, read, row
from edged.engine.kokoro_windows import Window, windows
from edged.engine.sanity import SURE, checked, sounds
from edged.errors import Fatal
from edged.waveform import Samples, silence

RATE = 24_000
PAUSE_S = 0.2
"""What phonemes without a single sound last."""
VOICED = 20.0
"""Hertz below which nothing is voiced: the model says about 10 where there is no pitch."""


MOST_STYLES = 32
"""Voices and blends kept at hand; each has half a megabyte."""


class Kokoro:
    """An :class:`edged.engine.contract.Engine` for one voice: a style of the shared model, or a blend of several.

    Light: what takes memory is the model, which is opened with the first of its voices and closed with the last.
    """

    name = "kokoro"
    rate = RATE

    def __init__(self, model: KokoroModel, style: Style) -> None:
        self._model = model
        self._style = style
        self._open = False

    @property
    def model(self) -> str:
        """Name and version of the model: ``kokoro@1.0``."""
        return self._model.label

    @property
    def provider(self) -> ProviderReport:
        """Which execution provider was obtained; raises ``RuntimeError`` before :meth:`load`."""
        return self._model.provider

    def load(self) -> None:
        """See :meth:`edged.engine.contract.Engine.load`; nothing is left to do where another voice is open."""
        if not self._open:
            self._model.open(row(self._style, 20))
            self._open = True

    def close(self) -> None:
        """Let the model go, as far as this voice is concerned."""
        if self._open:
            self._open = False
            self._model.close()

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        """See :meth:`edged.engine.contract.Engine.synthesize`; the symbols are checked at once, not at the first chunk.

        Silence at both ends is left out; punctuation alone is a short pause. Raises ``Fatal`` (``synth_failed``) for
        more than 510 symbols.
        """
        return self._speak(phonemes, self._model.numbers(phonemes), speed, pitch)

    def _speak(self, phonemes: str, numbers: NDArray[np.int64], speed: float, pitch: float) -> Iterator[Samples]:
        if not sounds(phonemes):
            yield silence(PAUSE_S / speed, RATE)
            return
        style = row(self._style, len(phonemes))
        score = self._model.score(numbers, style, speed)
        score = replace(score, pitch=shifted(score.pitch, pitch))
        plan = list(windows(score.energy))
        if not plan and sounds(phonemes) >= SURE:
            raise Fatal("synth_failed", "the network made silence", symbols=len(phonemes))
        made = joined(self._decoded(score, style, plan)) if plan else iter([silence(PAUSE_S / speed, RATE)])
        yield from checked(made, RATE, phonemes, speed)

    def _decoded(self, score: Score, style: Real, plan: list[Window]) -> Iterator[tuple[Window, Samples]]:
        for window in plan:
            yield window, self._model.sound(score, style, window.frames(score.frames))


class KokoroVoices:
    """The engines of a package: one for each of its voices, and for each blend that is asked for. Thread-safe.

    ``styles`` maps the name of a voice to its file.
    """

    def __init__(self, model: KokoroModel, styles: Mapping[str, Path]) -> None:
        self._model = model
        self._styles = styles
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[tuple[str, float], ...], Kokoro] = OrderedDict()

    def engine(self, parts: Sequence[tuple[str, float]]) -> Kokoro:
        """Who speaks in between these voices, by their weights, which add up to 1; made once, and not loaded by this.

        Raises ``Fatal`` (``provider_failed``) for a style that cannot be read, ``KeyError`` for one that is none.
        """
        key = tuple(sorted(parts))
        with self._lock:
            found = self._made.get(key)
            if found is None:
                found = Kokoro(self._model, blended([(read(self._styles[name]), weight) for name, weight in key]))
                self._made[key] = found
            self._made.move_to_end(key)
            while len(self._made) > MOST_STYLES:
                self._made.popitem(last=False)
        return found


def shifted(pitch: Real, semitones: float) -> Real:
    """The pitch of every voiced point raised or lowered."""
    if not semitones:
        return pitch
    return np.where(pitch >= VOICED, pitch * np.float32(2 ** (semitones / 12)), pitch)
