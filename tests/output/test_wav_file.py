from __future__ import annotations

import os
import resource
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edged.errors import Retryable
from edged.output import wav_file
from edged.output.wav_file import WavFileOutput, file_name
from edged.waveform import Samples, pcm16

RATE = 24000


def sound(seconds: float) -> Samples:
    return np.random.default_rng(3).uniform(-0.5, 0.5, round(seconds * RATE)).astype(np.float32)


def recorded(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        data: bytes = file.readframes(file.getnframes())
        return data


def spoken(output: WavFileOutput, title: str, samples: Samples) -> None:
    output.open(RATE, title)
    output.write(samples)
    output.drain()


def test_utterance_becomes_one_file(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path / "new" / "folder", keep=5)
    samples = sound(1.5)
    output.open(RATE, "a.b-1")
    for piece in np.array_split(samples, 7):
        output.write(piece)
        assert output.pending_s() == 0.0
    assert [path.suffix for path in (tmp_path / "new" / "folder").iterdir()] == [".part"]
    output.drain()
    assert recorded(tmp_path / "new" / "folder" / "a.b-1.wav") == pcm16(samples)
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 1


def test_dropped_utterance_keeps_what_was_written(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=5)
    output.open(RATE, "a")
    output.write(sound(0.5))
    output.drop()
    assert recorded(tmp_path / "a.wav") == pcm16(sound(0.5))


def test_unfinished_utterance_is_finished_by_the_next_and_by_close(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=5)
    for title in ("a", "b"):
        output.open(RATE, title)
        output.write(sound(0.1))
    output.close()
    output.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav"]


def test_same_title_again_replaces_the_file(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=5)
    spoken(output, "a", sound(0.1))
    spoken(output, "a", sound(0.2))
    assert recorded(tmp_path / "a.wav") == pcm16(sound(0.2))


def test_only_the_newest_files_stay(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=2)
    (tmp_path / "letter.txt").write_text("not ours")
    (tmp_path / "crashed.wav.part").write_bytes(b"half")
    os.utime(tmp_path / "crashed.wav.part", (0, 0))
    (tmp_path / "another.wav.part").write_bytes(b"of somebody who writes just now")
    for age, title in ((3, "a"), (2, "b"), (1, "c")):
        spoken(output, title, sound(0.01))
        os.utime(tmp_path / f"{title}.wav", (time.time() - age,) * 2)
    spoken(output, "d", sound(0.01))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["another.wav.part", "c.wav", "d.wav", "letter.txt"]


def test_paced_output_is_cut_where_the_listener_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav_file, "PACED_BUFFER_S", 60.0)
    output = WavFileOutput(tmp_path, keep=5, paced=True)
    samples = sound(30.0)
    output.open(RATE, "a")
    output.write(samples)
    time.sleep(0.05)
    assert output.pending_s() > 0.0
    output.drop()
    heard = recorded(tmp_path / "a.wav")
    assert 0 < len(heard) < len(pcm16(samples))
    assert pcm16(samples).startswith(heard)


def test_paced_output_takes_as_long_as_the_sound(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=5, paced=True)
    began = time.monotonic()
    spoken(output, "a", sound(0.4))
    assert time.monotonic() - began >= 0.4
    assert recorded(tmp_path / "a.wav") == pcm16(sound(0.4))


@contextmanager
def disk_limit(size: int) -> Iterator[None]:
    """The kernel refuses to let a file grow further, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_is_a_lost_device_and_leaves_nothing(tmp_path: Path) -> None:
    output = WavFileOutput(tmp_path, keep=5)
    output.open(RATE, "a")
    with disk_limit(20_000), pytest.raises(Retryable) as caught:
        output.write(sound(1.0))
    assert caught.value.code == "audio_device"
    assert str(tmp_path) in caught.value.message
    assert list(tmp_path.iterdir()) == []
    spoken(output, "a", sound(0.1))
    assert recorded(tmp_path / "a.wav") == pcm16(sound(0.1))


def test_folder_that_cannot_be_made_is_a_lost_device(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Retryable, match="wav_dir"):
        WavFileOutput(tmp_path / "file" / "spoken", keep=5).open(RATE, "a")


def test_write_without_open_is_a_bug_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        WavFileOutput(tmp_path, keep=5).write(sound(0.1))


@pytest.mark.parametrize(
    ("title", "expected"),
    [("a-B_1.x", "a-B_1.x"), ("../etc/passwd", "__etc_passwd"), ("..", "_"), ("", "_"), ("x" * 300, "x" * 100)],
)
def test_file_name_cannot_leave_the_folder(title: str, expected: str) -> None:
    assert file_name(title) == expected
