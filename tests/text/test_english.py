from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.engine.session import open_cpu_session
from edged.errors import Rejected
from edged.text.contract import FrontEnd
from edged.text.front_ends import open_front_end
from edged.text.tokens import LONGEST


def said(front_end: FrontEnd, text: str) -> str:
    return " ".join(" ".join(front_end.read(piece, "text").phonemes) for piece in front_end.pieces(text, "text"))


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
        ("[Worcester](/wˈʊstəɹ/)'s sauce", "wˈʊstəɹz sˈɔs"),
        ("[Max](/mˈæks/)'s and [Pat](/pˈæt/)'s", "mˈæksᵻz ænd pˈæts"),
        ("go to [Bath](/bˈɑθ/), now", "ɡˌO tə bˈɑθ, nˈW"),
    ],
)
def test_it_sounds_like(front_end: FrontEnd, text: str, phonemes: str) -> None:
    assert said(front_end, text) == phonemes


def test_a_clause_shows_what_was_written_and_what_is_read(front_end: FrontEnd) -> None:
    clause = front_end.read("[Nguyễn](/nwˈɛn/) pays $5.\n", "text")
    assert clause.text == "[Nguyễn](/nwˈɛn/) pays $5."
    assert clause.normalized == "Nguyễn pays five dollars."
    assert clause.phonemes == ("nwˈɛn pˈAz fˈIv dˈɑləɹz.",)
    assert clause.pause_s > 0


def test_plain_does_not_obey_the_brackets(front_end: FrontEnd) -> None:
    clause = front_end.read("[Bath](/bath/) and [x](y)", "plain")
    assert clause.normalized == "Bath (bath) and x (y)"
    assert clause.phonemes[0].count("bˈæθ") == 2


@pytest.mark.parametrize("method", ["pieces", "read"])
def test_an_unknown_inline_phoneme_is_named(front_end: FrontEnd, method: str) -> None:
    with pytest.raises(Rejected) as caught:
        getattr(front_end, method)("Say [this](/ðˈʘs/) now.", "text")
    assert caught.value.code == "bad_request"
    assert caught.value.details["phoneme"] == "ʘ"
    assert "this" in caught.value.message


@pytest.mark.parametrize("text", ["Hello Привет", "你好", "{hao4}", "[pause:2s] and"])
def test_what_cannot_be_read_is_refused(front_end: FrontEnd, text: str) -> None:
    with pytest.raises(Rejected) as caught:
        front_end.pieces(text, "text")
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize("text", ["", " \n ", "😀 🎉", "...", "— !", "\u200b"])
def test_a_text_without_anything_to_say_has_no_pieces(front_end: FrontEnd, text: str) -> None:
    assert front_end.pieces(text, "text") == []


@pytest.mark.parametrize(
    ("decorated", "plain"),
    [("The door is open 😀.", "The door is open."), ("Hi 👋🏽 all ❤️!", "Hi all!"), ("a\x00b\u200b \ufffd c", "a b c")],
)
def test_decoration_changes_nothing(front_end: FrontEnd, decorated: str, plain: str) -> None:
    assert said(front_end, decorated) == said(front_end, plain)


def test_a_long_text_is_said_to_its_end(front_end: FrontEnd) -> None:
    text = ("The garden door was opened at 7:30 and it is 21.5 °C, which is fine. " * 60)[:4080] + " The very end."
    pieces = front_end.pieces(text, "text")
    clauses = [front_end.read(piece, "text") for piece in pieces]
    assert len(pieces) > 30
    assert all(0 < len(phonemes) <= LONGEST for clause in clauses for phonemes in clause.phonemes)
    assert clauses[-1].normalized.endswith("The very end.")


@pytest.mark.parametrize("unit", ["a", "x", "ñ", "9", "9.", "A", "-", "'", "a'", "a-", "Ab", "5 "])
def test_a_monster_is_said_to_its_end(front_end: FrontEnd, unit: str) -> None:
    text = (unit * 4096)[:4096]
    clauses = [front_end.read(piece, "text") for piece in front_end.pieces(text, "text")]
    strings = [phonemes for clause in clauses for phonemes in clause.phonemes]
    assert all(len(phonemes) <= LONGEST for phonemes in strings)
    assert unit == "-" or sum(map(len, strings)) > 1000 or unit == "'"


@given(st.text(alphabet=st.characters(exclude_categories=["Lo", "Lm"], max_codepoint=0x24F), min_size=1, max_size=60))
def test_any_latin_text_is_read_in_the_voices_alphabet(
    front_end: FrontEnd, alphabet: frozenset[str], text: str
) -> None:
    try:
        clauses = [front_end.read(piece, "text") for piece in front_end.pieces(text, "text")]
    except Rejected as refused:
        assert refused.code == "unsupported"  # noqa: PT017 - a well-formed mark or a word of Greek may come up
        return
    assert all(set(phonemes) <= alphabet for clause in clauses for phonemes in clause.phonemes)
    assert all(
        clause.phonemes for clause in clauses if any(char.isascii() and char.isalpha() for char in clause.normalized)
    )


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


def test_the_unknown_word_network_runs_in_the_given_session(alphabet: frozenset[str]) -> None:
    opened: list[Path] = []

    def open_session(path: Path) -> Any:
        opened.append(path)
        return open_cpu_session(path)

    front_end = open_front_end("english", ("en-GB", "en"), alphabet, open_session)
    front_end.load()
    assert [path.name for path in opened] == ["oov_gb.onnx"]
    assert front_end.languages == ("en-GB", "en")
    assert front_end.read("The car.", "text").phonemes == ("ðə kˈɑː.",)


def test_an_unknown_front_end_is_refused() -> None:
    with pytest.raises(Rejected, match="klingon"):
        open_front_end("klingon", ("tlh",), frozenset(), open_cpu_session)
