"""Voices ready to speak: the manifest, the engine and the front end of each, opened when first wanted."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edged.engine.contract import Engine
from edged.errors import Fatal, Rejected
from edged.settings import Settings
from edged.text.contract import FrontEnd

if TYPE_CHECKING:
    from edged.voices.store import InstalledVoice

TONE = "tone"
"""The name of the voice that needs no model."""


@dataclass(frozen=True)
class LoadedVoice:
    """A voice in memory."""

    name: str
    engine: Engine
    front_end: FrontEnd
    gain_db: float = 0.0
    """The voice's own gain, from its manifest."""


@dataclass(frozen=True)
class VoiceCard:
    """What others are told about a voice."""

    name: str
    languages: tuple[str, ...]
    gender: str | None
    engine: str
    description: str = ""
    version: str = ""
    capabilities: dict[str, object] = field(default_factory=dict)


class VoiceLibrary:
    """The installed voices. Thread-safe; a voice is opened once and stays."""

    def __init__(self, settings: Settings) -> None:
        from edged.voices.store import VoiceStore  # noqa: PLC0415 - only where voices are really used

        self._settings = settings
        self._store = VoiceStore(settings.state_dir)
        self._lock = threading.Lock()
        self._loaded: dict[str, LoadedVoice] = {}
        self._cards: tuple[VoiceCard, ...] = ()
        self.rescan()

    def rescan(self) -> None:
        """Look again at what is installed."""
        if self._settings.engine.kind == TONE:
            self._cards = (_tone_card(),)
        else:
            self._cards = tuple(_card(voice) for voice in self._store.installed())

    @property
    def cards(self) -> tuple[VoiceCard, ...]:
        """Every installed voice."""
        return self._cards

    def resolve(self, wanted: str, lang: str | None = None) -> VoiceCard:
        """The voice meant by a name or by ``male``/``female``.

        Raises ``Rejected``: ``unknown_voice`` with the names there are, ``unsupported`` for a language it cannot read.
        """
        if self._settings.engine.kind == TONE:
            return self._cards[0]
        for card in self._cards:
            if wanted == card.name or (wanted in {"male", "female"} and wanted == card.gender):
                if lang is not None and not _reads(card, lang):
                    continue
                return card
        raise self._refusal(wanted, lang)

    def _refusal(self, wanted: str, lang: str | None) -> Rejected:
        names = [card.name for card in self._cards]
        if wanted in names or (lang is not None and wanted in {"male", "female"}):
            return Rejected("unsupported", f"lang: no voice {wanted!r} reads {lang}", field="lang")
        return Rejected("unknown_voice", f"voice: {wanted[:64]!r} is not installed", field="voice", installed=names)

    def get(self, name: str) -> LoadedVoice:
        """The voice, opened and warm.

        Raises ``Rejected`` (``unknown_voice``) if it is not installed, ``Fatal`` (``provider_failed``) if its model
        cannot be opened.
        """
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._open(name)
            return self._loaded[name]

    def _open(self, name: str) -> LoadedVoice:
        voice = self._opened(name)
        voice.front_end.load()
        voice.engine.load()
        return voice

    def _opened(self, name: str) -> LoadedVoice:
        return _open_tone() if name == TONE else _open_installed(self._store.get(name), self._settings)

    def front_end(self, name: str) -> FrontEnd:
        """The voice's front end alone, loaded."""
        with self._lock:
            voice = self._loaded.get(name) or self._opened(name)
        voice.front_end.load()
        return voice.front_end

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            for voice in self._loaded.values():
                voice.engine.close()
            self._loaded.clear()


def _open_installed(voice: InstalledVoice, settings: Settings) -> LoadedVoice:
    """The engine and the front end that the manifest names, not loaded yet."""
    from edged.engine.session import open_cpu_session  # noqa: PLC0415 - loads the runtime, which only a real voice needs
    from edged.engine.student import Student  # noqa: PLC0415
    from edged.text.front_ends import open_front_end  # noqa: PLC0415

    manifest = voice.manifest
    vocabulary = _vocabulary(voice)
    weights = manifest.file("model")
    engine = Student(
        voice.model_path,
        manifest.label,
        vocabulary,
        sha256=weights.sha256 if weights else "",
        settings=settings.engine,
        cache=settings.state_dir / "engines",
    )
    front_end = open_front_end(
        manifest.front_end,
        manifest.languages,
        frozenset(vocabulary),
        open_cpu_session,
    )
    return LoadedVoice(manifest.name, engine, front_end, manifest.gain_db)


def _vocabulary(voice: InstalledVoice) -> dict[str, int]:
    """Symbol → number, from the voice's own file."""
    path = voice.path("vocabulary")
    if path is None:
        raise Fatal("provider_failed", f"the voice {voice.manifest.name} has no vocabulary; install it again")
    try:
        vocabulary: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fatal("provider_failed", f"{path} cannot be read: {error}; install the voice again") from error
    return vocabulary


def _open_tone() -> LoadedVoice:
    from edged.engine.tone import Tone  # noqa: PLC0415
    from edged.text.phonemes.letters import Letters  # noqa: PLC0415

    return LoadedVoice(TONE, Tone(), Letters())


def open_front_end(settings: Settings, name: str) -> FrontEnd:
    """The front end of an installed voice, loaded; the voice's engine is not opened."""
    library = VoiceLibrary(settings)
    return library.front_end(library.resolve(name).name)


def _reads(card: VoiceCard, lang: str) -> bool:
    primary = lang.partition("-")[0].lower()
    return any(language.partition("-")[0].lower() == primary for language in card.languages)


def _card(voice: InstalledVoice) -> VoiceCard:
    manifest = voice.manifest
    return VoiceCard(
        name=manifest.name,
        languages=tuple(manifest.languages),
        gender=manifest.gender,
        engine=manifest.engine,
        description=manifest.description,
        version=manifest.version,
        capabilities=manifest.capabilities.model_dump(),
    )


def _tone_card() -> VoiceCard:
    return VoiceCard(TONE, ("en",), None, TONE, "Beeps, for machines without a model")
