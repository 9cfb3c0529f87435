"""Signs of units and currencies and their names, and the measure words of Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = (
    "km 公里;m 米;dm 分米;cm 厘米;mm 毫米;μm 微米;um 微米;nm 纳米;in 英寸;inch 英寸;ft 英尺;mi 英里;ha 公顷;"
    "kg 公斤;KG 公斤;Kg 公斤;g 克;mg 毫克;μg 微克;ug 微克;mcg 微克;ng 纳克;t 吨;lb 磅;lbs 磅;oz 盎司;"
    "L 升;l 升;dL 分升;dl 分升;cl 厘升;mL 毫升;ml 毫升;ML 毫升;μL 微升;μl 微升;cc 毫升;"
    "h 小时;hr 小时;hrs 小时;min 分钟;mins 分钟;s 秒;sec 秒;ms 毫秒;μs 微秒;"
    "V 伏;mV 毫伏;kV 千伏;A 安;mA 毫安;Ah 安时;mAh 毫安时;W 瓦;mW 毫瓦;kW 千瓦;KW 千瓦;MW 兆瓦;GW 吉瓦;"
    "Wh 瓦时;kWh 千瓦时;KWh 千瓦时;KWH 千瓦时;MWh 兆瓦时;Ω 欧姆;kΩ 千欧;MΩ 兆欧;VA 伏安;kVA 千伏安;"
    "Hz 赫兹;kHz 千赫兹;MHz 兆赫兹;GHz 吉赫兹;dB 分贝;dBm 分贝毫瓦;lx 勒克斯;lux 勒克斯;lm 流明;"
    "KB 千字节;kB 千字节;MB 兆字节;GB 吉字节;TB 太字节;kbps 千比特每秒;Kbps 千比特每秒;Mbps 兆比特每秒;"
    "Gbps 吉比特每秒;px 像素;fps 帧每秒;rpm 转每分钟;bpm 次每分钟;"
    "Pa 帕;hPa 百帕;kPa 千帕;MPa 兆帕;bar 巴;mbar 毫巴;atm 大气压;psi 磅每平方英寸;mmHg 毫米汞柱;mmhg 毫米汞柱;"
    "J 焦耳;kJ 千焦;KJ 千焦;MJ 兆焦;cal 卡路里;kcal 千卡;Kcal 千卡;mol 摩尔;mmol 毫摩尔;μmol 微摩尔;IU 国际单位;"
    "mph 英里每小时;kph 公里每小时;°C 摄氏度;°F 华氏度;°c 摄氏度;° 度"
)
UNITS: dict[str, str] = dict(entry.split(" ") for entry in _SIGNS.split(";"))
"""Sign -> name; capitals count, where they tell two units apart."""
UNITS |= {
    f"{sign}{power}": f"{kind}{UNITS[sign]}"
    for sign in ("km", "m", "dm", "cm", "mm", "in", "ft")
    for kind, powers in (("平方", ("²", "2", "^2")), ("立方", ("³", "3", "^3")))
    for power in powers
}
PER = UNITS | {"d": "天", "day": "天", "次": "次", "人": "人", "天": "天", "日": "日", "分": "分钟", "秒": "秒"}
"""What may stand below a stroke after a unit."""
PARTS = {"%": "百分之", "‰": "千分之", "ppm": "百万分之", "ppb": "十亿分之"}
MONEY = {
    "HK$": "港元",
    "NT$": "新台币",
    "US$": "美元",
    "A$": "澳元",
    "C$": "加元",
    "S$": "新加坡元",
    "¥": "元",
    "$": "美元",
    "€": "欧元",
    "£": "英镑",
    "₩": "韩元",
    "₽": "卢布",
    "₹": "卢比",
    "CNY": "元",
    "RMB": "元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "HKD": "港元",
    "TWD": "新台币",
    "KRW": "韩元",
    "SGD": "新加坡元",
    "AUD": "澳元",
    "CAD": "加元",
}
COUNTED = (
    "个位名只条张把件本辆台栋幢间家口头匹片块杯瓶盒袋包箱桶碗盘份双对副套支枝根颗粒朵棵株场次遍趟回番顿声步圈行队群批种类样门"
    "节篇首部集章句字岁周天年小分秒点倍元毛米克升斤公吨里尺寸亩度人晚夜轮架艘封盏面扇道滴串束堆捆卷罐壶锅勺匙餐席多成毫厘千万亿"
    "平立美欧英日港瓦伏安帕赫摄华伙笔组通例项味剂针丸帖阵格跳下季趟刻码站颗枚孔缕幅届重倍"
)
"""First characters of what is counted: 2 before one of them is 两."""
NOT_COUNTED = re.compile(r"年级|分之|日(?!元)|点\d|号|月(?!份|饼)|小[区学组]|公[寓园里线]?(?=号)|千瓦?(?=号)")
"""What begins alike and is numbered, not counted."""


def alternatives(signs: Iterable[str]) -> str:
    """An alternative of a regular expression, the longest first."""
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))


def is_counted(following: str) -> bool:
    """Whether the text after a 2 begins with what is counted: 个, 小时, 公斤."""
    following = following.lstrip(" ")[:4]
    return following[:1] in set(COUNTED) and not NOT_COUNTED.match(following)
