"""Where packages keep the weights that they ship; their code is not run."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from edged.errors import Unavailable


def folder_of(package: str) -> Path:
    """The folder of an installed top-level package, found without importing it.

    Raises:
        Unavailable: it is not installed.

    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Unavailable(f"the package {package} is not installed: run `make setup-quantize`", package=package)
    return Path(found.origin).parent
