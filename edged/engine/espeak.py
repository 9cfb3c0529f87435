"""The last resort: the separate program ``espeak-ng`` (GPL-3, never linked) speaks itself.

No model, no memory, over a hundred languages, and a voice that is plainly a machine's. The program writes its sound
as it makes it, so the first of it is there within milliseconds, however long the text.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from edged import espeak_ng
from edged.engine.contract import ProviderReport
from edged.engine.sanity import checked
from edged.errors import Fatal, Rejected
from edged.espeak_ng import LONGEST_BYTES, PROGRAM
from edged.waveform import Samples, silence

RATE = 22_050
GAIN_DB = 3.0
"""Brings it to the loudness all voices share, see `voices.piper`; measured over ten English sentences."""
HEADER = 44
"""Bytes of the program's WAV header, whose length fields are made up: it does not know how much is to come."""
FORMAT = (b"RIFF", b"WAVE", (1).to_bytes(2, "little") * 2 + RATE.to_bytes(4, "little"))
CHUNK = 8192
"""Samples in a chunk: 0.37 s."""
WORDS_PER_MINUTE = 175
"""The program's own pace; 88 to 350 is half to double of it, within 10 % of the time in English, 25 % in Spanish."""
PITCH = (
    (-6.96, -5.59, -4.47, -3.09, -1.66, 0.0, 1.78, 3.59, 5.45, 7.40),
    (0, 10, 20, 30, 40, 50, 60, 70, 80, 90),
)
"""Semitones from its own pitch ← the program's scale: medians of f0 measured in English, Spanish and Mandarin, which
are up to 1.1 semitones apart at the low end and 0.2 at the high one."""
PAUSE_S = 0.2
"""What a text without a letter or figure lasts."""
STALLED_S = 5.0
"""Without a byte from it, the program has failed."""
LISTING_BYTES = 64 * 1024
MOST_LANGUAGES = 500
UNRANKED = 99
FIRST = ("en", "ru", "ar", "hi", "cmn", "bn")
"""Come before all others, which are in the order of their names: of the languages that share a script (Russian and
Bulgarian, Arabic and Persian) the one with the most speakers is what a text is in that does not say."""


LANGUAGE = re.compile(r"\[([A-Za-z0-9-]{2,35})\]")
"""Before text, in what takes the place of phonemes: the language that it is in, BCP 47; square brackets stand nowhere
else."""
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class EspeakVoice:
    """An :class:`edged.engine.contract.Engine` for every language of the program.

    What it takes for phonemes is written text, ``[es] Hola`` (`text.phonemes.written`).
    ``program`` is a name or a path, None: ``espeak-ng`` on PATH. ``language``: of text that does not say.
    """

    name = "espeak"
    rate = RATE
    provider = ProviderReport("none", "none")

    def __init__(self, program: str | None = None, language: str = "en") -> None:
        self._program = program or PROGRAM
        self._language = language
        self._version = "unknown"

    @property
    def model(self) -> str:
        """``espeak-ng@1.51``; the version is known after :meth:`load`."""
        return f"espeak-ng@{self._version}"

    def load(self) -> None:
        """Ask for the version and say a word.

        Raises ``Fatal``: ``unsupported`` if the program or the language is missing, ``provider_failed`` if it breaks.
        """
        told = re.search(r"(\d+(?:\.\d+)+)", _answer(self._program, ["--version"]))
        self._version = told[1] if told else "unknown"
        for _ in self.synthesize("1"):
            pass

    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of what the program reads, English first. Raises ``Fatal`` like :meth:`load`."""
        return languages(self._program)

    def synthesize(self, phonemes: str, speed: float = 1.0, pitch: float = 0.0) -> Iterator[Samples]:
        """See :meth:`edged.engine.contract.Engine.synthesize`; language after language, in chunks as they are written.

        The program ends with the iterator, whether that was read to the end or not. Raises ``Rejected`` (``too_long``)
        for more than 32 KiB of text, ``Fatal`` (``unsupported``) for a language that the program does not have.
        """
        if len(phonemes.encode("utf-8", "replace")) > LONGEST_BYTES:
            raise Rejected("too_long", f"more than {LONGEST_BYTES} bytes of text at once", field="text")
        first, *marked = LANGUAGE.split(phonemes)
        texts = [(self._language, first), *zip(marked[::2], marked[1::2], strict=True)]
        said = [(language, text) for language, text in texts if any(char.isalnum() for char in text)]
        return self._speak(said, speed, pitch)

    def close(self) -> None:
        """Nothing to close."""

    def _speak(self, texts: Sequence[tuple[str, str]], speed: float, pitch: float) -> Iterator[Samples]:
        if not texts:
            yield silence(PAUSE_S / speed, RATE)
        for language, text in texts:
            plain = text.translate({ord("["): "(", ord("]"): ")", 0: " "})  # `[[` would begin phonemes of its own
            yield from checked(self._said(language, plain, speed, pitch), RATE, plain, speed)

    def _said(self, language: str, text: str, speed: float, pitch: float) -> Iterator[Samples]:
        pace = str(round(WORDS_PER_MINUTE * speed))
        height = str(round(float(np.interp(pitch, *PITCH))))
        options = ["--stdout", "--stdin", "-z", "-b", "1", "-v", _name(language), "-s", pace, "-p", height]
        with _started(self._program, options, text) as process:
            header = _exactly(process, HEADER)
            if not header and process.wait(STALLED_S):
                raise Fatal("unsupported", f"{self._program} has no voice for {language!r}", language=language)
            if not all(part in header for part in FORMAT):
                raise Fatal("synth_failed", f"{self._program} wrote no WAV of 16-bit mono at {RATE} Hz")
            while block := _exactly(process, 2 * CHUNK):
                yield np.frombuffer(block[: len(block) & ~1], "<i2").astype(np.float32) / np.float32(32768.0)
            if process.wait(STALLED_S):
                raise Fatal("synth_failed", f"{self._program} ended with {process.returncode} while speaking")


def languages(program: str | None = None) -> tuple[str, ...]:
    """BCP 47 tags of what the program reads, :data:`FIRST` first. Raises ``Fatal`` like :meth:`EspeakVoice.load`."""
    lines = _answer(program or PROGRAM, ["--voices"]).splitlines()[1 : MOST_LANGUAGES + 1]
    ranked = sorted((_rank(line), _tag(fields[1])) for line in lines if len(fields := line.split()) > 1)
    return tuple(dict.fromkeys(tag for _, tag in ranked if TAG.fullmatch(tag)))


def _rank(line: str) -> tuple[int, str, int]:
    """Where it comes; of a language's regions the one that the program takes for the whole: ``(fr 5)`` before 8."""
    first, _, region = line.split()[1].partition("-")
    told = re.search(rf"\({first} (\d+)\)", line)
    place = FIRST.index(first) if first in FIRST else len(FIRST)
    return place, first, (int(told[1]) if told else UNRANKED) if region else 0


def _tag(name: str) -> str:
    """The program's name of a language as a BCP 47 tag, Mandarin by the name that everybody uses."""
    first, *rest = name.split("-")
    region = (part.upper() if len(part) == len("GB") else part for part in rest)
    return "-".join(("zh" if first == "cmn" else first, *region))


def _name(tag: str) -> str:
    first, *rest = tag.lower().split("-")
    return "cmn" if first == "zh" else "-".join((first, *rest))


def _answer(program: str, options: Sequence[str]) -> str:
    with _started(program, options, "") as process:
        written = _exactly(process, LISTING_BYTES)
        if process.wait(STALLED_S):
            raise Fatal("provider_failed", f"{program} {options[0]} ended with {process.returncode}")
    return written.decode("utf-8", "replace")


@contextmanager
def _started(program: str, options: Sequence[str], text: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program at work; when this ends it has ended, too, and is reaped."""
    command = [espeak_ng.located(program), *options]
    with espeak_ng.started(command, text.encode("utf-8", "replace"), code="provider_failed") as process:
        try:
            yield process
        except subprocess.TimeoutExpired as error:
            raise Fatal("synth_failed", f"{program} stood still for {STALLED_S:.0f} s") from error


def _exactly(process: subprocess.Popen[bytes], count: int) -> bytes:
    return espeak_ng.read(process, count, STALLED_S)
