"""English text as it is read: every figure, sign and abbreviation in words.

Our own rules come first (dates, amounts, addresses), then the library's (titles, street names, Roman numerals), then
whatever figures are left. The result holds letters and punctuation only, so that what is shown is what is said.
"""

from __future__ import annotations

import re

from hibari.g2p.normalize import normalize as library_rules

from edged.text.characters import one_line
from edged.text.english import addresses, dates, numerals, quantities, roman, wording
from edged.text.english import british as variety

SPACE_BEFORE_STOP = re.compile(r" +(?=[,.;:!?…)])|(?<=\() +")
STUCK = re.compile(r"(?<=[^\W\d])([,;:])(?=[^\W\d])")
DOUBLED = re.compile(r"(?<!\.)\.\.(?!\.)")
REPEATED = re.compile(r"([,;:])(?:\s*[,;:])+|,\s*(?=[.!?…])")
LONE_STOP = re.compile(r"(?<!\S)[,;:.](?!\S)\s*|^[—–] *")


def normalize(text: str, *, british: bool = False) -> str:
    """What is read for this text, in America or in Britain.

    Letters of other scripts pass through untouched.
    """
    text = variety.before(one_line(text)) if british else one_line(text)
    for step in (
        addresses.read,
        wording.shorten_capitals,
        dates.read,
        quantities.read,
        roman.read,
        wording.expand,
        wording.tidy,
    ):
        text = step(text)
    text = wording.unshield(library_rules(wording.shield(text)))
    text = wording.tidy_rest(numerals.read(text))
    return _spaced(variety.after(text) if british else text)


def _spaced(text: str) -> str:
    """One space between words, none before a stop, no stop twice or alone."""
    text = SPACE_BEFORE_STOP.sub("", one_line(text))
    text = DOUBLED.sub(".", STUCK.sub(r"\1 ", text))
    text = REPEATED.sub(lambda found: found[1] or "", text)
    return one_line(LONE_STOP.sub("", text))
