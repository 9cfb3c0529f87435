"""A voice made for Piper, taken in: its ``.onnx`` and ``.onnx.json`` become files of a manifest of ours.

What the configuration may say is Piper's own (``piper-tts`` 1.8.0, ``piper/config.py``). Only voices whose phonemes
are those of espeak-ng can be spoken to; the others are refused by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edged.errors import InstallFailed
from edged.voices.integrity import reason, sha256_of
from edged.voices.manifest import Manifest
from edged.waveform import Waveform

Say = Callable[[Path, Path], Waveform]
"""Opens a model with its configuration and says something with it, in the language of the voice; raises an error of
``edged.errors`` if that does not go."""

GRAPH, CONFIG = "voice.onnx", "voice.json"
"""Names in the store."""
SMALLEST, LARGEST = 1 << 18, 1 << 29
"""Bytes of a model: the smallest published ones have 5 MB, the largest 115 MB."""
MOST_CONFIG_BYTES = 1 << 20
MOST_CARD_BYTES = 1 << 16
RESERVED = frozenset({"male", "female", "tone", "espeak"})
"""Names that a request gives another meaning."""
LOUDNESS_DB = -17.4
"""What all voices are brought to: mean power of speech in dB below full scale, as the voice heart has it with its
gain over ten sentences."""
FRAME_S = 0.02
SPEECH_DB = -40.0
"""A frame is speech if it is not further below the loudest one."""
LICENCE = re.compile(r"^[\s*-]*licen[cs]e:\s*(\S[^\r\n]*?)\s*$", re.IGNORECASE | re.MULTILINE)
UNKNOWN_LICENCE = "unknown: see where you got it"
PROVIDERS = {"cpu-float32": "CPUExecutionProvider", "cuda-float32": "CUDAExecutionProvider"}


class _Part(BaseModel):
    """A part of Piper's configuration; what is not looked at may say anything."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Audio(_Part):
    sample_rate: int = Field(ge=8000, le=48000)


class _Espeak(_Part):
    voice: str = Field(pattern=r"^[A-Za-z0-9-]{2,35}$")


class _Inference(_Part):
    length_scale: float = Field(1.0, ge=0.2, le=5.0)


class _Language(_Part):
    code: str = Field(pattern=r"^[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", max_length=35)


class PiperConfig(_Part):
    """What must be right in a Piper voice's ``.onnx.json``."""

    audio: _Audio
    espeak: _Espeak
    phoneme_id_map: dict[str, Annotated[list[int], Field(max_length=16)]] = Field(min_length=4, max_length=4096)
    phoneme_type: str = "espeak"
    num_speakers: int = Field(1, ge=1, le=65536)
    inference: _Inference = _Inference.model_validate({})
    language: _Language | None = None
    vowel_clusters: list[Any] | None = None

    @property
    def tag(self) -> str:
        """BCP 47, language and region."""
        code = self.language.code if self.language else self.espeak.voice
        first, *rest = code.replace("_", "-").split("-")
        region = rest[0].upper() if rest and len(rest[0]) == len("US") else None
        first = {"cmn": "zh"}.get(first.lower(), first.lower())
        return f"{first}-{region}" if region else first


def import_piper(model: Path, config: Path | None, name: str | None, say: Say) -> tuple[Manifest, dict[str, Path]]:
    """The manifest of a Piper voice and where its files lie: what a store installs.

    ``config`` is ``model`` with ``.json`` behind it if it is None; ``name`` then comes from the file's. The voice says
    something once, by which its loudness is measured. Raises :class:`edged.errors.InstallFailed` with the reason why it
    cannot work, and what ``say`` raises.
    """
    beside = config or model.with_name(f"{model.name}.json")
    size = _size(model, SMALLEST, LARGEST, "a model of Piper's")
    _size(beside, 2, MOST_CONFIG_BYTES, "the configuration of a Piper voice")
    found = read_config(beside)
    files = {GRAPH: model, CONFIG: beside}
    hashes = {file: _sha256(path) for file, path in files.items()}
    sound = say(model, beside)
    raw = {
        "format": 2,
        "name": _name(name or model.name.removesuffix(".onnx")),
        "version": hashes[GRAPH][:8],
        "description": _description(model, found),
        "languages": [found.tag],
        "gender": "neutral",
        "licence": _licence(model),
        "attribution": f"A voice for Piper, imported from the file {model.name}",
        "engine": "vits",
        "front_end": "espeak",
        "rate": found.audio.sample_rate,
        "gain_db": gain_db(sound),
        **_tensors(found),
        "capabilities": {"speed": [0.5, 2.0], "pitch": False, "blend": False},
        "source": {"kind": "file", "name": model.name[:256], "sha256": hashes[GRAPH]},
        "variants": [
            {"name": variant, "provider": provider, "encoder": GRAPH, "build": {"precision": "float32"}}
            for variant, provider in PROVIDERS.items()
        ],
        "files": [
            {"role": role, "member": file, "name": file, "sha256": hashes[file], "bytes": files[file].stat().st_size}
            for role, file in (("graph", GRAPH), ("config", CONFIG))
        ],
    }
    if size != model.stat().st_size:
        raise InstallFailed(f"{model} changed while it was read")
    return Manifest.model_validate(raw), files


def read_config(path: Path) -> PiperConfig:
    """The configuration of a voice that we can speak to; raises ``InstallFailed`` with every problem of another."""
    try:
        found = PiperConfig.model_validate_json(path.read_bytes())
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()[:8])
        raise InstallFailed(f"{path} is not the configuration of a Piper voice: {told}") from error
    if found.phoneme_type != "espeak":
        raise InstallFailed(
            f"{path} is of phoneme type {found.phoneme_type[:32]!r}; only voices on phonemes of espeak-ng are spoken to"
        )
    if found.vowel_clusters:
        raise InstallFailed(f"{path} has vowel clusters, several symbols read as one; voices of this kind are not")
    missing = [symbol for symbol in "^$_" if not found.phoneme_id_map.get(symbol)]
    if missing:
        raise InstallFailed(f"{path} has no number for {' '.join(missing)}, which stand around and between phonemes")
    return found


def gain_db(sound: Waveform) -> float:
    """What brings speech to the loudness that all voices share, to a tenth of a decibel.

    Raises ``InstallFailed`` if it is silent.
    """
    length = round(FRAME_S * sound.rate)
    frames = sound.samples[: len(sound.samples) // length * length].astype(np.float64).reshape(-1, length)
    powers = np.mean(frames**2, axis=1)
    if not len(powers) or not np.isfinite(powers).all() or powers.max() <= 0:
        raise InstallFailed("the voice says nothing")
    speech = powers[powers > powers.max() * 10 ** (SPEECH_DB / 10)]
    return round(min(max(LOUDNESS_DB - 10 * math.log10(float(speech.mean())), -40.0), 40.0), 1)


def _size(path: Path, least: int, most: int, what: str) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InstallFailed(f"{path}, {what}, cannot be read: {reason(error)}") from error
    if not path.is_file() or not least <= size <= most:
        raise InstallFailed(f"{path} has {size} bytes: not {what}")
    return size


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return sha256_of(stream)
    except OSError as error:
        raise InstallFailed(f"{path} cannot be read: {reason(error)}") from error


def _name(wanted: str) -> str:
    """In the letters that names of voices have."""
    name = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-")[:64]
    if not name or name in RESERVED:
        raise InstallFailed(f"{wanted[:64]!r} makes no name for a voice; give it another one")
    return name


def _description(model: Path, config: PiperConfig) -> str:
    several = f", the first of its {config.num_speakers} speakers" if config.num_speakers > 1 else ""
    return f"Piper voice {model.name.removesuffix('.onnx')[:100]}{several}"


def _licence(model: Path) -> str:
    """What the ``MODEL_CARD`` beside the model says."""
    card = model.with_name("MODEL_CARD")
    try:
        with card.open("rb") as stream:
            told = LICENCE.search(stream.read(MOST_CARD_BYTES).decode("utf-8", "replace"))
    except OSError:
        return UNKNOWN_LICENCE
    return told[1][:100] if told else UNKNOWN_LICENCE


def _tensors(config: PiperConfig) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "input": {"type": "int64", "shape": [1, "L"]},
        "input_lengths": {"type": "int64", "shape": [1]},
        "scales": {"type": "float32", "shape": [3]},
    }
    if config.num_speakers > 1:
        inputs["sid"] = {"type": "int64", "shape": [1]}
    return {"inputs": inputs, "outputs": {"output": {"type": "float32", "shape": [1, 1, 1, "T"]}}}
