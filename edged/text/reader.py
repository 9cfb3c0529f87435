"""What a voice needs to read: a front end for each language, opened when first wanted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from edged.errors import Fatal, Rejected
from edged.text.contract import Clause, FrontEnd, Reading, Run, Spoken
from edged.text.language import primary
from edged.text.tokens import LONGEST, within

log = logging.getLogger(__name__)

Open = Callable[[], FrontEnd]
"""Makes a front end, not loaded yet."""
Amend = Callable[[Sequence[Spoken], str], Sequence[Spoken]]
"""Puts the readings of the site's own lexicon into spans of a language."""


def unamended(spans: Sequence[Spoken], _language: str) -> Sequence[Spoken]:
    """The spans of a site without a lexicon."""
    return spans


class Reader:
    """Reads runs of several languages into one alphabet. Thread-safe; shared by all voices of that alphabet."""

    def __init__(self, openers: Mapping[str, Open], amend: Amend = unamended, longest: int = LONGEST) -> None:
        """``openers``: BCP 47 tag → its front end; ``longest``: symbols that the engine takes at once."""
        self._openers = openers
        self._amend = amend
        self._longest = longest
        self._lock = threading.Lock()
        self._loaded: dict[str, FrontEnd] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags."""
        return tuple(self._openers)

    def tag_of(self, language: str) -> str | None:
        """Which of :attr:`languages` reads that one: itself, else another region of it."""
        exact = next((tag for tag in self._openers if tag.lower() == language.lower()), None)
        return exact or next((tag for tag in self._openers if primary(tag) == primary(language)), None)

    def is_loaded(self, languages: Iterable[str]) -> bool:
        """Whether these languages are ready."""
        return all(self.tag_of(language) in self._loaded for language in languages)

    def load(self, languages: Iterable[str]) -> None:
        """Make ready for these languages; raises like :meth:`read`."""
        for language in languages:
            self._front_end(language)

    def read(self, text: str, runs: Sequence[Run]) -> Clause:
        """What a piece sounds like; ``text`` is how it was written.

        Raises ``Rejected``: ``bad_request`` naming a phoneme unknown to the voice, ``unsupported`` for a language that
        it does not read or that needs something which is not installed, naming it.
        """
        readings = tuple(self._read(run) for run in runs)
        phonemes = " ".join(filter(None, (reading.phonemes for reading in readings)))
        normalized = " ".join(filter(None, (reading.normalized for reading in readings)))
        return Clause(text, normalized, within(phonemes, self._longest), readings)

    def _read(self, run: Run) -> Reading:
        front_end = self._front_end(run.lang)
        spans = self._amend(run.spans, front_end.language)
        return replace(front_end.read(spans), lang=front_end.language)

    def _front_end(self, language: str) -> FrontEnd:
        tag = self.tag_of(language)
        if tag is None:
            raise Rejected("unsupported", f"lang: this voice does not read {language[:35]}", field="lang")
        found = self._loaded.get(tag)
        return found if found is not None else self._load(tag)

    def _load(self, tag: str) -> FrontEnd:
        with self._lock:
            if tag not in self._loaded:
                front_end = self._openers[tag]()
                try:
                    front_end.load()
                except Fatal as error:
                    if error.code != "unsupported":
                        raise
                    raise Rejected("unsupported", error.message, field="lang") from error
                log.debug("reads %s from now on", tag)
                self._loaded[tag] = front_end
            return self._loaded[tag]
