"""Readings that are given are obeyed, whatever stands around them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from edged.errors import Rejected
from edged.text.contract import Alphabet, Pronounced, Spoken
from edged.text.phonemes.mandarin_symbols import phonemes_of
from tests.text.mandarin.reading import heard, pinyin, read

READINGS = (
    "好 hao3 hao4;重 zhong4 chong2 tong2;行 xing2 hang2 heng2;长 zhang3 chang2;还 hai2 huan2 fu2;"
    "得 de2 de5 dei3;着 zhe5 zhao1 zhao2;了 le5 liao3 liao4;只 zhi3 zhi1;数 shu4 shu3 shuo4;调 diao4 tiao2;"
    "降 jiang4 xiang2 xiang4;处 chu4 chu3;倒 dao4 dao3;空 kong1 kong4 kong3;打 da3 da2;干 gan4 gan1 an4;"
    "和 he2 he4 hu2;地 di4 de5;发 fa1 fa4;间 jian1 jian4;看 kan4 kan1;量 liang4 liang2;难 nan2 nan4;"
    "切 qie4 qie1 qi4;弹 dan4 tan2;当 dang1 dang4;假 jia3 jia4 jie5;背 bei4 bei1;传 chuan2 zhuan4;"
    "便 bian4 pian2 bian1;差 cha4 cha1 chai1;朝 chao2 zhao1 zhu1;称 cheng1 chen4 cheng4;冲 chong1 chong4;"
    "担 dan1 dan4 dan3;都 dou1 du1;恶 e4 e3 wu4;分 fen1 fen4 fen2;缝 feng4 feng2;更 geng4 geng1;"
    "供 gong1 gong4;号 hao4 hao2 xiao1;喝 he1 he4 ye4;几 ji3 ji1;监 jian1 jian4;角 jiao3 jue2 lu4;"
    "教 jiao4 jiao1;尽 jin3 jin4;禁 jin4 jin1;卡 ka3 qia3;壳 ke2 qiao4;乐 le4 yue4;累 lei4 lei2 lei3;"
    "露 lu4 lou4;率 lv4 shuai4 lve4;没 mei2 mo4 me5;闷 men4 men1;磨 mo2 mo4;宁 ning2 ning4 zhu4;铺 pu4 pu1;"
    "强 qiang2 jiang4 qiang3;曲 qu1 qu3;散 san4 san3 san1;扇 shan4 shan1;省 sheng3 xing3 xian3;"
    "盛 sheng4 cheng2;似 shi4 si4;挑 tiao1 tiao3 tao2;吐 tu3 tu4;系 xi4 ji4;鲜 xian1 xian3;相 xiang1 xiang4;"
    "校 xiao4 jiao4 jiao3;兴 xing1 xing4;血 xue4 xie3;应 ying1 ying4;与 yu3 yu4 yu2;晕 yun1 yun4;载 zai4 zai3;"
    "扎 zha1 za1 zha2;炸 zha4 zha2;占 zhan4 zhan1 tie1;正 zheng4 zheng1;中 zhong1 zhong4;"
    "种 zhong3 chong2 zhong4;转 zhuan3 zhuan4 zhuai3"
)
"""Characters with their readings."""
ANNOTATED = [
    (char, syllable) for char, *readings in (entry.split() for entry in READINGS.split(";")) for syllable in readings
]


def test_there_are_annotated_cases_enough() -> None:
    assert len(ANNOTATED) >= 100


@pytest.mark.parametrize(("char", "syllable"), ANNOTATED, ids=[f"{char}{syllable}" for char, syllable in ANNOTATED])
def test_an_annotation_is_obeyed(char: str, syllable: str) -> None:
    phonemes = phonemes_of(syllable[:-1], int(syllable[-1]))
    for before, after in (("他的", "很好。"), ("3个", "2个。"), ("", ""), ("买", "买"), ("一", "了")):
        reading = read(f"{before}{char}", pinyin(syllable), after)
        said = read(before, Pronounced(syllable, char, syllable, "pinyin"), after)
        assert reading == said
        assert f" {syllable} " in f" {heard(reading)} "
        assert phonemes in reading.phonemes
        assert reading.normalized.count(char) == f"{before}{char}{after}".count(char)


@pytest.mark.parametrize(
    ("spans", "expected", "shown"),
    [
        (["她", pinyin("hao4"), "干净"], "ta1 hao4 gan1 jing4", "她hào干净"),
        (["他爱好", pinyin("hao3"), "人"], "ta1 ai4 hao3 ren2", "他爱好人"),
        (["重", pinyin("zhong4"), "复"], "zhong4 fu4", "重复"),
        (["你", pinyin("ni3"), "好"], "ni3 hao3", "你好"),
        (["你", pinyin("ni3"), "好", pinyin("hao3")], "ni3 hao3", "你好"),
        (["你好", pinyin("hao3")], "ni2 hao3", "你好"),
        (["我想", pinyin("ni3")], "wo3 xiang2 ni3", "我想nǐ"),
        ([pinyin("ni3 hao3", "你好"), "吗"], "ni3 hao3 ma5", "你好吗"),
        (["你好", pinyin("ni3 hao3"), "吗"], "ni3 hao3 ma5", "你好吗"),
        ([pinyin("lv4"), "色"], "lv4 se4", "lǜ色"),
        (["不", pinyin("bu4"), "要"], "bu4 yao4", "不要"),
        (["第3", pinyin("hang2", "行")], "di4 san1 hang2", "第三行"),
        (["2", pinyin("tiao2", "条")], "er4 tiao2", "二条"),
        (["好", pinyin("hao4"), pinyin("hao3")], "hao4 hao3", "好hǎo"),
        (["看", pinyin("nai4 fei1", "Netflix"), "吧"], "kan4 nai4 fei1 ba5", "看Netflix吧"),
    ],
)
def test_an_annotation_belongs_to_its_character(spans: list[str | Spoken], expected: str, shown: str) -> None:
    reading = read(*spans)
    assert heard(reading) == expected
    assert reading.normalized == shown


@pytest.mark.parametrize("alphabet", ["ipa", "pinyin"])
def test_an_annotation_without_a_reading_is_refused(alphabet: Alphabet) -> None:
    with pytest.raises(Rejected, match="好") as caught:
        read(Pronounced("[好](//)", "好", " ", alphabet))
    assert caught.value.code == "bad_request"


@pytest.mark.parametrize("syllable", ["xx4", "hao", "hao6", "4", "hao4!", "zhuang4 hao9"])
def test_an_impossible_syllable_is_named(syllable: str) -> None:
    with pytest.raises(Rejected, match="syllable") as caught:
        read("好", pinyin(syllable))
    assert caught.value.code == "bad_request"
    assert syllable.endswith(caught.value.details["phoneme"])


def test_a_thousand_annotations_are_obeyed() -> None:
    spans: Iterable[str | Spoken] = (span for _ in range(1000) for span in ("好", pinyin("hao4")))
    assert set(heard(read(*spans)).split()) == {"hao4"}
