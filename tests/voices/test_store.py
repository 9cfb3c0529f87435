from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edged.errors import Fatal, InstallFailed, Rejected
from edged.voices.manifest import Manifest
from edged.voices.store import VoiceStore
from tests.voices.parts import raw_manifest, tiny, write_files

ROOT = Path(__file__).parents[2]
INSTALL = """
import sys
from pathlib import Path
from edged.voices.store import VoiceStore
from tests.voices.parts import tiny, write_files
files = {name: Path(sys.argv[2]) / name for name in ("model.onnx", "vocabulary.json")}
for _ in range(int(sys.argv[3])):
    VoiceStore(Path(sys.argv[1])).install(tiny(), files)
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return write_files(tmp_path / "arrived")


@pytest.fixture
def store(tmp_path: Path) -> VoiceStore:
    return VoiceStore(tmp_path / "state")


def big() -> Manifest:
    """The voice `tiny` with a model of 2 MiB that is all zeros."""
    files = raw_manifest()["files"]
    files[0] |= {"bytes": 2 << 20, "sha256": "5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee"}
    return tiny(version="2.0", files=files)


def start_install(store: VoiceStore, files: dict[str, Path], times: int = 1) -> subprocess.Popen[bytes]:
    arguments = [str(store.root.parent), str(files["model.onnx"].parent), str(times)]
    return subprocess.Popen([sys.executable, "-c", INSTALL, *arguments], cwd=ROOT)


def test_an_installed_voice_is_found_whole(store: VoiceStore, files: dict[str, Path]) -> None:
    said: list[str] = []
    voice = store.install(tiny(), files, said.append)
    assert store.names() == ["tiny"]
    assert store.installed() == [voice]
    assert store.get("tiny") == voice
    assert (voice.directory / "model.onnx").read_bytes() == files["model.onnx"].read_bytes()
    assert voice.path("vocabulary") == voice.directory / "vocabulary.json"
    assert store.verify("tiny") == []
    assert len(said) == 2


def test_an_empty_store_has_no_voice_and_says_so(store: VoiceStore) -> None:
    assert store.names() == []
    assert store.installed() == []
    with pytest.raises(Rejected, match="none is installed") as caught:
        store.get("heart")
    assert caught.value.code == "unknown_voice"


def test_an_unknown_voice_is_rejected_with_the_names_that_exist(store: VoiceStore, files: dict[str, Path]) -> None:
    store.install(tiny(), files)
    with pytest.raises(Rejected) as caught:
        store.get("heart")
    assert caught.value.as_result()["installed"] == ["tiny"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"graph" * 999 + b"grapf", "SHA-256"),
        (b"graph" * 500, "cut short"),
        (b"graph" * 1001, "longer"),
        (b"", "cut short"),
    ],
)
def test_a_file_that_is_not_the_one_of_the_manifest_leaves_nothing(
    store: VoiceStore, tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InstallFailed, match=words):
        store.install(tiny(), write_files(tmp_path / "bad", model=content))
    assert left_behind(store) == []


def test_a_missing_file_leaves_nothing(store: VoiceStore, files: dict[str, Path]) -> None:
    del files["vocabulary.json"]
    with pytest.raises(InstallFailed, match="missing"):
        store.install(tiny(), files)
    assert left_behind(store) == []


def test_a_failed_installation_keeps_the_voice_that_was_there(
    store: VoiceStore, files: dict[str, Path], tmp_path: Path
) -> None:
    before = store.install(tiny(), files)
    with pytest.raises(InstallFailed):
        store.install(tiny(version="2.0"), write_files(tmp_path / "bad", vocabulary=b"{}"))
    assert store.get("tiny") == before
    assert left_behind(store) == ["tiny"]


def test_a_new_version_takes_the_place_of_the_old(store: VoiceStore, files: dict[str, Path]) -> None:
    store.install(tiny(), files)
    store.install(tiny(version="2.0"), files)
    assert store.get("tiny").manifest.label == "tiny@2.0"
    assert left_behind(store) == ["tiny"]


def test_a_write_that_the_system_refuses_leaves_nothing(store: VoiceStore, files: dict[str, Path]) -> None:
    files["model.onnx"].write_bytes(bytes(2 << 20))
    with file_size_limit(1 << 20), pytest.raises(InstallFailed, match="no space is left"):
        store.install(big(), files)
    assert left_behind(store) == []
    assert store.install(big(), files).manifest.version == "2.0"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_keeps_the_voice_that_was_there(tmp_path: Path, files: dict[str, Path]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        store = VoiceStore(disk)
        before = store.install(tiny(), files)
        files["model.onnx"].write_bytes(bytes(2 << 20))
        with pytest.raises(InstallFailed, match="no space is left on the disk"):
            store.install(big(), files)
        assert store.get("tiny") == before
        assert left_behind(store) == ["tiny"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_crash_while_writing_leaves_the_old_voice_and_the_next_installation_cleans_up(
    store: VoiceStore, files: dict[str, Path]
) -> None:
    before = store.install(tiny(), files)
    content = files["vocabulary.json"].read_bytes()
    files["vocabulary.json"].unlink()
    os.mkfifo(files["vocabulary.json"])  # nobody writes to it: the installation stops in mid-course
    process = start_install(store, files)
    staging = store.root / ".staging-tiny"
    while not (staging / "model.onnx").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert store.get("tiny") == before
    assert store.names() == ["tiny"]
    files["vocabulary.json"].unlink()
    files["vocabulary.json"].write_bytes(content)
    store.install(tiny(version="2.0"), files)
    assert left_behind(store) == ["tiny"]


def test_a_crash_between_the_two_renames_brings_the_old_voice_back(store: VoiceStore, files: dict[str, Path]) -> None:
    before = store.install(tiny(), files)
    before.directory.rename(store.root / ".replaced-tiny")
    store.install(tiny(name="other"), files)
    assert store.get("tiny") == before
    assert left_behind(store) == ["other", "tiny"]


def test_installations_at_the_same_time_do_not_disturb_each_other(store: VoiceStore, files: dict[str, Path]) -> None:
    processes = [start_install(store, files, times=10) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert store.verify("tiny") == []
    assert left_behind(store) == ["tiny"]


def test_verify_finds_one_flipped_bit(store: VoiceStore, files: dict[str, Path]) -> None:
    voice = store.install(tiny(), files)
    model = voice.directory / "model.onnx"
    content = bytearray(model.read_bytes())
    content[100] ^= 1
    model.write_bytes(content)
    assert len(store.verify("tiny")) == 1
    assert "SHA-256" in store.verify("tiny")[0]


@pytest.mark.parametrize("damage", ["manifest", "model", "short", "name"])
def test_a_damaged_voice_is_named_and_does_not_hide_the_others(
    store: VoiceStore, files: dict[str, Path], caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    good = store.install(tiny(name="good"), files)
    voice = store.install(tiny(), files)
    match damage:
        case "manifest":
            (voice.directory / "manifest.yaml").write_text("format: 7\n", encoding="utf-8")
        case "model":
            (voice.directory / "model.onnx").unlink()
        case "short":
            os.truncate(voice.directory / "model.onnx", 10)
        case _:
            (voice.directory / "manifest.yaml").write_bytes((good.directory / "manifest.yaml").read_bytes())
    assert store.installed() == [good]
    assert "voice tiny is damaged" in caplog.text
    assert store.verify("tiny") != []
    with pytest.raises(Fatal) as caught:
        store.get("tiny")
    assert caught.value.code == "unknown_voice"


def test_a_damaged_voice_is_repaired_by_installing_it_again(store: VoiceStore, files: dict[str, Path]) -> None:
    (store.install(tiny(), files).directory / "model.onnx").unlink()
    store.install(tiny(), files)
    assert store.verify("tiny") == []


def test_a_removed_voice_is_gone(store: VoiceStore, files: dict[str, Path]) -> None:
    store.install(tiny(), files)
    store.remove("tiny")
    assert left_behind(store) == []
    with pytest.raises(Rejected):
        store.remove("tiny")


def test_what_others_may_not_read_is_readable_once_installed(store: VoiceStore, files: dict[str, Path]) -> None:
    old = os.umask(0o077)
    try:
        voice = store.install(tiny(), files)
    finally:
        os.umask(old)
    modes: dict[str, Any] = {path.name: path.stat().st_mode & 0o777 for path in voice.directory.iterdir()}
    assert set(modes.values()) == {0o644}
    assert voice.directory.stat().st_mode & 0o777 == 0o755


def left_behind(store: VoiceStore) -> list[str]:
    return sorted(path.name for path in store.root.iterdir() if path.name != ".lock")


@contextlib.contextmanager
def file_size_limit(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
