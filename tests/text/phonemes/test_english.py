from __future__ import annotations

import threading
from typing import Any

import pytest

from edged.engine.session import open_cpu_session
from edged.errors import Rejected
from edged.text.contract import FrontEnd, Pronounced, SayAs, Word, Words
from edged.text.phonemes.english import EnglishFrontEnd


def said(front_end: FrontEnd, text: str) -> str:
    return front_end.read([Words(text)]).phonemes


def pronounced(word: str, phonemes: str) -> Pronounced:
    return Pronounced(f"[{word}](/{phonemes}/)", word, phonemes)


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("I read the book yesterday.", "ˌI ɹˈɛd ðə bˈʊk jˈɛstəɹdˌA."),
        ("I will read it.", "ˌI wɪl ɹˈid ɪt."),
        ("Live music.", "lˈIv mjˈuzɪk."),
        ("I live here.", "ˌI lˈɪv hˈɪɹ."),
        ("Wind the clock.", "wˈInd ðə klˈɑk."),
        ("The wind is strong.", "ðə wˈɪnd ɪz stɹˈɔŋ."),
        ("Please record it.", "plˈiz ɹəkˈɔɹd ɪt."),
        ("The record is broken.", "ðə ɹˈɛkəɹd ɪz bɹˈOkən."),
        ("We produce the produce.", "wˌi pɹədˈus ðə pɹˈOdˌus."),
        ("The apple and the door.", "ði ˈæpᵊl ænd ðə dˈɔɹ."),
        ("Flat 3A please.", "flˈæt θɹˈi ˈA plˈiz."),
        ("CO alarm!", "sˌiˈO əlˈɑɹm!"),
        ("The TV is ON.", "ðə tˌivˈi ɪz ˌɔn."),
        ("It is at 3 pm.", "ˌɪt ɪz æt θɹˈi pˌiˈɛm."),
    ],
)
def test_it_sounds_like(front_end: FrontEnd, text: str, phonemes: str) -> None:
    assert said(front_end, text) == phonemes


def test_a_mark_is_obeyed_and_what_stands_beside_it_is_read_with_it(front_end: FrontEnd) -> None:
    reading = front_end.read([pronounced("Nguyễn", "nwˈɛn"), Words(" pays $5.\n")])
    assert reading.normalized == "Nguyễn pays five dollars."
    assert reading.phonemes == "nwˈɛn pˈAz fˈIv dˈɑləɹz."
    assert reading.words[0] == Word("Nguyễn", "nwˈɛn")


@pytest.mark.parametrize(
    ("word", "phonemes", "behind", "expected"),
    [
        ("Worcester", "wˈʊstəɹ", "'s sauce", "wˈʊstəɹz sˈɔs"),
        ("Max", "mˈæks", "’s", "mˈæksᵻz"),
        ("Pat", "pˈæt", "'s", "pˈæts"),
        ("Bath", "bˈɑθ", ", now", "bˈɑθ, nˈW"),
        ("a](/b", "bˈi", "!", "bˈi!"),
    ],
)
def test_what_follows_a_mark_belongs_to_it(
    front_end: FrontEnd, word: str, phonemes: str, behind: str, expected: str
) -> None:
    assert front_end.read([pronounced(word, phonemes), Words(behind)]).phonemes == expected


def test_the_words_are_shown_one_by_one(front_end: FrontEnd) -> None:
    reading = front_end.read([Words("Don't close-fit 2 (ok)."), pronounced("", "bˈi")])
    assert [(word.text, word.phonemes) for word in reading.words][:3] == [
        ("Don't", "dˈOnt"),
        ("close-fit", "klˈOzfˌɪt"),
        ("two", "tˈu"),
    ]


def test_brackets_in_plain_words_are_not_obeyed(front_end: FrontEnd) -> None:
    reading = front_end.read([Words("[Bath](/bath/) and [x](y)")])
    assert reading.normalized == "Bath (bath) and x (y)"
    assert reading.phonemes.count("bˈæθ") == 2


def test_an_unknown_phoneme_is_named(front_end: FrontEnd) -> None:
    with pytest.raises(Rejected) as caught:
        front_end.read([Words("Say "), pronounced("this", "ðˈʘs"), Words(" now.")])
    assert caught.value.code == "bad_request"
    assert caught.value.details["phoneme"] == "ʘ"
    assert "this" in caught.value.message


def test_a_mark_without_phonemes_is_refused(front_end: FrontEnd) -> None:
    with pytest.raises(Rejected, match="no phonemes"):
        front_end.read([pronounced("this", " ")])


def test_pinyin_is_for_mandarin(front_end: FrontEnd) -> None:
    with pytest.raises(Rejected, match="Mandarin") as caught:
        front_end.read([Pronounced("{hao4}", "", "hao4", "pinyin")])
    assert caught.value.code == "bad_request"


def test_what_is_told_to_be_digits_is_read_so_between_words(front_end: FrontEnd) -> None:
    reading = front_end.read([Words("It is "), SayAs("2024", "digits"), Words(" or "), SayAs("USA", "spell")])
    assert reading.normalized == "It is two zero two four or U S A."
    assert reading.phonemes == "ˌɪt ɪz tˈu zˈɪɹO tˈu fˈɔɹ ɔɹ jˈu ˈɛs ˈA"


@pytest.mark.parametrize("text", ["Hello Привет", "你好"])
def test_another_script_is_refused(front_end: FrontEnd, text: str) -> None:
    with pytest.raises(Rejected) as caught:
        said(front_end, text)
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize("text", ["", " \n ", "😀 🎉", "...", "— !", "\u200b"])
def test_a_text_without_anything_to_say_has_no_phonemes(front_end: FrontEnd, text: str) -> None:
    reading = front_end.read([Words(text)])
    assert (reading.phonemes, reading.words) == ("", ())


@pytest.mark.parametrize(
    ("decorated", "plain"),
    [("The door is open 😀.", "The door is open."), ("Hi 👋🏽 all ❤️!", "Hi all!"), ("a\x00b\u200b \ufffd c", "a b c")],
)
def test_decoration_changes_nothing(front_end: FrontEnd, decorated: str, plain: str) -> None:
    assert said(front_end, decorated) == said(front_end, plain)


@pytest.mark.parametrize("unit", ["a", "x", "ñ", "9", "9.", "A", "-", "'", "a'", "a-", "Ab", "5 "])
def test_a_monster_is_read_to_its_end(front_end: FrontEnd, unit: str) -> None:
    phonemes = said(front_end, (unit * 1000)[:1000])
    assert unit in {"-", "'"} or len(phonemes) > 250


def test_no_letter_word_is_lost(front_end: FrontEnd) -> None:
    for word in ["Ñandú", "Łódź", "Ħamrun", "ŧest", "Nguyễn", "qwrtp", "zzzz", "É", "ß", "o", "ſ", "Ǆ", "ĳ"]:
        assert said(front_end, word), word


def test_the_same_text_gives_the_same_from_any_thread(front_end: FrontEnd) -> None:
    texts = [
        f"The zorblaxian {word} costs ${n}.50 at 7:{n}."
        for n, word in enumerate(["lamp", "fridge", "heater", "pump"], 10)
    ]
    expected = [said(front_end, text) for text in texts]
    seen: list[list[str]] = []
    threads = [threading.Thread(target=lambda: seen.append([said(front_end, t) for t in texts * 5])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected * 5] * 4


def test_britain_has_its_own_sounds_and_numbers(british: FrontEnd) -> None:
    reading = british.read([Words("The car to Z costs £205, on 5/3/2026.")])
    assert british.language == "en-GB"
    assert reading.normalized == (
        "The car to Z costs two hundred and five pounds, on the fifth of March, twenty twenty six."
    )
    assert reading.phonemes.startswith("ðə kˈɑː tə zˈɛd ")


def test_every_front_end_of_a_variety_has_the_same_library(alphabet: frozenset[str], front_end: FrontEnd) -> None:
    """``front_end`` is loaded, so no other session is opened and no table read for another alphabet."""

    def refuse(path: object) -> Any:
        raise AssertionError(path)

    other = EnglishFrontEnd(alphabet - {"ʔ"}, refuse)
    other.load()
    assert said(other, "Hello zorblax.") == said(front_end, "Hello zorblax.")


def test_front_ends_loaded_at_once_read_their_library_once(alphabet: frozenset[str], british: FrontEnd) -> None:
    opened: list[object] = []

    def count(path: Any) -> Any:
        opened.append(path)
        return open_cpu_session(path)

    ends = [EnglishFrontEnd(alphabet, count, "en-GB") for _ in range(3)]
    threads = [threading.Thread(target=end.load) for end in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == []
    assert {said(end, "The car.") for end in ends} == {said(british, "The car.")}
