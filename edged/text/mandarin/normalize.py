"""Mandarin text as it is read aloud, in characters.

Rules of our own and no library: cn2an, the one at hand, reads whole numbers well but by the figures alone. It makes
13.8 billion of a telephone number, loses the minus of -5℃ and knows neither 两 nor 幺; what it would be kept for is a
function of ten lines.
"""

from __future__ import annotations

import re

from edged.text.mandarin import calendar, codes, quantities, relations, signs
from edged.text.mandarin.characters import HAN
from edged.text.mandarin.numerals import NUM, START, cardinal, digits, spoken
from edged.text.mandarin.relations import MINUS
from edged.text.mandarin.units import is_counted

LEFT_OVER = re.compile(rf"(?P<minus>{MINUS})?{START}(?P<n>{NUM})|\d+")
APART = re.compile(rf"(?<=[{HAN}]) (?=\d)|(?<=\d) (?=[{HAN}])")
"""A space that some write around figures."""
RANGE_END = re.compile(r"到\d{1,4}")


def normalize(text: str) -> str:
    """Cleaned text (:func:`edged.text.mandarin.characters.clean`) without any figure, letters one by one.

    The characters that stand for given sounds stay where they are.
    """
    text = calendar.read(signs.read_first(APART.sub("", text)))
    text = codes.read_before_amounts(text)
    text = quantities.read(relations.read(text))
    text = codes.read_after_amounts(text)
    return signs.read(LEFT_OVER.sub(_left_over, text))


def _left_over(found: re.Match[str]) -> str:
    if not found["n"]:
        return digits(found[0])
    return ("负" if found["minus"] else "") + _number(found)


def _number(found: re.Match[str]) -> str:
    """2 is 两 before what is counted; zeros at the end of a decimal are figures like others: 3.10 is 三点一零."""
    whole, _, fraction = found["n"].replace(",", "").partition(".")
    if fraction:
        return f"{cardinal(whole)}点{digits(fraction)}"
    following = found.string[found.end() : found.end() + 12]
    two = whole == "2" and is_counted(RANGE_END.sub("", following, count=1))
    return "两" if two else spoken(whole)
