from __future__ import annotations

import pytest

from tests.asr.conftest import Understood
from tests.benchmarks.intelligibility import VOICES, Wish

MOST_ERRORS = 4.0
"""Percent of the words."""


@pytest.mark.slow
@pytest.mark.asr
@pytest.mark.timeout(1800)
def test_a_stranger_understands_english_by_the_large_voice(understood: Understood) -> None:
    found = understood(Wish("english", VOICES["english"]))
    assert found["count"] >= 60
    assert found["error_rate_percent"] <= MOST_ERRORS
