from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edged.text.characters import clean
from edged.text.normalize import normalize

CASES: list[tuple[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "english.yaml").read_text(encoding="utf-8")
)
FRAGMENTS = (
    "5 10-15 21.5 °C % $ £3 7:30 am kWh/day µg/m³ 1/2 2026-11-22 No. Dr. v2.1 192.168.1.10 a@b.com #3 + - = 's 0 00 , "
    ". / CO2"
)
FRAGMENT = st.sampled_from(FRAGMENTS.split(" "))


@pytest.mark.parametrize(("written", "read"), CASES, ids=[written for written, _ in CASES])
def test_it_is_read_as(written: str, read: str) -> None:
    assert normalize(clean(written)) == read


@given(st.lists(FRAGMENT, max_size=20).map(" ".join) | st.lists(FRAGMENT, max_size=20).map("".join))
def test_no_figure_and_no_unspoken_sign_is_left(text: str) -> None:
    assert not set(normalize(clean(text))) & set("0123456789$£€%°+=<>#@&*_{}[]\\^|~²³")


@given(st.text(max_size=200))
def test_any_text_can_be_normalized(text: str) -> None:
    words = normalize(clean(text))
    assert words == " ".join(words.split())


@pytest.mark.parametrize(
    "unit", ["1", "1,", "1.", "1/", "-1", "1:", "a.", "a@", "$", "1 ", "x1", "5 km ", "1-", "+1 ", "http://"]
)
def test_a_hostile_text_is_normalized(unit: str) -> None:
    assert not any(char.isdigit() for char in normalize((unit * 200)[:200]))
