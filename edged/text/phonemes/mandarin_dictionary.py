"""The words of ``jieba`` and the readings of ``pypinyin``, packed, one copy for the whole process.

Of the packages, the data and jieba's algorithm are used. Loaded as they load themselves they take 130 MB, and jieba
leaves its dictionary in a file of a known name in a folder that all may write to; packed
(:mod:`edged.text.phonemes.packed`) both take 35 MB, and no file is written. Written against jieba 0.42 and pypinyin
0.55; that the words are jieba's own and the readings pypinyin's is tested.
"""

from __future__ import annotations

import importlib.util
import json
import threading
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from edged.errors import Fatal
from edged.text.phonemes.mandarin_lexicon import Words
from edged.text.phonemes.packed import PackedTable
from edged.text.pinyin import from_marks

INSTALL = "pip install jieba pypinyin"

_loading = threading.Lock()


class Dictionary:
    """Words and readings of Mandarin; see :func:`dictionary`. Any thread may read."""

    def __init__(self, cutter: Any, words: Words, phrases: PackedTable, characters: PackedTable) -> None:
        self._cutter = cutter
        self._words = words
        self._phrases = phrases
        self._characters = characters

    def cut(self, text: str) -> list[str]:
        """The words of a text; joined they are the text again."""
        words: list[str] = self._cutter.lcut(text)
        return words

    def known(self, word: str) -> bool:
        """Whether it is a word."""
        return self._words.get(word) > 0

    def phrase(self, word: str) -> list[str] | None:
        """The reading of a word of several characters, a syllable (``hao4``) each; None if it has no entry."""
        found: str | None = self._phrases.get(word)
        return found.split() if found else None

    def readings(self, character: str) -> list[str]:
        """Those of one character, the usual one first; empty for what is no Chinese character."""
        return (self._characters.get(character) or "").split()


def dictionary() -> Dictionary:
    """The one of this process; the first call reads it.

    Raises:
        Fatal: (``unsupported``) a package is missing.

    """
    with _loading:
        return _read()


@lru_cache(maxsize=1)
def _read() -> Dictionary:
    readings = _folder("pypinyin")
    characters = PackedTable(_characters(readings / "pinyin_dict.json"))
    phrases = PackedTable(_phrases(readings / "phrases_dict.json"))
    with (_folder("jieba") / "dict.txt").open("rb") as lines:
        words = Words(lines)
    return Dictionary(_cutter(words), words, phrases, characters)


def _folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Fatal("unsupported", f"Mandarin needs the package {package}: {INSTALL}", package=package)
    return Path(spec.origin).parent


def _phrases(path: Path) -> dict[str, str]:
    """Word -> syllables; words with a syllable that is none (a comma, a rare spelling) are left out."""
    written: dict[str, list[list[str]]] = json.loads(path.read_bytes())
    read = {word: [_numbered(syllable[0]) for syllable in marked] for word, marked in written.items()}
    return {
        word: " ".join(filter(None, syllables))
        for word, syllables in read.items()
        if None not in syllables and len(syllables) == len(word) > 1
    }


def _characters(path: Path) -> dict[str, str]:
    """Character -> its readings that are syllables of the standard language."""
    written: dict[str, str] = json.loads(path.read_bytes())
    read = {chr(int(code)): [_numbered(one) for one in marked.split(",")] for code, marked in written.items()}
    return {character: " ".join(filter(None, syllables)) for character, syllables in read.items()}


@lru_cache(maxsize=2048)
def _numbered(marked: str) -> str | None:
    """``hào`` -> ``hao4``; there are fewer syllables than are remembered."""
    return from_marks("", marked)


def _cutter(words: Words) -> Any:
    """The ``Tokenizer`` of jieba over the packed words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source has escapes, and imports, that newer Pythons warn about
        import jieba  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415 - only for Mandarin
    jieba.setLogLevel("ERROR")

    class Tokenizer(jieba.Tokenizer):  # type: ignore[misc] # the package has no types
        """Finds the words at each place by the length of the longest, where jieba keeps every beginning of one."""

        def get_DAG(self, sentence: str) -> dict[int, list[int]]:  # noqa: N802 - the package's name
            return {at: words.ends(sentence, at) for at in range(len(sentence))}

    tokenizer = Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = words, words.total, True
    return tokenizer
