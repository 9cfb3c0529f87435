"""Where log lines go, and what they carry.

Under systemd (``JOURNAL_STREAM`` names our stderr) lines go to the journal with fields of our choice: ``REQUEST_ID``,
``CODE`` (a code of the contract), ``LOGGER``, ``THREAD_NAME`` and the place in the source. The JournalHandler of
systemd-python is not used: it sends every attribute of a record, arguments of the message included. Elsewhere lines
are plain text on stderr.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

try:
    from systemd import journal
except ImportError:  # a machine without libsystemd
    journal = None

logger = logging.getLogger(__name__)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_SYSLOG = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Python's levels as syslog priorities."""


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """All log lines of this thread inside the block carry the request's id.

    Not for use inside a generator: between two of its values the caller would carry the id too.
    """
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def setup(level: str) -> None:
    """Send log lines to the journal or to stderr; call it once, before the threads start.

    ``level`` is one of ``edged.settings.LogLevel`` and holds for our own lines; those of libraries are kept from
    ``warning`` on.
    """
    handler: logging.Handler
    if journal is not None and stderr_is_journal():
        handler = JournalHandler()
        handler.setFormatter(logging.Formatter())  # the message alone: the rest are fields
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(TextFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    set_level(level)


def set_level(level: str) -> None:
    """Change the level at run time; raises ValueError for an unknown name."""
    logging.getLogger("edged").setLevel(level.upper())


def stderr_is_journal() -> bool:
    """Whether systemd connected our stderr to the journal (systemd.exec, ``$JOURNAL_STREAM``)."""
    try:
        stat = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # closed, replaced or absent
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stat.st_dev}:{stat.st_ino}"


def fields(record: logging.LogRecord) -> dict[str, str]:
    """The journal fields of a record beside its message."""
    found = {
        "PRIORITY": str(_SYSLOG.get(record.levelno, 6)),
        "SYSLOG_IDENTIFIER": "edged",
        "LOGGER": record.name,
        "THREAD_NAME": str(record.threadName),
        "CODE_FILE": record.pathname,
        "CODE_LINE": str(record.lineno),
        "CODE_FUNC": record.funcName,
    }
    request_id = _request_of(record)
    if request_id:
        found["REQUEST_ID"] = request_id
    code = getattr(record, "code", None)
    if code:
        found["CODE"] = str(code)
    return found


def _request_of(record: logging.LogRecord) -> str | None:
    """The id given with ``extra={"request_id": …}``, else that of the surrounding :func:`request` block."""
    return getattr(record, "request_id", None) or _request_id.get()


class JournalHandler(logging.Handler):
    """Sends the formatted message and :func:`fields`, nothing else of the record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        try:
            journal.sendv(f"MESSAGE={self.format(record)}", *(f"{k}={v}" for k, v in fields(record).items()))
        except (OSError, ValueError, TypeError):  # the journal is away, or a message does not fit its arguments
            self.handleError(record)


class TextFormatter(logging.Formatter):
    """``2026-11-22 07:05:00.125 WARNING room: the words [request id]``; local time."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        """The line, with the request's id at its end."""
        line = super().formatMessage(record)
        request_id = _request_of(record)
        return f"{line} [{request_id}]" if request_id else line


def die() -> None:
    """End the process at once with exit code 1, without waiting for any thread; systemd starts it again."""
    logging.shutdown()
    os._exit(1)


def install_excepthooks(on_fatal: Callable[[], None] = die) -> None:
    """Log what nobody caught, then call ``on_fatal``: a process that lost a thread is worth nothing (crash-only).

    A fatal signal (the watchdog's SIGABRT too) writes the stack of every thread to stderr.
    """

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.critical("uncaught exception, the process ends: %s", error, exc_info=(kind, error, trace))
        on_fatal()

    def in_thread(hook: threading.ExceptHookArgs) -> None:
        error = hook.exc_value
        if error is None or isinstance(error, SystemExit):
            return
        name = hook.thread.name if hook.thread else "unknown"
        trace = (type(error), error, hook.exc_traceback)
        logger.critical("thread %s died, the process ends: %s", name, error, exc_info=trace)
        on_fatal()

    faulthandler.enable()
    sys.excepthook = in_main
    threading.excepthook = in_thread
