from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from edged.waveform import Waveform
from quantize.compare import Speed, plots
from tests.quantize.compare.records import figures
from tests.quantize.compare.sounds import buzz

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def tools(needs: Callable[..., None]) -> None:
    needs("matplotlib")


def drawn(svg: bytes | None) -> str:
    assert svg is not None
    return " ".join(ET.fromstring(svg).itertext())  # noqa: S314 - made right here


def test_the_names_are_in_the_trade_off() -> None:
    words = drawn(plots.trade_off({"float": figures(), "int8 $x$": figures(p808=3.9)}))
    assert "float" in words
    assert "int8 $x$" in words
    assert "real-time factor" in words


def test_the_line_of_a_front_runs_along_the_points_that_none_beats() -> None:
    points = {"fast": (0.01, 3.0), "near": (0.02, 1.0), "beaten": (0.03, 2.0)}
    words = drawn(plots.front(points, "cost", "distance"))
    assert all(name in words for name in [*points, "cost", "distance"])
    without = {name: point for name, point in points.items() if name != "beaten"}
    assert plots.unbeaten({name: (one, -other) for name, (one, other) in points.items()}) == list(without)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert plots.trade_off({"float": figures()}) == plots.trade_off({"float": figures()})


def test_nothing_is_drawn_of_nothing() -> None:
    assert (
        plots.trade_off({"float": figures(speed=None), "int8": figures(speed=Speed()), "x": figures(p808=None)}) is None
    )
    assert plots.spread({"float": []}, "P.808") is None
    assert plots.bars({"float": {}}, "errors") is None


@pytest.mark.parametrize(
    ("points", "chosen"),
    [
        ({"slow": (2.0, 4.0), "fast": (1.0, 3.9)}, ["fast", "slow"]),
        ({"slow": (2.0, 3.8), "fast": (1.0, 3.9)}, ["fast"]),
        ({"a": (1.0, 3.0), "b": (1.0, 4.0), "c": (3.0, 4.0)}, ["b"]),
        ({}, []),
    ],
)
def test_what_no_other_beats_is_chosen(points: dict[str, tuple[float, float]], chosen: list[str]) -> None:
    assert plots.unbeaten(points) == chosen


def test_spreads_and_bars_show_every_variant() -> None:
    assert {"float", "int8"} <= set(drawn(plots.spread({"float": [1.0, 2.0], "int8": [2.0]}, "dB")).split())
    words = drawn(plots.bars({"float": {"tiny": 1.0}, "int8": {"tiny": 2.0, "base": 3.0}}, "%")).split()
    assert {"float", "int8", "tiny", "base"} <= set(words)


def test_spectra_of_different_length_stand_side_by_side() -> None:
    made = plots.spectrograms({"float": buzz(200.0, 0.5), "int8": buzz(210.0, 0.6)})
    assert made.startswith(PNG)
    assert made != plots.spectrograms({"float": buzz(200.0, 0.5), "int8": buzz(310.0, 0.6)})


def test_silence_can_be_drawn() -> None:
    assert plots.spectrograms({"float": Waveform(np.zeros(4800, np.float32), 24_000)}).startswith(PNG)


def test_a_front_has_no_point_that_is_beaten() -> None:
    slow, fast, bad = (1.0, 0.0), (1 / 3, -1.0), (1 / 2, -1.5)
    assert plots.unbeaten({"bad": bad, "slow": slow, "fast": fast}) == ["fast", "slow"]
    assert plots.unbeaten({}) == []
