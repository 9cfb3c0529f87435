"""Steps of a build: each in a folder of its own, done once, and again when what it was made from has changed."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantize.compare.listeners import Language, Listener, listeners
from quantize.recipe import Recipe

PACKAGES = ("onnx", "onnxruntime", "onnxslim", "numpy")
"""Whose releases may change what comes out."""
STAMP = "done"


def versions() -> dict[str, str]:
    """Package → version, of those that may change what comes out."""
    return {name: importlib.metadata.version(name) for name in PACKAGES if _is_installed(name)}


@dataclass(frozen=True)
class Workshop:
    """Where a voice is built."""

    recipe: Recipe
    root: Path
    """Folder with one folder for each step."""
    models: Path
    """Folder of the manifests, into which the finished package goes."""
    listeners: Callable[[Language, Path], Sequence[Listener]] = listeners
    """Who listens to a language: every recogniser that there is, unless the build is a trial."""

    def folder(self, step: str) -> Path:
        """Of a step."""
        return self.root / step

    def say(self, words: str) -> None:
        """Tell whoever watches."""
        sys.stderr.write(f"  {words}\n")
        sys.stderr.flush()

    def count(self, what: str) -> Callable[[int, int], None]:
        """A progress that is told at every tenth part."""
        told = [0]

        def progress(done: int, total: int) -> None:
            tenth = 10 * done // total
            if tenth > told[0]:
                told[0] = tenth
                self.say(f"{what}: {done} of {total}")

        return progress

    def read(self, step: str, name: str) -> Any:
        """A JSON file that a step has written."""
        return json.loads((self.folder(step) / name).read_text(encoding="utf-8"))

    def write(self, step: str, name: str, data: Any) -> None:
        """Write a JSON file of a step."""
        text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder(step) / name).write_text(text + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Step:
    """One step: what it does, and the steps whose results it reads."""

    name: str
    work: Callable[[Workshop], None]
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ("source",)
    """Fields of the recipe that change its result."""
    keeps: bool = False
    """Its folder holds results that are worth keeping when it is done again (it looks after them itself)."""


def run(workshop: Workshop, steps: Sequence[Step], wanted: Sequence[str] | None = None, *, again: bool = False) -> None:
    """Do the steps in order; those whose material has not changed are skipped.

    ``wanted`` names the steps to do and leaves out the others; ``again`` does them whether or not they are done.
    """
    keys: dict[str, str] = {}
    for number, step in enumerate(steps, 1):
        keys[step.name] = _key(workshop.recipe, step, keys)
        if wanted is not None and step.name not in wanted:
            continue
        folder = workshop.folder(step.name)
        stamp = folder / STAMP
        label = f"[{number}/{len(steps)}] {step.name}"
        if not again and stamp.is_file() and stamp.read_text(encoding="ascii") == keys[step.name]:
            sys.stderr.write(f"{label}: done before\n")
            continue
        sys.stderr.write(f"{label}\n")
        if folder.exists() and not step.keeps:
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        began = time.monotonic()
        step.work(workshop)
        stamp.write_text(keys[step.name], encoding="ascii")
        sys.stderr.write(f"{label}: {time.monotonic() - began:.1f} s\n")


def _key(recipe: Recipe, step: Step, keys: dict[str, str]) -> str:
    material = recipe.model_dump(mode="json", include=set(step.reads))
    told = json.dumps([step.name, material, versions(), [keys[name] for name in step.after]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
