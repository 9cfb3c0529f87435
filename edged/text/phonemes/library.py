"""The ``hibari`` package's English front end with its large tables packed (:mod:`edged.text.phonemes.packed`).

Written against version 0.2.1: what its constructor builds from dictionaries is built here from packed tables of the
same content, one after the other, so that no two of them are in memory unpacked.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hibari.g2p import ASSETS, G2P
from hibari.g2p.lexicon import Lexicon
from hibari.g2p.tagger import Tagger
from hibari.g2p.tokenize import Tokenizer

from edged.text.phonemes.packed import PackedTable


class Library(G2P):  # type: ignore[misc]  # the package has no types
    """The package's ``G2P``; ``oov`` reads unknown words, ``unk`` stands where there is no reading at all."""

    def __init__(self, oov: Callable[[str], str], unk: str, *, british: bool) -> None:
        # the base's constructor would load every table unpacked
        accent = "gb" if british else "us"
        gold, silver = (PackedTable(_read(f"lexicon_{accent}_{grade}.json.gz")) for grade in ("gold", "silver"))
        self.lexicon = Lexicon(gold, silver, british)
        self.tokenizer = Tokenizer(_read("tokenizer_exceptions.json"))
        self.tagger = _tagger(_read("tagger.json.gz"))
        self._oov = oov
        self.unk = unk
        self.british = british


def _tagger(model: dict[str, Any]) -> Tagger:
    model["weights"] = PackedTable(model["weights"])
    return Tagger(model)


def _read(name: str) -> Any:
    path = Path(ASSETS) / name
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return json.load(file)
