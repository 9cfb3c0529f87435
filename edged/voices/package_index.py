"""Distributions of the package index: what is installed here, and what its client (pip) fetches."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from edged.errors import InstallFailed
from edged.voices.integrity import Expected, problem_of, reason
from edged.voices.provenance import PackageIndex

DOWNLOAD_LIMIT_S = 3600


def installed(source: PackageIndex, wanted: Iterable[Expected]) -> dict[str, Path] | None:
    """Member → path in this environment; None unless each is the one that is wanted."""
    try:
        distribution = importlib.metadata.distribution(source.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    found = {}
    for file in wanted:
        found[file.member] = Path(str(distribution.locate_file(file.member)))
        if problem_of(found[file.member], file):
            return None
    return found


def wheel_pattern(source: PackageIndex) -> str:
    """What the wheel's file is called, as a pattern of `fnmatch`."""
    stem = re.sub(r"[-_.]+", "_", source.distribution)
    return f"{stem}-{source.version}-*.whl"


def download(source: PackageIndex, folder: Path, advice: str) -> Path:
    """The wheel, fetched into an empty folder; pip checks its hash and shows its progress on stderr.

    ``advice`` ends the error: what else to do. Raises :class:`InstallFailed`.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{source.label} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    _pip(["download", "--dest", str(folder)], requirements, source.label, advice)
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise InstallFailed(f"pip fetched {source.label} as no wheel; {advice}")
    return wheel


def unpack_apart(label: str, hashes: Sequence[str], folder: Path, advice: str) -> None:
    """Put a distribution into a folder of its own, seen by nothing else; one of the hashes must be its wheel's."""
    folder.mkdir(parents=True)
    requirements = folder / "requirements.txt"
    told = " ".join(f"--hash=sha256:{found}" for found in hashes)
    requirements.write_text(f"{label} {told}\n", encoding="utf-8")
    _pip(["install", "--target", str(folder), "--no-compile"], requirements, label, advice)


def _pip(command: Sequence[str], requirements: Path, label: str, advice: str) -> None:
    if importlib.util.find_spec("pip") is None:
        raise InstallFailed(f"pip is not installed for {sys.executable}: install {label} {advice}")
    line = [sys.executable, "-m", "pip", *command, "--no-input", "--no-deps", "--require-hashes"]
    line += ["--only-binary", ":all:", "--requirement", str(requirements)]
    try:
        done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=2, timeout=DOWNLOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"{label} did not arrive within {DOWNLOAD_LIMIT_S} s; {advice}") from error
    except OSError as error:
        raise InstallFailed(f"pip cannot be started: {reason(error)}") from error
    if done.returncode:
        raise InstallFailed(f"pip could not fetch {label} (its words are above); try again later, {advice}")
