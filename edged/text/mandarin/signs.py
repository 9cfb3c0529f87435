"""What is left when the figures are characters: letters one by one, signs by name, stops of one kind."""

from __future__ import annotations

import re

from edged.text.mandarin.characters import HAN

BETWEEN_LETTERS = {".": "点", "-": "杠", "_": "下划线", "/": "斜杠", ":": "冒号", "@": "艾特", "~": "波浪线"}
"""Names of signs within an address or a name in letters."""
ANYWHERE = {
    "&": "和",
    "@": "艾特",
    "+": "加",
    "=": "等于",
    "<": "小于",
    ">": "大于",
    "≥": "大于等于",
    "≤": "小于等于",
    "≠": "不等于",
    "≈": "约等于",
    "±": "正负",
    "×": "乘",
    "÷": "除以",
    "%": "百分号",
    "‰": "千分号",
    "°": "度",
    "μ": "缪",
    "Ω": "欧姆",
    "€": "欧元",
    "£": "英镑",
    "¥": "元",
    "$": "美元",
    "₩": "韩元",
    "₽": "卢布",
    "₹": "卢比",
    "#": "井号",
    "*": "星号",
    "²": "平方",
    "³": "立方",
}
STOPS = {",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "：", "(": "（", ")": "）", "|": "，"}
ALTERNATIVE = re.compile(f"(?<=[{HAN}])(?<![元块次度米克升人斤])/(?=[{HAN}])")
STROKE = re.compile(f"(?<=[{HAN}])/(?=[{HAN}])")
SCHEME = re.compile(r"(?:https?|ftp)://(?:www\.)?", re.IGNORECASE)
UNTIL = re.compile(rf"(?<=[日号月年点分时度一二三四五六天元楼层岁])[-~—](?=[{HAN}])")
JOINT = re.compile(f"(?<=[{HAN}])-(?=[{HAN}A-Za-z])")
NAMED_SIGN = re.compile(rf"(?<=[A-Za-z{HAN}])[._/:@~-](?=[A-Za-z])|(?<=[A-Za-z])[_@-](?=[{HAN}])")
HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
SIGN = re.compile("[" + re.escape("".join(ANYWHERE)) + "]")
STOP = re.compile("[" + re.escape("".join(STOPS)) + "]")
LETTERS = re.compile(r"[A-Za-z]+")
DROPPED = re.compile(r"[\\^_`\"'{}\[\]~/-]+")
DOTS = re.compile("·")
DASH = re.compile(r"[—–]+")
REPEATED = re.compile(r"([，。！？；：、…—])[，。；：、…—\s]*")
"""Of several stops the first is kept; questions and calls are heard."""
SPACE_BY_STOP = re.compile(r"\s*([，。！？；：、…—“”（）])\s*")
EMPTY_BRACKETS = re.compile(r"（\s*）|“\s*”")
SPACES = re.compile(r"\s+")


def read_first(text: str) -> str:
    """Signs between characters, while it can be seen that no figure stood there."""
    return ALTERNATIVE.sub("或", SCHEME.sub("", text))


def read(text: str) -> str:
    """The text without ASCII but single capital letters, a space between two of them."""
    text = STROKE.sub("，", UNTIL.sub("到", text))
    text = HYPHEN.sub(" ", DOTS.sub("", text))
    text = NAMED_SIGN.sub(_named, JOINT.sub("，", text))
    text = SIGN.sub(lambda found: ANYWHERE[found[0]], text)
    text = STOP.sub(lambda found: STOPS[found[0]], DASH.sub("—", text))
    text = LETTERS.sub(lambda found: " ".join(found[0].upper()), DROPPED.sub(" ", text))
    return _tidy(text)


def _named(found: re.Match[str]) -> str:
    return BETWEEN_LETTERS[found[0]]


def _tidy(text: str) -> str:
    """One stop where several stood, no space beside one."""
    text = SPACE_BY_STOP.sub(r"\1", EMPTY_BRACKETS.sub(" ", text))
    return SPACES.sub(" ", REPEATED.sub(r"\1", text)).strip()
