from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edged.cli import main
from edged.errors import Fatal, Rejected
from edged.settings import Settings, parse
from edged.speech import VoiceLibrary, open_front_end


@pytest.fixture
def state_dir(installed: Path) -> Path:
    """A state directory with the default voice."""
    return installed.parent


def settings(state_dir: Path, **sections: Any) -> Settings:
    return parse({"state_dir": str(state_dir), **sections})


def test_a_voice_is_found_by_name_gender_and_language(state_dir: Path) -> None:
    library = VoiceLibrary(settings(state_dir))
    assert [card.name for card in library.cards] == ["heart"]
    for wanted, lang in (("heart", None), ("female", None), ("heart", "en"), ("heart", "en-US"), ("female", "EN-gb")):
        assert library.resolve(wanted, lang).name == "heart"


@pytest.mark.parametrize(
    ("wanted", "lang", "code"),
    [
        ("nobody", None, "unknown_voice"),
        ("male", None, "unknown_voice"),
        ("heart", "zh", "unsupported"),
        ("female", "zh-CN", "unsupported"),
    ],
)
def test_what_is_not_there_is_refused(state_dir: Path, wanted: str, lang: str | None, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        VoiceLibrary(settings(state_dir)).resolve(wanted, lang)
    assert refused.value.code == code


def test_the_names_that_are_there_are_told(state_dir: Path) -> None:
    with pytest.raises(Rejected) as refused:
        VoiceLibrary(settings(state_dir)).resolve("nobody")
    assert refused.value.details["installed"] == ["heart"]


def test_a_voice_is_opened_once_and_speaks_the_same_each_time(state_dir: Path) -> None:
    library = VoiceLibrary(settings(state_dir))
    voice = library.get("heart")
    assert library.get("heart") is voice
    clause = voice.front_end.read("Hello there.", "text")
    twice = [b"".join(chunk.tobytes() for chunk in voice.engine.synthesize(clause.phonemes[0])) for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(twice[0]) > 4 * voice.engine.rate * 0.4
    library.close()


def test_the_front_end_opens_without_the_engine(state_dir: Path) -> None:
    front_end = open_front_end(settings(state_dir), "heart")
    assert front_end.languages[0] == "en-US"
    assert front_end.read("It is 7:30.", "text").normalized == "It is seven thirty."


def test_the_tone_needs_nothing_installed(tmp_path: Path) -> None:
    library = VoiceLibrary(settings(tmp_path, engine={"kind": "tone"}))
    voice = library.get(library.resolve("whatever").name)
    clause = voice.front_end.read("Hello there.", "text")
    assert sum(len(chunk) for chunk in voice.engine.synthesize(clause.phonemes[0])) > 0


def test_a_voice_installed_later_is_found_after_a_rescan(tmp_path: Path, state_dir: Path) -> None:
    library = VoiceLibrary(settings(tmp_path))
    assert not library.cards
    (tmp_path / "voices").symlink_to(state_dir / "voices")
    library.rescan()
    assert [card.name for card in library.cards] == ["heart"]


def test_a_damaged_voice_is_fatal_and_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "edged.yaml"
    config.write_text(f"state_dir: {tmp_path}\n", encoding="utf-8")
    assert main(["--config", str(config), "voices", "install", "heart"]) == 0
    library = VoiceLibrary(settings(tmp_path))
    vocabulary = next((tmp_path / "voices" / "heart").glob("vocabulary*"))
    vocabulary.write_bytes(b"{" * vocabulary.stat().st_size)
    with pytest.raises(Fatal) as broken:
        library.get("heart")
    assert "install the voice again" in broken.value.message
