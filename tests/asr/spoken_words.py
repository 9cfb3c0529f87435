"""Words that mean the same on both sides of a comparison: figures as words, one spelling, no punctuation."""

from __future__ import annotations

import re

from edged.text.characters import clean
from edged.text.normalize import normalize

SAME = {"okay": "ok", "neighbour": "neighbor", "a.m.": "am", "p.m.": "pm", "wifi": "wi fi", "programme": "program"}
CLOCK = re.compile(r"(?<![\d$.])(\d{1,2})[.:]([0-5]\d)(?!\d)")
"""A listener writes a time of day with a point or a colon."""
WEAK = frozenset({"and"})
"""Stands between figures or not, by taste: "one hundred and five"."""


def words(text: str) -> list[str]:
    """The words of a text as one says them."""
    read = normalize(clean(CLOCK.sub(r"\1 \2", text))).lower().replace("o'clock", "")
    for written, same in SAME.items():
        read = read.replace(written, same)
    return [word for word in re.findall(r"[a-z']+", read.replace("-", " ")) if word not in WEAK]


def errors(expected: list[str], heard: list[str]) -> int:
    """Substitutions, insertions and deletions that make the one the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(expected, 1):
        previous, row[0] = row[0], count
        for column, other in enumerate(heard, 1):
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, previous + (word != other))
    return row[-1]
