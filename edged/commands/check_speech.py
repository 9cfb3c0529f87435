"""What ``edged doctor`` looks at along the path of the speech: provider, voice, engine, output, broker."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

import numpy as np

from edged.blends import find
from edged.commands.check_machine import try_to_write
from edged.commands.finding import Finding, error, ok, warning
from edged.engine.providers import CPU, CUDA, TENSORRT, wanted, why_not
from edged.engine.session import inspect_machine
from edged.errors import EdgedError
from edged.message import Inbound
from edged.mqtt.session import MqttSession
from edged.settings import Settings
from edged.solo import said_by
from edged.speech import ESPEAK, TONE, LoadedVoice, VoiceLibrary
from edged.voices.store import VoiceStore

WORDS = "The doctor is in."
QUIET = 0.02
"""A peak below this (full scale is 1) is not speech."""
BROKER_WAIT_S = 12.0
"""A little longer than a session waits for the broker's answer."""


def providers(settings: Settings) -> Finding:
    """The execution providers of the settings against what this machine has."""
    machine = inspect_machine()
    chain = settings.engine.providers
    refused = {name: reason for name in chain if (reason := why_not(name, machine))}
    usable = [name for name in chain if name not in refused]
    told = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
    hardware = f"NVIDIA GPU ({machine.gpu})" if machine.gpu else "no NVIDIA GPU"
    if not usable:
        return error("providers", f"{hardware}; none can run: {told}", f"add {CPU} to engine.providers")
    detail = f"{hardware}; usable: {', '.join(usable)}"
    best = wanted(chain, machine)
    if best in refused:
        return warning("providers", f"{detail}; not usable: {told}", _provider_fix(best))
    return ok("providers", detail)


def _provider_fix(provider: str) -> str:
    if provider in {CUDA, TENSORRT}:
        return (
            "install onnxruntime-gpu (on a Jetson the wheel of its JetPack) with its CUDA libraries, "
            f"or set engine.providers to [{CPU}]"
        )
    return "set engine.providers to what this machine has"


def voice(settings: Settings) -> Finding:
    """The voice of the settings is installed and every byte of it is as it should be."""
    name = settings.speech.voice
    if settings.engine.kind == TONE:
        return warning("voice", "engine.kind is tone: it beeps instead of speaking", "set engine.kind to auto")
    store = VoiceStore(settings.state_dir)
    installed = store.names()
    card = find(VoiceLibrary(settings).cards, name)
    if card is not None and card.engine == ESPEAK:
        return ok("voice", f"{name}: {card.description}")
    name = card.package if card else name
    if name not in installed:
        there = ", ".join(installed) or "none"
        detail = f"{name} is not installed in {store.root} (installed: {there})"
        return error("voice", detail, f"`edged voices install {name}`, with the same state directory as the daemon")
    problems = store.verify(name)
    if problems:
        return error("voice", f"{name} is damaged: {'; '.join(problems)}", f"`edged voices install {name}`")
    return ok("voice", f"{store.get(name).manifest.label}, verified")


def speech(settings: Settings) -> Finding:
    """The engine loads and says a few words that are not silence."""
    library = VoiceLibrary(settings)
    try:
        began = time.monotonic()
        loaded = library.get(library.resolve(settings.speech.voice).name)
        loading = time.monotonic() - began
        return _say(loaded, loading)
    except EdgedError as problem:
        return error("speech", problem.message, "see the findings above; `edged voices verify` checks the files")
    finally:
        library.close()


def _say(loaded: LoadedVoice, loading: float) -> Finding:
    began = time.monotonic()
    engine = loaded.engine
    samples = np.concatenate([chunk.samples for chunk in said_by(loaded, WORDS).chunks()])
    took, seconds, peak = time.monotonic() - began, len(samples) / engine.rate, float(np.max(np.abs(samples)))
    runs = " ".join(filter(None, (engine.provider.obtained, engine.provider.variant)))
    detail = f"{seconds:.1f} s of sound in {took * 1000:.0f} ms on {runs}, loaded in {loading:.1f} s"
    if not peak > QUIET:
        return error("speech", f"{detail}, but it is silence (peak {peak:.3f})", "`edged voices verify`, `edged bench`")
    if loaded.degraded:
        return warning("speech", f"{detail}. {loaded.degraded}", _provider_fix(engine.provider.wanted))
    return ok("speech", detail)


def output(settings: Settings) -> Finding:
    """The sound has somewhere to go."""
    sound = settings.sound
    if sound.output == "none":
        return warning("sound", "sound.output is none: nothing is heard", "set sound.output to alsa")
    if sound.output == "wav_file":
        return _wav_folder(settings)
    return _alsa(settings)


def _wav_folder(settings: Settings) -> Finding:
    folder = settings.sound.wav_dir or settings.state_dir / "spoken"
    try:
        try_to_write(folder)
    except OSError as problem:
        return error("sound", f"{folder}: {problem.strerror}", "correct its owner, or set sound.wav_dir")
    return ok("sound", f"files in {folder}")


def _alsa(settings: Settings) -> Finding:
    try:
        from edged.output import player  # noqa: PLC0415 - needs libasound, which this is to find out
    except (ImportError, OSError) as missing:
        fix = "install libasound2 and pyalsaaudio (`make setup`), or set sound.output to wav_file"
        return error("sound", f"ALSA cannot be used: {missing}", fix)
    problem = player.probe(settings.sound, PROBE_RATE)
    if problem is None:
        return ok("sound", f"ALSA device {settings.sound.device} opens")
    devices = ", ".join(player.list_devices()) or "none"
    return error("sound", f"{problem} (devices: {devices})", "set sound.device; without a card: sound.output: wav_file")


PROBE_RATE = 24_000
"""Hertz, the rate of the default voice."""


class _Nobody:
    """Takes nothing from the broker."""

    def receive(self, message: Inbound) -> None:
        """Nothing is subscribed."""

    def flush(self) -> Sequence[Inbound]:
        """Nothing to acknowledge."""
        return ()

    def connected(self, session_present: bool) -> None:  # noqa: FBT001 - the flag of CONNACK
        """The session keeps it."""

    def disconnected(self, reason: str) -> None:
        """The session keeps it."""

    def confirmed(self, messages: Sequence[Inbound]) -> None:
        """Nothing was acknowledged."""


def broker(settings: Settings) -> Finding:
    """The broker answers and lets us in."""
    mqtt = settings.mqtt
    where = f"{mqtt.host}:{mqtt.port}, MQTT {mqtt.protocol}{', TLS' if mqtt.tls.enabled else ''}"
    client_id = f"edged-{settings.node}-doctor-{uuid.uuid4().hex[:8]}"
    session = MqttSession(mqtt, client_id, (), None, _Nobody(), durable=False)
    session.start()
    try:
        end = time.monotonic() + BROKER_WAIT_S
        while not session.connected and session.last_error is None and time.monotonic() < end:
            time.sleep(0.02)
        if session.connected:
            return ok("broker", where)
        fix = "start the broker, or correct mqtt.host, port, username, password_file or tls"
        return error("broker", f"{where}: {session.last_error or 'no answer'}", fix)
    finally:
        session.stop()
