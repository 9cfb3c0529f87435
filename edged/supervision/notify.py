"""The service manager: readiness, status in words, signs of life (the sd_notify protocol, through systemd-python).

systemd-python needs libsystemd and is optional: without it, or without ``NOTIFY_SOCKET`` (started by hand), every call
does nothing. No call raises: a service manager that does not listen must not stop the speech.
"""

from __future__ import annotations

import logging
import os
import time

try:
    from systemd import daemon
except ImportError:  # a machine without libsystemd
    daemon = None

logger = logging.getLogger(__name__)


class ServiceManager:
    """What started us and watches us. Use it from the main thread: the unit says ``NotifyAccess=main``."""

    def __init__(self) -> None:
        self._status = ""
        if os.environ.get("NOTIFY_SOCKET") and daemon is None:
            logger.error(
                "NOTIFY_SOCKET is set but systemd-python is not installed: "
                "the service manager will not hear that we are ready, and will stop us"
            )

    @property
    def watchdog_interval_s(self) -> float | None:
        """Seconds between two signs of life: half the limit of ``WatchdogSec=``; None if nobody watches us."""
        limit_us = os.environ.get("WATCHDOG_USEC", "")
        watched = os.environ.get("WATCHDOG_PID")
        if not limit_us.isdigit() or watched not in {None, str(os.getpid())}:
            return None
        return int(limit_us) / 2e6 or None

    def ready(self, status: str) -> None:
        """Start-up or a reload is complete."""
        self._status = status
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def status(self, text: str) -> None:
        """What we are doing, for ``systemctl status``; sent only when it changed."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={_one_line(text)}")

    def reloading(self) -> None:
        """A reload begins; :meth:`ready` ends it. MONOTONIC_USEC is what systemd 253 and later want to see."""
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now_us}")

    def stopping(self, status: str = "stopping") -> None:
        """We are going down on purpose."""
        self._send("STOPPING=1", f"STATUS={_one_line(status)}")

    def watchdog(self) -> None:
        """A sign of life; send one every :attr:`watchdog_interval_s`, and only while every thread beats."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if daemon is None:
            return
        try:
            daemon.notify("\n".join(lines))
        except OSError as error:
            logger.warning("the service manager does not hear us (%s): it does not know %s", error, lines[0])


def _one_line(text: str) -> str:
    """The protocol is one assignment a line."""
    return " ".join(text.split())
