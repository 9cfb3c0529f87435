"""The voices installed on this box: ``<state directory>/voices/<name>/`` with the manifest and the files it lists.

A voice is there whole or not at all: it is written beside its place, flushed to the disk and renamed.
"""

from __future__ import annotations

import fcntl
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edged.errors import ConfigurationError, Fatal, InstallFailed, Rejected
from edged.voices import manifest as manifests
from edged.voices.integrity import copy_checked, flush, flush_directory, problem_of, reason
from edged.voices.manifest import MANIFEST_NAME, Manifest
from edged.voices.provenance import NAME_PATTERN

logger = logging.getLogger(__name__)

Progress = Callable[[str], None]
STAGING = ".staging-"
REPLACED = ".replaced-"
STEP = 5
"""Per cent of a voice from one word of progress to the next."""
LOCK_WAIT_S = 60.0
"""How long an installation waits for another one to end; writing a voice takes a second or two."""


def silent(_: str) -> None:
    """The progress of somebody who does not watch."""


@dataclass(frozen=True)
class InstalledVoice:
    """A voice whose manifest reads well and whose files are there in full size."""

    manifest: Manifest
    directory: Path

    def path(self, role: str) -> Path | None:
        """Where the file with that role lies, or None if the voice has none."""
        file = self.manifest.file(role)
        return None if file is None else self.directory / file.name


class VoiceStore:
    """Installs, finds, checks and removes voices. Safe against crashes and against a second process doing the same."""

    def __init__(self, state_dir: Path) -> None:
        self.root = state_dir / "voices"

    def names(self) -> list[str]:
        """Names of what lies in the store, damaged voices too."""
        try:
            return sorted(entry.name for entry in self.root.iterdir() if re.fullmatch(NAME_PATTERN, entry.name))
        except FileNotFoundError:
            return []

    def installed(self) -> list[InstalledVoice]:
        """Every usable voice; a damaged one is left out with a warning and does not hide the others."""
        voices = []
        for name in self.names():
            try:
                voices.append(self._read(name))
            except InstallFailed as error:
                logger.warning("voice %s is damaged and not offered: %s", name, error)
        return voices

    def get(self, name: str) -> InstalledVoice:
        """The voice of that name.

        Raises :class:`Rejected` (``unknown_voice``) with the installed names if there is none, and
        :class:`Fatal` (``unknown_voice``) if it lies there damaged.
        """
        self._must_exist(name)
        try:
            return self._read(name)
        except InstallFailed as error:
            raise Fatal("unknown_voice", f"voice {name!r} is damaged: {error}", voice=name) from error

    def verify(self, name: str) -> list[str]:
        """What is wrong with an installed voice, one sentence each; every byte is read. Empty: nothing is wrong."""
        self._must_exist(name)
        try:
            voice = self._read(name)
        except InstallFailed as error:
            return [error.message]
        problems = ((file.name, problem_of(voice.directory / file.name, file)) for file in voice.manifest.files)
        return [f"{file} {problem}" for file, problem in problems if problem]

    def install(self, manifest: Manifest, files: Mapping[str, Path], progress: Progress = silent) -> InstalledVoice:
        """Put a voice in place of what had its name; ``files`` maps every name of the manifest to where it lies now.

        Raises :class:`InstallFailed` (wrong hash, file missing or cut short, disk full); the store is then as before.
        """
        try:
            with self._locked():
                staging = self.root / (STAGING + manifest.name)
                try:
                    self._stage(staging, manifest, files, progress)
                    self._swap(staging, manifest.name)
                finally:
                    shutil.rmtree(staging, ignore_errors=True)
        except OSError as error:
            raise InstallFailed(f"voice {manifest.name!r} cannot be written to {self.root}: {reason(error)}") from error
        return InstalledVoice(manifest, self.root / manifest.name)

    def remove(self, name: str) -> None:
        """Take a voice away at once: it is gone from the list before its files are."""
        self._must_exist(name)
        try:
            with self._locked():
                (self.root / name).rename(self.root / (STAGING + name))
                flush_directory(self.root)
                shutil.rmtree(self.root / (STAGING + name))
        except OSError as error:
            raise InstallFailed(f"voice {name!r} cannot be removed: {reason(error)}") from error

    def _must_exist(self, name: str) -> None:
        names = self.names()
        if name not in names:
            there = f"installed: {', '.join(names)}" if names else "none is installed"
            raise Rejected("unknown_voice", f"there is no voice {name!r}; {there}", voice=name, installed=names)

    def _read(self, name: str) -> InstalledVoice:
        directory = self.root / name
        try:
            manifest = manifests.read(directory / MANIFEST_NAME)
        except ConfigurationError as error:
            raise InstallFailed(error.message) from error
        if manifest.name != name:
            raise InstallFailed(f"its manifest is that of {manifest.name!r}")
        for file in manifest.files:
            path = directory / file.name
            size = path.stat().st_size if path.is_file() else None
            if size != file.bytes:
                raise InstallFailed(f"{file.name} is missing" if size is None else f"{file.name} is cut short")
        return InstalledVoice(manifest, directory)

    def _stage(self, staging: Path, manifest: Manifest, files: Mapping[str, Path], progress: Progress) -> None:
        _make_readable_directory(staging)
        total, done, told = sum(file.bytes for file in manifest.files), 0, -STEP
        for file in manifest.files:
            if 100 * done // total >= told + STEP:
                told = 100 * done // total
                progress(f"checking and writing {file.name} ({file.bytes / 1000:,.0f} kB; {told} % is written)")
            done += file.bytes
            if file.name not in files:
                raise InstallFailed(f"{file.member} of voice {manifest.name!r} is missing")
            with files[file.name].open("rb") as source:
                copy_checked(source, staging / file.name, file)
            (staging / file.name).chmod(0o644)
        with (staging / MANIFEST_NAME).open("xb") as sink:
            sink.write(manifests.dump(manifest))
            flush(sink)
        (staging / MANIFEST_NAME).chmod(0o644)
        flush_directory(staging)

    def _swap(self, staging: Path, name: str) -> None:
        target, replaced = self.root / name, self.root / (REPLACED + name)
        if target.exists():
            target.rename(replaced)
        staging.rename(target)
        flush_directory(self.root)
        shutil.rmtree(replaced, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone in the store, with what a crash left behind put right."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        if not self.root.is_dir():
            _make_readable_directory(self.root)
        with (self.root / ".lock").open("a") as lock:
            deadline = time.monotonic() + LOCK_WAIT_S
            while not _try_lock(lock.fileno()):
                if time.monotonic() > deadline:
                    raise InstallFailed(f"another installation has been using {self.root} for {LOCK_WAIT_S:.0f} s")
                time.sleep(0.05)
            self._tidy()
            yield

    def _tidy(self) -> None:
        for left in self.root.glob(STAGING + "*"):
            shutil.rmtree(left)
        for left in self.root.glob(REPLACED + "*"):
            place = self.root / left.name[len(REPLACED) :]
            if place.exists():
                shutil.rmtree(left)
            else:
                left.rename(place)  # the crash fell between the two renames: the old voice is the good one


def _make_readable_directory(path: Path) -> None:
    """The daemon often runs as another user than the one who installs, whose umask may be strict."""
    path.mkdir(exist_ok=True)
    path.chmod(0o755)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
