"""One file of the lexicon: read strictly, written whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edged.errors import Rejected, StorageFailed
from edged.text.lexicon_entry import Entry, checked, checked_language
from edged.voices.integrity import flush, flush_directory, reason

MAX_BYTES = 1 << 20
VERSION = re.compile(r"[0-9]{1,15}")
LOCK_WAIT_S = 5.0
"""Longest wait for another process that writes."""
LOCK_POLL_S = 0.02
MAX_DEPTH = 3
"""Of mappings in each other: the file, its words, a reading."""
TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class LexiconFile:
    """What stands in a file."""

    version: int = 0
    """Rises by one with each change that edged makes."""
    entries: tuple[Entry, ...] = ()


def read(path: Path, lang: str, most: int) -> LexiconFile:
    """The entries of a file; raises ``OSError`` and ``ValueError`` with what is wrong in it.

    A file without ``version`` is of version 0. ``most``: entries that it may have.
    """
    if (name := checked_language(lang)) != lang:
        raise ValueError(f"call it {name}.yaml")
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    raw = _parsed(content)
    words, version = raw.pop("words", {}), raw.pop("version", "0")
    if raw or not isinstance(words, dict):
        raise ValueError("it has a version, and words with their readings, and nothing else")
    if not (isinstance(version, str) and VERSION.fullmatch(version)):
        raise ValueError("version is no whole number")
    if len(words) > most:
        raise ValueError(f"{len(words)} words, {most} fit in")
    entries = tuple(_entry(word, lang, reading) for word, reading in words.items())
    if len({entry.key for entry in entries}) < len(entries):
        raise ValueError("a word stands in it twice")
    return LexiconFile(int(version), entries)


def _parsed(content: bytes) -> dict[str, Any]:
    """Mappings of texts: ``no`` and ``5`` are words like others.

    Taken from the parser's events, because composing a deeply nested file, as libyaml does, ends the process.
    """
    events = yaml.parse(content, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    try:
        for event in events:
            if isinstance(event, yaml.MappingStartEvent):
                return _mapping(events, MAX_DEPTH)
            if isinstance(event, yaml.NodeEvent):
                raise _unexpected(event)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error
    return {}


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    """What stands up to the end of the mapping that has begun."""
    found: dict[str, Any] = {}
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            break
        value = next(events)
        if not isinstance(key, yaml.ScalarEvent):
            raise _unexpected(key)
        if key.value in found:
            raise ValueError(f"{key.value[:64]!r} stands in it twice, in line {_line(key)}, too")
        if isinstance(value, yaml.MappingStartEvent) and depth > 1:
            found[key.value] = _mapping(events, depth - 1)
        elif isinstance(value, yaml.ScalarEvent):
            found[key.value] = value.value
        else:
            raise _unexpected(value)
    return found


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _unexpected(event: yaml.Event) -> ValueError:
    return ValueError(f"line {_line(event)} holds neither a mapping nor a text where one is expected")


def _entry(word: str, lang: str, reading: Any) -> Entry:
    if not isinstance(reading, dict):
        raise ValueError(f"{str(word)[:64]!r}: write it like {{ipa: …}}, {{pinyin: …}} or {{respell: …}}")  # noqa: TRY004 - likewise
    plain = {**reading, "word": word, "lang": lang}
    if "case_sensitive" in reading:
        plain["case_sensitive"] = TRUTHS.get(str(reading["case_sensitive"]).lower())
    try:
        return checked(plain)
    except Rejected as error:
        raise ValueError(f"{word[:64]!r}: {error.message}") from error


def write(path: Path, content: LexiconFile) -> None:
    """Put a file in place, readable for everybody.

    Raises ``Rejected`` (``bad_request``) if it would be too large to be read again, and ``StorageFailed``: then it is
    as it was.
    """
    words = {entry.word: _reading(entry) for entry in sorted(content.entries, key=lambda entry: entry.word)}
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    data = {"version": content.version, "words": words}
    text = yaml.dump(data, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1000).encode()
    if len(text) > MAX_BYTES:
        raise Rejected("bad_request", f"word: the lexicon would become larger than {MAX_BYTES} bytes", field="word")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with beside.open("wb") as sink:
                sink.write(text)
                flush(sink)
            beside.chmod(0o644)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        flush_directory(path.parent)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written: {reason(error)}") from error


def _reading(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry.as_data().items() if name not in {"word", "lang"}}


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Make the directory and keep other processes from writing in it; raises ``StorageFailed``."""
    try:
        _make(directory)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StorageFailed(f"{directory} cannot be written: {reason(error)}") from error
    try:
        _lock(handle, directory)
        yield
    finally:
        os.close(handle)


def _make(directory: Path) -> None:
    """What root makes belongs to whoever owns the state directory: the service must be able to write there, too."""
    if directory.is_dir():
        return
    directory.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        owner = directory.parent.stat()
        os.chown(directory, owner.st_uid, owner.st_gid)


def _lock(handle: int, directory: Path) -> None:
    """Wait for the lock, but not for ever."""
    end = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise StorageFailed(f"{directory} has been locked by another process for {LOCK_WAIT_S:g} s") from None
            time.sleep(LOCK_POLL_S)
        else:
            return
