"""Sound as MQTT messages: one whole file, or chunks while synthesis goes on."""

from __future__ import annotations

import hashlib

import numpy as np

from edged.audio.encode import CONTENT_TYPES, encode
from edged.audio.resample import Resampler
from edged.message import Outbound
from edged.request import OutputChoice
from edged.waveform import Samples, Waveform, pcm16


class Publisher:
    """Turns one utterance into messages below ``<base>/audio/<id>``. Data in, messages out; sends nothing itself."""

    def __init__(self, base: str, request_id: str, choice: OutputChoice, rate: int) -> None:
        self.topic = f"{base}/audio/{request_id}"
        self.rate = choice.sample_rate or rate
        self.chunked = choice.publish == "chunks"
        self._format = choice.format or "wav"
        self._resampler = Resampler(rate, self.rate)
        self._whole: list[Samples] = []
        self._digest = hashlib.sha256()
        self._next = 0

    def put(self, samples: Samples) -> list[Outbound]:
        """Take sound; the messages that it makes ready (for a whole file there are none before :meth:`end`)."""
        resampled = self._resampler.process(samples, last=False)
        if not self.chunked:
            self._whole.append(resampled)
            return []
        return [self._chunk(pcm16(resampled))] if len(resampled) else []

    def end(self) -> list[Outbound]:
        """The rest: the whole file, or the last samples and the empty chunk that closes the stream."""
        rest = self._resampler.process(np.zeros(0, np.float32), last=True)
        if self.chunked:
            tail = [self._chunk(pcm16(rest))] if len(rest) else []
            return [*tail, self._chunk(b"", last=True)]
        body = encode(Waveform(np.concatenate([*self._whole, rest]), self.rate), self._format)
        self._digest.update(body)
        return [Outbound(self.topic, body, content_type=CONTENT_TYPES[self._format])]

    @property
    def sha256(self) -> str:
        """Hash of everything published so far: of the file, or of the chunks joined."""
        return self._digest.hexdigest()

    def _chunk(self, body: bytes, *, last: bool = False) -> Outbound:
        self._digest.update(body)
        message = Outbound(
            f"{self.topic}/{self._next}",
            body,
            content_type=CONTENT_TYPES["pcm"],
            user_properties=(("last", "true"),) if last else (),
        )
        self._next += 1
        return message
