"""The manifest of a voice: what it is, where its files come from, what it can do. Strict, all errors at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from edged.errors import ConfigurationError
from edged.settings import Provider
from edged.voices.provenance import MAX_FILE_BYTES, NAME_PATTERN, Member, PackageIndex, Part, Sha256, Source

MANIFEST_NAME = "manifest.yaml"
MAX_MANIFEST_BYTES = 128 * 1024

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
TensorType = Literal["int32", "int64", "float16", "float32"]


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


class VoiceFile(Part):
    """One file of the voice."""

    role: Literal["graph", "weights", "vocabulary", "style", "config"]
    member: Member = Field(description="path inside its source, or beside the manifest if shipped or assembled")
    source: str | None = Field(None, description="which of `sources` it comes from; none: `source`")
    shipped: bool = Field(False, description="comes with edged, in the folder of the manifests")
    assembled: bool = Field(False, description="`member` is a recipe: parts of published files, see voices/assembly.py")
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="name in the store")
    sha256: Sha256
    bytes: int = Field(gt=0, le=MAX_FILE_BYTES)

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
    decoders: tuple[Decoder, ...] = Field((), max_length=8, description="none: `encoder` is the whole network")
    build: Build
    figures: dict[str, float] = Field(default_factory=dict, description="what was measured of this variant")
    unmeasured: tuple[str, ...] = Field((), max_length=64, description="what could not be, and why")

    @property
    def graphs(self) -> tuple[str, ...]:
        """Names of its graphs in the store."""
        return (self.encoder, *(decoder.file for decoder in self.decoders))


class Style(Part):
    """One of several voices that share a model."""

    name: str = Field(pattern=NAME_PATTERN, description="the `voice` of a request")
    gender: Literal["female", "male", "neutral"]
    languages: tuple[LanguageTag, ...] = Field(min_length=1, max_length=64, description="BCP 47, the native one first")
    file: str = Field(max_length=64, description="its name in the store")
    gain_db: float = Field(0.0, ge=-40, le=40, description="beside that of the package")
    figures: dict[str, float] = Field(default_factory=dict, description="what was measured in its native language")
    note: str | None = Field(None, max_length=200, description="what one should know before choosing it")


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
    engine: Literal["student", "kokoro", "vits"]
    front_end: Literal["english", "kokoro", "espeak"] = Field(description="kokoro: all languages of its alphabet")
    rate: int = Field(ge=8000, le=48000, description="samples per second")
    gain_db: float = Field(ge=-40, le=40, description="brings the voice to the loudness all voices share")
    inputs: dict[str, Tensor] = Field(min_length=1)
    outputs: dict[str, Tensor] = Field(min_length=1)
    capabilities: Capabilities
    figures: dict[str, float] = Field(default_factory=dict, description="what was measured; the keys name the units")
    source: Source
    sources: dict[str, Source] = Field(default_factory=dict, max_length=16, description="further ones, by any name")
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=32, description="the best of each provider first")
    styles: tuple[Style, ...] = Field((), max_length=128, description="voices of the package; none: it is one voice")
    files: tuple[VoiceFile, ...] = Field(min_length=1, max_length=256)

    @model_validator(mode="after")
    def _all_parts_are_there(self) -> Manifest:
        if self.engine == "student" and not all(variant.decoders for variant in self.variants):
            raise ValueError("a variant of a student has an encoder and decoders")
        unknown = {file.source for file in self.files if file.source is not None} - set(self.sources)
        if unknown:
            raise ValueError(f"files are said to come from {', '.join(sorted(unknown))}, which is none of `sources`")
        if len({style.name for style in self.styles}) != len(self.styles):
            raise ValueError("two styles have the same name")
        loose = {file.name for file in self.files if file.role == "style"} ^ {style.file for style in self.styles}
        if loose:
            raise ValueError(f"files that no style uses, or that no file is: {', '.join(sorted(loose))}")
        return self

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

    @property
    def published_sha256(self) -> str:
        """Of the graph that the variants were built from; where that is one of the files, of the first such file."""
        if isinstance(self.source, PackageIndex) and self.source.graph is not None:
            return self.source.graph.sha256
        return next(file.sha256 for file in self.files if file.role == "graph")

    def file(self, role: str) -> VoiceFile | None:
        """The first file with that role, or None."""
        return next((file for file in self.files if file.role == role), None)

    def named(self, name: str) -> VoiceFile:
        """The file of that name in the store."""
        return next(file for file in self.files if file.name == name)

    def source_of(self, file: VoiceFile) -> Source:
        """Where that file was published."""
        return self.source if file.source is None else self.sources[file.source]


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
    """The manifest as YAML text that :func:`parse` reads back to an equal one; what it does not say stays unsaid."""
    plain = manifest.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100).encode()


def _sentence(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    problem = "unknown key" if item["type"] == "extra_forbidden" else item["msg"]
    return f"{place}: {problem}" if place else problem


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))
