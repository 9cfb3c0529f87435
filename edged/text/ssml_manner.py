"""What an element of SSML changes about the way of speaking, by its attributes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from edged.request import Notice
from edged.text import ssml_values
from edged.text.contract import Manner
from edged.text.inline import OWN_VOICE, VOICE
from edged.text.ssml_tree import Element

OBEYED: dict[str, tuple[str, ...]] = {
    "speak": ("xml:lang",),
    "p": ("xml:lang",),
    "s": ("xml:lang",),
    "lang": ("xml:lang",),
    "voice": ("languages", "xml:lang", "gender", "name"),
    "prosody": ("rate", "pitch", "volume"),
    "break": ("time", "strength"),
    "say-as": ("interpret-as", "format"),
    "phoneme": ("alphabet", "ph"),
    "sub": ("alias",),
    "mark": ("name",),
    "audio": ("src",),
}
"""Element -> the attributes that mean something here; where two say the same, the later one counts."""
WITHOUT_MEANING = re.compile(r"version|id|xmlns(?::.*)?|xml:(?:base|id|space)|xsi:.*|.*:?schemaLocation", re.DOTALL)
"""Attributes that change nothing about the sound."""

SPEEDS = (0.5, 2.0)
PITCHES = (-6.0, 6.0)
"""Semitones."""
VOLUMES = (0.0, 2.0)
"""What a request may ask for; twice its own loudness is 6 dB more."""

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
NAMED_VOICE = re.compile(VOICE)
GENDERS = frozenset({"male", "female"})


def notice(code: str, element: Element, words: str) -> Notice:
    """A warning that says where in the text it belongs to."""
    where = f"<{element.name[:64]}> (line {element.line} column {element.column})"
    return Notice(code, f"{where}: {words}", "text")


def inner(element: Element, outer: Manner) -> tuple[Manner, list[Notice]]:
    """The manner inside an element, and what of its attributes was not understood."""
    manner = outer
    notices = unknown_attributes(element)
    for name in OBEYED[element.name]:
        value = element.attributes.get(name)
        if value is None:
            continue
        changed = _READERS[name](value.strip(), manner)
        if changed is None:
            notices.append(not_understood(element, name))
            continue
        manner = _within_bounds(changed)
        if manner != changed:
            notices.append(notice("out_of_range", element, f"{name}={value[:32]!r} goes beyond what can be spoken"))
    return manner, notices


def unknown_attributes(element: Element) -> list[Notice]:
    """A warning for every attribute that is not obeyed."""
    known = OBEYED[element.name]
    names = [name for name in element.attributes if name not in known and not WITHOUT_MEANING.fullmatch(name)]
    return [notice("unknown_attribute", element, f"the attribute {name[:64]!r} is not obeyed") for name in names]


def not_understood(element: Element, attribute: str, hint: str = "") -> Notice:
    """The warning for a value that is passed over."""
    value = element.attributes[attribute]
    return notice("unknown_value", element, f"{attribute}={value[:64]!r} is not understood{hint}")


def _within_bounds(manner: Manner) -> Manner:
    return replace(
        manner,
        speed=min(max(manner.speed, SPEEDS[0]), SPEEDS[1]),
        pitch=min(max(manner.pitch, PITCHES[0]), PITCHES[1]),
        volume=min(max(manner.volume, VOLUMES[0]), VOLUMES[1]),
    )


def _language(value: str, manner: Manner) -> Manner | None:
    if not value:
        return replace(manner, lang=None)
    return replace(manner, lang=value) if LANGUAGE.fullmatch(value) else None


def _languages(value: str, manner: Manner) -> Manner | None:
    """The first of a list; behind a colon stands an accent."""
    first = value.partition(" ")[0].partition(":")[0]
    return _language(first, manner) if first else None


def _gender(value: str, manner: Manner) -> Manner | None:
    return replace(manner, voice=value) if value in GENDERS else None


def _name(value: str, manner: Manner) -> Manner | None:
    """The first of a list."""
    first = value.partition(" ")[0]
    if first == OWN_VOICE:
        return replace(manner, voice=None)
    return replace(manner, voice=first) if NAMED_VOICE.fullmatch(first) else None


def _rate(value: str, manner: Manner) -> Manner | None:
    speed = ssml_values.rate(value, manner.speed)
    return None if speed is None else replace(manner, speed=speed)


def _pitch(value: str, manner: Manner) -> Manner | None:
    pitch = ssml_values.pitch(value, manner.pitch)
    return None if pitch is None else replace(manner, pitch=pitch)


def _volume(value: str, manner: Manner) -> Manner | None:
    volume = ssml_values.volume(value, manner.volume)
    return None if volume is None else replace(manner, volume=volume)


_READERS: dict[str, Callable[[str, Manner], Manner | None]] = {
    "xml:lang": _language,
    "languages": _languages,
    "gender": _gender,
    "name": _name,
    "rate": _rate,
    "pitch": _pitch,
    "volume": _volume,
}
