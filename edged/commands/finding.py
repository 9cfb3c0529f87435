"""What ``edged doctor`` says about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    level: Level
    """``error``: the box cannot speak as long as this stays; ``warning``: it can, but not as it should."""
    title: str
    """What was looked at, in a word or two."""
    detail: str
    """What was found."""
    fix: str | None = None
    """What a person can do about it."""


def ok(title: str, detail: str) -> Finding:
    """All is well."""
    return Finding("ok", title, detail)


def warning(title: str, detail: str, fix: str) -> Finding:
    """It speaks, but not as it should."""
    return Finding("warning", title, detail, fix)


def error(title: str, detail: str, fix: str) -> Finding:
    """It cannot speak."""
    return Finding("error", title, detail, fix)
