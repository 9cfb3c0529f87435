"""Sound on an ALSA device: cards, and through ALSA's own plugins PulseAudio and PipeWire.

Theory of operation
-------------------
The device is opened non-blocking and fed a piece at a time; while it is full we sleep for half a period. A device
that takes nothing for :data:`PATIENCE_S` is hung and counts as lost, so no call can block for
ever on a dead card. ALSA starts playing at the first frame written (its default start threshold is 1). After an
utterance the device is drained and prepared again, so that the next one finds it ready.

Any error of the library means that the device is lost: the handle is closed and :class:`edged.errors.Retryable`
raised; the next ``open`` starts afresh.

What the library cannot do: it has no ``snd_pcm_delay``, so sound that a server has taken out of our buffer counts
as heard; and it holds the interpreter's lock while it opens a device.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import alsaaudio
import numpy as np

from edged.errors import Retryable
from edged.output import libasound, refusals
from edged.settings import Sound
from edged.waveform import Samples, pcm16

logger = logging.getLogger(__name__)

PATIENCE_S = 3.0
"""Seconds after which a device that takes nothing is hung. PulseAudio may render two seconds ahead on a sink without a
card, and takes nothing meanwhile."""
STEREO = 2
SAMPLE_BYTES = 2
TRY_AGAIN = os.strerror(errno.EAGAIN)

libasound.silence()


@dataclass(frozen=True)
class _Stream:
    """An open device and what it agreed to."""

    pcm: Any
    rate: int
    """Hertz that was asked for; the device's own differs by RATE_TOLERANCE at most."""
    channels: int
    period: int
    """Frames."""
    buffer: int
    """Frames."""

    def frames(self, samples: Samples) -> bytes:
        data = pcm16(samples)
        if self.channels == 1:
            return data
        return np.repeat(np.frombuffer(data, "<i2"), self.channels).tobytes()

    def alive(self) -> bool:
        """Whether the device is still there, as far as the library knows."""
        return bool(self.pcm.state() not in (alsaaudio.PCM_STATE_DISCONNECTED, alsaaudio.PCM_STATE_SUSPENDED))

    def held(self) -> int:
        """Frames that the device holds; 0 if it stands still or ran dry."""
        if self.pcm.state() in (alsaaudio.PCM_STATE_RUNNING, alsaaudio.PCM_STATE_DRAINING):
            free = int(self.pcm.avail())
            return max(0, self.buffer - free) if free >= 0 else 0
        return 0


class AlsaPlayer:
    """Plays through one ALSA device; implements :class:`edged.output.contract.Output`.

    ``write`` returns when the device has taken all of its samples: give it short pieces (50 ms or so) where ``drop``
    must be able to come in between. A device that takes nothing for ``patience_s`` (or for four buffers, if that is
    longer) counts as lost.
    """

    def __init__(self, settings: Sound, patience_s: float = PATIENCE_S) -> None:
        self._settings = settings
        self._patience = max(patience_s, 4 * settings.buffer_ms / 1000)
        self._stream: _Stream | None = None
        self._underruns = 0
        self._playing = False
        """Whether anything was written that was neither drained nor dropped."""

    @property
    def name(self) -> str:
        """``alsa:<device>``."""
        return f"alsa:{self._settings.device}"

    @property
    def underruns(self) -> int:
        """How often the device ran dry between the writes of one utterance."""
        return self._underruns

    def open(self, rate: int, title: str) -> None:
        """Open the device at ``rate`` hertz, or keep it if it is open so and alive; ``title`` is for the log."""
        self._playing = False
        if self._stream is not None and self._stream.rate == rate and self._stream.alive():
            return
        self.close()
        self._stream = _opened(self._settings, rate)
        logger.debug("sound device %s opened at %d Hz for %s", self._settings.device, rate, title)

    def write(self, samples: Samples) -> None:
        """Hand over samples; blocks until the device has taken the last of them."""
        stream = self._current()
        with self._guarded():
            gaps = self._feed(stream, memoryview(stream.frames(samples)))
        self._playing = True
        if gaps:
            self._underruns += gaps
            logger.warning("sound device %s ran dry: a gap was heard", self._settings.device)

    def pending_s(self) -> float:
        """Seconds of sound in the device's buffer; 0 while it is not open."""
        if self._stream is None:
            return 0.0
        with self._guarded():
            return self._stream.held() / self._stream.rate

    def drain(self) -> None:
        """Block until the device's buffer has been heard, then let the device stand still."""
        stream = self._stream
        if stream is None or not self._playing:
            return
        with self._guarded():
            self._play_down(stream)
            self._finish(stream)
        self._playing = False

    def drop(self) -> None:
        """Silence at once; the device stays open."""
        self._playing = False
        if self._stream is not None:
            with self._guarded():
                self._stream.pcm.drop()

    def close(self) -> None:
        """Release the device; what it still holds is not heard. Never raises."""
        stream, self._stream, self._playing = self._stream, None, False
        if stream is not None:
            # drop first: the library's close would drain, for ever on a hung device
            with suppress(alsaaudio.ALSAAudioError):
                stream.pcm.drop()
            with suppress(alsaaudio.ALSAAudioError):
                stream.pcm.close()

    def _current(self) -> _Stream:
        if self._stream is None:
            raise self._lost("it is not open")
        return self._stream

    def _feed(self, stream: _Stream, left: memoryview) -> int:
        """Write everything; how many underruns the device reported on the way."""
        gaps = 0
        frame = stream.channels * SAMPLE_BYTES
        deadline = self._deadline()
        while left:
            overdue = time.monotonic() > deadline  # before the attempt: we may have been the ones who slept
            taken = stream.pcm.write(left)
            if taken > 0:
                left = left[taken * frame :]
                deadline = self._deadline()
                continue
            if taken == -errno.EPIPE:  # the library has prepared the device anew: the next write starts it
                gaps += 1
            self._wait(stream.period / stream.rate / 2, overdue=overdue)
        return gaps

    def _play_down(self, stream: _Stream) -> None:
        """Watch the buffer empty itself down to two periods.

        A hung device is noticed here; asking it to drain at once would, behind a sound server, be a call without end.
        """
        held, deadline = stream.held(), self._deadline()
        while held > 2 * stream.period:
            overdue = time.monotonic() > deadline
            before, held = held, stream.held()
            if held < before:
                deadline, overdue = self._deadline(), False
            self._wait(min(max(held - 2 * stream.period, 1) / stream.rate, 0.05), overdue=overdue)

    def _finish(self, stream: _Stream) -> None:
        """Drain what is left. A non-blocking card answers "try again" until it stands still."""
        deadline = self._deadline()
        while True:
            overdue = time.monotonic() > deadline
            try:
                stream.pcm.drain()
            except alsaaudio.ALSAAudioError as error:
                if TRY_AGAIN not in str(error):
                    raise
            if stream.pcm.state() != alsaaudio.PCM_STATE_DRAINING:
                break
            self._wait(stream.period / stream.rate / 2, overdue=overdue)
        stream.pcm.write(b"")  # prepares it, and fails if it is gone: then the end was not heard

    def _deadline(self) -> float:
        return time.monotonic() + self._patience

    def _wait(self, seconds: float, *, overdue: bool) -> None:
        if overdue:
            raise self._lost("it plays nothing, as if its hardware hung")
        time.sleep(seconds)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except alsaaudio.ALSAAudioError as error:
            raise self._lost(str(error)) from error

    def _lost(self, reason: str) -> Retryable:
        """Close the handle; the error to raise."""
        self.close()
        return Retryable("audio_device", refusals.lost(self._settings.device, reason))


def list_devices() -> list[str]:
    """Names of the playback devices that ALSA knows (``aplay -L``); each may stand in ``sound.device``."""
    return [str(name) for name in alsaaudio.pcms(alsaaudio.PCM_PLAYBACK)]


def probe(settings: Sound, rate: int) -> str | None:
    """What keeps the device from being opened at ``rate`` hertz, in words; None if nothing does."""
    player = AlsaPlayer(settings)
    try:
        player.open(rate, "probe")
    except Retryable as error:
        return error.message
    player.close()
    return None


def _opened(settings: Sound, rate: int) -> _Stream:
    """The device, opened for mono or, if it refuses that, for stereo; raises ``Retryable`` with advice."""
    libasound.forget_configuration()
    try:
        stream = _negotiate(settings, rate, channels=1)
        if stream.channels > STEREO:
            stream.pcm.close()
            stream = _negotiate(settings, rate, channels=STEREO)
    except alsaaudio.ALSAAudioError as error:
        raise Retryable("audio_device", refusals.not_opened(settings.device, rate, str(error))) from error
    return stream


def _negotiate(settings: Sound, rate: int, channels: int) -> _Stream:
    period = max(1, rate * settings.period_ms // 1000)
    pcm = alsaaudio.PCM(
        type=alsaaudio.PCM_PLAYBACK,
        mode=alsaaudio.PCM_NONBLOCK,
        device=settings.device,
        rate=rate,
        channels=channels,
        format=alsaaudio.PCM_FORMAT_S16_LE,
        periodsize=period,
        periods=max(2, round(settings.buffer_ms / settings.period_ms)),
    )
    got = pcm.info()
    problem = refusals.mismatch(got, rate)
    if problem is not None:
        pcm.close()
        raise Retryable("audio_device", refusals.not_opened(settings.device, rate, problem))
    return _Stream(pcm, rate, got["channels"], got["period_size"], got["buffer_size"])
