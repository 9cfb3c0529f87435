from __future__ import annotations

from typing import Any

import pytest

from quantize.compare import Figures
from quantize.compare.gate import Limits, chance_of_worse, check
from tests.quantize.compare.records import figures, sentence

EVERY_RISE = 1.01
"""A chance that nothing reaches: the sentences of these figures are heard alike, only their rates differ."""
LIMITS = Limits(
    p808_drop=0.05,
    sig_drop=0.1,
    error_rise={"en": 1.0},
    chance=EVERY_RISE,
    duration=0.01,
    log_mel_db=4.0,
    f0_semitones=0.5,
)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"p808": 4.3}, None),
        ({"p808": 3.96}, None),
        ({"p808": 3.94}, "DNSMOS P.808 fell by 0.06, more than 0.05"),
        ({"p808": None}, "DNSMOS P.808 fell by … was not measured, and has a limit of 0.05"),
        ({"sig": 3.3}, "DNSMOS SIG fell by 0.20, more than 0.1"),
        ({"error_rates": {"tiny": 0.0, "base": 0.0}}, None),
        ({"error_rates": {"tiny": 0.03, "base": 0.0195}}, None),
        ({"error_rates": {"tiny": 0.05, "base": 0.01}}, "the error rate rose by 1.50 points, more than 1 points"),
        ({"error_rates": {}}, "the error rate rose by … was not measured, and has a limit of 1 points"),
        ({"duration": 0.0125}, "lengths changed by 1.25 %, more than 1 %"),
        ({"log_mel_db": 4.5}, "the spectrum differs by 4.50 dB, more than 4 dB"),
        ({"f0_semitones": 0.75}, "the pitch differs by 0.75 semitones, more than 0.5 semitones"),
        ({"f0_semitones": None}, "the pitch differs by … was not measured, and has a limit of 0.5 semitones"),
        ({"speed": None, "size_bytes": None}, None),
    ],
)
def test_each_limit_is_told_when_it_is_broken(changed: dict[str, Any], reason: str | None) -> None:
    verdict = check(figures(), figures(**changed), LIMITS)
    assert verdict.reasons == ((reason,) if reason else ())
    assert verdict.passed is (reason is None)


def test_every_reason_is_told() -> None:
    assert len(check(figures(), figures(p808=3.0, sig=2.0, duration=0.5), LIMITS).reasons) == 3


def test_without_a_limit_nothing_needs_to_be_measured() -> None:
    free = Limits(
        p808_drop=None, sig_drop=None, error_rise={"zh": 1.0}, duration=None, log_mel_db=None, f0_semitones=None
    )
    worst = figures(p808=None, sig=None, error_rates={}, duration=9.0, log_mel_db=99.0, f0_semitones=None)
    assert check(figures(), worst, free).passed


def test_each_language_has_its_own_limit() -> None:
    limits = Limits(error_rise={"en": 5.0, "zh": 1.0}, chance=EVERY_RISE)
    rates = {"error_rates": {"base": 0.03}}
    perfect = {"error_rates": {"base": 0.0}}
    assert check(figures(**perfect), figures(**rates), limits).passed
    assert not check(figures(language="zh", **perfect), figures(language="zh", **rates), limits).passed


def test_only_like_is_compared_with_like() -> None:
    with pytest.raises(ValueError, match="different sentences"):
        check(figures(), figures(sentences=(sentence("Something else."),)), LIMITS)
    with pytest.raises(ValueError, match="en and zh"):
        check(figures(), figures(language="zh"), LIMITS)


def heard_as(*sentences: str) -> Figures:
    """Ten sentences alike, of which the last ones were heard as these."""
    text = "the tea is ready"
    heard = [text] * (10 - len(sentences)) + list(sentences)
    rate = sum(one != text for one in heard) / 40
    return figures(sentences=tuple(sentence(text, heard={"tiny": one}) for one in heard), error_rates={"tiny": rate})


@pytest.mark.parametrize(
    ("before", "after", "chance"),
    [
        ([], [], 1.0),
        ([], ["tea is ready"], 1 / 2),
        ([], ["tea is ready"] * 3, 1 / 8),
        ([], ["tea is ready"] * 5, 1 / 32),
        (["the tea is red"], ["the tea is ready"], 1.0),
        (["the tea is red", "the tea is ready"], ["the tea is ready", "the tea is red"], 3 / 4),
    ],
)
def test_chance_is_that_of_a_sign_test(before: list[str], after: list[str], chance: float) -> None:
    assert chance_of_worse(heard_as(*before), heard_as(*after)) == pytest.approx(chance)


def test_a_rise_that_chance_explains_is_no_reason() -> None:
    limits = Limits(error_rise={"en": 0.2})
    assert check(heard_as(), heard_as(*["tea is ready"] * 4), limits).passed
    (reason,) = check(heard_as(), heard_as(*["tea is ready"] * 5), limits).reasons
    assert "error rate rose by 12.50 points" in reason
