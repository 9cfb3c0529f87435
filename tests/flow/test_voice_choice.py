"""Which voices there are, who says what, and how long a voice stays in memory."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.voices import manifest as manifests
from edged.voices.manifest import MANIFEST_NAME
from tests.appliance import Appliance, Listener, house
from tests.brokers import until
from tests.programs import needed

NUMBERS = itertools.count()
GERMAN = "Das Licht in der Küche ist noch an."
GUJARATI = "દરવાજો ખુલ્લો છે."
RUSSIAN = "Дверь в гараж открыта."


@pytest.fixture(scope="module")
def two_voices(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Path:
    """A folder with the default voice and, from the same graphs, a package *second* that calls itself male."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(voices, folder, dirs_exist_ok=True)
    shutil.copytree(voices / "heart", folder / "second")
    manifest = manifests.read(voices / "heart" / MANIFEST_NAME)
    second = manifest.model_copy(update={"name": "second", "gender": "male"})
    (folder / "second" / MANIFEST_NAME).write_bytes(manifests.dump(second))
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, two_voices: Path) -> Iterator[tuple[Appliance, Listener]]:
    engine = {"espeak_program": needed("espeak-ng")}
    with house(tmp_path_factory.mktemp("choice"), two_voices, engine=engine) as pair:
        yield pair


@pytest.fixture(scope="module")
def hub(running: tuple[Appliance, Listener]) -> Listener:
    return running[1]


def said(listener: Listener, text: str = "The laundry is done.", **fields: Any) -> dict[str, Any]:
    """The result of a text that is spoken to its end."""
    request_id = f"said-{next(NUMBERS)}"
    listener.say(text, id=request_id, **fields)
    listener.finished(request_id)
    return listener.result(request_id)


def refused(listener: Listener, code: str, text: str = "Hello.", **fields: Any) -> dict[str, Any]:
    request_id = f"refused-{next(NUMBERS)}"
    listener.say(text, id=request_id, **fields)
    return listener.refused(request_id, code)


# -- which there are ---------------------------------------------------------------------------------------------------


def test_voices_are_listed_with_all_that_helps_to_choose(hub: Listener) -> None:
    cards = {card["name"]: card for card in hub.ask("voices")["data"]}
    assert set(cards) == {"heart", "second", "espeak"}
    heart = cards["heart"]
    assert (heart["languages"], heart["gender"], heart["engine"]) == (["en-US"], "female", "student")
    assert heart["package"] == "heart"
    assert 0 <= heart["figures"]["word_error_rate_percent"] < 20
    assert heart["capabilities"]["pitch"] is True
    assert cards["second"]["gender"] == "male"
    espeak = cards["espeak"]
    assert (espeak["gender"], espeak["engine"]) == (None, "espeak")
    assert espeak["languages"][0].startswith("en")
    assert {"de", "ru", "zh"} <= set(espeak["languages"])
    info = hub.wait_for("info")[-1]
    assert info["voices"] == list(cards.values())
    assert {"en-US", "de", "ru"} <= set(info["languages"])


# -- who speaks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "voice", "engine"),
    [
        ("heart", "heart", "student"),
        ("second", "second", "student"),
        ("espeak", "espeak", "espeak"),
        ("male", "second", "student"),
        ("female", "heart", "student"),
        (None, "heart", "student"),
    ],
)
def test_voice_is_chosen_by_name_or_gender(hub: Listener, wanted: str | None, voice: str, engine: str) -> None:
    result = said(hub, voice=wanted)
    assert (result["voice"], result["voices"], result["engine"]) == (
        voice,
        [voice],
        {"role": "primary", "name": engine},
    )
    assert result["warnings"] == []


def test_voice_of_the_house_can_be_set(hub: Listener) -> None:
    for name in ("second", "espeak", "heart"):
        assert hub.command("voice/set", name)["data"] == {"voice": name}
        assert said(hub)["voice"] == name
        until(lambda name=name: hub.state()["voice"] == name, "the state says so")  # type: ignore[misc]
    assert hub.command("voice/set", "nobody")["error"]["code"] == "unknown_voice"
    assert said(hub)["voice"] == "heart"


def test_unknown_voice_and_unread_language_are_refused(hub: Listener) -> None:
    assert set(refused(hub, "unknown_voice", voice="nobody")["installed"]) == {"heart", "second", "espeak"}
    assert "xx" in refused(hub, "unsupported", lang="xx")["message"]


@pytest.mark.parametrize(
    ("text", "lang", "tag"), [(GERMAN, "de", "[de]"), (GERMAN, "de-DE", "[de]"), (RUSSIAN, None, "[ru]")]
)
def test_last_resort_reads_what_the_voice_of_the_house_does_not(
    hub: Listener, text: str, lang: str | None, tag: str
) -> None:
    result = said(hub, text, lang=lang)
    assert (result["voice"], result["engine"]) == ("espeak", {"role": "primary", "name": "espeak"})
    assert result["warnings"] == []
    assert result["phonemes"].startswith(tag)
    assert result["audio"]["ms"] > 800


def test_voice_that_was_asked_for_and_cannot_read_it_is_replaced_with_a_warning(hub: Listener) -> None:
    result = said(hub, GERMAN, lang="de", voice="heart")
    assert result["voice"] == "espeak"
    assert [warning["code"] for warning in result["warnings"]] == ["voice_substituted"]


def test_mixed_text_is_said_span_by_span(hub: Listener) -> None:
    answer = hub.ask("phonemize", {"text": "The sign says Дверь открыта now."})["data"]
    assert {piece["voice"] for piece in answer} == {"espeak"}  # one voice reads all of it
    assert [span["lang"].partition("-")[0] for span in answer[0]["spans"]] == ["en", "ru", "en"]
    assert said(hub, "The sign says Дверь открыта now.")["voices"] == ["espeak"]


def test_without_the_last_resort_such_texts_are_refused(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    make_appliance().start()
    listener.online()
    assert "Cyrillic" in refused(listener, "unsupported", RUSSIAN)["message"]
    assert "de" in refused(listener, "unsupported", GERMAN, lang="de")["message"]
    result = said(listener, voice="male")
    assert (result["voice"], [warning["code"] for warning in result["warnings"]]) == ("heart", ["voice_substituted"])


# -- in memory ---------------------------------------------------------------------------------------------------------


def test_voices_load_when_they_are_wanted_and_the_one_quiet_longest_is_let_go(
    make_appliance: Callable[..., Appliance], listener: Listener, two_voices: Path
) -> None:
    node = make_appliance(
        engine={"memory_mib": 1, "espeak_program": needed("espeak-ng")},
        speech={"voice": "espeak"},
        failover={"backup": []},
    )
    shutil.copytree(two_voices, node.state_dir / "voices", dirs_exist_ok=True)
    node.start().ready()
    listener.online()
    assert "heart is loaded" not in node.words()
    assert said(listener, voice="heart")["voice"] == "heart"
    assert "heart is loaded" in node.words()
    until(lambda: "heart" in [state["loading"] for state in listener.objects("state")], "the loading is told")
    until(lambda: listener.state()["loading"] is None, "and its end")
    assert said(listener, voice="second")["voice"] == "second"
    assert "heart is let go" in node.words()
    assert said(listener)["voice"] == "espeak"
    assert said(listener, voice="heart")["voice"] == "heart"
    assert node.words().count("heart is loaded") == 2
    assert "second is let go" in node.words()
    assert "espeak is let go" not in node.words()


def test_change_between_two_loaded_voices_costs_nothing(running: tuple[Appliance, Listener]) -> None:
    node, listener = running
    for voice in ("heart", "second") * 3:
        assert said(listener, voice=voice)["voice"] == voice
    assert node.words().count("heart is loaded") == node.words().count("second is loaded") == 1
