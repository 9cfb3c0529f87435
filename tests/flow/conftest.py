from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.cli import main
from tests.appliance import Appliance, Listener, listening
from tests.brokers import Broker


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the default voice, installed as a user would."""
    state = tmp_path_factory.mktemp("voices")
    config = state / "edged.yaml"
    config.write_text(f"state_dir: {state}\n", encoding="utf-8")
    assert main(["--config", str(config), "voices", "install", "heart"]) == 0
    return state / "voices"


@pytest.fixture
def make_appliance(tmp_path: Path, broker: Broker, voices: Path) -> Iterator[Callable[..., Appliance]]:
    """Make daemons that end with the test; ``tone=True`` needs no model. Not started yet."""
    made: list[Appliance] = []

    def make(*, tone: bool = False, **sections: Any) -> Appliance:
        if tone:
            sections["engine"] = {"kind": "tone", **sections.get("engine", {})}
        made.append(Appliance(tmp_path / f"edged{len(made)}", broker, None if tone else voices, **sections))
        return made[-1]

    yield make
    for appliance in made:
        appliance.kill()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    with listening(broker) as listener:
        yield listener
