"""Telephone, room, train and account numbers, network addresses, versions: what is read figure by figure."""

from __future__ import annotations

import re
from collections.abc import Callable

from edged.text.mandarin.numerals import cardinal, code, in_groups

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

SHORT = 2
"""Figures of a room, line or type that are still read as one number: 15路, A4."""
CALLED = (
    r"(?:电话|热线|手机|手机号|号码|分机|传真|座机|专线|拨打|拨|致电|呼叫|来电|短信|验证码|校验码|动态码|密码|口令|编号|编码|代码|代号|工号|"
    r"学号|单号|卡号|账号|帐号|账户|帐户|尾号|车牌|车牌号|车号|取件码|取餐码|取餐号|提货码|核销码|邀请码|识别码|序列号|流水号|订单号|证号|证件号|"
    r"身份证|病历号|就诊号|会员号|批号|邮编|邮政编码|QQ|微信|PIN|ID|id)"
)
ALARMS = "110|119|120|122|114|999|911|112"
CALLED_NUMBER = re.compile(rf"{CALLED}(?:号码|号|码)?(?:是|为|[:：])?\s?(?P<n>[A-Za-z]{{0,4}}\d[\dA-Za-z\- ]{{1,30}})")
ALARM = re.compile(rf"(?:(?<=打)|(?<=报)|(?<=叫))(?P<n>{ALARMS})(?![\d.:%]|[元块分个次人])")
ALARM_NAMED = re.compile(rf"(?<![\d.])(?P<n>{ALARMS})(?=电话|报警|急救|火警|热线|救护)")
CALL = re.compile(r"(?<=打)(?P<n>1\d{4}|9\d{4}|[2-8]\d{6,7}|[48]00-?\d{3}-?\d{4})(?!\d)")
TELEPHONE = re.compile(
    r"(?<![\d.])(?P<n>1[3-9]\d[- ]?\d{4}[- ]?\d{4}|[(（]?0\d{2,3}[)）]?[- ]?\d{3,4}[- ]?\d{4}|0\d{2,3}-\d{3,8}|"
    r"[48]00-?\d{3}-?\d{4}|[48]00-\d{4}-?\d{3})(?P<extension>[-转]\d{1,6})?(?![\d.])"
)
INTERNATIONAL = re.compile(r"(?<!\d)\+(?=[\d -]{9})(?P<n>\d{1,3}(?:[- ]?\d{2,12}){1,5})(?![\d.])")
ADDRESS = re.compile(r"(?<![\d.])(?P<n>\d{1,3}(?:\.\d{1,3}){3}(?:[:：]\d{1,5})?)(?![\d.]\d)")
VERSION = re.compile(r"(?<![\d.])(?P<n>\d{1,5}(?:\.\d{1,5}){2,4})(?!\.?\d)")
ROOM = re.compile(
    r"(?<![\d.])(?P<n>\d{1,4}(?:-\d{1,4}){0,3})(?P<rest>\s?(?:号?(?:房间|房|客房|病房|病床|床|教室|会议室|办公室|包厢|包间|包房|诊室|储物柜|柜)|室))"
)
BUS = re.compile(r"(?<![\d.])(?P<n>\d{3,4})(?=路(?!程)|号线|航班|次(?:列车|航班|高铁|动车|火车|车))")
TRAIN = re.compile(r"(?<![A-Za-z])(?P<line>[GDCZTKYSLX])(?P<n>\d{1,4})(?=次|列|号列车)")
NUMBERED = re.compile(r"(?<![\d.])(?P<n>\d{4,})(?=号)")
TYPE = re.compile(r"(?<=[A-Za-z])-?(?P<n>\d{3,})(?![\d.])")
BEFORE_LETTER = re.compile(r"(?<![\d.])(?P<n>\d{3,})(?=[A-Za-z])")
KEYS = re.compile(r"(?<=\*)(?P<n>\d{1,20})(?=[*#])")
CHAIN = re.compile(r"(?<![\d.-])(?P<n>\d{1,8}(?:-\d{1,8}){2,8})(?![\d.-])")
LONG = re.compile(r"(?<![\d.,])(?P<n>\d{8,}|0\d{1,6})(?![\d.,]|\s?[%‰])")
"""Numbers so long, or with a zero in front, that nobody reads as one; those that count something are read before."""
BETWEEN_FIGURES = re.compile(r"(?<=\d)[-()（） ]+(?=\d)")
FIGURES = re.compile(r"\d+")
NO_FIGURE = re.compile(r"[-()（） ]+")
SIGNS = {"-": "杠", ".": "点", ":": "冒号", "：": "冒号"}


def read_before_amounts(text: str) -> str:
    """Everything that would else be taken for an amount, in characters."""
    return _all(FIRST, text)


def read_after_amounts(text: str) -> str:
    """Figures that are stuck to letters, and long ones."""
    return _all(LAST, text)


def spelt(figures: str, signs: dict[str, str] = SIGNS) -> str:
    """Figure by figure; signs by name, letters as they stand."""
    return "".join(signs.get(char, code(char) if char.isdigit() else char) for char in figures)


def _all(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, words in rules:
        text = pattern.sub(words, text)
    return text


def _plain(found: re.Match[str]) -> str:
    return code(found["n"])


def _called(found: re.Match[str]) -> str:
    """The number after its name; letters in it stay."""
    name = found[0][: found.start("n") - found.start()]
    number = found["n"].rstrip("- ")
    return name + grouped(number) + found["n"][len(number) :]


def _telephone(found: re.Match[str]) -> str:
    extension = found["extension"] or ""
    return grouped(found["n"]) + (f"转{code(extension)}" if extension else "")


def grouped(number: str) -> str:
    """Figures in the groups in which they are written, and long ones in shorter groups; letters stay."""
    parted = BETWEEN_FIGURES.sub("，", number)
    return FIGURES.sub(lambda found: in_groups(found[0]), NO_FIGURE.sub("", parted))


def _version(found: re.Match[str]) -> str:
    return "点".join(cardinal(part) for part in found["n"].split("."))


def _room(found: re.Match[str]) -> str:
    parts = found["n"].split("-")
    short = len(parts) == 1 and len(parts[0]) <= SHORT and not parts[0].startswith("0")
    return (cardinal(parts[0]) if short else "杠".join(map(code, parts))) + found["rest"].lstrip()


def _train(found: re.Match[str]) -> str:
    return found["line"] + (cardinal(found["n"]) if len(found["n"]) == 1 else code(found["n"]))


FIRST: tuple[Rule, ...] = (
    (ADDRESS, lambda found: spelt(found["n"])),
    (VERSION, _version),
    (CALLED_NUMBER, _called),
    (ALARM, _plain),
    (ALARM_NAMED, _plain),
    (CALL, lambda found: grouped(found["n"])),
    (INTERNATIONAL, lambda found: f"加{grouped(found['n'])}"),
    (TELEPHONE, _telephone),
    (ROOM, _room),
    (BUS, _plain),
    (TRAIN, _train),
    (NUMBERED, _plain),
    (KEYS, _plain),
    (CHAIN, lambda found: spelt(found["n"])),
)
LAST: tuple[Rule, ...] = ((TYPE, _plain), (BEFORE_LETTER, _plain), (LONG, lambda found: in_groups(found["n"])))
