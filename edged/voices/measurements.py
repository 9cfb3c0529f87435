"""What was measured of the voices' variants on this machine: one JSON file in the state directory.

It saves a measurement and no more: whatever is wrong with it, it is as if there were none, and measured again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from edged.errors import StorageFailed
from edged.settings import Engine
from edged.voices import manifest as manifests
from edged.voices.choice import Run
from edged.voices.integrity import flush, flush_directory
from edged.voices.manifest import Manifest

logger = logging.getLogger(__name__)

FILE_NAME = "measured.json"
FORMAT = 1
MOST = 32
"""Measurements that are kept, the newest first: enough for the voices of a box whose settings were tried out."""
MAX_BYTES = 1 << 20
OPTIONS = ("threads", "cpu_options", "cuda_options", "tensorrt_options")
"""Settings of the engine on which the figures depend."""


class Record(BaseModel):
    """A part of the file. Keys of a later version are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Key(Record):
    """What a measurement holds for: another of any of these is measured anew."""

    voice: str = Field(description="name and version, `heart@0.2.1`")
    manifest_sha256: str = Field(description="of the manifest, which has the SHA-256 of each graph")
    machine: str = Field(description="the machine's fingerprint")
    settings: dict[str, int | dict[str, str]] = Field(description="those of the engine that matter")


class Measurement(Record):
    """Every variant of one voice that could run, measured in turns."""

    key: Key
    date: str = Field(description="RFC 3339, UTC")
    edged: str = Field(description="version that measured")
    runs: tuple[Run, ...] = Field(max_length=64)


class _File(Record):
    format: int
    measurements: tuple[Measurement, ...] = Field(max_length=MOST)


def key_of(manifest: Manifest, engine: Engine, machine: str) -> Key:
    """The key for a voice under these settings; ``machine`` is the machine's fingerprint."""
    digest = hashlib.sha256(manifests.dump(manifest)).hexdigest()
    options = engine.model_dump(include=set(OPTIONS))
    return Key(voice=manifest.label, manifest_sha256=digest, machine=machine, settings=options)


class Measurements:
    """The file of one state directory. Another process may write it at any time."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / FILE_NAME
        self._told: str | None = None

    def find(self, key: Key) -> Measurement | None:
        """What was measured under this key, or None."""
        return next((one for one in self._read() if one.key == key), None)

    def remember(self, measurement: Measurement) -> None:
        """Put it in place of an earlier one with the same key; raises ``StorageFailed``: then the file is as it was."""
        others = [one for one in self._read() if one.key != measurement.key]
        content = _File(format=FORMAT, measurements=(measurement, *others[: MOST - 1]))
        try:
            _replace(self.path, content.model_dump_json(indent=1).encode())
        except OSError as error:
            raise StorageFailed(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _read(self) -> tuple[Measurement, ...]:
        try:
            with self.path.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
            return _parsed(content)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            self._tell(str(error).splitlines()[0])
            return ()

    def _tell(self, problem: str) -> None:
        if problem != self._told:
            self._told = problem
            logger.warning("%s is of no use and will be written anew: %s", self.path, problem)


def _parsed(content: bytes) -> tuple[Measurement, ...]:
    """Raises ``ValueError`` for anything that is not such a file (pydantic's own error is one)."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    try:
        raw = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ValueError(f"not of format {FORMAT}")
    return _File.model_validate(raw).measurements


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, also after a power cut. Readable for the service, whoever measured."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as sink:
            sink.write(content)
            flush(sink)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    flush_directory(path.parent)
