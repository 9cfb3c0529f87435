from __future__ import annotations

from typing import Any

import pytest

from edged.cards import VoiceCard
from edged.errors import Rejected
from edged.planning import Plan, plan
from edged.request import SpeechRequest
from edged.settings import parse
from edged.site import SiteState
from edged.utterance import Prosody

SITE = SiteState(volume=1.0, muted=False, voice="heart", speed=1.25)
CARDS = (
    VoiceCard("heart", ("en-US",), "female", "student", package="heart"),
    VoiceCard("adam", ("en-US",), "male", "kokoro", package="kokoro"),
    VoiceCard("lin", ("zh",), "female", "kokoro", package="kokoro"),
    VoiceCard("yun", ("zh",), "male", "kokoro", package="kokoro"),
)
STYLES = {
    "calm": {"voice": "adam", "speed": 0.8, "pitch": -2.0, "pauses": 1.5, "volume": 0.5},
    "brisk": {"speed": 1.5},
}


def planned(
    text: str, *, cards: tuple[VoiceCard, ...] = CARDS, speech: dict[str, Any] | None = None, **fields: Any
) -> Plan:
    settings = parse({"styles": STYLES, "speech": speech or {}})
    return plan(SpeechRequest(text=text, **fields), SITE, cards, settings)


def voices(found: Plan) -> list[str]:
    return [piece.voice for piece in found.pieces if piece.runs]


def test_a_request_that_says_nothing_is_said_as_the_site_has_it() -> None:
    found = planned("Hello. Good night.")
    assert voices(found) == ["heart", "heart"]
    assert (found.prosody, found.volume, found.warnings) == (Prosody(1.25, 0.0, 1.0), None, ())


def test_a_request_goes_before_its_style_and_that_before_the_site() -> None:
    calm = planned("Hello.", style="calm")
    assert (voices(calm), calm.prosody, calm.volume) == (["adam"], Prosody(0.8, -2.0, 1.5), 0.5)
    own = planned("Hello.", style="calm", voice="heart", speed=1.0, pitch=0.0, volume=1.0)
    assert (voices(own), own.prosody, own.volume) == (["heart"], Prosody(1.0, 0.0, 1.5), 1.0)
    brisk = planned("Hello.", style="brisk")
    assert (voices(brisk), brisk.prosody) == (["heart"], Prosody(1.5, 0.0, 1.0))


def test_a_voice_counts_as_chosen_if_the_request_or_its_style_names_it() -> None:
    assert [one.code for one in planned("你好。", voice="heart").warnings] == ["voice_substituted"]
    assert [one.code for one in planned("你好。", style="calm").warnings] == ["voice_substituted"]
    assert planned("你好。").warnings == ()


def test_the_site_says_which_voice_speaks_a_language() -> None:
    assert voices(planned("你好。")) == ["lin"]  # a woman, like heart
    assert voices(planned("你好。", speech={"voices": {"zh": "yun"}})) == ["yun"]


def test_what_was_noticed_of_style_markup_and_voices_is_all_there() -> None:
    text = '<speak>Hello <blink>you</blink>. <voice gender="male">Bye.</voice></speak>'
    found = planned(text, format="ssml", style="clam", cards=CARDS[:1])
    assert [one.code for one in found.warnings] == ["unknown_style", "unknown_element", "voice_substituted"]


def test_the_format_decides_what_is_markup() -> None:
    text = "One. [pause:2s] Two."
    assert sum(piece.silence_s for piece in planned(text).pieces) == pytest.approx(2.0)
    assert sum(piece.silence_s for piece in planned(text, format="plain").pieces) == 0.0


@pytest.mark.parametrize(
    ("text", "fields", "code", "field"),
    [
        ("…", {}, "bad_request", "text"),
        ("[pause:2s]", {}, "bad_request", "text"),
        ("<speak></speak>", {"format": "ssml"}, "bad_request", "text"),
        ("<speak>", {"format": "ssml"}, "bad_request", "text"),
        ("Hello.", {"voice": "nobody"}, "unknown_voice", "voice"),
        ("Hej.", {"lang": "sv"}, "unsupported", "lang"),
        ("Привет.", {}, "unsupported", "text"),
        ("Hello.", {"cards": ()}, "unknown_voice", "voice"),
    ],
)
def test_what_cannot_be_said_is_refused_by_field(text: str, fields: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        planned(text, **fields)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_same_request_always_gives_the_same_plan() -> None:
    text = "Hello there. 请打开 Netflix，然后 say hello。 [voice:adam]Bye."
    assert planned(text) == planned(text)
