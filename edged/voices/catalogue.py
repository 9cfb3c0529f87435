"""The voices that edged knows how to install: the manifests that ship with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import edged
from edged.errors import InstallFailed
from edged.voices import manifest as manifests
from edged.voices.manifest import Manifest


def directory() -> Path:
    """Where the manifests lie: ``$EDGED_MODELS``, else ``models`` of the checkout, else what the wheel installed."""
    assigned = os.environ.get("EDGED_MODELS")
    if assigned:
        return Path(assigned)
    checkout = Path(edged.__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "models").is_dir():
        return checkout / "models"
    return Path(sys.prefix) / "share" / "edged" / "models"


def names() -> list[str]:
    """Names of the voices that can be installed."""
    return sorted(path.stem for path in directory().glob("*.yaml"))


def find(name: str) -> Manifest:
    """The manifest of that voice.

    Raises :class:`InstallFailed` if there is none, :class:`edged.errors.ConfigurationError` if it is not valid.
    """
    known = names()
    if name not in known:
        there = f"known: {', '.join(known)}" if known else f"no manifest lies in {directory()}"
        raise InstallFailed(f"no voice {name!r} can be installed; {there}")
    return manifests.read(directory() / f"{name}.yaml")
