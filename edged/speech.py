"""The voices of this box: which there are, and the packages behind them, opened when first wanted and let go again."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edged import packages
from edged.blends import find
from edged.casting import GENDERS, best, unknown_voice, unread
from edged.engine.memory import resident_mib
from edged.errors import Fatal, Rejected
from edged.packages import ESPEAK, TONE, LoadedVoice, OpenPackage
from edged.text.reader import Amend, Reader, unamended

if TYPE_CHECKING:
    from edged.cards import VoiceCard
    from edged.settings import Settings
    from edged.variants import Standing
    from edged.voices.choice import Run
    from edged.voices.manifest import Variant

log = logging.getLogger(__name__)

__all__ = ["ESPEAK", "TONE", "LoadedVoice", "VoiceLibrary", "open_library"]


class VoiceLibrary:
    """The installed voices. Thread-safe; a package is opened once and stays as long as there is memory for it."""

    def __init__(self, settings: Settings, amend: Amend = unamended) -> None:
        from edged.voices.measurements import Measurements  # noqa: PLC0415 - only where voices are really used
        from edged.voices.store import VoiceStore  # noqa: PLC0415

        self._settings = settings
        self._amend = amend
        self._means = packages.means_of(settings)
        self._store = VoiceStore(settings.state_dir)
        self._measurements = Measurements(settings.state_dir)
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}
        self._open: OrderedDict[str, OpenPackage] = OrderedDict()
        self._loading: list[str] = []
        self._cards: tuple[VoiceCard, ...] = ()
        self.changed: Callable[[], None] = lambda: None
        """Called when a package begins or ends to load."""
        self.kept: Callable[[], Collection[str]] = tuple
        """Names of voices whose packages are never let go."""
        self.rescan()

    # -- which there are ---------------------------------------------------------------------------------------

    def rescan(self) -> None:
        """Look again at what is installed."""
        if self._settings.engine.kind == TONE:
            self._cards = (packages.tone_card(),)
            return
        cards = [card for voice in self._store.installed() for card in packages.cards_in(voice, self._means)]
        last = packages.espeak_card(self._means)
        self._cards = (*cards, *([last] if last else []))

    @property
    def cards(self) -> tuple[VoiceCard, ...]:
        """Every installed voice."""
        return self._cards

    @property
    def loading(self) -> str | None:
        """Name of a package that is being loaded now."""
        return next(iter(self._loading), None)

    def resolve(self, wanted: str, lang: str | None = None) -> VoiceCard:
        """The voice meant by a name, a blend or ``male``/``female``; for ``lang`` the best of them.

        Raises ``Rejected``: ``unknown_voice`` with the names there are, ``unsupported`` for a language that no voice
        reads or a blend that cannot be, ``bad_request`` for one that is not well-formed.
        """
        if self._settings.engine.kind == TONE:
            return self._cards[0]
        if wanted in GENDERS:
            card = best((card for card in self._cards if card.gender == wanted), [lang] if lang else [])
        else:
            card = find(self._cards, wanted)
        if lang is not None and not any(one.reads(lang) for one in self._cards):
            raise unread(lang, self._cards)
        if card is None:
            raise unknown_voice(wanted, self._cards)
        return card

    # -- in memory ---------------------------------------------------------------------------------------------

    def get(self, name: str) -> LoadedVoice:
        """The voice, opened and warm, with what reads its native language.

        Raises ``Rejected`` (``unknown_voice``) if it is not installed, ``Fatal`` (``provider_failed``) if its model
        cannot be opened.
        """
        package = self._package(self._package_of(name))
        card = find(self._cards, name)
        native = card.languages[:1] if card else ()
        if not package.reader.is_loaded(native):
            with self._told_loading(package.name):
                package.reader.load(native)
        return package.voice(name)

    def _package_of(self, name: str) -> str:
        card = find(self._cards, name)
        if card is None:
            if name in self._store.names():
                self._store.get(name)  # says what is wrong with it
            raise unknown_voice(name, self._cards)
        return card.package

    def _package(self, name: str) -> OpenPackage:
        with self._lock:
            opening = self._opening.setdefault(name, threading.Lock())
        with opening:
            with self._lock:
                if name in self._open:
                    self._open.move_to_end(name)
                    return self._open[name]
            package = self._loaded(name)
            with self._lock:
                self._open[name] = package
        self._make_room(name)
        return package

    def _loaded(self, name: str) -> OpenPackage:
        with self._told_loading(name):
            before = resident_mib()
            package = self._opened(name)
            package.engine.load()
            package.mib = max(resident_mib() - before, 0.0)
        log.info("%s is loaded: %.0f MiB", name, package.mib)
        return package

    @contextmanager
    def _told_loading(self, name: str) -> Iterator[None]:
        self._loading.append(name)
        self.changed()
        try:
            yield
        finally:
            self._loading.remove(name)
            self.changed()

    def _make_room(self, newest: str) -> None:
        """Let go of what was not used for longest, until the rest fits; never of what was just opened or is kept."""
        limit = self._settings.engine.memory_mib
        if not limit:
            return
        kept = {newest} | {card.package for name in self.kept() if (card := find(self._cards, name)) is not None}
        with self._lock:
            total = sum(package.mib for package in self._open.values())
            for name in [name for name in self._open if name not in kept]:
                if total <= limit:
                    return
                package = self._open.pop(name)
                total -= package.mib
                log.info("%s is let go: the voices in memory take more than %d MiB", name, limit)
                _close_when_unused(package)

    def _opened(self, name: str) -> OpenPackage:
        """The package, not loaded yet."""
        if name == TONE:
            return packages.open_tone()
        if name == ESPEAK:
            return packages.open_espeak(self._settings, self._amend)
        from edged.variants import open_package  # noqa: PLC0415 - loads the runtime, which only a real voice needs

        return open_package(self._store.get(name), self.standing(name).choice, self._settings, self._reader(name))

    def _reader(self, name: str) -> Reader:
        """That of an open package, else a new one."""
        from edged.variants import reader_of  # noqa: PLC0415 - loads the runtime

        with self._lock:
            known = self._open.get(name)
        return known.reader if known else reader_of(self._store.get(name), self._means, self._amend)

    def reader(self, name: str) -> Reader:
        """What reads to this voice; its engine is not opened for it."""
        package = self._package_of(name)
        if package in {TONE, ESPEAK}:
            return self._package(package).reader
        return self._reader(package)

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            for package in self._open.values():
                package.close()
            self._open.clear()

    # -- variants ----------------------------------------------------------------------------------------------

    def standing(self, name: str) -> Standing:
        """What is known of an installed package's variants on this machine; raises like :meth:`get`."""
        from edged.variants import standing  # noqa: PLC0415 - loads the runtime

        return standing(self._store.get(self._package_of(name)), self._settings, self._measurements)

    def alone(self, name: str, variant: Variant, reader: Reader) -> LoadedVoice:
        """A voice with this variant of its package and no other, loaded, for whoever measures it.

        The caller closes its package. Raises ``Fatal`` (``provider_failed``) if the variant does not run.
        """
        from edged.variants import alone, open_package  # noqa: PLC0415 - loads the runtime

        package = open_package(self._store.get(self._package_of(name)), alone(variant), self._settings, reader)
        package.engine.load()
        return package.voice(name)

    def remember(self, standing: Standing, runs: Sequence[Run]) -> Path:
        """Keep what was measured of these variants; where. Raises ``StorageFailed``."""
        from edged.variants import measurement_of  # noqa: PLC0415 - loads the runtime

        self._measurements.remember(measurement_of(standing, runs))
        return self._measurements.path

    def undecided(self) -> str | None:
        """The name of an open package of which it is not known yet which variant is the best here. Never waits."""
        loaded = tuple(self._open.values())  # without the lock: whoever holds it may be opening a voice
        return next((one.name for one in loaded if one.choice and one.choice.undecided), None)

    def reconsider(self) -> list[str]:
        """Choose the variants of the open packages anew, from what has been measured since; names of those changed.

        A package is opened beside the old one and takes its place for whatever begins afterwards; what is being said
        is said to its end, then the old one goes. One that does not open leaves the old one in place.
        """
        with self._lock:
            loaded = [one for one in self._open.values() if one.choice is not None]
        return [one.name for one in loaded if self._reconsidered(one)]

    def _reconsidered(self, old: OpenPackage) -> bool:
        from edged.variants import open_package  # noqa: PLC0415 - loads the runtime

        try:
            voice, choice = self._store.get(old.name), self.standing(old.name).choice
            if voice.manifest.label != old.engine.model or choice == old.choice:
                return False
            if old.choice and (choice.variants, choice.providers) == (old.choice.variants, old.choice.providers):
                old.choice = choice
                return True
            new = open_package(voice, choice, self._settings, old.reader)
            new.engine.load()
            new.mib = old.mib
        except (Rejected, Fatal) as error:
            log.warning("%s stays as it is: %s", old.name, error.message)
            return False
        if not self._swap(old, new):
            new.close()
            return False
        log.info("%s: %s speaks from now on", old.name, new.engine.provider.variant)
        _close_when_unused(old)
        return True

    def _swap(self, old: OpenPackage, new: OpenPackage) -> bool:
        with self._lock:
            swapped = self._open.get(old.name) is old
            if swapped:
                self._open[old.name] = new
        return swapped


def _close_when_unused(package: OpenPackage) -> None:
    """Whoever still speaks with one of its voices holds the package."""
    weakref.finalize(package, package.engine.close).atexit = False


def open_library(settings: Settings) -> VoiceLibrary:
    """The voices of this box with the site's lexicon, for a command that runs beside the daemon or without one."""
    from edged.lexicons import LexiconStore  # noqa: PLC0415

    return VoiceLibrary(settings, LexiconStore(settings.state_dir).amend)
