"""What others are told about a voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edged.voices.manifest import Manifest


@dataclass(frozen=True)
class VoiceCard:
    """One voice, as ``info`` and ``voices`` list it."""

    name: str
    languages: tuple[str, ...]
    """BCP 47, its native one first."""
    gender: str | None
    engine: str
    description: str = ""
    version: str = ""
    package: str = ""
    """The voice package that it belongs to; several voices may share one."""
    capabilities: Mapping[str, object] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was measured of it; the keys name the units."""
    note: str | None = None
    """What one should know before choosing it."""
    native: str | None = None
    """The language that it was made for, BCP 47, whether it is read here or not."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Language that it would read if something were installed → what, in words."""

    def reads(self, lang: str) -> bool:
        """Whether one of its languages is that of the tag, whatever the region."""
        primary = lang.partition("-")[0].lower()
        return any(language.partition("-")[0].lower() == primary for language in self.languages)


def cards_of(manifest: Manifest) -> tuple[VoiceCard, ...]:
    """The cards of an installed package: one for each of its voices."""
    whole = VoiceCard(
        name=manifest.name,
        languages=tuple(manifest.languages),
        gender=manifest.gender,
        engine=manifest.engine,
        description=manifest.description,
        version=manifest.version,
        package=manifest.name,
        capabilities=manifest.capabilities.model_dump(),
        figures=dict(manifest.figures),
        native=manifest.languages[0],
    )
    if not manifest.styles:
        return (whole,)
    return tuple(
        VoiceCard(
            name=style.name,
            languages=tuple(style.languages),
            gender=style.gender,
            engine=manifest.engine,
            description=f"{style.name} of {manifest.label}",
            version=manifest.version,
            package=manifest.name,
            capabilities=manifest.capabilities.model_dump(),
            figures=dict(style.figures),
            note=style.note,
            native=style.languages[0],
        )
        for style in manifest.styles
    )
