from __future__ import annotations

from pathlib import Path

import pytest
from hibari.g2p import ASSETS, G2P
from hibari.g2p.oov import OOV
from hypothesis import given
from hypothesis import strategies as st

from edged.engine.session import open_cpu_session
from edged.text.phonemes.library import Library
from edged.text.phonemes.packed import PackedTable

SENTENCES = (
    "I read the book that I will read again.",
    "The wind made me wind the clock near the Worcestershire zorblax.",
    "Don't close the close-fitting, state-of-the-art door, Alexa!",
    "USB and NASA object to the object.",
)


WORD = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5)


@given(st.dictionaries(WORD, WORD | st.dictionaries(WORD, st.floats(allow_nan=False))))
def test_a_packed_table_holds_what_was_put_in(entries: dict[str, object]) -> None:
    table = PackedTable(entries)
    assert {key: table.get(key) for key in entries} == entries
    assert table.get("not in it, surely") is None


@pytest.mark.parametrize("british", [False, True])
def test_packing_changes_nothing_of_what_is_read(british: bool) -> None:  # noqa: FBT001 - pytest's argument
    model = Path(ASSETS) / ("oov_gb.onnx" if british else "oov.onnx")
    network = OOV(str(model), session=open_cpu_session(model))
    packed, original = Library(network, "?", british=british), G2P(oov=network, unk="?", british=british)
    assert [packed(sentence) for sentence in SENTENCES] == [original(sentence) for sentence in SENTENCES]
