from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.engine.spectrum import COLUMNS, HARMONICS, NOISE, Real
from edged.engine.trim import LEAD_IN, LEAD_OUT, SHORTEST, Stretch, trimmed

SILENT, SOFT, LOUD = -20.0, -4.2, 0.0
"""Logarithms of the noise in every bin; the soft one is 60 dB below full scale."""


def rows(loudness: str) -> Real:
    """Frames as they are written: ``#`` hisses, ``~`` softly, ``v`` is voiced, ``?`` is no number, ``.`` is silent.

    The phase tells them apart: it counts them.
    """
    made = np.full((len(loudness), COLUMNS), SILENT, np.float32)
    made[:, -1] = np.arange(len(loudness))
    for frame, sign in enumerate(loudness):
        made[frame, NOISE] = {"#": LOUD, "~": SOFT, "?": np.nan}.get(sign, SILENT)
        made[frame, HARMONICS] = LOUD if sign in "vw" else SILENT
    return made


def curve(loudness: str) -> Real:
    """The pitch: only ``v`` has one."""
    return np.array([120.0 + frame if sign == "v" else 0.0 for frame, sign in enumerate(loudness)], np.float32)


def cut(loudness: str, borders: list[int], ahead: int = 0) -> Iterator[Stretch]:
    """The frames in stretches that end there, the pitch known some frames further."""
    whole, pitch = rows(loudness), curve(loudness)
    for start, stop in zip([0, *borders], [*borders, len(loudness)], strict=True):
        yield Stretch(whole[start:stop], pitch[start : stop + ahead], last=stop == len(loudness))


def kept(loudness: str, borders: list[int], ahead: int = 0) -> str:
    """What is left of the frames; each must still be the one it was, and have its own pitch."""
    pitch, numbers, lasts = curve(loudness), [], []
    for stretch in trimmed(cut(loudness, borders, ahead)):
        here = stretch.rows[:, -1].astype(int).tolist()
        assert len(stretch.pitch) >= len(here)
        assert np.array_equal(stretch.pitch, pitch[here[0] : here[0] + len(stretch.pitch)] if here else stretch.pitch)
        numbers += here
        lasts.append(stretch.last)
    assert lasts == [False] * (len(lasts) - 1) + [True] * bool(lasts)
    assert numbers == list(range(numbers[0], numbers[-1] + 1)) if numbers else True
    return "".join(loudness[number] for number in numbers)


@pytest.mark.parametrize(
    ("loudness", "expected"),
    [
        ("." * 9 + "###" + "." * 9, ".." + "###" + "...."),
        ("." * 9 + "#..........~" + "." * 9, "..#..........~...."),
        ("######", "######"),
        (".#.", ".#."),
        ("#", "#"),
        ("....vv........", "..vv...."),
        ("....ww........", ""),
        ("....w...v.....", "..v...."),
        ("..........", ""),
        ("", ""),
        (".......?.......", "..?...."),
        ("..~............", "..~...."),
    ],
)
def test_what_is_audible_and_a_little_around_it_is_kept(loudness: str, expected: str) -> None:
    assert kept(loudness, []) == expected


@pytest.mark.parametrize("border", range(1, 30))
def test_a_long_pause_within_is_kept_wherever_it_is_cut(border: int) -> None:
    loudness = "...##" + "." * 20 + "##..."
    assert kept(loudness, [border]) == ".." + loudness[3:-3] + "..."


@given(loudness=st.text("...#~vw?", min_size=1, max_size=60), ahead=st.integers(0, 9), data=st.data())
def test_cuts_make_no_difference(loudness: str, ahead: int, data: st.DataObject) -> None:
    borders = sorted(data.draw(st.sets(st.integers(1, max(len(loudness) - 1, 1)), max_size=9)))
    if len(loudness) == 1:
        borders = []
    assert kept(loudness, borders, ahead) == kept(loudness, [])


@given(loudness=st.text("....#", min_size=1, max_size=60))
def test_exactly_what_is_promised_is_kept(loudness: str) -> None:
    first, last = loudness.find("#"), loudness.rfind("#")
    expected = loudness[max(first - LEAD_IN, 0) : last + 1 + LEAD_OUT] if first >= 0 else ""
    assert kept(loudness, []) == expected


def test_frames_are_passed_on_before_the_next_stretch_is_made() -> None:
    asked = []

    def coming() -> Iterator[Stretch]:
        for number, stretch in enumerate(cut("....####" + "####" + "####....", [8, 12])):
            asked.append(number)
            yield stretch

    passing = trimmed(coming())
    assert len(next(passing).rows) == LEAD_IN + 4
    assert asked == [0]
    assert len(next(passing).rows) == 4
    assert asked == [0, 1]


def test_as_many_frames_come_together_first_as_can_be_reflected() -> None:
    assert len(next(trimmed(cut("#####", [1, 2, 3, 4]))).rows) == SHORTEST


def test_stretches_without_frames_do_no_harm() -> None:
    whole, pitch = rows("..##..##.."), curve("..##..##..")
    borders = [0, 0, 3, 3, 5, 5, 10]
    parts = [Stretch(whole[start:stop], pitch[start:stop]) for start, stop in pairwise(borders)]
    parts.append(Stretch(whole[:0], pitch[:0], last=True))
    made = list(trimmed(parts))
    assert sum(len(stretch.rows) for stretch in made) == 10
    assert [stretch.last for stretch in made].count(True) == 1
