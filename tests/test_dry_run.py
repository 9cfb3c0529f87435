from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edged.dry_run import facts, read_through
from edged.errors import Rejected
from edged.lexicons import LexiconStore
from edged.request import SpeechRequest
from edged.settings import parse
from edged.site import SiteState
from edged.speech import VoiceLibrary
from edged.text.lexicon_entry import checked
from edged.text.reader import Reader

SITE = SiteState(volume=1.0, muted=False, voice="heart", speed=1.0)
SETTINGS: dict[str, Any] = {"engine": {"espeak_program": "no-such-program"}, "styles": {"calm": {"voice": "heart"}}}


class Counting(VoiceLibrary):
    """Notes which readers were asked for."""

    asked: list[str]

    def reader(self, name: str) -> Reader:
        self.asked.append(name)
        return super().reader(name)


@pytest.fixture
def library(installed: Path, tmp_path: Path) -> Counting:
    """The default voice, and a lexicon with one word."""
    lexicons = LexiconStore(tmp_path)
    lexicons.put(checked({"word": "Gastmeier", "lang": "en", "respell": "guest mire"}))
    made = Counting(parse({**SETTINGS, "state_dir": str(installed.parent)}), lexicons.amend)
    made.asked = []
    return made


def run(library: VoiceLibrary, text: str, *, phonemes: bool = True, **fields: Any) -> list[dict[str, Any]]:
    found = read_through(SpeechRequest(text=text, **fields), SITE, library, parse(SETTINGS))
    return [facts(piece, clause, phonemes=phonemes) for piece, clause in found.pieces]


def test_pieces_are_read_as_they_would_be_said(library: Counting) -> None:
    first, second = run(library, "It costs $5. [pause:3s] It is 7:30.")
    assert (first["text"], first["normalized"], first["voice"]) == ("It costs $5.", "It costs five dollars.", "heart")
    assert second["normalized"] == "It is seven thirty."
    (span,) = first["spans"]
    assert (span["lang"], span["normalized"], span["phonemes"]) == ("en-US", first["normalized"], first["phonemes"])
    assert [word["text"] for word in span["words"]] == ["It", "costs", "five", "dollars"]
    assert all(set(word) == {"text", "phonemes"} for word in span["words"])  # pinyin only where there is some


def test_without_phonemes_only_the_words_are_told(library: Counting) -> None:
    (piece,) = run(library, "It is 7:30.", phonemes=False)
    assert piece == {
        "text": "It is 7:30.",
        "normalized": "It is seven thirty.",
        "voice": "heart",
        "spans": [{"lang": "en-US", "normalized": "It is seven thirty."}],
    }


def test_the_lexicon_of_the_site_is_in_force(library: Counting) -> None:
    (piece,) = run(library, "Call Gastmeier.")
    assert piece["normalized"] == "Call guest mire."


def test_a_reader_is_opened_once_and_no_engine_at_all(library: Counting) -> None:
    assert len(run(library, "One. Two. Three. Four.")) == 4
    assert library.asked == ["heart"]
    assert library.undecided() is None


def test_what_is_noticed_is_passed_on(library: Counting) -> None:
    request = SpeechRequest(text="<speak>a <blink>b</blink></speak>", format="ssml", style="clam")
    found = read_through(request, SITE, library, parse(SETTINGS))
    assert [one.code for one in found.warnings] == ["unknown_style", "unknown_element"]


@pytest.mark.parametrize(
    ("text", "fields", "code"),
    [
        ("你好", {}, "unsupported"),
        ("[x](/☃/)", {}, "bad_request"),
        ("Hello.", {"voice": "nobody"}, "unknown_voice"),
        ("<speak>", {"format": "ssml"}, "bad_request"),
    ],
)
def test_what_could_not_be_said_is_refused(library: Counting, text: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        run(library, text, **fields)
    assert refused.value.code == code
