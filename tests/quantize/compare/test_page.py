from __future__ import annotations

import base64
import io
import re

import numpy as np
import soundfile

from quantize.compare.page import bullets, element, number, page, player, table
from tests.quantize.compare.sounds import buzz


def test_what_comes_from_outside_is_escaped() -> None:
    evil = "<script>&\"'"
    for made in (element("p", evil), table([evil], [[evil]]), bullets([evil]), page(evil, evil)):
        assert "<script>" not in made
        assert "&lt;script&gt;" in made
    assert element("a", class_=evil).startswith('<a class="&lt;script&gt;&amp;&quot;')


def test_markup_is_not_escaped_twice() -> None:
    assert element("p", element("b", "a & b")) == "<p><b>a &amp; b</b></p>"


def test_a_figure_that_is_missing_says_so() -> None:
    assert number(1.239, 2, " dB") == "1.24 dB"
    assert number(0.0, 1) == "0.0"
    assert "not measured" in number(None, 2)


def test_the_sound_is_in_the_page() -> None:
    sound = buzz(200.0, 0.1)
    found = re.search(r'src="data:audio/flac;base64,([^"]+)"', player(sound))
    assert found is not None
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(found[1])), dtype="float32")
    assert rate == sound.rate
    assert np.abs(samples - sound.samples).max() < 1e-4
