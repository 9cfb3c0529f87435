"""Figures in characters: whole numbers, decimals, codes digit by digit."""

from __future__ import annotations

import re

FIGURES = "零一二三四五六七八九"
NUM = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,16})(?:\.\d{1,12})?(?!\d)"
"""A number as it is written, without its sign; where it begins is for whoever looks for it to say."""
START = r"(?<![\d.])"
"""No figure stands before it."""
PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
LONGEST = 16
"""Digits of a number that is read as one."""
GROUPS = {5: (5,), 6: (3, 3), 7: (3, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4)}
"""Figures of a code -> how many are said in one breath; others are said in fours."""
LAST_GROUP = 4
TEENS = re.compile(r"^一十")
TWO_COUNTED = re.compile(r"^二(?=[千万亿])")


def cardinal(figures: str) -> str:
    """``105`` -> 一百零五, ``2000`` -> 两千, ``20`` -> 二十; one with more than 16 digits digit by digit."""
    if len(figures) > LONGEST:
        return digits(figures)
    return TWO_COUNTED.sub("两", TEENS.sub("十", _whole(int(figures or 0))))


def counted(figures: str) -> str:
    """The same before what is counted: ``2`` -> 两."""
    return "两" if figures.strip() == "2" else spoken(figures)


def digits(figures: str) -> str:
    """``2026`` -> 二零二六; anything but digits is passed over."""
    return "".join(FIGURES[int(figure)] for figure in figures if figure.isdigit())


def code(figures: str) -> str:
    """As telephone and room numbers are read, with 幺 for 1: ``110`` -> 幺幺零."""
    return digits(figures).replace("一", "幺")


def in_groups(figures: str) -> str:
    """The same for long ones, with the pauses of somebody who reads them out: ``384920`` -> 三八四，九二零."""
    groups: list[str] = []
    for size in GROUPS.get(len(figures), ()):
        groups.append(figures[:size])
        figures = figures[size:]
    groups += [figures[at : at + LAST_GROUP] for at in range(0, len(figures), LAST_GROUP)]
    return "，".join(map(code, groups))


def spoken(figures: str) -> str:
    """A number as it is written (``-1,250.50``) in characters; a fraction of nothing but zeros is left out."""
    negative = figures.startswith("-")
    whole, _, fraction = figures.lstrip("-+").replace(",", "").partition(".")
    words = cardinal(whole)
    if fraction.strip("0"):
        words = f"{words}点{digits(fraction)}"
    return f"负{words}" if negative else words


def amount(figures: str) -> str:
    """A sum of money or a measure: no zeros at the end, 两 for a plain 2."""
    return counted(figures.rstrip("0").rstrip(".") if "." in figures else figures)


def _whole(number: int) -> str:
    """Place by place, 零 where places are empty between figures."""
    for place, name in PLACES:
        if number >= place:
            high, low = divmod(number, place)
            gap = "零" if 0 < low < place // 10 else ""
            return _whole(high) + name + (gap + _whole(low) if low else "")
    return FIGURES[number]
