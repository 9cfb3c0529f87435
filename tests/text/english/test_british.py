from __future__ import annotations

import pytest

from edged.text.normalize import normalize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("205 and 1,013", "two hundred and five and one thousand and thirteen"),
        ("1,000,045", "one million and forty five"),
        ("12,345", "twelve thousand three hundred and forty five"),
        ("45,000 of 3,000,000", "forty five thousand of three million"),
        ("In 1999, 2005 and 2026", "In nineteen ninety nine, two thousand and five and twenty twenty six"),
        ("the 101st, the 1,002nd", "the one hundred and first, the one thousand and second"),
        ("Due 5/3/2026", "Due the fifth of March, twenty twenty six"),
        ("Due 31-12-26", "Due the thirty first of December, twenty twenty six"),
        ("Due 12/25/2026", "Due December the twenty fifth, twenty twenty six"),
        ("on 5/3", "on the fifth of March"),
        ("March 5, 2026", "March the fifth, twenty twenty six"),
        ("5 m, 10 km, 3 L, 20 m²", "five metres, ten kilometres, three litres, twenty square metres"),
        ("the smart meter of the perimeter", "the smart meter of the perimeter"),
        ("£2.05", "two pounds and five pence"),
        ("20 7946", "twenty seven thousand nine hundred and forty six"),
    ],
)  # fmt: skip
def test_a_briton_reads(text: str, words: str) -> None:
    assert normalize(text, british=True) == words
