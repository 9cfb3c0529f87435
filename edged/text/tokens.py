"""Strings of phonemes: checked against a voice's alphabet and kept within an engine's length."""

from __future__ import annotations

import re
from collections.abc import Collection

from edged.errors import Rejected

LONGEST = 400
"""Phonemes that the models were trained to say at once; the reference splits here too (hibari.tts.MAX_PHONEMES)."""
BREATH = re.compile(r"[;:,.!?—…)]+ +")
GAP = re.compile(r" +")


def require_known(phonemes: str, word: str, symbols: Collection[str]) -> None:
    """Raise :class:`edged.errors.Rejected` (``bad_request``) naming the first symbol outside the voice's alphabet."""
    unknown = next((symbol for symbol in phonemes if symbol not in symbols), None)
    if unknown is not None:
        raise Rejected(
            "bad_request",
            f"the phoneme {unknown!r} of {word[:64]!r} is not one of the voice",
            phoneme=unknown,
            field="text",
        )


def within(phonemes: str, longest: int = LONGEST) -> tuple[str, ...]:
    """The string cut into strings of at most ``longest``: at a stop, else at a space, else anywhere.

    Only spaces at the cuts are lost. An empty string gives none.
    """
    parts: list[str] = []
    rest = phonemes.strip()
    while len(rest) > longest:
        cut = next((end for place in (BREATH, GAP) if (end := _last(place, rest, longest))), longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def _last(place: re.Pattern[str], phonemes: str, longest: int) -> int:
    """End of the last such place in the latter three quarters of what fits; 0 if there is none."""
    ends = [found.end() for found in place.finditer(phonemes, longest // 4, longest + 1)]
    return ends[-1] if ends else 0
