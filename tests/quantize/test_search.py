from __future__ import annotations

import pytest

from quantize.recipe import Calibration, Point
from quantize.search import Tried, best, points

MINMAX, PERCENTILE = Calibration(), Calibration(method="percentile")


def tried(rtf: float, log_mel_db: float, *, passed: bool = True) -> Tried:
    return Tried(point=Point(), rtf=rtf, p808_drop=0.0, log_mel_db=log_mel_db, passed=passed, reasons=())


def test_every_pair_of_calibration_and_count_is_a_point_the_fastest_first() -> None:
    found = list(points([2, 0], [MINMAX, PERCENTILE], ["worst", "bad", "good"]))
    assert [(point.calibration, point.kept) for point in found] == [
        (MINMAX, ()),
        (PERCENTILE, ()),
        (MINMAX, ("worst", "bad")),
        (PERCENTILE, ("worst", "bad")),
    ]


@pytest.mark.parametrize(
    ("measured", "chosen"),
    [
        ([tried(0.010, 1.0), tried(0.020, 0.1)], 0),
        ([tried(0.010, 1.0, passed=False), tried(0.020, 0.1)], 1),
        ([tried(0.0100, 1.0), tried(0.0101, 0.5), tried(0.0110, 0.1)], 1),
    ],
)
def test_the_best_is_the_fastest_that_passes_and_among_equals_the_nearest(measured: list[Tried], chosen: int) -> None:
    assert best(measured) == measured[chosen]


def test_nothing_is_best_if_nothing_passes() -> None:
    assert best([tried(0.01, 9.0, passed=False)]) is None
