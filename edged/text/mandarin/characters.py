"""Characters of Mandarin text made harmless: one way to write each thing, nothing invisible, nothing without a sound.

Full-width figures, letters and signs become plain ones, compatibility and traditional forms of characters the
simplified ones, which the rules and dictionaries know, brackets and quotation marks of every kind one pair each.
Emoji, pictures, control and unassigned characters become spaces.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from edged.errors import Rejected
from edged.text.characters import by_form
from edged.text.mandarin.traditional import simplified

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af\U000f0000-\U000ffffd"
"""The inside of a class of regular expressions: Chinese characters, and the stand-ins for what is given."""
STAND_IN = 0xF0000
"""First of the private characters that stand for spans whose sound is given; none stays in cleaned text."""
MOST_STAND_INS = 0xFFFD

TABLE: dict[str, str] = {
    **dict.fromkeys("，﹐､", "，"),
    **dict.fromkeys("、﹑", "、"),
    **dict.fromkeys("。｡︒", "。"),
    **dict.fromkeys("！﹗", "！"),
    **dict.fromkeys("？﹖", "？"),
    **dict.fromkeys("；﹔", "；"),
    **dict.fromkeys("：﹕︰", "："),
    **dict.fromkeys("“「『《〈【〖〝«", "“"),
    **dict.fromkeys("”」』》〉】〗〞»", "”"),
    **dict.fromkeys("（［｛〔[{", "（"),
    **dict.fromkeys("）］｝〕]}", "）"),
    **dict.fromkeys("‘’‚‛＇'´`ʻʼ", ""),
    **dict.fromkeys('"＂', ""),
    **dict.fromkeys("‐‑‒–−﹣－", "-"),
    **dict.fromkeys("—―⸺⸻", "—"),
    **dict.fromkeys("～〜∼﹏", "~"),
    **dict.fromkeys("•‣▪●◆■★☆◇○", "，"),
    **dict.fromkeys("·・‧", "·"),
    **dict.fromkeys("…⋯︙", "…"),
    **dict.fromkeys("⁄∕／", "/"),
    **dict.fromkeys("￥¥", "¥"),
    **dict.fromkeys("→⇒➔", "到"),
    **dict.fromkeys("Ωω", "Ω"),
    **dict.fromkeys("µμ", "μ"),
    "²": "²",
    "³": "³",
    "㎡": "m²",
    "㎢": "km²",
    "㎥": "m³",
    "°": "°",
    "×": "×",
    "✕": "×",
    "÷": "÷",
    "±": "±",
    "≥": "≥",
    "≧": "≥",
    "≤": "≤",
    "≦": "≤",
    "≠": "≠",
    "≈": "≈",
    "‰": "‰",
    "€": "€",
    "£": "£",
    "₩": "₩",
    "₽": "₽",
    "₹": "₹",
    "∞": "无穷大",
    "√": "根号",
    "№": "No.",
    **{chr(0x245F + number): f"{number}、" for number in range(1, 21)},
    **{chr(0x215F + number): str(number) for number in range(1, 13)},
    "½": " 1/2",
    "⅓": " 1/3",
    "⅔": " 2/3",
    "¼": " 1/4",
    "¾": " 3/4",
    "\n": "\n",
}
"""What a character becomes, where the rules of its category do not say it."""
GREEK = dict(
    zip(
        "αβγδεζηθικλνξοπρστυφχψ",
        (
            "阿尔法 贝塔 伽马 德尔塔 艾普西隆 泽塔 伊塔 西塔 约塔 卡帕 拉姆达 纽 克西 奥密克戎 派 柔 西格玛 陶 "
            "宇普西隆 斐 希 普西"
        ).split(),
        strict=True,
    )
)
"""Names of the letters that stand as signs; μ and Ω belong to units and are read there."""
"""Categories whose members vanish: joiners, and marks that no letter took up."""
IDEOGRAPH = re.compile(f"[{HAN}]")
SPACES = re.compile(r"\s+")
COLON = re.compile(r"(?<=\d)：(?=\d)")
ELLIPSIS = re.compile(r"(?:\.{3}|。{3}|…)[.。…]*")


def clean(text: str) -> str:
    """The text with every character made harmless.

    Raises:
        Rejected: (``bad_request``) it holds a letter of a script that Mandarin does not read.

    """
    harmless = "".join(map(_harmless, unicodedata.normalize("NFC", text)))
    return ELLIPSIS.sub("…", COLON.sub(":", SPACES.sub(" ", simplified(harmless))))


@lru_cache(maxsize=8192)
def _harmless(char: str) -> str:
    found = by_form(char, TABLE, _harmless)
    if found is not None:
        return found
    return _letter(char) if unicodedata.category(char).startswith("L") or char == "〇" else " "


def _letter(char: str) -> str:
    if IDEOGRAPH.match(char):
        return char
    if char.lower() in GREEK:
        return GREEK[char.lower()]
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii() and base.isalpha():
        return base
    raise Rejected("bad_request", f"there is no reading for {char!r} in Mandarin", word=char, field="text")
