"""Who says what: a script as pieces, each in one voice that reads its languages. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edged.blends import find
from edged.cards import VoiceCard
from edged.errors import Rejected
from edged.request import Notice
from edged.text.contract import Manner, Run, Script
from edged.text.cuts import Cut, cuts
from edged.text.language import primary, runs, writes

GENDERS = frozenset({"male", "female"})
ERROR_RATES = ("character_error_rate_percent", "word_error_rate_percent")
"""Figures of a voice that say how well it is understood, the best known first."""
UNMEASURED = 50.0
"""Error rate, in percent, at which a voice ranks that nobody has measured."""
DIALECTS = frozenset(["yue", "nan", "wuu", "hak", "hsn", "gan", "cjy", "cdo", "sichuan", "shanghai", "cantonese"])
"""Subtags of Chinese for which there is no voice: standard Mandarin is spoken."""


@dataclass(frozen=True)
class Piece:
    """What is said in one breath by one voice, or a stretch of silence."""

    voice: str
    """Name of a voice, or a blend; empty where there are no runs."""
    text: str
    """As it was written."""
    runs: tuple[Run, ...]
    manner: Manner = field(default=Manner())
    pause_s: float = 0.0
    """Seconds of silence that its end asks for; none behind the last one."""
    silence_s: float = 0.0
    """Seconds of silence that the text asks for, on top."""
    bookmarks: tuple[str, ...] = ()
    """Reached when it has been said."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its runs."""
        return tuple(dict.fromkeys(run.lang for run in self.runs))


@dataclass(frozen=True)
class Wish:
    """What a request asks for."""

    voice: str
    """A name, ``male`` or ``female``, a blend; the site's voice if the request names none."""
    lang: str | None = None
    chosen: bool = False
    """Whether the request named the voice itself."""


@dataclass(frozen=True)
class Cast:
    """Every piece of a text and what was noticed on the way."""

    pieces: tuple[Piece, ...]
    warnings: tuple[Notice, ...] = ()


def cast(script: Script, wish: Wish, cards: Sequence[VoiceCard], defaults: Mapping[str, str]) -> Cast:
    """The pieces of a script and who says them.

    The voice wished for says all that it reads. What it does not read is said by the voice that the site prefers for
    the language (``defaults``: primary language → voice), else the one that is best understood. A text of several
    languages is said by one voice if one reads them all.

    Raises ``Rejected``: ``unknown_voice``, and ``unsupported`` for a language or a script that nobody reads.
    """
    if not cards:
        raise unknown_voice(wish.voice, cards)
    if wish.lang is not None and not any(card.reads(wish.lang) for card in cards):
        raise unread(wish.lang, cards)
    director = _Director(wish, cards, defaults)
    pieces = tuple(itertools.chain.from_iterable(director.pieces(cut) for cut in cuts(script)))
    return Cast(pieces, (*script.warnings, *director.warnings.values()))


def best(cards: Iterable[VoiceCard], languages: Iterable[str], gender: str | None = None) -> VoiceCard | None:
    """Who reads all these languages best: native in the first of them, of this gender if given, well understood."""
    wanted = tuple(languages)
    able = [card for card in cards if all(card.reads(language) for language in wanted)]

    def rank(card: VoiceCard) -> tuple[bool, bool, float]:
        native = bool(wanted) and primary(card.languages[0]) == primary(wanted[0])
        return not native, gender is not None and card.gender != gender, _error_rate(card)

    return min(able, key=rank, default=None)


def _error_rate(card: VoiceCard) -> float:
    return next((card.figures[name] for name in ERROR_RATES if name in card.figures), UNMEASURED)


class _Director:
    """The choices made for one text."""

    def __init__(self, wish: Wish, cards: Sequence[VoiceCard], defaults: Mapping[str, str]) -> None:
        self._wish = wish
        self._cards = cards
        self._defaults = defaults
        self.warnings: dict[tuple[str, str], Notice] = {}

    def pieces(self, cut: Cut) -> Iterator[Piece]:
        """One cut as a piece, or as several if no voice reads all of it."""
        if not cut.spans:
            yield Piece("", "", (), cut.manner, silence_s=cut.silence_s, bookmarks=cut.bookmarks)
            return
        asked = cut.manner.voice or self._wish.voice
        read = runs(cut.spans, self._tag(self._wish.lang), self._readable(asked))
        *before, last = self._groups(asked, read, chosen=self._wish.chosen or cut.manner.voice is not None)
        for card, group in before:
            yield Piece(card.name, _written(group), group, cut.manner)
        card, group = last
        text = _written(group) if before else cut.text
        yield Piece(card.name, text, group, cut.manner, cut.pause_s, cut.silence_s, cut.bookmarks)

    def _readable(self, asked: str) -> list[str]:
        """Every language that can be read, those of the voice asked for first."""
        if asked in GENDERS:
            asked = self._wish.voice if self._wish.voice not in GENDERS else ""
        first = find(self._cards, asked) if asked else None
        own = first.languages if first else ()
        return list(dict.fromkeys([*own, *(language for card in self._cards for language in card.languages)]))

    def _groups(self, asked: str, read: Sequence[Run], *, chosen: bool) -> Iterator[tuple[VoiceCard, tuple[Run, ...]]]:
        languages = _languages(read)
        whole = self._voice(asked, languages, chosen=chosen)
        if whole is not None:
            yield whole, tuple(read)
            return
        voices = [self._voice(asked, (run.lang,), chosen=chosen) for run in read]
        for run, card in zip(read, voices, strict=True):
            if card is None:
                raise unread(run.lang, self._cards)
        for card, group in itertools.groupby(zip(voices, read, strict=True), key=lambda item: item[0]):
            if card is not None:
                yield card, tuple(run for _, run in group)

    def _voice(self, asked: str, languages: Sequence[str], *, chosen: bool) -> VoiceCard | None:
        """Who says a text of these languages if this voice is asked for; None if nobody reads all of them."""
        gender = asked if asked in GENDERS else None
        card = None if gender else self._named(asked)
        if card is not None and all(card.reads(language) for language in languages):
            return card
        able = [one for one in self._cards if all(one.reads(language) for language in languages)]
        preferred = self._preferred(able, languages, gender)
        found = preferred or best(able, languages, gender)
        if found is None:
            return None
        if gender is not None and found.gender != gender:
            self._warn("voice_substituted", f"no {gender} voice reads {', '.join(languages)}: {found.name} speaks")
        elif card is not None and chosen:
            self._warn("voice_substituted", f"{asked} does not read {', '.join(languages)}: {found.name} speaks")
        return found

    def _preferred(self, able: Sequence[VoiceCard], languages: Sequence[str], gender: str | None) -> VoiceCard | None:
        """The site's choice for one of the languages, if it can say all of the text."""
        names = [self._defaults[primary(tag)] for tag in languages if primary(tag) in self._defaults]
        found = [card for name in names for card in able if card.name == name]
        return next((card for card in found if gender in {None, card.gender}), None)

    def _named(self, asked: str) -> VoiceCard:
        card = find(self._cards, asked)
        if card is None:
            raise unknown_voice(asked, self._cards)
        if self._wish.lang is None and not native_is_read(card):
            raise unread(card.native or "", [card])
        return card

    def _tag(self, lang: str | None) -> str | None:
        """The language asked for; a dialect that has no voice is taken as the standard language."""
        if lang is not None and any(part.lower() in DIALECTS for part in lang.split("-")[1:]):
            self._warn(
                "dialect_fallback", f"there is no voice for {lang[:35]}: the standard language is spoken", "lang"
            )
            return primary(lang)
        return lang

    def _warn(self, code: str, message: str, where: str = "voice") -> None:
        self.warnings[code, message] = Notice(code, message, where)


def _written(group: Iterable[Run]) -> str:
    return "".join(span.source for run in group for span in run.spans).strip()


def _languages(read: Iterable[Run]) -> tuple[str, ...]:
    """The languages of some runs, the one with the most words first; an ideograph counts as a word."""
    counts: Counter[str] = Counter()
    for run in read:
        text = "".join(span.source for span in run.spans)
        dense = writes(run.lang, "Han") and not writes(run.lang, "Latin")
        counts[run.lang] += sum(map(str.isalnum, text)) if dense else len(text.split())
    return tuple(language for language, _ in counts.most_common())


def native_is_read(card: VoiceCard) -> bool:
    """Whether a voice can speak its own language here; another one in its accent would be gibberish."""
    return card.native is None or primary(card.native) not in map(primary, card.missing)


def unread(lang: str, cards: Sequence[VoiceCard]) -> Rejected:
    """The refusal of a language that nobody reads, with what is missing if that is why."""
    why = next((what for card in cards for tag, what in card.missing.items() if primary(tag) == primary(lang)), None)
    hint = f": {why}" if why else ""
    return Rejected("unsupported", f"lang: no installed voice reads {lang[:35]}{hint}", field="lang")


def unknown_voice(wanted: str, cards: Sequence[VoiceCard]) -> Rejected:
    """The refusal of a voice that is not there, with the names that are."""
    names = [card.name for card in cards]
    return Rejected("unknown_voice", f"voice: {wanted[:64]!r} is not installed", field="voice", installed=names)
