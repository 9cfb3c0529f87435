"""Reading a voice out of a directory, a wheel, a zip or a tar file, and writing one into a tar file.

Only members that were asked for are read, by name, and never to a path that the archive chooses.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from edged.errors import InstallFailed
from edged.voices import manifest as manifests
from edged.voices.integrity import Expected, copy_checked, flush, flush_directory, reason
from edged.voices.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, VoiceFile
from edged.voices.provenance import MAX_FILE_BYTES
from edged.voices.store import InstalledVoice

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 4 * MAX_FILE_BYTES
BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What the standard library raises on archives that are cut short, damaged, encrypted or of an unknown method."""


class Origin(Protocol):
    """Something that holds files under relative names."""

    def read(self, name: str) -> BinaryIO | None:
        """The file of that name, or None; a single folder above everything is looked through."""

    def names(self) -> list[str]:
        """What :meth:`read` finds; of a directory only what lies in it directly."""


class Directory:
    """A directory with the files of a voice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str) -> BinaryIO | None:
        """See :class:`Origin`."""
        path = self._path / name
        return path.open("rb") if path.is_file() else None

    def names(self) -> list[str]:
        """See :class:`Origin`."""
        return sorted(path.name for path in self._path.iterdir())


class Zip:
    """A zip file or a wheel."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._index = _index(info.filename for info in archive.infolist() if not info.is_dir())

    def read(self, name: str) -> BinaryIO | None:
        """See :class:`Origin`."""
        member = self._index.get(name)
        return None if member is None else _binary(self._archive.open(member))

    def names(self) -> list[str]:
        """See :class:`Origin`."""
        return sorted(self._index)


class Tar:
    """A tar file, compressed or not. Links and devices in it do not count."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._members = {info.name: info for info in _regular(archive)}
        self._index = _index(self._members)

    def read(self, name: str) -> BinaryIO | None:
        """See :class:`Origin`."""
        member = self._index.get(name)
        stream = None if member is None else self._archive.extractfile(self._members[member])
        return None if stream is None else _binary(stream)

    def names(self) -> list[str]:
        """See :class:`Origin`."""
        return sorted(self._index)


@contextmanager
def opened(path: Path) -> Iterator[Origin]:
    """The directory or archive at ``path``; :class:`InstallFailed` if it is neither, or breaks while it is read."""
    try:
        if path.is_dir():
            yield Directory(path)
        elif tarfile.is_tarfile(path):  # first: a tar file that ends with a wheel looks like a zip file from its end
            with tarfile.open(path) as tar:
                yield Tar(tar)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield Zip(archive)
        else:
            raise InstallFailed(f"{path} is neither a directory nor a whole zip, wheel or tar file")
    except BROKEN as error:
        raise InstallFailed(f"{path} is damaged ({error or type(error).__name__})") from error
    except OSError as error:
        raise InstallFailed(f"{error.filename or path} cannot be read or unpacked: {reason(error)}") from error


def unpack(
    origin: Origin, manifest: Manifest, target: Path, shipped: Mapping[str, Path] | None = None
) -> dict[str, Path]:
    """Every file of the manifest, checked, in the directory ``target``; name in the store → path.

    ``shipped`` are files that lie ready beside the manifest: those that the origin does not hold are taken from there.
    """
    files = {}
    for file in manifest.files:
        if take(origin, file, names_of(file), target / file.name):
            files[file.name] = target / file.name
        elif file.name in (shipped or {}):
            files[file.name] = (shipped or {})[file.name]
        else:
            raise InstallFailed(f"it does not hold {file.member} (nor {file.name})")
    return files


def names_of(file: VoiceFile) -> tuple[str, ...]:
    """What a file of a voice may be called where it lies; an assembled one was published under no name."""
    return (file.name,) if file.assembled else (file.member, file.name, file.member.rpartition("/")[2])


def take(origin: Origin, expected: Expected, names: Iterable[str], target: Path) -> bool:
    """Whether the file lies there under one of the names: then it is written to ``target``, checked.

    Raises :class:`InstallFailed` if it is another one.
    """
    source = next((stream for name in names if (stream := origin.read(name))), None)
    if source is None:
        return False
    with source:
        copy_checked(source, target, expected)
    return True


def read_manifest(origin: Origin) -> Manifest:
    """The manifest that lies beside the files of an exported voice."""
    source = origin.read(MANIFEST_NAME)
    if source is None:
        raise InstallFailed(f"it holds no {MANIFEST_NAME}: not an exported voice")
    with source:
        return manifests.parse(source.read(MAX_MANIFEST_BYTES + 1), MANIFEST_NAME)


def write(voice: InstalledVoice, target: Path) -> None:
    """Pack an installed voice into a tar file that :func:`read_manifest` and :func:`unpack` read.

    The same voice gives the same bytes. ``target`` appears when it is complete.
    Raises :class:`InstallFailed` if it cannot be written.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as sink:
            with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for name in (MANIFEST_NAME, *(file.name for file in voice.manifest.files)):
                    _add(tar, f"{voice.manifest.name}/{name}", voice.directory / name)
            flush(sink)
        partial.rename(target)
        flush_directory(target.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InstallFailed(f"{target} cannot be written: {reason(error)}") from error


def _add(tar: tarfile.TarFile, name: str, path: Path) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o644
    with path.open("rb") as source:
        info.size = os.fstat(source.fileno()).st_size
        tar.addfile(info, source)


def _regular(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The ordinary files; stops with an error before an archive made to exhaust us does."""
    unpacked = 0
    for count, info in enumerate(archive):
        unpacked += info.size
        if count >= MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES:
            raise InstallFailed("the archive is larger than any voice")
        if info.isreg():
            yield info


def _index(names: Iterable[str]) -> dict[str, str]:
    """Every name, and every name without its first folder, to the member; a full name wins."""
    full = {name: name for name in names}
    return {name.partition("/")[2]: name for name in full if "/" in name} | full


def _binary(stream: io.BufferedIOBase | BinaryIO | object) -> BinaryIO:
    return stream  # type: ignore[return-value] # both libraries hand out readable binary streams
