"""Voices ready to speak: the manifest, the engine and the front end of each, opened when first wanted."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from edged.cards import VoiceCard, card_of
from edged.engine.contract import Engine
from edged.errors import Fatal, Rejected
from edged.settings import Settings
from edged.text.contract import FrontEnd

if TYPE_CHECKING:
    from edged.variants import Standing
    from edged.voices.choice import Choice, Run
    from edged.voices.manifest import Variant
    from edged.voices.store import InstalledVoice

log = logging.getLogger(__name__)

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
    choice: Choice | None = None
    """The order in which its variants were tried, and why; None for a voice without variants."""

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


class VoiceLibrary:
    """The installed voices. Thread-safe; a voice is opened once and stays."""

    def __init__(self, settings: Settings) -> None:
        from edged.voices.measurements import Measurements  # noqa: PLC0415 - only where voices are really used
        from edged.voices.store import VoiceStore  # noqa: PLC0415

        self._settings = settings
        self._store = VoiceStore(settings.state_dir)
        self._measurements = Measurements(settings.state_dir)
        self._lock = threading.Lock()
        self._loaded: dict[str, LoadedVoice] = {}
        self._cards: tuple[VoiceCard, ...] = ()
        self.rescan()

    def rescan(self) -> None:
        """Look again at what is installed."""
        if self._settings.engine.kind == TONE:
            self._cards = (VoiceCard(TONE, ("en",), None, TONE, "Beeps, for machines without a model"),)
        else:
            self._cards = tuple(card_of(voice.manifest) for voice in self._store.installed())

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
                if lang is not None and not card.reads(lang):
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
        if name == TONE:
            return _open_tone()
        from edged.variants import engine_for  # noqa: PLC0415 - loads the runtime, which only a real voice needs

        voice, choice = self._store.get(name), self.standing(name).choice
        engine = engine_for(voice, choice, self._settings)
        return LoadedVoice(name, engine, _open_front_end(voice), voice.manifest.gain_db, choice)

    def front_end(self, name: str) -> FrontEnd:
        """The voice's front end alone, loaded."""
        with self._lock:
            voice = self._loaded.get(name) or self._opened(name)
        voice.front_end.load()
        return voice.front_end

    # -- variants ----------------------------------------------------------------------------------------------

    def standing(self, name: str) -> Standing:
        """What is known of an installed voice's variants on this machine; raises like :meth:`get`."""
        from edged.variants import standing  # noqa: PLC0415 - loads the runtime

        return standing(self._store.get(name), self._settings, self._measurements)

    def alone(self, name: str, variant: Variant, front_end: FrontEnd) -> LoadedVoice:
        """The voice with this variant and no other, loaded, for whoever measures it; the caller closes its engine.

        Raises ``Fatal`` (``provider_failed``) if the variant does not run.
        """
        from edged.variants import alone, engine_for  # noqa: PLC0415 - loads the runtime

        voice, choice = self._store.get(name), alone(variant)
        engine = engine_for(voice, choice, self._settings)
        engine.load()
        return LoadedVoice(name, engine, front_end, voice.manifest.gain_db, choice)

    def remember(self, standing: Standing, runs: Sequence[Run]) -> Path:
        """Keep what was measured of these variants; where. Raises ``StorageFailed``."""
        from edged.variants import measurement_of  # noqa: PLC0415 - loads the runtime

        self._measurements.remember(measurement_of(standing, runs))
        return self._measurements.path

    def undecided(self) -> str | None:
        """The name of an open voice of which it is not known yet which variant is the best here. Never waits."""
        loaded = tuple(self._loaded.values())  # without the lock: whoever holds it may be opening a voice
        return next((one.name for one in loaded if one.choice and one.choice.undecided), None)

    def reconsider(self) -> list[str]:
        """Choose the variants of the open voices anew, from what has been measured since; names of those that changed.

        A voice is opened beside the old one and takes its place for whatever begins afterwards; what is being said is
        said to its end, then the old one goes. One that does not open leaves the old one in place.
        """
        with self._lock:
            loaded = [one for one in self._loaded.values() if one.choice is not None]
        return [one.name for one in loaded if self._reconsidered(one)]

    def _reconsidered(self, old: LoadedVoice) -> bool:
        from edged.variants import engine_for  # noqa: PLC0415 - loads the runtime

        try:
            voice, choice = self._store.get(old.name), self.standing(old.name).choice
            if voice.manifest.label != old.engine.model or choice == old.choice:
                return False
            if old.choice and (choice.variants, choice.providers) == (old.choice.variants, old.choice.providers):
                return self._swap(old, replace(old, choice=choice))
            engine = engine_for(voice, choice, self._settings)
            engine.load()
        except (Rejected, Fatal) as error:
            log.warning("%s stays as it is: %s", old.name, error.message)
            return False
        if not self._swap(old, replace(old, engine=engine, choice=choice)):
            engine.close()
            return False
        log.info("%s: %s speaks from now on", old.name, engine.provider.variant)
        weakref.finalize(old, old.engine.close).atexit = False  # whoever still speaks with it holds it
        return True

    def _swap(self, old: LoadedVoice, new: LoadedVoice) -> bool:
        with self._lock:
            swapped = self._loaded.get(old.name) is old
            if swapped:
                self._loaded[old.name] = new
        return swapped

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            for voice in self._loaded.values():
                voice.engine.close()
            self._loaded.clear()


def _open_front_end(voice: InstalledVoice) -> FrontEnd:
    """The front end that the manifest names, not loaded yet."""
    from edged.engine.session import open_cpu_session  # noqa: PLC0415 - loads the runtime
    from edged.text.front_ends import open_front_end  # noqa: PLC0415
    from edged.variants import vocabulary  # noqa: PLC0415

    manifest = voice.manifest
    return open_front_end(manifest.front_end, manifest.languages, frozenset(vocabulary(voice)), open_cpu_session)


def _open_tone() -> LoadedVoice:
    from edged.engine.tone import Tone  # noqa: PLC0415
    from edged.text.phonemes.letters import Letters  # noqa: PLC0415

    return LoadedVoice(TONE, Tone(), Letters())


def open_front_end(settings: Settings, name: str) -> FrontEnd:
    """The front end of an installed voice, loaded; the voice's engine is not opened."""
    library = VoiceLibrary(settings)
    return library.front_end(library.resolve(name).name)
