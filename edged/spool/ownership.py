"""Who may use a state directory: two daemons on one spool would both speak."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from edged.errors import StorageFailed, Unavailable


def own(state_dir: Path) -> int:
    """Keep others away for as long as this process lives, or the returned file descriptor is open.

    Raises :class:`Unavailable` if another process owns it, :class:`StorageFailed` if it cannot be written.
    """
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(state_dir / "edged.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(f"{state_dir} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        advice = "stop it, or give this one its own state_dir"
        raise Unavailable(f"another edged runs on {state_dir}: {advice}") from error
    return handle
