"""Any language of the program ``espeak-ng`` to phonemes, for voices that were trained on what it writes.

Figures, dates and abbreviations are the program's to read: it knows how its languages say them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from edged.errors import Rejected
from edged.espeak_ng import PROGRAM
from edged.text.characters import one_line
from edged.text.contract import Pronounced, Reading, SayAs, Spoken, Word
from edged.text.espeak.alphabets import Scheme, mark, translated
from edged.text.espeak.cutting import Stretch, cut, tidy
from edged.text.espeak.program import Program
from edged.text.tokens import require_known

KOKORO_LANGUAGES = ("es", "fr-FR", "it", "pt-BR", "hi")
"""Those of Kokoro's languages that were trained on phonemes of this program; its Japanese ones come from another."""
ONE_BY_ONE = frozenset({"digits", "telephone", "spell"})
SPELT = re.compile(r"[^\W_]|[@+#&%€$]")
WARM_UP = "1"
BEFORE_MARK = re.compile(r" +(?=[,;:.!?…)”])")

_Part = Stretch | Pronounced


class EspeakFrontEnd:
    """An :class:`edged.text.contract.FrontEnd` for one language; it holds no state."""

    def __init__(
        self,
        symbols: Collection[str],
        language: str,
        scheme: Scheme,
        *,
        voice: str | None = None,
        program: str | None = None,
    ) -> None:
        """``symbols`` is the voice's alphabet, ``language`` a BCP 47 tag.

        ``voice`` is the program's name for the language if it is not the tag; ``program`` a name or a path, None:
        ``espeak-ng`` on PATH.
        """
        self._symbols = frozenset(symbols)
        self._language = language
        self._scheme = scheme
        self._voice = voice or language.lower()
        self._program = Program(program or PROGRAM)

    @property
    def language(self) -> str:
        """The BCP 47 tag of what it reads."""
        return self._language

    def load(self) -> None:
        """Ask the program once. Raises ``Fatal`` (``unsupported``) if it or the language is missing."""
        self._program.phonemes([WARM_UP], self._voice)

    def read(self, spans: Sequence[Spoken]) -> Reading:
        """See :meth:`edged.text.contract.FrontEnd.read`; ``normalized`` shows figures as they were written."""
        parts = [part for span in spans for part in self._parts(span)]
        written = [part.text.strip() for part in parts if isinstance(part, Stretch) and not part.mark]
        told = iter(self._program.phonemes(written, self._voice) if written else ())
        phonemes, words = "", list[Word]()
        for part in parts:
            if isinstance(part, Pronounced):
                require_known(part.phonemes, part.word, self._symbols)
                phonemes += part.phonemes
                words.append(Word(part.word, part.phonemes))
            elif part.mark:
                phonemes += mark(part.text, self._scheme, self._symbols) if part.text else ""
            else:
                said = translated(next(told), self._scheme, self._symbols, part.text.strip())
                phonemes += f"{_space(part.text[:1])}{said}{_space(part.text[-1:])}"
                words.extend(_words(part.text, said))
        spoken = BEFORE_MARK.sub("", one_line(phonemes)) if words else ""
        return Reading(one_line("".join(map(self._shown, spans))), spoken, tuple(words))

    def _parts(self, span: Spoken) -> Iterator[_Part]:
        if isinstance(span, Pronounced):
            if span.alphabet != "ipa":
                raise Rejected(
                    "bad_request",
                    f"{span.source[:64]!r}: only Mandarin is written in pinyin, and this is read as {self._language}",
                    field="text",
                )
            yield span
        elif isinstance(span, SayAs) and span.kind in ONE_BY_ONE:
            yield from (Stretch(f" {sign} ") for sign in SPELT.findall(tidy(span.source, self._language)))
        else:
            yield from cut(tidy(span.source, self._language))

    def _shown(self, span: Spoken) -> str:
        return span.word if isinstance(span, Pronounced) else tidy(span.source, self._language)


def _space(char: str) -> str:
    return char if char == " " else ""


def _words(text: str, phonemes: str) -> Iterator[Word]:
    """Word by word, or all in one where the program makes more or fewer of them (figures, contractions)."""
    written, said = text.split(), phonemes.split()
    if len(written) == len(said):
        yield from map(Word, written, said)
    else:
        yield Word(text.strip(), phonemes)
