from __future__ import annotations

from typing import Any

import pytest

from quantize.compare.gate import Limits, check
from tests.quantize.compare.records import figures, sentence

LIMITS = Limits(p808_drop=0.05, sig_drop=0.1, error_rise={"en": 1.0}, duration=0.01, log_mel_db=4.0, f0_semitones=0.5)


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
    limits = Limits(error_rise={"en": 5.0, "zh": 1.0})
    rates = {"error_rates": {"base": 0.03}}
    perfect = {"error_rates": {"base": 0.0}}
    assert check(figures(**perfect), figures(**rates), limits).passed
    assert not check(figures(language="zh", **perfect), figures(language="zh", **rates), limits).passed


def test_only_like_is_compared_with_like() -> None:
    with pytest.raises(ValueError, match="different sentences"):
        check(figures(), figures(sentences=(sentence("Something else."),)), LIMITS)
    with pytest.raises(ValueError, match="en and zh"):
        check(figures(), figures(language="zh"), LIMITS)
