from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from edged.errors import Rejected, Unavailable
from quantize.kokoro import readers
from quantize.kokoro.readers import MOST, reader, runs

TONES = set("↓↗↘→")


@pytest.fixture
def mandarin(tmp_path: Path) -> readers.Read:
    if importlib.util.find_spec("misaki") is None or sys.version_info >= readers.NEWEST:
        pytest.skip("misaki is not installed: run `make setup-quantize` with Python 3.12 or older")
    return reader("zh", (), tmp_path)


def test_sentences_are_put_into_runs_that_the_network_takes() -> None:
    assert list(runs(["one two.", "three."], 15)) == ["one two. three."]
    assert list(runs(["one two.", "three."], 14)) == ["one two.", "three."]
    assert not list(runs([]))


def test_a_long_sentence_is_cut_at_a_space_and_a_long_word_where_it_must_be() -> None:
    assert list(runs(["one two three"], 8)) == ["one two", "three"]
    assert list(runs(["abcdefgh"], 3)) == ["abc", "def", "gh"]


@pytest.mark.parametrize("most", [1, 7, MOST])
def test_nothing_is_lost_between_runs(most: int) -> None:
    sentences = ["the cat, it sat.", "on", "a mat of straw and of wool!"]
    made = list(runs(sentences, most))
    assert all(0 < len(run) <= most for run in made)
    assert "".join(made).replace(" ", "") == "".join(sentences).replace(" ", "")


def test_english_is_read_as_the_daemon_reads_it(tmp_path: Path) -> None:
    symbols = "abcdefghijklmnopqrstuvwxyzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊᵻᵊAIOQSTWY ,.!?;:'"
    read = reader("en", symbols, tmp_path)
    assert list(runs(read("The kettle has boiled."))) == ["ðə kˈɛTᵊl hæz bˈYld."]


def test_mandarin_is_read_with_its_tones(mandarin: readers.Read, tmp_path: Path) -> None:
    first, second = mandarin("水烧开了。门开着！")
    assert TONES & set(first)
    assert first.endswith(".")
    assert second.endswith("!")
    assert any(tmp_path.iterdir()), "the dictionary's cache belongs into the folder that was given"


def test_latin_letters_within_mandarin_are_refused(mandarin: readers.Read) -> None:
    with pytest.raises(Rejected, match="WiFi"):
        list(mandarin("打开WiFi。"))


def test_a_python_that_is_too_new_for_mandarin_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "NEWEST", (3, 0))
    with pytest.raises(Unavailable, match=r"3\.12"):
        reader("zh", (), tmp_path)
