from __future__ import annotations

import numpy as np
import pytest

from edged.engine.spectrum import AUDIBLE_DB, BINS, COLUMNS, FREE, HARMONICS, NOISE, PHI, THETA, WINDOW, Real, audible


def silent(frames: int = 9) -> tuple[Real, Real]:
    return np.full((frames, COLUMNS), -20.0, np.float32), np.zeros(frames, np.float32)


def test_columns_are_every_column_once() -> None:
    blocks = [np.arange(COLUMNS)[columns] for columns in (HARMONICS, NOISE, FREE, THETA, PHI)]
    assert np.array_equal(np.concatenate(blocks), np.arange(COLUMNS))
    assert [len(block) for block in blocks] == [BINS] * 5


@pytest.mark.parametrize("columns", [NOISE, FREE])
def test_what_hisses_is_audible(columns: slice) -> None:
    rows, pitch = silent()
    rows[4, columns] = 0.0
    assert np.flatnonzero(audible(rows, pitch)).tolist() == [4]


def test_harmonics_are_heard_where_there_is_a_pitch() -> None:
    rows, pitch = silent()
    rows[:, HARMONICS] = 3.0
    assert not audible(rows, pitch).any()
    pitch[3:5] = 120.0
    pitch[6] = 40.0
    assert np.flatnonzero(audible(rows, pitch)).tolist() == [3, 4]


def test_soft_consonant_is_audible() -> None:
    # -60 dB: ln(10 ** (-60 / 20) * 15) is what each bin of white noise has there, its two parts taken together.
    rows, pitch = silent()
    rows[4, NOISE] = -4.2
    assert audible(rows, pitch)[4]


@pytest.mark.parametrize("above_db", [-1.0, 1.0])
def test_the_limit_is_that_of_a_sound_cut_into_windows(above_db: float) -> None:
    rows, pitch = silent(50)
    level = 10 ** ((AUDIBLE_DB + above_db) / 20)
    noise = np.random.default_rng(1).normal(0, level, (50, WINDOW))
    rows[:, FREE] = np.log(np.abs(np.fft.rfft(noise * np.hanning(WINDOW + 1)[:-1])))
    assert audible(rows, pitch).mean() == pytest.approx(float(above_db > 0), abs=0.2)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_left_for_the_checks(wrong: float) -> None:
    rows, pitch = silent()
    rows[5, FREE.start + 8] = wrong
    assert np.flatnonzero(audible(rows, pitch)).tolist() == [5]
