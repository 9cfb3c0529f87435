from __future__ import annotations

from typing import Any

import pytest

from edged.cards import VoiceCard
from edged.casting import Wish, best, cast
from edged.errors import Rejected
from edged.text.contract import Format
from edged.text.markup import parse

LANGUAGES = ("en-US", "en-GB", "zh", "fr-FR")


def card(name: str, gender: str, *languages: str, package: str = "kokoro", **facts: Any) -> VoiceCard:
    can = {"blend": package == "kokoro"}
    return VoiceCard(name, languages, gender, package, package=package, capabilities=can, **facts)


HEART = card("heart", "female", "en-US", package="heart", figures={"word_error_rate_percent": 0.5})
AF = card("af_heart", "female", *LANGUAGES, figures={"word_error_rate_percent": 1.0})
AM = card("am_adam", "male", *LANGUAGES)
YUN = card("zm_yun", "male", "zh", "en-US", "fr-FR", figures={"character_error_rate_percent": 4.8})
XIA = card("zf_xia", "female", "zh", "en-US", "fr-FR", figures={"character_error_rate_percent": 5.9})
NI = card("zf_ni", "female", "zh", "en-US", "fr-FR", figures={"character_error_rate_percent": 46.8})
ESPEAK = VoiceCard("espeak", ("en", "zh", "ru", "de"), None, "espeak", package="espeak")
ALL = (HEART, AF, AM, NI, XIA, YUN, ESPEAK)


def said(
    text: str,
    voice: str = "heart",
    lang: str | None = None,
    *,
    chosen: bool = False,
    cards: tuple[VoiceCard, ...] = ALL,
    defaults: dict[str, str] | None = None,
    form: Format = "text",
) -> tuple[list[tuple[str, str]], list[str]]:
    """Voice and text of each piece, and the codes of the warnings."""
    found = cast(parse(text, form), Wish(voice, lang, chosen), cards, defaults or {})
    return [(piece.voice, piece.text) for piece in found.pieces if piece.runs], [one.code for one in found.warnings]


# -- who reads what ----------------------------------------------------------------------------------------------------


def test_the_voice_asked_for_says_what_it_reads() -> None:
    assert said("Hello. Good night.") == ([("heart", "Hello."), ("heart", "Good night.")], [])
    assert said("你好。", "zf_ni", chosen=True) == ([("zf_ni", "你好。")], [])


def test_what_the_voice_of_the_house_cannot_read_is_said_by_the_one_understood_best() -> None:
    assert said("你好。") == ([("zm_yun", "你好。")], [])
    assert said("你好。", cards=(HEART, NI, ESPEAK)) == ([("zf_ni", "你好。")], [])


def test_the_choice_of_the_site_for_a_language_goes_first() -> None:
    assert said("你好。", defaults={"zh": "zf_xia"}) == ([("zf_xia", "你好。")], [])
    assert said("你好。", defaults={"zh": "gone"}) == ([("zm_yun", "你好。")], [])


def test_a_voice_that_was_chosen_and_cannot_read_the_text_is_replaced_with_a_warning() -> None:
    assert said("你好。", "heart", chosen=True) == ([("zm_yun", "你好。")], ["voice_substituted"])


def test_a_mixed_text_is_said_by_one_voice_if_one_reads_it_all() -> None:
    pieces, _ = said("请打开 Netflix，然后 say hello。")
    assert pieces == [("zm_yun", "请打开 Netflix，然后 say hello。")]
    assert said("Please say 你好 now to all of us.") == ([("af_heart", "Please say 你好 now to all of us.")], [])


def test_a_mixed_text_is_parted_if_nobody_reads_it_all() -> None:
    only = card("zh_only", "female", "zh", package="piper")
    pieces, warnings = said("请打开 Netflix。", cards=(HEART, only))
    assert (pieces, warnings) == ([("zh_only", "请打开"), ("heart", "Netflix。")], [])
    found = cast(parse("请打开 Netflix。", "text"), Wish("heart"), (HEART, only), {}).pieces
    assert [piece.pause_s for piece in found] == [0.0, pytest.approx(0.25)]


def test_the_last_resort_reads_what_nobody_else_does() -> None:
    assert said("Привет.") == ([("espeak", "Привет.")], [])
    with pytest.raises(Rejected, match="no installed voice reads Cyrillic"):
        said("Привет.", cards=(HEART, AF))


def test_a_language_that_nobody_reads_is_refused() -> None:
    with pytest.raises(Rejected, match="no installed voice reads sv") as refused:
        said("Hej.", lang="sv")
    assert refused.value.code == "unsupported"


def test_male_and_female_are_found_for_each_language() -> None:
    assert said("Hello.", "male", chosen=True) == ([("am_adam", "Hello.")], [])
    assert said("你好。", "male", chosen=True) == ([("zm_yun", "你好。")], [])
    assert said("你好。", "female", chosen=True) == ([("zf_xia", "你好。")], [])
    assert said("Hello.", "female", chosen=True) == ([("heart", "Hello.")], [])
    assert said("Hello.", "male", chosen=True, cards=(HEART,)) == ([("heart", "Hello.")], ["voice_substituted"])


def test_a_dialect_is_said_in_the_standard_language_with_a_warning() -> None:
    assert said("你好。", "zm_yun", "zh-sichuan", chosen=True) == ([("zm_yun", "你好。")], ["dialect_fallback"])


def test_several_voices_speak_in_one_text() -> None:
    pieces, warnings = said("[voice:am_adam]Who is there? [voice:zf_xia]是我。[voice:]Come in.")
    assert pieces == [("am_adam", "Who is there?"), ("zf_xia", "是我。"), ("heart", "Come in.")]
    assert warnings == []


def test_an_unknown_voice_within_a_text_is_refused_by_name() -> None:
    with pytest.raises(Rejected, match="'nobody' is not installed") as refused:
        said("[voice:nobody]Hello.")
    assert refused.value.code == "unknown_voice"
    assert "zf_xia" in refused.value.details["installed"]


def test_silence_and_bookmarks_need_no_voice() -> None:
    found = cast(parse('<speak><break time="2s"/><mark name="a"/></speak>', "ssml"), Wish("heart"), ALL, {}).pieces
    assert [(piece.voice, piece.silence_s, piece.bookmarks) for piece in found] == [("", 2.0, ()), ("", 0.0, ("a",))]


def test_best_prefers_natives_then_gender_then_what_is_understood() -> None:
    assert best(ALL, ["zh"]) == YUN
    assert best(ALL, ["zh"], "female") == XIA
    assert best(ALL, ["fr"], "male") in (AM, YUN)
    assert best(ALL, ["sv"]) is None


def test_a_blend_speaks() -> None:
    assert said("你好。", "zm_yun:7+zf_xia:3", chosen=True) == ([("zf_xia:0.3+zm_yun:0.7", "你好。")], [])


def test_a_voice_whose_own_language_cannot_be_read_here_says_why() -> None:
    dora = card("ef_dora", "female", "en-US", native="es", missing={"es": "espeak-ng is not installed"})
    with pytest.raises(Rejected, match="reads es: espeak-ng is not installed") as refused:
        said("Hola.", "ef_dora", chosen=True, cards=(HEART, dora))
    assert refused.value.code == "unsupported"
    with pytest.raises(Rejected, match="reads es: espeak-ng is not installed"):
        said("Hola.", lang="es", cards=(HEART, dora))
    assert said("Hello.", "ef_dora", "en", chosen=True, cards=(HEART, dora)) == ([("ef_dora", "Hello.")], [])


def test_the_name_of_a_package_means_its_first_voice() -> None:
    assert said("Hello.", "kokoro", chosen=True) == ([("af_heart", "Hello.")], [])


def test_without_any_voice_the_voice_is_what_is_missing() -> None:
    with pytest.raises(Rejected) as refused:
        said("你好。", cards=())
    assert refused.value.code == "unknown_voice"
