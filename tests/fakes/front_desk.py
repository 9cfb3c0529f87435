"""The commands and the status of a household, and what they answer."""

from __future__ import annotations

import json
from typing import Any

from edged.lexicon_desk import LexiconDesk
from edged.lexicons import LexiconStore
from edged.message import Inbound, Outbound
from edged.mqtt.topics import Topics
from edged.operations import Operations
from edged.status import Status
from tests.fakes.household import BASE, NODE, Household


class FrontDesk:
    """Takes commands by topic; ``answers`` are the messages that they gave rise to."""

    def __init__(self, house: Household) -> None:
        self.house = house
        self.topics = Topics("edged", NODE, ("upstairs",))
        self.answers: list[Outbound] = []
        self.log_levels: list[str] = []
        self.voice_loads = 0
        self.status = Status(
            house.live,
            self.topics,
            store=house.store,
            announcer=house.announcer,
            library=house.library,
            standby=house.standby,
            site=house.site,
            statistics=house.statistics,
            clock=house.clock,
            link=lambda: {"connected": True},
            underruns=lambda: 3,
        )
        self.operations = Operations(
            self.topics,
            announcer=house.announcer,
            library=house.library,
            standby=house.standby,
            lexicons=LexiconDesk(LexiconStore(house.live.current.state_dir, house.clock)),
            site=house.site,
            status=self.status,
            clock=house.clock,
            tell=self.answers.append,
            reload=lambda: {"changed": []},
            set_log_level=self.log_levels.append,
            voice_changed=self._voice_changed,
        )

    def _voice_changed(self) -> None:
        self.voice_loads += 1

    def command(self, topic: str, body: str | bytes | dict[str, Any] = "", **facts: Any) -> None:
        """Obey a message on a topic below the node's."""
        payload = json.dumps(body).encode() if isinstance(body, dict) else body
        payload = payload.encode() if isinstance(payload, str) else payload
        address = self.topics.parse(f"{BASE}/{topic}")
        assert address is not None
        self.operations.obey(address, Inbound(f"{BASE}/{topic}", payload, **facts))

    def run_errands(self) -> None:
        """What the render lane would do next."""
        errands = self.house.announcer._errands
        while errands:
            errands.popleft()()

    def ask(self, topic: str, body: str | bytes | dict[str, Any] = "", **facts: Any) -> dict[str, Any]:
        """The one answer to a command; it stands below ``response/``."""
        self.answers.clear()
        self.command(topic, body, **facts)
        self.run_errands()
        [answer] = self.answers
        assert answer.topic.startswith(f"{BASE}/response/")
        found: dict[str, Any] = json.loads(answer.payload)
        return found
