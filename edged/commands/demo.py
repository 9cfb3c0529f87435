"""What ``make demo`` runs: a private broker, the daemon, and three reminders published as a hub would.

Everything is a child process of this one, on free ports of the loopback, and is gone afterwards; the WAV files stay.
"""

from __future__ import annotations

import contextlib
import json
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edged.settings import Sound, default_state_dir

NODE = "demo"
OUTPUT = Path("demo-output")
PATIENCE_S = 60.0
"""How long any step may take."""


@dataclass(frozen=True)
class Reminder:
    """One message of the hub."""

    id: str | None
    title: str
    body: str


REMINDERS = (
    Reminder(None, "plain text", "The laundry is done."),
    Reminder(
        "medicine",
        "JSON with a time and numbers",
        json.dumps(
            {"id": "medicine", "text": "It is 7:30. Take 2 tablets with 250 ml of water.", "priority": "important"}
        ),
    ),
    Reminder(
        "doorbell",
        "JSON asking for the audio back over MQTT",
        json.dumps({"id": "doorbell", "text": "Somebody is at the front door.", "output": {"publish": "whole"}}),
    ),
)


def main() -> int:
    """Run the demonstration; 0 only if all three reminders came back ``finished``."""
    OUTPUT.mkdir(exist_ok=True)
    device = _sound_device()
    print(f"sound: {device or 'no device here, WAV files only'}")
    with tempfile.TemporaryDirectory(prefix="edged-demo-") as folder, contextlib.ExitStack() as stack:
        port = _free_port()
        stack.enter_context(_broker(Path(folder), port))
        results = stack.enter_context(_listener(port, f"edged/{NODE}/result"))
        audio = stack.enter_context(_listener(port, f"edged/{NODE}/audio/+", whole=OUTPUT / "doorbell.wav"))
        stack.enter_context(_daemon(Path(folder), port, device))
        finished = sum(_remind(port, reminder, results, has_device=device is not None) for reminder in REMINDERS)
        if finished == len(REMINDERS):
            audio.wait(PATIENCE_S)
    files = sorted(str(path) for path in OUTPUT.glob("*.wav"))
    print(f"{finished} of {len(REMINDERS)} reminders finished; sound in {', '.join(files)}")
    return 0 if finished == len(REMINDERS) else 1


def _remind(port: int, reminder: Reminder, results: subprocess.Popen[bytes], *, has_device: bool) -> bool:
    """Publish one reminder, print its result, leave its sound in a file."""
    print(f"\nmosquitto_pub -q 1 -t edged/{NODE}/say -m '{reminder.body}'    ({reminder.title})")
    _publish(port, f"edged/{NODE}/say", reminder.body)
    result = _next_object(results)
    timing = result["timing_ms"]
    print(
        f"  {result['outcome']}: first audio after {timing.get('first_audio')} ms, real-time factor {result['rtf']}, "
        f"{(result['audio'] or {}).get('ms')} ms of sound, {result['model']} on {result['provider']}"
    )
    if has_device and reminder.id != "doorbell":
        _fetch_sound(port, reminder, results)
    elif not has_device and reminder.id is None:
        _rename(OUTPUT / f"{result['id']}.wav", OUTPUT / "laundry.wav")
    return bool(result["outcome"] == "finished")


def _fetch_sound(port: int, reminder: Reminder, results: subprocess.Popen[bytes]) -> None:
    """What was played, once more as a file: the same words give the same samples."""
    name = reminder.id or "laundry"
    body = json.loads(reminder.body) if reminder.id else {"text": reminder.body}
    with _listener(port, f"edged/{NODE}/audio/{name}-file", whole=OUTPUT / f"{name}.wav") as audio:
        _publish(port, f"edged/{NODE}/synth", json.dumps({**body, "id": f"{name}-file"}))
        audio.wait(PATIENCE_S)
    _next_object(results)


def _rename(old: Path, new: Path) -> None:
    if old.exists():
        old.replace(new)


# -- the parts --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _broker(folder: Path, port: int) -> Iterator[None]:
    """A private Mosquitto."""
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nlog_type error\n", encoding="utf-8")
    with _child([_program("mosquitto"), "-c", str(config)]) as broker:
        _wait_for(lambda: _listens(port), "the broker", broker)
        print(f"broker: mosquitto on 127.0.0.1:{port}")
        yield


@contextlib.contextmanager
def _daemon(folder: Path, port: int, device: str | None) -> Iterator[None]:
    """The real daemon, with the voices of this user and a queue of its own."""
    state = folder / "state"
    state.mkdir()
    (state / "voices").symlink_to(default_state_dir().resolve() / "voices")
    sound: dict[str, Any] = {"output": "alsa", "device": device}
    if device is None:
        sound = {"output": "wav_file", "wav_dir": str(OUTPUT.resolve())}
    settings = {"node": NODE, "state_dir": str(state), "log_level": "warning", "sound": sound}
    config = folder / "edged.yaml"
    # JSON is YAML, too.
    config.write_text(json.dumps({**settings, "mqtt": {"host": "127.0.0.1", "port": port}}), encoding="utf-8")
    with _listener(port, f"edged/{NODE}/availability") as online:
        began = time.monotonic()
        with _child([sys.executable, "-m", "edged", "run", "--config", str(config)]) as daemon:
            _line(online, daemon)
            print(f"edged: online after {time.monotonic() - began:.1f} s")
            yield


@contextlib.contextmanager
def _listener(port: int, topic: str, whole: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A mosquitto_sub: line by line to a pipe, or one message as it is into a file."""
    command = [_program("mosquitto_sub"), "-p", str(port), "-q", "1", "-t", topic]
    if whole is None:
        with _child(command, stdout=subprocess.PIPE) as listener:
            time.sleep(0.2)  # until it has subscribed; it says nothing when it has
            yield listener
        return
    with whole.open("wb") as file, _child([*command, "-N", "-C", "1"], stdout=file) as listener:
        time.sleep(0.2)
        yield listener


@contextlib.contextmanager
def _child(command: list[str], stdout: Any = None) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that ends with the block."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


def _publish(port: int, topic: str, body: str) -> None:
    subprocess.run([_program("mosquitto_pub"), "-p", str(port), "-q", "1", "-t", topic, "-m", body], check=True)


def _next_object(listener: subprocess.Popen[bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_line(listener))
    return found


def _line(listener: subprocess.Popen[bytes], watched: subprocess.Popen[bytes] | None = None) -> bytes:
    """The next line that a listener prints; gives up when its time is over or the watched process is."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and (watched is None or watched.poll() is None):
        if listener.stdout is not None and select.select([listener.stdout], [], [], 0.2)[0]:
            line: bytes = listener.stdout.readline()
            if line:
                return line
            break
    raise SystemExit("edged demo: no answer; see the messages above")


def _wait_for(condition: Any, what: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"edged demo: {what} did not start")
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"edged demo: {name} is not installed; `make setup` installs it")
    return found


def _sound_device() -> str | None:
    """The default sound device, if it opens."""
    from edged.output.player import probe  # noqa: PLC0415 - loads the sound library

    sound = Sound()
    return sound.device if probe(sound, 24_000) is None else None


if __name__ == "__main__":
    raise SystemExit(main())
