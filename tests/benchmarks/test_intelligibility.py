from __future__ import annotations

import sys

import numpy as np
import pytest

from edged.settings import parse
from edged.waveform import Samples, Waveform
from tests.benchmarks import intelligibility
from tests.benchmarks.intelligibility import LANGUAGES, Heard, Sentence, heard, sentences, summary, targets, toneless
from tests.benchmarks.rig import installed_library


class Parrot:
    """A listener that always understands the same."""

    name = "parrot"

    def __init__(self, words: str) -> None:
        self._words = words

    def hear(self, samples: Samples, rate: int) -> str:
        assert (len(samples), rate) == (240, 24_000)
        return self._words


@pytest.mark.parametrize("name", LANGUAGES)
def test_there_are_sixty_sentences_and_no_two_are_alike(name: str) -> None:
    texts = [sentence.text for sentence in sentences(name)]
    assert len(set(texts)) == len(texts) >= 60
    assert all(sentence.reading and "\t" not in sentence.reading for sentence in sentences(name))


def test_every_so_many_sentences() -> None:
    assert sentences("mandarin", 3) == sentences("mandarin")[::3]


def test_figures_of_the_text_are_heard_in_its_reading() -> None:
    sound = Waveform(np.zeros(240, np.float32), 24_000)
    sentence = Sentence("您有2个快递。", "您有两个快递。")
    assert heard(sentence, sound, Parrot("您有2个快地"), "zh", rated=False) == Heard(
        sentence.text, "您有2个快地", 1, 6, 0
    )
    english = heard(Sentence("It is 7:30.", "It is 7:30."), sound, Parrot("It is seven thirty"), "en", rated=False)
    assert (english.errors, english.units, english.toneless, english.p808) == (0, 4, None, None)


def test_without_tones_characters_that_sound_alike_are_the_same() -> None:
    assert toneless("您该吃药了", "您该只要了") == 1
    assert toneless("房间是幺二零八", "房间是1208") == 0


def test_rates_are_over_all_sentences_together() -> None:
    rows = [Heard("a", "a", 0, 6, 0, 4.0), Heard("b", "c", 2, 4, 1, 3.0)]
    assert summary(rows) == {
        "count": 2,
        "units": 10,
        "errors": 2,
        "error_rate_percent": 20.0,
        "toneless_error_rate_percent": 10.0,
        "p808": 3.5,
    }
    assert "p808" not in summary([Heard("a", "a", 0, 6)])
    with pytest.raises(ValueError, match="nothing was said"):
        summary([])


def test_each_language_has_its_target() -> None:
    results = [{"voice": "v", "sentences": name, "error_rate_percent": 4.5} for name in LANGUAGES]
    assert [target.met for target in targets({"results": results})] == [True, False]


def test_a_voice_that_is_not_installed_is_missing(tmp_path: object) -> None:
    with pytest.raises(ImportError, match=r"'zm_yunjian' is not installed.*edged voices install kokoro"):
        installed_library(parse({"state_dir": str(tmp_path), "engine": {"espeak_program": "nowhere"}}), "zm_yunjian")


def test_a_voice_needs_its_language(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["intelligibility", "--voice", "zm_yunjian"])
    with pytest.raises(SystemExit):
        intelligibility.main()
    assert "name the language with --sentences" in capsys.readouterr().err
