"""Files that are what the manifest says, checked by size and SHA-256, and writes that survive a power cut."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from edged.errors import InstallFailed

BLOCK = 1 << 20
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Expected(Protocol):
    """What is known of a file before it is there."""

    @property
    def member(self) -> str:
        """What it is called in errors: where it was published."""

    @property
    def sha256(self) -> str:
        """In hexadecimal."""

    @property
    def bytes(self) -> int:
        """Its size."""


def problem_of(path: Path, expected: Expected) -> str | None:
    """Why the file is not the expected one, as the end of a sentence; None if it is."""
    try:
        size = path.stat().st_size
        if size != expected.bytes:
            return f"has {size} bytes where {expected.bytes} are expected"
        with path.open("rb") as stream:
            found = sha256_of(stream)
    except OSError as error:
        return f"cannot be read ({reason(error)})"
    return None if found == expected.sha256 else f"has the SHA-256 {found}, not {expected.sha256}"


def sha256_of(stream: BinaryIO) -> str:
    """The SHA-256 of what is left in the stream, in hexadecimal."""
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def copy_checked(source: BinaryIO, target: Path, expected: Expected) -> None:
    """Write the stream to a new file, flushed to the disk; :class:`InstallFailed` if it is not the expected content.

    Never reads or writes more than the expected size and one block, whatever the source claims to hold.
    """
    write_checked(_blocks(source), target, expected)


def write_checked(blocks: Iterable[bytes], target: Path, expected: Expected) -> None:
    """The same of blocks that are made one after the other, each of at most :data:`BLOCK` bytes."""
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as sink:
        for block in blocks:
            sink.write(block)
            digest.update(block)
            size += len(block)
            if size > expected.bytes:
                break
        flush(sink)
    if size < expected.bytes:
        raise InstallFailed(f"{expected.member} is cut short: {size} of {expected.bytes} bytes")
    if size > expected.bytes:
        raise InstallFailed(f"{expected.member} is longer than the {expected.bytes} bytes of the manifest")
    if digest.hexdigest() != expected.sha256:
        raise InstallFailed(
            f"{expected.member} has the SHA-256 {digest.hexdigest()}, but the manifest says {expected.sha256}: "
            "another release, or tampered with"
        )


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block


def flush(stream: BinaryIO) -> None:
    """Bring what was written to the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def flush_directory(directory: Path) -> None:
    """Bring the names in the directory to the disk."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def reason(error: OSError) -> str:
    """What the system says, in words that name the cure where there is one."""
    if error.errno in FULL:
        return "no space is left on the disk"
    return error.strerror or str(error)
