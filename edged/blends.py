"""Voices by name, and voices between voices: ``zf_xiaoxiao:0.7+zf_xiaobei:0.3``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edged.cards import VoiceCard
from edged.errors import Rejected

MAX_PARTS = 8
"""Voices in a blend."""


def find(cards: Sequence[VoiceCard], wanted: str) -> VoiceCard | None:
    """The voice of that name or blend; None if it, or a part of it, is not installed.

    The name of a package means its first voice; beeps stand for every voice. A blend has the languages and the gender
    of its heaviest part. Raises ``Rejected``: ``bad_request`` for one that is not well-formed, ``unsupported`` for one
    whose parts cannot be mixed.
    """
    if [card.engine for card in cards] == ["tone"]:
        return cards[0]
    exact = next((card for card in cards if card.name == wanted), None)
    exact = exact or next((card for card in cards if card.package == wanted), None)
    if exact is not None or not re.search(r"[:+]", wanted):
        return exact
    parts = blend_parts(wanted)
    found = [(next((card for card in cards if card.name == name), None), weight) for name, weight in parts]
    if any(card is None for card, _ in found):
        return None
    there = [(card, weight) for card, weight in found if card is not None]
    first = max(there, key=lambda item: item[1])[0]
    if any(card.package != first.package or not card.capabilities.get("blend") for card, _ in there):
        raise Rejected("unsupported", f"voice: {wanted[:64]!r} cannot be mixed: not all of one package", field="voice")
    return replace(first, name=blend_name(parts), description=f"a blend of {len(parts)} voices", figures={})


def blend_parts(wanted: str) -> list[tuple[str, float]]:
    """Names and weights of ``a:0.7+b:0.3``; the weights add up to 1. A part without a weight has weight 1."""
    parts: dict[str, float] = {}
    for part in wanted.split("+"):
        name, _, weight = part.strip().partition(":")
        parts[name] = parts.get(name, 0.0) + _weight(weight, wanted)
    total = sum(parts.values())
    if not all(parts) or len(parts) > MAX_PARTS or total <= 0:
        words = f"voice: {wanted[:64]!r} is no blend like a:0.7+b:0.3 of at most {MAX_PARTS} voices"
        raise Rejected("bad_request", words, field="voice")
    return [(name, weight / total) for name, weight in parts.items()]


def _weight(written: str, wanted: str) -> float:
    if not written:
        return 1.0
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", written):
        raise Rejected("bad_request", f"voice: {written[:16]!r} in {wanted[:64]!r} is no weight", field="voice")
    return float(written)


def blend_name(parts: Iterable[tuple[str, float]]) -> str:
    """One way to write a blend, whatever way it was asked for."""
    return "+".join(f"{name}:{round(weight, 4):g}" for name, weight in sorted(parts))
