"""The separate program ``espeak-ng`` (GPL-3, never linked): found, started with a text, read within bounds, reaped."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from edged.errors import Code, Fatal

PROGRAM = "espeak-ng"
PACKAGE = "apt install espeak-ng"
LONGEST_BYTES = 32 * 1024
"""Of UTF-8 in one call; a piece of a text is far shorter."""
ENVIRONMENT = ("PATH", "HOME", "ESPEAK_DATA_PATH")


def located(program: str) -> str:
    """The path of the program, a name on PATH or a path; raises ``Fatal`` (``unsupported``) if it is not there."""
    found = shutil.which(program)
    if found is None:
        words = f"the program {program} is not on this machine: {PACKAGE}"
        raise Fatal("unsupported", words, program=program, install=PACKAGE)
    return found


def in_memory() -> IO[bytes]:
    """A file without a disk, for what is written to the program or by it: neither side waits for the other."""
    return os.fdopen(os.memfd_create(PROGRAM), "r+b")


@contextmanager
def started(
    command: Sequence[str], text: bytes, *, code: Code, errors: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """The program at work on a text; when this ends it has ended, too, and is reaped.

    Raises ``Fatal`` with this code if it cannot be started.
    """
    known = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment = {**known, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    with in_memory() as written:
        written.write(text)
        written.seek(0)
        try:
            process = subprocess.Popen(command, stdin=written, stdout=subprocess.PIPE, stderr=errors, env=environment)
        except OSError as error:
            raise Fatal(code, f"{command[0]} cannot be started: {error.strerror}") from error
    with process:  # waits for it, also when what is read of it is too much or too late
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[bytes], count: int, seconds: float) -> bytes:
    """That many bytes of what it writes, fewer at the end; raises ``TimeoutExpired`` if they take longer."""
    pipe = process.stdout
    if pipe is None:
        raise RuntimeError("the process was started without a pipe")
    taken = bytearray()
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(taken) < count:
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                raise subprocess.TimeoutExpired(process.args, seconds)
            chunk = os.read(pipe.fileno(), count - len(taken))
            if not chunk:
                break
            taken += chunk
    return bytes(taken)
