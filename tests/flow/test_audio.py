"""Topics of the house, and sound that travels over MQTT instead of through the air."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
from paho.mqtt.client import MQTTMessage

from tests.appliance import BASE, Appliance, Listener, listening
from tests.brokers import PROTOCOLS, Broker, Protocol, until

TEXT = "abc de fghij. And more of it."


@pytest.fixture
def node(make_appliance: Callable[..., Appliance], listener: Listener) -> Appliance:
    appliance = make_appliance(tone=True, mqtt={"groups": ["upstairs"]}).start()
    listener.online()
    return appliance


def synth(listener: Listener, request_id: str, **output: Any) -> dict[str, Any]:
    listener.publish("synth", TEXT, id=request_id, output=output)
    listener.finished(request_id)
    return listener.result(request_id)


def messages(listener: Listener, topic: str) -> list[MQTTMessage]:
    listener.drain()
    return [message for message in listener.messages if message.topic == topic]


def properties(message: MQTTMessage) -> dict[str, Any]:
    assert message.properties is not None
    found: dict[str, Any] = message.properties.json()  # type: ignore[no-untyped-call]
    return found


def file_of(listener: Listener, request_id: str) -> bytes:
    (body,) = listener.topic(f"audio/{request_id}")
    return body


@pytest.mark.parametrize(
    "topic", ["edged/all/say", "edged/group/upstairs/say", f"{BASE}/say/notification", "edged/all/say/important"]
)
def test_every_way_to_say(node: Appliance, listener: Listener, topic: str) -> None:
    listener.hub.publish(topic, json.dumps({"text": TEXT, "id": "one"}))
    listener.finished("one")
    assert (node.spoken / "one.wav").exists()


def test_other_group_is_not_ours(node: Appliance, listener: Listener) -> None:
    listener.hub.publish("edged/group/downstairs/say", json.dumps({"text": TEXT, "id": "other"}))
    listener.hub.publish("edged/other-node/say", json.dumps({"text": TEXT, "id": "other"}))
    listener.say(TEXT, id="ours")
    listener.finished("ours")
    assert listener.events("other") == []


def test_synth_of_the_house_renders(node: Appliance, listener: Listener) -> None:
    listener.hub.publish("edged/all/synth", json.dumps({"text": TEXT, "id": "one"}))
    listener.finished("one")
    assert file_of(listener, "one").startswith(b"RIFF")
    assert not node.spoken.exists()


@pytest.mark.parametrize(("form", "kind"), [("wav", "WAV"), ("flac", "FLAC"), ("ogg", "OGG")])
@pytest.mark.parametrize("rate", [None, 16000, 48000])
def test_whole_file(node: Appliance, listener: Listener, form: str, kind: str, rate: int | None) -> None:
    result = synth(listener, "one", format=form, sample_rate=rate)
    (message,) = messages(listener, f"{BASE}/audio/one")
    body = bytes(message.payload)
    assert properties(message)["ContentType"] == f"audio/{form}"
    assert not message.retain
    with soundfile.SoundFile(io.BytesIO(body)) as sound:
        assert (sound.format, sound.channels, sound.samplerate) == (kind, 1, rate or 24000)
        assert sound.frames / sound.samplerate * 1000 == pytest.approx(result["audio"]["ms"], abs=2)
        assert np.abs(sound.read()).max() > 0.1
    assert result["audio"] == {
        "ms": result["audio"]["ms"],
        "rate": rate or 24000,
        "topic": f"{BASE}/audio/one",
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    assert listener.events("one") == ["accepted", "synthesizing", "started", "finished"]


def test_chunks_joined_are_the_whole(node: Appliance, listener: Listener) -> None:
    synth(listener, "wave", format="wav")
    whole = file_of(listener, "wave")[44:]
    pcm_result = synth(listener, "pcm", format="pcm")
    assert file_of(listener, "pcm") == whole
    assert properties(messages(listener, f"{BASE}/audio/pcm")[0])["ContentType"] == "audio/pcm"
    for request_id, rate in (("plain", None), ("other-rate", 16000)):
        result = synth(listener, request_id, publish="chunks", sample_rate=rate)
        chunks = [message for message in listener.messages if message.topic.startswith(f"{BASE}/audio/{request_id}/")]
        assert [int(message.topic.rpartition("/")[2]) for message in chunks] == list(range(len(chunks)))
        assert len(chunks) > 3
        assert [len(message.payload) == 0 for message in chunks] == [False] * (len(chunks) - 1) + [True]
        assert [properties(message).get("UserProperty") for message in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert properties(chunks[-1])["UserProperty"] == [("last", "true")]
        joined = b"".join(bytes(message.payload) for message in chunks)
        assert result["audio"]["sha256"] == hashlib.sha256(joined).hexdigest()
        assert listener.event(request_id, "started")["rate"] == (rate or 24000)
        if rate is None:
            assert joined == whole
            assert result["audio"]["sha256"] == pcm_result["audio"]["sha256"]
        else:
            synth(listener, "other-whole", format="pcm", sample_rate=rate)
            assert joined == file_of(listener, "other-whole")


def test_spoken_and_published(node: Appliance, listener: Listener) -> None:
    listener.command("volume/set", "0.5")
    listener.say(TEXT, id="both", output={"publish": "whole"})
    listener.finished("both")
    published, _ = soundfile.read(io.BytesIO(file_of(listener, "both")), dtype="float32")
    played, _ = soundfile.read(node.spoken / "both.wav", dtype="float32")
    assert len(published) == len(played)
    assert np.abs(played).max() == pytest.approx(np.abs(published).max() / 2, rel=0.01)


def test_chunks_of_the_real_voice_joined_are_the_whole(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    make_appliance().start()
    listener.online()
    text = "The dishwasher has finished. It is half past seven."
    listener.publish("synth", text, id="chunks", output={"publish": "chunks"})
    listener.publish("synth", text, id="whole", output={"format": "pcm"})
    listener.finished("chunks", "whole")
    chunks = [message for message in listener.messages if message.topic.startswith(f"{BASE}/audio/chunks/")]
    assert b"".join(bytes(message.payload) for message in chunks) == file_of(listener, "whole")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_answers_find_their_way(make_appliance: Callable[..., Appliance], broker: Broker, protocol: Protocol) -> None:
    """On MQTT 5 by response topic and correlation data, byte for byte; on 3.1.1 by their twins in the body."""
    with listening(broker, protocol, "hub/#") as listener:
        make_appliance(tone=True, mqtt={"protocol": protocol}).start()
        listener.online()
        body: dict[str, Any] = {"text": TEXT, "id": "one"}
        correlation = bytes(range(256))
        if protocol == "5":
            where: dict[str, Any] = {"ResponseTopic": "hub/answers", "CorrelationData": correlation}
            listener.hub.publish(f"{BASE}/say", json.dumps(body), **where)
        else:
            listener.say(TEXT, id="one", reply_to="hub/answers", correlation="Grüße-1")
        until(lambda: listener.at("hub/answers"), "an answer")
        listener.finished("one")
        assert listener.at("hub/answers") == listener.topic("result")
        if protocol == "5":
            for topic in ("hub/answers", f"{BASE}/result"):
                (message,) = messages(listener, topic)
                assert bytes.fromhex(properties(message)["CorrelationData"]) == correlation
                assert properties(message)["ContentType"] == "application/json"
        else:
            assert listener.result("one")["correlation"] == "Grüße-1"


def test_properties_win_over_their_twins(node: Appliance, listener: Listener) -> None:
    body = json.dumps({"text": TEXT, "id": "one", "reply_to": "edged/reply/body", "correlation": "body"})
    where: dict[str, Any] = {"ResponseTopic": "edged/reply/property", "CorrelationData": b"property"}
    listener.hub.publish(f"{BASE}/say", body, **where)
    until(lambda: listener.at("edged/reply/property"), "an answer")
    (message,) = messages(listener, "edged/reply/property")
    assert bytes.fromhex(properties(message)["CorrelationData"]) == b"property"
    assert listener.at("edged/reply/body") == []
