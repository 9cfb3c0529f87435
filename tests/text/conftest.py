from __future__ import annotations

import json
from pathlib import Path

import hibari
import hypothesis
import pytest

from edged.engine.session import open_cpu_session
from edged.text.contract import FrontEnd
from edged.text.phonemes.english import EnglishFrontEnd

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def alphabet() -> frozenset[str]:
    """The symbols of the default voice."""
    path = Path(hibari.__file__).parent / "assets" / "vocab.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def front_end(alphabet: frozenset[str]) -> FrontEnd:
    """The English front end, loaded."""
    opened = EnglishFrontEnd(alphabet, open_cpu_session)
    opened.load()
    return opened


@pytest.fixture(scope="session")
def british(alphabet: frozenset[str]) -> FrontEnd:
    """The same for Britain."""
    opened = EnglishFrontEnd(alphabet, open_cpu_session, "en-GB")
    opened.load()
    return opened
