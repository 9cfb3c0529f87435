from __future__ import annotations

import os
from pathlib import Path

import pytest

from edged.errors import StorageFailed, Unavailable
from edged.spool.ownership import own


def test_two_daemons_never_share_a_state_directory(tmp_path: Path) -> None:
    first = own(tmp_path / "state")
    with pytest.raises(Unavailable, match="another edged runs"):
        own(tmp_path / "state")
    os.close(first)
    os.close(own(tmp_path / "state"))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed, match="file"):
        own(tmp_path / "file")
