"""A node without a voice, and one that gets its voice while it runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tests.appliance import Appliance, Listener
from tests.brokers import until


def voices(node: Appliance, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edged", "voices", *arguments, "--config", str(node.config)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_node_without_a_voice_says_so_and_speaks_after_install_and_reload(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    node = make_appliance(bare=True).start().ready()
    listener.online()
    state = listener.state()
    assert (state["state"], state["degraded"]["code"]) == ("error", "unknown_voice")
    assert "edged voices install heart" in state["degraded"]["reason"]
    assert listener.wait_for("info")[-1]["voices"] == []
    listener.say("Hello.", id="early")
    assert listener.refused("early", "unknown_voice")["installed"] == []
    listener.publish("synth", "Hello.", id="early-synth")
    listener.refused("early-synth", "unknown_voice")
    assert listener.ask("phonemize", {"text": "Hello."})["error"]["code"] == "unknown_voice"
    installed = voices(node, "install", "heart")
    assert installed.returncode == 0, installed.stderr
    assert listener.ask("reload")["status"] == "ok"
    until(lambda: listener.state()["state"] == "idle", "it can speak")
    assert listener.state()["degraded"] is None
    assert [voice["name"] for voice in listener.objects("info")[-1]["voices"]] == ["heart"]
    listener.say("Hello.", id="late")
    listener.finished("late")
    assert node.alive()


def test_request_whose_voice_is_removed_while_it_waits_fails_by_name(
    make_appliance: Callable[..., Appliance], listener: Listener
) -> None:
    node = make_appliance().start()
    listener.online()
    assert node.stop() == 0
    listener.say("Hello.", id="one")
    removed = voices(node, "remove", "heart")
    assert removed.returncode == 0, removed.stderr
    node.start()
    listener.refused("one", "unknown_voice")
    assert node.alive()
