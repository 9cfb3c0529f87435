"""One WAV file per utterance: for tests, demonstrations and machines without a sound device."""

from __future__ import annotations

import os
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edged.errors import Retryable
from edged.waveform import Samples, pcm16

PARTIAL = ".part"
LEFT_S = 3600.0
"""Seconds after which a file that is still half-written is a left-over."""
"""End of the name of a file that is still being written."""
PACED_BUFFER_S = 0.12
"""Seconds that the paced variant takes before it blocks, like the buffer of a sound card."""
FRAME_BYTES = 2
HEADER_BYTES = 44


@dataclass
class _Recording:
    """The file of the utterance in hand. Sample frames count from its start."""

    file: BinaryIO
    path: Path
    rate: int
    written: int = 0
    over_at: float = 0.0
    """Monotonic time at which all that was written has been heard."""


class WavFileOutput:
    """Writes ``<title>.wav`` (mono, 16 bit); implements :class:`edged.output.contract.Output`.

    A file appears under its name, whole, at ``drain``, ``drop`` or ``close``; each utterance begins with ``open``.
    Of all files the ``keep`` newest stay. Sound counts as heard the moment it is written, unless ``paced``: then it is
    heard in real time, and ``drop`` cuts the file where the listener was.
    """

    underruns = 0

    def __init__(self, directory: Path, keep: int, *, paced: bool = False) -> None:
        self._directory = directory
        self._keep = keep
        self._paced = paced
        self._recording: _Recording | None = None

    @property
    def name(self) -> str:
        """``wav_file:<directory>``."""
        return f"wav_file:{self._directory}"

    def open(self, rate: int, title: str) -> None:
        """Begin the file of this utterance; it replaces an older one of the same title once it is whole."""
        self.close()
        path = self._directory / f"{file_name(title)}.wav"
        with self._disk():
            self._directory.mkdir(parents=True, exist_ok=True)
            file = path.with_name(path.name + PARTIAL).open("wb")
            self._recording = _Recording(file, path, rate)
            file.write(header(rate, 0))

    def write(self, samples: Samples) -> None:
        """Append samples; paced, blocks while more than :data:`PACED_BUFFER_S` is unheard."""
        recording = self._recording
        if recording is None:
            raise RuntimeError("write without open")
        with self._disk():
            recording.file.write(pcm16(samples))
        recording.written += len(samples)
        if self._paced:
            now = time.monotonic()
            recording.over_at = max(recording.over_at, now) + len(samples) / recording.rate
            time.sleep(max(0.0, recording.over_at - now - PACED_BUFFER_S))

    def pending_s(self) -> float:
        """Seconds not heard yet; always 0 unless paced."""
        if not self._paced or self._recording is None:
            return 0.0
        return max(0.0, self._recording.over_at - time.monotonic())

    def drain(self) -> None:
        """Let it be heard to the end; the file is whole then."""
        time.sleep(self.pending_s())
        self.drop()

    def drop(self) -> None:
        """Keep what was heard so far as the whole file."""
        recording = self._recording
        if recording is None:
            return
        heard = max(0, recording.written - round(self.pending_s() * recording.rate))
        with self._disk():
            self._publish(recording, heard)
            self._prune()

    def close(self) -> None:
        """Like ``drop``, but never raises: a file that cannot be finished is removed."""
        with suppress(Retryable):
            self.drop()

    def _publish(self, recording: _Recording, frames: int) -> None:
        file = recording.file
        file.truncate(HEADER_BYTES + frames * FRAME_BYTES)
        file.seek(0)
        file.write(header(recording.rate, frames))
        file.close()
        Path(file.name).replace(recording.path)
        self._recording = None

    def _prune(self) -> None:
        """Remove all but the newest files, and what a crash left half-written long ago: others may write here, too."""
        files = [entry for entry in os.scandir(self._directory) if entry.name.endswith(".wav")]
        files.sort(key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        for entry in files[self._keep :]:
            Path(entry.path).unlink(missing_ok=True)
        now = time.time()
        for partial in self._directory.glob(f"*.wav{PARTIAL}"):
            with suppress(FileNotFoundError):  # just finished
                if now - partial.stat().st_mtime > LEFT_S:
                    partial.unlink()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._give_up()
            message = f"sound cannot be written to {self._directory} ({error.strerror}): make room or set sound.wav_dir"
            raise Retryable("audio_device", message) from error

    def _give_up(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            with suppress(OSError):  # a full disk refuses the rest of the buffer again
                recording.file.close()
            with suppress(OSError):
                Path(recording.file.name).unlink(missing_ok=True)


def file_name(title: str) -> str:
    """The title as a file name: whatever is not a letter, a digit, ``_``, ``-`` or an inner ``.`` becomes ``_``."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", title)[:100]
    return re.sub(r"^\.+", "_", plain) or "_"


def header(rate: int, frames: int) -> bytes:
    """The 44 bytes before mono 16-bit samples: RIFF, ``fmt`` (PCM), ``data``."""
    size = frames * FRAME_BYTES
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * FRAME_BYTES, FRAME_BYTES, 8 * FRAME_BYTES)
    return struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
