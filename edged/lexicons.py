"""The site's lexicon on disk: one YAML file per language in the state directory, which a person may edit at any time.

::

    version: 3
    words:
      重庆: {pinyin: chong2 qing4}
      Worcester: {ipa: wʊstə}
      NYC: {respell: New York City, case_sensitive: true}

A change is seen within a second. A file that is damaged is reported, and what it last held stays in force.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edged.clock import Clock, SystemClock
from edged.errors import Rejected
from edged.lexicon_file import LexiconFile, locked, read, write
from edged.text.contract import Spoken
from edged.text.lexicon import Lexicon
from edged.text.lexicon_entry import Entry, checked_language, like_text, small
from edged.voices.integrity import reason

log = logging.getLogger(__name__)

DIRECTORY = "lexicon"
FILE_NAME = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4})\.yaml")
MAX_ENTRIES = 5000
"""Of all languages together."""
MAX_FILES = 64
LOOK_AGAIN_S = 1.0
"""Seconds between two looks at the files."""

Stamp = tuple[int, int, int]
"""Time of the last change in ns, bytes and inode of a file: another one means that it was written."""


@dataclass(frozen=True)
class _Seen:
    """A file as it was last looked at."""

    stamp: Stamp
    content: LexiconFile
    """What is in force of it."""
    problem: str | None = None
    """Why that is not what stands in it now."""


def _size(seen: _Seen) -> int:
    return len(seen.content.entries)


class LexiconStore:
    """The lexicon of one state directory. Thread-safe; other processes may write it, too."""

    def __init__(self, state_dir: Path, clock: Clock | None = None) -> None:
        self.directory = state_dir / DIRECTORY
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._files: dict[str, _Seen] = {}
        self._lexicon = Lexicon()
        self._told: str | None = None

    def current(self) -> Lexicon:
        """What is in force; the same object as long as nothing changes."""
        with self._lock:
            if self._looked is None or not 0 <= self._clock.monotonic() - self._looked < LOOK_AGAIN_S:
                self._look()
            return self._lexicon

    def amend(self, spans: Sequence[Spoken], lang: str) -> list[Spoken]:
        """The spans of a language with the readings of the site put in."""
        return self.current().apply(spans, lang)

    def list(self, lang: str | None = None) -> list[Entry]:
        """Every entry, or those of one language, by language and word. Raises ``Rejected`` (``bad_request``)."""
        wanted = None if lang is None else checked_language(lang)
        self._refresh()
        found = [entry for entry in self._lexicon.entries if wanted in (None, entry.lang)]
        return sorted(found, key=lambda entry: (entry.lang, entry.word))

    def versions(self) -> dict[str, int]:
        """Language → version of its file."""
        self._refresh()
        return {lang: seen.content.version for lang, seen in self._files.items()}

    def problems(self) -> dict[str, str]:
        """Language → what is wrong with its file; empty if all is well."""
        self._refresh()
        return {lang: seen.problem for lang, seen in self._files.items() if seen.problem is not None}

    def put(self, entry: Entry) -> int:
        """Add an entry, in the place of one for the same word; the file's new version.

        Raises ``Rejected`` (``bad_request``) if there would be too many or the file is damaged, and ``StorageFailed``:
        then nothing has changed.
        """
        with self._lock, locked(self.directory):
            self._look()
            content = self._writable(entry.lang)
            kept = [one for one in content.entries if one.key != entry.key and one.word != entry.word]
            others = sum(_size(seen) for lang, seen in self._files.items() if lang != entry.lang)
            if len(kept) + others >= MAX_ENTRIES:
                raise Rejected("bad_request", f"word: the lexicon is full ({MAX_ENTRIES} entries)", field="word")
            if entry.lang not in self._files and len(self._files) >= MAX_FILES:
                raise Rejected("bad_request", f"lang: the lexicon has {MAX_FILES} languages already", field="lang")
            return self._write(entry.lang, LexiconFile(content.version + 1, (*kept, entry)))

    def delete(self, lang: str, word: str) -> int:
        """Take a word out; the file's new version. Small letters for capitals will do if no other word is meant.

        Raises ``Rejected`` (``bad_request``) if it is not there or the file is damaged, and ``StorageFailed``.
        """
        lang = checked_language(lang)
        with self._lock, locked(self.directory):
            self._look()
            content = self._writable(lang)
            gone = [one for one in content.entries if one.word == word] or [
                one for one in content.entries if small(like_text(one.word)) == small(like_text(word))
            ]
            if not gone:
                raise Rejected("bad_request", f"word: {word[:64]!r} is not in the lexicon of {lang}", field="word")
            kept = tuple(one for one in content.entries if one not in gone)
            return self._write(lang, LexiconFile(content.version + 1, kept))

    # -- with the lock held ------------------------------------------------------------------------------------

    def _writable(self, lang: str) -> LexiconFile:
        seen = self._files.get(lang)
        if seen is not None and seen.problem is not None:
            raise Rejected("bad_request", f"lang: {seen.problem}; mend or remove the file first", field="lang")
        return seen.content if seen is not None else LexiconFile()

    def _write(self, lang: str, content: LexiconFile) -> int:
        write(self._path(lang), content)
        self._look()
        return content.version

    def _path(self, lang: str) -> Path:
        return self.directory / f"{lang}.yaml"

    def _look(self) -> None:
        """Read what has changed."""
        self._looked = self._clock.monotonic()
        stamps = self._stamps()
        if stamps == {lang: seen.stamp for lang, seen in self._files.items()}:
            return
        files = {lang: seen for lang, seen in self._files.items() if stamps.get(lang) == seen.stamp}
        for lang in sorted(set(stamps) - set(files)):
            files[lang] = self._seen(lang, stamps[lang], MAX_ENTRIES - sum(map(_size, files.values())))
        self._files = files
        self._lexicon = Lexicon(entry for seen in files.values() for entry in seen.content.entries)

    def _stamps(self) -> Mapping[str, Stamp]:
        """Language → the stamp of its file; files of other names are none of ours."""
        found: dict[str, Stamp] = {}
        try:
            names = (FILE_NAME.fullmatch(path.name) for path in sorted(self.directory.iterdir()))
            for name in itertools.islice(filter(None, names), MAX_FILES):
                with contextlib.suppress(FileNotFoundError):  # it went while we looked
                    status = (self.directory / name[0]).stat()
                    found[name[1]] = (status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._tell(f"{self.directory} cannot be read: {reason(error)}")
            return {lang: seen.stamp for lang, seen in self._files.items()}
        return found

    def _seen(self, lang: str, stamp: Stamp, room: int) -> _Seen:
        """The file as it is now, or as it was before it was damaged; ``room``: entries that it may have."""
        try:
            return _Seen(stamp, read(self._path(lang), lang, room))
        except (OSError, ValueError) as error:
            problem = f"{self._path(lang)} is damaged ({error}); what it held before stays in force"
            log.warning("%s", problem)
            before = self._files.get(lang)
            kept = before.content if before is not None and _size(before) <= room else LexiconFile()
            return _Seen(stamp, kept, problem)

    def _tell(self, problem: str) -> None:
        if problem != self._told:
            self._told = problem
            log.warning("%s", problem)

    def _refresh(self) -> None:
        with self._lock:
            self._look()
