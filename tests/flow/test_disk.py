"""The disk is full: nothing is promised that is not on it, and everything goes on when there is room."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.appliance import BASE, Appliance, Listener
from tests.brokers import until
from tests.flow import tones
from tests.sound.cards import Card

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
REFUSED = "nothing is accepted until the disk takes it"


class SmallDisk:
    """The state directory of a node on sixteen mebibytes of its own."""

    def __init__(self, node: Appliance) -> None:
        self.path = node.state_dir
        self._filler = self.path / "filler"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(self.path)], check=True)

    def fill(self) -> None:
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while True:
                os.write(descriptor, b"x" * 4096)
        except OSError:
            os.close(descriptor)

    def make_room(self) -> None:
        self._filler.unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.path)], check=True)


@pytest.fixture
def on_small_disk() -> Iterator[Callable[[Appliance], SmallDisk]]:
    made: list[tuple[Appliance, SmallDisk]] = []

    def mount(node: Appliance) -> SmallDisk:
        made.append((node, SmallDisk(node)))
        return made[-1][1]

    yield mount
    for node, disk in made:
        node.kill()
        disk.unmount()


def flood(listener: Listener, count: int) -> list[str]:
    """More than the full disk takes; the ids."""
    ids = [f"r{number}" for number in range(count)]
    bodies = [json.dumps({"text": "abc", "speed": 2.0, "id": name, "custom": "x" * 4000}).encode() for name in ids]
    listener.hub.burst([(f"{BASE}/say", body) for body in bodies])
    return ids


def check_each_once(listener: Listener, node: Appliance, ids: list[str]) -> None:
    until(lambda: {result["id"] for result in listener.results()} >= set(ids), "every request ends")
    listener.idle()
    for request_id in ids:
        assert {json.dumps(result) for result in listener.results(request_id)} == {
            json.dumps(listener.result(request_id))
        }
        assert listener.result(request_id)["outcome"] == "finished"
        assert listener.events(request_id).count("accepted") <= 1
    assert node.alive()
    assert "Traceback" not in node.words()


def test_requests_wait_at_the_broker_until_there_is_room(
    make_appliance: Callable[..., Appliance], listener: Listener, on_small_disk: Callable[[Appliance], SmallDisk]
) -> None:
    node = make_appliance(tone=True)
    disk = on_small_disk(node)
    node.start()
    listener.online()
    disk.fill()
    ids = flood(listener, 100)
    until(lambda: REFUSED in node.words(), "the disk refuses")
    assert len(listener.results()) < 100
    until(lambda: listener.objects("state")[-1]["state"] == "error", "the state says so")
    assert listener.objects("state")[-1]["degraded"]["code"] == "queue_full"
    disk.make_room()
    check_each_once(listener, node, ids)
    until(lambda: listener.objects("state")[-1]["degraded"] is None, "the state says that it is over")


def test_nothing_accepted_is_lost_by_a_kill_on_a_full_disk(
    make_appliance: Callable[..., Appliance], listener: Listener, on_small_disk: Callable[[Appliance], SmallDisk]
) -> None:
    node = make_appliance(tone=True)
    disk = on_small_disk(node)
    node.start()
    listener.online()
    disk.fill()
    ids = flood(listener, 100)
    until(lambda: REFUSED in node.words(), "the disk refuses")
    node.kill()
    listener.offline()
    disk.make_room()
    node.start()
    check_each_once(listener, node, ids)


def test_what_was_accepted_before_is_spoken_on_a_full_disk(
    make_appliance: Callable[..., Appliance],
    listener: Listener,
    card: Card,
    on_small_disk: Callable[[Appliance], SmallDisk],
) -> None:
    node = make_appliance(tone=True, card=card)
    disk = on_small_disk(node)
    node.start()
    listener.online()
    sentences = tones.distinct_sentences(1, 3)
    for number, text in enumerate(sentences):
        listener.say(text, id=f"w{number}")
    listener.event("w0", "started")
    listener.event("w2", "accepted")
    disk.fill()
    until(lambda: "the outcome of a request cannot be recorded" in node.words() or len(listener.results()) == 3)
    disk.make_room()
    check_each_once(listener, node, ["w0", "w1", "w2"])
    assert [card.heard_pcm().count(tones.pieces(text)[0]) for text in sentences] == [1, 1, 1]


def test_start_on_a_full_disk_fails_in_words_and_works_later(
    make_appliance: Callable[..., Appliance], listener: Listener, on_small_disk: Callable[[Appliance], SmallDisk]
) -> None:
    node = make_appliance(tone=True)
    disk = on_small_disk(node)
    disk.fill()
    node.start()
    assert node.process is not None
    assert node.process.wait(20) == 1
    assert "spool cannot be" in node.words()
    assert "Traceback" not in node.words()
    disk.make_room()
    node.start()
    listener.online()
    listener.say("abc", id="one")
    listener.finished("one")


def test_folder_of_the_sound_files_is_full(
    make_appliance: Callable[..., Appliance], listener: Listener, tmp_path: Path
) -> None:
    """A file stands where the folder should be: the output is lost, the node lives."""
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    node = make_appliance(tone=True, sound={"wav_dir": str(blocked)}).start()
    listener.online()
    listener.say("abc", id="one")
    until(lambda: listener.state()["state"] == "error", "the state tells of it")
    assert listener.state()["degraded"]["code"] == "audio_device"
    blocked.unlink()
    listener.finished("one")
    assert node.alive()
