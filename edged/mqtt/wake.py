"""Wakes a thread that waits in ``poll``."""

from __future__ import annotations

import os


class Wake:
    """A flag with a file descriptor: readable once :meth:`set`, until :meth:`clear`. Linux only."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def __del__(self) -> None:
        os.close(self._descriptor)

    def fileno(self) -> int:
        """For ``poll``."""
        return self._descriptor

    def set(self) -> None:
        """Wake the thread; from any thread."""
        os.eventfd_write(self._descriptor, 1)

    def clear(self) -> None:
        """Sleep again; the flag must be set."""
        os.eventfd_read(self._descriptor)
