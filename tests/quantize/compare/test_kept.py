from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edged.waveform import Waveform
from quantize.compare.kept import kept, sound_key
from tests.quantize.compare.sounds import buzz


def test_a_sound_is_judged_once(tmp_path: Path) -> None:
    calls: list[int] = []

    def judged() -> dict[str, str]:
        calls.append(1)
        return {"heard": "水烧开了"}

    for _ in range(2):
        assert kept(tmp_path, "ear", buzz(200.0), judged) == {"heard": "水烧开了"}
    assert len(calls) == 1
    kept(tmp_path, "another ear", buzz(200.0), judged)
    kept(tmp_path, "ear", buzz(201.0), judged)
    assert len(calls) == 3


def test_without_a_folder_nothing_is_kept() -> None:
    answers = iter(["one", "two"])
    assert [kept(None, "ear", buzz(200.0), lambda: next(answers)) for _ in range(2)] == ["one", "two"]


def test_what_was_cut_off_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    def broken() -> str:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        kept(tmp_path, "ear", buzz(200.0), broken)
    assert kept(tmp_path, "ear", buzz(200.0), lambda: "heard") == "heard"


def test_the_rate_belongs_to_the_sound() -> None:
    samples = np.zeros(10, np.float32)
    assert sound_key(Waveform(samples, 24_000)) != sound_key(Waveform(samples, 16_000))
