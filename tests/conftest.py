from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker, Certificates, make_certificates


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Start brokers that end with the test; the arguments are those of ``Broker`` after its directory."""
    brokers: list[Broker] = []

    def make(**arguments: Any) -> Broker:
        brokers.append(Broker(tmp_path / f"broker{len(brokers)}", **arguments))
        return brokers[-1].start()

    yield make
    for broker in brokers:
        broker.stop()


@pytest.fixture
def broker(make_broker: Callable[..., Broker]) -> Broker:
    """A broker on a free port of the loopback, open to everybody."""
    return make_broker()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))
