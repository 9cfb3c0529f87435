from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from edged.errors import StorageFailed
from edged.settings import Engine
from edged.voices import catalogue
from edged.voices.choice import Figures, Run
from edged.voices.measurements import MOST, Key, Measurement, Measurements, key_of

RUNS = (
    Run(variant="a", provider="CPUExecutionProvider", figures=Figures(first_audio_ms=12.5, whole_ms=40, rtf=0.01)),
    Run(variant="b", provider="CUDAExecutionProvider", failed="no device"),
)


def key(machine: str = "box", **engine: object) -> Key:
    return key_of(catalogue.find("heart"), Engine.model_validate(engine), machine)


def measurement(of: Key) -> Measurement:
    return Measurement(key=of, date="2026-11-22T07:05:00.000Z", edged="0.1.0", runs=RUNS)


def test_what_was_remembered_is_found_by_another_process(tmp_path: Path) -> None:
    state = tmp_path / "made" / "later"
    assert Measurements(state).find(key()) is None
    Measurements(state).remember(measurement(key()))
    assert Measurements(state).find(key()) == measurement(key())
    assert [path.name for path in state.iterdir()] == ["measured.json"]
    assert (state / "measured.json").stat().st_mode & 0o777 == 0o644


def test_another_machine_voice_or_setting_is_another_measurement(tmp_path: Path) -> None:
    kept = Measurements(tmp_path)
    kept.remember(measurement(key()))
    changed = catalogue.find("heart").model_copy(update={"gain_db": 1.0})
    others = [key("other"), key(threads=2), key(cpu_options={"a": "b"}), key_of(changed, Engine(), "box")]
    assert [kept.find(other) for other in others] == [None] * 4
    assert kept.find(key(measure_idle_s=7)) is not None


def test_newest_are_kept_and_no_more(tmp_path: Path) -> None:
    kept = Measurements(tmp_path)
    for number in range(MOST + 3):
        kept.remember(measurement(key(str(number))))
    kept.remember(measurement(key("5")))
    assert len(json.loads(kept.path.read_bytes())["measurements"]) == MOST
    assert kept.find(key("2")) is None
    assert kept.find(key("3")) is not None
    kept.remember(measurement(key("more")))
    assert kept.find(key("3")) is None
    assert kept.find(key("5")) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "measurements": [{}]}',
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:40]),
)
def test_damaged_file_is_as_none_said_once_and_written_anew(
    content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Measurements(tmp_path)
    kept.path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert [kept.find(key()) for _ in range(3)] == [None] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    kept.remember(measurement(key()))
    assert kept.find(key()) is not None


def test_figures_that_are_no_numbers_are_damage(tmp_path: Path) -> None:
    kept = Measurements(tmp_path)
    kept.remember(measurement(key()))
    kept.path.write_text(kept.path.read_text().replace("12.5", "NaN"))
    assert kept.find(key()) is None


def test_huge_file_is_not_read(tmp_path: Path) -> None:
    kept = Measurements(tmp_path)
    kept.remember(measurement(key()))
    with kept.path.open("ab") as file:
        file.write(b" " * (1 << 20))
    assert kept.find(key()) is None


def test_what_cannot_be_written_is_a_failure_of_the_storage(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file in its place")
    with pytest.raises(StorageFailed, match="cannot be written"):
        Measurements(tmp_path / "state").remember(measurement(key()))
