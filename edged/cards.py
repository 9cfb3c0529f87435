"""What others are told about a voice."""

from __future__ import annotations

from dataclasses import dataclass, field

from edged.voices.manifest import Manifest


@dataclass(frozen=True)
class VoiceCard:
    """One voice, as ``info`` and ``voices`` list it."""

    name: str
    languages: tuple[str, ...]
    gender: str | None
    engine: str
    description: str = ""
    version: str = ""
    capabilities: dict[str, object] = field(default_factory=dict)

    def reads(self, lang: str) -> bool:
        """Whether one of its languages is that of the tag, whatever the region."""
        primary = lang.partition("-")[0].lower()
        return any(language.partition("-")[0].lower() == primary for language in self.languages)


def card_of(manifest: Manifest) -> VoiceCard:
    """The card of an installed voice."""
    return VoiceCard(
        name=manifest.name,
        languages=tuple(manifest.languages),
        gender=manifest.gender,
        engine=manifest.engine,
        description=manifest.description,
        version=manifest.version,
        capabilities=manifest.capabilities.model_dump(),
    )
