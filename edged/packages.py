"""Voice packages in memory: one engine and one reader each, shared by all the voices of the package."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edged.cards import VoiceCard, cards_of
from edged.engine.contract import Engine
from edged.errors import Fatal
from edged.settings import Settings
from edged.text.front_ends import Means, missing, openers, readable
from edged.text.language import SCRIPTS
from edged.text.reader import Amend, Reader, unamended

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from edged.voices.choice import Choice
    from edged.voices.store import InstalledVoice

log = logging.getLogger(__name__)

TONE = "tone"
"""The name of the voice that needs no model."""
ESPEAK = "espeak"
"""The name of the voice of the separate program espeak-ng: the last resort."""


@dataclass(frozen=True)
class LoadedVoice:
    """A voice in memory."""

    name: str
    engine: Engine
    reader: Reader
    gain_db: float = 0.0
    """The voice's own gain, from its manifest."""
    choice: Choice | None = None
    """The order in which its variants were tried, and why; None for a voice without variants."""
    has_pitch: bool = True
    """Whether its engine obeys ``pitch``."""
    package: OpenPackage | None = field(default=None, compare=False)
    """What it belongs to: whoever holds the voice keeps the package in memory."""

    def close(self) -> None:
        """Give the memory of its package back; for whoever opened it alone."""
        if self.package is not None:
            self.package.close()

    @property
    def degraded(self) -> str | None:
        """Why it does not run as it was meant to, in words; None if it does."""
        report, choice = self.engine.provider, self.choice
        if report.degraded or choice is None:
            return report.degraded
        meant = next((one.name for one in choice.variants if one.provider == report.obtained), report.variant)
        if meant != report.variant:
            return f"{meant} was wanted, {report.variant} runs: {report.failures.get(report.obtained, 'it failed')}"
        return choice.problem or choice.missed


@dataclass(eq=False)
class OpenPackage:
    """A package in memory. ``eq`` is identity: a package that was opened anew is another one."""

    name: str
    engine: Engine
    """That of its only voice, or the first one; owns the model."""
    reader: Reader
    engine_of: Callable[[str], Engine]
    """Name of a voice or a blend → its engine; cheap."""
    gain_of: Callable[[str], float]
    has_pitch: bool = True
    choice: Choice | None = None
    mib: float = 0.0
    """Memory that it took to load."""

    def voice(self, name: str) -> LoadedVoice:
        """One of its voices, or a blend of them; raises ``Rejected`` (``unknown_voice``)."""
        return LoadedVoice(
            name, self.engine_of(name), self.reader, self.gain_of(name), self.choice, self.has_pitch, self
        )

    def close(self) -> None:
        """Give the memory back."""
        self.engine.close()


def means_of(settings: Settings) -> Means:
    """What front ends are made with on this machine."""

    def open_session(*arguments: object) -> object:
        from edged.engine.session import open_cpu_session  # noqa: PLC0415 - loads the runtime

        return open_cpu_session(*arguments)  # type: ignore[arg-type]  # passed through

    return Means(open_session, settings.engine.espeak_program)


def cards_in(voice: InstalledVoice, means: Means) -> list[VoiceCard]:
    """The voices of an installed package, with the languages that are read here; and what is missing for others."""
    kind = voice.manifest.front_end
    return [
        replace(card, languages=readable(kind, card.languages, means), missing=missing(kind, card.languages, means))
        for card in cards_of(voice.manifest)
    ]


def tone_card() -> VoiceCard:
    """Beeps: they read every script."""
    return VoiceCard(TONE, ("en", *SCRIPTS), None, TONE, "Beeps, for machines without a model", package=TONE)


def espeak_card(means: Means) -> VoiceCard | None:
    """The last resort, if its program is installed and answers."""
    if not means.has_espeak:
        return None
    from edged.engine.espeak import languages  # noqa: PLC0415 - starts the program

    try:
        found = languages(means.espeak)
    except Fatal as error:
        log.error("the voice %s is not offered: %s", ESPEAK, error.message)  # noqa: TRY400 - its cause is the sentence
        return None
    capabilities = {"speed": (0.5, 2.0), "pitch": True, "blend": False}
    description = "The separate program espeak-ng: plain, and always there"
    return VoiceCard(ESPEAK, found, None, ESPEAK, description, package=ESPEAK, capabilities=capabilities)


def open_tone() -> OpenPackage:
    """The beeps, not loaded yet."""
    from edged.engine.tone import Tone  # noqa: PLC0415

    engine, means = Tone(), Means(lambda _: None)
    reader = Reader(openers("letters", tone_card().languages, (), means))
    return OpenPackage(TONE, engine, reader, engine_of=lambda _: engine, gain_of=lambda _: 0.0)


def open_espeak(settings: Settings, amend: Amend = unamended) -> OpenPackage:
    """The last resort, not loaded yet."""
    from edged.engine.espeak import GAIN_DB, EspeakVoice  # noqa: PLC0415

    means = means_of(settings)
    card = espeak_card(means)
    languages = card.languages if card else ("en",)
    engine = EspeakVoice(means.espeak)
    reader = Reader(openers("written", languages, (), means), amend)
    return OpenPackage(ESPEAK, engine, reader, engine_of=lambda _: engine, gain_of=lambda _: GAIN_DB)
