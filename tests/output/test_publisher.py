from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from edged.output.publisher import Publisher
from edged.request import OutputChoice
from edged.waveform import Samples, pcm16

RATE = 24000
BASE = "edged/kitchen"


def tone(seconds: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def make_publisher(**choice: object) -> Publisher:
    return Publisher(BASE, "r1", OutputChoice.model_validate(choice), RATE)


@pytest.mark.parametrize(
    ("form", "content_type"), [("wav", "audio/wav"), ("flac", "audio/flac"), ("ogg", "audio/ogg"), (None, "audio/wav")]
)
def test_whole_file_is_one_message(form: str | None, content_type: str) -> None:
    publisher = make_publisher(publish="whole", format=form)
    sound = tone(0.5)
    assert publisher.put(sound[:5000]) == publisher.put(sound[5000:]) == []
    [message] = publisher.end()
    assert (message.topic, message.content_type) == (f"{BASE}/audio/r1", content_type)
    assert (message.qos, message.retain) == (1, False)
    assert publisher.sha256 == hashlib.sha256(message.payload).hexdigest()
    heard, rate = soundfile.read(io.BytesIO(message.payload), dtype="float32")
    assert (rate, len(heard)) == (RATE, len(sound))
    if form != "ogg":
        assert heard == pytest.approx(sound, abs=1e-4)


def test_whole_file_without_a_header() -> None:
    publisher = make_publisher(publish="whole", format="pcm")
    publisher.put(tone(0.1))
    [message] = publisher.end()
    assert (message.payload, message.content_type) == (pcm16(tone(0.1)), "audio/pcm")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4000), max_size=6))
def test_chunks_are_numbered_and_joined_are_the_whole(sizes: list[int]) -> None:
    publisher = make_publisher(publish="chunks")
    sound = tone(1.0)
    messages = []
    start = 0
    for size in sizes:
        messages += publisher.put(sound[start : start + size])
        start += size
    messages += publisher.end()
    assert [message.topic for message in messages] == [f"{BASE}/audio/r1/{number}" for number in range(len(messages))]
    *filled, last = messages
    assert all(message.payload and not message.user_properties for message in filled)
    assert (last.payload, last.user_properties) == (b"", (("last", "true"),))
    whole = b"".join(message.payload for message in messages)
    assert whole == pcm16(sound[:start])
    assert publisher.sha256 == hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("publish", ["whole", "chunks"])
def test_other_sample_rate(rate: int, publish: str) -> None:
    publisher = make_publisher(publish=publish, format="pcm", sample_rate=rate)
    assert publisher.rate == rate
    sound = tone(0.5)
    messages = [
        message for start in range(0, len(sound), 1000) for message in publisher.put(sound[start : start + 1000])
    ]
    messages += publisher.end()
    heard = np.frombuffer(b"".join(message.payload for message in messages), "<i2")
    assert len(heard) == pytest.approx(rate / 2, abs=2)
    assert np.abs(heard).max() == pytest.approx(0.5 * 32767, rel=0.1)


@pytest.mark.parametrize("publish", ["whole", "chunks"])
def test_nothing_said_is_published_as_nothing(publish: str) -> None:
    publisher = make_publisher(publish=publish, format="pcm")
    [message] = publisher.end()
    assert message.payload == b""
