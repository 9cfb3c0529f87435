"""Commands that are no speech: cancel, settings, questions. Each is answered below ``response/``; none raises."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from edged.announcer import Announcer, Selector
from edged.blends import find
from edged.casting import GENDERS
from edged.clock import Clock
from edged.dry_run import facts, read_through
from edged.errors import ConfigurationError, OutcomeError, Rejected
from edged.lexicon_desk import LexiconDesk
from edged.message import Inbound, Outbound
from edged.mqtt.topics import Address, Topics
from edged.outcome import encode
from edged.request import read_body, validate
from edged.settings import LOG_LEVELS
from edged.site import Site
from edged.speech import VoiceLibrary
from edged.spool.order import Waiting
from edged.standby import Standby
from edged.status import Status

log = logging.getLogger(__name__)

MAX_LISTED = 100
"""Requests that ``queue`` lists."""
_SELECTORS = ("id", "tag", "source", "priority")
_READ = ("text", "format", "lang", "voice", "style")
"""What of a request a dry run looks at."""
_MUTE = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}

Body = str | dict[str, Any]


class Operations:
    """Obeys commands. Called from the MQTT thread; dry runs are answered from the render lane."""

    def __init__(
        self,
        topics: Topics,
        *,
        announcer: Announcer,
        library: VoiceLibrary,
        standby: Standby,
        lexicons: LexiconDesk,
        site: Site,
        status: Status,
        clock: Clock,
        tell: Callable[[Outbound], None],
        reload: Callable[[], dict[str, Any]],
        set_log_level: Callable[[str], None],
        voice_changed: Callable[[], None],
    ) -> None:
        self._topics = topics
        self._announcer = announcer
        self._library = library
        self._standby = standby
        self._site = site
        self._status = status
        self._clock = clock
        self._tell = tell
        self._reload = reload
        self._set_log_level = set_log_level
        self._voice_changed = voice_changed
        self._settings: dict[str, Callable[[str], dict[str, Any]]] = {
            "volume": self._set_volume,
            "mute": self._set_mute,
            "voice": self._set_voice,
            "speed": self._set_speed,
        }
        self._questions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "health": lambda _: self._status.health(),
            "info": lambda _: self._status.info(),
            "voices": lambda _: [asdict(card) for card in self._library.cards],
            "queue": lambda _: self._queue(),
            "failback": lambda _: self._fail_back(),
            "lexicon/list": lexicons.list,
            "lexicon/put": lexicons.put,
            "lexicon/delete": lexicons.delete,
            "reload": lambda _: self._reload(),
            "log_level": self._log_level,
        }
        self._dry_runs: dict[str, bool] = {"phonemize": True, "normalize": False}

    def obey(self, address: Address, message: Inbound) -> None:
        """Do what a command asks and answer it."""
        name = address.operation or address.setting or address.verb
        transaction: Any = None
        try:
            body = read_body(message.payload)
            transaction = body.get("transaction") if isinstance(body, dict) else None
            if message.retain:
                raise Rejected("retained", "a replayed retained command is never obeyed; publish without retain")
            if address.operation in self._dry_runs:
                self._start_dry_run(address.operation or "", body, message, transaction)
                return
            data = self._do(address, body)
        except (OutcomeError, ConfigurationError) as error:
            self._answer(name, message, transaction, error=error)
        else:
            self._answer(name, message, transaction, data=data)

    def _do(self, address: Address, body: Body) -> Any:
        if address.verb == "cancel":
            return {"ids": self._cancel(body)}
        if address.setting in self._settings:
            return self._settings[address.setting](_plain(body))
        if address.operation in self._questions:
            return self._questions[address.operation]({} if isinstance(body, str) else body)
        what = address.operation or address.setting or address.verb
        raise Rejected("unsupported", f"{what}: not supported by this version", field=what)

    def _answer(
        self, name: str, message: Inbound, transaction: Any, *, data: Any = None, error: Exception | None = None
    ) -> None:
        answer: dict[str, Any] = {"status": "ok" if error is None else "error", "data": data}
        if isinstance(error, OutcomeError):
            answer["error"] = error.as_result()
        elif error is not None:
            answer["error"] = {"code": "bad_request", "message": str(error)}
        if error is not None:
            log.warning("the command %s is refused: %s", name, error)
        if transaction is not None:
            answer["transaction"] = transaction
        payload = encode(answer)
        reply = message.response_topic
        targets = [self._topics.response(name), *([reply] if reply and not self._topics.reply_problem(reply) else [])]
        for topic in targets:
            self._tell(Outbound(topic, payload, content_type="application/json", correlation=message.correlation))

    # -- cancel ------------------------------------------------------------------------------------------------

    def _cancel(self, body: Body) -> list[str]:
        return self._announcer.cancel(self._selector(body), "cancel")

    def _selector(self, body: Body) -> Selector:
        if isinstance(body, str):
            wanted = body.strip() or self._announcer.current_id()
            return lambda waiting: waiting.id == wanted
        # `scheduled` widens it to plans, and there are none in this version.
        criteria = {name: value for name, value in body.items() if name not in {"transaction", "scheduled"}}
        if criteria == {"all": True}:
            return lambda _: True
        unknown = sorted(set(criteria) - set(_SELECTORS))
        if unknown or not criteria:
            what = f"{unknown[0]!r} does not go with it" if unknown else "nothing is named"
            raise Rejected("bad_request", f"cancel: {what}; name {', '.join(_SELECTORS)}, or all and nothing else")
        return lambda waiting: _matches(waiting, criteria)

    # -- settings ----------------------------------------------------------------------------------------------

    def _set_volume(self, value: str) -> dict[str, Any]:
        return {"volume": self._site.change(volume=_number("volume", value, 0.0, 1.0)).volume}

    def _set_speed(self, value: str) -> dict[str, Any]:
        return {"speed": self._site.change(speed=_number("speed", value, 0.5, 2.0)).speed}

    def _set_mute(self, value: str) -> dict[str, Any]:
        muted = _MUTE.get(value.lower())
        if muted is None:
            raise Rejected("bad_request", f"mute: {value[:32]!r} is neither ON nor OFF", field="mute")
        return {"mute": "ON" if self._site.change(muted=muted).muted else "OFF"}

    def _set_voice(self, value: str) -> dict[str, Any]:
        card = self._library.resolve(value, self._native() if value in GENDERS else None)
        self._site.change(voice=card.name)
        with contextlib.suppress(Rejected):  # too many errands wait: the voice is then opened when it is first wanted
            self._announcer.run_errand(self._voice_changed)
        return {"voice": card.name}

    def _native(self) -> str | None:
        """The language of the voice that speaks now: another one of its kind is looked for there."""
        now = find(self._library.cards, self._site.state.voice)
        return now.languages[0] if now else None

    # -- questions ---------------------------------------------------------------------------------------------

    def _queue(self) -> dict[str, Any]:
        now = self._clock.monotonic()
        snapshot = self._announcer.snapshot()
        waiting = [
            {
                "id": item.id,
                "priority": item.priority,
                "source": item.source,
                "tag": item.tag,
                "expires_in_s": round(item.expires - now, 1),
            }
            for item in self._announcer.waiting(MAX_LISTED)
        ]
        return {
            "current": snapshot.current,
            "depth": snapshot.depth,
            "audio_s": snapshot.seconds,
            "by_priority": snapshot.by_priority,
            "waiting": waiting,
        }

    def _fail_back(self) -> dict[str, Any]:
        """The operator's word for the first engine; what it still waits for."""
        standing, rules = self._standby.fail_back(), self._status.settings.failover
        missing = max(rules.successes - standing.successes, 0) if standing.role == "backup" else 0
        return {"role": standing.role, "reason": standing.reason, "good_probes_missing": missing}

    def _log_level(self, body: dict[str, Any]) -> dict[str, Any]:
        level = body.get("level")
        if level not in LOG_LEVELS:
            raise Rejected("bad_request", f"level: one of {', '.join(LOG_LEVELS)}", field="level")
        self._set_log_level(level)
        return {"level": level}

    # -- dry runs ----------------------------------------------------------------------------------------------

    def _start_dry_run(self, name: str, body: Body, message: Inbound, transaction: Any) -> None:
        def run() -> None:
            try:
                data = self._dry_run(body, phonemes=self._dry_runs[name])
            except OutcomeError as error:
                self._answer(name, message, transaction, error=error)
            else:
                self._answer(name, message, transaction, data=data)

        self._announcer.run_errand(run)

    def _dry_run(self, body: Body, *, phonemes: bool) -> list[dict[str, Any]]:
        """What would be said, piece by piece."""
        asked = {"text": body} if isinstance(body, str) else {key: body[key] for key in _READ if key in body}
        settings = self._status.settings
        request = validate(asked, max_length=settings.speech.max_length).request
        run = read_through(request, self._site.state, self._library, settings)
        return [facts(piece, clause, phonemes=phonemes) for piece, clause in run.pieces]


def _matches(waiting: Waiting, criteria: dict[str, Any]) -> bool:
    return all(getattr(waiting, name) == value for name, value in criteria.items())


def _plain(body: Body) -> str:
    """A ``set`` takes a bare value, or ``{"value": …}``."""
    if isinstance(body, str):
        return body.strip()
    value = body.get("value")
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value or "")


def _number(name: str, value: str, low: float, high: float) -> float:
    try:
        number = float(value)
    except ValueError:
        raise Rejected("bad_request", f"{name}: {value[:32]!r} is not a number", field=name) from None
    if not low <= number <= high:
        raise Rejected("bad_request", f"{name}: {number:g} is not within {low:g} and {high:g}", field=name)
    return number
