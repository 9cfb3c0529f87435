from __future__ import annotations

from collections.abc import Callable

import pytest

from quantize.compare.error_rate import characters, error_rate, errors, fewest_errors, words


@pytest.fixture(autouse=True)
def tools(needs: Callable[..., None]) -> None:
    needs("cn2an", "opencc")


def test_errors_are_counted_as_an_edit_distance() -> None:
    assert errors(["a", "b", "c"], ["a", "b", "c"]) == 0
    assert errors(["a", "b", "c"], ["a", "x", "c"]) == 1
    assert errors(["a", "b"], ["a", "x", "b", "y"]) == 2
    assert errors(["a", "b"], []) == 2
    assert errors([], ["a"]) == 1


def test_figures_and_words_count_as_the_same() -> None:
    assert words("It's 7:30 PM, $5, 21.5°C!") == words("It's 7.30 p.m., five dollars, 21.5 degrees Celsius")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("现在是晚上6:20，气温22度。", "現在是晚上六點二十分，氣溫二十二度"),
        ("现在是晚上6.20分", "现在是晚上六点二十分"),
        ("3.50公斤", "三点五零公斤"),
        ("上午 10:05", "上午十点零五分"),
        ("7:00关门", "七点关门"),
        ("18℃", "十八度"),
        ("湿度55%", "湿度百分之五十五"),
        ("2026年11月3日", "二零二六年十一月三日"),
        ("2/3的水", "三分之二的水"),
        ("2个小时", "两个小时"),
        ("二〇二六", "二零二六"),
        ("麵條還要煮8分鐘！", "面条还要煮八分钟"),
        ("她的WiFi", "他的wifi"),
        ("坐一会儿", "坐一会"),
        ("打幺幺九", "打一一九"),
        ("3-5天送到", "三到五天送到"),
    ],
)
def test_mandarin_is_compared_as_it_is_said(written: str, said: str) -> None:
    assert characters(written) == characters(said)


@pytest.mark.parametrize(
    ("one", "other"), [("六点二十分", "六点十二分"), ("二百", "两千"), ("水烧开了", "水少开了"), ("会儿童", "会童")]
)
def test_what_is_said_differently_stays_different(one: str, other: str) -> None:
    assert characters(one) != characters(other)


def test_characters_are_single_and_latin_words_whole() -> None:
    assert characters("打开WiFi，谢谢。") == ["打", "开", "wifi", "谢", "谢"]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("服务热线是四零零，八二零，八八二零。", "服务热线是4008208820"),
        ("请三百零八号顾客", "请308号顾客"),
        ("您的房间是幺二零八", "您的房间是1208"),
        ("您的房间是1208", "您的房间是幺二零八"),
    ],
)
def test_a_long_figure_is_a_number_or_a_string_of_figures(text: str, heard: str) -> None:
    assert fewest_errors(text, heard, "zh")[0] == 0


def test_only_errors_of_the_best_reading_count() -> None:
    assert fewest_errors("房间是幺二零八", "房间是1209", "zh") == (1, 7)
    assert fewest_errors("room 308", "room 309", "en") == (1, 4)
    assert fewest_errors("三点一二八", "3.128", "zh")[0] == 0


def test_the_rate_is_over_all_texts_together() -> None:
    pairs = [("the tea is ready", "the tea is ready"), ("good night", "good knight")]
    assert error_rate(pairs, "en") == pytest.approx(1 / 6)
    assert error_rate([("水烧开了。", "水開了"), ("你好", "你好")], "zh") == pytest.approx(1 / 6)
    assert error_rate([("hello", "a b c")], "en") == 3.0


def test_no_words_have_no_rate() -> None:
    with pytest.raises(ValueError, match="no words"):
        error_rate([("...", "hello")], "en")
