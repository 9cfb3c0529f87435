from __future__ import annotations

import pytest

from edged.text import ssml_values
from edged.text.contract import SayAsKind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1.5s", 1.5), ("300ms", 0.3), (".5s", 0.5), ("+2s", 2.0), ("0s", 0.0), ("2 s", 2.0), ("1", None), ("-1s", None),
     ("1m", None), ("", None), ("1e3s", None), ("9" * 4000 + "s", None), ("١s", None)],
)  # fmt: skip
def test_seconds(value: str, seconds: float | None) -> None:
    assert ssml_values.seconds(value) == seconds


@pytest.mark.parametrize(
    ("value", "factor"),
    [("x-slow", 0.5), ("medium", 1.0), ("default", 1.0), ("x-fast", 2.0), ("120%", 1.44), ("+20%", 1.44), ("-50%", 0.6),
     ("1.5", 1.8), ("-200%", 0.0), ("+1", None), ("quick", None), ("", None), ("NaN", None), ("1e9", None)],
)  # fmt: skip
def test_rate_on_top_of_1_2(value: str, factor: float | None) -> None:
    assert ssml_values.rate(value, 1.2) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("value", "semitones"),
    [("x-low", -6.0), ("medium", 0.0), ("high", 3.0), ("+2st", 3.0), ("-2.5st", -1.5), ("1 st", 2.0), ("+100%", 13.0),
     ("-50%", -11.0), ("200%", 13.0), ("-100%", None), ("0%", None), ("+10Hz", None), ("440Hz", None), ("2", None)],
)  # fmt: skip
def test_pitch_on_top_of_a_semitone(value: str, semitones: float | None) -> None:
    assert ssml_values.pitch(value, 1.0) == pytest.approx(semitones)


@pytest.mark.parametrize(
    ("value", "factor"),
    [("silent", 0.0), ("x-soft", 0.25), ("medium", 1.0), ("x-loud", 2.0), ("+6dB", 0.998), ("-20db", 0.05), ("80", 0.8),
     ("+20%", 0.6), ("50%", 0.25), ("+999999dB", 50_000), ("+10", None), ("loudest", None), ("-1", None)],
)  # fmt: skip
def test_volume_on_top_of_half(value: str, factor: float | None) -> None:
    found = ssml_values.volume(value, 0.5)
    assert (None if found is None else round(found, 3)) == factor


@pytest.mark.parametrize(
    ("interpret_as", "form", "kind"),
    [("date", "", "date"), ("number", "", "cardinal"), ("number", "ordinal", "ordinal"), ("spell-out", "", "spell"),
     ("characters", "", "spell"), ("number", "telephone", "telephone"), ("address", "", None), ("", "", None)],
)  # fmt: skip
def test_kinds(interpret_as: str, form: str, kind: SayAsKind | None) -> None:
    assert ssml_values.kind_of(interpret_as, form) == kind


@pytest.mark.parametrize(
    ("kind", "form", "detail"),
    [("date", "mdy", "mdy"), ("date", "yyyymmdd", "ymd"), ("date", "DM", "dm"), ("date", "dmd", None),
     ("date", "y" * 4000, None), ("time", "hms24", "hms24"), ("time", "hms13", None), ("currency", "EUR", "EUR"),
     ("telephone", "44", "44"), ("ordinal", "m", None), ("date", "", None)],
)  # fmt: skip
def test_details(kind: SayAsKind, form: str, detail: str | None) -> None:
    assert ssml_values.detail_of(kind, form) == detail


@pytest.mark.parametrize(
    ("written", "plain"),
    [("hao4", "hao4"), ("ni3 hao3", "ni3 hao3"), ("ni3hao3", "ni3 hao3"), ("xi1'an1", "xi1 an1"), ("lü4", "lv4"),
     ("yi1-sheng1", "yi1 sheng1"), ("nǐ hǎo", "ni3 hao3"), ("Bei3 jing1", "bei3 jing1")],
)  # fmt: skip
def test_syllables(written: str, plain: str) -> None:
    assert ssml_values.syllables(written) == plain


@pytest.mark.parametrize(("written", "wrong"), [("hao", "hao"), ("ni3 hxo4", "hxo4"), ("ni3 好", "好"), ("4", "4")])
def test_what_is_no_syllable_is_named(written: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        ssml_values.syllables(written)
