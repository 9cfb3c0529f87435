"""The real espeak-ng behind a script that makes it ill when a test wants it to be."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tests.programs import needed

State = Literal["well", "fails", "dies", "hangs", "every-second", "half"]
"""``fails``: it exits with 1; ``dies``: it is killed; ``hangs``: it stands still without a word; ``every-second``: it
fails every second time; ``half``: it is killed in the middle of its sound."""
SCRIPT = """#!/bin/sh
case "$*" in *--stdin*) state=$(cat "{folder}/state");; *) state=$(cat "{folder}/answers");; esac
case $state in
fails) exit 1;;
dies) kill -9 $$;;
hangs) exec sleep 60;;
half) "{program}" "$@" | head -c 40000; kill -9 $$;;
every-second)
    if [ -e "{folder}/turn" ]; then rm "{folder}/turn"; exit 1; fi
    : >"{folder}/turn";;
esac
exec "{program}" "$@"
"""


class AilingProgram:
    """A program to be named in `engine.espeak_program`. Skips the test where espeak-ng is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.path = folder / "espeak-ng"
        self.path.write_text(SCRIPT.format(folder=folder, program=needed("espeak-ng")), encoding="utf-8")
        self.path.chmod(0o755)
        self.becomes("well")
        self.answers("well")

    def becomes(self, state: State) -> None:
        """How it speaks from now on."""
        self._set("state", state)

    def answers(self, state: State) -> None:
        """How it answers from now on when it is asked for its voices or its version."""
        self._set("answers", state)

    def _set(self, name: str, state: State) -> None:
        new = self._folder / f"{name}.new"  # renamed: the script never reads half a word
        new.write_text(state, encoding="ascii")
        new.replace(self._folder / name)
