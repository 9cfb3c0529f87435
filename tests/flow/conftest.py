from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.appliance import Appliance, Listener, listening
from tests.brokers import Broker
from tests.sound.cards import Card, simulated_card


@pytest.fixture(scope="session")
def voices(installed: Path) -> Path:
    """A folder with the default voice."""
    return installed.parent / "voices"


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """A simulated sound card; it plays in real time."""
    return simulated_card(tmp_path)


@pytest.fixture
def make_appliance(
    tmp_path: Path, broker: Broker, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Appliance]]:
    """Make daemons that end with the test. Not started yet.

    ``tone=True`` needs no model; ``bare=True``: no voice is installed. ``card``: the sound goes there, else at once
    into files.
    """
    made: list[Appliance] = []

    def make(
        *, tone: bool = False, bare: bool = False, card: Card | None = None, broker: Broker = broker, **sections: Any
    ) -> Appliance:
        if tone:
            sections["engine"] = {"kind": "tone", **sections.get("engine", {})}
        if card is not None:
            sections["sound"] = {"output": "alsa", **sections.get("sound", {})}
        voices = None if tone or bare else request.getfixturevalue("voices")
        made.append(Appliance(tmp_path / f"edged{len(made)}", broker, voices, **sections))
        made[-1].env |= card.env if card is not None else {}
        return made[-1]

    yield make
    for appliance in made:
        appliance.kill()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    with listening(broker) as listener:
        yield listener
