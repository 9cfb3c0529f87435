from __future__ import annotations

import json
import os

import pytest

from tests.benchmarks import __main__ as every
from tests.benchmarks import figures
from tests.benchmarks.figures import Target, percentile, spread


def test_percentile_is_a_measured_value() -> None:
    values = [float(value) for value in range(200, 0, -1)]
    assert percentile(values, 50) == 100
    assert percentile(values, 99) == 198
    assert percentile(values, 100) == 200
    assert percentile(values, 0) == 1


def test_percentile_of_one_value_is_that_value() -> None:
    assert {percentile([7.0], percent) for percent in (0, 50, 99, 100)} == {7.0}


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_spread_names_median_and_tail() -> None:
    assert spread([1.0, 2.0, 3.0]) == {"p50": 2.0, "p95": 3.0, "p99": 3.0}


@pytest.mark.parametrize(
    ("measured", "relation", "met"), [(30, "<=", True), (30.1, "<=", False), (30, ">=", True), (29.9, ">=", False)]
)
def test_target_is_met_on_the_right_side(measured: float, relation: str, met: bool) -> None:  # noqa: FBT001
    assert Target("delay", measured, relation, 30, "ms").met is met


def test_resident_memory_of_a_process_is_in_mib() -> None:
    assert 10 < figures.resident_mib(os.getpid()) < 2000


def test_report_prints_json_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    figures.report("delays", lambda: {"p50": 31}, lambda found: [Target("delay", found["p50"], "<=", 30, "ms")])
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["benchmark"] == "delays"
    assert told["p50"] == 31
    assert told["targets"][0]["met"] is False
    assert err == "delays: delay: 31 ms (target <= 30): MISSED\n"
    assert every.table([told]).splitlines()[-1] == "| delay | 31 ms | <= 30 | **missed** |"


def test_report_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    def measure() -> dict[str, int]:
        pytest.skip("mosquitto is not installed")

    with pytest.raises(SystemExit) as end:
        figures.report("delays", measure, lambda _found: [])
    assert end.value.code == every.UNAVAILABLE
    told = json.loads(capsys.readouterr().out)
    assert every.table([told]).splitlines()[-1] == "| delays | missing: mosquitto is not installed | | |"
