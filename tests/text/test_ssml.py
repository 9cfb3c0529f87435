from __future__ import annotations

import pytest

from edged.errors import Rejected
from edged.text.contract import Bookmark, Manner, Pause, Pronounced, SayAs, Span, Words
from edged.text.ssml import parse


def spans(inside: str, attributes: str = "") -> list[Span]:
    """The spans of a document that is understood without a warning."""
    script = parse(f"<speak {attributes}>{inside}</speak>")
    assert script.warnings == ()
    return list(script.spans)


def warned(inside: str, attributes: str = "") -> tuple[list[Span], list[str]]:
    script = parse(f"<speak {attributes}>{inside}</speak>")
    assert all(one.field == "text" and "line 1 column" in one.message for one in script.warnings)
    return list(script.spans), [one.code for one in script.warnings]


# -- white space and sentences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("", None),
        ("  \n ", None),
        ("\n  Hello,\t\n  world. ", "Hello, world."),
        ("a<!-- x -->b", "ab"),
        ("a<s>b</s>c", "a\nb\nc"),
        ("<s>a</s><s>b</s>", "a\nb"),
        ("<s>a</s>\n  <s>b.</s>\n", "a\nb."),
        ("<p>a</p> b <p>c</p>", "a\n\nb\n\nc"),
        ("<p><s>a</s><s>b</s></p><p><s>c</s></p>", "a\nb\n\nc"),
        ("<p/>a<s> </s>", "a"),
        ("a&#160;b\u3000c", "a\xa0b\u3000c"),
        ("<lang xml:lang=''>a</lang>b", "ab"),
    ],
)
def test_words_are_neither_glued_nor_torn(inside: str, text: str | None) -> None:
    assert spans(inside) == ([] if text is None else [Words(text)])


def test_space_beside_another_manner_is_kept_once() -> None:
    loud = Manner(volume=2.0)
    assert spans("a <prosody volume='x-loud'> b </prosody> c<prosody volume='x-loud'>d</prosody>") == [
        Words("a "),
        Words("b ", loud),
        Words("c"),
        Words("d", loud),
    ]


def test_the_end_of_a_sentence_stays_with_the_sentence() -> None:
    assert spans("<s xml:lang='zh'>a</s><s><say-as interpret-as='spell'>b</say-as></s><s>c</s>") == [
        Words("a\n", Manner(lang="zh")),
        SayAs("b", "spell"),
        Words("\nc"),
    ]


# -- pauses and marks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [("", 0.75), ("time='1.5s'", 1.5), ("strength='x-strong'", 1.25), ("strength='weak' time='300ms'", 0.3)],
)
def test_break(attributes: str, seconds: float) -> None:
    assert spans(f"a <break {attributes}/> b") == [Words("a "), Pause(seconds), Words("b")]


@pytest.mark.parametrize("attributes", ["strength='none'", "time='0s'"])
def test_no_break_parts_words_without_a_pause(attributes: str) -> None:
    assert spans(f"a<break {attributes}/>b") == [Words("a b")]


def test_break_between_paragraphs_keeps_their_end_and_adds_none() -> None:
    assert spans("<p>a</p><break/><p>b</p>") == [Words("a\n\n"), Pause(0.75), Words("b")]


def test_break_with_values_that_are_not_understood_is_one_of_the_usual_length() -> None:
    assert warned("a<break time='soon' strength='big' size='3'/>b") == (
        [Words("a"), Pause(0.75), Words("b")],
        ["unknown_attribute", "unknown_value", "unknown_value"],
    )


def test_mark_is_a_bookmark_between_words_or_within_one() -> None:
    assert spans("a <mark name=' one  two '/> b<mark name='x'/>c") == [
        Words("a "),
        Bookmark("one two"),
        Words(" b"),
        Bookmark("x"),
        Words("c"),
    ]


def test_mark_without_a_name_is_left_out() -> None:
    assert warned("a<mark/>b<mark name='" + "n" * 129 + "'/>") == ([Words("ab")], ["unknown_value"] * 2)


# -- words ------------------------------------------------------------------------------------------------------------


def test_say_as_has_its_kind_and_detail() -> None:
    day = "<say-as interpret-as='date' format='yyyymmdd'> 2026-01-02 </say-as>"
    assert spans(f"on {day}, <say-as interpret-as='number' format='ordinal'>3</say-as>") == [
        Words("on "),
        SayAs("2026-01-02", "date", "ymd"),
        Words(" , "),
        SayAs("3", "ordinal"),
    ]


def test_say_as_of_an_unknown_kind_is_read_as_it_is() -> None:
    assert warned("<say-as interpret-as='address'>a <break/>b</say-as>") == (
        [Words("a "), Pause(0.75), Words("b")],
        ["unknown_value"],
    )
    assert warned("<say-as interpret-as='time' format='soon'>a <b>b</b></say-as>") == (
        [SayAs("a b", "time")],
        ["unknown_value", "unknown_element"],
    )


@pytest.mark.parametrize(
    ("inside", "span"),
    [
        ("<phoneme alphabet='ipa' ph='wˈʊstəɹ'>Worcester</phoneme>", Pronounced("Worcester", "Worcester", "wˈʊstəɹ")),
        ("<phoneme ph=' a  b '>x  y</phoneme>", Pronounced("x y", "x y", "a b")),
        ("<phoneme alphabet='py' ph='hao4'>好</phoneme>", Pronounced("好", "好", "hao4", "pinyin")),
        ("<phoneme alphabet='x-pinyin' ph='ni3hao3'/>", Pronounced("ni3hao3", "", "ni3 hao3", "pinyin")),
    ],
)
def test_phoneme(inside: str, span: Pronounced) -> None:
    assert spans(f"a{inside}b") == [Words("a"), span, Words("b")]


@pytest.mark.parametrize(
    "attributes", ["alphabet='x-sampa' ph='a'", "alphabet='ipa'", "ph=' '", "ph='" + "a" * 401 + "'"]
)
def test_phoneme_that_is_not_understood_is_read_as_it_is(attributes: str) -> None:
    assert warned(f"<phoneme {attributes}>a</phoneme>") == ([Words("a")], ["unknown_value"])


def test_a_syllable_that_does_not_exist_is_an_error_that_names_it() -> None:
    with pytest.raises(Rejected, match="'hxo4'") as caught:
        parse("<speak>\n<phoneme alphabet='py' ph='ni3 hxo4'>你好</phoneme></speak>")
    assert caught.value.details == {"field": "text", "line": 2, "column": 1}


def test_sub_is_read_in_its_place() -> None:
    assert spans("the <sub alias=' World Wide\n Web '>WWW</sub>.") == [Words("the World Wide Web.")]
    assert warned("<sub>WWW</sub>") == ([Words("WWW")], ["unknown_value"])


# -- manners ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "manner"),
    [
        ("name='heart'", Manner(voice="heart")),
        ("name='a:0.7+b:0.3'", Manner(voice="a:0.7+b:0.3")),
        ("name='a b'", Manner(voice="a")),
        ("name='default'", Manner()),
        ("gender='female'", Manner(voice="female")),
        ("gender='female' name='heart'", Manner(voice="heart")),
        ("languages='zh:zh-HK en'", Manner(lang="zh")),
        ("languages='zh' xml:lang='zh-TW'", Manner(lang="zh-TW")),
    ],
)
def test_voice(attributes: str, manner: Manner) -> None:
    assert spans(f"<voice {attributes}>a</voice>") == [Words("a", manner)]


def test_language_is_the_innermost() -> None:
    assert spans("a<p xml:lang='zh-CN'>b<lang xml:lang='fr'>c</lang></p>", "xml:lang='en'") == [
        Words("a\n\n", Manner(lang="en")),
        Words("b", Manner(lang="zh-CN")),
        Words("c", Manner(lang="fr")),
    ]


def test_nested_prosody_adds_up_and_names_start_anew() -> None:
    assert spans(
        "<prosody rate='80%' pitch='+2st' volume='-50%'>a<prosody rate='1.5' pitch='+1st' volume='50%'>b"
        "<prosody rate='medium' pitch='low' volume='medium'>c</prosody></prosody></prosody>"
    ) == [
        Words("a", Manner(speed=0.8, pitch=2.0, volume=0.5)),
        Words("b", Manner(speed=0.8 * 1.5, pitch=3.0, volume=0.25)),
        Words("c", Manner(speed=1.0, pitch=-3.0, volume=1.0)),
    ]


def test_manner_stays_within_what_a_request_may_ask_for() -> None:
    assert warned("<prosody rate='300%' pitch='-9st' volume='+20dB'>a</prosody>") == (
        [Words("a", Manner(speed=2.0, pitch=-6.0, volume=2.0))],
        ["out_of_range"] * 3,
    )


def test_values_that_are_not_understood_leave_the_rest_obeyed() -> None:
    assert warned(
        "<prosody rate='fast' pitch='440Hz' contour='(0%,+2st)'><voice name='?' gender='male'>a</voice></prosody>"
    ) == (
        [Words("a", Manner(voice="male", speed=1.41))],
        ["unknown_attribute", "unknown_value", "unknown_value"],
    )
    assert warned("a", "xml:lang='e n'") == ([Words("a")], ["unknown_value"])


# -- what is not known ------------------------------------------------------------------------------------------------


def test_the_text_of_unknown_elements_is_kept() -> None:
    found = parse("<speak>\n un<emphasis level='strong'>believ<b>a</b></emphasis>ble <mstts:x>b</mstts:x></speak>")
    assert found.spans == (Words("unbelievable b"),)
    assert [(one.code, one.message.split(":")[0]) for one in found.warnings[:2]] == [
        ("unknown_element", "<emphasis> (line 2 column 4)"),
        ("unknown_element", "<b> (line 2 column 35)"),
    ]


def test_audio_says_what_stands_in_it() -> None:
    assert warned("<audio src='ding.wav'>Ding!</audio>") == ([Words("Ding!")], ["unsupported"])


def test_the_usual_attributes_of_a_document_are_no_cause_for_a_warning() -> None:
    assert spans(
        "<p id='1' xml:id='b'>a</p>",
        "version='1.1' xmlns='http://www.w3.org/2001/10/synthesis' "
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a b' xml:base='c' xml:lang='en-US'",
    ) == [Words("a", Manner(lang="en-US"))]
