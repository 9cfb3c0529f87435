"""Where the files of a voice were published: parts of its manifest."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

MAX_FILE_BYTES = 1 << 30
NAME_PATTERN = r"^[a-z0-9_-]{1,64}$"
PACKAGE_INDEX = "package-index"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _relative(value: str) -> str:
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or str(path) != value:
        raise ValueError("must be a plain relative path with forward slashes")
    return value


Member = Annotated[str, Field(max_length=256), AfterValidator(_relative)]
"""A path inside a distribution, an archive or a folder."""


class Part(BaseModel):
    """A part of a manifest: immutable, and no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceGraph(Part):
    """The published graph that the variants were built from; it is not installed."""

    member: str = Field(max_length=256, description="path inside the distribution")
    sha256: Sha256
    bytes: int = Field(gt=0, le=MAX_FILE_BYTES)


class PackageIndex(Part):
    """A distribution on the package index."""

    kind: Literal["package-index"] = "package-index"
    distribution: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+!-]*$", max_length=50)
    sha256: Sha256 = Field(description="of the wheel, as `pip hash` prints it")
    graph: SourceGraph | None = None

    @property
    def label(self) -> str:
        """As its client calls it: ``hibari-tts==0.2.1``."""
        return f"{self.distribution}=={self.version}"


class Npm(Part):
    """A package of npm."""

    kind: Literal["npm"]
    package: str = Field(pattern=r"^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$", max_length=214)
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+-]*$", max_length=50)
    sha256: Sha256 = Field(description="of the tar file that `npm pack` writes")

    @property
    def label(self) -> str:
        """As its client calls it: ``kokoro-js@1.2.1``."""
        return f"{self.package}@{self.version}"

    @property
    def archive(self) -> str:
        """Name of the tar file that ``npm pack`` writes."""
        return f"{self.package.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


class LocalFile(Part):
    """A file that a person had and imported."""

    kind: Literal["file"]
    name: str = Field(max_length=256, description="as it was called")
    sha256: Sha256

    @property
    def label(self) -> str:
        """How it is named in errors."""
        return self.name


def _kind(raw: Any) -> Any:
    return raw.get("kind", PACKAGE_INDEX) if isinstance(raw, dict) else getattr(raw, "kind", None)


Source = Annotated[
    Annotated[PackageIndex, Tag(PACKAGE_INDEX)] | Annotated[Npm, Tag("npm")] | Annotated[LocalFile, Tag("file")],
    Discriminator(_kind),
]
