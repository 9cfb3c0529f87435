from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.errors import InstallFailed
from edged.voices import manifest as manifests
from edged.voices.piper import LOUDNESS_DB, gain_db, import_piper
from edged.voices.store import VoiceStore
from edged.waveform import Waveform

MODEL = b"model" * 100_000


def config(**changes: Any) -> dict[str, Any]:
    return {
        "audio": {"sample_rate": 16000},
        "espeak": {"voice": "en-gb-x-rp"},
        "language": {"code": "en_GB"},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate("_^$ abc")},
        "num_symbols": 256,
        "num_speakers": 1,
        **changes,
    }


def say(_model: Path, _config: Path) -> Waveform:
    """A tone 20 dB below full scale, with silence around it."""
    tone = 0.1 * np.sqrt(2) * np.sin(np.arange(16000) * 2 * np.pi * 200 / 16000)
    return Waveform(np.pad(tone, 8000).astype(np.float32), 16000)


def written(folder: Path, *, model: bytes = MODEL, **changes: Any) -> Path:
    path = folder / "en_GB-Alan Low.onnx"
    path.write_bytes(model)
    path.with_name(f"{path.name}.json").write_text(json.dumps(config(**changes)), encoding="utf-8")
    return path


def test_manifest(tmp_path: Path) -> None:
    model = written(tmp_path)
    manifest, files = import_piper(model, None, None, say)
    digest = hashlib.sha256(MODEL).hexdigest()
    assert (manifest.name, manifest.version, manifest.languages) == ("en_gb-alan-low", digest[:8], ("en-GB",))
    assert (manifest.engine, manifest.front_end, manifest.rate) == ("vits", "espeak", 16000)
    assert manifest.gain_db == pytest.approx(LOUDNESS_DB + 20, abs=0.1)
    assert manifest.licence.startswith("unknown")
    assert manifest.capabilities.pitch is False
    assert manifest.source.sha256 == digest
    assert files == {"voice.onnx": model, "voice.json": model.with_name(f"{model.name}.json")}
    assert manifests.parse(manifests.dump(manifest), "test") == manifest


def test_the_store_takes_it(tmp_path: Path) -> None:
    manifest, files = import_piper(written(tmp_path), None, "alan", say)
    store = VoiceStore(tmp_path / "state")
    voice = store.install(manifest, files)
    assert store.verify("alan") == []
    assert voice.path("graph") == voice.directory / "voice.onnx"
    assert voice.path("config") == voice.directory / "voice.json"


def test_licence_of_the_card(tmp_path: Path) -> None:
    (tmp_path / "MODEL_CARD").write_text("# Card\n\n* URL: x\n* License: CC BY 4.0 \n", encoding="utf-8")
    assert import_piper(written(tmp_path), None, None, say)[0].licence == "CC BY 4.0"


def test_several_speakers(tmp_path: Path) -> None:
    manifest, _ = import_piper(written(tmp_path, num_speakers=12), None, None, say)
    assert "12 speakers" in manifest.description
    assert "sid" in manifest.inputs


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"language": {"code": "de_DE"}}, "de-DE"),
        ({"language": None, "espeak": {"voice": "cmn"}}, "zh"),
        ({"language": None, "espeak": {"voice": "en-us"}}, "en-US"),
        ({"language": None, "espeak": {"voice": "en-gb-x-rp"}}, "en-GB"),
        ({"language": None, "espeak": {"voice": "es-419"}}, "es"),
    ],
)
def test_language(tmp_path: Path, changes: dict[str, Any], language: str) -> None:
    assert import_piper(written(tmp_path, **changes), None, None, say)[0].languages == (language,)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phoneme_type": "text"}, "'text'"),
        ({"phoneme_type": "pinyin"}, "'pinyin'"),
        ({"vowel_clusters": [["a", "b"]]}, "vowel clusters"),
        ({"audio": {"sample_rate": 96000}}, "sample_rate"),
        ({"espeak": {}}, "espeak.voice"),
        ({"espeak": {"voice": "--help; rm"}}, "espeak.voice"),
        ({"phoneme_id_map": {"a": [1], "b": [2], "^": [3], "$": [4]}}, "no number for _"),
        ({"num_speakers": 10**9}, "num_speakers"),
        ({"model": b"small"}, "has 5 bytes"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InstallFailed, match=told):
        import_piper(written(tmp_path, **changes), None, None, say)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    model = written(tmp_path)
    beside = model.with_name(f"{model.name}.json")
    beside.unlink()
    with pytest.raises(InstallFailed, match="configuration of a Piper voice"):
        import_piper(model, None, None, say)
    beside.write_bytes(b"\xff\xfe")
    with pytest.raises(InstallFailed, match="not the configuration"):
        import_piper(model, None, None, say)
    with pytest.raises(InstallFailed, match=r"none\.onnx"):
        import_piper(tmp_path / "none.onnx", None, None, say)
    with pytest.raises(InstallFailed, match="bytes: not a model"):
        import_piper(tmp_path, beside, None, say)


@pytest.mark.parametrize("name", ["male", "tone", "espeak", "好", "---"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(InstallFailed, match="another one"):
        import_piper(written(tmp_path), None, name, say)


@pytest.mark.parametrize("samples", [np.zeros(16000), np.zeros(0), np.full(16000, np.nan)])
def test_a_voice_that_says_nothing(samples: Any) -> None:
    with pytest.raises(InstallFailed, match="says nothing"):
        gain_db(Waveform(samples.astype(np.float32), 16000))
