"""Whole sounds as files. The only importer of soundfile."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from edged.waveform import Waveform, pcm16

CONTENT_TYPES: dict[str, str] = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "pcm": "audio/pcm",
}
"""Format → media type. ``pcm`` is little-endian (audio/L16 would be big-endian) and its rate is told beside it."""
BLOCK = 24_000
"""Samples handed to the Vorbis encoder at once: libsndfile keeps a block of any length on its stack."""


def encode(waveform: Waveform, form: str) -> bytes:
    """The sound as ``wav`` or ``flac`` (16 bits), ``ogg`` (Vorbis) or ``pcm`` (16 bits, little-endian, no header).

    Raises ``ValueError`` for another format.
    """
    if form == "pcm":
        return pcm16(waveform.samples)
    if form not in CONTENT_TYPES:
        raise ValueError(f"unknown format {form!r}")
    if form == "ogg":
        return _vorbis(waveform)
    body = io.BytesIO()
    whole = np.frombuffer(pcm16(waveform.samples), "<i2")
    soundfile.write(body, whole, waveform.rate, format=form.upper(), subtype="PCM_16")
    return body.getvalue()


def _vorbis(waveform: Waveform) -> bytes:
    body = io.BytesIO()
    samples = np.clip(waveform.samples, -1.0, 1.0)
    with soundfile.SoundFile(body, "w", waveform.rate, 1, "VORBIS", format="OGG") as file:
        for start in range(0, len(samples), BLOCK):
            file.write(samples[start : start + BLOCK])
    return body.getvalue()
