"""Every setting of the daemon: one frozen model per section, unknown keys refused, all errors reported at once.

Secrets never stand in the file: the password of the broker comes from a file or a systemd credential
(:meth:`Mqtt.read_password`) and is never shown.
"""

from __future__ import annotations

import difflib
import os
import re
import socket
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edged.errors import ConfigurationError

DEFAULT_CONFIG = Path("/etc/edged/edged.yaml")
SERVICE_STATE_DIR = Path("/var/lib/edged")
"""What ``StateDirectory=edged`` of the unit is."""
SERVICE_PASSWORD = Path("/etc/edged/mqtt-password")
"""What the unit hands to the service as the credential ``mqtt-password``."""
RESERVED_NODES = frozenset({"all", "group", "pool", "reply"})
LogLevel = Literal["debug", "info", "warning", "error"]
Provider = Literal["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$", min_length=1, max_length=64)]
VoiceName = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
MAX_STYLES = 64
MAX_LANGUAGES = 64


def default_node() -> str:
    """The host name, lower-cased, every other character as ``-``."""
    return re.sub(r"[^a-z0-9_-]", "-", socket.gethostname().lower()) or "edged"


def default_state_dir() -> Path:
    """The state directory of systemd, else ``$XDG_STATE_HOME/edged`` (default ``~/.local/state/edged``).

    For root it is that of the service, where there is one, so that ``sudo edged voices install`` serves the service.
    """
    assigned = os.environ.get("STATE_DIRECTORY")
    if assigned:
        return Path(assigned.split(":")[0])
    if os.geteuid() == 0 and SERVICE_STATE_DIR.is_dir():
        return SERVICE_STATE_DIR
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "edged"


class Section(BaseModel):
    """A part of the settings: immutable, and no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Tls(Section):
    """TLS towards the broker."""

    enabled: bool = Field(False, description="encrypt, and check the certificate of the broker")
    ca_file: Path | None = Field(None, description="PEM file of the authority; null: the system's authorities")
    cert_file: Path | None = Field(None, description="PEM file of our client certificate")
    key_file: Path | None = Field(None, description="PEM file of its key")

    @model_validator(mode="after")
    def _pair(self) -> Tls:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file go together")
        return self


class Mqtt(Section):
    """The broker and how we talk to it."""

    host: str = Field("127.0.0.1", min_length=1, description="host name or address of the broker")
    port: int = Field(1883, ge=1, le=65535, description="TCP port; 8883 is usual with TLS")
    protocol: Literal["5", "3.1.1"] = Field("5", description="MQTT version")
    base_topic: str = Field(
        "edged",
        pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
        max_length=128,
        description="first part of every topic: `<base_topic>/<node>/say`",
    )
    groups: tuple[Slug, ...] = Field((), max_length=32, description="groups whose requests this node obeys")
    discovery_prefix: str = Field(
        "homeassistant", pattern=r"^[A-Za-z0-9_-]+$", description="of Home Assistant; no reply topic may lie there"
    )
    username: str | None = Field(None, description="user name at the broker")
    password_file: Path | None = Field(
        None, description="file with the password; null: the systemd credential `mqtt-password`, if there is one"
    )
    tls: Tls = Tls()
    keepalive_s: int = Field(30, ge=5, le=3600, description="seconds between signs of life")
    session_expiry_s: int = Field(604_800, ge=60, description="how long the broker keeps our queue while we are away")
    receive_maximum: int = Field(256, ge=1, le=65535, description="unacknowledged messages the broker may send at once")
    reconnect_min_s: float = Field(0.5, gt=0, le=60, description="seconds before the first new try")
    reconnect_max_s: float = Field(30.0, gt=0, le=3600, description="seconds between two tries at most")

    def read_password(self) -> str | None:
        """The password from its file or the systemd credential; None if neither is there, or it is empty.

        Outside the service it is read from where the unit takes it, by whoever may.
        Raises :class:`ConfigurationError` if a named file cannot be read.
        """
        source = self.password_file or _standing_password()
        if source is None:
            return None
        try:
            return source.read_text(encoding="utf-8").strip("\r\n") or None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError([f"mqtt.password_file: {source} cannot be read ({error})"]) from error


def _standing_password() -> Path | None:
    """Where the password lies when the settings name no file."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if directory:
        credential = Path(directory) / "mqtt-password"
        return credential if credential.exists() else None
    return SERVICE_PASSWORD if os.access(SERVICE_PASSWORD, os.R_OK) else None


class Engine(Section):
    """Synthesis and the runtime under it."""

    kind: Literal["auto", "tone"] = Field(
        "auto",
        description="auto: the engine that the voice's manifest names; tone: beeps, for machines without a model",
    )
    providers: tuple[Provider, ...] = Field(
        ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"),
        min_length=1,
        description="execution providers in order of preference; each is tried in turn, what was obtained is reported",
    )
    variant: str | None = Field(
        None,
        pattern=r"^[a-z0-9_-]{1,64}$",
        description="form of the voice, see `edged voices list`: this one and no other of its provider; "
        "null: what `edged bench --choose` found best here",
    )
    measure_idle_s: float = Field(
        300.0,
        ge=0,
        le=86_400,
        description="the variants are measured, once per machine, after this long without a request; 0: never",
    )
    threads: int = Field(1, ge=1, le=64, description="threads of one inference; Kokoro takes up to four by itself")
    width: int = Field(1, ge=1, le=8, description="inferences that may run at once")
    memory_mib: int = Field(
        600,
        ge=0,
        le=1_048_576,
        description="MiB of models kept loaded: beyond it the voice that was quiet longest is let go; 0: no limit",
    )
    espeak_program: str | None = Field(
        None, min_length=1, max_length=4096, description="name or path of espeak-ng; null: the one that is installed"
    )
    cpu_options: dict[str, str] = Field(default_factory=dict, description="added to the CPU provider's options")
    cuda_options: dict[str, str] = Field(default_factory=dict, description="added to the CUDA provider's options")
    tensorrt_options: dict[str, str] = Field(
        default_factory=dict, description="added to the TensorRT provider's options"
    )

    @field_validator("providers")
    @classmethod
    def _distinct(cls, value: tuple[Provider, ...]) -> tuple[Provider, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a provider is named twice")
        return value


class Failover(Section):
    """When another engine speaks in place of the first one, and when that one speaks again (`engine.failover`)."""

    backup: tuple[VoiceName, ...] = Field(
        ("heart", "espeak"),
        max_length=8,
        description="voices tried in this order when the engine of the wanted one fails; empty: no failover",
    )
    probe_interval_s: float = Field(
        30.0, ge=1, le=3600, description="seconds between two test sentences for the first engine"
    )
    probe_limit_s: float = Field(5.0, gt=0, le=600, description="one that takes longer has failed")
    failures: int = Field(3, ge=1, le=100, description="failures in a row, tests and requests alike, until the switch")
    successes: int = Field(10, ge=1, le=1000, description="good tests in a row before the first engine speaks again")
    hold_s: float = Field(
        600.0,
        ge=0,
        le=86_400,
        description="seconds that the backup speaks at least, unless the operator says otherwise",
    )
    overload_rtf: float = Field(
        1.0,
        ge=0,
        le=100,
        description="seconds of work per second of sound: when the median is above, the backup speaks; 0: never",
    )
    overload_window: int = Field(5, ge=1, le=100, description="latest utterances whose median that is")

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Failover:
        if self.probe_limit_s > self.probe_interval_s:
            raise ValueError("probe_limit_s is at most probe_interval_s, or tests would overlap")
        return self


class Speech(Section):
    """How things are said when the request does not say otherwise."""

    voice: VoiceName = Field("heart", description="of requests that name none; first value, like speed")
    voices: dict[Language, VoiceName] = Field(
        default_factory=dict,
        max_length=MAX_LANGUAGES,
        description="language → voice, for text that `voice` cannot read: `{zh: zm_yunjian}`",
    )
    speed: float = Field(1.0, ge=0.5, le=2.0, description="first value; afterwards the last one set over MQTT")
    volume: float = Field(1.0, ge=0.0, le=1.0, description="first value; afterwards the last one set over MQTT")
    important_volume: float = Field(0.8, ge=0.0, le=1.0, description="`important` is never softer than this")
    max_length: int = Field(4096, ge=1, le=4096, description="characters of text per request")


class Style(Section):
    """A preset that a request names in `style`; what it says itself goes before (`edged.styling`)."""

    voice: str | None = Field(None, min_length=1, max_length=256, description="as in a request; null: the site's")
    speed: float | None = Field(None, ge=0.5, le=2.0, description="factor, 0.5 to 2, as in a request; null: the site's")
    pitch: float | None = Field(None, ge=-6.0, le=6.0, description="semitones, -6 to 6; null: none")
    pauses: float | None = Field(None, ge=0.0, le=3.0, description="factor on the pauses, 0 to 3; null: 1")
    volume: float | None = Field(None, ge=0.0, le=1.0, description="0 to 1, factor on the site's; null: 1")


class Queue(Section):
    """What may wait, and for how long."""

    limit: int = Field(10_000, ge=1, le=1_000_000, description="requests that may wait")
    important_reserve: int = Field(100, ge=0, le=100_000, description="further places kept for `important`")
    default_ttl_s: float = Field(3600.0, gt=0, le=31_536_000, description="what waits longer is not spoken any more")
    important_ttl_s: float = Field(600.0, gt=0, le=31_536_000, description="the same for `important`")
    dedup_window_s: float = Field(86_400.0, ge=60, le=31_536_000, description="how long an id is remembered")
    max_crashes: int = Field(2, ge=1, le=10, description="a request in flight at this many crashes fails")
    strict_fields: bool = Field(False, description="reject unknown fields instead of warning about them")


class Sound(Section):
    """Where the sound goes."""

    output: Literal["alsa", "wav_file", "none"] = Field(
        "alsa", description="alsa reaches cards, PulseAudio and PipeWire; wav_file writes one file per request"
    )
    device: str = Field("default", min_length=1, max_length=256, description="ALSA device, see `aplay -L`")
    period_ms: int = Field(10, ge=2, le=200, description="sound handed to the device at a time")
    buffer_ms: int = Field(120, ge=20, le=2000, description="sound held by the device: more survives a busier machine")
    ahead_s: float = Field(4.0, ge=0.5, le=60, description="sound rendered ahead of the device")
    on_device_loss: Literal["wait", "fail"] = Field(
        "wait", description="wait: the utterance goes on from the cut sentence when the device is back, within its TTL"
    )
    idle_close_s: float = Field(5.0, ge=0, le=3600, description="the device is released after this much silence")
    wav_dir: Path | None = Field(None, description="where wav_file writes; null: `spoken` in the state directory")
    wav_keep: int = Field(100, ge=1, le=100_000, description="files that wav_file keeps")


class Outbox(Section):
    """Results and audio that wait for the broker."""

    max_mib: int = Field(256, ge=1, le=65_536, description="audio waiting for the broker beyond this is refused")


class Health(Section):
    """The periodic health message."""

    interval_s: float = Field(30.0, ge=1, le=3600, description="seconds between two messages")


class Settings(Section):
    """The whole file."""

    node: Slug = Field(default_factory=default_node, description="name of this box in topics: a-z, 0-9, _ and -")
    state_dir: Path = Field(default_factory=default_state_dir, description="voices, queue and caches")
    log_level: LogLevel = Field("info", description="the least important lines that are logged")
    mqtt: Mqtt = Mqtt()
    engine: Engine = Engine()
    failover: Failover = Failover()
    speech: Speech = Speech()
    styles: dict[Slug, Style] = Field(
        default_factory=dict,
        max_length=MAX_STYLES,
        description="name → preset for requests with `style`: voice, speed, pitch, pauses, volume",
    )
    queue: Queue = Queue()
    sound: Sound = Sound()
    outbox: Outbox = Outbox()
    health: Health = Health()

    @field_validator("node")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED_NODES:
            raise ValueError(f"{value!r} is a reserved name")
        return value

    @property
    def base(self) -> str:
        """``<base topic>/<node>``: the prefix of this node's topics."""
        return f"{self.mqtt.base_topic}/{self.node}"


class Live:
    """The settings in force; a reload puts new ones in their place."""

    def __init__(self, settings: Settings) -> None:
        self.current = settings


LOG_LEVELS: tuple[str, ...] = get_args(LogLevel)
NEEDS_RESTART = ("node", "state_dir", "mqtt", "engine", "sound", "outbox")
"""Sections that a running daemon does not take over at reload."""


def load(path: Path | None) -> Settings:
    """Settings from a YAML file; ``None`` reads :data:`DEFAULT_CONFIG` if it is there, else all defaults.

    Raises :class:`ConfigurationError` with every problem of the file at once.
    """
    if path is None:
        if not DEFAULT_CONFIG.exists():
            return parse({})
        path = DEFAULT_CONFIG
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{path} cannot be read: {error}"]) from error
    except yaml.YAMLError as error:
        raise ConfigurationError([f"{path} is not valid YAML: {error}"]) from error
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise ConfigurationError([f"{path}: the top level must be a mapping of settings"])
    return parse(raw)


def parse(raw: dict[str, Any]) -> Settings:
    """Settings from plain data; raises :class:`ConfigurationError` with all problems."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError([_sentence(item) for item in error.errors()]) from error


def _sentence(item: Any) -> str:
    """One pydantic error as ``section.key: what is wrong``, with a suggestion for a misspelt key."""
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] != "extra_forbidden":
        return f"{where}: {item['msg']}"
    *parents, key = (str(part) for part in item["loc"])
    known = list(_fields_at(parents))
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
    return f"{where}: unknown setting; {hint}"


def _fields_at(parents: list[str]) -> dict[str, Any]:
    """The keys known in this section; a mapping from names to sections takes any name."""
    known: Any = Settings
    for name in parents:
        known = get_args(known)[1] if get_origin(known) is dict else known.model_fields[name].annotation
    return dict(known.model_fields)


def shown(settings: Settings) -> dict[str, Any]:
    """The effective settings as plain data, safe to print and publish: the broker's user name is masked."""
    plain = settings.model_dump(mode="json")
    if plain["mqtt"]["username"] is not None:
        plain["mqtt"]["username"] = "***"
    return plain


def changed_needing_restart(old: Settings, new: Settings) -> list[str]:
    """Names of the changed sections that only a restart takes over."""
    return [name for name in NEEDS_RESTART if getattr(old, name) != getattr(new, name)]
