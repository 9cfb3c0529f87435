from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edged import settings
from edged.errors import ConfigurationError
from edged.settings import Settings, changed_needing_restart, default_node, default_state_dir, load, parse, shown


def problems(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(raw)
    return caught.value.problems


def test_every_error_is_told_at_once() -> None:
    found = problems({"mqtt": {"port": 0, "protocol": "4"}, "speech": {"speed": 9}, "colour": "red"})
    assert [line.split(":")[0] for line in found] == ["mqtt.port", "mqtt.protocol", "speech.speed", "colour"]


def test_misspelt_key_gets_a_suggestion() -> None:
    assert problems({"mqtt": {"hsot": "hub"}}) == ["mqtt.hsot: unknown setting; did you mean 'host'?"]


def test_misspelt_key_of_a_named_section_gets_a_suggestion() -> None:
    assert problems({"styles": {"calm": {"spede": 1.0}}}) == [
        "styles.calm.spede: unknown setting; did you mean 'speed'?"
    ]


def test_strange_key_gets_the_list_of_keys() -> None:
    assert problems({"mqtt": {"tls": {"zzz": 1}}}) == [
        "mqtt.tls.zzz: unknown setting; known here: enabled, ca_file, cert_file, key_file"
    ]


@pytest.mark.parametrize(
    "raw",
    [
        {"node": "all"},
        {"node": "Kitchen"},
        {"node": ""},
        {"mqtt": {"base_topic": "a/+/b"}},
        {"mqtt": {"base_topic": "/a"}},
        {"mqtt": {"groups": ["Up Stairs"]}},
        {"mqtt": {"port": 65536}},
        {"mqtt": {"tls": {"cert_file": "/c.pem"}}},
        {"engine": {"providers": []}},
        {"engine": {"providers": ["CPUExecutionProvider", "CPUExecutionProvider"]}},
        {"engine": {"providers": ["Cpu"]}},
        {"speech": {"volume": float("nan")}},
        {"speech": {"voice": "../heart"}},
        {"speech": None},
        {"speech": {"voices": {"Chinese": "zm_yunjian"}}},
        {"speech": {"voices": {"zh": "../zm"}}},
        {"engine": {"memory_mib": -1}},
        {"engine": {"espeak_program": ""}},
        {"failover": {"backup": ["He art"]}},
        {"failover": {"failures": 0}},
        {"failover": {"probe_interval_s": 4, "probe_limit_s": 5}},
        {"styles": {"Very calm": {}}},
        {"styles": {f"style{number}": {} for number in range(65)}},
        {"styles": {"calm": {"speed": 3}}},
        {"styles": {"calm": {"pauses": -1}}},
        {"styles": {"calm": None}},
        {"queue": {"limit": 0}},
        {"sound": {"output": "pulse"}},
        {"log_level": "loud"},
    ],
    ids=str,
)
def test_bad_value_names_its_section(raw: dict[str, Any]) -> None:
    assert {problem.split(":")[0].split(".")[0] for problem in problems(raw)} == set(raw)


def test_settings_are_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse({}).speech.speed = 2.0  # type: ignore[misc]  # what this test is about


def test_base_is_the_prefix_of_topics() -> None:
    assert parse({"node": "kitchen", "mqtt": {"base_topic": "home/edged"}}).base == "home/edged/kitchen"


@pytest.mark.parametrize(
    ("host", "node"), [("Kitchen-Pi.local", "kitchen-pi-local"), ("küche", "k-che"), ("", "edged"), ("a_b", "a_b")]
)
def test_default_node_is_a_slug_of_the_host_name(host: str, node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert default_node() == node
    assert parse({}).node == node


def test_state_directory_of_systemd_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SERVICE_STATE_DIR", tmp_path / "no service here")
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b")
    assert default_state_dir() == Path("/var/lib/a")
    monkeypatch.delenv("STATE_DIRECTORY")
    assert default_state_dir() == Path("/xdg/edged")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_state_dir() == Path.home() / ".local/state/edged"


@pytest.mark.parametrize(("user", "for_service"), [(0, True), (1000, False)])
def test_root_uses_the_state_of_the_service(
    user: int, *, for_service: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SERVICE_STATE_DIR", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert (default_state_dir() == tmp_path) is for_service


def test_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "edged.yaml"
    file.write_text("node: kitchen\nspeech: {speed: 1.2}\n")
    assert load(file).speech.speed == 1.2


def test_empty_file_means_all_defaults(tmp_path: Path) -> None:
    file = tmp_path / "edged.yaml"
    file.write_text("# nothing\n")
    assert load(file) == parse({})


@pytest.mark.parametrize("content", [b"- a\n", b"a: [", b"\xff\xfe", b"1: 2\n", b"text"], ids=repr)
def test_unusable_file_is_a_configuration_error(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "edged.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        load(file)


def test_missing_named_file_is_an_error_a_missing_default_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    monkeypatch.setattr(settings, "DEFAULT_CONFIG", tmp_path / "none.yaml")
    assert load(None) == parse({})


@pytest.fixture
def credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path / "mqtt-password"


@pytest.mark.parametrize(
    ("content", "password"), [("s3cret\n", "s3cret"), ("two words ", "two words "), ("\n", None), ("", None)]
)
def test_password_comes_from_the_credential(content: str, password: str | None, credential: Path) -> None:
    credential.write_text(content)
    assert parse({}).mqtt.read_password() == password


def test_password_file_goes_before_the_credential(credential: Path, tmp_path: Path) -> None:
    credential.write_text("from systemd")
    (tmp_path / "own").write_text("from file\r\n")
    assert parse({"mqtt": {"password_file": str(tmp_path / "own")}}).mqtt.read_password() == "from file"


@pytest.mark.usefixtures("credential")
def test_no_credential_no_password() -> None:
    assert parse({}).mqtt.read_password() is None


def test_outside_the_service_its_password_is_read_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr(settings, "SERVICE_PASSWORD", tmp_path / "mqtt-password")
    assert parse({}).mqtt.read_password() is None
    (tmp_path / "mqtt-password").write_text("s3cret\n")
    assert parse({}).mqtt.read_password() == "s3cret"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "empty"))
    assert parse({}).mqtt.read_password() is None


def test_unreadable_password_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="password_file"):
        parse({"mqtt": {"password_file": str(tmp_path / "none")}}).mqtt.read_password()


def test_password_cannot_stand_in_the_file() -> None:
    (problem,) = problems({"mqtt": {"password": "s3cret"}})
    assert "password_file" in problem
    assert "s3cret" not in problem


def test_shown_masks_the_user_and_is_plain_data() -> None:
    plain = shown(parse({"node": "kitchen", "mqtt": {"username": "hub", "password_file": "/p"}}))
    assert plain["mqtt"]["username"] == "***"
    assert parse({**plain, "mqtt": {**plain["mqtt"], "username": "hub"}}).mqtt.password_file == Path("/p")


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ({}, []),
        ({"speech": {"speed": 1.5}, "queue": {"limit": 5}, "log_level": "debug"}, []),
        ({"styles": {"calm": {"speed": 0.9}}, "failover": {"hold_s": 60}, "speech": {"voices": {"zh": "x"}}}, []),
        ({"engine": {"memory_mib": 0}}, ["engine"]),
        ({"mqtt": {"host": "hub"}, "sound": {"output": "none"}}, ["mqtt", "sound"]),
    ],
)
def test_change_says_what_needs_a_restart(raw: dict[str, Any], names: list[str]) -> None:
    assert changed_needing_restart(parse({}), parse(raw)) == names


def test_failover_is_what_the_project_promises() -> None:
    rules = parse({}).failover
    assert (rules.probe_interval_s, rules.probe_limit_s, rules.failures) == (30, 5, 3)
    assert (rules.successes, rules.hold_s) == (10, 600)


def test_restart_sections_are_settings() -> None:
    assert set(settings.NEEDS_RESTART) <= set(Settings.model_fields)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "odd"]), plain, max_size=4))
def test_any_mapping_is_settings_or_a_configuration_error(raw: dict[str, Any]) -> None:
    try:
        found = parse(raw)
    except ConfigurationError:
        return
    assert parse(yaml.safe_load(yaml.safe_dump(found.model_dump(mode="json")))) == found
