from __future__ import annotations

import hashlib

import numpy as np

from quantize import recipe
from quantize.kokoro import peaks
from quantize.kokoro.fast import WIDTHS, Peaks


def test_peaks_are_kept_to_four_figures_and_read_back() -> None:
    content = peaks.dump({"b": Peaks((1.23456, 3e-7), (12345.6,)), "a": Peaks((1.0,), (2.0,))})
    assert peaks.parse(content) == {"a": Peaks((1.0,), (2.0,)), "b": Peaks((1.235, 3e-7), (12350.0,))}
    assert peaks.dump(peaks.parse(content)) == content


def test_the_recorded_peaks_are_those_of_the_recipe_and_of_every_block() -> None:
    made = recipe.read("kokoro").kokoro
    assert made is not None
    assert made.peaks is not None
    content = (recipe.FOLDER / made.peaks.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == made.peaks.sha256
    found = peaks.parse(content)
    assert all(any(f"{block}/" in name for name in found) for block in WIDTHS)
    # An input is brought to one level over all channels; its loudest one reaches that in some tile.
    assert all(0.99 < max(each.inward) <= 1 for each in found.values())


def test_languages_take_turns() -> None:
    spoken = [[{"x": np.array(number + language)} for number in range(2)] for language in (0, 10)]
    assert [int(feed["x"]) for feed in peaks.in_turns(spoken)] == [0, 10, 1, 11]
