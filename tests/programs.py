"""Programs that tests need: missing here, the test is skipped; missing in CI, it fails."""

from __future__ import annotations

import os
import shutil

import pytest


def needed(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is not None:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed")
    pytest.skip(f"{name} is not installed")
