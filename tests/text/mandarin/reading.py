"""What the tests of the Mandarin front end read with."""

from __future__ import annotations

import importlib
import os
from functools import lru_cache
from typing import Any

import pytest

from edged.text.contract import FrontEnd, Pronounced, Reading, Spoken, Words
from edged.text.phonemes.mandarin import MandarinFrontEnd
from edged.text.phonemes.mandarin_symbols import LETTERS, STOPS, phonemes_of
from edged.text.pinyin import SYLLABLES

SYMBOLS = frozenset(
    "".join(phonemes_of(letters, tone) for letters in SYLLABLES for tone in range(1, 6))
    + "".join(LETTERS.values())
    + "".join(STOPS.values())
    + " "
)
"""The alphabet of a voice that knows just what is needed."""


@lru_cache(maxsize=1)
def front_end() -> FrontEnd:
    opened = MandarinFrontEnd(SYMBOLS)
    opened.load()
    return opened


def read(*spans: str | Spoken) -> Reading:
    return front_end().read([Words(span) if isinstance(span, str) else span for span in spans])


def heard(reading: Reading) -> str:
    """The syllables of all words; letters and given words as they are shown."""
    return " ".join(word.pinyin or word.text for word in reading.words)


def pinyin(phonemes: str, word: str = "") -> Pronounced:
    return Pronounced(f"{{{phonemes}}}", word, phonemes, "pinyin")


def optional(name: str) -> Any:
    """A module that only a comparison needs: without it the test is skipped, except where everything is installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("CI"):
            raise
        return pytest.skip(f"{name} is not installed: {error}")
