"""What an output is: a paced consumer of mono sound."""

from __future__ import annotations

from typing import Protocol

from edged.waveform import Samples


class Output(Protocol):
    """A sink of sound.

    Threading: everything is called from the delivery thread alone, one utterance after the other.
    A lost or missing device raises :class:`edged.errors.Retryable` with code ``audio_device``, from any call;
    afterwards ``open`` tries again from scratch. No call blocks for longer than the sound that the device holds.
    """

    @property
    def name(self) -> str:
        """For people: ``alsa:default``."""

    @property
    def underruns(self) -> int:
        """How often the device ran dry since the start."""

    def open(self, rate: int, title: str) -> None:
        """Be ready for sound at ``rate`` hertz; cheap if the device is open at that rate already.

        ``title`` names the utterance (a file name for ``wav_file``).
        """

    def write(self, samples: Samples) -> None:
        """Hand over samples (mono float32); blocks while the device is full."""

    def pending_s(self) -> float:
        """Seconds handed over that have not been heard yet."""

    def drain(self) -> None:
        """Block until everything handed over has been heard; the device stays open."""

    def drop(self) -> None:
        """Forget what has not been heard yet, at once; the device stays open."""

    def close(self) -> None:
        """Release the device."""
