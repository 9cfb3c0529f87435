"""The spans of a Mandarin run as one text, with a private character for whatever has its sound given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from edged.errors import Rejected
from edged.text.contract import Pronounced, SayAs, Spoken
from edged.text.mandarin import said_as
from edged.text.mandarin.characters import IDEOGRAPH, MOST_STAND_INS, STAND_IN, clean
from edged.text.phonemes.mandarin_dictionary import Dictionary
from edged.text.pinyin import parse_syllable, with_mark
from edged.text.tokens import require_known


@dataclass(frozen=True)
class Given:
    """What a stand-in stands for: one syllable, or a word in symbols of the voice."""

    shown: str
    """The character or word; for a syllable without one its letters with the tone mark."""
    letters: str = ""
    tone: int = 0
    symbols: str = ""
    character: bool = False
    """Whether ``shown`` is the Chinese character that has this reading."""


@dataclass
class Masked:
    """A text with stand-ins, and what they stand for."""

    text: str = ""
    given: list[Given] = field(default_factory=list)

    def stand_for(self, given: Given) -> None:
        """Put one more at the end."""
        if len(self.given) >= MOST_STAND_INS:
            raise Rejected("bad_request", "the text has too many annotations", field="text")
        self.text += chr(STAND_IN + len(self.given))
        self.given.append(given)

    def of(self, char: str) -> Given | None:
        """What a character stands for, if it is a stand-in."""
        place = ord(char) - STAND_IN
        return self.given[place] if 0 <= place < len(self.given) else None

    def shown(self, text: str) -> str:
        """The text with everything shown as it is meant."""
        return "".join(found.shown if (found := self.of(char)) else char for char in text)


def masked(spans: Sequence[Spoken], symbols: Collection[str], known: Dictionary) -> Masked:
    """The text of the spans.

    Raises:
        Rejected: (``bad_request``) a symbol or a syllable is unknown, or a letter has no reading.

    """
    joined = Masked()
    for span in spans:
        if isinstance(span, SayAs):
            joined.text += said_as.read(span.source, span.kind, span.detail)
        elif not isinstance(span, Pronounced):
            joined.text += clean(span.source)
        elif not span.phonemes.strip():
            raise Rejected("bad_request", f"{span.source[:64]!r} gives no reading", field="text")
        elif span.alphabet == "ipa":
            require_known(span.phonemes, span.word or span.source, symbols)
            joined.stand_for(Given(clean(span.word), symbols=span.phonemes))
        else:
            _annotate(joined, span, known)
    return joined


def _annotate(joined: Masked, span: Pronounced, known: Dictionary) -> None:
    """Syllables that belong to the characters of the word, or to those just before, or to none."""
    syllables = [_require_syllable(one, span) for one in span.phonemes.split()]
    chars = clean(span.word)
    if not span.word:
        chars = joined.text[-len(syllables) :] if syllables else ""
        if not _fits(chars, [letters for letters, _ in syllables], known):
            chars = ""
        joined.text = joined.text[: len(joined.text) - len(chars)]
    fits = len(chars) == len(syllables) and all(map(IDEOGRAPH.match, chars))
    for place, (letters, tone) in enumerate(syllables):
        shown = chars[place] if fits else with_mark(letters, tone)
        if span.word and not fits:
            shown = chars if place == 0 else ""
        joined.stand_for(Given(shown, letters, tone, character=fits))


def _fits(chars: str, letters: list[str], known: Dictionary) -> bool:
    """Whether each character has a reading of these letters, whatever its tone."""
    if len(chars) != len(letters):
        return False
    return all(
        own in {syllable[:-1] for syllable in known.readings(char)} for char, own in zip(chars, letters, strict=True)
    )


def _require_syllable(written: str, span: Pronounced) -> tuple[str, int]:
    parsed = parse_syllable(written)
    if parsed is None:
        raise Rejected(
            "bad_request",
            f"{written[:16]!r} in {span.source[:64]!r} is no syllable of Mandarin with a tone from 1 to 5",
            phoneme=written[:16],
            field="text",
        )
    return parsed
