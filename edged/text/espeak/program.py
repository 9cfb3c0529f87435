"""The program ``espeak-ng``: written text in, phonemes out; one process for a whole text, bounded in time and size."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Sequence
from typing import IO

from edged import espeak_ng
from edged.errors import Fatal, Rejected, Retryable
from edged.espeak_ng import LONGEST_BYTES, PROGRAM

MOST_BYTES = 512 * 1024
"""Of phonemes from one call: sixteen for each byte of text, three times what figures in words take."""
DEADLINE_S = 5.0
"""For one call; it takes a hundredth of a second."""
PARAGRAPH = "\n\n"
"""Parts clauses whatever stands around it: what follows is read by itself, on a line of its own."""


WORDLESS = re.compile(r"[^\w\s'’.,;:!?-]+")
"""Signs: on some of them, beside some letters, version 1.51 crashes."""


CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
"""Ends that the program brings about by itself; nobody else sends these."""


class Crashed(Rejected):
    """The program died of a text."""


class Program:
    """Where the program is, and how it is asked. Any thread may call it: every call is a process of its own."""

    def __init__(self, path: str = PROGRAM) -> None:
        """``path``: a name to be found on PATH, or a path."""
        self._path = path

    def phonemes(self, parts: Sequence[str], voice: str) -> list[str]:
        """IPA of each part, as the program writes it, ``^`` between the symbols of one sound, ``(en)`` at switches.

        ``parts`` hold no empty line. Raises ``Fatal`` (``unsupported``) if the program is missing or has no such voice,
        ``Retryable`` or ``Fatal`` (``synth_failed``) if it takes too long or fails, ``Rejected`` (``bad_request``) for
        a text that it crashes on even without its signs.
        """
        try:
            lines = self._lines(PARAGRAPH.join(parts), voice)
        except Crashed:
            parts = [WORDLESS.sub(" ", part).strip() or "," for part in parts]
            lines = self._lines(PARAGRAPH.join(parts), voice)
        if len(lines) == len(parts):
            return lines
        if len(parts) == 1:
            return [" ".join(lines)]
        return [" ".join(self._lines(part, voice)) for part in parts]  # one of them is several clauses, or none

    def _lines(self, text: str, voice: str) -> list[str]:
        """What it writes for a text: one line a clause."""
        content = text.encode("utf-8", "replace")
        if len(content) > LONGEST_BYTES:
            raise Fatal("synth_failed", f"{len(content)} bytes of text at once; {self._path} is given {LONGEST_BYTES}")
        # -b 1: UTF-8
        command = [espeak_ng.located(self._path), "-q", "--ipa", "--tie=^", "--stdin", "-b", "1", "-v", voice]
        with espeak_ng.in_memory() as errors:
            said, status = _run(command, content, errors)
            errors.seek(0)
            told = errors.read(300).decode("utf-8", "replace").strip()
        if status != 0 and "voice does not exist" in told:
            raise Fatal("unsupported", f"{self._path} has no voice for {voice!r}", language=voice)
        if -status in CRASHES:
            words = f"{self._path} breaks on this text (signal {-status}): write it with fewer signs"
            raise Crashed("bad_request", words, field="text")
        if status != 0:
            raise Fatal("synth_failed", f"{self._path} ended with {status}: {told or 'without a word'}")
        return [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]


def _run(command: list[str], text: bytes, errors: IO[bytes]) -> tuple[bytes, int]:
    """What the program wrote and its exit status; it never outlives this call."""
    with espeak_ng.started(command, text, code="synth_failed", errors=errors) as process:
        try:
            said = espeak_ng.read(process, MOST_BYTES + 1, DEADLINE_S)
            if len(said) > MOST_BYTES:
                raise Fatal("synth_failed", f"more than {MOST_BYTES} bytes of phonemes for one text")
            return said, process.wait(1.0)
        except subprocess.TimeoutExpired as error:
            raise Retryable("synth_failed", f"{command[0]} did not end in {DEADLINE_S:.0f} s") from error
