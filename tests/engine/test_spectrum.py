from __future__ import annotations

import numpy as np

from edged.engine.spectrum import BINS, LEAD_IN, LEAD_OUT, Spectrum


def silent(frames: int) -> Spectrum:
    lh, theta, ln, lr, phi = (np.full((BINS, frames), -20.0, np.float32) for _ in range(5))
    return Spectrum(lh, theta, ln, lr, phi, np.zeros(frames, np.float32))


def hissing(frames: int, start: int, stop: int, loudness: float = 0.0) -> Spectrum:
    made = silent(frames)
    made.ln[:, start:stop] = loudness
    return made


def test_trimmed_keeps_what_is_audible_and_a_little_around_it() -> None:
    trimmed = hissing(200, 60, 130).trimmed()
    assert trimmed.frames == LEAD_IN + 70 + LEAD_OUT
    assert np.flatnonzero(trimmed.ln[0] == 0.0)[[0, -1]].tolist() == [LEAD_IN, LEAD_IN + 69]


def test_trimmed_keeps_pauses_within() -> None:
    made = hissing(300, 50, 60)
    made.ln[:, 240:250] = 0.0
    assert made.trimmed().frames == LEAD_IN + 200 + LEAD_OUT


def test_trimmed_at_the_borders_takes_no_more_than_there_is() -> None:
    assert hissing(50, 0, 50).trimmed().frames == 50


def test_soft_consonant_is_audible() -> None:
    # -60 dB: ln(10 ** (-60 / 20) * 15) is what each bin of white noise has there, its two parts taken together.
    assert hissing(100, 40, 50, loudness=-4.2).trimmed().frames == LEAD_IN + 10 + LEAD_OUT


def test_silence_has_no_frames_left() -> None:
    assert silent(120).trimmed().frames == 0


def test_unvoiced_harmonics_are_not_heard() -> None:
    made = silent(100)
    made.lh[:] = 3.0
    assert made.trimmed().frames == 0
    made.f0[30:40] = 120.0
    assert made.trimmed().frames == LEAD_IN + 10 + LEAD_OUT


def test_what_is_no_number_is_left_for_the_checks() -> None:
    made = silent(100)
    made.lr[8, 50] = np.nan
    assert made.trimmed().frames == LEAD_IN + 1 + LEAD_OUT
