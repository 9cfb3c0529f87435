"""Markup over MQTT, down to what is heard: pauses, marks, several voices, rate, pitch, volume, styles."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.waveform import Samples
from tests.appliance import Appliance, Listener, house
from tests.programs import needed
from tests.sound.measures import fundamental, heard, silences
from tests.text.hostile import texts

PITCHED = "The washing machine is running now, and there are many more rooms."
STYLES = {
    "calm": {"speed": 0.75, "pitch": -3.0, "pauses": 3.0, "volume": 0.5},
    "lively": {"speed": 1.5, "pitch": 3.0},
    "plain-voice": {"voice": "espeak"},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Iterator[tuple[Appliance, Listener]]:
    """Two voices: *heart*, the one of the house, and that of espeak-ng. Nobody stands in for anybody."""
    engine = {"espeak_program": needed("espeak-ng")}
    with house(
        tmp_path_factory.mktemp("markup"), voices, engine=engine, styles=STYLES, failover={"backup": []}
    ) as pair:
        yield pair


@pytest.fixture(scope="module")
def node(running: tuple[Appliance, Listener]) -> Appliance:
    return running[0]


@pytest.fixture(scope="module")
def listener(running: tuple[Appliance, Listener]) -> Listener:
    return running[1]


def spoken(listener: Listener, text: str, form: str = "ssml", **fields: Any) -> dict[str, Any]:
    """The result of a text that is spoken to its end."""
    request_id = uuid.uuid4().hex
    listener.say(text, id=request_id, format=form, **fields)
    listener.finished(request_id)
    return listener.result(request_id)


def refused(listener: Listener, text: str, code: str, form: str = "ssml") -> dict[str, Any]:
    """The error of a text that is not."""
    request_id = uuid.uuid4().hex
    listener.say(text, id=request_id, format=form)
    return listener.refused(request_id, code)


def sound(node: Appliance, result: dict[str, Any]) -> tuple[Samples, int]:
    return heard(node.spoken / f"{result['id']}.wav")


def loudness(samples: Samples) -> float:
    """Root mean square of what is not silent."""
    return float(np.sqrt(np.mean(np.square(samples[np.abs(samples) > 0.01]))))


def codes(result: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in result["warnings"]]


# -- silence -----------------------------------------------------------------------------------------------------------


def test_breaks_are_heard_as_long_as_they_are_written(node: Appliance, listener: Listener) -> None:
    text = '<speak>One.<break time="1500ms"/>Two.<break time="2.5s"/>Three.<break strength="none"/></speak>'
    result = spoken(listener, text)
    plain = spoken(listener, "<speak>One. Two. Three.</speak>")
    own, longer = silences(*sound(node, plain)), silences(*sound(node, result))
    assert len(own) == len(longer) == 2
    assert [new - old for old, new in zip(own, longer, strict=True)] == [
        pytest.approx(1.5, abs=0.06),
        pytest.approx(2.5, abs=0.06),
    ]
    assert result["warnings"] == []
    samples, rate = sound(node, result)
    assert result["audio"]["ms"] == pytest.approx(len(samples) / rate * 1000, abs=2)


def test_inline_pause_is_heard(node: Appliance, listener: Listener) -> None:
    result = spoken(listener, "One. [pause:1.5s] Two.", "text")
    assert result["normalized"] == "One. Two."
    assert max(silences(*sound(node, result))) == pytest.approx(1.9, abs=0.25)


# -- marks -------------------------------------------------------------------------------------------------------------


def test_marks_are_told_in_order_while_it_is_spoken(listener: Listener) -> None:
    text = (
        '<speak><mark name="begin"/>The first sentence.<mark name="middle"/> The second one.'
        '<break time="300ms"/><mark name="late"/>The last one.<mark name="end"/></speak>'
    )
    result = spoken(listener, text)
    listener.event(result["id"], "finished")
    events = [event for event in listener.objects("event") if event["id"] == result["id"]]
    marks = [event["mark"] for event in events if event["event_type"] == "mark"]
    assert marks == ["begin", "middle", "late", "end"]
    names = [event["event_type"] for event in events]
    assert names == ["accepted", "synthesizing", "started", *["mark"] * 4, "finished"]


# -- words -------------------------------------------------------------------------------------------------------------


def test_sub_say_as_and_phoneme_are_read_as_told(listener: Listener) -> None:
    text = (
        '<speak>Welcome to <sub alias="the living room">LR</sub>, code '
        '<say-as interpret-as="digits">407</say-as>, until <say-as interpret-as="date" format="mdy">3/4/2027</say-as>,'
        ' in <phoneme alphabet="ipa" ph="wˈʊstəɹ">Worcester</phoneme>.</speak>'
    )
    result = spoken(listener, text)
    assert "the living room" in result["normalized"]
    assert "LR" not in result["normalized"]
    assert "four zero seven" in result["normalized"]
    assert "March fourth" in result["normalized"]
    assert "Worcester" in result["normalized"]
    assert "wˈʊstəɹ" in result["phonemes"]
    assert result["warnings"] == []


def test_inline_phonemes_are_obeyed(listener: Listener) -> None:
    result = spoken(listener, "We are in [Worcester](/wˈʊstəɹ/) today.", "text")
    assert "wˈʊstəɹ" in result["phonemes"]
    assert result["normalized"] == "We are in Worcester today."


def test_plain_text_is_taken_at_its_word(listener: Listener) -> None:
    marked = spoken(listener, "Wait [pause:9s] here.", "text")
    plain = spoken(listener, "Wait [pause:9s] here.", "plain")
    assert marked["normalized"] == "Wait here."
    assert "pause" in plain["normalized"]
    assert plain["audio"]["ms"] < 6000 < marked["audio"]["ms"]


# -- voices ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("ssml", '<speak>Who is there? <voice name="espeak">It is me.</voice> Come in.</speak>'),
        ("text", "Who is there? [voice:espeak]It is me. [voice:]Come in."),
    ],
)
def test_two_voices_speak_in_one_request(node: Appliance, listener: Listener, form: str, text: str) -> None:
    result = spoken(listener, text, form)
    assert result["voices"] == ["heart", "espeak"]
    assert result["engine"]["role"] == "primary"
    assert result["normalized"] == "Who is there? It is me. Come in."
    samples, rate = sound(node, result)
    assert rate == 24000  # that of the first voice; the other one is brought to it
    assert result["audio"]["ms"] == pytest.approx(len(samples) / rate * 1000, abs=2)


def test_unknown_voice_within_a_text_is_refused_by_name(listener: Listener) -> None:
    error = refused(listener, "Hello. [voice:nobody]Who?", "unknown_voice", "text")
    assert "nobody" in error["message"]
    assert set(error["installed"]) == {"heart", "espeak"}


# -- prosody -----------------------------------------------------------------------------------------------------------


def test_rate_volume_and_pitch_are_heard(node: Appliance, listener: Listener) -> None:
    def prosody(attributes: str) -> tuple[Samples, int]:
        return sound(node, spoken(listener, f"<speak><prosody {attributes}>{PITCHED}</prosody></speak>"))

    plain, rate = prosody('rate="100%"')
    fast, _ = prosody('rate="150%"')
    soft, _ = prosody('volume="-6dB"')
    high, _ = prosody('pitch="+4st"')
    assert len(plain) / len(fast) == pytest.approx(1.5, rel=0.15)
    assert loudness(soft) / loudness(plain) == pytest.approx(0.5, rel=0.15)
    assert fundamental(high, rate) / fundamental(plain, rate) == pytest.approx(2 ** (4 / 12), rel=0.06)
    assert len(high) == pytest.approx(len(plain), rel=0.1)


@pytest.mark.parametrize("voice", ["heart", "espeak"])
def test_pitch_of_a_request_is_heard(node: Appliance, listener: Listener, voice: str) -> None:
    height = {}
    for pitch in (-3, 0, 3):
        result = spoken(listener, PITCHED, "text", pitch=pitch, voice=voice)
        assert result["warnings"] == []
        height[pitch] = fundamental(*sound(node, result))
    assert height[3] / height[0] == pytest.approx(2 ** (3 / 12), rel=0.08)
    assert height[-3] / height[0] == pytest.approx(2 ** (-3 / 12), rel=0.08)


# -- styles ------------------------------------------------------------------------------------------------------------


def test_styles_of_the_site_are_heard(node: Appliance, listener: Listener) -> None:
    assert listener.wait_for("info")[-1]["styles"] == sorted(STYLES)
    text = f"{PITCHED} Good night."
    results = [spoken(listener, text, "text", style=style) for style in (None, "calm", "lively")]
    assert [codes(result) for result in results] == [[], [], []]
    (plain, rate), (calm, _), (lively, _) = (sound(node, result) for result in results)
    assert len(calm) > 1.25 * len(plain)
    assert len(lively) < 0.8 * len(plain)
    assert loudness(calm) < 0.65 * loudness(plain)
    assert fundamental(calm, rate) < fundamental(plain, rate) < fundamental(lively, rate)
    assert max(silences(calm, rate)) > max(silences(plain, rate)) + 0.4
    assert spoken(listener, text, "text", style="plain-voice")["voice"] == "espeak"


def test_request_goes_before_its_style(node: Appliance, listener: Listener) -> None:
    plain, _ = sound(node, spoken(listener, PITCHED, "text"))
    own, _ = sound(node, spoken(listener, PITCHED, "text", style="calm", speed=1.0, pitch=0.0, volume=1.0))
    assert np.array_equal(own, plain)


def test_unknown_style_is_spoken_plainly_with_a_warning(listener: Listener) -> None:
    result = spoken(listener, "Hello.", "text", style="clam")
    (warning,) = result["warnings"]
    assert (warning["code"], warning["field"]) == ("unknown_style", "style")
    assert "did you mean 'calm'?" in warning["message"]


# -- what is wrong -----------------------------------------------------------------------------------------------------


def test_unknown_element_is_spoken_with_a_warning(listener: Listener) -> None:
    result = spoken(listener, '<speak>Keep <blink rate="2">these words</blink>, please.</speak>')
    assert result["normalized"] == "Keep these words, please."
    assert codes(result) == ["unknown_element"]
    assert "blink" in result["warnings"][0]["message"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("<speak>Hello <b>there</speak>", 1, 24),
        ("<speak>\n  <p>Hello</p>\n  <p>there\n</speak>", 4, 3),
        ("Hello there.", 1, 1),
        ("<speak>a &nothing; b</speak>", 1, 10),
        ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', 1, 17),
    ],
)
def test_malformed_markup_is_refused_with_its_place(listener: Listener, text: str, line: int, column: int) -> None:
    error = refused(listener, text, "bad_request")
    assert (error["line"], error["column"]) == (line, column)
    assert f"line {line} column {column}" in error["message"]


def test_text_of_silence_alone_is_refused(listener: Listener) -> None:
    error = refused(listener, '<speak><break time="2s"/><mark name="a"/></speak>', "bad_request")
    assert "nothing" in error["message"]


def test_hostile_texts_all_have_one_result_and_harm_nothing(node: Appliance, listener: Listener) -> None:
    sent = {f"hostile-{number}": hostile for number, hostile in enumerate(list(texts())[5::50])}
    for request_id, (form, text) in sent.items():
        listener.say(text, id=request_id, format=form)
    outcomes = {request_id: listener.result(request_id, 60)["outcome"] for request_id in sent}
    assert set(outcomes.values()) == {"finished", "rejected"}
    assert [len(listener.results(request_id)) for request_id in sent] == [1] * len(sent)
    assert spoken(listener, "Still here.", "plain")["normalized"] == "Still here."
    assert node.alive()
    assert "Traceback" not in node.words()
